using Sekisho.Assurance;

namespace Sekisho.Policy;

/// <summary>A policy as its text says it (規程), read from a published document.</summary>
/// <param name="Title">E.g. 目黒区情報セキュリティ基本方針.</param>
/// <param name="Enacted">制定; null when the document doesn't say.</param>
/// <param name="Amendments">改正履歴, in the order of the document.</param>
/// <param name="Preamble">制定文, 前文 and whatever stands between the title and the first provision, line breaks healed; empty when none.</param>
/// <param name="Provisions">本則.</param>
/// <param name="Supplementary">附則, in the order of the document; one entry for each 施行期日.</param>
/// <param name="Contents">目次 as printed (label and caption), which lint holds against the body; empty when none.</param>
/// <param name="Findings">What the reader repaired or could not make sense of. Nothing is dropped in silence.</param>
public sealed record PolicyDocument(
    string Title,
    Enactment? Enacted,
    IReadOnlyList<Enactment> Amendments,
    string Preamble,
    IReadOnlyList<Provision> Provisions,
    IReadOnlyList<SupplementaryProvision> Supplementary,
    IReadOnlyList<ContentsEntry> Contents,
    IReadOnlyList<Finding> Findings)
{
    /// <summary>別表, 様式 and 別記 after the provisions, as text and tables.</summary>
    public IReadOnlyList<PolicyAppendix> Appendices { get; init; } = [];

    /// <summary>Every provision of the main part, parents before children, in the order of the document.</summary>
    public IEnumerable<Provision> All() => Provisions.SelectMany(static p => p.SelfAndDescendants());
}

/// <summary>A date and what was done on it (制定・改正), e.g. 2023-04-01, 目企広第229号決定.</summary>
public sealed record Enactment(DateOnly Date, string Reference);

/// <summary>別表, 様式 or 別記.</summary>
/// <param name="Label">別表第１（第３条関係), as printed.</param>
/// <param name="Caption">Heading after the label; empty when none.</param>
public sealed record PolicyAppendix(string Label, string Caption, string Text, IReadOnlyList<PolicyTable> Tables);

/// <summary>One line of the table of contents (目次).</summary>
public sealed record ContentsEntry(string Label, string Number, string Caption);

/// <summary>Kind of a provision, in the words of 法令標準XMLスキーマ v3.</summary>
public enum ProvisionKind
{
    /// <summary>編</summary>
    Part,

    /// <summary>章</summary>
    Chapter,

    /// <summary>節</summary>
    Section,

    /// <summary>款</summary>
    Subsection,

    /// <summary>条; also the top level of documents that number plainly (1 目的, 第1 目的).</summary>
    Article,

    /// <summary>項</summary>
    Paragraph,

    /// <summary>号</summary>
    Item,

    /// <summary>号の細分 (ア, (ア), ①, イ…), nested as deep as the document goes.</summary>
    Subitem,
}

/// <summary>One provision (条・項・号 …) with what hangs below it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">Its number in ASCII: "12"; with branches "2_1" for 第2条の1. Subitems count ア=1, イ=2.</param>
/// <param name="Label">The number as printed: 第１条の２, (ア), ①. Empty for an unnumbered first paragraph.</param>
/// <param name="Caption">見出し without brackets; for definitions the defined term; empty when none.</param>
/// <param name="Text">Its own sentences, line breaks healed; paragraphs that carry no number are joined by a line feed.</param>
/// <param name="Id">Stable: the same document gives the same ids, unique within the document.</param>
/// <param name="Path">Numbers from the article down, "12/5/1"; for parts to subsections their own numbers.</param>
/// <param name="Line">1-based line of the extracted text where it starts; 0 when unknown.</param>
/// <param name="Tables">Tables that stand in it (例規集 HTML, .docx), row by row.</param>
public sealed record Provision(
    ProvisionKind Kind,
    string Number,
    string Label,
    string Caption,
    string Text,
    string Id,
    string Path,
    int Line,
    IReadOnlyList<PolicyTable> Tables,
    IReadOnlyList<Provision> Children)
{
    /// <summary>How many of the last lines of the text stand after the children, as a sentence after a list does; mostly 0.</summary>
    public int Closing { get; init; }

    /// <summary>This one, then everything below it in the order of the document.</summary>
    public IEnumerable<Provision> SelfAndDescendants() => Children.SelectMany(static c => c.SelfAndDescendants()).Prepend(this);
}

/// <summary>A table inside a provision: cells by row, as text.</summary>
public sealed record PolicyTable(IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>附則.</summary>
/// <param name="Label">E.g. 附則（令和３年３月31日告示第101号）, blanks inside 附　則 closed.</param>
/// <param name="Effective">施行期日; 「公表の日」 resolved to the date of its promulgation where the document gives it; null when it can't be told.</param>
/// <param name="EffectiveText">As written: 令和３年４月１日, 公表の日.</param>
/// <param name="Amends">改め文 that it carries against other texts.</param>
public sealed record SupplementaryProvision(
    string Label,
    DateOnly? Effective,
    string EffectiveText,
    string Text,
    IReadOnlyList<AmendingClause> Amends,
    IReadOnlyList<Provision> Children);

/// <summary>One operation of a 改め文: 「オを削り」「カをオとし」「「甲」を「乙」に改める」.</summary>
/// <param name="Target">Text and place amended: 魚津市特定個人情報の安全管理に関する基本方針 第２項第１号.</param>
public sealed record AmendingClause(string Target, AmendingOperation Operation, string From, string To);

/// <summary>What a 改め文 does.</summary>
public enum AmendingOperation
{
    /// <summary>削る</summary>
    Delete,

    /// <summary>カをオとする</summary>
    Renumber,

    /// <summary>改める</summary>
    Replace,

    /// <summary>加える</summary>
    Insert,
}

/// <summary>Something found in a text (指摘), by the reader or by lint.</summary>
/// <param name="Code">Stable code; docs/errors.md explains each.</param>
/// <param name="ProvisionId">The provision concerned, or null when it concerns the document.</param>
/// <param name="Where">Place for people: 第12条, 附則, 12行目.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Next">What to do about it.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string? ProvisionId, string Where, Bilingual Message, Bilingual Next);

/// <summary>How grave a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>参考: repaired or worth knowing.</summary>
    Info,

    /// <summary>注意: a person should look.</summary>
    Warning,

    /// <summary>誤り: the text says something that can't be meant.</summary>
    Error,
}
