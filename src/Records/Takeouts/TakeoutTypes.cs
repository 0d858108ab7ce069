using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Takeouts;

/// <summary>Identity of a take-out.</summary>
public readonly record struct TakeoutId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Where a take-out stands (持ち出しの状態). Overdue is no state: it is what <see cref="Out"/> becomes when its day is over.</summary>
public enum TakeoutState
{
    /// <summary>承認待ち.</summary>
    Asked,

    /// <summary>不承認.</summary>
    Refused,

    /// <summary>取下げ.</summary>
    Withdrawn,

    /// <summary>承認済み（持ち出し前）.</summary>
    Approved,

    /// <summary>持ち出し中.</summary>
    Out,

    /// <summary>持ち帰り（確認待ち）: the applicant says it is back; another person hasn't looked yet.</summary>
    Back,

    /// <summary>返却済み.</summary>
    Returned,

    /// <summary>紛失.</summary>
    Lost,
}

/// <summary>What carries the information (運ぶもの).</summary>
public enum Carrier
{
    /// <summary>電磁的記録媒体: of the register, encrypted.</summary>
    Medium,

    /// <summary>端末: of the register.</summary>
    Terminal,

    /// <summary>紙.</summary>
    Paper,
}

/// <summary>What a person asks for (持ち出しの申請).</summary>
/// <param name="What">In words: 国保の被保険者データ（令和8年度分）.</param>
/// <param name="Assets">Of the asset register; their class decides what is asked.</param>
/// <param name="Class">Where no asset says it; null: not known, and then the highest is taken.</param>
/// <param name="IsInside">Out of the handling area, not out of the building.</param>
/// <param name="IsMyNumber">特定個人情報; also true when an asset holds it.</param>
/// <param name="CarriedBy">The medium or terminal, by id; null for paper.</param>
/// <param name="Safeguards">Ids of the rules' list.</param>
/// <param name="DueOn">The day by which it is back.</param>
public sealed record TakeoutDraft(
    UnitId Unit, string What, IReadOnlyList<EntryId> Assets, string? Class, string Why, string Destination, bool IsInside, bool IsMyNumber,
    Carrier Carrier, EntryId? CarriedBy, IReadOnlyList<string> Safeguards, DateOnly FromOn, DateOnly DueOn);

/// <summary>What was seen when it came back (返却の確認).</summary>
/// <param name="IsHere">Everything is back.</param>
/// <param name="IsWiped">What was on the medium is deleted, or the paper is in its file or shredded.</param>
public sealed record ReturnCheck(bool IsHere, bool IsWiped, string Note);

/// <summary>What is known of a loss (紛失の事実): enough to make an incident of it.</summary>
/// <param name="NoticedAt">When it was noticed.</param>
/// <param name="Place">Where it was last, or where it was noticed.</param>
/// <param name="Facts">What happened, and what was done so far.</param>
/// <param name="Persons">How many people's information it holds; null: not known yet.</param>
public sealed record Loss(DateTimeOffset NoticedAt, string Place, string Facts, int? Persons);

/// <summary>A take-out as it stands (持ち出し).</summary>
/// <param name="Number">TKO-0001.</param>
/// <param name="Approver">The least post that may approve it.</param>
/// <param name="Medium">The medium's or terminal's entry, by number and name.</param>
public sealed record Takeout(
    TakeoutId Id, string Number, UnitId Unit, string UnitName, TakeoutState State, DateTimeOffset AskedAt, Actor AskedBy, string What, string Why, string Destination, bool IsInside, bool IsMyNumber,
    string Class, Carrier Carrier, CarriedThing? Medium, IReadOnlyList<string> Safeguards, DateOnly FromOn, DateOnly DueOn, DateOnly? ExtensionOn, string? ExtensionWhy, Post Approver)
{
    /// <summary>Out, and its day is over.</summary>
    public bool IsOverdue(DateOnly day) => State == TakeoutState.Out && DueOn < day;

    public bool IsOpen => State is TakeoutState.Asked or TakeoutState.Approved or TakeoutState.Out or TakeoutState.Back;
}

/// <summary>The medium or terminal that carries it.</summary>
public sealed record CarriedThing(EntryId Id, string Register, string Number, string Title);

/// <summary>A step of a take-out.</summary>
/// <param name="Kind">Of the ledger's entry: <c>takeout.approved</c>.</param>
/// <param name="Check">Of a return.</param>
/// <param name="Loss">Of a loss.</param>
/// <param name="AsDeputyOf">In whose place it was decided (代理).</param>
public sealed record TakeoutStep(string Kind, DateTimeOffset At, Actor By, string Note, ReturnCheck? Check, Loss? Loss, long LedgerIndex, Organisation.Post? AsDeputyOf = null);

/// <summary>A take-out with its assets and its steps, oldest first.</summary>
public sealed record TakeoutDetail(Takeout Takeout, IReadOnlyList<CarriedThing> Assets, IReadOnlyList<TakeoutStep> Steps);

/// <summary>A take-out outside of the rules of handling (定めに反する持ち出し).</summary>
/// <param name="IsLost">Lost, and its incident isn't closed; else out past its day.</param>
public sealed record TakeoutBreach(string Number, bool IsLost)
{
    public Bilingual What => IsLost
        ? new($"{Number} は紛失し、事案の対応が終わっていません。", $"{Number} was lost, and its incident is not closed.")
        : new($"{Number} は、返却の期限を過ぎています。", $"{Number} is out past its day.");
}

/// <summary>What to list.</summary>
public enum TakeoutView
{
    /// <summary>承認待ち: asked for, or an extension is.</summary>
    Waiting,

    /// <summary>持ち出し前.</summary>
    Approved,

    /// <summary>持ち出し中, the overdue and the ones to be checked among them.</summary>
    Out,

    /// <summary>期限超過.</summary>
    Overdue,

    /// <summary>返却済み, and what was refused or withdrawn.</summary>
    Closed,

    /// <summary>紛失.</summary>
    Lost,
}

/// <summary>One page.</summary>
/// <param name="Counts">Of each view, for the chips.</param>
public sealed record TakeoutPage(IReadOnlyList<Takeout> Takeouts, IReadOnlyDictionary<TakeoutView, int> Counts, int Total);

/// <summary>What somebody has to do about take-outs (することの一覧).</summary>
public enum TakeoutTaskKind
{
    /// <summary>Decide on an application or an extension.</summary>
    Decide,

    /// <summary>Bring back what is overdue; the section's managers see it too.</summary>
    BringBack,

    /// <summary>Bring back by its day.</summary>
    Return,

    /// <summary>Approved: it may go out.</summary>
    GoOut,

    /// <summary>Look whether it is back and wiped.</summary>
    Check,
}

public sealed record TakeoutTask(TakeoutTaskKind Kind, Takeout Takeout);
