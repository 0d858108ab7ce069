using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Tests.Documents;

/// <summary>An office with an organisation, accounts that belong to people, and a policy that calls for a standard and a procedure.</summary>
internal sealed class PolicySet : IAsyncDisposable
{
    public const string Policy = """
        いそべ村情報セキュリティ基本方針

        （目的）
        第１条　この方針は、村の情報資産を守るため、基本となる事項を定めることを目的とする。

        （定義）
        第２条　この方針において、情報資産とは、村が保有する情報及び情報システムをいう。

        （物理的セキュリティ対策）
        第３条　サーバ等を設置する部屋への入退室について、物理的な対策を行う。

        （人的セキュリティ対策）
        第４条　職員等が遵守すべき事項を定め、毎年度、研修及び訓練を行う。

        （職員等の遵守義務）
        第５条　職員等は、この方針、対策基準及び実施手順を遵守しなければならない。

        （対策基準の策定）
        第６条　第３条及び第４条に規定する対策を行うため、判断の基準を定める情報セキュリティ対策基準（以下「対策基準」という。）を策定する。

        （非公開）
        第７条　対策基準は、公にすることにより行政の運営に支障を及ぼすおそれがあるため、非公開とする。

        （委任）
        第８条　この方針の施行に関し必要な事項は、副村長が別に定める。

        附　則
        この方針は、令和８年４月１日から施行する。
        """;

    public const string Standard = """
        いそべ村情報セキュリティ対策基準

        （物理的セキュリティ）
        第１条　サーバ室への入退室は、認証装置により管理しなければならない。

        （人的セキュリティ）
        第２条　職員等は、毎年度、研修を受けなければならない。

        （記録媒体の管理）
        第３条　記録媒体の取扱いについて、実施手順を定めなければならない。

        附　則
        この基準は、令和８年４月１日から施行する。
        """;

    public const string Procedure = """
        いそべ村記録媒体取扱実施手順

        （趣旨）
        第１条　この手順は、対策基準第３条に基づき、記録媒体の取扱いに関し必要な事項を定める。

        （貸出し）
        第２条　記録媒体は、貸出簿に記入して借り受けなければならない。

        附　則
        この手順は、令和８年４月１日から施行する。
        """;

    private PolicySet(Office office) => Office = office;

    public Office Office { get; }

    public RecordSlices Slices => Office.Slices;

    public MunicipalityId Town => Office.Town;

    /// <summary>Brings drafts; belongs to 担当 花子.</summary>
    public Actor Officer => Office.Officer;

    /// <summary>Belongs to 課長 太郎.</summary>
    public Actor Manager => Office.Manager;

    /// <summary>Holds the post of CISO.</summary>
    public Actor Ciso { get; } = new("account-3", "副村長 次郎");

    public UnitId Section { get; private set; }

    public UnitId OtherSection { get; private set; }

    public IReadOnlyDictionary<string, PersonId> People { get; private set; } = null!;

    public static CancellationToken Cancel => Office.Cancel;

    public static DateOnly Today => JapaneseTime.Day(Office.Start);

    public static async Task<PolicySet> OpenAsync()
    {
        var set = new PolicySet(await Office.OpenAsync());
        var register = set.Slices.Organisation;
        var by = set.Officer;
        var agency = (await register.AddUnitAsync(set.Town, null, UnitKind.Agency, "村長部局", Today, by, Cancel)).OrThrow().Id;
        set.Section = (await register.AddUnitAsync(set.Town, agency, UnitKind.Section, "総務課", Today, by, Cancel)).OrThrow().Id;
        set.OtherSection = (await register.AddUnitAsync(set.Town, agency, UnitKind.Section, "税務課", Today, by, Cancel)).OrThrow().Id;
        var people = new Dictionary<string, PersonId>();
        foreach (var (name, unit, kind) in new[]
        {
            ("担当 花子", set.Section, StaffKind.Staff), ("課長 太郎", set.Section, StaffKind.Staff), ("副村長 次郎", agency, StaffKind.Staff),
            ("臨時 三郎", set.OtherSection, StaffKind.FiscalYearAppointee), ("議員 四郎", agency, StaffKind.Councillor),
        })
            people[name] = (await register.AddPersonAsync(set.Town, unit, name, null, kind, Today, by, Cancel)).OrThrow().Id;
        set.People = people;
        foreach (var (actor, name) in new[] { (set.Officer, "担当 花子"), (set.Manager, "課長 太郎"), (set.Ciso, "副村長 次郎") })
            (await set.Slices.AccountPeople.LinkAsync(set.Town, actor.Account, people[name], by, Cancel)).OrThrow();
        (await register.AppointAsync(set.Town, Post.Ciso, null, people["副村長 次郎"], Today, by, Cancel)).OrThrow();
        return set;
    }

    /// <summary>Registers a document and brings its first version, by the officer.</summary>
    public async Task<VersionSummary> DraftAsync(DocumentKind kind, string name, string text, Approver? approver = null, Readers readers = Readers.Office)
    {
        var document = (await Slices.Documents.AddAsync(Town, new(kind, name, Section, approver ?? new Approver.None(), readers), Officer, Cancel)).OrThrow();
        return (await Office.ImportAsync(text, name + ".txt", document.Key)).Version;
    }

    public async Task<VersionSummary> EnforceAsync(VersionSummary version) => (await Slices.Policies.PutInForceAsync(Town, version.Id, Today, Officer, Cancel)).OrThrow();

    public async Task<VersionSummary> InForceAsync(DocumentKind kind, string name, string text) => await EnforceAsync(await DraftAsync(kind, name, text));

    /// <summary>The verdict of an obligation now, with the sentence of its evidence.</summary>
    public async Task<(VerdictKind Kind, string Says)> VerdictAsync(string obligation)
    {
        var shown = (await Slices.Verdicts.ObligationAsync(Town, new(obligation), null, Cancel))!;
        var kinds = shown.Standing.Obligation.Criteria.Select(c => c.EvidenceKind).ToArray();
        var newest = (await Slices.Evidence.ListAsync(Town, new(KindPrefix: kinds[0]), null, 1, Cancel)).Rows;
        return (DutyWalk.Seen(obligation, shown.Standing.Verdict.Kind), newest.Count == 0 ? "" : newest[0].Evidence.Observed.Sentence.Ja);
    }

    public ValueTask DisposeAsync() => Office.DisposeAsync();
}
