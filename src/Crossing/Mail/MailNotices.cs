using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Sanitizer.Mail;

namespace Sekisho.Crossing.Mail;

/// <summary>Messages that the gateway writes itself (お知らせ): what was not let through, what could not be delivered. Short, Japanese first, no attachment.</summary>
internal static class MailNotices
{
    /// <summary>A whole message (RFC 5322), in ASCII.</summary>
    /// <param name="host">Of this gateway; also whose name it is sent in.</param>
    /// <param name="answers">The Message-ID that it is about; empty for none.</param>
    public static byte[] Write(string host, string to, string subject, string text, DateTimeOffset at, Guid id, string answers = "")
    {
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), Base64FormattingOptions.InsertLineBreaks);
        var reference = answers.Length is > 2 and < 250 && answers[0] == '<' && answers[^1] == '>' && answers.All(static c => c is > ' ' and <= '~') ? $"In-Reply-To: {answers}\r\nReferences: {answers}\r\n" : "";
        return Encoding.ASCII.GetBytes($"""
            Date: {Date(at)}
            From: {MimeText.Encode("関所（自動送信）")} <{Address(host)}>
            To: <{to}>
            Subject: {MimeText.Encode(subject)}
            Message-ID: <{id:N}@{host}>
            {reference}Auto-Submitted: auto-generated
            X-Auto-Response-Suppress: All
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            {body}

            """.ReplaceLineEndings("\r\n"));
    }

    /// <summary>The address of the gateway itself, in notices.</summary>
    public static string Address(string host) => $"sekisho-noreply@{host}";

    /// <summary>RFC 5322 §3.3, in the time of Japan.</summary>
    public static string Date(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(9)).ToString("ddd, dd MMM yyyy HH:mm:ss '+0900'", CultureInfo.InvariantCulture);

    /// <summary>In the place of a message of which nothing could be let through.</summary>
    public static (string Subject, string Text) NothingOut(MailMessage message, Bilingual why, Bilingual next, string? page) => (
        Subject("【関所】お届けできないメールがあります", message.Subject),
        $"""
        {Who(message)}から届いたメールは、無害化できないためお届けしていません。

        件名：{Shown(message.Subject)}
        受信：{JapaneseTime.Moment(message.ReceivedAt).Ja}
        理由：{why.Ja}
        　　　{next.Ja}
        {Page(page, "くわしくは、次のページで確かめられます。")}
        ----
        A message from {Who(message)} was not let through: {why.En} {next.En}
        """);

    /// <summary>To the sender inside, whose message doesn't leave.</summary>
    public static (string Subject, string Text) NotSent(MailMessage message, Bilingual why, string? page) => (
        Subject("【関所】メールは送信されていません", message.Subject),
        $"""
        あなたが送ったメールは、送信されていません。

        件名：{Shown(message.Subject)}
        受付：{JapaneseTime.Moment(message.ReceivedAt).Ja}
        理由：{why.Ja}
        {Page(page, "くわしくは、次のページで確かめられます。")}
        ----
        Your message was not sent: {why.En}
        """);

    /// <summary>To the sender: some recipients' servers don't take it.</summary>
    public static (string Subject, string Text) NotDelivered(MailMessage message, IReadOnlyList<MessageRecipient> failed) => (
        Subject("【関所】メールを配送できませんでした / Undelivered mail", message.Subject),
        $"""
        次のあて先には、メールを配送できませんでした。

        件名：{Shown(message.Subject)}
        {string.Join("\n", failed.Take(100).Select(static f => $"・{f.Address}\n　　{f.Reply}"))}

        あて先のアドレスを確かめてください。理由は、相手のサーバーの返答のままです。
        ----
        The message could not be delivered to the recipients above. The reasons are the words of their servers.
        """);

    /// <summary>To a sender outside, where the route says so.</summary>
    public static (string Subject, string Text) Refused(MailMessage message, Bilingual why) => (
        Subject("【関所】メールをお届けできませんでした / Mail not delivered", message.Subject),
        $"""
        お送りいただいたメールは、あて先の団体の規則により、お届けできませんでした。

        件名：{Shown(message.Subject)}
        理由：{why.Ja}
        ----
        Your message could not be delivered by the rules of the office that it was addressed to: {why.En}
        """);

    private static string Subject(string head, string its) => its.Length == 0 ? head : $"{head}：{MailSpool.Cut(its, 60)}";

    private static string Shown(string subject) => subject.Length == 0 ? "（件名なし）" : subject;

    private static string Who(MailMessage message) => message.ShownSender.Length > 0 ? message.ShownSender : message.Sender.Length > 0 ? message.Sender : "MAILER-DAEMON";

    private static string Page(string? page, string words) => page is null ? "" : $"\n{words}\n{page}\n";
}
