using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Makes a new message of a letter (メールの作り直し): body as text or clean HTML by policy, files through the sanitiser.</summary>
internal sealed class LetterRebuilder(Letter letter, Job job)
{
    private readonly HashSet<LetterFile> shown = [];
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<LetterFile, string?> pictures = [];

    /// <summary>The message, for <see cref="Job.Member(string, FileKind, IRebuilder)"/>.</summary>
    public static IRebuilder Of(Letter letter) => new Inside(letter);

    public void Write(Scratch output)
    {
        using var writer = new MailWriter(job);
        var keepsHtml = job.Policy.KeepMailHtml && job.Policy.Mode == SanitizeMode.Rebuild;
        var texts = letter.Bodies.ConvertAll(b => TextOf(b, keepsHtml));
        writer.Text(MimeText.Body(string.Join("\n\n", texts.Where(static t => t.Length > 0)), out var wasDirty));
        if (wasDirty) job.Remove("C-04", "body", "control or direction characters");
        if (keepsHtml && letter.Bodies.Exists(static b => !string.IsNullOrWhiteSpace(b.Html))) writer.Html(Page(writer));
        foreach (var file in letter.Files.Where(f => !shown.Contains(f))) Attach(file, writer);
        writer.Write(output, letter.Header);
    }

    private string TextOf(LetterBody body, bool keepsHtml)
    {
        var hasText = !string.IsNullOrWhiteSpace(body.Text);
        if (string.IsNullOrWhiteSpace(body.Html)) return body.Text ?? "";
        if (!keepsHtml)
        {
            job.Remove("E-01", hasText ? "multipart/alternative" : "text/html", hasText ? "HTML form beside the text" : "HTML body, turned into text");
            if (!hasText) HtmlThreats.Tell(body.Html, job);
        }
        if (!hasText) return HtmlText.Of(body.Html, job);
        if (Alternatives.Differ(body.Text!, HtmlText.Of(body.Html, job)))
        {
            if (!keepsHtml) job.Remove("E-13", "multipart/alternative", "an HTML form that says something else");
            else job.Note("SAN-NOTE-ALTERNATIVES", "multipart/alternative", "本文のテキストと HTML で、書いてあることが違います。", "The text and the HTML of the body say different things.");
        }
        return body.Text!;
    }

    /// <summary>One page of all pieces of the body: nothing in it comes from elsewhere, and links say where they lead.</summary>
    private string Page(MailWriter writer)
    {
        var pages = new List<string>();
        foreach (var body in letter.Bodies.Where(static b => !b.IsBlank))
        {
            pages.Add(string.IsNullOrWhiteSpace(body.Html)
                ? $"<pre>{System.Net.WebUtility.HtmlEncode(MimeText.Body(body.Text!, out _).ReplaceLineEndings("\n"))}</pre>"
                : new HtmlCleaner(job, source => Picture(source, writer)) { ShowsTargets = true }.Clean(body.Html));
        }
        if (pages.Count == 1) return pages[0];
        // Each was cleaned by itself, so that none can swallow the next.
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
        using var done = file.Message is { } message ? job.Member(file.Name, FileKind.Eml, Of(message)) : job.Member(file.Name, file.Content());
        if (done.Content is { } content)
        {
            writer.Attach(Unique(done.Report.Output!), done.Kind, content.AsSource());
            return;
        }
        var refusal = done.Report.Refusal!;
        // Budgets are the whole message's: what bursts inside bursts it.
        if (job.Policy.RefuseWithMember || refusal.Code is "SAN-LIMIT-002" or "SAN-LIMIT-003" or "SAN-LIMIT-006") throw new RefusedException(refusal with { Place = SafeName.Show(file.Name) });
        // E-14: the receiver sees that something is missing, and why. Plain text, so that a second pass leaves it as it is.
        var name = SafeName.Clean(file.Name);
        var note = $"添付ファイル「{name}」は無害化できないため取り除きました。\r\n{refusal.Code} {refusal.What.Ja}\r\n{refusal.Next.Ja}\r\n\r\nThe attachment “{name}” could not be made harmless and was taken out.\r\n{refusal.Code} {refusal.What.En}\r\n{refusal.Next.En}\r\n";
        writer.Attach(Unique(SafeName.Clean(name + ".txt")), FileKind.Text, Source.Of(Encoding.UTF8.GetBytes(note)));
    }

    private string Unique(string name)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        var candidate = name;
        for (var number = 2; !names.Add(candidate); number++) candidate = $"{stem} ({number}){extension}";
        return candidate;
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
