using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Comparison;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;

namespace Sekisho.Web.Api;

/// <summary>A version of a policy (版).</summary>
public sealed record VersionModel(
    Guid Id, string Policy, int Number, string Title, string FileName, int SizeBytes, string Sha256, VersionState State, DateOnly? EffectiveOn,
    DateTimeOffset ImportedAt, string ImportedBy, string? WithheldGround, long LedgerIndex)
{
    public static VersionModel Of(VersionSummary v) => new(
        v.Id.Value, v.PolicyKey, v.Number, v.Title, v.FileName, v.SizeBytes, v.Original.ToString(), v.State, v.EffectiveOn, v.ImportedAt, v.ImportedBy.Name, v.WithheldGround, v.LedgerIndex);
}

/// <summary>What came of an upload.</summary>
/// <param name="AlreadyKept">The same file was there already; nothing was added.</param>
public sealed record UploadModel(VersionModel Version, bool AlreadyKept, int Ties, int CarriedTies, int Findings);

/// <summary>How many.</summary>
public sealed record CountModel(int Count);

/// <param name="EffectiveOn">施行日, a day in Japan.</param>
public sealed record InForceRequest(DateOnly EffectiveOn);

/// <param name="LegalGround">E.g. 情報公開条例第7条第6号.</param>
public sealed record WithholdRequest(string LegalGround);

/// <summary>One opening of a withheld document.</summary>
public sealed record OpeningModel(Guid Version, string Purpose, DateTimeOffset At, string By, long LedgerIndex);

/// <summary>A finding (指摘).</summary>
public sealed record FindingModel(
    Guid Id, Guid Version, FindingOrigin Origin, string Code, FindingSeverity Severity, string? ProvisionId, string Where, Bilingual Message, Bilingual Next, AnswerModel? Answer)
{
    public static FindingModel Of(KeptFinding f) => new(
        f.Id.Value, f.Version.Value, f.Origin, f.Found.Code, f.Found.Severity, f.Found.ProvisionId, f.Found.Where, f.Found.Message, f.Found.Next,
        f.Answer is { } a ? new AnswerModel(a.Answer, a.Note, a.At, a.By.Name, a.Carried, a.LedgerIndex) : null);
}

/// <summary>An answer to a finding.</summary>
public sealed record AnswerModel(FindingAnswer Answer, string Note, DateTimeOffset At, string By, bool Carried, long LedgerIndex);

/// <param name="Note">Why; may be left out for willFix only.</param>
public sealed record AnswerRequest(FindingAnswer Answer, string? Note = null);

/// <summary>A tie between provision and obligation (結び付き).</summary>
public sealed record TieModel(
    Guid Id, Guid Version, string ProvisionId, string ProvisionKey, string Path, string Obligation, TieOrigin Origin, double Confidence, Bilingual Reason, bool TextChanged,
    TieState State, TieDecisionModel? Decided)
{
    public static TieModel Of(Tie t) => new(
        t.Id.Value, t.Version.Value, t.ProvisionId, t.ProvisionKey, t.Path, t.Obligation.Value, t.Origin, t.Confidence, t.Reason, t.TextChanged, t.State,
        t.Decided is { } d ? new TieDecisionModel(d.State, d.Note, d.At, d.By.Name, d.Carried, d.LedgerIndex) : null);
}

/// <summary>A person's decision on a tie.</summary>
public sealed record TieDecisionModel(TieState State, string Note, DateTimeOffset At, string By, bool Carried, long LedgerIndex);

/// <summary>新旧対照表.</summary>
public sealed record ComparisonModel(string OldTitle, string NewTitle, bool Same, IReadOnlyList<ComparisonRowModel> Rows)
{
    public static ComparisonModel Of(ComparisonTable table) => new(table.OldTitle, table.NewTitle, table.IsEmpty, [.. table.Rows.Select(static row => new ComparisonRowModel(
        [.. Enum.GetValues<Change>().Where(change => change != Change.None && row.Change.HasFlag(change)).Select(static change => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(change.ToString()))],
        row.Depth, row.Part, Cell(row.New), Cell(row.Old), row.ElsewhereLabel))]);

    private static ComparisonCellModel? Cell(ComparisonCell? cell) =>
        cell is null ? null : new(cell.Id, cell.Kind, cell.Label, [.. cell.Caption.Select(Piece)], [.. cell.Text.Select(Piece)]);

    private static PieceModel Piece(Piece piece) => new(piece.Text, piece.Changed);
}

/// <param name="Changes">None: unchanged. Else of text, number, place, added, deleted, movedAway.</param>
/// <param name="Part">front (title, 改正履歴, 制定文), main (本則), supplement (附則), appendix (別表 and its rows).</param>
public sealed record ComparisonRowModel(IReadOnlyList<string> Changes, int Depth, ComparisonPart Part, ComparisonCellModel? New, ComparisonCellModel? Old, string ElsewhereLabel);

/// <summary>One side of a row.</summary>
public sealed record ComparisonCellModel(string Id, ProvisionKind? Kind, string Label, IReadOnlyList<PieceModel> Caption, IReadOnlyList<PieceModel> Text);

/// <summary>A stretch of text.</summary>
public sealed record PieceModel(string Text, bool Changed);
