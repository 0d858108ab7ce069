using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Incidents;

/// <summary>Identity of an incident.</summary>
public readonly record struct IncidentId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What an incident came from (事案の発端).</summary>
public enum IncidentOrigin
{
    /// <summary>A take-out that was lost (持ち出しの紛失).</summary>
    Takeout,

    /// <summary>Something that happened at a contractor's (委託先での事故).</summary>
    Contract,
}

/// <summary>A report to the outside that may be due (外部への報告).</summary>
public enum IncidentReport
{
    /// <summary>速報.</summary>
    Preliminary,

    /// <summary>確報.</summary>
    Final,
}

/// <summary>What a slice says when an incident begins in it.</summary>
/// <param name="Origin">What it came from, and the id of just that: an origin is one incident.</param>
/// <param name="Source">Where it came from: the take-out, the contract.</param>
/// <param name="Persons">How many people's information; null: not known.</param>
internal sealed record IncidentDraft(
    IncidentOrigin Origin, Guid OriginId, Guid Source, UnitId? Unit, string Title, string Place, string Facts, DateTimeOffset NoticedAt, int? Persons, bool IsMyNumber);

/// <summary>An incident as it stands (事案).</summary>
/// <param name="Number">INC-0001.</param>
/// <param name="Source">The take-out or contract that it came from.</param>
/// <param name="Handler">Who follows it up; null: nobody yet.</param>
/// <param name="FollowBy">Until when the handler says how it stands.</param>
public sealed record Incident(
    IncidentId Id, string Number, IncidentOrigin Origin, Guid Source, UnitId? Unit, string? UnitName, string Title, string Place, string Facts, DateTimeOffset NoticedAt, int? Persons, bool IsMyNumber,
    DateTimeOffset OpenedAt, Actor OpenedBy, PersonId? Handler, string? HandlerName, DateOnly? FollowBy, DateOnly? PreliminaryOn, DateOnly? FinalOn, DateTimeOffset? ClosedAt)
{
    public bool IsOpen => ClosedAt is null;

    /// <summary>It has to be reported to the outside, or may have to: as long as nobody knows how many people it is about, it counts.</summary>
    public bool IsReported => IsMyNumber || Persons is null || Persons > IncidentDeadlines.Load().ReportOver;

    public DateOnly? ReportedOn(IncidentReport report) => report == IncidentReport.Preliminary ? PreliminaryOn : FinalOn;

    /// <summary>What has, or had, to be done until a day, in the order of the days.</summary>
    public IReadOnlyList<IncidentDeadline> Deadlines => IncidentDeadlines.Load().Of(this);

    /// <summary>Something isn't done and its day is over, or was done after its day. A closed incident is settled.</summary>
    public bool IsMissed(DateOnly day) => IsOpen && Deadlines.Any(d => d.IsMissed(day));
}

/// <summary>Something that has to be done until a day (期限).</summary>
/// <param name="DoneOn">Null: not yet.</param>
public sealed record IncidentDeadline(Bilingual Name, DateOnly DueOn, DateOnly? DoneOn)
{
    public bool IsMissed(DateOnly day) => (DoneOn ?? day) > DueOn;
}

/// <summary>A step of an incident.</summary>
/// <param name="Kind">Of the ledger's entry: <c>incident.assigned</c>.</param>
public sealed record IncidentStep(string Kind, DateTimeOffset At, Actor By, string Note, long LedgerIndex);

/// <summary>An incident with its steps, oldest first, and who may follow it up.</summary>
public sealed record IncidentDetail(Incident Incident, IReadOnlyList<IncidentStep> Steps, IReadOnlyList<IncidentCandidate> Candidates);

/// <summary>Somebody who holds a post today, and may be given an incident.</summary>
public sealed record IncidentCandidate(PersonId Person, string Name, Post Post);

/// <summary>What to list.</summary>
public enum IncidentView
{
    /// <summary>対応中.</summary>
    Open,

    /// <summary>期限超過.</summary>
    Late,

    /// <summary>終結.</summary>
    Closed,
}

/// <summary>One page.</summary>
/// <param name="Counts">Of each view, for the chips.</param>
public sealed record IncidentPage(IReadOnlyList<Incident> Incidents, IReadOnlyDictionary<IncidentView, int> Counts, int Total);
