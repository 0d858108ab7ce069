using Sekisho.Assurance;
using Sekisho.Policy.Agencies;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>All units in one list (組織の一覧): what differs from the tree changes, what isn't in the list is named and stays. Looked at by doing it in a transaction that is undone.</summary>
internal sealed class UnitListRun
{
    private const int MaxName = 200;

    private readonly TenantTransaction tx;
    private readonly StaffImport import;
    private readonly StaffSheet sheet;
    private readonly CancellationToken cancel;
    private readonly StaffSheetWords words = StaffSheetWords.Load();
    private readonly IReadOnlyDictionary<string, UnitId> aliases;
    private readonly List<PlannedChange> changes = [];
    private readonly List<PlanNote> notes = [];
    private readonly Dictionary<UnitId, int> seen = [];
    private List<Unit> standing;
    private readonly UnitFinder asWas;
    private UnitFinder units;

    private UnitListRun(TenantTransaction tx, StaffImport import, StaffSheet sheet, IReadOnlyDictionary<string, UnitId> aliases, List<Unit> standing, CancellationToken cancel)
    {
        (this.tx, this.import, this.sheet, this.aliases, this.standing, this.cancel) = (tx, import, sheet, aliases, standing, cancel);
        units = asWas = new UnitFinder(standing, aliases);
    }

    public static async Task<(IReadOnlyList<PlannedChange> Changes, IReadOnlyList<PlanNote> Notes)> RunAsync(
        TenantTransaction tx, StaffImport import, StaffSheet sheet, IReadOnlyDictionary<string, UnitId> aliases, CancellationToken cancel)
    {
        var before = await OrganisationRows.UnitsAsync(tx, import.EffectiveOn, cancel);
        var run = new UnitListRun(tx, import, sheet, aliases, before, cancel);
        // A row may name as its parent one that only a row below it sets up: such rows wait for the next round.
        var waiting = sheet.Rows.ToList();
        for (var waited = -1; waiting.Count > 0 && waiting.Count != waited;)
        {
            waited = waiting.Count;
            var later = new List<StaffRow>();
            foreach (var row in waiting)
                if (!await run.TakeAsync(row, isLast: false)) later.Add(row);
            waiting = later;
        }
        foreach (var row in waiting) await run.TakeAsync(row, isLast: true);
        run.notes.AddRange(before.Where(u => !run.seen.ContainsKey(u.Id)).Select(u => new PlanNote(0, "",
            new($"「{run.units.PathOf(u.Id)}」は、この一覧にありません。そのままにします（廃止は組織改正の表で行います）。", $"“{run.units.PathOf(u.Id)}” isn't in the list. It stays (units are closed by a reorganisation sheet)."), Blocks: false)));
        if (run.changes.Where(c => c.Kind != PlannedKind.Nothing).Select(c => c.On).DefaultIfEmpty(import.EffectiveOn).Min() is var from && await TreeRules.ProblemAsync(tx, from, cancel) is { } problem)
            run.notes.Add(new PlanNote(0, "", problem.What + problem.Next, Blocks: true));
        return ([.. run.changes.OrderBy(c => c.Row)], [.. run.notes.OrderBy(n => n.Row)]);
    }

    /// <returns>False: its parent isn't there yet.</returns>
    private async Task<bool> TakeAsync(StaffRow row, bool isLast)
    {
        var name = row["unit"];
        if (name.Length is 0 or > MaxName) return Block(row, "unit", Refusals.BadName.What);
        Unit? parent = null;
        if (row["parent"].Length > 0)
        {
            // Renamed in this very sheet, it is still called by its old name in the rows of those below it.
            var called = units.Find(row["parent"]) is { Count: > 0 } now ? now : [.. asWas.Find(row["parent"]).Select(u => standing.Find(s => s.Id == u.Id)!)];
            if (called.Count == 0 && !isLast) return false;
            if (called.Count == 0) return Block(row, "parent", new($"「{row["parent"]}」という組織は、登録にもこの表にもありません。", $"There is no unit “{row["parent"]}”, neither registered nor in this sheet."));
            if (called.Count > 1) return Block(row, "parent", new($"「{row["parent"]}」が {called.Count} つあります。上位の組織も書いてください（例：{units.ShortestOf(called)}）。", $"There are {called.Count} units “{row["parent"]}”. Write the unit above as well, such as {units.ShortestOf(called)}."));
            parent = called[0];
        }
        var known = row[StaffSheet.Id] is { Length: > 0 } id && Guid.TryParse(id, out var its) ? standing.Find(u => u.Id.Value == its) : null;
        known ??= standing.Find(u => u.Parent == parent?.Id && UnitFinder.Fold(u.Name) == UnitFinder.Fold(name));
        if (known is not null && !seen.TryAdd(known.Id, row.Number)) return Block(row, "unit", new($"同じ組織が {seen[known.Id]} 行目にもあります。", $"The same unit stands in row {seen[known.Id]}."));
        var (agency, isRight) = AgencyOf(row, known);
        if (!isRight) return true;
        if (known is null) await CreateAsync(row, name, parent, agency);
        else await ChangeAsync(row, known, name, parent, agency);
        return true;
    }

    private async Task CreateAsync(StaffRow row, string name, Unit? parent, string? agency)
    {
        var said = row["unit-kind"].Length > 0 ? words.Find("unit-kinds", row["unit-kind"]) : null;
        if (row["unit-kind"].Length > 0 && said is null)
        {
            Block(row, "unit-kind", new($"種別「{row["unit-kind"]}」は、実施機関・部局・課室のどれでもありません。", $"The kind “{row["unit-kind"]}” is none of 実施機関, 部局, 課室."));
            return;
        }
        var kind = said is not null ? Enum.Parse<UnitKind>(said) : parent is null ? UnitKind.Agency : name.EndsWith('部') || name.EndsWith('局') ? UnitKind.Department : UnitKind.Section;
        if ((parent is null) != (kind == UnitKind.Agency) || parent?.Kind == UnitKind.Section)
        {
            Block(row, "parent", Refusals.BadParent.What);
            return;
        }
        var on = import.EffectiveOn;
        if (row["begins"] is { Length: > 0 } begins && !FieldReader.TryDay(begins, import.EffectiveOn, out on))
        {
            Block(row, "begins", new($"「{begins}」は日付として読めません。", $"“{begins}” is not a day."));
            return;
        }
        if (on > import.EffectiveOn)
        {
            Block(row, "begins", new("設置日が、この取込みの基準日より後です。先の日の新設は組織改正の表で取り込んでください。", "It is set up after the day of this import. Use a reorganisation sheet for days to come."));
            return;
        }
        // The list is a picture of one day: where the unit above was set up later, the one below can't have stood under it before.
        if (parent is not null && parent.BeginsOn > on) on = parent.BeginsOn;
        var made = new Unit(new(Guid.CreateVersion7(import.MadeAt)), parent?.Id, kind, name, on, null, agency);
        await UnitChanges.AddAsync(tx, made, cancel);
        if (agency is not null) await tx.RunAsync("UPDATE records.unit SET agency = $2 WHERE id = $1", cancel, made.Id.Value, agency);
        seen[made.Id] = row.Number;
        Now([.. standing, made]);
        changes.Add(new PlannedChange(row.Number, PlannedKind.Create, on, name, "", units.PathOf(made.Id)) { Entries = [("unit.added", made.Id, made)] });
    }

    private async Task ChangeAsync(StaffRow row, Unit known, string name, Unit? parent, string? agency)
    {
        var (on, path) = (import.EffectiveOn, units.PathOf(known.Id));
        if (row["unit-kind"].Length > 0 && words.Find("unit-kinds", row["unit-kind"]) != known.Kind.ToString())
            Note(row, "unit-kind", new($"種別（{known.Kind.Name().Ja}）は、登録のあとでは変えられません。", $"The kind ({known.Kind.Name().En}) can't be changed once registered."));
        // Another width or blank is the same name.
        if (UnitFinder.Fold(name) == UnitFinder.Fold(known.Name)) name = known.Name;
        var isSame = name == known.Name && parent?.Id == known.Parent;
        if (isSame && agency == known.Agency)
        {
            changes.Add(new PlannedChange(row.Number, PlannedKind.Nothing, on, known.Name, path, path));
            return;
        }
        if ((parent is null) != (known.Kind == UnitKind.Agency))
        {
            Block(row, "parent", Refusals.BadParent.What);
            return;
        }
        var said = new List<(string, UnitId, object)>();
        if (!isSame)
        {
            await OrganisationRows.TermAsync(tx, known.Id, on, parent?.Id, name, cancel);
            said.Add(("unit.changed", known.Id, new { Name = name, Parent = parent?.Id, on, was = new { known.Name, known.Parent } }));
        }
        if (agency != known.Agency)
        {
            await tx.RunAsync("UPDATE records.unit SET agency = $2 WHERE id = $1", cancel, known.Id.Value, agency);
            said.Add(("unit.agency", known.Id, new { agency, was = known.Agency }));
        }
        var changed = known with { Name = name, Parent = parent?.Id, Agency = agency };
        Now([.. standing.Select(u => u.Id == known.Id ? changed : u)]);
        changes.Add(new PlannedChange(row.Number, name != known.Name ? PlannedKind.Rename : parent?.Id != known.Parent ? PlannedKind.MoveUnit : PlannedKind.NameAgency, on, known.Name, path, units.PathOf(known.Id)) { Entries = said });
    }

    /// <summary>Which agency the row says that it is. A list without that column leaves it as it is.</summary>
    private (string? Agency, bool IsRight) AgencyOf(StaffRow row, Unit? known)
    {
        var said = row["agency"];
        if (said.Length == 0) return (sheet.Columns.Contains("agency") && sheet.IsOurs ? null : known?.Agency, true);
        if (AgencyVocabulary.Load().Agencies.FirstOrDefault(a => a.Name.Ja == said || a.Id == said) is { } agency) return (agency.Id, true);
        Block(row, "agency", new($"「{said}」は、実施機関の種類の一覧にありません。", $"“{said}” is not in the list of agencies."));
        return (null, false);
    }

    private void Now(List<Unit> after)
    {
        standing = after;
        units = new UnitFinder(standing, aliases);
    }

    private bool Block(StaffRow row, string column, Bilingual says)
    {
        notes.Add(new PlanNote(row.Number, row.Where(column), says, Blocks: true));
        return true;
    }

    private void Note(StaffRow row, string column, Bilingual says) => notes.Add(new PlanNote(row.Number, row.Where(column), says, Blocks: false));
}
