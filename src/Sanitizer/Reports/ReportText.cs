using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Reports;

/// <summary>A report in words for a terminal, Japanese first.</summary>
public static class ReportText
{
    private const int Named = 3;

    /// <summary>One line: what came out and what was taken out, or why nothing did.</summary>
    public static string Line(FileReport report)
    {
        if (report.Refusal is { } refusal) return $"✗ {report.File}  {refusal.Code} {refusal.What.Ja}";
        var line = new StringBuilder($"✓ {report.File}");
        if (report.Output != report.File) line.Append(" → ").Append(report.Output);
        var threats = All(report).Select(static r => r.Threat).Distinct().ToList();
        if (threats.Count > 0)
        {
            line.Append("  除去: ").AppendJoin("、", threats.Take(Named).Select(static t => ThreatCatalogue.NameOf(t).Ja));
            if (threats.Count > Named) line.Append(CultureInfo.InvariantCulture, $" ほか {threats.Count - Named} 種類");
        }
        var lost = Members(report).Count(static m => m.Outcome == Outcome.Refused);
        if (lost > 0) line.Append(CultureInfo.InvariantCulture, $"  中の {lost} 件は遮断");
        if (report.Mail is { Marks.Count: > 0 } mail) line.Append(CultureInfo.InvariantCulture, $"  注意: 差出人に疑わしい点が {mail.Marks.Count} 件");
        return line.ToString();
    }

    /// <summary>All of it, both languages.</summary>
    public static string Whole(FileReport report)
    {
        var text = new StringBuilder();
        Append(text, report, "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, FileReport report, string indent)
    {
        var kind = Kinds.FileKind.All.TryGetValue(report.Type, out var known) ? known.Name : Assurance.Bilingual.Same(report.Type);
        text.Append(indent).Append(report.File).Append('\n');
        text.Append(indent).Append(CultureInfo.InvariantCulture, $"  種類 / type: {kind}（{report.Type}）\n");
        text.Append(indent).Append(CultureInfo.InvariantCulture, $"  結果 / outcome: {report.Method}\n");
        if (report.Output is not null && report.Output != report.File) text.Append(indent).Append(CultureInfo.InvariantCulture, $"  名前 / name: {report.Output}\n");
        if (report.Refusal is { } refusal)
        {
            text.Append(indent).Append(CultureInfo.InvariantCulture, $"  {refusal.Code}: {refusal.What}{(refusal.Place.Length > 0 ? $"（{refusal.Place}）" : "")}\n");
            text.Append(indent).Append(CultureInfo.InvariantCulture, $"    → {refusal.Next}\n");
        }
        foreach (var mark in report.Mail?.Marks ?? []) text.Append(indent).Append(CultureInfo.InvariantCulture, $"  注意 / warning: {mark.Message}\n");
        foreach (var removal in report.Removed)
            text.Append(indent).Append(CultureInfo.InvariantCulture, $"  除去 / removed {removal.Threat} {ThreatCatalogue.NameOf(removal.Threat)}: {removal.What}{(removal.Place.Length > 0 ? $"（{removal.Place}）" : "")}{(removal.Count > 1 ? $" ×{removal.Count}" : "")}\n");
        foreach (var note in report.Notes) text.Append(indent).Append(CultureInfo.InvariantCulture, $"  注記 / note: {note.Message}{(note.Place.Length > 0 ? $"（{note.Place}）" : "")}\n");
        foreach (var member in report.Members) Append(text, member, indent + "    ");
    }

    private static IEnumerable<FileReport> Members(FileReport report) => report.Members.SelectMany(static m => Members(m).Prepend(m));

    private static IEnumerable<Removal> All(FileReport report) => report.Removed.Concat(Members(report).SelectMany(static m => m.Removed));
}
