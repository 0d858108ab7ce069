using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Take-outs: ask, approve, out, back, extension, loss. Who may decide follows from posts, not from roles.</summary>
internal static class TakeoutsApi
{
    public static void MapTakeouts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/takeouts", ListAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listTakeouts", "Takeouts", "持ち出しの一覧（?view=waiting, approved, out, overdue, closed, lost）", "List take-outs by view").Gives<TakeoutsModel>();
        api.MapPost("/takeouts", AskAsync).RequireAuthorization(Allowed.TakeOut).Says("askTakeout", "Takeouts", "持ち出しを申請する", "Ask for a take-out").Gives<TakeoutModel>(422);
        api.MapGet("/takeouts/{id:guid}", GetAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getTakeout", "Takeouts", "一件の持ち出しと経過", "One take-out with its steps").Gives<TakeoutDetailModel>(404);
        Step("approve", ApproveAsync, "approveTakeout", "承認する（課の情報セキュリティ管理者か上位の責任者）", "Approve, by post");
        Step("refuse", RefuseAsync, "refuseTakeout", "承認しない", "Refuse with the reason");
        Step("withdraw", WithdrawAsync, "withdrawTakeout", "取り下げる（申請した人）", "Withdraw, by the applicant");
        Step("out", OutAsync, "takeOut", "持ち出す", "It goes out");
        Step("back", BackAsync, "bringBack", "持ち帰り・返却の確認", "It is back");
        Step("extension", ExtendAsync, "askExtension", "延長を申請する", "Ask for more days");
        Step("extension/decision", DecideAsync, "decideExtension", "延長を決める", "Decide on more days");
        Step("loss", LoseAsync, "recordLoss", "紛失を記録する", "Record a loss");

        void Step(string name, Delegate act, string id, string ja, string en) =>
            api.MapPost("/takeouts/{id:guid}/" + name, act).RequireAuthorization(Allowed.TakeOut).Says(id, "Takeouts", ja, en).Gives<TakeoutModel>(404, 409, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, TakeoutView? view, int? page, CancellationToken cancel)
    {
        if (view is { } asked && !Enum.IsDefined(asked)) return ApiProblems.Unreadable("view");
        var person = CurrentPerson.Of(context);
        var list = await records.Takeouts.ListAsync(person.Municipality, view ?? TakeoutView.Out, Math.Clamp(page ?? 1, 1, 100_000), await person.RegisterUnitsAsync(records.Organisation, cancel), cancel);
        return Results.Ok(new TakeoutsModel([.. list.Takeouts.Select(TakeoutModel.Of)], list.Total, list.Counts.ToDictionary(c => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(c.Key.ToString()), c => c.Value)));
    }

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Takeouts.ReadAsync(person.Municipality, new TakeoutId(id), await person.RegisterUnitsAsync(records.Organisation, cancel), cancel) is { } detail ? Results.Ok(TakeoutDetailModel.Of(detail)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> AskAsync(HttpContext context, RecordSlices records, [FromBody] TakeoutRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new TakeoutDraft(new UnitId(r.Unit), r.What, [.. (r.Assets ?? []).Select(a => new EntryId(a))], r.Class, r.Why, r.Destination, r.IsInside, r.IsMyNumber, r.Carrier, r.CarriedBy is { } by ? new EntryId(by) : null, r.Safeguards ?? [], r.FromOn, r.DueOn);
        return (await records.Takeouts.AskAsync(person.Municipality, draft, await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel)).Answer(TakeoutModel.Of);
    }

    private static Task<IResult> ApproveAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.ApproveAsync(p.Municipality, new(id), request.Note ?? "", within, p.Actor(), cancel), cancel);

    private static Task<IResult> RefuseAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.RefuseAsync(p.Municipality, new(id), request.Note ?? "", within, p.Actor(), cancel), cancel);

    private static Task<IResult> WithdrawAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.WithdrawAsync(p.Municipality, new(id), within, p.Actor(), cancel), cancel);

    private static Task<IResult> OutAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.GoOutAsync(p.Municipality, new(id), within, p.Actor(), cancel), cancel);

    private static Task<IResult> BackAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ReturnRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.BackAsync(p.Municipality, new(id), new ReturnCheck(r.IsHere, r.IsWiped, r.Note ?? ""), within, p.Actor(), cancel), cancel);

    private static Task<IResult> ExtendAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ExtensionRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.AskExtensionAsync(p.Municipality, new(id), r.Until, r.Why, within, p.Actor(), cancel), cancel);

    private static Task<IResult> DecideAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ExtensionDecisionRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.DecideExtensionAsync(p.Municipality, new(id), r.Approve, r.Note ?? "", within, p.Actor(), cancel), cancel);

    private static Task<IResult> LoseAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] LossRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Takeouts.LoseAsync(p.Municipality, new(id), new Loss(r.NoticedAt, r.Place, r.Facts, r.Persons), within, p.Actor(), cancel), cancel);

    private static async Task<IResult> ActAsync(HttpContext context, RecordSlices records, Func<CurrentPerson, IReadOnlyList<UnitId>?, Task<Outcome<Takeout>>> act, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await act(person, await person.RegisterUnitsAsync(records.Organisation, cancel))).Answer(TakeoutModel.Of);
    }
}

/// <summary>Take-outs of one view, and how many each view has.</summary>
public sealed record TakeoutsModel(IReadOnlyList<TakeoutModel> Takeouts, int Total, IReadOnlyDictionary<string, int> Counts);

/// <summary>A take-out (持ち出し).</summary>
/// <param name="CarriedBy">Number of the medium or terminal.</param>
public sealed record TakeoutModel(
    Guid Id, string Number, Guid Unit, TakeoutState State, DateTimeOffset AskedAt, string AskedBy, string What, string Why, string Destination, bool IsInside, bool IsMyNumber, string Class,
    Carrier Carrier, string? CarriedBy, IReadOnlyList<string> Safeguards, DateOnly FromOn, DateOnly DueOn, DateOnly? ExtensionOn, Post Approver)
{
    public static TakeoutModel Of(Takeout t) => new(t.Id.Value, t.Number, t.Unit.Value, t.State, t.AskedAt, t.AskedBy.Name, t.What, t.Why, t.Destination, t.IsInside, t.IsMyNumber, t.Class,
        t.Carrier, t.Medium?.Number, t.Safeguards, t.FromOn, t.DueOn, t.ExtensionOn, t.Approver);
}

/// <summary>A take-out with its assets and steps.</summary>
public sealed record TakeoutDetailModel(TakeoutModel Takeout, IReadOnlyList<string> Assets, IReadOnlyList<TakeoutStepModel> Steps)
{
    public static TakeoutDetailModel Of(TakeoutDetail d) => new(TakeoutModel.Of(d.Takeout), [.. d.Assets.Select(a => a.Number)], [.. d.Steps.Select(s => new TakeoutStepModel(s.Kind, s.At, s.By.Name, s.Note, s.LedgerIndex))]);
}

/// <summary>A step of a take-out.</summary>
public sealed record TakeoutStepModel(string Kind, DateTimeOffset At, string By, string Note, long LedgerIndex);

/// <summary>A take-out to ask for.</summary>
/// <param name="Class">3A, 3B, 3C, 2, 1; left out: of the assets, or the highest.</param>
/// <param name="CarriedBy">The medium's or terminal's entry.</param>
public sealed record TakeoutRequest(
    Guid Unit, string What, string Why, string Destination, Carrier Carrier, DateOnly FromOn, DateOnly DueOn, bool IsInside = false, bool IsMyNumber = false, string? Class = null,
    IReadOnlyList<Guid>? Assets = null, Guid? CarriedBy = null, IReadOnlyList<string>? Safeguards = null);

/// <summary>What was seen when it came back.</summary>
public sealed record ReturnRequest(bool IsHere, bool IsWiped, string? Note = null);

public sealed record ExtensionRequest(DateOnly Until, string Why);

public sealed record ExtensionDecisionRequest(bool Approve, string? Note = null);

/// <summary>What is known of a loss.</summary>
public sealed record LossRequest(DateTimeOffset NoticedAt, string Place, string Facts, int? Persons = null);
