using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Web.Pages.Crossings;

/// <summary>What people read of the crossing: states, and what was taken out of a file, in a sentence.</summary>
public static class CrossingTexts
{
    private const int Named = 3;

    public static Bilingual Name(this RequestState state) => state switch
    {
        RequestState.Draft => new("作成中", "Draft"),
        RequestState.Working => new("無害化しています", "Being made harmless"),
        RequestState.Waiting => new("承認待ち", "Waiting for approval"),
        RequestState.Delivered => new("受け取れます", "Ready"),
        RequestState.NothingOut => new("渡せるファイルがありません", "Nothing came out"),
        RequestState.Refused => new("却下", "Refused"),
        RequestState.Withdrawn => new("取下げ", "Withdrawn"),
        RequestState.Expired => new("受取期限が過ぎました", "Expired"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static Bilingual Name(this ItemState state) => state switch
    {
        ItemState.Receiving => new("送信の途中", "Being sent"),
        ItemState.Received => new("送信済み", "Sent"),
        ItemState.Queued => new("順番を待っています", "Waiting its turn"),
        ItemState.Working => new("無害化しています", "Being made harmless"),
        ItemState.Out => new("無害化しました", "Harmless"),
        ItemState.Refused => new("遮断しました", "Not let through"),
        ItemState.ExceptionAsked => new("特例の承認待ち", "Exception asked for"),
        ItemState.Admitted => new("特例で取り込みました", "Let through by exception"),
        ItemState.Destroyed => new("廃棄しました", "Destroyed"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static Bilingual View(RequestView view) => view switch
    {
        RequestView.Mine => new("自分の申請", "Mine"),
        RequestView.ToDecide => new("承認を待つもの", "To decide"),
        RequestView.All => new("課の申請", "The section's"),
        _ => throw new ArgumentOutOfRangeException(nameof(view)),
    };

    /// <summary>What was taken out of a file and what inside it was not let through, or that there was nothing to take out.</summary>
    public static Bilingual Removed(FileReport report)
    {
        var threats = All(report).Where(r => r.Threat is not "").Select(r => r.Threat).Distinct().ToList();
        var lost = Inside(report).Count(m => m.Outcome == Outcome.Refused);
        var members = lost == 0 ? new Bilingual("", "") : new Bilingual($"中の {lost} 件は渡せません。", $"{lost} file(s) inside were not let through.");
        if (threats.Count == 0) return lost > 0 ? members : new("取り除くものはありませんでした。", "There was nothing to take out.");
        var names = threats.Take(Named).Select(ThreatCatalogue.NameOf).ToList();
        var more = threats.Count - Named;
        return new(
            $"{string.Join("、", names.Select(n => n.Ja))}{(more > 0 ? $"など {threats.Count} 種類" : "")}を取り除きました。{members.Ja}",
            $"Taken out: {string.Join(", ", names.Select(n => n.En))}{(more > 0 ? $" and {more} more" : "")}. {members.En}".TrimEnd());
    }

    /// <summary>What was taken out, in one line of a list: マクロ、JavaScript ほか 2 種類.</summary>
    public static Bilingual Threats(IReadOnlyList<(string Threat, int Count)> removed)
    {
        var names = removed.Take(Named).Select(r => ThreatCatalogue.NameOf(r.Threat)).ToList();
        var more = removed.Count - Named;
        return new($"{string.Join("、", names.Select(n => n.Ja))}{(more > 0 ? $"　ほか {more} 種類" : "")}", $"{string.Join(", ", names.Select(n => n.En))}{(more > 0 ? $" and {more} more" : "")}");
    }

    /// <summary>A length for people: 1.2 MB, 340 KB.</summary>
    public static string Size(long bytes) => CrossingWords.Size(bytes);

    public static IEnumerable<FileReport> Inside(FileReport report) => report.Members.SelectMany(m => Inside(m).Prepend(m));

    private static IEnumerable<Removal> All(FileReport report) => report.Removed.Concat(Inside(report).SelectMany(static m => m.Removed));
}
