using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.ThirdParties;

/// <summary>A contract with all that is kept of it, as it stands on a day (契約の状況).</summary>
public sealed record ContractStanding(RegisterEntry Contract, DateOnly Day, FilledSheet? SelectionSheet, FilledSheet? ClauseSheet, IReadOnlyList<ContractEvent> Events)
{
    public ContractShape Shape { get; } = ContractShape.Of(Contract);

    public DateOnly BeginsOn => Contract.Day("begins_on") ?? DateOnly.MinValue;

    /// <summary>The last day.</summary>
    public DateOnly EndsOn => Contract.Day("ends_on") ?? DateOnly.MaxValue;

    public EntryId? Contractor => Contract.Entry("contractor");

    public bool IsRunning => Contract.Retired is null && BeginsOn <= Day && Day <= EndsOn;

    public bool IsOver => Contract.Retired is null && EndsOn < Day;

    public SheetStanding Selection => selection ??= SheetStanding.Of(SheetKind.Selection, SelectionSheet, Shape, Day);

    public SheetStanding Clauses => clauses ??= SheetStanding.Of(SheetKind.Clauses, ClauseSheet, Shape, Day);

    private SheetStanding? selection, clauses;

    /// <summary>What was returned, deleted, or never handed over.</summary>
    public ContractEvent? Ending => Events.FirstOrDefault(e => e.Kind.EndsContract());

    /// <summary>
    /// It is over, held information, and nobody has said what became of it. Contracts that were over before they were entered here are history that
    /// the office brought along: not counted.
    /// </summary>
    public bool IsUnreturned => IsOver && Shape.HoldsInformation && Ending is null && JapaneseTime.Day(Contract.CreatedAt) <= EndsOn;

    /// <summary>Neither approved nor refused.</summary>
    public IReadOnlyList<ContractEvent> UndecidedSubcontracts => Open(EventKind.Subcontract);

    /// <summary>Findings of inspections that have a due day and aren't put right.</summary>
    public IReadOnlyList<ContractEvent> OpenFindings => [.. Open(EventKind.Inspection).Where(e => e.DueOn is not null)];

    public IReadOnlyList<ContractEvent> OpenIncidents => Open(EventKind.Incident);

    /// <summary>Who works on it now.</summary>
    public IReadOnlyList<ContractEvent> Staff => Open(EventKind.Staff);

    public ContractEvent? ClosingOf(ContractEvent opened) => Events.FirstOrDefault(e => e.Closes == opened.Id);

    private List<ContractEvent> Open(EventKind kind) => [.. Events.Where(e => e.Kind == kind && ClosingOf(e) is null)];
}

/// <summary>A contractor with its contracts and confirmations, as it stands on a day (委託先の状況).</summary>
/// <param name="Contracts">All that are in the register and not retired.</param>
/// <param name="Confirmations">Newest first.</param>
public sealed record ContractorStanding(RegisterEntry Contractor, DateOnly Day, IReadOnlyList<ContractStanding> Contracts, IReadOnlyList<ConfirmationSummary> Confirmations)
{
    public IReadOnlyList<ContractStanding> Running => running ??= [.. Contracts.Where(c => c.IsRunning)];

    private IReadOnlyList<ContractStanding>? running;

    public bool IsWithoutSelection => Running.Any(c => !c.Selection.IsComplete);

    public bool IsWithoutClauses => Running.Any(c => !c.Clauses.IsComplete);

    public ConfirmationSummary? Newest => Confirmations.FirstOrDefault(c => c.WithdrawnAt is null);

    public DateOnly? LastConfirmedOn => Confirmations.Where(c => c.SignedAt is not null).Select(c => (DateOnly?)JapaneseTime.Day(c.SignedAt!.Value)).Max();

    /// <summary>A year after the last confirmation; of a new contractor a year after its oldest running contract began, since selection looked at it then. Null: nothing runs.</summary>
    public DateOnly? ConfirmBy => Running.Count == 0 ? null : (LastConfirmedOn ?? Running.Min(c => c.BeginsOn)).AddYears(1);

    public bool IsUnconfirmed => ConfirmBy < Day;

    /// <summary>What is entrusted over all running contracts together: decides which questions are put.</summary>
    public IReadOnlySet<string> Entrusts => Running.SelectMany(c => c.Shape.Entrusts).ToHashSet(StringComparer.Ordinal);
}

/// <summary>A confirmation in lists; see <see cref="ConfirmationDesk"/>.</summary>
/// <param name="Failed">Wrong codes since the code was made.</param>
public sealed record ConfirmationSummary(
    Guid Id, EntryId Contractor, DateTimeOffset AskedAt, Actor AskedBy, DateOnly DueOn, DateTimeOffset ExpiresAt, int Failed, DateTimeOffset? OpenedAt, DateTimeOffset? SavedAt,
    DateTimeOffset? AnsweredAt, string? AnsweredBy, DateTimeOffset? ReturnedAt, string? ReturnedNote, DateTimeOffset? SignedAt, Actor? SignedBy, string? SignedNote, DateTimeOffset? WithdrawnAt)
{
    public ConfirmationState State => WithdrawnAt is not null ? ConfirmationState.Withdrawn
        : SignedAt is not null ? ConfirmationState.SignedOff
        : AnsweredAt is not null ? ConfirmationState.Answered
        : ReturnedAt is not null ? ConfirmationState.Returned
        : OpenedAt is not null ? ConfirmationState.Opened
        : ConfirmationState.Asked;

    /// <summary>Waiting for the contractor.</summary>
    public bool IsOut => State is ConfirmationState.Asked or ConfirmationState.Opened or ConfirmationState.Returned;

    public bool IsOverdueOn(DateOnly day) => IsOut && DueOn < day;
}

/// <summary>How far a confirmation is (確認の段階).</summary>
public enum ConfirmationState
{
    /// <summary>依頼中.</summary>
    Asked,

    /// <summary>記入中: the contractor opened it.</summary>
    Opened,

    /// <summary>差戻し.</summary>
    Returned,

    /// <summary>回答あり: waits for the officer.</summary>
    Answered,

    /// <summary>確認済み.</summary>
    SignedOff,

    /// <summary>取下げ.</summary>
    Withdrawn,
}
