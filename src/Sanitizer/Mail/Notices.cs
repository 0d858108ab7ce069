using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail.Senders;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Mail;

/// <summary>What we write into the body of a message (本文に添えるお知らせ), in its language: a warning of a doubtful sender, what is missing and what to do, where files wait, what was taken out. Short; the report has all of it.</summary>
/// <param name="language"><c>ja</c> or <c>en</c>.</param>
internal sealed class Notices(string language, Job job)
{
    private const int MostLines = 30, MostThreats = 6;

    private const string WarningJa = "―――― 関所からのご注意 ――――", WarningEn = "---- Warning by Sekisho ----", EndJa = "――――――――――――――――", EndEn = "----------------------------";
    private const string NoticeJa = "―――― 関所からのお知らせ ――――", NoticeEn = "---- Notice by Sekisho ----";

    // What every message has, what only a program notices, and what is told elsewhere: a reader needn't know.
    private static readonly HashSet<string> Quiet = new("E-01 E-03 E-04 E-05 E-06 E-07 E-08 E-09 E-10 E-11 E-13 E-14 E-15 E-16 E-17 E-19 G-01 G-05 G-06 G-07 H-06 H-07 H-08 H-09 H-10 C-04 Z-01 Z-02 Z-05 Z-08 Z-09 Z-11 Z-12 Z-13".Split(' '), StringComparer.Ordinal);

    private readonly bool isJapanese = language == "ja";

    /// <summary>The warning before the text; empty when there is nothing to warn of, or it stands elsewhere.</summary>
    public string Top(MailHead head) => job.Mail is null || job.Policy.Mail.Marks != MarkPlace.Top || head.Marks.Count == 0 ? "" : Framed(isJapanese ? WarningJa : WarningEn, Marks(head));

    /// <summary>All that stands behind the text; empty when there is nothing to say.</summary>
    public string End(MailHead head, bool hasDifferentForms, int hidden)
    {
        var lines = new List<string>();
        if (job.Mail is not null && job.Policy.Mail.Marks == MarkPlace.End && head.Marks.Count > 0) lines.AddRange(Marks(head));
        Apart(lines);
        Missing(lines);
        if (job.Mail is not null && job.Policy.Mail.TellsRemovals)
        {
            if (hidden > 0) lines.Add(isJapanese ? $"・本文に、画面に出ない隠れた文字が {hidden:N0} 字ありました。取り除きました。" : $"- The body had {hidden:N0} hidden characters. They were taken out.");
            if (hasDifferentForms) lines.Add(isJapanese ? "・このメールのテキストと HTML には、違うことが書かれていました。両方を載せました。" : "- The text and the HTML of this message say different things. Both are shown.");
            Removals(lines);
        }
        if (job.Mail is not null && job.Policy.Mail.Marks != MarkPlace.None && head.Authentication is { } found) lines.Add(Found(found));
        return lines.Count == 0 ? "" : Framed(isJapanese ? NoticeJa : NoticeEn, lines);
    }

    /// <summary>Lines that look like ours and came from outside are quoted, so that nobody takes them for ours.</summary>
    public static string Unmasked(string text, out int count)
    {
        count = 0;
        if (!text.Contains("関所", StringComparison.Ordinal) && !text.Contains("sekisho", StringComparison.OrdinalIgnoreCase)) return text;
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!Imitates(lines[i])) continue;
            lines[i] = "> " + lines[i];
            count++;
        }
        return count == 0 ? text : string.Join('\n', lines);
    }

    private static bool Imitates(string line)
    {
        if (line.Length > 300 || line.StartsWith('>')) return false;
        var plain = string.Concat(line.Normalize(NormalizationForm.FormKC).Where(static c => !char.IsWhiteSpace(c))).ToLowerInvariant();
        return plain.Contains("関所から", StringComparison.Ordinal) || plain.Contains("bysekisho", StringComparison.Ordinal);
    }

    private IEnumerable<string> Marks(MailHead head) => head.Marks.Select(m => isJapanese ? "・" + m.Message.Ja : "- " + m.Message.En);

    private string Found(MailAuthentication found)
    {
        var results = string.Join(isJapanese ? "、" : ", ", ((string, string?)[])[("SPF", found.Spf), ("DKIM", found.Dkim), ("DMARC", found.Dmarc)] is var all ? all.Select(r => $"{r.Item1} {Word(r.Item2)}") : []);
        return isJapanese ? $"・送信元の認証: {results}" : $"- Authentication of the sender: {results}";

        string Word(string? result) => result switch
        {
            "pass" => isJapanese ? "合格" : "pass",
            "fail" => isJapanese ? "不合格" : "fail",
            "softfail" => isJapanese ? "不合格の疑い" : "softfail",
            null or "none" or "neutral" => isJapanese ? "なし" : "none",
            _ => isJapanese ? "判定できず" : result,
        };
    }

    private void Apart(List<string> lines)
    {
        var waiting = job.Members.SelectMany(static m => m.IsApart ? [m] : m.ApartFiles).ToList();
        if (waiting.Count == 0) return;
        var until = job.Mail!.Days is not { } days ? "" : isJapanese ? $"（{days} 日間）" : $" for {days} days";
        lines.Add(isJapanese ? $"・添付ファイル {waiting.Count} 件は、次のページで受け取れます{until}。" : $"- {(waiting.Count == 1 ? "An attachment waits" : $"{waiting.Count} attachments wait")} on this page{until}:");
        lines.Add($"  {job.Mail!.Page}");
        Some(waiting, m => $"  {(isJapanese ? "　" : "  ")}{m.Output}{(isJapanese ? "（" : " (")}{Refusals.Size(m.OutputBytes ?? 0)}{(isJapanese ? "）" : ")")}", lines);
    }

    private void Missing(List<string> lines)
    {
        var locked = job.Members.Where(static m => m.NeedsPassword).ToList();
        if (locked.Count > 0)
        {
            Some(locked, m => (m.Outcome == Outcome.Refused, isJapanese) switch
            {
                (true, true) => $"・添付「{Name(m)}」はパスワードで保護されているため、中身を確かめられませんでした。",
                (true, false) => $"- “{Name(m)}” is protected by a password, so its content could not be checked.",
                (false, true) => $"・添付「{Name(m)}」の中に、パスワードで保護されたファイルがあります。それは除きました。",
                (false, false) => $"- “{Name(m)}” holds files that a password protects. They were left out.",
            }, lines);
            if (job.Mail?.Page is { } page)
            {
                lines.Add(isJapanese ? "  次のページでパスワードを入力すると、無害化したファイルを受け取れます。" : "  Enter the password on this page to get the harmless files:");
                lines.Add($"  {page}");
            }
            else
            {
                lines.Add(isJapanese ? "  必要なときは、パスワードを外したものを送信元に頼んでください。" : "  If you need them, ask the sender for a copy without a password.");
            }
        }
        Some([.. job.Members.Where(static m => m.Outcome == Outcome.Refused && !m.NeedsPassword)],
            m => isJapanese ? $"・添付「{Name(m)}」は届けられません。{m.Refusal!.What.Ja}{m.Refusal.Next.Ja}（{m.Refusal.Code}）" : $"- “{Name(m)}” can't be delivered. {m.Refusal!.What.En} {m.Refusal.Next.En} ({m.Refusal.Code})", lines);
        Some([.. job.Members.Where(static m => m.Outcome != Outcome.Refused && m.Members.Any(static i => i is { Outcome: Outcome.Refused, NeedsPassword: false }))],
            m => isJapanese ? $"・添付「{Name(m)}」の中の {m.Members.Count(static i => i.Outcome == Outcome.Refused):N0} 件は取り除きました。理由は、その中の一覧にあります。" : $"- {m.Members.Count(static i => i.Outcome == Outcome.Refused):N0} of the files in “{Name(m)}” were taken out. A list inside says why.", lines);
    }

    private void Removals(List<string> lines)
    {
        var taken = new List<string>();
        if (Names(job.Removed) is { Length: > 0 } body) taken.Add(isJapanese ? $"本文から {body}" : $"from the body: {body}");
        foreach (var member in job.Members.Where(static m => m.Outcome != Outcome.Refused))
        {
            if (Names(All(member)) is { Length: > 0 } names) taken.Add(isJapanese ? $"「{Name(member)}」から {names}" : $"from “{Name(member)}”: {names}");
        }
        if (taken.Count == 0) return;
        var shown = string.Join(isJapanese ? "、" : "; ", taken.Take(MostLines / 3));
        if (taken.Count > MostLines / 3) shown += isJapanese ? $"、ほか {taken.Count - MostLines / 3:N0} 件" : $"; and {taken.Count - MostLines / 3:N0} more";
        lines.Add(isJapanese ? $"・取り除いたもの: {shown}" : $"- Taken out {shown}");
    }

    private string Names(IEnumerable<Removal> removals)
    {
        var names = removals.Where(static r => !Quiet.Contains(r.Threat)).Select(r => isJapanese ? ThreatCatalogue.NameOf(r.Threat).Ja : ThreatCatalogue.NameOf(r.Threat).En).Distinct(StringComparer.Ordinal).ToList();
        return string.Join(isJapanese ? "・" : ", ", names.Take(MostThreats)) + (names.Count > MostThreats ? isJapanese ? "ほか" : " and others" : "");
    }

    private static IEnumerable<Removal> All(FileReport report) => report.Removed.Concat(report.Members.SelectMany(All));

    private void Some(List<FileReport> members, Func<FileReport, string> line, List<string> lines)
    {
        lines.AddRange(members.Take(MostLines).Select(line));
        if (members.Count > MostLines) lines.Add(isJapanese ? $"  ほか {members.Count - MostLines:N0} 件" : string.Create(CultureInfo.InvariantCulture, $"  and {members.Count - MostLines:N0} more"));
    }

    /// <summary>A name that is no address and no line of its own.</summary>
    private static string Name(FileReport member)
    {
        var name = Defanged.Of(SafeName.Clean(member.File));
        return name.Length <= 80 ? name : name[..(79 - (char.IsHighSurrogate(name[78]) ? 1 : 0))] + "…";
    }

    private string Framed(string head, IEnumerable<string> lines) => $"{head}\n{string.Join('\n', lines)}\n{(isJapanese ? EndJa : EndEn)}";
}
