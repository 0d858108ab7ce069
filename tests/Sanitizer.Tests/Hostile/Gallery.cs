using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

[assembly: AssemblyFixture(typeof(Sekisho.Sanitizer.Tests.Hostile.KeptOffice))]

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>All hostile files, by their keys.</summary>
internal static class Gallery
{
    private static readonly Lazy<IReadOnlyList<HostileFile>> Files = new(static () => [.. HostileOoxml.All(), .. HostilePdf.All(), .. HostileImages.All(), .. HostileMarkup.All(), .. HostileRtf.All(), .. HostileLegacy.All(), .. HostileText.All(), .. HostileArchives.All(), .. HostileMail.All(), .. HostileTricks.All()]);

    public static IReadOnlyList<HostileFile> All => Files.Value;

    /// <summary>Keys of the files whose row begins so, for theories.</summary>
    public static IEnumerable<TheoryDataRow<string>> Of(string letters)
    {
        foreach (var file in All.Where(f => letters.Contains(f.Threat[0], StringComparison.Ordinal))) yield return new(file.Key);
    }

    public static HostileFile Get(string key) => All.First(f => f.Key == key);
}

/// <summary>LibreOffice in its sandbox, started at the first need and kept for all tests; the engine with it.</summary>
public sealed class KeptOffice : IAsyncDisposable
{
    private static readonly Lazy<Converter> Office = new(static () => new());

    /// <summary>The engine in this process, with the converter in its sandbox.</summary>
    internal static Disarmer Engine { get; } = new(Rebuilders.All, new Lent(), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        if (Office.IsValueCreated) await Office.Value.DisposeAsync();
    }

    private sealed class Lent : IConverter
    {
        public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to) => Office.Value.Convert(untrusted, from, to);
    }

    private sealed class Converter : IAsyncDisposable
    {
        private readonly Sandbox sandbox = new(Sanitizer.Isolation.Isolation.Bubblewrap);
        private readonly OfficeConverter office;

        // The same file comes by itself, in an archive and in a message.
        private readonly ConcurrentDictionary<string, byte[]?> done = new();

        public Converter() => office = new(sandbox);

        public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to) =>
            done.GetOrAdd($"{from} {to} {System.Convert.ToHexString(SHA256.HashData(untrusted.Span))}", _ => office.ConvertAsync(untrusted, from, to, CancellationToken.None).GetAwaiter().GetResult());

        public async ValueTask DisposeAsync()
        {
            await office.DisposeAsync();
            sandbox.Dispose();
        }
    }
}
