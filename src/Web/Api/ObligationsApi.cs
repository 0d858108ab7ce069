using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Obligations: how each stands, why, and how it stood.</summary>
internal static class ObligationsApi
{
    public static void MapObligations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/obligations", ListAsync).Says("listObligations", "Obligations", "義務の一覧と判定", "List obligations with their verdicts").Gives<IReadOnlyList<ObligationModel>>();
        api.MapGet("/obligations/{id}", GetAsync).Says("getObligation", "Obligations", "一つの義務：判定基準と証跡", "One obligation with criteria and evidence").Gives<ObligationDetailModel>(404);
        api.MapGet("/obligations/{id}/history", HistoryAsync).Says("getObligationHistory", "Obligations", "判定の履歴", "How an obligation stood over time").Gives<IReadOnlyList<SpanModel>>(404, 422);
        api.MapGet("/obligations/own", OwnAsync).Says("getOwnObligations", "Obligations", "独自の義務（YAML）", "The municipality's own obligations as YAML").GivesContent(["application/yaml"]);
        api.MapPut("/obligations/own", SetOwnAsync).RequireAuthorization(Allowed.RunPolicy).Accepts<Stream>("application/yaml")
            .Says("putOwnObligations", "Obligations", "独自の義務を登録する", "Keep the municipality's own obligations").Gives<CountModel>(413, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, DateTimeOffset? at, CancellationToken cancel) =>
        Results.Ok((await records.Verdicts.ObligationsAsync(CurrentPerson.Of(context).Municipality, at, cancel)).Select(static line => ObligationModel.Of(line.Standing, line.Provisions)));

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, string id, DateTimeOffset? at, CancellationToken cancel) =>
        await records.Verdicts.ObligationAsync(CurrentPerson.Of(context).Municipality, new ObligationId(id), at, cancel) is { } view ? Results.Ok(ObligationDetailModel.Of(view)) : ApiProblems.NotFound;

    private static async Task<IResult> HistoryAsync(HttpContext context, RecordSlices records, TimeProvider time, string id, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancel)
    {
        var until = to ?? time.GetUtcNow();
        var since = from ?? until.AddYears(-1);
        if (since >= until) return ApiProblems.Invalid;
        var spans = await records.Verdicts.HistoryAsync(CurrentPerson.Of(context).Municipality, new ObligationId(id), since, until, cancel);
        return spans.Count == 0 ? ApiProblems.NotFound : Results.Ok(spans.Select(static s => new SpanModel(s.From, s.To, VerdictModel.Of(s.Verdict))));
    }

    private static async Task<IResult> OwnAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Content((await records.Obligations.OwnAsync(CurrentPerson.Of(context).Municipality, cancel))?.Yaml ?? "", "application/yaml; charset=utf-8");

    private static async Task<IResult> SetOwnAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        using var reader = new StreamReader(context.Request.Body);
        return (await records.Obligations.SetOwnAsync(person.Municipality, await reader.ReadToEndAsync(cancel), person.Actor(), cancel)).Answer(static catalogue => new CountModel(catalogue.Obligations.Count));
    }
}
