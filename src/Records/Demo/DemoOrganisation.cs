using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's units, people and posts.</summary>
internal sealed class DemoOrganisation(OrganisationRegister register, MunicipalityId town, DemoScript script, Actor by)
{
    private readonly Dictionary<string, UnitId> units = [];
    private readonly Dictionary<string, PersonId> people = [];
    private AppointmentId industry;

    public UnitId Unit(string key) => units[key];

    /// <summary>Everybody in a post from the first day on.</summary>
    public async Task SetUpAsync(DateOnly day, CancellationToken cancel)
    {
        foreach (var u in script.Units)
        {
            units[u.Key] = (await register.AddUnitAsync(town, u.Parent is null ? null : units[u.Parent], Enum.Parse<UnitKind>(u.Kind), u.Name, day, by, cancel)).OrThrow().Id;
            if (people.TryGetValue(u.Head, out var elsewhere)) (await register.AddSecondPostAsync(town, elsewhere, units[u.Key], "書記", day, by, cancel)).OrThrow();
            else await AddAsync(u.Head, u.Key, day, cancel);
            if (u.Manager is { } manager) await AddAsync(manager, u.Key, day, cancel);
        }
        foreach (var p in script.People.Where(p => !people.ContainsKey(p.Name))) await AddAsync(p.Name, p.Unit, day, cancel);
        // A section, and an agency that has none, has its manager.
        foreach (var u in script.Units.Where(u => u.Kind == nameof(UnitKind.Section) || script.Units.All(below => below.Parent != u.Key)))
        {
            var appointed = await AppointAsync(Post.SecurityManager, units[u.Key], u.Manager ?? u.Head, day, cancel);
            if (u.Key == "industry") industry = appointed;
        }
        await AppointAsync(Post.Ciso, null, NameOf("ciso"), day, cancel);
        await AppointAsync(Post.GeneralOfficer, null, NameOf("digital"), day, cancel);
        await AppointAsync(Post.Csirt, null, NameOf("officer"), day, cancel);
        await AppointAsync(Post.CommitteeMember, null, NameOf("residents"), day, cancel);
        await AppointAsync(Post.CommitteeMember, null, NameOf("tax"), day, cancel);
        await AppointAsync(Post.AuditOfficer, null, NameOf("auditor"), day, cancel);
    }

    /// <summary>A section's post falls vacant at a transfer …</summary>
    public async Task LeaveVacantAsync(DateOnly day, CancellationToken cancel) =>
        (await register.EndAppointmentAsync(town, industry, day, by, cancel)).OrThrow();

    /// <summary>… and is filled days later.</summary>
    public async Task FillAsync(DateOnly day, CancellationToken cancel)
    {
        people["船越 歩"] = (await register.AddPersonAsync(town, units["industry"], "船越 歩", null, StaffKind.Staff, day, by, cancel)).OrThrow().Id;
        await AppointAsync(Post.SecurityManager, units["industry"], "船越 歩", day, cancel);
    }

    public async Task MeetAsync(DateOnly day, string agenda, CancellationToken cancel) =>
        (await register.RecordMeetingAsync(town, day, agenda, by, cancel)).OrThrow();

    private async Task AddAsync(string name, string unit, DateOnly day, CancellationToken cancel) =>
        people[name] = (await register.AddPersonAsync(town, units[unit], name, null, StaffKind.Staff, day, by, cancel)).OrThrow().Id;

    public UnitId UnitOf(string key) => units[key];

    /// <summary>The person of this name.</summary>
    public PersonId PersonOf(string name) => people[name];

    /// <summary>Everybody who is registered, by name.</summary>
    public IReadOnlyDictionary<string, PersonId> People => people;

    private string NameOf(string key) => script.People.Single(p => p.Key == key).Name;

    private async Task<AppointmentId> AppointAsync(Post post, UnitId? unit, string person, DateOnly day, CancellationToken cancel) =>
        (await register.AppointAsync(town, post, unit, people[person], day, by, cancel)).OrThrow().Id;
}
