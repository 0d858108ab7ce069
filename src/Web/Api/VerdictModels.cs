using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Verdicts;

namespace Sekisho.Web.Api;

/// <summary>A verdict (判定).</summary>
/// <param name="Because">Ids of the evidence that it rests on.</param>
/// <param name="Weakest">Of a verdict of met: whether any part rests on a statement only.</param>
/// <param name="Until">Of a waived one: when the waiver ends.</param>
public sealed record VerdictModel(VerdictKind Kind, Bilingual Reason, IReadOnlyList<Guid> Because, EvidenceWeight? Weakest, DateTimeOffset? Until)
{
    public static VerdictModel Of(Verdict verdict) => new(
        verdict.Kind, verdict.Reason, [.. verdict.Because.Select(static id => id.Value)],
        verdict.Match(static met => (EvidenceWeight?)met.Weakest, static _ => null, static _ => null, static _ => null, static _ => null, static _ => null),
        verdict.Match(static _ => (DateTimeOffset?)null, static _ => null, static _ => null, static _ => null, static waived => waived.Until, static _ => null));
}

/// <summary>The policy in force at a moment, provision by provision.</summary>
public sealed record BoardModel(
    DateTimeOffset At, Guid Version, string Title, IReadOnlyList<ProvisionModel> Provisions, IReadOnlyDictionary<VerdictKind, int> Counts, int Silent, int ExpiringThisMonth, int UnconfirmedTies)
{
    public static BoardModel Of(Board board) => new(
        board.At, board.Version.Summary.Id.Value, board.Version.Summary.Title, [.. board.Provisions.Select(ProvisionModel.Of)],
        board.Counts.ByKind, board.Counts.Silent, board.Counts.ExpiringThisMonth, board.Counts.UnconfirmedTies);
}

/// <summary>A provision with its verdict.</summary>
/// <param name="Key">Stays across versions.</param>
/// <param name="Verdict">Null where it creates no obligation.</param>
public sealed record ProvisionModel(
    string Key, string Id, ProvisionKind Kind, string Path, string Number, string Label, string Caption, string Text, int Depth,
    VerdictModel? Verdict, VerdictKind? WithBelow, IReadOnlyList<ProvisionTieModel> Ties)
{
    public static ProvisionModel Of(BoardProvision p) => new(
        p.Key, p.Provision.Id, p.Provision.Kind, p.Provision.Path, p.Provision.Number, p.Provision.Label, p.Provision.Caption, p.Provision.Text, p.Depth,
        p.Verdict is null ? null : VerdictModel.Of(p.Verdict), p.WithBelow, [.. p.Ties.Select(static t => new ProvisionTieModel(t.Id.Value, t.Obligation.Value, t.State, t.Confidence))]);
}

/// <summary>Which obligation a provision creates.</summary>
public sealed record ProvisionTieModel(Guid Id, string Obligation, Records.Ties.TieState State, double Confidence);

/// <summary>An obligation with its verdict.</summary>
/// <param name="ExpiresAt">When the verdict stops to stand unless something new arrives.</param>
/// <param name="Provisions">Paths of the provisions in force that create it.</param>
public sealed record ObligationModel(
    string Id, Bilingual Name, Bilingual Requires, IReadOnlyList<LegalGround> Grounds, VerdictModel Verdict, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Provisions)
{
    public static ObligationModel Of(BoardObligation standing, IReadOnlyList<BoardProvision> provisions) => new(
        standing.Obligation.Id.Value, standing.Obligation.Name, standing.Obligation.Requires, standing.Obligation.Grounds, VerdictModel.Of(standing.Verdict), standing.ExpiresAt,
        [.. provisions.Select(static p => p.Provision.Path)]);
}

/// <summary>An obligation in full.</summary>
public sealed record ObligationDetailModel(ObligationModel Obligation, IReadOnlyList<CriterionModel> Criteria, IReadOnlyList<EvidenceModel> Evidence)
{
    public static ObligationDetailModel Of(ObligationView view) => new(
        ObligationModel.Of(view.Standing, view.Provisions),
        [.. view.Criteria.Select(static c => new CriterionModel(c.Criterion.Id, c.Criterion.Asks, c.Criterion.EvidenceKind, c.Criterion.Condition.Text, c.Criterion.Validity.TotalHours, VerdictModel.Of(c.Verdict), [.. c.Evidence.Select(static e => e.Evidence.Id.Value)]))],
        [.. view.Evidence.Select(EvidenceModel.Of)]);
}

/// <summary>A criterion and how it stands by itself.</summary>
public sealed record CriterionModel(string Id, Bilingual Asks, string EvidenceKind, string Condition, double ValidityHours, VerdictModel Verdict, IReadOnlyList<Guid> Evidence);

/// <summary>A stretch of time with one verdict.</summary>
public sealed record SpanModel(DateTimeOffset From, DateTimeOffset To, VerdictModel Verdict);

/// <summary>A piece of evidence (証跡).</summary>
public sealed record EvidenceModel(
    Guid Id, string Kind, string Subject, DateTimeOffset ObservedAt, DateTimeOffset RecordedAt, DateTimeOffset? ExpiresAt, EvidenceWeight Weight,
    IReadOnlyDictionary<string, decimal> Facts, Bilingual Sentence, string By, long LedgerIndex, int Attachments)
{
    public static EvidenceModel Of(EvidenceRow row)
    {
        var seen = row.Evidence.Observed;
        return new(row.Evidence.Id.Value, seen.Kind, seen.Subject, seen.ObservedAt, row.Evidence.RecordedAt, seen.ExpiresAt, seen.Weight, seen.Facts, seen.Sentence, row.By.Name, row.LedgerIndex, row.Attachments);
    }
}

/// <summary>A piece of evidence with all that is kept of it.</summary>
public sealed record EvidenceDetailModel(EvidenceModel Evidence, IReadOnlyList<AttachmentModel> Attachments, StatementModel? Statement)
{
    public static EvidenceDetailModel Of(EvidenceDetail detail) => new(
        EvidenceModel.Of(new EvidenceRow(detail.Evidence, detail.By, detail.LedgerIndex, detail.Attachments.Count)),
        [.. detail.Attachments.Select(static a => new AttachmentModel(a.Ordinal, a.FileName, a.MediaType, a.SizeBytes, a.Digest.ToString()))],
        detail.Statement is { } s ? StatementModel.Of(s) : null);
}

/// <summary>A file kept with evidence.</summary>
public sealed record AttachmentModel(int Ordinal, string FileName, string MediaType, int SizeBytes, string Sha256);

/// <summary>A signed statement (申告).</summary>
public sealed record StatementModel(string Obligation, string Criterion, bool Holds, string Text, DateTimeOffset SignedAt, string By, DateTimeOffset SecondFactorAt)
{
    public static StatementModel Of(SignedStatement s) => new(s.Obligation.Value, s.CriterionId, s.Holds, s.Text, s.SignedAt, s.By.Name, s.SecondFactorAt);
}

/// <summary>One page of evidence.</summary>
/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record EvidencePageModel(IReadOnlyList<EvidenceModel> Rows, string? Next);
