using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>What the planner is given: the organisation on each day that a row names.</summary>
/// <param name="EndedOn">People who leave on one of those very days.</param>
internal sealed record PlanGround(IReadOnlyDictionary<DateOnly, OrganisationChart> Charts, IReadOnlyDictionary<string, UnitId> Aliases, IReadOnlyList<Person> EndedOn);

/// <summary>Makes changes out of rows (人事異動の下見). Pure: the same sheet on the same organisation gives the same plan.</summary>
internal sealed class StaffPlanner
{
    /// <summary>More days than these in one sheet is a mistake: each costs a reading of the organisation.</summary>
    public const int MostDays = 24;

    private readonly StaffImport import;
    private readonly StaffSheet sheet;
    private readonly PlanGround ground;
    private readonly StaffSheetWords words = StaffSheetWords.Load();
    private readonly Dictionary<DateOnly, Day> days;
    private readonly List<PlannedChange> changes = [];
    private readonly List<PlanNote> notes = [];
    private readonly Dictionary<string, int> unknown = [];
    private readonly Dictionary<string, int> seen = [];
    private readonly HashSet<PersonId> mentioned = [];

    /// <summary>One day of the organisation, made quick to ask.</summary>
    private sealed record Day(OrganisationChart Chart, UnitFinder Units, Dictionary<string, Person> ByNumber, ILookup<string, Person> ByName, ILookup<PersonId, SecondPost> Seconds)
    {
        public Dictionary<Guid, Person> ById { get; } = Chart.People.ToDictionary(p => p.Id.Value);
    }

    private StaffPlanner(StaffImport import, StaffSheet sheet, PlanGround ground)
    {
        (this.import, this.sheet, this.ground) = (import, sheet, ground);
        days = ground.Charts.ToDictionary(c => c.Key, c => new Day(c.Value, new UnitFinder(c.Value.Units, ground.Aliases),
            c.Value.People.Where(p => p.Number is not null).GroupBy(p => p.Number!).ToDictionary(g => g.Key, g => g.First()),
            c.Value.People.ToLookup(p => StaffSheetWords.Fold(p.Name)), c.Value.SecondPosts.ToLookup(s => s.Person)));
    }

    public sealed record Result(IReadOnlyList<PlannedChange> Changes, IReadOnlyList<PlanNote> Notes, IReadOnlyList<UnknownUnit> Unknown, IReadOnlyList<Person> Missing);

    public static Result Plan(StaffImport import, StaffSheet sheet, PlanGround ground)
    {
        var planner = new StaffPlanner(import, sheet, ground);
        foreach (var row in sheet.Rows.OrderBy(planner.IsSecond)) planner.Take(row);
        var missing = import.Kind == StaffImportKind.Roster
            ? ground.Charts[import.EffectiveOn].People.Where(p => p.Number is not null && !planner.mentioned.Contains(p.Id)).ToList()
            : [];
        if (import.EndMissing)
            planner.changes.AddRange(missing.Select(p => new PlannedChange(0, PlannedKind.Leave, import.EffectiveOn, Named(p), planner.Told(p, import.EffectiveOn), "") { Was = p }));
        return new Result([.. planner.changes.OrderBy(c => c.Row == 0).ThenBy(c => c.Row)], [.. planner.notes.OrderBy(n => n.Row)], [.. planner.unknown.OrderByDescending(u => u.Value).Select(u => new UnknownUnit(u.Key, u.Value))], missing);
    }

    /// <summary>The days that the rows name; null with the row where one can't be read.</summary>
    public static IReadOnlySet<DateOnly> DaysOf(StaffSheet sheet, DateOnly usual) =>
        sheet.Rows.Select(r => r["day"]).Where(d => d.Length > 0).Select(d => FieldReader.TryDay(d, usual, out var day) ? day : usual).Append(usual).ToHashSet();

    private bool IsSecond(StaffRow row) => row["action"].Length > 0 && words.Find("actions", row["action"]) == "second";

    private void Take(StaffRow row)
    {
        var on = import.EffectiveOn;
        if (row["day"] is { Length: > 0 } said && !FieldReader.TryDay(said, import.EffectiveOn, out on))
        {
            Block(row, "day", new($"「{said}」は日付として読めません。", $"“{said}” is not a day."));
            return;
        }
        if (!days.TryGetValue(on, out var day))
        {
            Block(row, "day", new($"発令日の種類が多すぎます（{MostDays} まで）。", $"There are too many different days ({MostDays} at most)."));
            return;
        }
        var (number, name) = (row["number"], row["name"]);
        if (number.Length == 0 && name.Length == 0)
        {
            Block(row, "number", new("職員番号か氏名が必要です。", "A staff number or a name is needed."));
            return;
        }
        if (name.Length > 100 || number.Length > 40 || row["title"].Length > 100)
        {
            Block(row, "name", new("氏名と職は 100 字、職員番号は 40 字までです。", "Names and titles have 100 characters, numbers 40 at most."));
            return;
        }
        var action = row["action"].Length == 0 ? null : words.Find("actions", row["action"]);
        if (row["action"].Length > 0 && action is null) Note(row, "action", new($"区分「{row["action"]}」を知らないため、所属と氏名の違いから判断しました。", $"The action “{row["action"]}” isn't known; what differs decides."));
        var person = Find(row, day, number, name, out var ambiguous);
        if (ambiguous) return;
        if (person is not null) mentioned.Add(person.Id);
        if (person is not null && sheet.IsOurs && number.Length > 0 && person.Number != number)
        {
            // Another number and another name: rows were mixed up. Another number under the same name: that is what the sheet is to change.
            if (StaffSheetWords.Fold(name) != StaffSheetWords.Fold(person.Name))
            {
                Block(row, "number", new($"職員番号も氏名も名簿（{Named(person)}）と違います。行がずれていないか確かめてください。", $"Number and name both differ from the register ({Named(person)}). Check that rows weren't mixed up."));
                return;
            }
            if (day.ByNumber.GetValueOrDefault(number) is { } other)
            {
                Block(row, "number", new($"職員番号 {number} は、{other.Name}さんが使っています。", $"Staff number {number} belongs to {other.Name}."));
                return;
            }
        }
        if (action is not ("second" or "second-end") && number.Length > 0 && !seen.TryAdd($"{number}/{on:O}", row.Number))
        {
            Block(row, "number", new($"同じ職員番号が {seen[$"{number}/{on:O}"]} 行目にもあります。", $"The same number stands in row {seen[$"{number}/{on:O}"]}."));
            return;
        }
        switch (action)
        {
            case "leave": Leave(row, person, on); break;
            case "second": Second(row, day, person, on); break;
            case "second-end": SecondEnd(row, day, person, on); break;
            case "join" when person is not null && ground.EndedOn.All(e => e.Id != person.Id):
                Block(row, "number", new($"{Named(person)}は、すでに登録されています。", $"{Named(person)} is registered already."));
                break;
            case "move" or "change" when person is null:
                Block(row, "number", new("名簿にいない人です。採用なら、区分を「採用」にしてください。", "Nobody of that number or name is registered. Write 採用 for somebody new."));
                break;
            default: Place(row, day, person, on, number, name); break;
        }
    }

    private Person? Find(StaffRow row, Day day, string number, string name, out bool ambiguous)
    {
        ambiguous = false;
        if (Guid.TryParse(row[StaffSheet.Id], out var id) && day.ById.TryGetValue(id, out var known)) return known;
        if (number.Length > 0) return day.ByNumber.GetValueOrDefault(number) ?? ground.EndedOn.FirstOrDefault(p => p.Number == number && p.EndsOn == day.Chart.Day);
        var same = day.ByName[StaffSheetWords.Fold(name)].ToList();
        if (same.Count > 1 && row["from"].Length > 0 && day.Units.Find(row["from"]) is [var from]) same = same.FindAll(p => p.Unit == from.Id);
        if (same.Count <= 1) return same.Count == 1 ? same[0] : null;
        ambiguous = true;
        Block(row, "name", new($"同じ氏名の人が {same.Count} 人います。職員番号を入れてください。", $"There are {same.Count} people of that name. Give the staff number."));
        return null;
    }

    private void Place(StaffRow row, Day day, Person? person, DateOnly on, string number, string name)
    {
        Unit? to = null;
        if (row["to"].Length > 0 && (to = UnitOf(row, "to", day)) is null) return;
        var kind = row["kind"].Length == 0 ? null : words.Find("kinds", row["kind"]);
        if (row["kind"].Length > 0 && kind is null) Note(row, "kind", new($"職員区分「{row["kind"]}」を知らないため、変えませんでした。", $"The kind “{row["kind"]}” isn't known and was left as it is."));
        if (person is null)
        {
            if (row["from"].Length > 0 && import.Kind == StaffImportKind.Transfers)
                Block(row, "number", new("名簿にいない人です。採用なら、区分を「採用」にしてください。", "Nobody of that number or name is registered. Write 採用 for somebody new."));
            else if (name.Length == 0) Block(row, "name", new("新しく入る人の氏名が必要です。", "Who joins needs a name."));
            else if (to is null) Block(row, "to", new("新しく入る人の所属が必要です。", "Who joins needs a unit."));
            else
            {
                if (Period(row, to, on) is not var (begins, ends)) return;
                var joins = new Person(default, to.Id, Spaced(name), number.Length > 0 ? number : null, kind is null ? StaffKind.Staff : Enum.Parse<StaffKind>(kind), begins, ends, row["title"]);
                changes.Add(new PlannedChange(row.Number, PlannedKind.Join, on, Named(joins), "", Told(joins, on)) { Becomes = joins });
            }
            return;
        }
        if (row["from"].Length > 0 && day.Units.Find(row["from"]) is [var from] && from.Id != person.Unit)
            Note(row, "from", new($"旧所属が名簿（{day.Units.PathOf(person.Unit)}）と違います。", $"The register has {day.Units.PathOf(person.Unit)} as the old unit."));
        var becomes = person with
        {
            Unit = to?.Id ?? person.Unit,
            Name = name.Length == 0 || StaffSheetWords.Fold(name) == StaffSheetWords.Fold(person.Name) ? person.Name : Spaced(name),
            Kind = kind is null ? person.Kind : Enum.Parse<StaffKind>(kind),
            Title = row["title"].Length == 0 && !sheet.IsOurs ? person.Title : row["title"],
            Number = sheet.IsOurs && sheet.Columns.Contains("number") ? number.Length == 0 ? null : number : person.Number,
            EndsOn = null,
        };
        var reopens = person.EndsOn == on;
        if (!reopens)
        {
            if (!EndOf(row, person, on, out var ends)) return;
            becomes = becomes with { EndsOn = ends };
        }
        if (becomes == person && !reopens)
        {
            changes.Add(new PlannedChange(row.Number, PlannedKind.Nothing, on, Named(person), Told(person, on), Told(person, on)));
            return;
        }
        changes.Add(new PlannedChange(row.Number, becomes.Unit == person.Unit ? PlannedKind.Change : PlannedKind.Move, on, Named(person), Told(person, on, becomes), Told(becomes, on, person)) { Was = person, Becomes = becomes, Reopens = reopens });
    }

    /// <summary>The day on which somebody leaves, where the sheet is one of ours and says it; other sheets say it by an action.</summary>
    private bool EndOf(StaffRow row, Person person, DateOnly on, out DateOnly? ends)
    {
        ends = person.EndsOn;
        if (!sheet.IsOurs || !sheet.Columns.Contains("ends")) return true;
        ends = null;
        if (row["ends"].Length == 0) return true;
        if (FieldReader.TryDay(row["ends"], import.EffectiveOn, out var day) && (day > on || day == person.EndsOn))
        {
            ends = day;
            return true;
        }
        Block(row, "ends", new($"離任予定日「{row["ends"]}」は、発令日より後の日付にしてください。その日に離れる人は、区分を「退職」にします。", $"“{row["ends"]}” has to be a day after the day of the change. Who leaves on that very day has the action 退職."));
        return false;
    }

    private void Leave(StaffRow row, Person? person, DateOnly on)
    {
        if (person is null) Block(row, "number", new("名簿にいない人です。", "Nobody of that number or name is registered."));
        else if (person.EndsOn is { } already && already <= on) changes.Add(new PlannedChange(row.Number, PlannedKind.Nothing, on, Named(person), Told(person, on), ""));
        else changes.Add(new PlannedChange(row.Number, PlannedKind.Leave, on, Named(person), Told(person, on), "") { Was = person });
    }

    private void Second(StaffRow row, Day day, Person? person, DateOnly on)
    {
        // Somebody who joins in this sheet may get a second unit in it, wherever the two rows stand.
        var joins = person is null ? JoinOf(row, on) : null;
        person ??= joins?.Becomes;
        if (person is null) Block(row, "number", new("名簿にいない人です。", "Nobody of that number or name is registered."));
        else if (UnitOf(row, "to", day) is { } to)
        {
            var known = person.Unit == to.Id || day.Seconds[person.Id].Any(s => s.Unit == to.Id);
            if (Period(row, to, on) is not var (begins, _)) return;
            if (begins < person.BeginsOn) begins = person.BeginsOn;
            changes.Add(new PlannedChange(row.Number, known ? PlannedKind.Nothing : PlannedKind.Second, on, Named(person), "", day.Units.PathOf(to.Id))
            {
                Was = person,
                JoinsIn = joins?.Row,
                Second = new SecondPost(default, person.Id, to.Id, row["title"], begins, person.EndsOn),
            });
        }
    }

    private PlannedChange? JoinOf(StaffRow row, DateOnly on)
    {
        var same = changes.FindAll(c => c.Kind == PlannedKind.Join && c.On <= on
            && (row["number"].Length > 0 ? c.Becomes!.Number == row["number"] : c.Becomes!.Number is null && StaffSheetWords.Fold(c.Becomes.Name) == StaffSheetWords.Fold(row["name"])));
        return same is [var join] ? join : null;
    }

    /// <summary>From when to when somebody new is here, where the sheet says it (着任日・離任予定日). Null where it can't be.</summary>
    private (DateOnly Begins, DateOnly? Ends)? Period(StaffRow row, Unit to, DateOnly on)
    {
        var begins = on;
        if (row["begins"] is { Length: > 0 } said && !FieldReader.TryDay(said, import.EffectiveOn, out begins))
        {
            Block(row, "begins", new($"「{said}」は日付として読めません。", $"“{said}” is not a day."));
            return null;
        }
        if (begins < to.BeginsOn) begins = to.BeginsOn;   // in a unit that didn't stand yet nobody was
        if (begins > on)
        {
            Block(row, "begins", new("着任日が発令日より後です。発令日をその日にしてください。", "That is after the day of the change. Give that day as the day of the change."));
            return null;
        }
        if (row["ends"].Length == 0) return (begins, null);
        if (!FieldReader.TryDay(row["ends"], import.EffectiveOn, out var ends) || ends <= on)
        {
            Block(row, "ends", new($"離任予定日「{row["ends"]}」は、発令日より後の日付にしてください。", $"“{row["ends"]}” has to be a day after the day of the change."));
            return null;
        }
        return (begins, ends);
    }

    private void SecondEnd(StaffRow row, Day day, Person? person, DateOnly on)
    {
        if (person is null)
        {
            Block(row, "number", new("名簿にいない人です。", "Nobody of that number or name is registered."));
            return;
        }
        // The unit that is left stands in the old column or, in many sheets, in the new one.
        var column = row["from"].Length > 0 ? "from" : "to";
        if (UnitOf(row, column, day) is not { } unit) return;
        if (day.Seconds[person.Id].FirstOrDefault(s => s.Unit == unit.Id) is not { } held) Block(row, column, new("その兼務は登録されていません。", "That second post isn't registered."));
        else changes.Add(new PlannedChange(row.Number, PlannedKind.SecondEnd, on, Named(person), day.Units.PathOf(unit.Id), "") { Was = person, Second = held });
    }

    private Unit? UnitOf(StaffRow row, string column, Day day)
    {
        var called = row[column];
        switch (day.Units.Find(called))
        {
            case [var unit]: return unit;
            case []:
                if (called.Length > 0) unknown[called] = unknown.GetValueOrDefault(called) + 1;
                Block(row, column, called.Length == 0 ? new("所属が必要です。", "A unit is needed.") : new($"「{called}」という組織は、その日にはありません。", $"There is no unit “{called}” on that day."));
                return null;
            case var several:
                Block(row, column, new($"「{called}」が {several.Count} つあります。上位の組織も書いてください（例：{day.Units.ShortestOf(several)}）。", $"There are {several.Count} units “{called}”. Write the unit above as well, such as {day.Units.ShortestOf(several)}."));
                return null;
        }
    }

    private string Told(Person p, DateOnly on) => string.Join("　", new[] { days[on].Units.PathOf(p.Unit), p.Title, p.Name }.Where(t => t.Length > 0));

    /// <summary>The same, with what else differs from how it was or will be.</summary>
    private string Told(Person p, DateOnly on, Person other) => Told(p, on)
        + (p.Number == other.Number ? "" : $"　職員番号 {p.Number ?? "なし"}") + (p.EndsOn == other.EndsOn ? "" : $"　離任 {(p.EndsOn is { } day ? JapaneseTime.Date(day).Ja : "予定なし")}");

    private static string Named(Person p) => p.Number is null ? p.Name : $"{p.Name}（{p.Number}）";

    /// <summary>One blank between family and given name, whatever the sheet had.</summary>
    private static string Spaced(string name) => string.Join(' ', name.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private void Block(StaffRow row, string column, Bilingual says) => notes.Add(new PlanNote(row.Number, row.Where(column), says, Blocks: true));

    private void Note(StaffRow row, string column, Bilingual says) => notes.Add(new PlanNote(row.Number, row.Where(column), says, Blocks: false));
}
