using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>A reorganisation row by row (組織改正): to look at it is to do it in a transaction that is undone.</summary>
internal sealed class ReformRun
{
    private const int MaxName = 200;

    private readonly TenantTransaction tx;
    private readonly StaffImport import;
    private readonly CancellationToken cancel;
    private readonly StaffSheetWords words = StaffSheetWords.Load();
    private readonly IReadOnlyDictionary<string, UnitId> aliases;
    private readonly List<PlannedChange> changes = [];
    private readonly List<PlanNote> notes = [];
    private readonly Dictionary<string, int> unknown = [];

    private ReformRun(TenantTransaction tx, StaffImport import, IReadOnlyDictionary<string, UnitId> aliases, CancellationToken cancel) =>
        (this.tx, this.import, this.aliases, this.cancel) = (tx, import, aliases, cancel);

    public static async Task<(IReadOnlyList<PlannedChange> Changes, IReadOnlyList<PlanNote> Notes, IReadOnlyList<UnknownUnit> Unknown)> RunAsync(
        TenantTransaction tx, StaffImport import, StaffSheet sheet, IReadOnlyDictionary<string, UnitId> aliases, CancellationToken cancel)
    {
        var run = new ReformRun(tx, import, aliases, cancel);
        foreach (var row in sheet.Rows) await run.TakeAsync(row);
        foreach (var day in run.changes.Select(c => c.On).Distinct().Order())
        {
            if (await TreeRules.ProblemAsync(tx, day, cancel) is { } problem) run.notes.Add(new PlanNote(0, "", problem.What + problem.Next, Blocks: true));
        }
        return (run.changes, run.notes, [.. run.unknown.Select(u => new UnknownUnit(u.Key, u.Value))]);
    }

    /// <summary>What the ledger says of a reorganisation that was carried out.</summary>
    public static IReadOnlyList<LedgerEntry> Entries(StaffPlan plan, DateTimeOffset at, Actor actor) =>
        [.. plan.Changes.SelectMany(c => c.Entries.Select(e => RecordKeeper.Entry(at, e.Kind, actor, $"unit/{e.Unit}", e.Body)))];

    private async Task TakeAsync(StaffRow row)
    {
        var on = import.EffectiveOn;
        if (row["day"] is { Length: > 0 } said && !FieldReader.TryDay(said, import.EffectiveOn, out on))
        {
            Block(row, "day", new($"「{said}」は日付として読めません。", $"“{said}” is not a day."));
            return;
        }
        var units = new UnitFinder(await OrganisationRows.UnitsAsync(tx, on, cancel), aliases);
        switch (words.Find("reforms", row["action"]))
        {
            case "create": await CreateAsync(row, units, on); break;
            case "rename" or "move": await ChangeAsync(row, units, on); break;
            case "merge": await MergeAsync(row, units, on); break;
            case "close": await CloseAsync(row, units, on); break;
            default: Block(row, "action", new($"区分「{row["action"]}」は、新設・改称・移管・統合・廃止のどれでもありません。", $"The action “{row["action"]}” is none of 新設, 改称, 移管, 統合, 廃止.")); break;
        }
    }

    private async Task CreateAsync(StaffRow row, UnitFinder units, DateOnly on)
    {
        if (Name(row, "unit") is not { } name) return;
        Unit? parent = null;
        if (row["parent"].Length > 0 && (parent = UnitOf(row, "parent", units)) is null) return;
        var kind = row["unit-kind"].Length > 0 && words.Find("unit-kinds", row["unit-kind"]) is { } said ? Enum.Parse<UnitKind>(said)
            : parent is null ? UnitKind.Agency
            : name.EndsWith('部') || name.EndsWith('局') ? UnitKind.Department : UnitKind.Section;
        if ((parent is null) != (kind == UnitKind.Agency))
        {
            Block(row, "parent", Refusals.BadParent.What);
            return;
        }
        var made = new Unit(new(Guid.CreateVersion7(import.MadeAt)), parent?.Id, kind, name, on, null);
        await UnitChanges.AddAsync(tx, made, cancel);
        Done(row, PlannedKind.Create, on, name, "", parent is null ? name : $"{units.PathOf(parent.Id)} ／ {name}", "unit.added", made.Id, made);
    }

    private async Task ChangeAsync(StaffRow row, UnitFinder units, DateOnly on)
    {
        if (UnitOf(row, "unit", units) is not { } unit) return;
        var name = unit.Name;
        if (row["new-name"].Length > 0)
        {
            if (Name(row, "new-name") is not { } given) return;
            name = given;
        }
        var parent = unit.Parent;
        if (row["parent"].Length > 0)
        {
            if (UnitOf(row, "parent", units) is not { } above) return;
            parent = above.Id;
        }
        if (name == unit.Name && parent == unit.Parent)
        {
            Block(row, "action", new("新しい名称か上位組織が要ります。", "A new name or a new place is needed."));
            return;
        }
        await OrganisationRows.TermAsync(tx, unit.Id, on, parent, name, cancel);
        Done(row, name == unit.Name ? PlannedKind.MoveUnit : PlannedKind.Rename, on, unit.Name, units.PathOf(unit.Id), parent is { } p ? $"{units.PathOf(p)} ／ {name}" : name, "unit.changed", unit.Id,
            new { Name = name, Parent = parent, on, was = new { unit.Name, unit.Parent } });
    }

    private async Task MergeAsync(StaffRow row, UnitFinder units, DateOnly on)
    {
        if (UnitOf(row, "unit", units) is not { } unit || UnitOf(row, "into", units) is not { } into) return;
        if (unit.Id == into.Id)
        {
            Block(row, "into", new("統合先が同じ組織です。", "It can't be merged into itself."));
            return;
        }
        var people = (await OrganisationRows.ChartAsync(tx, on, [unit.Id], cancel)).People.Where(p => p.Unit == unit.Id).ToList();
        await OrganisationRows.TermsAsync(tx, [.. people.Select(p => (p with { Unit = into.Id }, on))], cancel);
        // Moves that are known already for later go along, too.
        await tx.RunAsync("UPDATE records.person_term SET unit_id = $2 WHERE unit_id = $1 AND begins_on > $3", cancel, unit.Id.Value, into.Id.Value, on);
        await tx.RunAsync("UPDATE records.second_post SET unit_id = $2 WHERE unit_id = $1 AND begins_on >= $3", cancel, unit.Id.Value, into.Id.Value, on);
        foreach (var child in (await OrganisationRows.UnitsAsync(tx, on, cancel)).Where(u => u.Parent == unit.Id)) await OrganisationRows.TermAsync(tx, child.Id, on, into.Id, child.Name, cancel);
        await tx.RunAsync("UPDATE records.unit_alias SET unit_id = $2 WHERE unit_id = $1", cancel, unit.Id.Value, into.Id.Value);
        await UnitChanges.CloseAsync(tx, unit.Id, on, cancel);
        Done(row, PlannedKind.Merge, on, unit.Name, $"{units.PathOf(unit.Id)}（{people.Count} 人）", units.PathOf(into.Id), "unit.closed", unit.Id,
            new { unit.Name, endsOn = on, into = into.Id, intoName = into.Name, people = people.Count });
    }

    private async Task CloseAsync(StaffRow row, UnitFinder units, DateOnly on)
    {
        if (UnitOf(row, "unit", units) is not { } unit) return;
        if (await UnitChanges.IsInUseAsync(tx, unit.Id, on, cancel))
        {
            Block(row, "unit", Refusals.NotEmpty.What);
            return;
        }
        await UnitChanges.CloseAsync(tx, unit.Id, on, cancel);
        Done(row, PlannedKind.Close, on, unit.Name, units.PathOf(unit.Id), "", "unit.closed", unit.Id, new { unit.Name, endsOn = on });
    }

    private string? Name(StaffRow row, string column)
    {
        if (row[column].Length is > 0 and <= MaxName) return row[column];
        Block(row, column, Refusals.BadName.What);
        return null;
    }

    private Unit? UnitOf(StaffRow row, string column, UnitFinder units)
    {
        var called = row[column];
        switch (units.Find(called))
        {
            case [var unit]: return unit;
            case []:
                if (called.Length > 0) unknown[called] = unknown.GetValueOrDefault(called) + 1;
                Block(row, column, called.Length == 0 ? new("組織の名前が要ります。", "A unit is needed.") : new($"「{called}」という組織は、その日にはありません。", $"There is no unit “{called}” on that day."));
                return null;
            case var several:
                Block(row, column, new($"「{called}」が {several.Count} つあります。上位の組織も書いてください（例：{units.ShortestOf(several)}）。", $"There are {several.Count} units “{called}”. Write the unit above as well, such as {units.ShortestOf(several)}."));
                return null;
        }
    }

    private void Done(StaffRow row, PlannedKind kind, DateOnly on, string who, string before, string after, string entry, UnitId unit, object body) =>
        changes.Add(new PlannedChange(row.Number, kind, on, who, before, after) { Entries = [(entry, unit, body)] });

    private void Block(StaffRow row, string column, Bilingual says) => notes.Add(new PlanNote(row.Number, row.Where(column), says, Blocks: true));
}
