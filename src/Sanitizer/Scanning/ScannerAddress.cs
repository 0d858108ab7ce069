using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sekisho.Sanitizer.Scanning;

/// <summary>Where clamd listens (ウイルス検査の接続先): <c>unix:/run/clamav/clamd.ctl</c> or <c>tcp:127.0.0.1:3310</c>.</summary>
public sealed record ScannerAddress
{
    private ScannerAddress(EndPoint place, string shown) => (Place, Shown) = (place, shown);

    internal EndPoint Place { get; }

    /// <summary>As it was written.</summary>
    public string Shown { get; }

    /// <summary>Null for what is no address.</summary>
    public static ScannerAddress? Read(string text)
    {
        if (text.StartsWith("unix:/", StringComparison.Ordinal) && text.Length is > 6 and < 110 && !text.Contains('\0', StringComparison.Ordinal)) return new(new UnixDomainSocketEndPoint(text[5..]), text);
        if (!text.StartsWith("tcp:", StringComparison.Ordinal) || text.LastIndexOf(':') is var colon && colon <= 4) return null;
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) return null;
        var host = text[4..colon].Trim('[', ']');
        if (IPAddress.TryParse(host, out var address)) return new(new IPEndPoint(address, port), text);
        return Uri.CheckHostName(host) == UriHostNameType.Dns ? new(new DnsEndPoint(host, port), text) : null;
    }

    internal Socket NewSocket() => Place is UnixDomainSocketEndPoint ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new(SocketType.Stream, ProtocolType.Tcp);

    public override string ToString() => Shown;
}
