using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Sanitizer.Mail;

namespace Sekisho.Crossing.Mail;

/// <summary>What becomes of one recipient, for programs to read (RFC 3464 §2.3).</summary>
/// <param name="Status">RFC 3463: 5.1.1.</param>
/// <param name="Diagnostic">What the next server said; empty when it was our own rule.</param>
/// <param name="Server">Which server said it; empty when it was our own rule.</param>
internal sealed record FailedRecipient(string Address, string Status, string Diagnostic, string Server);

/// <summary>What a report of a message that wasn't delivered says besides its words (配送不能の通知; RFC 3462, 3464).</summary>
/// <param name="Head">Headers of the message, as lines with CRLF, in ASCII; nothing of its body goes back.</param>
internal sealed record DeliveryReport(IReadOnlyList<FailedRecipient> Failed, DateTimeOffset ArrivedAt, DateTimeOffset LastTried, string Head);

/// <summary>Messages that the gateway writes itself (お知らせ): what was not let through, what could not be delivered. Short, Japanese first, no attachment.</summary>
internal static class MailNotices
{
    /// <summary>A whole message (RFC 5322), in ASCII.</summary>
    /// <param name="host">Of this gateway; also whose name it is sent in.</param>
    /// <param name="answers">The Message-ID that it is about; empty for none.</param>
    /// <param name="report">What wasn't delivered, for programs; null when the words are all.</param>
    /// <param name="from">In whose name; null: the gateway's own.</param>
    public static byte[] Write(string host, string to, string subject, string text, DateTimeOffset at, Guid id, string answers = "", DeliveryReport? report = null, string? from = null)
    {
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), Base64FormattingOptions.InsertLineBreaks);
        var reference = answers.Length is > 2 and < 250 && answers[0] == '<' && answers[^1] == '>' && answers.All(static c => c is > ' ' and <= '~') ? $"In-Reply-To: {answers}\r\nReferences: {answers}\r\n" : "";
        var words = $"""
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            {body}

            """.ReplaceLineEndings("\r\n");
        return Encoding.ASCII.GetBytes($"""
            Date: {Date(at)}
            From: {from ?? $"{MimeText.Encode("関所（自動送信）")} <{Address(host)}>"}
            To: <{to}>
            Subject: {MimeText.Encode(subject)}
            Message-ID: <{id:N}@{host}>
            {reference}Auto-Submitted: {(report is null ? "auto-generated" : "auto-replied")}
            X-Auto-Response-Suppress: All
            MIME-Version: 1.0

            """.ReplaceLineEndings("\r\n") + (report is null ? words : Report(host, words, report, $"=_sekishoD_{id:N}")));
    }

    /// <summary>The words for people, the facts for programs, and the headers of the message (RFC 3462 §1).</summary>
    private static string Report(string host, string words, DeliveryReport report, string boundary)
    {
        var facts = new StringBuilder($"Reporting-MTA: dns; {host}\r\nArrival-Date: {Date(report.ArrivedAt)}\r\n");
        foreach (var failed in report.Failed)
        {
            facts.Append(CultureInfo.InvariantCulture, $"\r\nFinal-Recipient: {Recipient(failed.Address)}\r\nAction: failed\r\nStatus: {failed.Status}\r\n");
            if (failed.Server.Length > 0) facts.Append(CultureInfo.InvariantCulture, $"Remote-MTA: dns; {Plain(failed.Server)}\r\n");
            if (failed.Diagnostic.Length > 0) facts.Append(Folded("Diagnostic-Code: smtp;", Plain(failed.Diagnostic)));
            facts.Append(CultureInfo.InvariantCulture, $"Last-Attempt-Date: {Date(report.LastTried)}\r\n");
        }
        return $"Content-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{words}\r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n{facts}\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\nContent-Disposition: inline\r\n\r\n{report.Head}\r\n--{boundary}--\r\n";
    }

    /// <summary>RFC 3464 §2.3.2; with letters beyond ASCII as RFC 6533 §3 spells them.</summary>
    private static string Recipient(string address) => address.All(char.IsAscii) ? $"rfc822; {address}"
        : "utf-8; " + string.Concat(address.EnumerateRunes().Select(static r => r.IsAscii && r.Value is not ('\\' or '+' or '=') ? r.ToString() : $"\\x{{{r.Value:X}}}"));

    private static string Plain(string text) => new([.. text.Select(static c => c is >= ' ' and <= '~' ? c : '?')]);

    /// <summary>Lines of at most 78, cut at blanks where there are any.</summary>
    private static string Folded(string name, string text)
    {
        var lines = new StringBuilder(name);
        var length = name.Length;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (length > name.Length && length + word.Length >= 77)
            {
                lines.Append("\r\n");
                length = 0;
            }
            lines.Append(' ').Append(word.Length <= 900 ? word : word[..900]);
            length += word.Length + 1;
        }
        return lines.Append("\r\n").ToString();
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

    /// <summary>To a recipient inside: it was not approved.</summary>
    public static (string Subject, string Text) NotLetIn(MailMessage message, Bilingual why, string? page) => (
        Subject("【関所】お届けしていないメールがあります", message.Subject),
        $"""
        {Who(message)}から届いたメールは、お届けしていません。

        件名：{Shown(message.Subject)}
        受信：{JapaneseTime.Moment(message.ReceivedAt).Ja}
        理由：{why.Ja}
        {Page(page, "くわしくは、次のページで確かめられます。")}
        ----
        A message from {Who(message)} was not delivered: {why.En}
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

    /// <summary>The headers by which its sender knows a message again, as far as they were read of it.</summary>
    public static string Head(MailMessage message)
    {
        var head = new StringBuilder();
        if (message.ShownSender.Split('<') is [var name, [.. var address, '>']] && MailAddress.Read(address) is { NeedsUtf8: false } own) head.Append(CultureInfo.InvariantCulture, $"From: {(name.Trim().Length == 0 ? "" : MimeText.Encode(name.Trim().Trim('"')) + " ")}<{own}>\r\n");
        else if (message.Sender.Length > 0) head.Append(CultureInfo.InvariantCulture, $"From: <{Plain(message.Sender)}>\r\n");
        if (message.Subject.Length > 0) head.Append(CultureInfo.InvariantCulture, $"Subject: {MimeText.Encode(message.Subject)}\r\n");
        if (message.MessageIdLine.All(static c => c is > ' ' and <= '~') && message.MessageIdLine.Length is > 2 and < 900) head.Append(CultureInfo.InvariantCulture, $"Message-ID: {message.MessageIdLine}\r\n");
        return head.ToString();
    }

    private static string Subject(string head, string its) => its.Length == 0 ? head : $"{head}：{MailSpool.Cut(its, 60)}";

    private static string Shown(string subject) => subject.Length == 0 ? "（件名なし）" : subject;

    private static string Who(MailMessage message) => message.ShownSender.Length > 0 ? message.ShownSender : message.Sender.Length > 0 ? message.Sender : "MAILER-DAEMON";

    private static string Page(string? page, string words) => page is null ? "" : $"\n{words}\n{page}\n";
}
