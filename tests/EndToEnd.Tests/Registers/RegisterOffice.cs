using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.TestSupport;
using Sekisho.Web.Tests;

namespace Sekisho.EndToEnd.Tests.Registers;

/// <summary>An office with two sections and a register of equipment, and windows in which its people are signed in.</summary>
public sealed class RegisterOffice : IAsyncLifetime
{
    private IBrowser browser = null!;

    public ConsoleServer Server { get; private set; } = null!;

    public RecordSlices Records { get; private set; } = null!;

    public MunicipalityId Town => Server.Officer.Municipality;

    public UnitId Tax { get; private set; }

    public UnitId Welfare { get; private set; }

    public Web.Tests.Person Manager { get; private set; } = null!;

    public static Actor By { get; } = new("1", "担当 花子");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(EndToEnd.Tests.Town.Chromium), "Chromium is not installed (apt-get install chromium).");
        Server = await ConsoleServer.StartAsync();
        Records = Server.Services.GetRequiredService<RecordSlices>();
        var today = JapaneseTime.Day(Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var agency = (await Records.Organisation.AddUnitAsync(Town, null, UnitKind.Agency, "町長部局", today, By, default)).OrThrow().Id;
        var department = (await Records.Organisation.AddUnitAsync(Town, agency, UnitKind.Department, "住民部", today, By, default)).OrThrow().Id;
        Tax = (await Records.Organisation.AddUnitAsync(Town, department, UnitKind.Section, "税務課", today, By, default)).OrThrow().Id;
        Welfare = (await Records.Organisation.AddUnitAsync(Town, department, UnitKind.Section, "福祉課", today, By, default)).OrThrow().Id;
        foreach (var (name, number) in new[] { ("浜田 一郎", "1001"), ("磯野 波子", "1002"), ("港川 次郎", "1003") })
            (await Records.Organisation.AddPersonAsync(Town, Tax, name, number, StaffKind.Staff, today, By, default)).OrThrow();
        Manager = await Web.Tests.Person.AddAsync(Server, Town, "tax-manager@hama", Role.Manager, Tax.Value);
        browser = await SharedBrowser.GetAsync();
    }

    public async Task<RegisterEntry> AddAsync(string name, UnitId unit, params (string, string)[] more) =>
        (await Records.Registers.AddAsync(Town, TestRegisters.Equipment, EntryDraft.Of([("name", name), ("unit", unit.ToString()), .. more]), null, By, default)).OrThrow();

    public async Task<RegisterEntry> RoomAsync(string name) => (await Records.Registers.AddAsync(Town, TestRegisters.Rooms, EntryDraft.Of(("name", name)), null, By, default)).OrThrow();

    /// <summary>Puts some sensible equipment in: rooms, dates that are over and soon, a change, a retirement.</summary>
    public async Task FillAsync()
    {
        var (counter, store) = (await RoomAsync("1階 総合窓口"), await RoomAsync("2階 書庫"));
        string[] names = ["窓口パソコン", "課税計算用パソコン", "複合機（税務課）", "eLTAX 接続パソコン", "持出し用ノートパソコン", "証明書発行プリンター", "暗号化 USB メモリ", "スキャナー（課税資料用）", "予備パソコン", "電話催告用パソコン", "シュレッダー", "収納管理用パソコン"];
        var today = JapaneseTime.Day(Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        RegisterEntry? first = null;
        for (var i = 0; i < names.Length; i++)
        {
            var kind = names[i].Contains("パソコン", StringComparison.Ordinal) ? "pc" : names[i].Contains("USB", StringComparison.Ordinal) ? "media" : names[i].Contains('機', StringComparison.Ordinal) || names[i].Contains("プリンター", StringComparison.Ordinal) ? "printer" : "other";
            var entry = await AddAsync(names[i], i % 5 == 4 ? Welfare : Tax, ("kind", kind), ("serial", $"SN-{2600 + i * 37}"), ("count", (i % 3 + 1).ToString()), ("room", i % 2 == 0 ? counter.Number : store.Number),
                ("keeper", i % 3 == 0 ? "浜田 一郎" : "1002"), ("bought_on", today.AddYears(-3).AddDays(i * 20).ToString("yyyy-MM-dd")), ("until", today.AddDays(i * 23 - 40).ToString("yyyy-MM-dd")), ("carried", i == 4 || i == 6 ? "true" : "false"),
                ("marks", i % 2 == 0 ? "lock、label" : "label"), ("note", i == 0 ? "職員が交替で使う。\n離席のときは必ずカードを抜くこと。" : ""), ("related", first is null ? "" : first.Number));
            first ??= entry;
        }
    }

    /// <summary>A window in which this person is signed in.</summary>
    public async Task<Screen> OpenAsync(Web.Tests.Person person, string language = "ja", int width = 1280, int height = 900)
    {
        var address = $"http://localhost:{Server.Address.Port}";
        var context = Kept(await browser.NewContextAsync(new() { BaseURL = address, Locale = language == "ja" ? "ja-JP" : "en-GB", TimezoneId = "Asia/Tokyo", ViewportSize = new() { Width = width, Height = height } }));
        await context.AddCookiesAsync([new() { Name = "sekisho", Value = await person.SessionAsync(Server), Url = address }, new() { Name = "sekisho.language", Value = language, Url = address }]);
        return new Screen(await context.NewPageAsync(), new Uri(address));
    }

    /// <summary>A window of somebody from outside, in which nobody is signed in.</summary>
    public async Task<Screen> OpenOutsideAsync(string language = "ja")
    {
        var address = $"http://localhost:{Server.Address.Port}";
        var context = Kept(await browser.NewContextAsync(new() { BaseURL = address, Locale = language == "ja" ? "ja-JP" : "en-GB", TimezoneId = "Asia/Tokyo", ViewportSize = new() { Width = 1280, Height = 900 } }));
        await context.AddCookiesAsync([new() { Name = "sekisho.language", Value = language, Url = address }]);
        return new Screen(await context.NewPageAsync(), new Uri(address));
    }

    private readonly List<IBrowserContext> windows = [];

    private IBrowserContext Kept(IBrowserContext window)
    {
        windows.Add(window);
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var window in windows) await window.DisposeAsync();
        if (Server is not null) await Server.DisposeAsync();
    }
}
