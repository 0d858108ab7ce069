using System.Collections.Frozen;
using Sekisho.Assurance;

namespace Sekisho.Web.Pages.Proof;

/// <summary>What kinds of ledger entries are called. A kind without a word is shown as it is: nothing is hidden for want of a translation.</summary>
public static class LedgerWords
{
    private static readonly Dictionary<string, Bilingual> Words = new()
    {
        ["policy.imported"] = new("方針の取込み", "Policy uploaded"),
        ["policy.enforced"] = new("方針の施行", "Policy put in force"),
        ["policy.checked"] = new("方針の点検", "Policy checked"),
        ["policy.published"] = new("公表", "Policy published"),
        ["policy.unpublished"] = new("公表の取下げ", "Publication withdrawn"),
        ["finding.answered"] = new("指摘への回答", "Finding answered"),
        ["tie.confirmed"] = new("結び付きの確認", "Tie confirmed"),
        ["tie.rejected"] = new("結び付きの却下", "Tie rejected"),
        ["tie.added"] = new("結び付きの追加", "Tie added"),
        ["evidence.recorded"] = new("証跡の記録", "Evidence recorded"),
        ["waiver.requested"] = new("例外措置の申請", "Waiver asked for"),
        ["waiver.approved"] = new("例外措置の承認", "Waiver approved"),
        ["waiver.refused"] = new("例外措置の却下", "Waiver refused"),
        ["waiver.ended"] = new("例外措置の取消し", "Waiver ended"),
        ["exclusion.recorded"] = new("対象外の記録", "Set out of scope"),
        ["exclusion.withdrawn"] = new("対象外の取下げ", "Exclusion withdrawn"),
        ["document.read"] = new("不開示文書の閲覧", "Withheld document read"),
        ["document.withheld"] = new("不開示の指定", "Document withheld"),
        ["document.disclosed"] = new("不開示の解除", "Document disclosed"),
        ["document.registered"] = new("文書の登録", "Document registered"),
        ["document.changed"] = new("文書の設定の変更", "Document changed"),
        ["document.retired"] = new("文書の廃止", "Document retired"),
        ["document.submitted"] = new("審査の依頼", "Draft submitted for review"),
        ["document.reviewed"] = new("審査", "Draft reviewed"),
        ["document.returned"] = new("差戻し", "Draft returned"),
        ["document.approved"] = new("承認", "Version approved"),
        ["document.adopted"] = new("決裁済みの記録", "Decision on paper recorded"),
        ["trace.confirmed"] = new("対応付けの確認", "Trace confirmed"),
        ["trace.rejected"] = new("対応付けの却下", "Trace rejected"),
        ["campaign.opened"] = new("周知の開始", "Campaign opened"),
        ["acknowledgement.given"] = new("規程の確認", "Rule acknowledged"),
        ["acknowledgement.signed"] = new("規程の確認（所属長）", "Acknowledgements signed for"),
        ["acknowledgement.link"] = new("確認用リンクの発行", "Acknowledgement link issued"),
        ["account.linked"] = new("アカウントと職員の対応付け", "Account linked to a person"),
        ["account.unlinked"] = new("対応付けの解除", "Account unlinked"),
        ["words.kept"] = new("用語の設定", "Words kept"),
        ["catalogue.changed"] = new("義務の一覧の変更", "Catalogue changed"),
        ["municipality.created"] = new("自治体の登録", "Municipality registered"),
        ["municipality.renamed"] = new("自治体名の変更", "Municipality renamed"),
        ["municipality.setting"] = new("設定の変更", "Setting changed"),
        ["account.first-officer"] = new("最初の担当者の登録", "First officer registered"),
        ["account.invited"] = new("利用者の招待", "Account invited"),
        ["account.opened"] = new("利用の開始", "Account opened"),
        ["account.changed"] = new("利用者の変更", "Account changed"),
        ["account.reset"] = new("二要素の再設定", "Second factor reset"),
        ["account.closed"] = new("利用の停止", "Account closed"),
        ["unit.added"] = new("組織の追加", "Unit added"),
        ["unit.changed"] = new("組織の変更", "Unit changed"),
        ["unit.agency"] = new("実施機関の指定", "Agency named"),
        ["agency.decided"] = new("実施機関と方針の決定", "Agency and policy decided"),
        ["unit.closed"] = new("組織の廃止", "Unit closed"),
        ["person.added"] = new("人の追加", "Person added"),
        ["person.moved"] = new("人の異動", "Person moved"),
        ["person.ended"] = new("人の離任", "Person left"),
        ["person.changed"] = new("人の変更", "Person changed"),
        ["person.second-post"] = new("兼務の開始", "Second post began"),
        ["person.second-post-ended"] = new("兼務の終了", "Second post ended"),
        ["separation.excepted"] = new("兼務の例外の承認", "Separation of duties excepted"),
        ["officer.appointed"] = new("任命", "Officer appointed"),
        ["officer.relieved"] = new("解任", "Officer relieved"),
        ["entry.added"] = new("台帳への登録", "Register entry added"),
        ["entry.changed"] = new("台帳の変更", "Register entry changed"),
        ["entry.retired"] = new("台帳の廃止", "Register entry retired"),
        ["entry.revived"] = new("台帳の廃止の取消し", "Register entry revived"),
        ["entry.confirmed"] = new("台帳の確認", "Register entry confirmed"),
        ["committee.met"] = new("委員会の開催", "Committee met"),
        ["risk.accepted"] = new("リスクの受容", "Risk accepted"),
        ["risks.closed"] = new("リスク分析の締め", "Risk analysis closed"),
        ["risks.scale"] = new("リスクの尺度の変更", "Scale of risk changed"),
        ["committee.minutes"] = new("議事録の保存", "Minutes kept"),
        ["staff.imported"] = new("人事異動の取込み", "Transfers carried out"),
        ["reform.imported"] = new("組織改正の取込み", "Reorganisation carried out"),
    };

    /// <summary>Kinds are grouped by what stands before their point.</summary>
    private static readonly FrozenDictionary<string, Bilingual> Groups = new Dictionary<string, Bilingual>
    {
        ["policy"] = new("方針", "Policy"),
        ["finding"] = new("指摘", "Findings"),
        ["tie"] = new("結び付き", "Ties"),
        ["evidence"] = new("証跡", "Evidence"),
        ["waiver"] = new("例外措置", "Waivers"),
        ["exclusion"] = new("対象外", "Exclusions"),
        ["document"] = new("文書", "Documents"),
        ["trace"] = new("対応付け", "Traces"),
        ["campaign"] = new("周知と確認", "Campaigns and acknowledgement"),
        ["acknowledgement"] = new("周知と確認", "Campaigns and acknowledgement"),
        ["entry"] = new("台帳の登録", "Entries of registers"),
        ["account"] = new("利用者", "Accounts"),
        ["unit"] = new("組織", "Units"),
        ["person"] = new("人", "People"),
        ["officer"] = new("職", "Posts"),
        ["separation"] = new("職", "Posts"),
        ["agency"] = new("組織", "Units"),
        ["committee"] = new("委員会", "Committee"),
    }.ToFrozenDictionary();

    private static readonly Bilingual Others = new("そのほか", "Other");

    public static Bilingual Kind(string kind) => Words.TryGetValue(kind, out var word) ? word : Bilingual.Same(kind);

    /// <summary>All kinds that have a word, grouped, for choosing one.</summary>
    public static IEnumerable<IGrouping<Bilingual, KeyValuePair<string, Bilingual>>> Choices =>
        Words.GroupBy(static word => Groups.GetValueOrDefault(word.Key[..word.Key.IndexOf('.', StringComparison.Ordinal)], Others)).OrderBy(static group => group.Key == Others);
}
