using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.ThirdParties;

/// <summary>Rows of this slice's tables, and entries of its registers.</summary>
internal static class ThirdPartyRows
{
    public const string Contractors = "contractors", Contracts = "contracts", Services = "cloud-services", Accounts = "social-media";

    private const string ConfirmationColumns = """
        c.id, c.contractor_id, c.asked_at, c.asked_by, c.asked_by_name, c.due_on, c.expires_at, c.failed_count, c.opened_at, c.saved_at, c.answered_at, c.answered_by_name,
        c.returned_at, c.returned_note, c.signed_at, c.signed_by, c.signed_by_name, c.signed_note, c.withdrawn_at
        """;

    public static async Task<RegisterEntry?> EntryAsync(TenantTransaction tx, string register, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel, bool lockRow = false) =>
        (await RegisterRows.ReadAsync(tx, RegisterCatalogue.Load()[register], [id], within, lockRow, cancel)).FirstOrDefault();

    /// <summary>These contracts with their newest sheets and all their events.</summary>
    public static async Task<IReadOnlyList<ContractStanding>> StandingsAsync(TenantTransaction tx, IReadOnlyList<RegisterEntry> contracts, DateOnly day, CancellationToken cancel)
    {
        if (contracts.Count == 0) return [];
        var ids = contracts.Select(c => c.Id.Value).ToArray();
        var sheets = (await tx.ListAsync("""
            SELECT DISTINCT ON (contract_id, sheet) id, contract_id, sheet, answers::text, saved_at, saved_by, saved_by_name FROM records.contract_sheet
            WHERE contract_id = ANY ($1) ORDER BY contract_id, sheet, saved_at DESC, id DESC
            """, r => (Contract: r.GetGuid(1), Filled: Sheet(r)), cancel, ids)).ToLookup(s => (s.Contract, s.Filled.Kind), s => s.Filled);
        var files = (await tx.ListAsync("""
            SELECT f.id, f.question, f.file_name, f.size_bytes, f.sha256, f.event_id FROM records.third_party_file f
            JOIN records.contract_event e ON e.municipality_id = f.municipality_id AND e.id = f.event_id WHERE e.contract_id = ANY ($1) ORDER BY f.kept_at, f.id
            """, r => (Event: r.GetGuid(5), File: File(r)), cancel, ids)).ToLookup(f => f.Event, f => f.File);
        var events = (await tx.ListAsync("""
            SELECT id, contract_id, kind, closes_id, day, title, body, due_on, recorded_at, recorded_by, recorded_by_name FROM records.contract_event
            WHERE contract_id = ANY ($1) ORDER BY recorded_at DESC, id DESC
            """, r => new ContractEvent(r.GetGuid(0), r.GetGuid(1), r.Case<EventKind>(2), r.IsDBNull(3) ? null : r.GetGuid(3), r.GetFieldValue<DateOnly>(4), r.GetString(5), r.GetString(6),
                r.DayOrNull(7), r.Moment(8), r.By(9), [.. files[r.GetGuid(0)]]), cancel, ids)).ToLookup(e => e.Contract);
        return [.. contracts.Select(c => new ContractStanding(c, day,
            sheets[(c.Id.Value, SheetKind.Selection)].FirstOrDefault(), sheets[(c.Id.Value, SheetKind.Clauses)].FirstOrDefault(), [.. events[c.Id.Value]]))];
    }

    /// <summary>Contractors with everything: those that are not retired, and retired ones for whom something still runs.</summary>
    /// <param name="only">Null: all. One: retired or not.</param>
    public static async Task<IReadOnlyList<ContractorStanding>> ContractorsAsync(TenantTransaction tx, DateOnly day, EntryId? only, CancellationToken cancel)
    {
        var contractors = await RegisterRows.AllAsync(tx, Contractors, null, retired: true, cancel);
        if (only is { } one) contractors.RemoveAll(c => c.Id != one);
        if (contractors.Count == 0) return [];
        var contracts = await RegisterRows.AllAsync(tx, Contracts, null, retired: false, cancel);
        if (only is { } its) contracts.RemoveAll(c => c.Entry("contractor") != its);
        var standings = (await StandingsAsync(tx, contracts, day, cancel)).ToLookup(s => s.Contractor);
        var confirmations = (await ConfirmationsAsync(tx, "WHERE $1::uuid IS NULL OR c.contractor_id = $1", cancel, only?.Value)).ToLookup(c => c.Contractor);
        return [.. contractors.Select(c => new ContractorStanding(c, day, [.. standings[c.Id]], [.. confirmations[c.Id]])).Where(c => only is not null || c.Contractor.Retired is null || c.Running.Count > 0)];
    }

    public static Task<List<ConfirmationSummary>> ConfirmationsAsync(TenantTransaction tx, string where, CancellationToken cancel, params object?[] values) =>
        tx.ListAsync($"SELECT {ConfirmationColumns} FROM records.confirmation c {where} ORDER BY c.asked_at DESC, c.id DESC", Confirmation, cancel, values);

    public static async Task<ConfirmationSummary?> LockConfirmationAsync(TenantTransaction tx, Guid id, CancellationToken cancel) =>
        await tx.FirstAsync($"SELECT {ConfirmationColumns} FROM records.confirmation c WHERE c.id = $1 FOR UPDATE", Confirmation, cancel, id);

    public static async Task<IReadOnlyList<ThirdPartyFile>> KeepFilesAsync(
        TenantTransaction tx, IReadOnlyList<UploadedFile> files, Guid? ofEvent, Guid? ofConfirmation, string question, DateTimeOffset at, CancellationToken cancel)
    {
        var kept = new List<ThirdPartyFile>();
        foreach (var file in files)
        {
            var made = new ThirdPartyFile(RecordKeeper.NewId(at), question, KeptFiles.SafeName(file.UntrustedName), file.Content.Length, Sha256.Of(file.Content.Span));
            await KeptFiles.KeepAsync(tx, made.Digest, file.Content, at, cancel);
            await tx.RunAsync("INSERT INTO records.third_party_file (municipality_id, id, event_id, confirmation_id, question, file_name, size_bytes, sha256, kept_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                cancel, tx.Municipality.Value, made.Id, ofEvent, ofConfirmation, question, made.FileName, made.SizeBytes, made.Digest, at);
            kept.Add(made);
        }
        return kept;
    }

    /// <summary>f.id, f.question, f.file_name, f.size_bytes, f.sha256.</summary>
    public static ThirdPartyFile File(NpgsqlDataReader r) => new(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.Digest(4));

    private static FilledSheet Sheet(NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.Case<SheetKind>(2), RecordJson.Read<List<SheetAnswer>>(r.GetString(3)), r.Moment(4), r.By(5));

    private static ConfirmationSummary Confirmation(NpgsqlDataReader r) => new(
        r.GetGuid(0), new(r.GetGuid(1)), r.Moment(2), r.By(3), r.GetFieldValue<DateOnly>(5), r.Moment(6), r.GetInt32(7), r.MomentOrNull(8), r.MomentOrNull(9), r.MomentOrNull(10), r.TextOrNull(11),
        r.MomentOrNull(12), r.TextOrNull(13), r.MomentOrNull(14), r.ByOrNull(15), r.TextOrNull(17), r.MomentOrNull(18));
}
