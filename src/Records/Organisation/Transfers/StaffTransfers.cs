using System.Globalization;
using System.Text;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>Transfers, staff lists and reorganisations from sheets (人事異動・組織改正の取込み): read, looked at, then carried out at once or set aside.</summary>
/// <remarks>The file is kept; every look reads it again on the organisation as it is then. What is carried out is what was looked at, or nothing (docs/adr/0060).</remarks>
public sealed class StaffTransfers
{
    private const string Select = """
        SELECT id, kind, origin, file_name, sha256, effective_on, end_missing, made_at, made_by, made_by_name, state, counts::text, decided_at, decided_by, decided_by_name FROM records.staff_import
        """;

    private readonly RecordKeeper keeper;

    internal StaffTransfers(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Reads a sheet and keeps it to be looked at; nothing changes.</summary>
    public async Task<Outcome<StaffImport>> UploadAsync(MunicipalityId municipality, StaffUpload untrusted, Actor actor, CancellationToken cancel)
    {
        if (untrusted.Bytes.Length > KeptFiles.MaxBytes) return Registers.Exchange.Refusals.TooLarge;
        var (sheet, why) = ReadSheet(untrusted.Kind, untrusted.Bytes, untrusted.UntrustedName);
        if (sheet is null) return why!;
        if (StaffPlanner.DaysOf(sheet, untrusted.EffectiveOn).Count > StaffPlanner.MostDays) return Refusals.TooManyDays(StaffPlanner.MostDays);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var digest = Sha256.Of(untrusted.Bytes.Span);
        var import = new StaffImport(new(RecordKeeper.NewId(at)), untrusted.Kind, untrusted.Origin, KeptFiles.SafeName(untrusted.UntrustedName), digest, untrusted.EffectiveOn,
            untrusted.EndMissing && untrusted.Kind == StaffImportKind.Roster, at, actor, StaffImportState.Draft, new Dictionary<string, int>(), null, null);
        await KeptFiles.KeepAsync(tx, digest, untrusted.Bytes, at, cancel);
        await tx.RunAsync("""
            INSERT INTO records.staff_import (municipality_id, id, kind, origin, file_name, size_bytes, sha256, effective_on, end_missing, made_at, made_by, made_by_name, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'Draft')
            """, cancel, municipality.Value, import.Id.Value, import.Kind, import.Origin, import.FileName, untrusted.Bytes.Length, digest, import.EffectiveOn, import.EndMissing, at, actor.Account, actor.Name);
        await tx.CommitAsync(cancel);
        return import;
    }

    /// <summary>Imports, newest first.</summary>
    public async Task<IReadOnlyList<StaffImport>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " ORDER BY made_at DESC, id DESC LIMIT 200", Row, cancel);
    }

    /// <summary>What an import would do on the organisation as it is now.</summary>
    public async Task<Outcome<StaffPlan>> PreviewAsync(MunicipalityId municipality, StaffImportId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await FindAsync(tx, id, cancel) is not { } import) return Refusals.UnknownImport;
        return await PlanAsync(tx, import, cancel);   // a reorganisation is tried out here and undone with the transaction
    }

    /// <summary>Explains what a sheet or directory calls a unit; known from then on.</summary>
    public async Task<Outcome<Unit>> ExplainAsync(MunicipalityId municipality, string untrustedCalled, UnitId unit, Actor actor, CancellationToken cancel)
    {
        var called = UnitFinder.Fold(untrustedCalled);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (called.Length is 0 or > 300 || await OrganisationRows.UnitAsync(tx, unit, cancel) is not { } found) return Refusals.UnknownUnit;
        await tx.RunAsync("INSERT INTO records.unit_alias (municipality_id, called, unit_id) VALUES ($1, $2, $3) ON CONFLICT (municipality_id, called) DO UPDATE SET unit_id = excluded.unit_id", cancel, municipality.Value, called, unit.Value);
        await keeper.AppendAsync(tx, keeper.Clock.Now(), "unit.called", actor, $"unit/{unit}", new { called = untrustedCalled.Trim(), found.Name }, cancel);
        await tx.CommitAsync(cancel);
        return found;
    }

    /// <summary>Carries an import out, all of it in one transaction.</summary>
    /// <param name="looked">The digest of the plan that the person looked at.</param>
    /// <param name="withoutBlocked">Rows that can't be carried out are left out; otherwise they keep everything from being done.</param>
    public Task<Outcome<StaffImport>> CommitAsync(MunicipalityId municipality, StaffImportId id, Sha256 looked, bool withoutBlocked, Actor actor, CancellationToken cancel) =>
        OrganisationRegister.ChangeAsync<StaffImport>(keeper, municipality, async (tx, at) =>
        {
            if (await FindAsync(tx, id, cancel) is not { State: StaffImportState.Draft } import) return Refusals.UnknownImport;
            var planned = await PlanAsync(tx, import, cancel);
            if (planned is Outcome<StaffPlan>.Refused no) return no.Why;
            var plan = planned.OrThrow();
            if (plan.Digest != looked) return Refusals.PlanChanged;
            if (!plan.IsClean && (!withoutBlocked || plan.IsWhole)) return Refusals.PlanBlocked;
            var counts = plan.Changes.GroupBy(c => c.Kind).ToDictionary(g => g.Key.ToString(), g => g.Count());
            counts["Blocked"] = plan.Notes.Where(n => n.Blocks).Select(n => n.Row).Distinct().Count();
            // Changes of units have been carried out by being planned.
            var entries = plan.IsWhole ? ReformRun.Entries(plan, at, actor) : await StaffCommit.ApplyAsync(tx, plan, at, actor, cancel);
            var index = await keeper.AppendAsync(tx,
            [
                RecordKeeper.Entry(at, plan.IsWhole ? "reform.imported" : "staff.imported", actor, $"staff-import/{id}",
                    new { import.Kind, import.Origin, file = import.FileName, import.Digest, import.EffectiveOn, import.EndMissing, counts }),
                .. entries,
            ], cancel);
            await tx.RunAsync("UPDATE records.staff_import SET state = 'Done', counts = $2::jsonb, decided_at = $3, decided_by = $4, decided_by_name = $5, ledger_index = $6 WHERE id = $1", cancel,
                id.Value, RecordJson.Write(counts), at, actor.Account, actor.Name, index);
            return import with { State = StaffImportState.Done, Counts = counts, DecidedAt = at, DecidedBy = actor };
        }, cancel);

    /// <summary>Sets an import aside: it is not carried out.</summary>
    public async Task<Outcome<StaffImport>> SetAsideAsync(MunicipalityId municipality, StaffImportId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await FindAsync(tx, id, cancel) is not { State: StaffImportState.Draft } import) return Refusals.UnknownImport;
        var at = keeper.Clock.Now();
        await tx.RunAsync("UPDATE records.staff_import SET state = 'SetAside', decided_at = $2, decided_by = $3, decided_by_name = $4 WHERE id = $1", cancel, id.Value, at, actor.Account, actor.Name);
        await tx.CommitAsync(cancel);
        return import with { State = StaffImportState.SetAside, DecidedAt = at, DecidedBy = actor };
    }

    private static (StaffSheet? Sheet, Refusal? Why) ReadSheet(StaffImportKind kind, ReadOnlyMemory<byte> bytes, string untrustedName) =>
        StaffSheet.Read(bytes.ToArray(), untrustedName, kind switch { StaffImportKind.Reform => ["action", "unit"], StaffImportKind.Units => ["unit", "parent"], _ => ["name", "to"] });

    private static Task<StaffImport?> FindAsync(TenantTransaction tx, StaffImportId id, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE id = $1 FOR UPDATE", Row, cancel, id.Value);

    private static async Task<Outcome<StaffPlan>> PlanAsync(TenantTransaction tx, StaffImport import, CancellationToken cancel)
    {
        var (sheet, why) = ReadSheet(import.Kind, await KeptFiles.ReadAsync(tx, import.Digest, cancel), import.FileName);
        if (sheet is null) return why!;
        var aliases = (await tx.ListAsync("SELECT called, unit_id FROM records.unit_alias", r => (r.GetString(0), new UnitId(r.GetGuid(1))), cancel)).ToDictionary(a => a.Item1, a => a.Item2);
        if (import.Kind == StaffImportKind.Units)
        {
            await OrganisationRows.LockTreeAsync(tx, cancel);
            var (changes, notes) = await UnitListRun.RunAsync(tx, import, sheet, aliases, cancel);
            return new StaffPlan(import, sheet.Format, sheet.Rows.Count, DigestOf(changes, notes), changes, notes, [], [], [], [], []);
        }
        if (import.Kind == StaffImportKind.Reform)
        {
            await OrganisationRows.LockTreeAsync(tx, cancel);
            var (changes, notes, unknown) = await ReformRun.RunAsync(tx, import, sheet, aliases, cancel);
            return new StaffPlan(import, sheet.Format, sheet.Rows.Count, DigestOf(changes, notes), changes, notes, unknown, [], [], [], []);
        }
        var charts = new Dictionary<DateOnly, OrganisationChart>();
        foreach (var day in StaffPlanner.DaysOf(sheet, import.EffectiveOn).Order().Take(StaffPlanner.MostDays)) charts[day] = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var ended = await OrganisationRows.EndedOnAsync(tx, [.. charts.Keys], cancel);
        var result = StaffPlanner.Plan(import, sheet, new PlanGround(charts, aliases, ended));
        var effects = await PlanEffects.OfAsync(tx, charts, result.Changes, cancel);
        return new StaffPlan(import, sheet.Format, sheet.Rows.Count, DigestOf(result.Changes, result.Notes), result.Changes, result.Notes, result.Unknown, result.Missing, effects.Relieved, effects.Vacated, effects.Accounts);
    }

    private static Sha256 DigestOf(IReadOnlyList<PlannedChange> changes, IReadOnlyList<PlanNote> notes)
    {
        var text = new StringBuilder();
        foreach (var c in changes) text.Append(CultureInfo.InvariantCulture, $"{c.Row}|{c.Kind}|{c.On:O}|{c.Was?.Id}|{c.Who}|{c.Before}|{c.After}\n");
        foreach (var n in notes.Where(n => n.Blocks)) text.Append(CultureInfo.InvariantCulture, $"{n.Row}|{n.Says.Ja}\n");
        return Sha256.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static StaffImport Row(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), r.Case<StaffImportKind>(1), r.Case<StaffImportOrigin>(2), r.GetString(3), r.Digest(4), r.GetFieldValue<DateOnly>(5), r.GetBoolean(6), r.Moment(7), r.By(8),
        r.Case<StaffImportState>(10), RecordJson.Read<Dictionary<string, int>>(r.GetString(11)), r.MomentOrNull(12), r.ByOrNull(13));
}
