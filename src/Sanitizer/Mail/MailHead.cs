using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Mail.Senders;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Mail;

/// <summary>The headers of a message, read once, checked, and written anew from an allow list (見出しの作り直し). Of a header that must be one, the first counts.</summary>
internal sealed partial class MailHead
{
    private const int MostIds = 100, MostReceived = 100, MostTraces = 50, MostSubject = 4000;

    /// <summary>Headers that are read here or by the parts, or say nothing that is missed; all others are told.</summary>
    private static readonly HashSet<string> Quiet = new(
        ("From Sender Reply-To To Cc Subject Date Message-ID In-Reply-To References MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition Content-ID Content-Description Content-Language Content-Class Content-Length Lines Status " +
        "Auto-Submitted Precedence Importance Priority List-Id Received Authentication-Results Return-Path Delivered-To DKIM-Signature ARC-Seal ARC-Message-Signature ARC-Authentication-Results Received-SPF Thread-Index Thread-Topic Accept-Language").Split(' '), StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, IReadOnlyList<Mailbox>> people = [];
    private readonly List<(string Name, IReadOnlyList<string> Ids)> ids = [];
    private readonly List<(string Name, string Token)> tokens = [];
    private readonly List<string> received = [];
    private readonly MailOrder? order;

    private MailHead(Letter letter, Job job)
    {
        var rules = job.Policy.Mail;
        order = job.Mail;
        foreach (var name in (string[])["From", "Sender", "Reply-To", "To", "Cc"])
        {
            var values = letter.All(name);
            if (values.Count > 1) job.Remove("E-04", name, "a header that must be one, again");
            // Nobody named twice is left out: all that stand as recipients are shown.
            var text = name is "To" or "Cc" ? string.Join(", ", values) : values.Count > 0 ? values[0] : "";
            var list = AddressList.Read(text, name, job);
            // An answer to nobody helps nobody; a name without an address is still somebody who wrote, or to whom.
            if (name is "Sender" or "Reply-To") list.RemoveAll(static m => m.Address == AddressList.NoAddress);
            if (list.Count > 0) people[name] = list;
        }
        if (letter.All("Subject") is { Count: > 0 } subjects)
        {
            if (subjects.Count > 1) job.Remove("E-04", "Subject", "a header that must be one, again");
            Subject = MimeText.OneLine(MimeText.DecodeWords(subjects[0]));
            if (Subject.Length > MostSubject)
            {
                job.Remove("E-04", "Subject", "a subject longer than anybody reads");
                Subject = Subject[..(MostSubject - (char.IsHighSurrogate(Subject[MostSubject - 1]) ? 1 : 0))];
            }
        }
        if (letter.Header("Date") is { } date && (Date = MailDate.Read(date)) is null) job.Remove("E-04", "Date", "a date that can't be read");
        foreach (var name in (string[])["Message-ID", "In-Reply-To", "References"])
        {
            if (letter.Header(name) is not { Length: > 0 } value) continue;
            var own = Id().Matches(value.Length > 65_536 ? value[..65_536] : value).Select(static m => m.Value).ToList();
            // The first begins the conversation; of many, the last lead to this message.
            if (own.Count > MostIds) own = [own[0], .. own[^(MostIds - 1)..]];
            if (name == "Message-ID" && own.Count > 1) own = [own[0]];
            if (own.Count > 0) ids.Add((name, own));
        }
        Token(letter, "Auto-Submitted", "no", "auto-generated", "auto-replied", "auto-notified");
        Token(letter, "Precedence", "bulk", "list", "junk");
        Token(letter, "Importance", "high", "normal", "low");
        if (letter.Header("List-Id") is { } mailing && Id().Matches(mailing) is { Count: > 0 } found) tokens.Add(("List-Id", found[^1].Value));
        var hops = letter.All("Received");
        foreach (var hop in hops.Take(MostReceived)) received.Add(Ascii(hop));
        Traces = [.. letter.All(MailOrder.TraceHeader).Take(MostTraces).Select(static t => MimeText.OneLine(t) is { Length: <= 200 } one ? one : "")];
        // Of a file that somebody hands over nobody knows who wrote its headers.
        Authentication = order is null ? null : AuthenticationResults.Read(letter.Fields, rules);
        Marks = SenderMarks.Find(People("From"), letter.All("From").Count, People("Reply-To"), Authentication, rules, order is not null);
        Hops = hops.Count;
        // The way of a file that somebody hands over is nobody's concern.
        Keeps = order is null ? ReceivedChain.Drop : rules.Received;
        foreach (var name in letter.Names.Where(static n => !Quiet.Contains(n)).Distinct(StringComparer.OrdinalIgnoreCase).Take(50)) job.Remove("G-07", "header", MimeText.OneLine(name));
    }

    public string Subject { get; } = "";

    public DateTimeOffset? Date { get; }

    public MailAuthentication? Authentication { get; }

    public IReadOnlyList<MailMark> Marks { get; }

    private IReadOnlyList<string> Traces { get; }

    private int Hops { get; }

    private ReceivedChain Keeps { get; }

    public static MailHead Read(Letter letter, Job job) => new(letter, job);

    /// <param name="language"><c>ja</c> or <c>en</c>.</param>
    public MailFacts Facts(string language) => new(
        Persons("From").FirstOrDefault(), Persons("Reply-To"), Persons("To"), Persons("Cc"), Subject, Date, ids.Find(static i => i.Name == "Message-ID") is { Name: not null } id ? id.Ids[0] : null,
        Authentication, Marks, Traces, Hops, tokens.Find(static t => t.Name == "Auto-Submitted") is { Name: not null } sent ? sent.Token : "no", language);

    /// <summary>All of it but what describes the body.</summary>
    public string Write()
    {
        var head = new StringBuilder();
        if (order?.Trace is { Length: > 0 and <= 200 } trace && trace.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')) head.Append(HeaderLine.Plain(MailOrder.TraceHeader, [trace]));
        if (Authentication is { } found) head.Append(AuthenticationResults.Written(found));
        if (Keeps == ReceivedChain.Keep)
        {
            foreach (var hop in received) head.Append(HeaderLine.Plain("Received", hop.Split(' ')));
        }
        else if (Keeps == ReceivedChain.Summary && received.Count > 0)
        {
            head.Append(HeaderLine.Plain("X-Sekisho-Received", Summarised().Split(' ')));
        }
        foreach (var name in (string[])["From", "Sender", "Reply-To", "To", "Cc"])
        {
            if (people.TryGetValue(name, out var list)) head.Append(HeaderLine.People(name, list));
        }
        if (Subject.Length > 0) head.Append(HeaderLine.Text("Subject", Subject));
        if (Date is { } moment) head.Append(CultureInfo.InvariantCulture, $"Date: {MailDate.Write(moment)}\r\n");
        foreach (var (name, own) in ids) head.Append(HeaderLine.Plain(name, own));
        foreach (var (name, token) in tokens) head.Append(HeaderLine.Plain(name, [token]));
        return head.Append("MIME-Version: 1.0\r\n").ToString();
    }

    private IReadOnlyList<Mailbox> People(string name) => people.GetValueOrDefault(name, []);

    private List<MailPerson> Persons(string name) => [.. People(name).Select(static p => new MailPerson(p.Name, p.Address == AddressList.NoAddress ? "" : p.Address))];

    private void Token(Letter letter, string name, params ReadOnlySpan<string> known)
    {
        if (letter.Header(name)?.Split(';')[0].Trim().ToLowerInvariant() is { } value && known.Contains(value)) tokens.Add((name, value));
    }

    /// <summary>"4 hops; 2026-11-21 09:58:01 +0900 from mail.example.jp; 2026-11-21 09:58:09 +0900": how many, where and when it began, when it arrived.</summary>
    private string Summarised()
    {
        var (first, last) = (received[^1], received[0]);
        var from = Host().Match(first) is { Success: true } host ? $" from {host.Groups[1].Value}" : "";
        return $"{Hops} {(Hops == 1 ? "hop" : "hops")}; {Moment(first)}{from}; {Moment(last)}";

        static string Moment(string hop) => MailDate.Read(hop[(hop.LastIndexOf(';') + 1)..]) is { } at ? at.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) : "-";
    }

    private static string Ascii(string hop) => Blanks().Replace(string.Concat((hop.Length > 2000 ? hop[..2000] : hop).Select(static c => c is >= ' ' and <= '~' ? c : ' ')), " ").Trim();

    [GeneratedRegex(@"<[!-;=?-~]{1,500}>", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex(@"^from ([A-Za-z0-9][A-Za-z0-9.-]{1,200})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Host();

    [GeneratedRegex(@" {2,}", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
