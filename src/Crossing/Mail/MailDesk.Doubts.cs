using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Senders;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>What of a message that leaves may not be meant so (誤送信の疑い), and whose leave it needs.</summary>
public sealed partial class MailDesk
{
    /// <summary>Recipients outside who all see each other's addresses, from here on.</summary>
    private const int Many = 5;

    /// <summary>Delivered so often, a domain is one that the office writes to.</summary>
    private const int Usual = 3;

    /// <summary>Where most people outside have their mail; a letter more or less is no server of theirs.</summary>
    private static readonly string[] Common = ["gmail.com", "yahoo.co.jp", "icloud.com", "outlook.com", "outlook.jp", "hotmail.co.jp", "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "nifty.com", "biglobe.ne.jp", "ocn.ne.jp"];

    private static readonly string[] ClassWords = ["機密", "極秘", "秘密", "部外秘", "取扱注意", "関係者限り", "庁内限り", "マイナンバー", "特定個人情報", "個人番号", "住民票", "名簿", "confidential"];

    /// <param name="needs">What the route says of its files.</param>
    internal async Task<Approval> NeedsAsync(TenantTransaction tx, CrossingRequest request, List<CrossingItem> outs, Approval needs, CancellationToken cancel)
    {
        var terms = request.Definition.Mail!;
        var files = outs.SelectMany(static o => o.Report!.Members).ToList();
        if (files.Count > 0) needs = RouteDefinition.Stronger(needs, terms.WithAttachments);
        if (request.Definition.IsInward || await tx.FirstAsync(MailRows.Select + " WHERE m.request_id = $1", MailRows.Message, cancel, request.Id.Value) is not { } message) return needs;
        var to = await MailRows.RecipientsAsync(tx, message.Id, cancel);
        var doubts = await DoubtsAsync(tx, message, [.. to.Select(static t => t.Address)], files, cancel);
        if (doubts.Count > 0) await tx.RunAsync("UPDATE crossing.message SET doubts = $2::jsonb WHERE id = $1", cancel, message.Id.Value, RecordJson.Write(doubts));
        // A new correspondent alone is no reason to ask anybody: every one was new once.
        return doubts.Exists(d => d.Kind != "first-time" || files.Count > 0) ? RouteDefinition.Stronger(needs, terms.WhenDoubtful) : needs;
    }

    /// <summary>True when a registered sender wrote it. Of mail only that counts which our own front server found to be really from there: its word alone is in the report (<c>authserv-id</c>).</summary>
    internal static async Task<bool> IsRegisteredAsync(TenantTransaction tx, CrossingRequest request, List<CrossingItem> outs, DateTimeOffset at, CancellationToken cancel)
    {
        if (!request.Definition.IsInward || outs.Select(static o => o.Report!.Mail).FirstOrDefault(static m => m is not null) is not { From.Address: { Length: > 0 } from } facts) return false;
        if (facts.Authentication is not { } found || await tx.FirstAsync(MailRows.Select + " WHERE m.request_id = $1", MailRows.Message, cancel, request.Id.Value) is not { } message) return false;
        return await SenderBook.OfMailAsync(tx, from, IsAuthentic(found, from, message.Sender, facts.Marks), at, cancel) is not null;
    }

    /// <summary>DMARC says that the From line is true; without its word, SPF does so for the domain of the envelope, where that is the one of the From line. DKIM alone says that somebody signed, and not whether it was they.</summary>
    internal static bool IsAuthentic(MailAuthentication found, string from, string envelope, IReadOnlyList<MailMark> marks) =>
        !marks.Any(static m => m.Kind == "several-senders")
        && (found.Dmarc == "pass" || (found.Dmarc is null or "none" && found.Spf == "pass" && found.Dkim is not "fail" && DomainOf(from).Equals(DomainOf(envelope), StringComparison.OrdinalIgnoreCase)));

    private async Task<List<MailDoubt>> DoubtsAsync(TenantTransaction tx, MailMessage message, List<string> to, List<FileReport> files, CancellationToken cancel)
    {
        var doubts = new List<MailDoubt>();
        var own = Office?.Settings.Domains.Keys.ToHashSet(StringComparer.Ordinal) ?? [];
        var outside = to.FindAll(t => !own.Contains(DomainOf(t)));
        if (outside.Count >= Many)
            doubts.Add(new("many-in-to", new($"外部のあて先が {outside.Count} 件あります。互いのアドレスが見えてよいか（BCC にすべきでないか）確かめてください。", $"There are {outside.Count} recipients outside. May they see each other's addresses, or should it be Bcc?")));
        var domains = outside.Select(DomainOf).Distinct(StringComparer.Ordinal).ToArray();
        var usual = (await tx.ListAsync("""
            SELECT split_part(r.address, '@', 2), count(*) FROM crossing.message_recipient r JOIN crossing.message m ON m.municipality_id = r.municipality_id AND m.id = r.message_id
            WHERE m.direction = 'Outward' AND m.request_id IS NOT NULL AND r.state = 'Delivered' GROUP BY 1 ORDER BY 2 DESC LIMIT 5000
            """, r => (Domain: r.GetString(0), Times: r.GetInt64(1)), cancel)).ToDictionary(static d => d.Domain, static d => d.Times, StringComparer.Ordinal);
        foreach (var domain in domains.Where(d => !usual.ContainsKey(d)).Take(10))
        {
            var meant = Common.Concat(own).Concat(usual.Where(static u => u.Value >= Usual).Select(static u => u.Key)).FirstOrDefault(k => k != domain && IsAlike(domain, k));
            doubts.Add(meant is null
                ? new("first-time", new($"{domain} へ送るのは、はじめてです。", $"Nothing was sent to {domain} before."))
                : new("look-alike", new($"あて先の {domain} は、{meant} の打ち間違いかもしれません。", $"{domain} may be {meant} mistyped.")));
        }
        foreach (var (text, where) in files.SelectMany(Names).Select(static n => (n, new Bilingual($"添付「{n}」", $"The file “{n}”"))).Prepend((message.Subject, new Bilingual("件名", "The subject"))).Take(200))
        {
            if (ClassWords.FirstOrDefault(w => text.Contains(w, StringComparison.OrdinalIgnoreCase)) is not { } word) continue;
            doubts.Add(new("class-words", new($"{where.Ja}に「{word}」とあります。外へ送ってよいか確かめてください。", $"{where.En} has “{word}” in it. May it leave?")));
            if (doubts.Count > 20) break;
        }
        if (files.Count > 0 && outside.Select(DomainOf).Distinct(StringComparer.Ordinal).Skip(1).Any())
            doubts.Add(new("attachment", new($"添付ファイル {files.Count} 件を、{domains.Length} つの組織へ同時に送ります。", $"{files.Count} file(s) go to {domains.Length} organisations at once.")));
        return doubts;
    }

    private static IEnumerable<string> Names(FileReport report) => report.Members.SelectMany(Names).Prepend(report.File);

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    /// <summary>One letter is missing, more, other, or two change places; or letters that look the same.</summary>
    internal static bool IsAlike(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > 1 || Math.Min(one.Length, other.Length) < 5) return false;
        var (a, b) = (one, other);
        var start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start]) start++;
        var end = 0;
        while (end < a.Length - start && end < b.Length - start && a[^(end + 1)] == b[^(end + 1)]) end++;
        var (restA, restB) = (a.Length - start - end, b.Length - start - end);
        return (restA <= 1 && restB <= 1) || (restA == 2 && restB == 2 && a[start] == b[start + 1] && a[start + 1] == b[start]);
    }
}
