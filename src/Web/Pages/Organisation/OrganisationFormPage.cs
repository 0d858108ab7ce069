using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Organisation;

/// <summary>A page about the organisation as it stands today.</summary>
public abstract class OrganisationFormPage : MunicipalPage
{
    /// <summary>The organisation today.</summary>
    protected OrganisationChart Chart { get; private set; } = new(default, [], [], []);

    protected DateOnly Today => Dates.DayOf(Viewer.Now);

    protected override async Task OnInitializedAsync()
    {
        await LoadWordsAsync();
        Chart = await Records.Organisation.ReadAsync(Municipality, Today, null, Cancel);
    }

    /// <summary>実施機関 is 行政機関 elsewhere.</summary>
    protected string KindName(UnitKind kind) => kind == UnitKind.Agency ? Spoken("{実施機関}", "agency") : T(kind.Name());

    /// <summary>Units in the order of the tree, each with its depth.</summary>
    protected IReadOnlyList<(Unit Unit, int Depth)> Tree()
    {
        var rows = new List<(Unit, int)>();
        var children = Chart.Units.ToLookup(u => u.Parent);
        Add(null, 0);
        return rows;

        void Add(UnitId? parent, int depth)
        {
            foreach (var unit in children[parent])
            {
                rows.Add((unit, depth));
                Add(unit.Id, depth + 1);
            }
        }
    }

    /// <summary>The unit's name with those above it, for choices: 町長部局 ／ 企画部.</summary>
    protected string PathOf(Unit unit)
    {
        var names = new Stack<string>();
        for (var at = unit; at is not null; at = at.Parent is { } above ? Chart.Units.FirstOrDefault(u => u.Id == above) : null) names.Push(at.Name);
        return string.Join(" ／ ", names);
    }

    /// <summary>The unit chosen in a field; null when none was.</summary>
    protected UnitId? ChosenUnit(string field) => Guid.TryParse(Text(field), out var id) ? new UnitId(id) : null;

    /// <summary>Reads a day of the form; an empty field is today.</summary>
    protected bool TryDay(string field, out DateOnly day)
    {
        day = Today;
        if (string.IsNullOrWhiteSpace(Text(field)) || Dates.TryRead(Text(field), Today, out day)) return true;
        Wrong(field, new("日付として読めません。「令和9年3月31日」のように書いてください。", "Not a day. Write it like 2027-03-31."));
        return false;
    }

    /// <summary>Back to the organisation when it was done; else says what to change.</summary>
    protected void Finish<T>(Outcome<T> outcome, string done) =>
        outcome.Match(_ => { Go($"/organisation?done={done}"); return 0; }, refused => { Wrong(refused); return 0; });
}
