using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Records.Policies;

namespace Sekisho.Web.Pages.Rules;

/// <summary>Words for versions and findings.</summary>
public static class VersionWords
{
    public static Bilingual State(VersionState state) => state switch
    {
        VersionState.Draft => new("案", "Draft"),
        VersionState.Scheduled => new("施行予定", "Scheduled"),
        VersionState.InForce => new("施行中", "In force"),
        _ => new("旧版", "Superseded"),
    };

    /// <summary>A place of a finding: the document's own label as it is, the engines' words for the rest in both languages.</summary>
    public static Bilingual Place(string where) => where switch
    {
        "全体" => new("文書全体", "The whole document"),
        "目次" => new("目次", "Contents page"),
        _ when where.EndsWith("行目", StringComparison.Ordinal) => new(where, "Line " + where[..^2]),
        _ => Bilingual.Same(where),
    };

    public static Bilingual Severity(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => new("誤り", "Error"),
        FindingSeverity.Warning => new("注意", "Look"),
        _ => new("参考", "Note"),
    };

    public static Bilingual Answer(FindingAnswer answer) => answer switch
    {
        FindingAnswer.Accepted => new("了承", "Accepted"),
        FindingAnswer.WillFix => new("次の改正で直す", "To be fixed in the next revision"),
        _ => new("問題なし", "Not a problem"),
    };

    public static Bilingual Kind(ProvisionKind kind) => kind switch
    {
        ProvisionKind.Part => new("編", "parts"),
        ProvisionKind.Chapter => new("章", "chapters"),
        ProvisionKind.Section => new("節", "sections"),
        ProvisionKind.Subsection => new("款", "subsections"),
        ProvisionKind.Article => new("条", "articles"),
        ProvisionKind.Paragraph => new("項", "paragraphs"),
        ProvisionKind.Item => new("号", "items"),
        _ => new("号の細分", "subitems"),
    };
}
