using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Demo;

/// <summary>The law that the made-up town has to keep, and its yearly review.</summary>
internal sealed class DemoLaws(RecordSlices slices, MunicipalityId town, Actor officer, Actor reviewer)
{
    private static readonly (string Name, string Place, string Kind, string Asks, string Source)[] All =
    [
        ("地方自治法", "第244条の6", "act", "サイバーセキュリティを確保するための方針を定め、遅滞なく公表する。", "https://laws.e-gov.go.jp/law/322AC0000000067"),
        ("サイバーセキュリティ基本法", "第5条", "act", "自主的な施策を定め、実施する。", "https://laws.e-gov.go.jp/law/426AC1000000104"),
        ("個人情報の保護に関する法律", "第66条、第67条", "act", "保有個人情報の安全管理措置を講じ、従事者の義務を周知する。", "https://laws.e-gov.go.jp/law/415AC0000000057"),
        ("行政手続における特定の個人を識別するための番号の利用等に関する法律", "第12条", "act", "個人番号の漏えい等を防ぐ安全管理措置を講じる。", "https://laws.e-gov.go.jp/law/425AC0000000027"),
        ("不正アクセス行為の禁止等に関する法律", "第8条", "act", "識別符号を適正に管理し、防御の措置を講じる。", "https://laws.e-gov.go.jp/law/411AC0000000128"),
        ("著作権法", "第113条", "act", "許諾を受けたソフトウェアだけを使う。", "https://laws.e-gov.go.jp/law/345AC0000000048"),
        ("しおかぜ町情報公開条例", "第7条", "ordinance", "不開示とする文書に、根拠を示す。", "https://www.town.shiokaze.example/reiki/7"),
    ];

    private readonly DemoEntries entries = new(slices, town);

    /// <summary>Entered with the first review.</summary>
    public async Task EnterAsync(DateOnly day, CancellationToken cancel)
    {
        foreach (var (name, place, kind, asks, source) in All)
            await entries.AddAsync(LawRules.Key, officer, cancel, ("name", name), ("place", place), ("kind", kind), ("asks", asks), ("source", source), ("reviewed_on", Say(day)));
    }

    /// <summary>A new order is promulgated, and nobody has looked at it yet.</summary>
    public Task AddAsync(CancellationToken cancel) => entries.AddAsync(LawRules.Key, officer, cancel, ("name", "地方自治法施行規則（令和8年総務省令第80号による改正）"), ("place", "第16条の3"), ("kind", "order"),
        ("asks", "令和9年7月1日の施行までに、八つの措置が方針と対策基準にあることを確かめる。"), ("source", "https://laws.e-gov.go.jp/law/322M40000008029"));

    /// <summary>The review of the year, of all of them.</summary>
    public async Task ReviewAsync(DateOnly day, CancellationToken cancel)
    {
        foreach (var law in await entries.ListAsync(LawRules.Key, cancel))
            await entries.ChangeAsync(LawRules.Key, law.Id, reviewer, cancel, ("reviewed_on", Say(day)), ("result", "総務課と点検し、改正の有無を確かめた。"));
    }

    private static string Say(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
