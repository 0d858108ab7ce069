using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.ThirdParties;

/// <summary>The yearly confirmation of contractors, as the office sees it (年次確認): ask, chase, read, sign off.</summary>
public sealed class ConfirmationDesk
{
    /// <summary>After the due day the link still works for so long: a late answer is better than none.</summary>
    private const int DaysOfGrace = 14;

    private const int MostDays = 90, MaxNote = 500;

    private static readonly string[] Watched = [ContractorSource.Confirmation];

    private readonly RecordKeeper keeper;

    internal ConfirmationDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Asks a contractor. The questions follow from what is entrusted over all its running contracts.</summary>
    /// <returns>Link and code: not kept, shown once.</returns>
    public Task<Outcome<IssuedConfirmation>> AskAsync(MunicipalityId municipality, EntryId contractor, DateOnly dueOn, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<IssuedConfirmation>(municipality, Watched, async (tx, at) =>
        {
            var day = JapaneseTime.Day(at);
            // Two who ask at once: the second waits here, and then sees the first.
            if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Contractors, contractor, null, cancel, lockRow: true) is not { } entry) return Registers.Refusals.UnknownEntry;
            if (dueOn <= day || dueOn > day.AddDays(MostDays)) return Refusals.BadDue;
            var standing = (await ThirdPartyRows.ContractorsAsync(tx, day, contractor, cancel))[0];
            if (standing.Running.Count == 0) return Refusals.NothingRuns;
            if (standing.Newest is { SignedAt: null }) return Refusals.AlreadyAsked;
            var questions = ThirdPartyData.Load().Questions.Questions.Where(q => q.When.Any(standing.Entrusts.Contains)).Select(q => new PutQuestion(q.Key, q.Asks.Ja, q.Asks.En, q.Answer)).ToList();
            var (link, code, salt, id) = (OneTimeSecret.Create(), ConfirmationCode.Create(), ConfirmationCode.Salt(), RecordKeeper.NewId(at));
            var expires = JapaneseTime.StartOf(dueOn.AddDays(DaysOfGrace + 1));
            await tx.RunAsync("""
                INSERT INTO records.confirmation (municipality_id, id, contractor_id, link_hash, code_salt, code_hash, questions, asked_at, asked_by, asked_by_name, due_on, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12)
                """, cancel, municipality.Value, id, contractor.Value, OneTimeSecret.Hash(link), salt, ConfirmationCode.Hash(code, salt), RecordJson.Write(questions), at, actor.Account, actor.Name, dueOn, expires);
            await keeper.AppendAsync(tx, at, "confirmation.asked", actor, Subject(contractor, id), new { entry.Number, contractor = entry.Title, dueOn, questions = questions.Select(q => q.Key), by = actor.Name }, cancel);
            return new IssuedConfirmation((await ReadAsync(tx, id, cancel))!.Summary, link, code);
        }, cancel);

    /// <summary>Makes a new link and code; the old ones, and whoever is inside, are shut out. What was saved stays.</summary>
    public Task<Outcome<IssuedConfirmation>> RenewAsync(MunicipalityId municipality, Guid id, DateOnly dueOn, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<IssuedConfirmation>(municipality, Watched, async (tx, at) =>
        {
            var day = JapaneseTime.Day(at);
            if (await ThirdPartyRows.LockConfirmationAsync(tx, id, cancel) is not { } kept) return Refusals.UnknownConfirmation;
            if (dueOn <= day || dueOn > day.AddDays(MostDays)) return Refusals.BadDue;
            if (!kept.IsOut) return Refusals.NotAtThatStep;
            var (link, code, salt) = (OneTimeSecret.Create(), ConfirmationCode.Create(), ConfirmationCode.Salt());
            await tx.RunAsync("UPDATE records.confirmation SET link_hash = $2, code_salt = $3, code_hash = $4, due_on = $5, expires_at = $6, failed_count = 0, locked_until = NULL WHERE id = $1", cancel,
                id, OneTimeSecret.Hash(link), salt, ConfirmationCode.Hash(code, salt), dueOn, JapaneseTime.StartOf(dueOn.AddDays(DaysOfGrace + 1)));
            await keeper.AppendAsync(tx, at, "confirmation.renewed", actor, Subject(kept.Contractor, id), new { dueOn, by = actor.Name }, cancel);
            return new IssuedConfirmation((await ReadAsync(tx, id, cancel))!.Summary, link, code);
        }, cancel);

    /// <summary>Notes that the contractor was asked again, and how.</summary>
    public Task<Outcome<ConfirmationSummary>> RemindAsync(MunicipalityId municipality, Guid id, string untrustedNote, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, c => c.IsOut, untrustedNote, isNoteNeeded: true, async (tx, at, kept, note) =>
        {
            await tx.RunAsync("INSERT INTO records.confirmation_reminder (municipality_id, id, confirmation_id, note, reminded_at, reminded_by, reminded_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, RecordKeeper.NewId(at), id, note, at, actor.Account, actor.Name);
            await keeper.AppendAsync(tx, at, "confirmation.reminded", actor, Subject(kept.Contractor, id), new { note, by = actor.Name }, cancel);
        }, cancel);

    /// <summary>Gives the answers back to be corrected; the link works again.</summary>
    public Task<Outcome<ConfirmationSummary>> ReturnAsync(MunicipalityId municipality, Guid id, string untrustedNote, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, c => c.State == ConfirmationState.Answered, untrustedNote, isNoteNeeded: true, async (tx, at, kept, note) =>
        {
            await tx.RunAsync("UPDATE records.confirmation SET answered_at = NULL, answered_by_name = NULL, returned_at = $2, returned_note = $3 WHERE id = $1", cancel, id, at, note);
            await keeper.AppendAsync(tx, at, "confirmation.returned", actor, Subject(kept.Contractor, id), new { note, by = actor.Name }, cancel);
        }, cancel);

    /// <summary>Says that the answers were read and are sufficient. Where something was answered with "no", the note says what was decided.</summary>
    public async Task<Outcome<ConfirmationSummary>> SignOffAsync(MunicipalityId municipality, Guid id, string untrustedNote, Actor actor, CancellationToken cancel)
    {
        var detail = await ReadAsync(municipality, id, cancel);
        return await StepAsync(municipality, id, c => c.State == ConfirmationState.Answered, untrustedNote, isNoteNeeded: detail?.Worrying.Count > 0, async (tx, at, kept, note) =>
        {
            await tx.RunAsync("UPDATE records.confirmation SET signed_at = $2, signed_by = $3, signed_by_name = $4, signed_note = $5 WHERE id = $1", cancel, id, at, actor.Account, actor.Name, note);
            await keeper.AppendAsync(tx, at, "confirmation.signed", actor, Subject(kept.Contractor, id), new { note, by = actor.Name, answeredBy = kept.AnsweredBy }, cancel);
        }, cancel);
    }

    /// <summary>Takes a request back; its link opens nothing any more.</summary>
    public Task<Outcome<ConfirmationSummary>> WithdrawAsync(MunicipalityId municipality, Guid id, string untrustedNote, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, c => c.State is not (ConfirmationState.SignedOff or ConfirmationState.Withdrawn), untrustedNote, isNoteNeeded: true, async (tx, at, kept, note) =>
        {
            await tx.RunAsync("UPDATE records.confirmation SET withdrawn_at = $2 WHERE id = $1", cancel, id, at);
            await keeper.AppendAsync(tx, at, "confirmation.withdrawn", actor, Subject(kept.Contractor, id), new { note, by = actor.Name }, cancel);
        }, cancel);

    /// <summary>Null when there is none.</summary>
    public async Task<ConfirmationDetail?> ReadAsync(MunicipalityId municipality, Guid id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ReadAsync(tx, id, cancel);
    }

    /// <summary>A file that came with the answers; null when there is none.</summary>
    public async Task<(ThirdPartyFile File, ReadOnlyMemory<byte> Bytes)?> FileAsync(MunicipalityId municipality, Guid id, Guid file, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var kept = await tx.FirstAsync("SELECT f.id, f.question, f.file_name, f.size_bytes, f.sha256 FROM records.third_party_file f WHERE f.id = $1 AND f.confirmation_id = $2 AND f.dropped_at IS NULL", ThirdPartyRows.File, cancel, file, id);
        return kept is null ? null : (kept, await KeptFiles.ReadAsync(tx, kept.Digest, cancel));
    }

    internal static async Task<ConfirmationDetail?> ReadAsync(TenantTransaction tx, Guid id, CancellationToken cancel)
    {
        if ((await ThirdPartyRows.ConfirmationsAsync(tx, "WHERE c.id = $1", cancel, id)).FirstOrDefault() is not { } summary) return null;
        var contractor = (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Contractors, summary.Contractor, null, cancel))!;
        var (questions, answers) = (await tx.ListAsync("SELECT questions::text, answers::text FROM records.confirmation WHERE id = $1",
            r => (RecordJson.Read<List<PutQuestion>>(r.GetString(0)), RecordJson.Read<List<GivenAnswer>>(r.GetString(1))), cancel, id))[0];
        var files = await tx.ListAsync("SELECT f.id, f.question, f.file_name, f.size_bytes, f.sha256 FROM records.third_party_file f WHERE f.confirmation_id = $1 AND f.dropped_at IS NULL ORDER BY f.kept_at, f.id", ThirdPartyRows.File, cancel, id);
        var reminders = await tx.ListAsync("SELECT note, reminded_at, reminded_by, reminded_by_name FROM records.confirmation_reminder WHERE confirmation_id = $1 ORDER BY reminded_at DESC", r => new Reminder(r.GetString(0), r.Moment(1), r.By(2)), cancel, id);
        return new(summary, contractor, questions, answers, files, reminders);
    }

    internal static string Subject(EntryId contractor, Guid id) => $"register/{ThirdPartyRows.Contractors}/{contractor}/confirmations/{id}";

    private Task<Outcome<ConfirmationSummary>> StepAsync(MunicipalityId municipality, Guid id, Func<ConfirmationSummary, bool> may, string untrustedNote, bool isNoteNeeded,
        Func<TenantTransaction, DateTimeOffset, ConfirmationSummary, string, Task> act, CancellationToken cancel) => keeper.ActAsync<ConfirmationSummary>(municipality, Watched, async (tx, at) =>
    {
        var note = untrustedNote.Trim();
        if (note.Length > MaxNote || isNoteNeeded && note.Length == 0) return Refusals.NoteMissing;
        if (await ThirdPartyRows.LockConfirmationAsync(tx, id, cancel) is not { } kept) return Refusals.UnknownConfirmation;
        if (!may(kept)) return Refusals.NotAtThatStep;
        await act(tx, at, kept, note);
        return (await ReadAsync(tx, id, cancel))!.Summary;
    }, cancel);
}
