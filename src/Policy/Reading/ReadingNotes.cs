using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>What the reader repaired or could not make sense of, gathered while it reads.</summary>
internal sealed class ReadingNotes
{
    private readonly List<Finding> _findings = [];
    private readonly List<int> _unspaced = [];
    private readonly List<string> _amendmentNotes = [];
    private int _furniture;

    internal void Furniture(int lines) => _furniture += lines;

    internal void Unspaced(int line) => _unspaced.Add(line);

    /// <summary>（平28規程3・一部改正） after a provision.</summary>
    internal void AmendmentNote(string text) => _amendmentNotes.Add(text);

    internal void Add(Finding finding) => _findings.Add(finding);

    internal void NumberRepaired(string printed, string meant, int line, string where) => _findings.Add(new(
        "POL-READ-101", FindingSeverity.Warning, null, where,
        new($"番号「{printed}」（{line}行目）は、前後の番号から「{meant}」と読みました。", $"The number “{printed}” (line {line}) was read as “{meant}”, from the numbers around it."),
        new("公表している文書の番号を確かめ、読み取りの元の文書を直してください。", "Check the number in the published document and correct the text that was read.")));

    internal void ReferenceRepaired(string printed, string meant, string where, string? id) => _findings.Add(new(
        "POL-READ-102", FindingSeverity.Warning, id, where,
        new($"引用「{printed}」は、番号の修復に合わせて「{meant}」と読みました。", $"The reference “{printed}” was read as “{meant}”, along with the repaired numbers."),
        new("公表している文書の引用を確かめてください。", "Check the reference in the published document.")));

    internal void CaptionRecovered(string caption, string where, int line) => _findings.Add(new(
        "POL-READ-103", FindingSeverity.Info, null, where,
        new($"見出し「{caption}」が前の行の末尾に続いていたため、分けて読みました。", $"The caption “{caption}” was run into the line before it (line {line}) and was read apart."),
        new("読み取りの元の文書では、見出しの前で改行してください。", "Put a line break before the caption in the text that was read.")));

    internal void NumberRecovered(string text, int line) => _findings.Add(new(
        "POL-READ-105", FindingSeverity.Info, null, string.Create(CultureInfo.InvariantCulture, $"{line}行目"),
        new($"「{Shorten(text)}」が前の文と同じ行にあったため、分けて読みました。", $"“{Shorten(text)}” stood on one line with the sentence before and was read apart."),
        new("読み取りの元の文書では、番号の前で改行してください。", "Put a line break before the number in the text that was read.")));

    internal void AfterList(string text, string label, int line) => _findings.Add(new(
        "POL-READ-109", FindingSeverity.Info, null, label,
        new($"「{Shorten(text)}」は、列記の最後の「{label}」（{line}行目）の文として読みました。", $"“{Shorten(text)}” was read as a sentence of “{label}” (line {line}), the last of its list."),
        new("列記全体にかかる文のときは、元の文書で「前各号」などの言葉か字下げで示してください。", "If it speaks of the whole list, show that in the document, by words such as 前各号 or by its indent.")));

    internal void BeforeTitle(List<string> lines) => _findings.Add(new(
        "POL-READ-108", FindingSeverity.Info, null, "",
        new($"題名より前の{lines.Count}行は含めていません: {Shorten(string.Join("／", lines))}", $"{lines.Count} lines before the title were left out: {Shorten(string.Join(" / ", lines))}"),
        new("対応は不要です。", "Nothing to do.")));

    internal void NumberRepeated(string label, string where, int line) => _findings.Add(new(
        "POL-READ-201", FindingSeverity.Warning, null, where,
        new($"「{label}」が順番どおりではありません（{line}行目）。印刷されたとおりに読みました。", $"“{label}” is out of sequence (line {line}). It was read as printed."),
        new("番号が正しいか、公表している文書で確かめてください。", "Check the number in the published document.")));

    internal void NoEffectiveDate(string label) => _findings.Add(new(
        "POL-READ-202", FindingSeverity.Warning, null, label,
        new("施行期日を読み取れませんでした。", "The effective date could not be told."),
        new("附則に日付がない場合は、公表日などを記録で補ってください。", "Where the supplementary provision gives no date, record the day of promulgation by hand.")));

    internal void NoTitle() => _findings.Add(new(
        "POL-READ-203", FindingSeverity.Warning, null, "",
        new("文書の題名を見つけられませんでした。", "No title was found."),
        new("題名の行があるか確かめてください。", "Check that the document has a line with its title.")));

    internal void MonthOnly(string text, string where, bool dated) => _findings.Add(new(
        "POL-READ-204", FindingSeverity.Warning, null, where,
        dated
            ? new($"「{Shorten(text)}」に日がないため、その月の1日と読みました。", $"“{Shorten(text)}” gives no day; it was read as the first of the month.")
            : new($"「{Shorten(text)}」に日がないため、制定・改正の日付には含めていません。", $"“{Shorten(text)}” gives no day and is not among the dates of enactment and amendment."),
        new("日付を確かめ、元の文書に日を書き足してください。", "Find the date, and add the day to the document.")));

    /// <summary>All of them, in the order of the document where they have one; the notes on the whole come last.</summary>
    internal List<Finding> ToFindings()
    {
        if (_unspaced.Count > 0)
        {
            _findings.Add(new("POL-READ-104", FindingSeverity.Info, null, Lines(_unspaced),
                new("一文字ずつ空白で離れた英字（例: L G W A N）を、つなげて読みました。", "Letters set apart by blanks (such as L G W A N) were joined."),
                new("読み取りの元の文書の空白を取り除いてください。", "Remove the blanks in the text that was read.")));
        }
        if (_amendmentNotes.Count > 0)
        {
            var notes = string.Join("", _amendmentNotes.Take(5)) + (_amendmentNotes.Count > 5 ? "…" : "");
            _findings.Add(new("POL-READ-107", FindingSeverity.Info, null, "",
                new($"条文の後ろの改正注記{_amendmentNotes.Count}件は、本文に含めていません: {notes}", $"{_amendmentNotes.Count} notes of amendment after provisions are not part of their text: {notes}"),
                new("対応は不要です。", "Nothing to do.")));
        }
        if (_furniture > 0)
        {
            _findings.Add(new("POL-READ-106", FindingSeverity.Info, null, "",
                new($"ページ番号や柱など{_furniture}行を除いて読みました。", $"{_furniture} lines of page numbers and running heads were left out."),
                new("対応は不要です。", "Nothing to do.")));
        }
        return _findings;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static string Lines(List<int> lines) =>
        string.Join("、", lines.Distinct().Take(8).Select(static n => string.Create(CultureInfo.InvariantCulture, $"{n}行目"))) + (lines.Count > 8 ? "…" : "");
}
