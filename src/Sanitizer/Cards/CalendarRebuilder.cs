using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Cards;

/// <summary>Calendars (iCalendar 予定表): components and properties by allow list, written anew in UTF-8. Source: RFC 5545, 7986.</summary>
/// <remarks>Alarms that run programs or send mail never stay; links, reminders and files by policy.</remarks>
internal sealed partial class CalendarRebuilder : IRebuilder
{
    private const int MostDepth = 6;

    private static readonly FrozenSet<string> Components = "VCALENDAR VEVENT VTODO VJOURNAL VFREEBUSY VTIMEZONE STANDARD DAYLIGHT VALARM".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Words = "SUMMARY DESCRIPTION LOCATION COMMENT CONTACT CATEGORIES RESOURCES STATUS CLASS TRANSP METHOD VERSION CALSCALE UID RELATED-TO REQUEST-STATUS TZID TZNAME NAME COLOR X-WR-CALNAME X-WR-CALDESC X-WR-TIMEZONE".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Values = "DTSTART DTEND DUE DTSTAMP CREATED LAST-MODIFIED COMPLETED RECURRENCE-ID EXDATE RDATE RRULE EXRULE DURATION TRIGGER REPEAT FREEBUSY SEQUENCE PRIORITY PERCENT-COMPLETE GEO TZOFFSETFROM TZOFFSETTO REFRESH-INTERVAL".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Parameters = "TZID VALUE CN ROLE PARTSTAT RSVP CUTYPE LANGUAGE RELATED RANGE RELTYPE FBTYPE".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly SearchValues<char> ValueCharacters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:;=,+-./");

    public IEnumerable<FileKind> Kinds => [FileKind.Calendar];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var to = new StringBuilder();
        var open = new Stack<string>();
        var skipping = 0;
        // An alarm is written whole once its action is known.
        StringBuilder? alarm = null;
        var action = "";
        foreach (var line in ContentLine.ReadAll(untrusted, job))
        {
            if (line.Name == "BEGIN")
            {
                var component = line.Value.Trim().ToUpperInvariant();
                if (open.Count >= MostDepth || (open.Count == 0) != (component == "VCALENDAR")) throw ContentLine.Broken();
                job.Budget.Enter("");
                open.Push(component);
                if (skipping > 0 || !Components.Contains(component))
                {
                    if (skipping++ == 0) job.Remove("G-05", "", $"component {Shown(component)}");
                    continue;
                }
                if (component == "VALARM") (alarm, action) = (new StringBuilder(), "");
                (alarm ?? to).Append("BEGIN:").Append(component).Append("\r\n");
                if (component == "VCALENDAR") to.Append("PRODID:-//Sekisho//Sanitizer//JA\r\n");
                continue;
            }
            if (line.Name == "END")
            {
                if (!open.TryPop(out var component) || !component.Equals(line.Value.Trim(), StringComparison.OrdinalIgnoreCase)) throw ContentLine.Broken();
                if (skipping > 0)
                {
                    skipping--;
                    continue;
                }
                (alarm ?? to).Append("END:").Append(component).Append("\r\n");
                if (component != "VALARM" || alarm is null) continue;
                if (action is not ("DISPLAY" or "AUDIO")) job.Remove("E-17", "VALARM", action is "EMAIL" or "PROCEDURE" ? $"alarm that does more than remind ({action})" : "alarm of an unknown kind");
                else if (!job.Policy.KeepAlarms) job.Remove("E-17", "VALARM", "alarm");
                else to.Append(alarm);
                alarm = null;
                continue;
            }
            if (open.Count == 0) throw ContentLine.Broken();
            if (skipping > 0) continue;
            if (line.Name == "ACTION" && open.Peek() == "VALARM") action = line.Value.Trim().ToUpperInvariant();
            Property(line, open.Peek(), alarm ?? to, job);
        }
        if (open.Count > 0 || to.Length == 0) throw Refusals.Broken("", "SAN-CARD-002", "途中で切れています", "it is cut off");
        output.Write(Encoding.UTF8.GetBytes(to.ToString()));
        return new(kind, Outcome.Rebuilt);
    }

    private static void Property(ContentLine line, string component, StringBuilder to, Job job)
    {
        var value = Characters.Clean(line.Value).Replace("\n", "\\n", StringComparison.Ordinal);
        if (value.Length != line.Value.Length && !line.Value.Contains('\n', StringComparison.Ordinal)) job.Remove("C-04", component, "control or direction characters");
        var isRight = line.Name switch
        {
            "ACTION" => component == "VALARM" && line.Value.Trim().ToUpperInvariant() is "DISPLAY" or "AUDIO",
            "PRODID" => false, // which program made it; ours stands there
            "RRULE" or "EXRULE" => Told(IsRule(value), "rule that repeats without measure"),
            "ORGANIZER" or "ATTENDEE" => Told(Person().IsMatch(value), "person who is no mail address"),
            "URL" => Told(job.Policy.Allows(value), "link that is not allowed"),
            "ATTACH" or "IMAGE" or "CONFERENCE" or "SOURCE" or "TZURL" => false,
            _ when Words.Contains(line.Name) => true,
            _ when Values.Contains(line.Name) => Told(value.Length < 100_000 && value.AsSpan().IndexOfAnyExcept(ValueCharacters) < 0, $"{line.Name} that is none"),
            _ => false,
        };
        if (isRight)
        {
            foreach (var (key, _) in line.Parameters)
            {
                if (key is "ALTREP" or "DIR" or "SENT-BY") job.Remove("E-17", component, key);
            }
            var kept = line.Parameters.Where(static p => Parameters.Contains(p.Name)).Select(static p => (p.Name, Characters.Clean(p.Value))).Where(static p => p.Name != "VALUE" || p.Item2.ToUpperInvariant() is "DATE" or "DATE-TIME" or "PERIOD" or "TEXT" or "DURATION" or "URI").ToList();
            ContentLine.Write(to, line.Name, kept, value);
            return;
        }
        if (line.Name == "ATTACH") Attached(line, to, job);
        else if (line.Name is "IMAGE" or "CONFERENCE" or "SOURCE" or "TZURL") job.Remove("E-17", component, line.Name);
        else if (line.Name.StartsWith("X-", StringComparison.Ordinal)) job.Remove("G-07", component, line.Name.Length < 60 ? line.Name : "X-");
        else if (line.Name is not ("PRODID" or "ACTION" or "URL" or "RRULE" or "EXRULE" or "ORGANIZER" or "ATTENDEE") && !Values.Contains(line.Name)) job.Remove("G-05", component, Shown(line.Name));

        bool Told(bool ok, string what)
        {
            if (!ok) job.Remove("E-17", component, what);
            return ok;
        }
    }

    /// <summary>A file that stands in the calendar itself goes through the sanitiser; one elsewhere is never fetched, and not named.</summary>
    private static void Attached(ContentLine line, StringBuilder to, Job job)
    {
        if (!line.Parameter("VALUE").Equals("BINARY", StringComparison.OrdinalIgnoreCase) || !job.Policy.RebuildCalendarFiles)
        {
            job.Remove("E-17", "ATTACH", line.Parameter("VALUE").Equals("BINARY", StringComparison.OrdinalIgnoreCase) ? "file" : "link to a file");
            return;
        }
        var name = ((string[])[line.Parameter("FILENAME"), line.Parameter("X-FILENAME"), line.Parameter("X-APPLE-FILENAME")]).FirstOrDefault(static n => n.Length > 0) ?? "attachment";
        var content = MimeText.Base64(line.Value);
        job.Budget.Expand(content.Length, "ATTACH");
        using var done = job.Member(name, Source.Of(content));
        if (done.Content is null)
        {
            job.Remove("E-14", "ATTACH", done.Report.Refusal!.Code);
            return;
        }
        ContentLine.Write(to, "ATTACH", [("VALUE", "BINARY"), ("ENCODING", "BASE64"), ("FILENAME", done.Report.Output!)], Convert.ToBase64String(done.Content.AsSource().Whole(long.MaxValue).Span));
    }

    private static string Shown(string name) => name.Length < 40 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') ? name : "another";

    /// <summary>A rule of repetition that fills nobody's calendar: by the hour at most.</summary>
    private static bool IsRule(string value)
    {
        var parts = value.Split(';');
        if (value.Length > 4000 || !parts.All(static p => p.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && p.AsSpan(0, equals).IndexOfAnyExcept(ValueCharacters) < 0 && p.AsSpan(equals + 1).IndexOfAnyExcept(ValueCharacters) < 0)) return false;
        return parts.Where(static p => p.StartsWith("FREQ=", StringComparison.Ordinal)).ToList() is ["FREQ=YEARLY" or "FREQ=MONTHLY" or "FREQ=WEEKLY" or "FREQ=DAILY" or "FREQ=HOURLY"];
    }

    [GeneratedRegex(@"^mailto:[^\s<>""@:]{1,200}@[A-Za-z0-9.-]{1,250}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Person();
}
