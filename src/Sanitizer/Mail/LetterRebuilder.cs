using System.Net;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Makes a new message of a letter (メールの作り直し): body as text or clean HTML by policy, files through the sanitiser, notices where something is missing.</summary>
internal sealed class LetterRebuilder(Letter letter, Job job)
{
    /// <summary>More files don't wait on a page: the rest travels with the message.</summary>
    private const int MostApart = 300;

    private const int MostUnpacked = 300;

    private readonly HashSet<LetterFile> shown = [];
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<LetterFile, string?> pictures = [];

    /// <summary>The message, for <see cref="Job.Member(string, FileKind, IRebuilder)"/>.</summary>
    public static IRebuilder Of(Letter letter) => new Inside(letter);

    public void Write(Scratch output)
    {
        var rules = job.Policy.Mail;
        using var writer = new MailWriter(job);
        var keepsHtml = job.Policy.KeepMailHtml && job.Policy.Mode == SanitizeMode.Rebuild;
        var head = MailHead.Read(letter, job);
        var body = new BodyText(letter, job);
        var text = body.Read(keepsHtml);
        var language = rules.Language ?? Languages.Tell(text.Length > 0 ? $"{head.Subject} {text}" : head.Subject);
        job.MailFacts = head.Facts(language);
        text = MimeText.Body(text, out var wasDirty);
        if (wasDirty) job.Remove("C-04", "body", "control or direction characters");
        if (rules.Defangs) text = Defanged.Of(text);
        if (job.Mail is not null)
        {
            text = Notices.Unmasked(text, out var imitations);
            if (imitations > 0) job.Note("SAN-NOTE-IMITATION", "body", "本文に、関所のお知らせに見せかけた行があります。引用の形にしました。", "Lines of the body look like notices of ours. They are quoted.");
        }
        var page = keepsHtml && letter.Bodies.Exists(static b => !string.IsNullOrWhiteSpace(b.Html)) ? Pages(writer) : null;
        foreach (var file in letter.Files.Where(f => !shown.Contains(f))) Attach(file, writer);
        var notices = new Notices(language, job);
        var (top, end) = (notices.Top(head), notices.End(head, body.HasDifferentForms && !keepsHtml, body.Hidden));
        writer.Text(string.Join("\n\n", ((string[])[top, text.TrimEnd('\n'), end]).Where(static t => t.Length > 0)).Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n");
        if (page is not null) writer.Html(Joined([Shown(top), .. page, Shown(end)]));
        writer.Write(output, head);
    }

    private static string Shown(string notice) => notice.Length == 0 ? "" : $"<pre>{WebUtility.HtmlEncode(notice)}</pre>";

    /// <summary>Each piece of the body as a page: nothing in it comes from elsewhere, and links say where they lead.</summary>
    private List<string> Pages(MailWriter writer) => [.. letter.Bodies.Where(static b => !b.IsBlank).Select(body =>
        string.IsNullOrWhiteSpace(body.Html)
            ? $"<pre>{WebUtility.HtmlEncode(MimeText.Body(body.Text!, out _))}</pre>"
            : new HtmlCleaner(job, source => Picture(source, writer)) { ShowsTargets = true }.Clean(body.Html))];

    /// <summary>One page of all pieces. Each was cleaned by itself, so that none can swallow the next.</summary>
    private string Joined(IEnumerable<string> pieces)
    {
        var pages = pieces.Where(static p => p.Length > 0).ToList();
        if (pages.Count == 1) return pages[0];
        var joined = string.Concat(pages.Select(StyleOf)) + string.Join("<hr>", pages.Select(InnerOf));
        return new HtmlCleaner(job, static source => source) { ShowsTargets = true }.Clean(joined);

        static string InnerOf(string page) => page.IndexOf("<body", StringComparison.Ordinal) is var at and >= 0 ? page[(page.IndexOf('>', at) + 1)..page.LastIndexOf("</body>", StringComparison.Ordinal)] : page;

        static string StyleOf(string page) =>
            page.IndexOf("</head>", StringComparison.Ordinal) is var end and > 0 && page.IndexOf("<style>", 0, end, StringComparison.Ordinal) is var at and > 0 ? page[at..end] : "";
    }

    private string? Picture(string source, MailWriter writer)
    {
        if (source.StartsWith("data:", StringComparison.OrdinalIgnoreCase)) return DataPicture.Clean(source, job);
        if (!source.StartsWith("cid:", StringComparison.OrdinalIgnoreCase))
        {
            if (source.Contains("//", StringComparison.Ordinal)) job.Remove("E-02", "html", "remote picture");
            return null;
        }
        var id = Uri.UnescapeDataString(source[4..]);
        if (id.Length == 0 || letter.Files.Find(f => f.Message is null && f.ContentId.Equals(id, StringComparison.OrdinalIgnoreCase)) is not { } file) return null;
        if (pictures.TryGetValue(file, out var known)) return known;
        using var done = job.Part(file.Name, file.Content(), static k => k.Family == FileFamily.Image);
        // What can't be shown stays a file, and is told as one.
        if (done?.Content is not { } content) return pictures[file] = null;
        var address = $"picture{shown.Count + 1}@sekisho.invalid";
        shown.Add(file);
        writer.Picture(Unique(done.Report.Output!), done.Kind, content.AsSource(), address);
        return pictures[file] = "cid:" + address;
    }

    private void Attach(LetterFile file, MailWriter writer)
    {
        job.Budget.Enter(SafeName.Show(file.Name));
        using var done = file.Message is { } message ? job.Member(file.Name, FileKind.Eml, Of(message)) : job.Member(file.Name, file.Content(), null, file.IsMessage ? FileKind.Eml : null);
        if (done.Content is { } content)
        {
            var name = Unique(done.Report.Output!);
            if (name != done.Report.Output) job.Members[^1] = job.Members[^1] with { Output = name };
            if (job.Mail is { Page: not null } order && (order.HandsOut ?? job.Policy.Mail.HandsOut) && (job.Apart?.Count ?? 0) < MostApart) HandOut(done, order);
            else writer.Attach(name, done.Kind, content.AsSource());
            return;
        }
        // E-14: a notice in the body says that something is missing, and why. But budgets are the whole message's: what bursts inside bursts it.
        var refusal = done.Report.Refusal!;
        if (job.Policy.RefuseWithMember || refusal.Code is "SAN-LIMIT-002" or "SAN-LIMIT-003" or "SAN-LIMIT-006") throw new RefusedException(refusal with { Place = SafeName.Show(file.Name) });
    }

    /// <summary>A file stays behind for the page; an archive as the files in it, where they are asked for and few enough to be looked through.</summary>
    private void HandOut(Disarmed done, MailOrder order)
    {
        if (!order.Unpacks || done.Kind != FileKind.Zip || done.Report.Members.Count > MostUnpacked)
        {
            job.HandOut(done);
            return;
        }
        // Our own archive, written a moment ago: names and lengths are as we wrote them.
        var zip = ZipDirectory.Read(done.Content!.AsSource(), job.Budget, ZipDirectory.DecodeName);
        var entries = zip.Entries.Where(static e => !e.IsFolder).ToDictionary(static e => e.Name, StringComparer.Ordinal);
        var inside = done.Report.Members.ToList();
        for (var i = 0; i < inside.Count; i++)
        {
            if (inside[i].Output is not { } path || !entries.TryGetValue(path, out var entry)) continue;
            using var content = job.NewScratch();
            using (var bytes = zip.Open(entry)) bytes.CopyTo(content);
            job.HandOut(content.AsSource());
            inside[i] = inside[i] with { IsApart = true };
        }
        job.Members[^1] = job.Members[^1] with { Members = inside };
    }

    private string Unique(string name)
    {
        if (names.Add(name)) return name;
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        // Thousands of one name are counted on, not up to.
        for (var number = numbers.GetValueOrDefault(name, 1) + 1; ; number++)
        {
            var candidate = $"{stem} ({number}){extension}";
            if (!names.Add(candidate)) continue;
            numbers[name] = number;
            return candidate;
        }
    }

    private sealed class Inside(Letter letter) : IRebuilder
    {
        public IEnumerable<FileKind> Kinds => [];

        public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
        {
            new LetterRebuilder(letter, job).Write(output);
            return new(FileKind.Eml, Outcome.Converted);
        }
    }
}
