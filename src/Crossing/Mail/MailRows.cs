using Npgsql;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>Rows of messages and their recipients.</summary>
internal static class MailRows
{
    public const string Select = """
        SELECT m.id, m.request_id, m.direction, m.sender, m.shown_sender, m.subject, m.message_id, m.bytes, m.received_at, m.peer_address, m.peer_name, m.state, m.hold_until, m.settled_at, m.doubts::text, m.attempts, m.last_reply,
          m.trace, m.tells_sender, m.notice
        FROM crossing.message m
        """;

    public static Task<MailMessage?> ReadAsync(TenantTransaction tx, MessageId id, bool lockRow, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE m.id = $1" + (lockRow ? " FOR UPDATE" : ""), Message, cancel, id.Value);

    public static Task<List<MessageRecipient>> RecipientsAsync(TenantTransaction tx, MessageId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT address, account, state, reply, at FROM crossing.message_recipient WHERE message_id = $1 ORDER BY position", Recipient, cancel, id.Value);

    public static MessageRecipient Recipient(NpgsqlDataReader r) => new(r.GetString(0), r.TextOrNull(1), r.Case<RecipientState>(2), r.GetString(3), r.MomentOrNull(4));

    public static MailMessage Message(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), r.IsDBNull(1) ? null : new RequestId(r.GetGuid(1)), r.Case<MailDirection>(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetInt64(7), r.Moment(8), r.GetString(9), r.GetString(10),
        r.Case<MessageState>(11), r.MomentOrNull(12), r.MomentOrNull(13), RecordJson.Read<MailDoubt[]>(r.GetString(14)), r.GetInt32(15), r.GetString(16))
    {
        Trace = r.GetString(17),
        TellsSender = r.GetBoolean(18),
        Notice = r.IsDBNull(19) ? null : r.GetFieldValue<byte[]>(19),
    };

    /// <summary>Something points to these messages now: they are delivered when they are due.</summary>
    public static Task<int> PointAsync(TenantTransaction tx, IEnumerable<Guid> messages, DateTimeOffset due, CancellationToken cancel) =>
        tx.RunAsync("INSERT INTO crossing.outbox (town, message, due) SELECT $1, m, $3 FROM unnest($2) AS m", cancel, tx.Municipality.Value, messages.ToArray(), due);
}
