using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Waivers;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests.Pages;

/// <summary>A town with a policy in force, a draft, evidence of every sort, a waiver and a publication: every page has something to show.</summary>
public sealed class FullTown : IAsyncLifetime
{
    /// <summary>In the shape of a 告示 by 条; our own words.</summary>
    public const string PolicyText = """
        浜町情報セキュリティ基本方針

        令和7年3月28日町長決裁

        （目的）

        第1条　この基本方針は、浜町（以下「町」という。）が保有する情報資産の機密性、完全性及び可用性を維持するため、基本的な事項を定めることを目的とする。

        （定義）

        第2条　この基本方針において、次の各号に掲げる用語の意義は、当該各号に定めるところによる。

        （1）　ネットワーク　コンピュータ等を相互に接続するための通信網及びその構成機器をいう。

        （2）　情報システム　コンピュータ、ネットワーク及び電磁的記録媒体で構成され、情報処理を行う仕組みをいう。

        （職員等の遵守義務）

        第3条　職員等は、情報セキュリティの重要性について共通の認識を持ち、情報セキュリティポリシー及び実施手順を遵守しなければならない。

        （情報セキュリティ対策）

        第4条　町は、次の情報セキュリティ対策を講じる。

        （1）　組織体制　情報セキュリティ対策を推進する全庁的な組織体制を確立する。

        （2）　情報資産の分類と管理　情報資産を機密性、完全性及び可用性に応じて分類し、当該分類に基づき対策を実施する。

        （3）　物理的セキュリティ　サーバ、情報システム室、通信回線及びパソコン等の管理について、物理的な対策を講じる。

        （4）　人的セキュリティ　職員等が遵守すべき事項を定めるとともに、十分な教育及び啓発を行う。

        （監査及び自己点検）

        第5条　遵守状況を検証するため、定期的又は必要に応じて情報セキュリティ監査及び自己点検を実施する。

        附　則

        この基本方針は、令和7年4月1日から施行する。
        """;

    public ConsoleServer Server { get; private set; } = null!;

    /// <summary>Endpoints beside the product's own.</summary>
    internal Action<WebApplication>? Endpoints { get; init; }

    public RecordSlices Records { get; private set; } = null!;

    public VersionSummary InForce { get; private set; } = null!;

    public VersionSummary Draft { get; private set; } = null!;

    public EvidenceRow Evidence { get; private set; } = null!;

    public KeptWaiver Waiver { get; private set; } = null!;

    public RegisterEntry Law { get; private set; } = null!;

    public MunicipalityId Municipality => Server.Officer.Municipality;

    /// <summary>Every address of the console that an officer opens, each with something on it.</summary>
    public IReadOnlyList<string> Addresses =>
    [
        "/policy", "/policy?on=" + Dates.DayOf(Server.Services.GetRequiredService<TimeProvider>().GetUtcNow()).AddDays(-1).ToString("yyyy-MM-dd"),
        "/policy/upload", "/policy/versions", $"/policy/versions/{InForce.Id}", $"/policy/versions/{Draft.Id}",
        $"/policy/compare?old={InForce.Id}&new={Draft.Id}", $"/policy/compare?old={InForce.Id}&new={Draft.Id}&all=true", "/documents", "/documents/new", "/documents/trace", "/documents/basic-policy", "/documents/basic-policy/edit",
        $"/policy/versions/{InForce.Id}/disclosure", "/acknowledgements", "/campaigns", $"/campaigns/new?version={InForce.Id}", "/organisation/accounts",
        "/policy/findings", "/policy/findings?show=all", "/policy/ties", "/policy/ties?show=all", "/policy/words",
        "/obligations", "/obligations?show=untied", "/obligations/physical", "/obligations/human", "/obligations/physical/statement", "/obligations/physical/waiver",
        $"/obligations/human/waivers/{Waiver.Id}", "/obligations/physical/exclusion",
        "/crossings/systems", "/crossings/folders", "/crossings/senders", "/crossings/zones", "/crossings/settings", "/organisation/deputies",
        "/evidence", "/evidence?weight=system&q=2", $"/evidence/{Evidence.Evidence.Id}", "/ledger", "/ledger/0",
        "/registers", "/registers/law", "/registers/law/new", $"/registers/law/{Law.Id}", $"/registers/law/{Law.Id}/edit", $"/registers/law/{Law.Id}/retire", $"/registers/law/bulk?act=change&e={Law.Id}:1",
        $"/registers/law/bulk?act=retire&e={Law.Id}:1", "/registers/equipment", "/registers/equipment/new", "/registers/equipment/confirm", "/registers/equipment/import",
        "/organisation", "/organisation/unit", "/organisation/person", "/organisation/appoint", "/organisation/meeting",
        "/risks", "/risks/mine", "/risks/start", "/risks/scale",
    ];

    public async ValueTask InitializeAsync()
    {
        Server = await ConsoleServer.StartAsync(endpoints: Endpoints, limits: Sekisho.Web.SignIn.SignInLimitOptions.Default with { ApiPerMinute = 1_000_000 });
        Records = Server.Services.GetRequiredService<RecordSlices>();
        var (actor, other) = (new Actor("1", "担当 花子"), new Actor("2", "担当 次郎"));
        var now = Server.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        InForce = await ImportAsync(PolicyText, "方針.txt", actor);
        (await Records.Policies.PutInForceAsync(Municipality, InForce.Id, Dates.DayOf(now), actor, default)).OrThrow();
        (await Records.Publications.PublishAsync(Municipality, InForce.Id, new Uri("https://www.town.example.jp/policy"), actor, default)).OrThrow();
        Draft = await ImportAsync(PolicyText.Replace("十分な教育及び啓発を行う", "年一回以上の研修を行う", StringComparison.Ordinal), "方針改正案.txt", actor);
        Evidence = await RecordAsync("physical", holds: true, now);
        await RecordAsync("asset-classification", holds: false, now);
        Waiver = (await Records.Waivers.RequestAsync(Municipality, new WaiverRequest(new("human"), now.AddMinutes(-1), now.AddDays(30), "研修の会場が工事中のため。", "資料を配り、質問を受け付ける。"), actor, default)).OrThrow();
        (await Records.Waivers.ApproveAsync(Municipality, Waiver.Id, "了承", other, default)).OrThrow();
        Law = (await Records.Registers.AddAsync(Municipality, "law", EntryDraft.Of(("name", "個人情報の保護に関する法律"), ("kind", "act"), ("asks", "安全管理措置を講じる。"), ("reviewed_on", "今日"), ("source", "https://laws.e-gov.go.jp/")), null, actor, default)).OrThrow();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task<VersionSummary> ImportAsync(string text, string name, Actor actor) =>
        (await Records.Policies.ImportAsync(Municipality, new PolicyUpload(System.Text.Encoding.UTF8.GetBytes(text), name), actor, default))
            .Match(done => done.Version, kept => kept.Version, bad => throw new InvalidOperationException(bad.Error.ToString()), no => throw new InvalidOperationException(no.Why.ToString()));

    /// <summary>Evidence for every criterion of an obligation, so that it holds or fails.</summary>
    private async Task<EvidenceRow> RecordAsync(string obligation, bool holds, DateTimeOffset at)
    {
        EvidenceRow? row = null;
        foreach (var criterion in ObligationCatalogue.Load().Find(new(obligation))!.Criteria)
        {
            var names = criterion.Condition.Facts.ToList();
            var facts = new[] { 0m, 1m, 5m }.Select(v => names.ToDictionary(n => n, _ => v)).First(f => criterion.Condition.Holds(f) == true);
            if (!holds) facts = names.SelectMany(n => new[] { 0m, 1m, 7m }.Select(v => new Dictionary<string, decimal>(facts) { [n] = v })).First(f => criterion.Condition.Holds(f) == false);
            row = (await Records.Evidence.RecordAsync(Municipality, new Observation(criterion.EvidenceKind, "", at, null, EvidenceWeight.System, facts,
                holds ? new("点検はすべて済んでいます（2 件）。", "All inspections are done (2).") : new("17 課のうち 2 課が台帳を確認していません。", "2 of 17 sections have not confirmed their register.")), Actor.System("test"), default)).OrThrow();
        }
        return row!;
    }
}
