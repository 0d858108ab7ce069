using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Transfers;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's units, people and posts.</summary>
internal sealed class DemoOrganisation(OrganisationRegister register, StaffTransfers transfers, MunicipalityId town, DemoScript script, Actor by)
{
    private readonly Dictionary<string, UnitId> units = [];
    private readonly Dictionary<string, PersonId> people = [];

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
            await AppointAsync(Post.SecurityManager, units[u.Key], u.Manager ?? u.Head, day, cancel);
        await AppointAsync(Post.Ciso, null, NameOf("ciso"), day, cancel);
        await AppointAsync(Post.GeneralOfficer, null, NameOf("digital"), day, cancel);
        await AppointAsync(Post.Csirt, null, NameOf("officer"), day, cancel);
        await AppointAsync(Post.CommitteeMember, null, NameOf("residents"), day, cancel);
        await AppointAsync(Post.CommitteeMember, null, NameOf("tax"), day, cancel);
        await AppointAsync(Post.AuditOfficer, null, NameOf("auditor"), day, cancel);
    }

    /// <summary>The transfers of spring as the personnel section sends them: a manager retires, four join, one of them only for the year. The post stays vacant for days …</summary>
    /// <param name="day">From which they hold.</param>
    public async Task TransferAsync(DateOnly day, CancellationToken cancel)
    {
        const string Sheet = """
            人事異動発令一覧,,,,,
            氏名,旧所属,新所属,区分,職,職員区分
            網野 剛,産業振興課,,退職,,
            船越 歩,,産業振興課,採用,課長,職員
            新浜 渚,,町民課,採用,主事,職員
            小舟 駿,,税務課,採用,主事,職員
            岸 千鶴,,福祉課,採用,事務補助,会計年度任用職員
            """;
        var import = (await transfers.UploadAsync(town, new(StaffImportKind.Transfers, Encoding.UTF8.GetBytes(Sheet), "人事異動発令一覧.csv", day), by, cancel)).OrThrow();
        var plan = (await transfers.PreviewAsync(town, import.Id, cancel)).OrThrow();
        if (plan.Notes.FirstOrDefault(n => n.Blocks) is { } note) throw new InvalidOperationException($"人事異動発令一覧: {note.Where} {note.Says.Ja}");
        (await transfers.CommitAsync(town, import.Id, plan.Digest, false, by, cancel)).OrThrow();
        foreach (var joined in (await register.ReadAsync(town, day, null, cancel)).People) people.TryAdd(joined.Name, joined.Id);
    }

    /// <summary>… and is filled then.</summary>
    public Task FillAsync(DateOnly day, CancellationToken cancel) => AppointAsync(Post.SecurityManager, units["industry"], "船越 歩", day, cancel);

    public async Task MeetAsync(DateOnly day, string agenda, CancellationToken cancel) =>
        (await register.RecordMeetingAsync(town, day, agenda, by, cancel)).OrThrow();

    private async Task AddAsync(string name, string unit, DateOnly day, CancellationToken cancel) =>
        people[name] = (await register.AddPersonAsync(town, units[unit], name, null, StaffKind.Staff, day, by, cancel)).OrThrow().Id;

    public UnitId UnitOf(string key) => units[key];

    public string UnitNameOf(string key) => script.Units.Single(u => u.Key == key).Name;

    /// <summary>The person of this name.</summary>
    public PersonId PersonOf(string name) => people[name];

    /// <summary>Everybody who is registered, by name.</summary>
    public IReadOnlyDictionary<string, PersonId> People => people;

    private string NameOf(string key) => script.People.Single(p => p.Key == key).Name;

    private async Task<AppointmentId> AppointAsync(Post post, UnitId? unit, string person, DateOnly day, CancellationToken cancel) =>
        (await register.AppointAsync(town, post, unit, people[person], day, by, cancel)).OrThrow().Id;
}
