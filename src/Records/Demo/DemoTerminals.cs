using System.Globalization;
using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's terminals, media and access reviews: by the asset tool's sheets at first, by the terminals' own reports of late.</summary>
internal sealed class DemoTerminals(RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, DemoOrganisation organisation, Func<int, DateOnly> dayOf)
{
    /// <summary>The asset tool's export comes once a month; an agent's report holds for eight days.</summary>
    private const int HoursOfTool = 720, HoursOfAgent = 192;

    private const string Exception = "E0D55EA573F0A1";

    private static readonly TimeSpan TokenLife = TimeSpan.FromDays(366);

    /// <summary>Key of the section, zone, how many, where.</summary>
    private static readonly (string Unit, string Zone, string Mark, int Count, string Place)[] Plan =
    [
        ("residents", "mynumber", "CHO", 8, "本庁舎1階 町民課"), ("tax", "mynumber", "ZEI", 6, "本庁舎1階 税務課"), ("welfare", "mynumber", "FUK", 5, "本庁舎1階 福祉課"),
        ("health", "mynumber", "KEN", 3, "保健センター"), ("digital", "mynumber", "DEJ", 2, "本庁舎2階 デジタル推進課"),
        ("general", "lgwan", "SOM", 4, "本庁舎2階 総務課"), ("tax", "lgwan", "ZEL", 2, "本庁舎1階 税務課"), ("industry", "lgwan", "SAN", 2, "本庁舎2階 産業振興課"), ("construction", "lgwan", "KEN-D", 2, "本庁舎2階 建設課"),
        ("water", "lgwan", "SUI", 2, "水道事業 事務所"), ("education", "internet", "KYO", 3, "町民会館"), ("assembly", "lgwan", "GIK", 1, "議会棟"), ("digital", "internet", "DEN", 2, "本庁舎2階 デジタル推進課"),
    ];

    private readonly DemoEntries entries = new(slices, town);
    private readonly List<Machine> machines = [];
    private readonly List<EntryId> systems = [];
    private EnrolmentId enrolment;

    /// <summary>What the asset tool and the agent know of a machine.</summary>
    private sealed class Machine(string unit, string zone, string name, string place)
    {
        public string Unit => unit;

        public string Zone => zone;

        public string Name => name;

        public string Place => place;

        public string? Number { get; set; }

        public bool IsPatched { get; set; } = true;

        public bool HasTwoFactor { get; init; } = true;

        public IReadOnlyList<string> Exceptions { get; init; } = [];
    }

    private Actor Officer => people["officer"];

    private Actor Digital => people["digital"];

    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps()
    {
        foreach (var (unit, zone, mark, count, place) in Plan)
            for (var n = 1; n <= count; n++) machines.Add(new(unit, zone, string.Create(CultureInfo.InvariantCulture, $"PC-{mark}{n:00}"), place) { Exceptions = unit == "residents" && n == 1 ? [Exception] : [] });
        yield return (-353, 15, MediaAsync);
        yield return (-352, 10, c => ImportAsync(-352, c));
        yield return (-352, 14, ReviewsAsync);
        foreach (var day in new[] { -324, -296, -268, -240, -212, -156, -128, -100 }) yield return (day, 8.7, c => ImportAsync(day, c));
        // Nine wait a week for their updates; three new ones come without.
        yield return (-190, 8.7, c => PatchAsync(9, -190, c));
        yield return (-183, 8.7, c => PatchAsync(0, -183, c));
        yield return (-75, 8.7, c => PatchAsync(3, -75, c));
        yield return (-72, 8.7, c => PatchAsync(0, -72, c));
        // The new counter's readers haven't arrived.
        yield return (-64, 8.7, CounterAsync);
        yield return (-44, 8.7, c => ImportAsync(-44, c));
        yield return (-30, 10, IntroduceAsync);
        foreach (var day in new[] { -28, -21, -14, -7, -1, 0 }) yield return (day, 8.7, c => ReportAsync(day, c));
        yield return (-28, 10, ShortenAsync);
        // Half-yearly and yearly; one comes a week late.
        foreach (var (day, number) in new[] { (-172, 0), (-171, 1), (-163, 2), (-12, 0), (-11, 1), (-10, 2), (-9, 3) }) yield return (day, 15, c => ReviewAsync(number, day, c));
    }

    /// <summary>What the machines have to say today: when the town is started again after days off.</summary>
    public static async Task ReportAgainAsync(RecordSlices slices, MunicipalityId town, TimeSpan after, CancellationToken cancel)
    {
        var now = slices.Registers.Keeper.Clock.Now();
        var enrolment = (await slices.Terminals.EnrolmentsAsync(town, cancel)).FirstOrDefault(e => e.Works(now));
        if (enrolment is null) return;
        foreach (var known in (await slices.Terminals.ReadAsync(town, null, cancel)).Terminals)
            if (known.Report is { } report && now - report.At > after) (await slices.Terminals.TakeAsync(town, enrolment.Id, Bytes(report.Report with { At = now }), cancel)).OrThrow();
    }

    /// <summary>What is lent out, and the one medium that may be written at the residents' counter.</summary>
    private async Task MediaAsync(CancellationToken cancel)
    {
        for (var n = 1; n <= 7; n++)
            await entries.AddAsync(TerminalRegisters.Media, Officer, cancel, ("unit", organisation.UnitOf("digital").ToString()), ("name", string.Create(CultureInfo.InvariantCulture, $"貸出用 USB メモリ {n:00}")), ("kind", "usb"), ("encrypted", "true"),
                ("capacity", "32 GB"), ("serial", string.Create(CultureInfo.InvariantCulture, $"E0D55EA57300{n:00}")), ("device_id", "0951:1666"), ("place", "デジタル推進課 鍵付き保管庫"));
        await entries.AddAsync(TerminalRegisters.Media, Officer, cancel, ("unit", organisation.UnitOf("residents").ToString()), ("name", "町民課 USB 1（統計提出用）"), ("kind", "usb"), ("encrypted", "true"), ("serial", Exception), ("device_id", "0951:1666"),
            ("place", "町民課 鍵付き保管庫"), ("exception_zones", TerminalRegisters.MyNumberZone), ("exception_why", "人口動態調査の提出に、ほかの手段がないため。"), ("exception_by", organisation.PersonOf(people["ciso"].Name).ToString()), ("exception_until", Say(-353 + 364)));
    }

    private async Task PatchAsync(int behind, int day, CancellationToken cancel)
    {
        var some = machines.Where(m => m.Zone != TerminalRegisters.MyNumberZone).Take(behind).ToHashSet();
        foreach (var machine in machines) machine.IsPatched = !some.Contains(machine);
        await ImportAsync(day, cancel);
    }

    private Task CounterAsync(CancellationToken cancel)
    {
        for (var n = 1; n <= 2; n++) machines.Add(new("residents", TerminalRegisters.MyNumberZone, string.Create(CultureInfo.InvariantCulture, $"PC-MAD{n:00}"), "本庁舎1階 総合窓口") { HasTwoFactor = false });
        return ImportAsync(-64, cancel);
    }

    /// <summary>The asset tool's export, with what the register calls each terminal once it knows it.</summary>
    private async Task ImportAsync(int day, CancellationToken cancel)
    {
        var lines = machines.Select(m => string.Join(',', m.Number ?? "", m.Name, organisation.UnitNameOf(m.Unit), ZoneName(m.Zone), "据置き", "Windows", m.Place, HoursOfTool, Say(day), "はい", YesNo(m.HasTwoFactor), "はい", YesNo(m.IsPatched), "はい"));
        await entries.ImportAsync(TerminalRegisters.Terminals, "資産管理ソフトの出力.csv", lines.Prepend("管理番号,端末名,担当課,領域,種類,OS,置き場所,報告が途絶えたとみなす時間,状態を確かめた日,媒体への書込みの禁止,多要素認証,ディスクの暗号化,更新の適用,不正プログラム対策"), Digital, cancel);
        if (machines.TrueForAll(m => m.Number is not null)) return;
        var numbers = (await entries.ListAsync(TerminalRegisters.Terminals, cancel)).ToDictionary(e => e.Title, e => e.Number);
        foreach (var machine in machines) machine.Number = numbers[machine.Name];
    }

    /// <summary>A token that was shown to the wrong people and stopped, and the one in use.</summary>
    private async Task IntroduceAsync(CancellationToken cancel)
    {
        var (_, first) = (await slices.Terminals.EnrolAsync(town, "試行（デジタル推進課の 2 台）", TokenLife, Officer, cancel)).OrThrow();
        (await slices.Terminals.RevokeAsync(town, first.Id, Officer, cancel)).OrThrow();
        (_, var used) = (await slices.Terminals.EnrolAsync(town, "全庁の端末", TokenLife, Officer, cancel)).OrThrow();
        enrolment = used.Id;
    }

    private async Task ReportAsync(int day, CancellationToken cancel)
    {
        var at = slices.Registers.Keeper.Clock.Now();
        foreach (var m in machines) (await slices.Terminals.TakeAsync(town, enrolment, Bytes(Report(m, at)), cancel)).OrThrow();
        // One that stands in no register waits for somebody to say which it is.
        if (day == -1) (await slices.Terminals.TakeAsync(town, enrolment, Bytes(Report(new("construction", "lgwan", "GENBA-TAB-03", ""), at)), cancel)).OrThrow();
    }

    /// <summary>Who reports by itself may not be silent for a month.</summary>
    private async Task ShortenAsync(CancellationToken cancel)
    {
        var seen = (await entries.ListAsync(TerminalRegisters.Terminals, cancel)).Select(e => e.Seen).ToList();
        (await slices.Registers.ChangeManyAsync(town, TerminalRegisters.Terminals, seen, EntryDraft.Of(("report_hours", HoursOfAgent.ToString(CultureInfo.InvariantCulture))), null, Officer, cancel)).OrThrow();
    }

    private async Task ReviewsAsync(CancellationToken cancel)
    {
        foreach (var (name, months) in new[] { ("住民情報システム", 6), ("税務システム", 6), ("福祉総合システム", 6), ("グループウェア", 12) })
            systems.Add((await entries.AddAsync(TerminalRegisters.AccessReviews, Digital, cancel, ("unit", organisation.UnitOf("digital").ToString()), ("name", name), ("review_months", months.ToString(CultureInfo.InvariantCulture)),
                ("reviewed_on", Say(-352)), ("reviewed_by", organisation.PersonOf(Digital.Name).ToString()), ("accounts", "41"), ("removed", "2"))).Id);
    }

    private Task ReviewAsync(int number, int day, CancellationToken cancel) => entries.ChangeAsync(TerminalRegisters.AccessReviews, systems[number], Digital, cancel,
        ("reviewed_on", Say(day)), ("accounts", (40 + number).ToString(CultureInfo.InvariantCulture)), ("removed", (number % 2).ToString(CultureInfo.InvariantCulture)), ("result", "異動した職員の権限を止めた。"));

    private static PostureReport Report(Machine m, DateTimeOffset at) => new(PostureReport.PresentFormat, at, m.Name, m.Number, "windows", "Windows 11 Pro 24H2",
        [.. PostureKeys.All.Select(key => key switch
        {
            PostureKeys.MediaBlocked => Fact(key, Answer.Yes, "リムーバブル記憶域への書込みを、ポリシーで止めています。", "Policy denies writing to removable storage.", m.Exceptions),
            PostureKeys.TwoFactor when !m.HasTwoFactor => Fact(key, Answer.No, "パスワードだけでサインインできます。", "A password alone signs in."),
            PostureKeys.TwoFactor => Fact(key, Answer.Yes, "顔認証と PIN の両方を求めています。", "Face and PIN are both asked for."),
            PostureKeys.DiskEncrypted => Fact(key, Answer.Yes, "C: は BitLocker で暗号化されています。", "C: is encrypted by BitLocker."),
            PostureKeys.Patched when !m.IsPatched => Fact(key, Answer.No, "更新が 40 日前から入っていません。", "No update for 40 days."),
            PostureKeys.Patched => Fact(key, Answer.Yes, "更新は 9 日前に入りました。", "Updated nine days ago."),
            PostureKeys.MalwareProtected => Fact(key, Answer.Yes, "動いており、定義は今日のものです。", "Running, with today's definitions."),
            _ => Fact(key, Answer.Yes, "許可した一覧にないソフトはありません。", "No software beside the list."),
        })]);

    private static PostureFact Fact(string key, Answer answer, string ja, string en, IReadOnlyList<string>? exceptions = null) => new(key, answer, new(ja, en), [], exceptions ?? []);

    private static byte[] Bytes(PostureReport report) => System.Text.Encoding.UTF8.GetBytes(report.ToJson());

    private static string YesNo(bool yes) => yes ? "はい" : "いいえ";

    private static string ZoneName(string zone) => zone switch { "mynumber" => "マイナンバー利用事務系", "lgwan" => "LGWAN接続系", _ => "インターネット接続系" };

    private string Say(int day) => dayOf(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
