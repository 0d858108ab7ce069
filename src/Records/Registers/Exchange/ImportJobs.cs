using Npgsql;
using Sekisho.Storage;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>An import that the server does by itself.</summary>
public readonly record struct ImportJobId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>How far an import is (取込みの作業). While it runs, neither <paramref name="Report"/> nor <paramref name="Why"/> is there; then exactly one of them.</summary>
/// <param name="Keeps">False: it is only tried.</param>
/// <param name="Rows">Of the sheet; 0 until they are counted.</param>
/// <param name="Looked">Of them, those that were looked at.</param>
/// <param name="BeatAt">When it last said that it is being done.</param>
/// <param name="Why">It couldn't be done, and nothing was changed.</param>
public sealed record ImportJob(
    ImportJobId Id, UploadId Upload, string Register, string FileName, bool Keeps, int Rows, int Looked, DateTimeOffset BeatAt, DateTimeOffset AskedAt, ImportReport? Report, Refusal? Why)
{
    public bool IsRunning => Report is null && Why is null;
}

/// <summary>How far a pass over a sheet is; written by the pass, read by whoever wants to know.</summary>
public sealed class ImportProgress
{
    private int rows, looked;

    /// <summary>0 until they are counted.</summary>
    public int Rows
    {
        get => Volatile.Read(ref rows);
        internal set => Volatile.Write(ref rows, value);
    }

    public int Looked
    {
        get => Volatile.Read(ref looked);
        internal set => Volatile.Write(ref looked, value);
    }
}

/// <summary>What came of a job, as it is kept.</summary>
internal sealed record JobOutcome(ImportReport? Report, Refusal? Why);

/// <summary>Rows of jobs.</summary>
internal static class ImportJobRows
{
    private static readonly string BrokenOff = RecordJson.Write(new JobOutcome(null, Refusals.BrokenOff));

    public static Task AddAsync(TenantTransaction tx, ImportJobId id, UploadId upload, string register, string fileName, bool keeps, DateTimeOffset at, Actor actor, CancellationToken cancel) => tx.RunAsync("""
        INSERT INTO records.register_job (municipality_id, id, upload_id, register, file_name, keeps, state, asked_at, asked_by, beat_at) VALUES ($1, $2, $3, $4, $5, $6, 'Running', $7, $8, $7)
        """, cancel, tx.Municipality.Value, id.Value, upload.Value, register, fileName, keeps, at, actor.Account);

    private const string Select = "SELECT id, upload_id, register, file_name, keeps, all_rows, looked, beat_at, asked_at, outcome::text FROM records.register_job";

    /// <summary>Null for another person's.</summary>
    public static Task<ImportJob?> ReadAsync(TenantTransaction tx, ImportJobId id, Actor actor, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE id = $1 AND asked_by = $2", Job, cancel, id.Value, actor.Account);

    /// <summary>A person's own, the newest first.</summary>
    public static Task<List<ImportJob>> OwnAsync(TenantTransaction tx, string register, DateTimeOffset since, Actor actor, CancellationToken cancel) =>
        tx.ListAsync(Select + " WHERE register = $1 AND asked_at >= $2 AND asked_by = $3 ORDER BY asked_at DESC LIMIT 5", Job, cancel, register, since, actor.Account);

    private static ImportJob Job(NpgsqlDataReader r)
    {
        var outcome = r.TextOrNull(9) is { } json ? RecordJson.Read<JobOutcome>(json) : new(null, null);
        return new ImportJob(new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetString(2), r.GetString(3), r.GetBoolean(4), r.GetInt32(5), r.GetInt32(6), r.Moment(7), r.Moment(8), outcome.Report, outcome.Why);
    }

    public static async Task<ImportJobId?> RunningAsync(TenantTransaction tx, UploadId upload, CancellationToken cancel) =>
        (await tx.ListAsync("SELECT id FROM records.register_job WHERE upload_id = $1 AND state = 'Running'", r => new ImportJobId(r.GetGuid(0)), cancel, upload.Value)) is [var id] ? id : null;

    /// <summary>Earlier tries of the same file, and everybody's of the day before.</summary>
    public static Task ForgetAsync(TenantTransaction tx, UploadId upload, DateTimeOffset before, CancellationToken cancel) =>
        tx.RunAsync("DELETE FROM records.register_job WHERE state <> 'Running' AND (upload_id = $1 OR asked_at < $2)", cancel, upload.Value, before);

    public static Task BeatAsync(TenantTransaction tx, ImportJobId id, ImportProgress progress, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("UPDATE records.register_job SET all_rows = $2, looked = $3, beat_at = $4 WHERE id = $1 AND state = 'Running'", cancel, id.Value, progress.Rows, progress.Looked, at);

    /// <returns>False when it was closed meanwhile.</returns>
    public static async Task<bool> EndAsync(TenantTransaction tx, ImportJobId id, JobOutcome outcome, DateTimeOffset at, CancellationToken cancel) =>
        await tx.RunAsync("UPDATE records.register_job SET state = $2, ended_at = $3, outcome = $4::jsonb, looked = greatest(looked, all_rows) WHERE id = $1 AND state = 'Running'", cancel,
            id.Value, outcome.Why is null ? "Done" : "Failed", at, RecordJson.Write(outcome)) == 1;

    /// <summary>Those from which nothing was heard since.</summary>
    public static Task CloseLostAsync(TenantTransaction tx, DateTimeOffset since, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("UPDATE records.register_job SET state = 'Failed', ended_at = $2, outcome = $3::jsonb WHERE state = 'Running' AND beat_at < $1", cancel, since, at, BrokenOff);
}
