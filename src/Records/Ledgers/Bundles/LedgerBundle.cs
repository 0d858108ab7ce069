using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Dapper;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Bundles;

/// <summary>Writes a ledger out as an auditor takes it away (監査用の束): C2SP files that verify without a database.</summary>
public static class LedgerBundle
{
    /// <summary>Writes the ledger as it was at its last checkpoint.</summary>
    /// <returns>The checkpoint; null when the ledger is empty, and nothing was written.</returns>
    /// <exception cref="LedgerBrokenException">Rows are missing; verify says which.</exception>
    public static async Task<LedgerHead?> ExportAsync(TenantTransaction tenant, NoteSigner signer, BundleTarget target, CancellationToken cancel)
    {
        if (await LedgerReader.HeadAsync(tenant, cancel).ConfigureAwait(false) is not { } head) return null;
        var origin = LedgerOrigin.Of(tenant.Municipality);
        using var key = signer.VerifierFor(origin);
        var name = await tenant.Connection.ExecuteScalarAsync<string>(new("SELECT name FROM records.municipality", cancellationToken: cancel)).ConfigureAwait(false);
        await target.WriteAsync("checkpoint", head.Note, cancel).ConfigureAwait(false);
        await target.WriteAsync("vkey", Encoding.UTF8.GetBytes(key + "\n"), cancel).ConfigureAwait(false);
        await target.WriteAsync("verify.py", Resource("verify.py"), cancel).ConfigureAwait(false);
        var readme = Encoding.UTF8.GetString(Resource("README.md"))
            .Replace("{name}", name, StringComparison.Ordinal)
            .Replace("{origin}", origin, StringComparison.Ordinal)
            .Replace("{size}", head.Size.ToString("N0", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{signed}", head.SignedAt.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{fingerprint}", key.Fingerprint, StringComparison.Ordinal);
        await target.WriteAsync("README.md", Encoding.UTF8.GetBytes(readme), cancel).ConfigureAwait(false);
        await WriteEntriesAsync(tenant, head.Size, target, cancel).ConfigureAwait(false);
        await foreach (var tile in LeafTiles.ReadAsync(tenant, head.Size / TileId.FullWidth, cancel).ConfigureAwait(false))
            await target.WriteAsync(new TileId(0, tile.Index, TileId.FullWidth).Path, tile.Hashes, cancel).ConfigureAwait(false);
        foreach (var tile in TileId.All(head.Size).Where(static t => t.Level > 0 || !t.IsFull))
        {
            var hashes = await LedgerReader.ReadTileAsync(tenant, tile, cancel).ConfigureAwait(false) ?? throw LedgerBrokenException.HeadDiffers(tenant.Municipality, head.Size);
            await target.WriteAsync(tile.Path, hashes, cancel).ConfigureAwait(false);
        }
        await target.FinishAsync().ConfigureAwait(false);
        return head;
    }

    private static async Task WriteEntriesAsync(TenantTransaction tenant, ulong size, BundleTarget target, CancellationToken cancel)
    {
        var copy = await RawCopy.OpenAsync(tenant.Connection, string.Create(CultureInfo.InvariantCulture,
            $"SELECT idx, data FROM ledger.entry WHERE municipality_id = '{tenant.Municipality.Value}' AND idx < {size} ORDER BY idx"), cancel).ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        var fields = new Range[2];
        var entries = new List<ReadOnlyMemory<byte>>(TileId.FullWidth);
        ulong next = 0;
        while (copy.Read(fields))
        {
            if ((ulong)BinaryPrimitives.ReadInt64BigEndian(copy.Bytes[fields[0]]) != next) throw LedgerBrokenException.HeadDiffers(tenant.Municipality, size);
            entries.Add(copy.Bytes[fields[1]].ToArray());
            next++;
            if (next % TileId.FullWidth != 0 && next != size) continue;
            await target.WriteAsync(TileId.At(0, (next - 1) / TileId.FullWidth, size).EntriesPath, EntryBundle.Write(entries), cancel).ConfigureAwait(false);
            entries.Clear();
        }
        if (next != size) throw LedgerBrokenException.HeadDiffers(tenant.Municipality, size);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(LedgerBundle).Assembly.GetManifestResourceStream($"Ledgers/Bundles/{name}")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
