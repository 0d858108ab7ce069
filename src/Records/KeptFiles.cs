using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records;

/// <summary>Files by content, in the database (docs/adr/0041).</summary>
internal static class KeptFiles
{
    /// <summary>50 MB: the largest file that is kept.</summary>
    public const int MaxBytes = 50 * 1024 * 1024;

    /// <summary>Longest file name kept, in UTF-16 units.</summary>
    private const int MaxNameLength = 200;

    public static Task KeepAsync(TenantTransaction tx, Sha256 digest, ReadOnlyMemory<byte> bytes, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync(
            "INSERT INTO records.kept_file (municipality_id, sha256, bytes, kept_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            cancel, tx.Municipality.Value, digest, bytes, at);

    /// <exception cref="InvalidDataException">The bytes kept no longer have their digest: somebody changed them outside of Sekisho.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(TenantTransaction tx, Sha256 digest, CancellationToken cancel)
    {
        var bytes = await tx.FirstAsync("SELECT bytes FROM records.kept_file WHERE sha256 = $1", r => r.GetFieldValue<byte[]>(0), cancel, digest)
            ?? throw new InvalidDataException($"kept file {digest} is missing");
        if (Sha256.Of(bytes) != digest) throw new InvalidDataException($"kept file {digest} was changed outside of Sekisho");
        return bytes;
    }

    /// <summary>The last segment of a name from outside, without control characters; never empty.</summary>
    public static string SafeName(string untrustedName)
    {
        var cut = untrustedName.AsSpan()[(untrustedName.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        var name = string.Concat(cut.ToString().Where(c => !char.IsControl(c) && c is not ('\u202A' or '\u202B' or '\u202C' or '\u202D' or '\u202E' or '\u2066' or '\u2067' or '\u2068' or '\u2069' or '\u200E' or '\u200F'))).Trim();
        if (name.Length == 0) return "無題";
        return name.Length <= MaxNameLength ? name : name[..MaxNameLength];
    }

    /// <summary>By the name's ending, for downloads; unknown ones are plain bytes.</summary>
    public static string MediaTypeOf(string fileName) => Path.GetExtension(fileName).ToLowerInvariant() switch
    {
        ".pdf" => "application/pdf",
        ".docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".html" or ".htm" => "text/html",
        ".md" => "text/markdown",
        ".txt" => "text/plain",
        ".csv" => "text/csv",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    };
}
