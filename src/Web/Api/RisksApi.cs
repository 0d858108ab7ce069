using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Policy.Threats;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Risk as a whole: where it lies, what is proposed, acceptances, closed analyses and the scale. Risks themselves are entries of the register <c>risks</c>.</summary>
internal static class RisksApi
{
    public static void MapRisks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/risks", OverviewAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getRisks", "Risks", "リスクの全体", "Risk as a whole").Gives<RisksModel>();
        api.MapGet("/risks/suggestions", SuggestAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listRiskSuggestions", "Risks", "評価していない資産群と脅威の組", "Pairs of group and threat that aren't rated").Gives<IReadOnlyList<SuggestedRiskModel>>();
        api.MapPost("/risks/suggestions", TakeAsync).RequireAuthorization(Allowed.RunPolicy).Says("takeRiskSuggestions", "Risks", "選んだ組をリスク台帳に加える", "Add chosen pairs to the register of risks").Gives<AddedModel>(422);
        api.MapPost("/risks/standard-threats", ThreatsAsync).RequireAuthorization(Allowed.RunPolicy).Says("takeStandardThreats", "Risks", "標準の脅威を取り込む", "Take the standard threats").Gives<AddedModel>(422);
        api.MapPost("/risks/asset-groups", GroupsAsync).RequireAuthorization(Allowed.RunPolicy).Says("takeAssetGroups", "Risks", "資産台帳から資産群をつくる", "Make asset groups from the register of assets").Gives<AddedModel>(422);
        api.MapGet("/risks/{id:guid}", ReadAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getRisk", "Risks", "リスク一件（いまの対策と受容の記録）", "One risk with its controls and acceptances").Gives<RiskViewModel>(404);
        api.MapPost("/risks/{id:guid}/acceptances", AcceptAsync).RequireAuthorization(Allowed.RunPolicy).Says("acceptRisk", "Risks", "受容を記録する", "Record an acceptance").Gives<RiskAcceptanceModel>(404, 409, 422);
        api.MapGet("/risks/analyses", AnalysesAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listRiskAnalyses", "Risks", "締めたリスク分析", "Closed analyses").Gives<IReadOnlyList<RiskAnalysisModel>>();
        api.MapPost("/risks/analyses", CloseAsync).RequireAuthorization(Allowed.RunPolicy).Says("closeRiskAnalysis", "Risks", "リスク分析を締める", "Close the analysis").Gives<RiskAnalysisModel>(422);
        api.MapGet("/risks/scale", ScaleAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getRiskScale", "Risks", "リスクの尺度", "The scale of risk").Gives<RiskScale>();
        api.MapPut("/risks/scale", SetScaleAsync).RequireAuthorization(Allowed.RunPolicy).Says("setRiskScale", "Risks", "リスクの尺度を決める", "Set the scale of risk").Gives<RiskScale>(422);
    }

    private static async Task<IResult> OverviewAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok(RisksModel.Of(await records.Risks.OverviewAsync(CurrentPerson.Of(context).Municipality, cancel)));

    private static async Task<IResult> SuggestAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.RiskStart.SuggestAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(SuggestedRiskModel.Of));

    private static async Task<IResult> TakeAsync(HttpContext context, RecordSlices records, [FromBody] TakeRisksRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.RiskStart.TakeRisksAsync(person.Municipality, [.. request.Pairs.Select(static p => (new EntryId(p.Group), new EntryId(p.Threat)))], person.Actor(), cancel)).Answer(static added => new AddedModel(added));
    }

    private static async Task<IResult> ThreatsAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.RiskStart.TakeStandardThreatsAsync(person.Municipality, person.Actor(), cancel)).Answer(static added => new AddedModel(added));
    }

    private static async Task<IResult> GroupsAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.RiskStart.TakeGroupsAsync(person.Municipality, person.Actor(), cancel)).Answer(static added => new AddedModel(added));
    }

    private static async Task<IResult> ReadAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        await records.Risks.ReadAsync(CurrentPerson.Of(context).Municipality, new EntryId(id), cancel) is { } view ? Results.Ok(RiskViewModel.Of(view)) : ApiProblems.NotFound;

    private static async Task<IResult> AcceptAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] AcceptanceRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new AcceptanceDraft(new EntryId(id), request.Version, new PersonId(request.DecidedBy), request.Reference, request.Reason, request.ExpiresOn);
        return (await records.Risks.AcceptAsync(person.Municipality, draft, person.Actor(), cancel)).Answer(RiskAcceptanceModel.Of);
    }

    private static async Task<IResult> AnalysesAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Risks.AnalysesAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(RiskAnalysisModel.Of));

    private static async Task<IResult> CloseAsync(HttpContext context, RecordSlices records, [FromBody] NameRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Risks.CloseAsync(person.Municipality, request.Name, person.Actor(), cancel)).Answer(RiskAnalysisModel.Of);
    }

    private static async Task<IResult> ScaleAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok(await records.Risks.ScaleAsync(CurrentPerson.Of(context).Municipality, cancel));

    private static async Task<IResult> SetScaleAsync(HttpContext context, RecordSlices records, [FromBody] RiskScale request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Risks.SetScaleAsync(person.Municipality, request, person.Actor(), cancel)).Answer(static scale => scale);
    }
}

/// <summary>Risk on one day.</summary>
/// <param name="CategoriesMissing">Categories that the policy names and no threat in use belongs to.</param>
/// <param name="AssetsUngrouped">Assets in no group.</param>
public sealed record RisksModel(
    DateOnly Day, int Line, IReadOnlyList<RiskModel> Risks, int Untreated, IReadOnlyList<string> CategoriesMissing, IReadOnlyList<Guid> GroupsUnassessed, int AssetsUngrouped, RiskAnalysisModel? LastAnalysis)
{
    public static RisksModel Of(RiskOverview o) => new(
        o.Day, o.Scale.Line, [.. o.Risks.Select(RiskModel.Of)], o.Untreated.Count(), [.. o.Threats.Missing.Select(static m => m.Category.Id)],
        [.. o.Unassessed.Select(static g => g.Id.Value)], o.Ungrouped.Sum(static m => m.Count), o.Last is null ? null : RiskAnalysisModel.Of(o.Last));
}

/// <summary>A risk as it stands.</summary>
/// <param name="Level">Before treatment.</param>
/// <param name="Now">Today.</param>
/// <param name="LastLevel">In the analysis closed last; null when it wasn't there.</param>
public sealed record RiskModel(Guid Id, string Number, Guid Group, string GroupName, Guid Threat, string ThreatName, int Likelihood, int Loss, int Level, int? LevelAfter, int Now, int? LastLevel, RiskState State, int Version)
{
    public static RiskModel Of(Risk r) => new(
        r.Entry.Id.Value, r.Entry.Number, r.Group.Value, r.GroupName, r.Threat.Value, r.ThreatName, r.Before.Likelihood, r.Before.Loss, r.Level, r.After?.Level, r.Now, r.LastLevel, r.State, r.Entry.Version);
}

/// <summary>A risk with what holds it down and who may accept it.</summary>
public sealed record RiskViewModel(RiskModel Risk, IReadOnlyList<RiskControlModel> Controls, int SuggestedLikelihood, IReadOnlyList<RiskAcceptanceModel> Acceptances, IReadOnlyList<DeciderModel> MayDecide)
{
    public static RiskViewModel Of(RiskView v) => new(
        RiskModel.Of(v.Risk), [.. v.Controls.Select(static c => new RiskControlModel(c.Obligation.Value, c.Verdict))], v.SuggestedLikelihood,
        [.. v.Acceptances.Select(RiskAcceptanceModel.Of)], [.. v.MayDecide.Select(static d => new DeciderModel(d.Person.Value, d.Name, d.Post))]);
}

/// <summary>An obligation that holds a threat down.</summary>
public sealed record RiskControlModel(string Obligation, VerdictKind? Verdict);

/// <summary>Somebody who may accept a risk.</summary>
public sealed record DeciderModel(Guid Person, string Name, Post Post);

/// <summary>That a risk was accepted.</summary>
/// <param name="ExpiresOn">The first day on which it no longer counts.</param>
public sealed record RiskAcceptanceModel(Guid Id, Guid Risk, int Version, Guid DecidedBy, string DecidedByName, Post Post, string Reference, string Reason, DateOnly ExpiresOn, string Digest, DateTimeOffset RecordedAt, long LedgerIndex)
{
    public static RiskAcceptanceModel Of(RiskAcceptance a) => new(
        a.Id, a.Risk.Value, a.Version, a.DecidedBy.Value, a.DecidedByName, a.Post, a.Reference, a.Reason, a.ExpiresOn, a.Digest.ToString(), a.RecordedAt, a.LedgerIndex);
}

/// <summary>A closed analysis.</summary>
/// <param name="ValidUntil">The first day on which it is no longer good.</param>
public sealed record RiskAnalysisModel(Guid Id, string Name, DateTimeOffset ClosedAt, string ClosedBy, DateOnly ValidUntil, IReadOnlyList<FrozenRisk> Risks, string Digest, long LedgerIndex)
{
    public static RiskAnalysisModel Of(ClosedAnalysis a) => new(a.Id, a.Name, a.ClosedAt, a.ClosedBy.Name, a.ValidUntil, a.Risks, a.Digest.ToString(), a.LedgerIndex);
}

/// <summary>A pair that isn't rated yet.</summary>
public sealed record SuggestedRiskModel(Guid Group, string GroupName, Guid Threat, string ThreatName, string Category, int Likelihood, int Loss, int Remaining, Bilingual Reason)
{
    public static SuggestedRiskModel Of(SuggestedRisk s) => new(s.Group.Id.Value, s.Group.Name, s.Threat.Value, s.ThreatName, s.Category, s.Likelihood, s.Loss, s.Remaining, s.Reason);
}

/// <summary>How many were added.</summary>
public sealed record AddedModel(int Added);

public sealed record TakeRisksRequest(IReadOnlyList<RiskPairModel> Pairs);

/// <summary>A pair of group and threat.</summary>
public sealed record RiskPairModel(Guid Group, Guid Threat);

/// <param name="Version">Of the risk as it was shown to whoever decided.</param>
/// <param name="ExpiresOn">The first day on which it no longer counts.</param>
public sealed record AcceptanceRequest(int Version, Guid DecidedBy, string Reference, string Reason, DateOnly ExpiresOn);

public sealed record NameRequest(string Name);
