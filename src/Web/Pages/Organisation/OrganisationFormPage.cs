using Sekisho.Policy.Agencies;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Organisation;

/// <summary>A page about the organisation as it stands today.</summary>
public abstract class OrganisationFormPage : MunicipalPage
{
    /// <summary>The organisation today.</summary>
    protected OrganisationChart Chart { get; private set; } = new(default, [], [], []);

    /// <summary>May change the organisation; others read.</summary>
    protected bool MayManage => Person.Has(Role.Officer) || Person.Has(Role.Administrator);

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
            // The mayor's side first, then as law and custom list the agencies.
            foreach (var unit in parent is null ? children[parent].OrderBy(Rank) : children[parent])
            {
                rows.Add((unit, depth));
                Add(unit.Id, depth + 1);
            }
        }
    }

    private static int Rank(Unit agency)
    {
        var vocabulary = AgencyVocabulary.Load();
        var known = agency.Agency is { } id ? vocabulary.Find(id) : vocabulary.Recognise(agency.Name);
        return known is null ? int.MaxValue : vocabulary.Agencies.Index().First(a => a.Item == known).Index;
    }

    /// <summary>The unit's name with those above it, for choices: 町長部局 ／ 企画部.</summary>
    protected string PathOf(Unit unit)
    {
        var names = new Stack<string>();
        for (var at = unit; at is not null; at = at.Parent is { } above ? Chart.Units.FirstOrDefault(u => u.Id == above) : null) names.Push(at.Name);
        return string.Join(" ／ ", names);
    }

    /// <summary>People of each unit and of all below it, second posts included; each person once.</summary>
    protected Dictionary<UnitId, int> PeopleBelow()
    {
        var parents = Chart.Units.ToDictionary(u => u.Id, u => u.Parent);
        var within = Chart.Units.ToDictionary(u => u.Id, _ => new HashSet<PersonId>());
        foreach (var (unit, person) in Chart.People.Select(p => (p.Unit, p.Id)).Concat(Chart.SecondPosts.Select(s => (s.Unit, s.Person))))
        {
            for (UnitId? at = unit; at is { } next && within.TryGetValue(next, out var people); at = parents[next]) people.Add(person);
        }
        return within.ToDictionary(w => w.Key, w => w.Value.Count);
    }

    /// <summary>A file that was posted; null when none was, or an empty one.</summary>
    protected async Task<MinutesFile?> FileAsync(string field)
    {
        if (HttpContext.Request.Form.Files.GetFile(field) is not { Length: > 0 } file) return null;
        using var content = new MemoryStream();
        await file.CopyToAsync(content, Cancel);
        return new MinutesFile(file.FileName, content.ToArray());
    }

    /// <summary>The unit chosen in a field; null when none was.</summary>
    protected UnitId? ChosenUnit(string field) => Guid.TryParse(Text(field), out var id) ? new UnitId(id) : null;

    /// <summary>Back to where one came from when it was done; else says what to change.</summary>
    protected void Finish<T>(Outcome<T> outcome, string done, string back = "/organisation") =>
        outcome.Match(_ => { Go($"{back}?done={done}"); return 0; }, refused => { Wrong(refused); return 0; });
}
