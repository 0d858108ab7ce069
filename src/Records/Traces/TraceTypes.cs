using Sekisho.Assurance;
using Sekisho.Policy.Hierarchy;
using Sekisho.Records.Documents;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Traces;

/// <summary>A provision, or a whole document, as one end of a trace. An empty key is the document as a whole.</summary>
public readonly record struct TraceEnd(string Document, string Key)
{
    public bool IsWhole => Key.Length == 0;
}

/// <summary>Whether a person says that the lower end carries the upper one out.</summary>
public enum TraceDecision
{
    Confirmed,
    Rejected,
}

/// <summary>What a person decided on a trace.</summary>
public sealed record TraceDecided(TraceDecision Decision, string Note, DateTimeOffset At, Actor By, long LedgerIndex);

/// <summary>That a lower provision carries out an upper one (対応付け), decided by a person.</summary>
public sealed record Trace(TraceEnd Upper, TraceEnd Lower, TraceDecided Decided);

/// <summary>That a lower provision seems to carry out an upper one; for a person to confirm or reject.</summary>
/// <param name="Confidence">0 to 1.</param>
public sealed record TraceSuggestion(TraceEnd Upper, TraceEnd Lower, double Confidence, Bilingual Reason);

/// <summary>A provision that calls for a standard or a procedure, and whether it has one.</summary>
public sealed record TraceNeed(TraceEnd Provision, RuleCall Call, bool Satisfied);

/// <summary>A provision of a document in force, as the map shows it.</summary>
/// <param name="Place">第７条, 第１０条（1）.</param>
/// <param name="Text">Its caption, or the beginning of its text.</param>
public sealed record TracePlace(TraceEnd End, string ProvisionId, string Place, string Text, int Depth, bool IsArticle);

/// <summary>A document in force with its provisions in order.</summary>
public sealed record TraceDocument(KeptDocument Document, IReadOnlyList<TracePlace> Places)
{
    /// <summary>0 policy, 1 standard, 2 procedures and the like, 3 forms: a trace goes downwards.</summary>
    public int Level => LevelOf(Document.Kind);

    public static int LevelOf(DocumentKind kind) => kind switch
    {
        DocumentKind.BasicPolicy => 0,
        DocumentKind.Standard => 1,
        DocumentKind.Form => 3,
        _ => 2,
    };
}

/// <summary>How the documents in force hang together (規程の体系).</summary>
/// <param name="Documents">In force, from the policy down.</param>
/// <param name="Confirmed">Between provisions in force only: what hangs on a provision that is gone doesn't hold any more.</param>
/// <param name="Orphans">Documents in force that carry out nothing.</param>
public sealed record TraceMap(
    IReadOnlyList<TraceDocument> Documents, IReadOnlyList<Trace> Confirmed, IReadOnlyList<TraceNeed> Needs, IReadOnlyList<KeptDocument> Orphans)
{
    public IEnumerable<TraceNeed> Missing(CalledRule rule) => Needs.Where(n => !n.Satisfied && n.Call.Rule == rule);

    /// <summary>Where an end is; null when it isn't in force.</summary>
    public TracePlace? Place(TraceEnd end) => Documents.FirstOrDefault(d => d.Document.Key == end.Document)?.Places.FirstOrDefault(p => p.End == end);
}
