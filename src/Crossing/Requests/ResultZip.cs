using ICSharpCode.SharpZipLib.Zip;
using Sekisho.Records;

namespace Sekisho.Crossing.Requests;

/// <summary>Results as one ZIP (結果の ZIP): without a password, or with a new one (AES-256, as 7-Zip and others read it).</summary>
public static class ResultZip
{
    private const int MinPassword = 8, MaxPassword = 100;

    /// <summary>A password that every program types and encodes alike; null: no password.</summary>
    public static bool IsGood(string? untrusted) => untrusted is null || (untrusted.Length is >= MinPassword and <= MaxPassword && untrusted.All(static c => c is > ' ' and <= '~'));

    /// <summary>Writes the ZIP as the files are read; nothing of them lies on a disk in the clear.</summary>
    /// <param name="files">Paths below each other with <c>/</c>; each is opened when it is its turn, and disposed.</param>
    /// <param name="to">Need not seek.</param>
    /// <param name="password">Good by <see cref="IsGood"/>.</param>
    public static async Task WriteAsync(IEnumerable<(string Path, Func<CancellationToken, Task<HandedOut>> Open)> files, Stream to, string? password, DateTimeOffset at, CancellationToken cancel)
    {
        if (!IsGood(password)) throw new ArgumentException("A password that not every program reads alike.", nameof(password));
        // UTF-8 names, marked as such: what Windows, macOS and 7-Zip agree on.
        await using var zip = new ZipOutputStream(to, StringCodec.Default) { IsStreamOwner = false, UseZip64 = UseZip64.Dynamic, Password = password };
        zip.SetLevel(1);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, open) in files)
        {
            var file = await open(cancel).ConfigureAwait(false);
            await using var content = file.Content;
            var entry = new ZipEntry(Free(path, names)) { DateTime = at.ToOffset(TimeSpan.FromHours(9)).DateTime, IsUnicodeText = true, CompressionMethod = CompressionMethod.Deflated };
            if (password is not null) entry.AESKeySize = 256;
            await zip.PutNextEntryAsync(entry, cancel).ConfigureAwait(false);
            await content.CopyToAsync(zip, cancel).ConfigureAwait(false);
            await zip.CloseEntryAsync(cancel).ConfigureAwait(false);
        }
        await zip.FinishAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>On Windows A.txt and a.txt are one file.</summary>
    private static string Free(string path, HashSet<string> names)
    {
        if (names.Add(path)) return path;
        var (folder, stem, kind) = (path[..(path.LastIndexOf('/') + 1)], Path.GetFileNameWithoutExtension(path), Path.GetExtension(path));
        for (var number = 2; ; number++)
            if (names.Add($"{folder}{stem} ({number}){kind}")) return $"{folder}{stem} ({number}){kind}";
    }
}
