using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Mail through the gateway: messages, what became of them, and what senders and recipients may do. Approval and fetching are those of the crossing.</summary>
internal static class MailApi
{
    private const string Tag = "Crossing";

    public static void MapMail(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/mail", ListAsync).RequireAuthorization(Allowed.ReadCrossings).Says("listMail", Tag, "関所を通ったメール（?view=mine, held, all）", "Mail through the gateway by view").Gives<MessagesModel>();
        api.MapPost("/crossings/{id:guid}/mail/stop", StopAsync).RequireAuthorization(Allowed.Cross).Says("stopMail", Tag, "保留中の送信を取りやめる", "Stop a held message").Gives<CrossingModel>(404, 409);
        api.MapPost("/crossings/{id:guid}/mail/send", SendAsync).RequireAuthorization(Allowed.Cross).Says("sendMail", Tag, "保留を待たずに送る", "Send a held message now").Gives<CrossingModel>(404, 409);
        api.MapPost("/crossings/{id:guid}/mail/open", OpenAsync).RequireAuthorization(Allowed.Cross).Says("openMail", Tag, "パスワードの付いた添付を開いて無害化する", "Open locked attachments with passwords").Gives<CrossingModel>(404, 409, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CrossingSlices crossing, MessageView? view, int? page, CancellationToken cancel)
    {
        if (view is { } asked && !Enum.IsDefined(asked)) return ApiProblems.Unreadable("view");
        var person = CurrentPerson.Of(context);
        // Whose mail it is, they see; all of it those who look after the gateway.
        var seesAll = person.Has(Role.Officer) || person.Has(Role.Auditor);
        var its = view ?? (person.Has(Role.Auditor) ? MessageView.All : MessageView.Mine);
        var (lines, total) = await crossing.Mail.ListAsync(person.Municipality, its == MessageView.All && !seesAll ? MessageView.Mine : its, Math.Clamp(page ?? 1, 1, 100_000), person.Actor(), cancel);
        return Results.Ok(new MessagesModel([.. lines.Select(l => MessageModel.Of(l.Message, l.Recipients))], total));
    }

    private static Task<IResult> StopAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Mail.StopAsync(p.Municipality, new(id), p.Actor(), cancel), cancel);

    private static Task<IResult> SendAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Mail.SendNowAsync(p.Municipality, new(id), p.Actor(), cancel), cancel);

    private static Task<IResult> OpenAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] MailOpenRequest r, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Mail.OpenAsync(p.Municipality, new(id), r.Passwords, p.Actor(), cancel), cancel);

    private static async Task<IResult> ActAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, Func<CurrentPerson, Task<Outcome<CrossingRequest>>> act, CancellationToken cancel) =>
        await CrossingsApi.SeenAsync(context, records, crossing, new(id), cancel) is null ? ApiProblems.NotFound : (await act(CurrentPerson.Of(context))).Answer(CrossingModel.Of);
}

/// <summary>What opens locked files of a message; forgotten as soon as it is through.</summary>
public sealed record MailOpenRequest(IReadOnlyList<string> Passwords);

public sealed record MessagesModel(IReadOnlyList<MessageModel> Messages, int Total);

/// <summary>A message (メール).</summary>
/// <param name="Crossing">Whose one file it is.</param>
/// <param name="Recipients">In the list the first three.</param>
public sealed record MessageModel(
    Guid Id, Guid? Crossing, MailDirection Direction, MessageState State, string Sender, string ShownSender, string Subject, IReadOnlyList<string> Recipients, long Bytes, DateTimeOffset ReceivedAt, DateTimeOffset? HoldUntil, int Doubts)
{
    public static MessageModel Of(MailMessage m, IReadOnlyList<string> recipients) => new(m.Id.Value, m.Request?.Value, m.Direction, m.State, m.Sender, m.ShownSender, m.Subject, recipients, m.Bytes, m.ReceivedAt, m.HoldUntil, m.Doubts.Count);
}

/// <summary>A message with what became of each recipient's copy, and what to check before it leaves.</summary>
public sealed record MessageDetailModel(MessageModel Message, IReadOnlyList<MessageRecipientModel> Recipients, IReadOnlyList<MailDoubt> Doubts, string LastReply)
{
    public static MessageDetailModel Of(MessageDetail d) => new(MessageModel.Of(d.Message, [.. d.Recipients.Select(r => r.Address)]), [.. d.Recipients.Select(r => new MessageRecipientModel(r.Address, r.State, r.Reply, r.At))], d.Message.Doubts, d.Message.LastReply);
}

public sealed record MessageRecipientModel(string Address, RecipientState State, string Reply, DateTimeOffset? At);
