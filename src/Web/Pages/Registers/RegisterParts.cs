using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Assets;
using Sekisho.Web.Pages.Assets;

namespace Sekisho.Web.Pages.Registers;

/// <summary>A page about a register as a whole, beside its list.</summary>
/// <param name="Roles">Who may open it; empty: everybody who may read the register.</param>
public sealed record RegisterBeside(string Href, Bilingual Name, params IReadOnlyList<Role> Roles);

/// <summary>What a slice adds to the pages of its register (台帳ごとの部品), by the register's key.</summary>
/// <param name="Form">In the form; takes <c>Texts</c> (what stands in it).</param>
/// <param name="Record">On a record; takes <c>Entry</c> and <c>MayWrite</c>.</param>
/// <param name="Pages">Linked from the list's head.</param>
public sealed record RegisterParts(Type? Form, Type? Record, params IReadOnlyList<RegisterBeside> Pages)
{
    private static readonly RegisterParts None = new(null, null);

    private static readonly RegisterBeside
        Risks = new("/risks", new("リスクの分布", "Risk map"), Role.Officer, Role.Auditor),
        ThirdParties = new("/third-parties", new("委託・外部サービスの状況", "How third parties stand"));

    private static readonly Dictionary<string, RegisterParts> All = new(StringComparer.Ordinal)
    {
        [AssetRules.Key] = new(typeof(AssetFormHint), typeof(AssetRecordPart),
            new("/information-assets", new("課ごとの状況", "By section")), new("/information-assets/changes", new("昨年度からの変更", "Changes since last year")), new("/information-assets/labels", new("ラベルの印刷", "Print labels"))),
        ["risks"] = new(null, null, Risks),
        ["threats"] = new(null, null, Risks),
        ["asset-groups"] = new(null, null, Risks),
        ["terminals"] = new(null, null, new("/terminals", new("端末の状況", "Posture of terminals")), new("/takeouts", new("持ち出し", "Take-outs"))),
        ["media"] = new(null, null, new RegisterBeside("/takeouts", new("持ち出し", "Take-outs"))),
        ["rooms"] = new(null, null, new RegisterBeside("/rooms", new("入退室と点検", "Entries and inspections"))),
        ["contractors"] = new(null, null, ThirdParties),
        ["contracts"] = new(null, null, ThirdParties),
        ["cloud-services"] = new(null, null, ThirdParties),
        ["social-media"] = new(null, null, ThirdParties),
    };

    public static RegisterParts Of(string register) => All.GetValueOrDefault(register) ?? None;

    /// <summary>Registers that have parts; each is one of the catalogue.</summary>
    internal static IEnumerable<string> Keys => All.Keys;
}
