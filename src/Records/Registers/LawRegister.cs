using Sekisho.Assurance;

namespace Sekisho.Records.Registers;

/// <summary>Rules of the register of applicable law (関係法令台帳).</summary>
public sealed class LawRules : IRegisterRules
{
    public const string Key = "law";

    public string Register => Key;

    /// <summary>A review holds for a year unless the office says otherwise.</summary>
    public FieldValues Derive(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values;
        if (values.Day("reviewed_on") is not { } reviewed) return values;
        // Entered anew without a new date for the next one: the year begins again.
        var isOld = candidate.Before is { } before && before.Fields.Day("reviewed_on") != reviewed && before.Fields.Day("next_review_on") == values.Day("next_review_on");
        return values.Day("next_review_on") is null || isOld ? values.With("next_review_on", new FieldValue.Day(reviewed.AddYears(1))) : values;
    }

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var (reviewed, next) = (candidate.Values.Day("reviewed_on"), candidate.Values.Day("next_review_on"));
        if (reviewed > candidate.Day) yield return new("reviewed_on", new("見直した日には、今日までの日を入力してください。", "The day of the review can't be in the future."));
        if (next <= reviewed) yield return new("next_review_on", new("次の見直しは、見直した日より後の日にしてください。", "The next review comes after the last one."));
    }
}

/// <summary>Whether applicable law was looked at again within its period (関連法令の確認).</summary>
public sealed class LawSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Review = "law.review";

    /// <summary>Laws that a sentence names.</summary>
    public IReadOnlyCollection<string> Kinds { get; } = [Review];

    /// <summary>Silent until the first law is entered.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var laws = await RegisterRows.AllAsync(tx, LawRules.Key, null, retired: true, cancel);
        if (laws.Count == 0) return [];
        laws.RemoveAll(l => l.Retired is not null);
        var day = JapaneseTime.Day(at);
        var due = laws.FindAll(l => l.Day("reviewed_on") is null || l.Day("next_review_on") is not { } next || next < day);
        var facts = new Dictionary<string, decimal> { ["laws"] = laws.Count, ["unreviewed"] = due.Count };
        if (laws.Count == 0)
            return [new(Review, "", at, null, EvidenceWeight.System, facts, new("関係法令台帳に、使用中の法令がありません。", "No law in use is in the register."))];
        if (due.Count == 0)
            return [new(Review, "", at, null, EvidenceWeight.System, facts, new($"{laws.Count} 件の法令すべてを期限内に見直しています。", $"All {laws.Count} laws were reviewed in time."))];
        var names = FirstFew.Of(due, l => l.Title);
        return [new(Review, "", at, null, EvidenceWeight.System, facts, new(
            $"{laws.Count} 件の法令のうち {due.Count} 件の見直しが済んでいません（{names.Ja}）。",
            $"{due.Count} of {laws.Count} laws have not been reviewed in time ({names.En})."))];
    }
}
