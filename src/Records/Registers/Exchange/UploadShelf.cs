using Sekisho.Storage;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Where files wait between the steps of an import, for a day at most.</summary>
internal static class UploadShelf
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Of one person: starting over and over doesn't fill the disk.</summary>
    private const int MostOfOne = 5;

    public sealed record Upload(string Register, string FileName, byte[] Bytes, ImportMapping? Mapping);

    public static async Task KeepAsync(TenantTransaction tx, UploadId id, string register, string fileName, byte[] bytes, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        await tx.RunAsync("DELETE FROM records.register_upload WHERE uploaded_at < $1", cancel, at - Kept);
        await tx.RunAsync("DELETE FROM records.register_upload WHERE id IN (SELECT id FROM records.register_upload WHERE uploaded_by = $1 ORDER BY uploaded_at DESC OFFSET $2)", cancel, actor.Account, MostOfOne - 1);
        await tx.RunAsync("INSERT INTO records.register_upload (municipality_id, id, register, file_name, bytes, uploaded_at, uploaded_by) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
            tx.Municipality.Value, id.Value, register, fileName, bytes, at, actor.Account);
    }

    /// <summary>Null for another person's, and after a day.</summary>
    public static Task<Upload?> ReadAsync(TenantTransaction tx, UploadId id, DateTimeOffset at, Actor actor, CancellationToken cancel) => tx.FirstAsync(
        "SELECT register, file_name, bytes, mapping::text FROM records.register_upload WHERE id = $1 AND uploaded_by = $2 AND uploaded_at >= $3",
        r => new Upload(r.GetString(0), r.GetString(1), r.GetFieldValue<byte[]>(2), r.TextOrNull(3) is { } json ? KeptMapping.Read(json) : null), cancel, id.Value, actor.Account, at - Kept);

    /// <summary>What it is, taken until the transaction ends; null for another person's, and after a day.</summary>
    public static async Task<(string Register, string FileName)?> LockAsync(TenantTransaction tx, UploadId id, DateTimeOffset at, Actor actor, CancellationToken cancel) =>
        await tx.ListAsync("SELECT register, file_name FROM records.register_upload WHERE id = $1 AND uploaded_by = $2 AND uploaded_at >= $3 FOR UPDATE",
            r => (r.GetString(0), r.GetString(1)), cancel, id.Value, actor.Account, at - Kept) is [var found] ? found : null;

    public static Task<int> MapAsync(TenantTransaction tx, UploadId id, ImportMapping mapping, CancellationToken cancel) =>
        tx.RunAsync("UPDATE records.register_upload SET mapping = $2::jsonb WHERE id = $1", cancel, id.Value, KeptMapping.Write(mapping));

    public static Task<int> ForgetAsync(TenantTransaction tx, UploadId id, Actor actor, CancellationToken cancel) =>
        tx.RunAsync("DELETE FROM records.register_upload WHERE id = $1 AND uploaded_by = $2", cancel, id.Value, actor.Account);

    private sealed record KeptMapping(string? Sheet, int? HeadingRow, Dictionary<int, string?>? Columns, string? Unit)
    {
        public static string Write(ImportMapping m) => RecordJson.Write(new KeptMapping(m.Sheet, m.HeadingRow, m.Columns is null ? null : new(m.Columns), m.Unit?.ToString()));

        public static ImportMapping Read(string json)
        {
            var kept = RecordJson.Read<KeptMapping>(json);
            return new(kept.Sheet, kept.HeadingRow, kept.Columns, kept.Unit is { } unit ? new(Guid.Parse(unit)) : null);
        }
    }
}
