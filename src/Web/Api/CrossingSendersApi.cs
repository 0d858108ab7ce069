using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Senders;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Registered senders, for the rules of routes.</summary>
internal static class CrossingSendersApi
{
    private const string Tag = "Crossing";

    public static void MapCrossingSenders(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/senders", ListAsync).RequireAuthorization(Allowed.ReadCrossings).Says("listSenders", Tag, "登録した送信元の一覧", "List registered senders").Gives<IReadOnlyList<SenderModel>>();
        api.MapPost("/crossings/senders", RegisterAsync).RequireAuthorization(Allowed.RunPolicy).Says("registerSender", Tag, "送信元を登録する", "Register a sender").Gives<SenderModel>(409, 422);
        api.MapDelete("/crossings/senders/{id:guid}", RemoveAsync).RequireAuthorization(Allowed.RunPolicy).Says("removeSender", Tag, "送信元を外す", "Take a sender off").GivesNothing(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CrossingSlices crossing, CancellationToken cancel) =>
        Results.Ok((await crossing.Senders.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(SenderModel.Of).ToList());

    private static async Task<IResult> RegisterAsync(HttpContext context, CrossingSlices crossing, [FromBody] SenderRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Senders.RegisterAsync(person.Municipality, new(r.Kind, r.Value, r.Name, r.Reason, r.EndsOn), person.Actor(), cancel)).Answer(SenderModel.Of);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Senders.RemoveAsync(person.Municipality, id, person.Actor(), cancel)).Match(static _ => Results.NoContent(), static refused => (IResult)ApiAnswers.Problem(refused));
    }
}

/// <summary>A sender to register.</summary>
/// <param name="Value">name@example.lg.jp, example.lg.jp, or the name of a file's origin.</param>
/// <param name="EndsOn">First day without it.</param>
public sealed record SenderRequest(SenderKind Kind, string Value, string Name, string Reason, DateOnly EndsOn);

/// <summary>A registered sender.</summary>
public sealed record SenderModel(Guid Id, SenderKind Kind, string Value, string Name, string Reason, DateTimeOffset MadeAt, string MadeBy, DateOnly EndsOn)
{
    public static SenderModel Of(Sender s) => new(s.Id, s.Kind, s.Value, s.Name, s.Reason, s.MadeAt, s.MadeBy.Name, s.EndsOn);
}
