using System.Collections.Frozen;
using System.IO.Compression;
using Microsoft.Net.Http.Headers;
using Sekisho.Assurance;

namespace Sekisho.Web.Hosting;

/// <summary>The files under wwwroot, read once at start: each at an address that carries its digest, so that a browser may keep it for good.</summary>
/// <remarks>
/// Compressed once, at the best level, instead of at each request. The framework's own static assets need a manifest made by MSBuild and
/// a host that is a web project; ours is a library under a console program (docs/adr/0031).
/// </remarks>
public sealed class ConsoleAssets
{
    private sealed record Asset(string ContentType, byte[] Plain, byte[] Brotli, byte[] Gzip, string Tag);

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".ico"] = "image/x-icon",
        [".txt"] = "text/plain; charset=utf-8",
        [".webmanifest"] = "application/manifest+json",
    }.ToFrozenDictionary();

    /// <summary>Files that Assets/build.sh lays in place; without them the console has no colours and no in-place changes.</summary>
    private static readonly string[] Fetched = ["vendor/tokens.css", "vendor/htmx.js"];

    private readonly FrozenDictionary<string, Asset> byAddress;
    private readonly FrozenDictionary<string, string> addressOfName;

    private ConsoleAssets(Dictionary<string, Asset> byAddress, Dictionary<string, string> addressOfName, IReadOnlyList<string> missing)
    {
        this.byAddress = byAddress.ToFrozenDictionary();
        this.addressOfName = addressOfName.ToFrozenDictionary();
        Missing = missing;
    }

    /// <summary>Fetched files that are not there: run src/Web/Assets/build.sh.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Reads all of a wwwroot folder.</summary>
    public static ConsoleAssets Load(string folder)
    {
        var byAddress = new Dictionary<string, Asset>();
        var addressOfName = new Dictionary<string, string>();
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (!ContentTypes.TryGetValue(Path.GetExtension(file), out var type)) continue;
                var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
                var plain = File.ReadAllBytes(file);
                var digest = Sha256.Of(plain).ToString()[..12];
                var address = $"/assets/{Path.ChangeExtension(name, null)}.{digest}{Path.GetExtension(name)}";
                byAddress[address] = new Asset(type, plain, Brotli(plain), Gzip(plain), $"\"{digest}\"");
                addressOfName[name] = address;
            }
        }
        return new ConsoleAssets(byAddress, addressOfName, [.. Fetched.Where(f => !addressOfName.ContainsKey(f))]);
    }

    /// <summary>Address of a file named as under wwwroot; a name that isn't there gives an address that answers 404.</summary>
    public string this[string name] => addressOfName.TryGetValue(name, out var address) ? address : $"/assets/{name}";

    /// <summary>Writes the file of the request's path, or returns false where there is none.</summary>
    public async Task<bool> TryWriteAsync(HttpContext context)
    {
        if (!byAddress.TryGetValue(context.Request.Path.Value ?? "", out var asset)) return false;
        var response = context.Response;
        var headers = response.GetTypedHeaders();
        headers.CacheControl = new CacheControlHeaderValue { Public = true, MaxAge = TimeSpan.FromDays(365), Extensions = { new NameValueHeaderValue("immutable") } };
        response.Headers.ETag = asset.Tag;
        response.Headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch == asset.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return true;
        }
        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        var (body, encoding) =
            accepted.Contains("br", StringComparison.OrdinalIgnoreCase) ? (asset.Brotli, "br") :
            accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase) ? (asset.Gzip, "gzip") :
            (asset.Plain, null);
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        response.ContentType = asset.ContentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        return true;
    }

    private static byte[] Brotli(byte[] plain)
    {
        using var memory = new MemoryStream();
        using (var stream = new BrotliStream(memory, new BrotliCompressionOptions { Quality = 9 })) stream.Write(plain);
        return memory.ToArray();
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var memory = new MemoryStream();
        using (var stream = new GZipStream(memory, CompressionLevel.Optimal)) stream.Write(plain);
        return memory.ToArray();
    }
}
