using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Tests.Terminals;

/// <summary>An office with a section, its information-security manager, a member of staff, and the policy's special articles.</summary>
internal sealed class Workplace : IAsyncDisposable
{
    private const string Policy = """
        いそべ村情報セキュリティ基本方針

        （マイナンバー利用事務系の対策）
        第１条　マイナンバー利用事務系の端末からの情報の持ち出しを不可とし、端末への多要素認証を導入する。

        （物理的セキュリティ）
        第２条　サーバ、情報システム室、通信回線及び端末について、物理的な対策を講じる。

        （技術的セキュリティ）
        第３条　コンピュータ等の管理、アクセス制御、不正プログラム対策等の技術的な対策を講じる。

        附　則
        この方針は、令和６年４月１日から施行する。
        """;

    private Workplace(Office office, Unit tax, Unit welfare) => (Office, Tax, Welfare) = (office, tax, welfare);

    public Office Office { get; }

    public Unit Tax { get; }

    public Unit Welfare { get; }

    public RecordSlices Slices => Office.Slices;

    public MunicipalityId Town => Office.Town;

    public Actor Staff { get; } = new("account-staff", "職員 一郎");

    /// <summary>Holds the post of 情報セキュリティ管理者 of the tax section.</summary>
    public Actor Manager => Office.Manager;

    /// <summary>情報セキュリティ責任者 of the department above.</summary>
    public Actor Head { get; } = new("account-head", "部長 三郎");

    /// <summary>Manager of another section.</summary>
    public Actor Other { get; } = new("account-other", "課長 次郎");

    public DateOnly Today => JapaneseTime.Day(Office.Clock.Now());

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Workplace> OpenAsync()
    {
        var office = await Office.OpenAsync();
        await office.EnforceAsync(Policy);
        var day = JapaneseTime.Day(Office.Start).AddDays(-30);
        var organisation = office.Slices.Organisation;
        var mayor = (await organisation.AddUnitAsync(office.Town, null, UnitKind.Agency, "村長部局", day, office.Officer, Cancel)).OrThrow();
        var department = (await organisation.AddUnitAsync(office.Town, mayor.Id, UnitKind.Department, "民生部", day, office.Officer, Cancel)).OrThrow();
        var tax = (await organisation.AddUnitAsync(office.Town, department.Id, UnitKind.Section, "税務課", day, office.Officer, Cancel)).OrThrow();
        var welfare = (await organisation.AddUnitAsync(office.Town, department.Id, UnitKind.Section, "福祉課", day, office.Officer, Cancel)).OrThrow();
        var place = new Workplace(office, tax, welfare);
        await place.AddAsync(place.Staff, tax, null, day);
        await place.AddAsync(place.Manager, tax, Post.SecurityManager, day);
        await place.AddAsync(place.Other, welfare, Post.SecurityManager, day);
        await place.AddAsync(place.Head, department, Post.SecurityOfficer, day);
        return place;
    }

    private async Task AddAsync(Actor actor, Unit unit, Post? post, DateOnly day)
    {
        var person = (await Slices.Organisation.AddPersonAsync(Town, unit.Id, actor.Name, null, StaffKind.Staff, day, Office.Officer, Cancel)).OrThrow();
        (await Slices.AccountPeople.LinkAsync(Town, actor.Account, person.Id, Office.Officer, Cancel)).OrThrow();
        if (post is { } its) (await Slices.Organisation.AppointAsync(Town, its, unit.Id, person.Id, day, Office.Officer, Cancel)).OrThrow();
    }

    public async Task<RegisterEntry> EnterAsync(string register, params (string Key, string Value)[] fields) =>
        (await Slices.Registers.AddAsync(Town, register, EntryDraft.Of([("unit", Tax.Id.ToString()), .. fields]), null, Office.Officer, Cancel)).OrThrow();

    public async Task<RegisterEntry> ChangeAsync(RegisterEntry entry, params (string Key, string Value)[] fields) =>
        (await Slices.Registers.ChangeAsync(Town, entry.Register, (await Slices.Registers.ReadAsync(Town, entry.Register, entry.Id, null, Cancel))!.Seen, EntryDraft.Of(fields), null, Office.Officer, Cancel)).OrThrow();

    public Task<RegisterEntry> TerminalAsync(string name, string zone = "mynumber") => EnterAsync(TerminalRegisters.Terminals, ("name", name), ("zone", zone), ("kind", "desktop"));

    public Task<RegisterEntry> MediumAsync(string name, string encrypted = "true", string? serial = null) =>
        serial is null ? EnterAsync(TerminalRegisters.Media, ("name", name), ("kind", "usb"), ("encrypted", encrypted)) : EnterAsync(TerminalRegisters.Media, ("name", name), ("kind", "usb"), ("encrypted", encrypted), ("serial", serial));

    /// <summary>What an agent sends: yes to everything, but for what is said otherwise.</summary>
    public byte[] Report(string host, string? number = null, string[]? exceptions = null, params (string Key, Answer Answer)[] otherwise) => System.Text.Encoding.UTF8.GetBytes(new PostureReport(
        PostureReport.PresentFormat, Office.Clock.Now(), host, number, "windows", "Windows 11",
        [.. PostureKeys.All.Select(k => new PostureFact(k, otherwise.Where(o => o.Key == k).Select(o => (Answer?)o.Answer).FirstOrDefault() ?? Answer.Yes, new("見ました。", "Seen."), [], k == PostureKeys.MediaBlocked ? exceptions ?? [] : []))]).ToJson());

    public async Task<Verdict> VerdictAsync(string obligation)
    {
        await Slices.Collector.RunAsync(Town, null, Cancel);
        return DutyWalk.Seen(obligation, (await Slices.Verdicts.ObligationsAsync(Town, null, Cancel)).Single(l => l.Standing.Obligation.Id.Value == obligation).Standing.Verdict);
    }

    public static string? CodeOf<T>(Outcome<T> outcome) => outcome.Match(_ => null, r => (string?)r.Code);

    public ValueTask DisposeAsync() => Office.DisposeAsync();
}
