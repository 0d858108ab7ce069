using Sekisho.Assurance;
using Sekisho.Records.Assets;

namespace Sekisho.Web.Api;

/// <summary>How a section's part of the register stands.</summary>
public sealed record UnitAssetsModel(Guid Unit, string Name, bool Confirmed, bool DeclaredNone, int Assets, int Excluded, int Unclassified, int Unconfirmed, int ToDiscard, DateTimeOffset? ConfirmedAt)
{
    public static UnitAssetsModel Of(UnitAssets u) => new(u.Unit.Id.Value, u.Unit.Name, u.IsConfirmed, u.DeclaredNone, u.Assets, u.Excluded, u.Unclassified, u.Unconfirmed, u.ToDiscard, u.ConfirmedAt);
}

/// <summary>An asset that is new, changed or retired since the last confirmation.</summary>
public sealed record AssetChangeModel(Guid Asset, string Number, string Title, AssetChangeKind Kind, IReadOnlyList<AssetFieldChangeModel> Fields)
{
    public static AssetChangeModel Of(AssetChange c) => new(c.Asset.Id.Value, c.Asset.Number, c.Asset.Title, c.Kind, [.. c.Fields.Select(static f => new AssetFieldChangeModel(f.Key, f.From?.Ja, f.To?.Ja))]);
}

/// <summary>One field, old and new as people read them.</summary>
public sealed record AssetFieldChangeModel(string Field, string? From, string? To);

public sealed record DeclarationRequest(Guid Unit);

public sealed record DeclaredModel(Guid Unit, DateTimeOffset DeclaredAt);

/// <summary>The suggested class of each aspect, and why.</summary>
public sealed record SuggestionModel(string? Confidentiality, string? Integrity, string? Availability, IReadOnlyList<SuggestionReasonModel> Reasons)
{
    public static SuggestionModel Of(ClassSuggestion s) => new(s.Of(AssetAspect.Confidentiality)?.Key, s.Of(AssetAspect.Integrity)?.Key, s.Of(AssetAspect.Availability)?.Key,
        [.. s.Reasons.Select(static r => new SuggestionReasonModel(r.Id, r.Why, [.. r.Decides.Select(static a => a.Key())]))]);
}

/// <param name="Decides">Aspects whose class this reason gives.</param>
public sealed record SuggestionReasonModel(string Id, Bilingual Why, IReadOnlyList<string> Decides);

/// <summary>The rules of one class.</summary>
public sealed record ClassRulesModel(string Aspect, string Class, IReadOnlyList<string> Texts)
{
    public static ClassRulesModel Of(ClassRules r) => new(r.Class.Aspect.Key(), r.Class.Key, r.Texts);
}

/// <summary>Ways of disposal that are enough for a medium of a group.</summary>
public sealed record DisposalCellModel(string Group, string Medium, IReadOnlyList<string> Methods);

/// <summary>The handling rules in force.</summary>
/// <param name="KeptAt">Null: none are laid down; what stands here is the national table.</param>
public sealed record HandlingModel(DateTimeOffset? KeptAt, string? KeptBy, IReadOnlyList<ClassRulesModel> Rules, IReadOnlyList<DisposalCellModel> Disposal)
{
    public static HandlingModel Of(HandlingRules r) => new(r.Kept?.At, r.Kept?.By.Name, [.. r.Classes.Select(ClassRulesModel.Of)], [.. r.Disposal.Select(static c => new DisposalCellModel(c.Group, c.Medium, c.Methods))]);
}

/// <param name="Seen">When the rules that were seen were kept; null: none were.</param>
/// <param name="Rules">Classes that are not named stay as they are.</param>
public sealed record HandlingRequest(IReadOnlyList<ClassRulesModel> Rules, DateTimeOffset? Seen = null);

/// <summary>The municipality's labels of confidentiality; none: the national classes.</summary>
public sealed record SchemeModel(string Id, IReadOnlyList<ClassLabel> Labels)
{
    public static SchemeModel Of(LabelScheme s) => new(s.Id, s.Labels);
}

/// <summary>Something that went out of use outside the rules.</summary>
public sealed record BreachModel(HandlingBreachKind Kind, Guid Asset, string Number, string Title, DateTimeOffset Since, Bilingual What)
{
    public static BreachModel Of(HandlingBreach b) => new(b.Kind, b.Asset.Value, b.Number, b.Title, b.Since, b.What);
}

/// <summary>An asset in a disposal, with its class of that day.</summary>
public sealed record DisposedAssetModel(Guid Id, string Number, string Title, string? Confidentiality, bool HoldsMyNumber);

/// <summary>A disposal.</summary>
public sealed record DisposalModel(
    Guid Id, string Number, DisposalState State, IReadOnlyList<DisposedAssetModel> Assets, string? Group, string? Medium, string? Method, string Reason, DateOnly? PlannedOn, Guid? Waiver,
    DateTimeOffset AppliedAt, string AppliedBy, string? DecidedBy, DateOnly? DoneOn, string? Witness, string? CertificateSha256)
{
    public static DisposalModel Of(Disposal d) => new(d.Id.Value, d.Number, d.State, [.. d.Assets.Select(static a => new DisposedAssetModel(a.Id.Value, a.Number, a.Title, a.Confidentiality, a.HoldsMyNumber))],
        d.Group?.Id, d.Medium?.Id, d.Done?.Method.Id ?? d.Method?.Id, d.Reason, d.PlannedOn, d.Waiver?.Value, d.AppliedAt, d.AppliedBy.Name, d.Decision?.By.Name, d.Done?.On, d.Done?.Witness, d.Done?.Certificate?.Digest.ToString());
}

public sealed record NewDisposalRequest(IReadOnlyList<Guid> Assets, string Medium, string Method, string Reason, DateOnly PlannedOn, Guid? Waiver = null);

public sealed record ExplanationRequest(IReadOnlyList<Guid> Assets, string Reason);

/// <param name="Method">As it was done; null: as asked for.</param>
/// <param name="Certificate">The file, in base64.</param>
public sealed record DisposalDoneRequest(DateOnly DoneOn, string? Method = null, string? Witness = null, string? Note = null, string? CertificateName = null, byte[]? Certificate = null);
