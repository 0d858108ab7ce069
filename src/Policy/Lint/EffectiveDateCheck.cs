using Sekisho.Assurance;

namespace Sekisho.Policy.Lint;

/// <summary>Every enactment and amendment needs a day from which it is in force (施行期日).</summary>
internal static class EffectiveDateCheck
{
    public static void Run(LintedDocument document)
    {
        var policy = document.Document;
        if (policy.Supplementary.Count == 0)
        {
            document.Add("POL-LINT-052", FindingSeverity.Warning, "附則",
                new("附則がなく、いつから施行されるのかが書かれていません。", "There are no supplementary provisions, and nothing says from which day the document is in force."),
                new("附則を設けて施行期日を定めるか、読み取った文書が附則まで含んでいるか確かめてください。", "Add supplementary provisions with the day of effect, or see whether the document that was read includes them."));
        }
        foreach (var supplement in policy.Supplementary.Where(static s => s.Effective is null))
        {
            document.Add("POL-LINT-051", FindingSeverity.Warning, supplement.Label.Length > 0 ? supplement.Label : "附則",
                supplement.EffectiveText.Length > 0
                    ? new($"施行期日「{supplement.EffectiveText}」が何年何月何日か分かりません。", $"It can't be told which day “{supplement.EffectiveText}” is.")
                    : new("施行期日が書かれていません。", "No day of effect is given."),
                new("施行期日を年月日で書き添えるか、公布・公表の日を記録してください。", "Add the day as a date, or record the day of promulgation."));
        }
        // Without a history there is nothing to hold the dates against.
        if (policy.Amendments.Count == 0) return;
        var acts = (policy.Enacted is { } enacted ? policy.Amendments.Prepend(enacted) : policy.Amendments).ToList();
        // A day of effect belongs to the last act that was done by then; unreadable ones may belong to any.
        var unread = policy.Supplementary.Count(static s => s.Effective is null);
        var covered = new HashSet<Enactment>();
        foreach (var effective in policy.Supplementary.Select(static s => s.Effective).OfType<DateOnly>())
            if (acts.Where(a => a.Date <= effective).MaxBy(static a => a.Date) is { } act) covered.Add(act);
        foreach (var act in acts.Where(a => !covered.Contains(a)).Skip(unread))
        {
            document.Add("POL-LINT-050", FindingSeverity.Warning, "附則",
                new($"{Wareki(act.Date)}の{(act == policy.Enacted ? "制定" : "改正")}（{act.Reference}）に対応する施行期日が附則にありません。", $"No day of effect belongs to the act of {act.Date:yyyy-MM-dd} ({act.Reference})."),
                new("その改正の附則に施行期日を書き加えるか、改正履歴を確かめてください。", "Add the day of effect of that act to the supplementary provisions, or check the history."));
        }
    }

    private static string Wareki(DateOnly date)
    {
        var (era, start) = date >= new DateOnly(2019, 5, 1) ? ("令和", 2018) : date >= new DateOnly(1989, 1, 8) ? ("平成", 1988) : ("昭和", 1925);
        var year = date.Year - start;
        return $"{era}{(year == 1 ? "元" : year)}年{date.Month}月{date.Day}日";
    }
}
