using Microsoft.AspNetCore.Mvc;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Deputies of the posts that decide.</summary>
internal static class DeputiesApi
{
    private const string Tag = "Organisation";

    public static void MapDeputies(this IEndpointRouteBuilder api)
    {
        api.MapGet("/organisation/deputies", ListAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listDeputies", Tag, "代理の一覧", "List deputies").Gives<IReadOnlyList<DeputyModel>>();
        api.MapPost("/organisation/deputies", NameAsync).RequireAuthorization(Allowed.ManageAccounts).Says("nameDeputy", Tag, "代理を指定する", "Name a deputy").Gives<DeputyModel>(404, 409, 422);
        api.MapPost("/organisation/deputies/{id:guid}/end", EndAsync).RequireAuthorization(Allowed.ManageAccounts).Says("endDeputy", Tag, "代理を今日で終える", "End a deputy's time today").Gives<DeputyModel>(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Deputies.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(DeputyModel.Of).ToList());

    private static async Task<IResult> NameAsync(HttpContext context, RecordSlices records, [FromBody] DeputyRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new DeputyDraft(r.Post, r.Unit is { } unit ? new UnitId(unit) : null, new PersonId(r.Person), r.BeginsOn, r.EndsOn, r.Reason);
        return (await records.Deputies.NameAsync(person.Municipality, draft, person.Actor(), cancel)).Answer(DeputyModel.Of);
    }

    private static async Task<IResult> EndAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Deputies.EndAsync(person.Municipality, id, person.Actor(), cancel)).Answer(DeputyModel.Of);
    }
}

/// <summary>A deputy to name.</summary>
/// <param name="EndsOn">First day without it.</param>
public sealed record DeputyRequest(Post Post, Guid Person, DateOnly BeginsOn, DateOnly EndsOn, string Reason, Guid? Unit = null);

/// <summary>A deputy of a post.</summary>
/// <param name="EndsOn">First day without it.</param>
public sealed record DeputyModel(Guid Id, Post Post, Guid? Unit, Guid Person, DateOnly BeginsOn, DateOnly EndsOn, string Reason, DateTimeOffset NamedAt, string NamedBy)
{
    public static DeputyModel Of(Deputy d) => new(d.Id, d.Post, d.Unit?.Value, d.Person.Value, d.BeginsOn, d.EndsOn, d.Reason, d.NamedAt, d.NamedBy.Name);
}
