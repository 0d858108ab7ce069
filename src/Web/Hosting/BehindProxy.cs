using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Sekisho.Web.Hosting;

/// <summary>What a proxy in front says of the browser (X-Forwarded-For, X-Forwarded-Proto) is believed from named proxies only. docs/operations/proxy.md.</summary>
public static class BehindProxy
{
    /// <summary>Reads an address or a network: 10.0.0.5, 10.0.0.0/24, ::1.</summary>
    public static bool TryRead(string? untrusted, out IPNetwork network)
    {
        network = default;
        var text = (untrusted ?? "").Trim();
        if (IPNetwork.TryParse(text, out network)) return true;
        if (!IPAddress.TryParse(text, out var address)) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    /// <summary>First of all: everything after it sees the browser's own address. Without proxies the headers stay unread, whoever sends them.</summary>
    public static void Use(WebApplication app, IReadOnlyList<IPNetwork> proxies)
    {
        if (proxies.Count == 0) return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            options.KnownIPNetworks.Add(proxy);
            // A server that listens on IPv6 as well sees an IPv4 proxy as ::ffff:10.0.0.5.
            if (proxy.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) options.KnownIPNetworks.Add(new IPNetwork(proxy.BaseAddress.MapToIPv6(), proxy.PrefixLength + 96));
        }
        app.UseForwardedHeaders(options);
    }
}

/// <summary>The address that people use (公開アドレス): for links that are handed on, such as invitations.</summary>
/// <param name="Configured">From <c>--public-url</c>; null: the address of the request.</param>
public sealed record PublicAddress(Uri? Configured)
{
    /// <summary>A whole link to a path of this server.</summary>
    public string To(HttpRequest request, string path) =>
        Configured is { } url ? url.GetLeftPart(UriPartial.Authority) + path : $"{request.Scheme}://{request.Host}{request.PathBase}{path}";
}
