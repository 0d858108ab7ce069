using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>Looking at messages.</summary>
public sealed partial class MailDesk
{
    public const int PageSize = 50;

    /// <summary>A page of messages, the newest first. Notices of the gateway itself are not among them.</summary>
    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<MessageLine> Lines, int Total)> ListAsync(MunicipalityId municipality, MessageView view, int page, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        const string mine = "(q.asked_by = $1 OR EXISTS (SELECT FROM crossing.message_recipient r WHERE r.municipality_id = m.municipality_id AND r.message_id = m.id AND r.account = $1))";
        var where = "m.request_id IS NOT NULL AND " + view switch
        {
            MessageView.Mine => mine,
            MessageView.Held => "m.direction = 'Outward' AND m.state IN ('Kept', 'Held') AND q.asked_by = $1",
            MessageView.All => "$1::text IS NOT NULL",
            _ => throw new ArgumentOutOfRangeException(nameof(view)),
        };
        const string from = " FROM crossing.message m JOIN crossing.request q ON q.municipality_id = m.municipality_id AND q.id = m.request_id WHERE ";
        var total = (await tx.FirstAsync("SELECT count(*)" + from + where, r => Tuple.Create(r.GetInt64(0)), cancel, actor.Account))!.Item1;
        var messages = await tx.ListAsync(MailRows.Select.Replace("\nFROM crossing.message m", ", q.state" + from + where, StringComparison.Ordinal) + $" ORDER BY m.received_at DESC, m.id DESC LIMIT {PageSize} OFFSET {(page - 1) * PageSize}",
            r => (Message: MailRows.Message(r), State: r.Case<RequestState>(20)), cancel, actor.Account);
        var to = (await tx.ListAsync("SELECT message_id, address FROM crossing.message_recipient WHERE message_id = ANY ($1) ORDER BY message_id, position", r => (Id: r.GetGuid(0), Address: r.GetString(1)), cancel,
            [messages.Select(m => m.Message.Id.Value).ToArray()])).ToLookup(static r => r.Id, static r => r.Address);
        return ([.. messages.Select(m => new MessageLine(m.Message, m.State, [.. to[m.Message.Id.Value].Take(3)], to[m.Message.Id.Value].Count()))], (int)total);
    }

    /// <summary>The message of a request. Its sender and its recipients see it, who decides on it, and who sees every section.</summary>
    /// <param name="within">Null: all sections.</param>
    /// <returns>Null when there is none in sight, or the request is none of mail.</returns>
    public async Task<MessageDetail?> OfRequestAsync(MunicipalityId municipality, RequestId request, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (await requests.ReadAsync(municipality, request, within, actor, cancel) is not { Request.Definition.Mail: not null } detail) return null;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await tx.FirstAsync(MailRows.Select + " WHERE m.request_id = $1", MailRows.Message, cancel, request.Value) is not { } message) return null;
        return new(message, await MailRows.RecipientsAsync(tx, message.Id, cancel), detail);
    }

    /// <summary>How many messages of this person can still be stopped.</summary>
    public async Task<int> CountHeldAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (int)(await tx.FirstAsync("""
            SELECT count(*) FROM crossing.message m JOIN crossing.request q ON q.municipality_id = m.municipality_id AND q.id = m.request_id
            WHERE m.direction = 'Outward' AND m.state IN ('Kept', 'Held') AND q.asked_by = $1
            """, r => Tuple.Create(r.GetInt64(0)), cancel, actor.Account))!.Item1;
    }

    /// <summary>How many bytes of mail may still come to a municipality: its share of the vault.</summary>
    internal Task<long> RoomAsync(MunicipalityId municipality, Route route, CancellationToken cancel) => requests.MailRoomAsync(municipality, route, cancel);
}
