using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;

namespace Sekisho.Records.Demo;

/// <summary>What the made-up town entrusts to others: contractors with their contracts, and external services.</summary>
/// <param name="end">The moment that day 0 begins.</param>
internal sealed class DemoThirdParties(RecordSlices slices, MunicipalityId town, DemoOrganisation organisation, Actor officer, Actor second, DateTimeOffset end)
{
    private readonly Dictionary<string, RegisterEntry> contractors = [];
    private readonly Dictionary<string, Guid> asked = [];
    private readonly Dictionary<string, (string Link, string Code)> ways = [];
    private RegisterEntry ended = null!, scheduling = null!;
    private readonly List<RegisterEntry> services = [];

    private static readonly string[] Late = ["なぎさ印刷株式会社", "浦浜設備管理有限会社"];

    /// <summary>Key of the section, what for, what is entrusted, in days when it began and when it ends.</summary>
    private static readonly (string Contractor, string Section, string Contract, string[] Entrusted, int Begins, int Ends)[] All =
    [
        ("潮見情報サービス株式会社", "digital", "住民情報システム運用保守業務", ["specific", "personal", "class2", "system"], -540, 560),
        ("潮見情報サービス株式会社", "digital", "庁内ネットワーク保守業務", ["class2", "system"], -500, 230),
        ("なぎさ印刷株式会社", "tax", "納税通知書の印刷・封入業務", ["personal"], -516, 130),
        ("浦浜設備管理有限会社", "general", "庁舎警備・清掃業務", ["public"], -516, 130),
        ("磯辺健診センター", "health", "住民健診業務", ["personal"], -535, 130),
        ("みなと給食サービス株式会社", "education", "学校給食の徴収事務", ["personal"], -530, -40),
    ];

    /// <summary>Everything that runs on the first day, selected, with its clauses.</summary>
    public async Task SetUpAsync(CancellationToken cancel)
    {
        foreach (var c in All)
        {
            if (!contractors.TryGetValue(c.Contractor, out var contractor))
                contractors[c.Contractor] = contractor = await EnterAsync("contractors", cancel, ("name", c.Contractor), ("contact", "営業担当"), ("certificates", c.Entrusted.Contains("specific") ? "isms" : "p-mark"));
            var contract = await EnterAsync("contracts", cancel,
                [("name", c.Contract), ("unit", organisation.UnitOf(c.Section).ToString()), ("contractor", contractor.Id.ToString()), ("begins_on", Say(c.Begins)), ("ends_on", Say(c.Ends)), .. c.Entrusted.Select(e => ("entrusted", e))]);
            foreach (var kind in Enum.GetValues<SheetKind>()) await FillAsync(kind, contract, cancel);
            if (c.Ends < 0) ended = contract;
        }
        foreach (var (name, section, purpose, ofClass, terms, registration) in new[]
        {
            ("会議録作成支援サービス", "general", "会議の音声から会議録の下書きを作る", "2", "contract", "ismap-liu"),
            ("グループウェア", "digital", "庁内の予定・掲示・回覧", "3C", "contract", "ismap"),
            ("観光写真の共有", "industry", "公表済みの写真の配布", "1", "standard", "none"),
        }) services.Add(await ServiceAsync(name, section, purpose, ofClass, terms, registration, cancel));
        foreach (var service in services) await ApproveAsync(service, cancel);
    }

    /// <summary>A section begins to use a service that nobody has approved …</summary>
    public async Task UseUnapprovedAsync(CancellationToken cancel) => services.Add(scheduling = await ServiceAsync("日程調整サービス", "construction", "庁外との会議の日程調整", "1", "standard", "none", cancel));

    /// <summary>… and it is decided about two weeks later.</summary>
    public Task ApproveSchedulingAsync(CancellationToken cancel) => ApproveAsync(scheduling, cancel);

    public async Task AskAsync(int dueDay, CancellationToken cancel)
    {
        foreach (var (name, contractor) in contractors)
        {
            var issued = (await slices.Confirmations.AskAsync(town, contractor.Id, DayOf(dueDay), officer, cancel)).OrThrow();
            (asked[name], ways[name]) = (issued.Summary.Id, (issued.Link, issued.Code));
        }
    }

    /// <summary>Contractors answer by the door that is there for them.</summary>
    public async Task AnswerAsync(bool late, CancellationToken cancel)
    {
        foreach (var (name, way) in ways.Where(w => Late.Contains(w.Key) == late))
        {
            var ticket = (await slices.ConfirmationDoor.OpenAsync(way.Link, way.Code, cancel)).OrThrow();
            var form = (await slices.ConfirmationDoor.ReadAsync(ticket, cancel))!;
            var answers = form.Questions.Where(q => q.Answer != AnswerKind.File).Select(q => new GivenAnswer(q.Key, q.Answer switch
            {
                AnswerKind.YesNo => "yes",
                AnswerKind.Date => Say(-220),
                AnswerKind.Number => "4",
                _ => "情報管理責任者",
            }, ""));
            (await slices.ConfirmationDoor.SendAsync(ticket, [.. answers], [], name + " 情報管理責任者", cancel)).OrThrow();
        }
    }

    public async Task RemindAsync(CancellationToken cancel)
    {
        foreach (var name in Late) (await slices.Confirmations.RemindAsync(town, asked[name], "電話で依頼。来週までに回答とのこと。", officer, cancel)).OrThrow();
    }

    public async Task SignOffAsync(bool late, CancellationToken cancel)
    {
        foreach (var name in asked.Keys.Where(n => Late.Contains(n) == late)) (await slices.Confirmations.SignOffAsync(town, asked[name], "", officer, cancel)).OrThrow();
    }

    /// <summary>A contract has ended; the certificate of deletion arrives two days later.</summary>
    public async Task ReceiveCertificateAsync(CancellationToken cancel) => (await slices.Contracts.RecordAsync(town, ended.Id,
        new ContractEventDraft(EventKind.Deleted, DayOf(-38), "", "データ消去証明書を受け取った。", Files: [new("データ消去証明書.txt", "架空の証明書です。"u8.ToArray())]), null, officer, cancel)).OrThrow();

    /// <summary>The yearly look at services.</summary>
    public async Task ReviewAsync(CancellationToken cancel)
    {
        var seen = new List<EntryVersion>();
        foreach (var service in services) seen.Add((await slices.Registers.ReadAsync(town, "cloud-services", service.Id, null, cancel))!.Seen);
        (await slices.Registers.ConfirmAsync(town, "cloud-services", seen, null, officer, cancel)).OrThrow();
    }

    private Task<RegisterEntry> ServiceAsync(string name, string section, string purpose, string ofClass, string terms, string registration, CancellationToken cancel) => EnterAsync("cloud-services", cancel,
        ("name", name), ("unit", organisation.UnitOf(section).ToString()), ("purpose", purpose), ("class", ofClass), ("terms", terms), ("provider", "架空クラウド株式会社"), ("region", "japan"), ("registration", registration), ("sign_in", "two-factor"));

    private async Task ApproveAsync(RegisterEntry service, CancellationToken cancel)
    {
        var standing = (await slices.Services.ReadAsync(town, service.Id, null, cancel))!;
        var ciso = (await slices.Services.DecidersAsync(town, service, cancel)).First(d => d.Post == Organisation.Post.Ciso);
        (await slices.Services.DecideAsync(town, service.Id, standing.Content, true, ciso.Person, standing.Day.AddDays(1000), "利用の範囲を守ること。", null, second, cancel)).OrThrow();
    }

    private async Task FillAsync(SheetKind kind, RegisterEntry contract, CancellationToken cancel)
    {
        var standing = (await slices.Contracts.ContractAsync(town, contract.Id, null, cancel))!;
        var missing = (kind == SheetKind.Selection ? standing.Selection : standing.Clauses).Missing;
        (await slices.Contracts.SaveSheetAsync(town, contract.Id, kind, null,
            [.. missing.Select((item, n) => new SheetAnswer(item.Key, SheetMark.Yes, kind == SheetKind.Clauses ? $"特記仕様書 第{n + 1}条" : "", ""))], null, officer, cancel)).OrThrow();
    }

    private async Task<RegisterEntry> EnterAsync(string register, CancellationToken cancel, params (string, string)[] fields) =>
        (await slices.Registers.AddAsync(town, register, EntryDraft.Of(fields), null, officer, cancel)).OrThrow();

    private DateOnly DayOf(int day) => JapaneseTime.Day(end.AddDays(day).AddHours(12));

    private string Say(int day) => DayOf(day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
