using Npgsql;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>The registers of a municipality (台帳): entries of every register that <see cref="RegisterCatalogue"/> knows.</summary>
/// <remarks>
/// <c>within</c> is what a person sees: the units of a manager or of staff, or null for all (<see cref="Accounts.UnitScope"/>). It binds reading and writing alike;
/// an entry outside of it is as if it weren't there. Whether a person may write at all is decided by role before this is called.
/// </remarks>
public sealed class RegisterBook
{
    /// <summary>Entries in one bulk edit or confirmation.</summary>
    public const int MostAtOnce = 2000;

    private const int MaxWhy = 500;

    private readonly RecordKeeper keeper;
    private readonly Dictionary<string, IRegisterRules> rules;

    public RegisterBook(RecordKeeper keeper, RegisterCatalogue catalogue, params IReadOnlyList<IRegisterRules> rules)
    {
        this.keeper = keeper;
        Catalogue = catalogue;
        this.rules = rules.ToDictionary(r => catalogue[r.Register].Key, StringComparer.Ordinal);
    }

    public RegisterCatalogue Catalogue { get; }

    internal RecordKeeper Keeper => keeper;

    /// <param name="register">Where people's words are read: as <see cref="SpokenAsync"/> gives it.</param>
    internal EntryWriter Writer(RegisterDefinition register) => new(register, rules.GetValueOrDefault(register.Key));

    /// <summary>Reads and keeps what people write, in the municipality's own words.</summary>
    private async Task<EntryWriter> ReaderAsync(TenantTransaction tx, RegisterDefinition register, CancellationToken cancel) => Writer(await SpokenAsync(tx, register, cancel));

    /// <summary>The register with the municipality's own labels among its choices.</summary>
    internal Task<RegisterDefinition> SpokenAsync(TenantTransaction tx, RegisterDefinition register, CancellationToken cancel) =>
        rules.GetValueOrDefault(register.Key) is { HasLabels: true } its ? its.SpokenAsync(tx, register, cancel) : Task.FromResult(register);

    /// <summary>A register as a person reads it; null when there is no such register.</summary>
    /// <param name="inLabels">In the municipality's own labels where it has some: sections. Otherwise in the choices of the definition: officers and auditors.</param>
    public async Task<RegisterDefinition?> DefinitionAsync(MunicipalityId municipality, string register, bool inLabels, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition || !inLabels || rules.GetValueOrDefault(register) is not { HasLabels: true }) return Catalogue.Find(register);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (await SpokenAsync(tx, definition, cancel)).InLabels();
    }

    /// <summary>One page of a register, with the names of all that it points to. An unknown register has no entries.</summary>
    public async Task<RegisterPage> ListAsync(MunicipalityId municipality, string register, RegisterQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return new([], 0, 1, query.PageSize, RegisterNames.None);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var (entries, total) = await RegisterListing.ListAsync(tx, await SpokenAsync(tx, definition, cancel), query, within, cancel);
        var names = await RegisterNames.LoadAsync(tx, definition, [.. entries.Select(e => e.Fields)], ofUnits: true, cancel);
        return new(entries, total, Math.Max(query.Page, 1), Math.Clamp(query.PageSize, 1, RegisterQuery.MaxPageSize), names);
    }

    /// <summary>Null when there is no such entry, or not for this person.</summary>
    public async Task<RegisterEntry?> ReadAsync(MunicipalityId municipality, string register, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return null;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (await RegisterRows.ReadAsync(tx, definition, [id], within, lockRows: false, cancel)).FirstOrDefault();
    }

    /// <summary>Names of what these entries point to.</summary>
    public async Task<RegisterNames> NamesAsync(MunicipalityId municipality, string register, IReadOnlyCollection<RegisterEntry> entries, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RegisterNames.LoadAsync(tx, Catalogue[register], [.. entries.Select(e => e.Fields)], ofUnits: true, cancel);
    }

    /// <summary>Adds an entry; its number is the next one of the register.</summary>
    public Task<EntryOutcome> AddAsync(MunicipalityId municipality, string register, EntryDraft draft, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        WriteAsync(municipality, register, async (tx, definition) =>
        {
            var at = keeper.Clock.Now();
            var read = await (await ReaderAsync(tx, definition, cancel)).ReadAsync(tx, [(null, draft)], within, JapaneseTime.Day(at), cancel);
            return read[0].Problems.Count > 0 ? new EntryOutcome.Wrong(read[0].Problems) : await KeepAsync(tx, definition, read, at, actor, cancel);
        }, cancel);

    /// <summary>Adds many entries at once: all of them or none.</summary>
    public async Task<Outcome<IReadOnlyList<RegisterEntry>>> AddManyAsync(
        MunicipalityId municipality, string register, IReadOnlyList<EntryDraft> drafts, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return Refusals.UnknownRegister;
        if (drafts.Count is 0 or > MostAtOnce) return Refusals.TooMany;
        KeptDrafts kept;
        await using (var tx = await EnterToWriteAsync(municipality, definition, cancel))
        {
            var at = keeper.Clock.Now();
            var writer = await ReaderAsync(tx, definition, cancel);
            var read = await writer.ReadAsync(tx, [.. drafts.Select(d => ((RegisterEntry?)null, d))], within, JapaneseTime.Day(at), cancel);
            if (read.FirstOrDefault(r => r.Problems.Count > 0) is { } wrong) return Refusals.WrongFields(definition, wrong.Problems);
            kept = await writer.KeepAsync(tx, read, at, actor, cancel);
            if (kept.Problems.Count > 0) return Refusals.WrongFields(definition, [kept.Problems[0].Problem]);
            await keeper.AppendAsync(tx, kept.Said, cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, definition.Evidence);
        return new Outcome<IReadOnlyList<RegisterEntry>>.Done(kept.Entries);
    }

    /// <summary>Changes an entry as the person saw it; when somebody else was quicker, nothing is changed and the present entry comes back.</summary>
    public Task<EntryOutcome> ChangeAsync(
        MunicipalityId municipality, string register, EntryVersion seen, EntryDraft draft, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        WriteAsync(municipality, register, async (tx, definition) =>
        {
            if ((await RegisterRows.ReadAsync(tx, definition, [seen.Id], within, lockRows: true, cancel)).FirstOrDefault() is not { } before) return Refusals.UnknownEntry;
            if (before.Version != seen.Version) return new EntryOutcome.Overtaken(before, Refusals.OvertakenBy(before));
            if (before.Retired is not null) return Refusals.IsRetired;
            var at = keeper.Clock.Now();
            var read = await (await ReaderAsync(tx, definition, cancel)).ReadAsync(tx, [(before, draft)], within, JapaneseTime.Day(at), cancel);
            return read[0].Problems.Count > 0 ? new EntryOutcome.Wrong(read[0].Problems) : await KeepAsync(tx, definition, read, at, actor, cancel);
        }, cancel);

    /// <summary>Sets one or more fields of many entries to the same values (一括変更): all of them or none.</summary>
    /// <param name="draft">The fields to set; all others stay.</param>
    /// <returns>How many differ now, or the first entry where it can't be.</returns>
    public async Task<Outcome<int>> ChangeManyAsync(
        MunicipalityId municipality, string register, IReadOnlyList<EntryVersion> seen, EntryDraft draft, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return Refusals.UnknownRegister;
        if (draft.Untrusted.Count == 0) return Refusals.NothingToChange;
        if (seen.Count is 0 or > MostAtOnce) return Refusals.TooMany;
        int changed;
        await using (var tx = await EnterToWriteAsync(municipality, definition, cancel))
        {
            var versions = seen.DistinctBy(s => s.Id).ToDictionary(s => s.Id, s => s.Version);
            var entries = await RegisterRows.ReadAsync(tx, definition, versions.Keys, within, lockRows: true, cancel);
            if (entries.Count != versions.Count) return Refusals.UnknownEntry;
            if (entries.Find(e => e.Version != versions[e.Id]) is { } overtaken) return Refusals.InMany(overtaken, Refusals.OvertakenBy(overtaken));
            if (entries.Find(e => e.Retired is not null) is { } retired) return Refusals.InMany(retired, Refusals.IsRetired);
            var at = keeper.Clock.Now();
            var writer = await ReaderAsync(tx, definition, cancel);
            var read = await writer.ReadAsync(tx, [.. entries.Select(e => ((RegisterEntry?)e, draft))], within, JapaneseTime.Day(at), cancel);
            if (read.FirstOrDefault(r => r.Problems.Count > 0) is { } wrong) return Refusals.InMany(wrong.Before!, Refusals.WrongFields(definition, wrong.Problems));
            var kept = await writer.KeepAsync(tx, read, at, actor, cancel);
            if (kept.Problems.Count > 0)
                return Refusals.InMany(entries.Find(e => e.Id == kept.Problems[0].Entry) ?? entries[0], Refusals.WrongFields(definition, [kept.Problems[0].Problem]));
            changed = kept.Said.Count;
            if (changed == 0) return 0;
            await keeper.AppendAsync(tx, kept.Said, cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, definition.Evidence);
        return changed;
    }

    /// <summary>Says of entries, as the person saw them, that they are right (年次の確認). Those that changed meanwhile are left out and come back.</summary>
    public async Task<Outcome<ConfirmedEntries>> ConfirmAsync(
        MunicipalityId municipality, string register, IReadOnlyList<EntryVersion> seen, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return Refusals.UnknownRegister;
        if (seen.Count is 0 or > MostAtOnce) return Refusals.TooMany;
        List<RegisterEntry> right, overtaken;
        await using (var tx = await EnterToWriteAsync(municipality, definition, cancel))
        {
            var versions = seen.DistinctBy(s => s.Id).ToDictionary(s => s.Id, s => s.Version);
            var entries = await RegisterRows.ReadAsync(tx, definition, versions.Keys, within, lockRows: true, cancel);
            if (entries.Count != versions.Count) return Refusals.UnknownEntry;
            right = entries.FindAll(e => e.Version == versions[e.Id] && e.Retired is null);
            overtaken = entries.FindAll(e => e.Version != versions[e.Id] || e.Retired is not null);
            if (right.Count == 0) return new ConfirmedEntries(0, overtaken);
            var at = keeper.Clock.Now();
            await tx.RunAsync("UPDATE records.register_entry SET confirmed_at = $2, confirmed_by = $3, confirmed_by_name = $4 WHERE id = ANY ($1)", cancel,
                right.Select(e => e.Id.Value).ToArray(), at, actor.Account, actor.Name);
            await keeper.AppendAsync(tx, [.. right.Select(e => RecordKeeper.Entry(at, EntryHistory.Confirmed, actor, EntryHistory.Subject(e), EntryHistory.Standing(e, actor, null)))], cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, definition.Evidence);
        return new ConfirmedEntries(right.Count, overtaken);
    }

    /// <summary>Takes an entry out of use (廃止). It stays readable, and what points to it still does.</summary>
    public Task<EntryOutcome> RetireAsync(
        MunicipalityId municipality, string register, EntryVersion seen, string untrustedWhy, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        WriteAsync(municipality, register, async (tx, definition) =>
        {
            var why = untrustedWhy.Trim();
            if (why.Length is 0 or > MaxWhy) return Refusals.WhyMissing;
            if ((await RegisterRows.ReadAsync(tx, definition, [seen.Id], within, lockRows: true, cancel)).FirstOrDefault() is not { } before) return Refusals.UnknownEntry;
            if (before.Version != seen.Version) return new EntryOutcome.Overtaken(before, Refusals.OvertakenBy(before));
            if (before.Retired is not null) return new EntryOutcome.Kept(before);
            var at = keeper.Clock.Now();
            return new EntryOutcome.Kept((await RetireInAsync(tx, definition, [before], why, at, actor, cancel))[0]);
        }, cancel);

    /// <summary>Takes several out of use for one reason (一括廃止). Those that changed after they were seen are left out and come back.</summary>
    public async Task<Outcome<RetiredEntries>> RetireManyAsync(
        MunicipalityId municipality, string register, IReadOnlyList<EntryVersion> seen, string untrustedWhy, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return Refusals.UnknownRegister;
        var why = untrustedWhy.Trim();
        if (why.Length is 0 or > MaxWhy) return Refusals.WhyMissing;
        if (seen.Count is 0 or > MostAtOnce) return Refusals.TooMany;
        List<RegisterEntry> retired, overtaken;
        await using (var tx = await EnterToWriteAsync(municipality, definition, cancel))
        {
            var versions = seen.DistinctBy(s => s.Id).ToDictionary(s => s.Id, s => s.Version);
            var entries = await RegisterRows.ReadAsync(tx, definition, versions.Keys, within, lockRows: true, cancel);
            if (entries.Count != versions.Count) return Refusals.UnknownEntry;
            retired = entries.FindAll(e => e.Version == versions[e.Id] && e.Retired is null);
            overtaken = entries.FindAll(e => e.Version != versions[e.Id] || e.Retired is not null);
            if (retired.Count == 0) return new RetiredEntries(0, overtaken);
            await RetireInAsync(tx, definition, retired, why, keeper.Clock.Now(), actor, cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, definition.Evidence);
        return new RetiredEntries(retired.Count, overtaken);
    }

    /// <summary>Puts a retired entry back to use, under its old number.</summary>
    public Task<EntryOutcome> ReviveAsync(MunicipalityId municipality, string register, EntryVersion seen, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        WriteAsync(municipality, register, async (tx, definition) =>
        {
            if ((await RegisterRows.ReadAsync(tx, definition, [seen.Id], within, lockRows: true, cancel)).FirstOrDefault() is not { } before) return Refusals.UnknownEntry;
            if (before.Version != seen.Version) return new EntryOutcome.Overtaken(before, Refusals.OvertakenBy(before));
            if (before.Retired is null) return Refusals.IsNotRetired;
            var at = keeper.Clock.Now();
            // What has to be unique may have been entered again while this was out of use; a field that was fine then isn't asked about.
            var read = await (await ReaderAsync(tx, definition, cancel)).ReadAsync(tx, [(before, new EntryDraft(new Dictionary<string, IReadOnlyList<string>>()))], null, JapaneseTime.Day(at), cancel);
            var taken = read[0].Problems.Where(p => definition.Find(p.Field)?.IsUnique == true).ToList();
            if (taken.Count > 0) return new EntryOutcome.Wrong(taken);
            var revived = before with { Version = before.Version + 1, UpdatedAt = at, UpdatedBy = actor, Retired = null };
            await StandAsync(tx, [revived], cancel);
            var follows = await Writer(definition).FollowAsync(tx, [new EntryStep(before, revived)], cancel);
            if (follows.Problems.Count > 0) return new EntryOutcome.Wrong([.. follows.Problems.Select(p => p.Problem).DistinctBy(p => p.Field)]);
            await keeper.AppendAsync(tx, at, EntryHistory.Revived, actor, EntryHistory.Subject(revived), EntryHistory.Standing(revived, actor, null), cancel);
            return new EntryOutcome.Kept(revived);
        }, cancel);

    /// <summary>Who changed what, newest first, as the ledger says it.</summary>
    /// <param name="most">At most so many.</param>
    public async Task<IReadOnlyList<EntryChange>> HistoryAsync(MunicipalityId municipality, string register, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel, int most = 200)
    {
        if (Catalogue.Find(register) is not { } definition) return [];
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if ((await RegisterRows.ReadAsync(tx, definition, [id], within, lockRows: false, cancel)).Count == 0) return [];
        var kept = await LedgerReader.ListAsync(tx, new LedgerQuery(Limit: most, Subject: EntryHistory.Subject(register, id)), cancel);
        return [.. kept.Select(k => EntryHistory.Read(definition, k)).OfType<EntryChange>()];
    }

    /// <summary>What points to an entry, in whatever register (使われているところ). Of other units' entries too, by number and title.</summary>
    public async Task<IReadOnlyList<Reference>> ReferencesAsync(MunicipalityId municipality, EntryId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync("""
            SELECT e.id, e.register, e.number, e.title, l.field, e.retired_at IS NOT NULL FROM records.register_link l
            JOIN records.register_entry e ON e.municipality_id = l.municipality_id AND e.id = l.from_id
            WHERE l.to_entry = $1 ORDER BY e.register, e.sequence, l.field
            """, r => new Reference(new(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetBoolean(5)), cancel, id.Value);
    }

    private async Task<EntryOutcome> KeepAsync(TenantTransaction tx, RegisterDefinition definition, IReadOnlyList<ReadDraft> read, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var kept = await Writer(definition).KeepAsync(tx, read, at, actor, cancel);
        if (kept.Problems.Count > 0) return new EntryOutcome.Wrong([.. kept.Problems.Select(p => p.Problem).DistinctBy(p => p.Field)]);
        if (kept.Said.Count > 0) await keeper.AppendAsync(tx, kept.Said, cancel);
        return new EntryOutcome.Kept(kept.Entries[0]);
    }

    /// <summary>Takes entries out of use in the transaction of another slice, which has them locked and knows why: the disposal that was done.</summary>
    /// <returns>The entries as they are now; the ledger says so already.</returns>
    internal async Task<IReadOnlyList<RegisterEntry>> RetireInAsync(
        TenantTransaction tx, RegisterDefinition definition, IReadOnlyList<RegisterEntry> entries, string why, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var retired = entries.Select(e => e with { Version = e.Version + 1, UpdatedAt = at, UpdatedBy = actor, Retired = new(at, actor, why) }).ToList();
        await StandAsync(tx, retired, cancel);
        await Writer(definition).FollowAsync(tx, [.. entries.Zip(retired, (before, after) => new EntryStep(before, after))], cancel);
        await keeper.AppendAsync(tx, [.. retired.Select(e => RecordKeeper.Entry(at, EntryHistory.Retired, actor, EntryHistory.Subject(e), EntryHistory.Standing(e, actor, why)))], cancel);
        return retired;
    }

    /// <summary>A transaction for writing in a register; where its rules ask for it, one writer after the other.</summary>
    /// <remarks>Before any row is locked: whoever has the register may then touch every row of it without meeting somebody who waits for the register.</remarks>
    internal async Task<TenantTransaction> EnterToWriteAsync(MunicipalityId municipality, RegisterDefinition definition, CancellationToken cancel)
    {
        var tx = await keeper.EnterAsync(municipality, cancel);
        await LockToWriteAsync(tx, definition, cancel);
        return tx;
    }

    /// <summary>The same for a transaction that is open already and has touched no entry.</summary>
    internal async Task LockToWriteAsync(TenantTransaction tx, RegisterDefinition definition, CancellationToken cancel)
    {
        if (rules.GetValueOrDefault(definition.Key)?.WritesAlone == true)
            await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.register/' || $1::text || '/' || $2, 0))", cancel, tx.Municipality.Value, definition.Key);
    }

    /// <summary>Entries that changed together: whether and why they are out of use.</summary>
    private static Task<int> StandAsync(TenantTransaction tx, List<RegisterEntry> entries, CancellationToken cancel)
    {
        var first = entries[0];
        return tx.RunAsync("""
            UPDATE records.register_entry e SET version = row.version, updated_at = $1, updated_by = $2, updated_by_name = $3,
              retired_at = $4, retired_by = $5, retired_by_name = $6, retired_why = $7 FROM unnest($8::uuid[], $9::int[]) AS row (id, version) WHERE e.id = row.id
            """, cancel, first.UpdatedAt, first.UpdatedBy.Account, first.UpdatedBy.Name, first.Retired?.At, first.Retired?.By.Account, first.Retired?.By.Name, first.Retired?.Why,
            entries.Select(e => e.Id.Value).ToArray(), entries.Select(e => e.Version).ToArray());
    }

    private async Task<EntryOutcome> WriteAsync(MunicipalityId municipality, string register, Func<TenantTransaction, RegisterDefinition, Task<EntryOutcome>> act, CancellationToken cancel)
    {
        if (Catalogue.Find(register) is not { } definition) return Refusals.UnknownRegister;
        EntryOutcome outcome;
        await using (var tx = await EnterToWriteAsync(municipality, definition, cancel))
        {
            outcome = await act(tx, definition);
            if (outcome is not EntryOutcome.Kept) return outcome;
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, definition.Evidence);
        return outcome;
    }
}
