using Sekisho.Assurance;
using Sekisho.Records.Incidents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.ThirdParties;

/// <summary>Contractors and their contracts (委託先と委託契約): check sheets, and what happens until the end.</summary>
/// <remarks><c>within</c> narrows to the units that a person sees, as in <see cref="RegisterBook"/>; null: everything.</remarks>
public sealed class ContractBook
{
    /// <summary>Files of one record, and of one answer of the public form.</summary>
    public const int MostFiles = 10, MostFileBytes = 10 * 1024 * 1024;

    private const int MaxTitle = 200, MaxBody = 2000, MaxLine = 200;

    private static readonly string[] Watched = [ContractorSource.Confirmation, IncidentSource.Deadlines];

    private readonly RecordKeeper keeper;
    private readonly IncidentDesk incidents;

    internal ContractBook(RecordKeeper keeper, IncidentDesk incidents) => (this.keeper, this.incidents) = (keeper, incidents);

    /// <summary>All contractors as they stand today.</summary>
    public async Task<IReadOnlyList<ContractorStanding>> ContractorsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ThirdPartyRows.ContractorsAsync(tx, Today, null, cancel);
    }

    /// <summary>One contractor, retired or not; null when there is none.</summary>
    public async Task<ContractorStanding?> ContractorAsync(MunicipalityId municipality, EntryId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ThirdPartyRows.ContractorsAsync(tx, Today, id, cancel) is [var only, ..] ? only : null;
    }

    /// <summary>Contracts that the person sees, as they stand today, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<ContractStanding>> ContractsAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ThirdPartyRows.StandingsAsync(tx, await RegisterRows.AllAsync(tx, ThirdPartyRows.Contracts, within, retired: false, cancel), Today, cancel);
    }

    /// <summary>Null when there is none, or not for this person.</summary>
    public async Task<ContractStanding?> ContractAsync(MunicipalityId municipality, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Contracts, id, within, cancel) is { } contract ? (await ThirdPartyRows.StandingsAsync(tx, [contract], Today, cancel))[0] : null;
    }

    /// <summary>Saves a check sheet as it was filled in; lines left open stay open.</summary>
    /// <param name="seen">The sheet that was on the screen; null when there was none yet.</param>
    public Task<Outcome<FilledSheet>> SaveSheetAsync(
        MunicipalityId municipality, EntryId contract, SheetKind kind, Guid? seen, IReadOnlyList<SheetAnswer> untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<FilledSheet>(municipality, Watched, async (tx, at) =>
        {
            var items = ThirdPartyData.Load().SheetsOf(kind).SelectMany(s => s.Items).ToDictionary(i => i.Key, StringComparer.Ordinal);
            var answers = untrusted.Select(a => a with { Place = a.Place.Trim(), Reason = a.Reason.Trim() }).ToList();
            if (answers.Exists(a => !items.ContainsKey(a.Item)) || answers.DistinctBy(a => a.Item).Count() != answers.Count) return Refusals.UnknownLine;
            var wrong = answers.Where(a => a.Place.Length > MaxLine || a.Reason.Length > MaxLine || a.Place.Concat(a.Reason).Any(char.IsControl) || !Enum.IsDefined(a.Mark) || kind switch
            {
                SheetKind.Clauses => a.Mark == SheetMark.NotApplicable || a.Mark == SheetMark.Yes && a.Place.Length == 0,
                _ => a.Mark != SheetMark.Yes && a.Reason.Length == 0,
            }).Select(a => items[a.Item]).ToList();
            if (wrong.Count > 0) return Refusals.Lines(wrong);
            if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Contracts, contract, within, cancel, lockRow: true) is not { } entry) return Registers.Refusals.UnknownEntry;
            if (entry.Retired is not null) return Registers.Refusals.IsRetired;
            var standing = (await ThirdPartyRows.StandingsAsync(tx, [entry], JapaneseTime.Day(at), cancel))[0];
            var before = kind == SheetKind.Selection ? standing.SelectionSheet : standing.ClauseSheet;
            if (before?.Id != seen) return Refusals.SheetOvertaken;
            if (before is not null && before.Answers.Count == answers.Count && answers.TrueForAll(a => before.Of(a.Item) == a)) return before;
            var filled = new FilledSheet(RecordKeeper.NewId(at), kind, answers, at, actor);
            await tx.RunAsync("INSERT INTO records.contract_sheet (municipality_id, id, contract_id, sheet, answers, saved_at, saved_by, saved_by_name) VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)",
                cancel, municipality.Value, filled.Id, contract.Value, kind, RecordJson.Write(answers), at, actor.Account, actor.Name);
            var now = SheetStanding.Of(kind, filled, standing.Shape, standing.Day);
            await keeper.AppendAsync(tx, at, kind == SheetKind.Selection ? "contract.selection" : "contract.clauses", actor, Subject(contract),
                new { entry.Number, entry.Title, by = actor.Name, now.Required, now.Fulfilled, missing = now.Missing.Select(i => i.Key), answers }, cancel);
            return filled;
        }, cancel);

    /// <summary>Records something that happened with a contract: a request, people, an inspection, an incident, the end.</summary>
    public Task<Outcome<ContractEvent>> RecordAsync(MunicipalityId municipality, EntryId contract, ContractEventDraft draft, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<ContractEvent>(municipality, Watched, async (tx, at) =>
        {
            var (title, body, day, files) = (draft.UntrustedTitle.Trim(), draft.UntrustedBody.Trim(), JapaneseTime.Day(at), draft.Files ?? []);
            if (files.Count > MostFiles || files.Any(f => f.Content.Length is 0 or > MostFileBytes)) return Refusals.BadFile;
            if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Contracts, contract, within, cancel, lockRow: true) is not { } entry) return Registers.Refusals.UnknownEntry;
            if (entry.Retired is not null) return Registers.Refusals.IsRetired;
            var standing = (await ThirdPartyRows.StandingsAsync(tx, [entry], day, cancel))[0];
            if (draft.Kind.Settles() is { } opener)
            {
                if (standing.Events.FirstOrDefault(e => e.Id == draft.Closes && e.Kind == opener) is not { } opened || standing.ClosingOf(opened) is not null) return Refusals.NothingToClose;
                if (opener == EventKind.Subcontract && opened.By.Account == actor.Account) return Refusals.OwnSubcontract;
                if (draft.Day < opened.Day) return Refusals.EventIncomplete;
                title = opened.Title;
                if (draft.Kind == EventKind.SubcontractRefused && body.Length == 0) return Refusals.NoteMissing;
            }
            else if (draft.Closes is not null) return Refusals.NothingToClose;
            if (draft.Kind.EndsContract())
            {
                if (standing.Ending is not null) return Refusals.NothingToClose;
                title = draft.Kind.Name().Ja;
            }
            if (title.Length is 0 or > MaxTitle || body.Length > MaxBody || draft.Day > day || draft.DueOn < draft.Day || title.Any(char.IsControl) || !Enum.IsDefined(draft.Kind)) return Refusals.EventIncomplete;
            if (draft.Kind == EventKind.Subcontract && !standing.Shape.Entrusts.Contains(ContractShape.Subcontracting)) return Refusals.NoSubcontracting;
            if (draft.Kind == EventKind.Deleted && files.Count == 0) return Refusals.CertificateMissing;
            if (draft.Kind == EventKind.IncidentClosed && await incidents.CloseInAsync(tx, IncidentOrigin.Contract, draft.Closes!.Value, body, at, actor, cancel) is { } notYet) return notYet;
            var id = RecordKeeper.NewId(at);
            var due = draft.Kind == EventKind.Inspection ? draft.DueOn : null;
            await tx.RunAsync("""
                INSERT INTO records.contract_event (municipality_id, id, contract_id, kind, closes_id, day, title, body, due_on, recorded_at, recorded_by, recorded_by_name)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                """, cancel, municipality.Value, id, contract.Value, draft.Kind, draft.Closes, draft.Day, title, body, due, at, actor.Account, actor.Name);
            var kept = await ThirdPartyRows.KeepFilesAsync(tx, files, id, null, "", at, cancel);
            await keeper.AppendAsync(tx, at, draft.Kind.LedgerKind(), actor, Subject(contract), new
            {
                entry.Number, contract = entry.Title, id, draft.Closes, draft.Day, title, body, dueOn = due, by = actor.Name, files = kept.Select(f => new { f.FileName, f.SizeBytes, f.Digest }),
            }, cancel);
            if (draft.Kind == EventKind.Incident)
            {
                // Without personal information there is nobody to count; with it, nobody knows yet.
                int? persons = standing.Shape.Entrusts.Contains(ContractShape.Personal) || standing.Shape.Entrusts.Contains(ContractShape.Specific) ? null : 0;
                await incidents.OpenInAsync(tx, new(IncidentOrigin.Contract, id, contract.Value, entry.Unit, $"{title}（{entry.Title}）", "", body, JapaneseTime.StartOf(draft.Day), persons, standing.Shape.Entrusts.Contains(ContractShape.Specific)), at, actor, cancel);
            }
            return new ContractEvent(id, contract.Value, draft.Kind, draft.Closes, draft.Day, title, body, due, at, actor, kept);
        }, cancel);

    /// <summary>A file of a contract's event; null when there is none, or not for this person.</summary>
    public async Task<(ThirdPartyFile File, ReadOnlyMemory<byte> Bytes)?> FileAsync(MunicipalityId municipality, EntryId contract, Guid file, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Contracts, contract, within, cancel) is null) return null;
        var kept = await tx.FirstAsync("""
            SELECT f.id, f.question, f.file_name, f.size_bytes, f.sha256 FROM records.third_party_file f
            JOIN records.contract_event e ON e.municipality_id = f.municipality_id AND e.id = f.event_id WHERE f.id = $1 AND e.contract_id = $2
            """, ThirdPartyRows.File, cancel, file, contract.Value);
        return kept is null ? null : (kept, await KeptFiles.ReadAsync(tx, kept.Digest, cancel));
    }

    private DateOnly Today => JapaneseTime.Day(keeper.Clock.Now());

    private static string Subject(EntryId contract) => $"register/{ThirdPartyRows.Contracts}/{contract}";
}
