using System.Globalization;
using System.Text.Json;

namespace Sekisho.Sanitizer.Reports;

/// <summary>The facts of a message as JSON (key <c>mail</c> of docs/formats/sanitize-report.md).</summary>
internal static class MailFactsJson
{
    public static void Write(Utf8JsonWriter to, MailFacts mail)
    {
        to.WriteStartObject();
        if (mail.From is { } from)
        {
            to.WritePropertyName("from");
            Write(to, from);
        }
        else
        {
            to.WriteNull("from");
        }
        People(to, "replyTo", mail.ReplyTo);
        People(to, "to", mail.To);
        People(to, "cc", mail.Cc);
        to.WriteString("subject", mail.Subject);
        to.WriteString("date", mail.Date?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        to.WriteString("messageId", mail.MessageId);
        if (mail.Authentication is { } found)
        {
            to.WriteStartObject("authentication");
            to.WriteString("server", found.Server);
            to.WriteString("spf", found.Spf);
            to.WriteString("dkim", found.Dkim);
            to.WriteString("dmarc", found.Dmarc);
            to.WriteEndObject();
        }
        else
        {
            to.WriteNull("authentication");
        }
        to.WriteStartArray("marks");
        foreach (var mark in mail.Marks)
        {
            to.WriteStartObject();
            to.WriteString("kind", mark.Kind);
            to.WriteString("shown", mark.Shown);
            to.WriteString("truth", mark.Truth);
            ReportJson.Write(to, "message", mark.Message);
            to.WriteEndObject();
        }
        to.WriteEndArray();
        to.WriteStartArray("traces");
        foreach (var trace in mail.Traces) to.WriteStringValue(trace);
        to.WriteEndArray();
        to.WriteNumber("hops", mail.Hops);
        to.WriteString("autoSubmitted", mail.AutoSubmitted);
        to.WriteString("language", mail.Language);
        to.WriteEndObject();
    }

    public static MailFacts Read(JsonElement from)
    {
        var (sender, found) = (from.GetProperty("from"), from.GetProperty("authentication"));
        return new(
            sender.ValueKind == JsonValueKind.Null ? null : Person(sender),
            ReportJson.Each(from, "replyTo", Person), ReportJson.Each(from, "to", Person), ReportJson.Each(from, "cc", Person), ReportJson.Text(from, "subject"),
            ReportJson.TextOrNull(from, "date") is { } date ? DateTimeOffset.ParseExact(date, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture) : null, ReportJson.TextOrNull(from, "messageId"),
            found.ValueKind == JsonValueKind.Null ? null : new(ReportJson.Text(found, "server"), ReportJson.TextOrNull(found, "spf"), ReportJson.TextOrNull(found, "dkim"), ReportJson.TextOrNull(found, "dmarc")),
            ReportJson.Each(from, "marks", static m => new MailMark(ReportJson.Text(m, "kind"), ReportJson.Text(m, "shown"), ReportJson.Text(m, "truth"), ReportJson.Both(m, "message"))),
            ReportJson.Each(from, "traces", static t => t.GetString() ?? throw new FormatException("traces")),
            from.GetProperty("hops").GetInt32(), ReportJson.Text(from, "autoSubmitted"), ReportJson.Text(from, "language"));
    }

    private static MailPerson Person(JsonElement from) => new(ReportJson.Text(from, "name"), ReportJson.Text(from, "address"));

    private static void People(Utf8JsonWriter to, string key, IReadOnlyList<MailPerson> people)
    {
        to.WriteStartArray(key);
        foreach (var person in people) Write(to, person);
        to.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter to, MailPerson person)
    {
        to.WriteStartObject();
        to.WriteString("name", person.Name);
        to.WriteString("address", person.Address);
        to.WriteEndObject();
    }
}
