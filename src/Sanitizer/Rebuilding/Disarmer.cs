using Sekisho.Assurance;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>The engine (無害化エンジン): tells the kind of a file, has it rebuilt, and says what was taken out. Runs inside the worker; never in the host's process.</summary>
internal sealed class Disarmer
{
    private readonly Dictionary<FileKind, IRebuilder> rebuilders;
    private readonly TimeProvider time;

    public Disarmer(IEnumerable<IRebuilder> rebuilders, IConverter converter, TimeProvider time)
    {
        this.rebuilders = [];
        foreach (var rebuilder in rebuilders)
        {
            foreach (var kind in rebuilder.Kinds) this.rebuilders.Add(kind, rebuilder);
        }
        Converter = converter;
        this.time = time;
    }

    public IConverter Converter { get; }

    /// <summary>One file from outside.</summary>
    /// <param name="folder">For what is too large for memory; empty, and this job's alone.</param>
    /// <param name="mail">What a gateway says of it: it is a message then, whatever its bytes look like. Null for a file.</param>
    public Disarmed Run(string untrustedName, Source untrusted, SanitizePolicy policy, IReadOnlyList<string> passwords, string? folder, MailOrder? mail = null) =>
        Run(untrustedName, untrusted, new Job(this, policy, new Budget(policy.Limits, untrusted.Length, time), passwords, folder) { Mail = mail }, null, mail is null ? null : (FileKind.Eml, rebuilders[FileKind.Eml]));

    /// <summary>A picture of how a file begins, drawn from the file as it is. Whoever gets it has it rebuilt elsewhere before it is shown.</summary>
    public Disarmed Picture(string untrustedName, Source untrusted, SanitizePolicy policy, string? folder)
    {
        var job = new Job(this, policy with { Mode = SanitizeMode.Rebuild }, new Budget(policy.Limits, untrusted.Length, time), [], folder) { UntrustedName = untrustedName };
        var kind = FileKind.Unknown;
        var output = job.NewScratch();
        try
        {
            if (untrusted.Length > policy.Limits.InputBytes) throw Refusals.TooLarge(untrusted.Length, policy.Limits.InputBytes);
            kind = KindDetector.Detect(untrusted, untrustedName);
            var written = FirstPage.Draw(untrusted, kind, output, job);
            return new(new(SafeName.Show(untrustedName), "picture", kind.Key, written.Kind.Key, written.Outcome, null, [], [], [], null, null, untrusted.Length, output.Length, 0), output, written.Kind);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            output.Dispose();
            var refusal = e is RefusedException refused ? refused.Refusal : Refusals.NoMode(kind, "picture").Refusal;
            return new(new(SafeName.Show(untrustedName), null, kind.Key, null, Outcome.Refused, refusal, [], [], [], null, null, untrusted.Length, null, 0), null, kind);
        }
    }

    /// <param name="only">Kinds that may come out; null for any.</param>
    /// <param name="known">The kind and its rebuilder where they aren't told from bytes: a message that lies open in another.</param>
    /// <param name="declared">The kind alone, where it isn't told from bytes; the rest is as with any file.</param>
    internal Disarmed Run(string untrustedName, Source untrusted, Job job, Func<FileKind, bool>? only, (FileKind Kind, IRebuilder Rebuilder)? known = null, FileKind? declared = null)
    {
        var start = job.Budget.Elapsed;
        var kind = FileKind.Unknown;
        var output = job.NewScratch();
        job.UntrustedName = untrustedName;
        try
        {
            if (job.Depth > job.Policy.Limits.Depth) throw Refusals.TooDeep("", job.Policy.Limits.Depth);
            if (untrusted.Length > job.Policy.Limits.InputBytes) throw Refusals.TooLarge(untrusted.Length, job.Policy.Limits.InputBytes);
            kind = known?.Kind ?? declared ?? KindDetector.Detect(untrusted, untrustedName);
            if (only is not null && !only(kind)) throw Refusals.ByPolicy(kind);
            var name = SafeName.Clean(untrustedName);
            if (!name.Equals(untrustedName, StringComparison.Ordinal)) job.Note("SAN-NOTE-NAME", "", $"名前を「{name}」に改めました。", $"The name was changed to “{name}”.");
            var extension = SafeName.ExtensionOf(name);
            if (!kind.Agrees(extension) && extension.Length > 0 && !job.Policy.CorrectNames && kind.Family is not (FileFamily.Unknown or FileFamily.Active)) throw Refusals.NameDisagrees(kind, extension);
            var written = known is { } own ? own.Rebuilder.Rebuild(untrusted, kind, output, job) : Write(untrusted, kind, output, job);
            if (written.Outcome != Outcome.Admitted) SecondKind.Refuse(output.AsSource(), written.Kind);
            var left = SafeName.WithExtension(name, kind, written.Kind);
            if (!left.Equals(name, StringComparison.Ordinal)) job.Note("SAN-NOTE-EXTENSION", "", $"中身に合わせて名前を「{left}」にしました。", $"The name is now “{left}”, as the content is.");
            return new(Report(left, written.Kind, written.Outcome, null), output, written.Kind, job.Apart);
        }
        catch (RefusedException e)
        {
            output.Dispose();
            job.Apart?.Dispose();
            return new(Report(null, null, Outcome.Refused, e.Refusal), null, kind);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A rebuilder met what it didn't foresee: as closed as a refusal, and named as our own fault.
            output.Dispose();
            job.Apart?.Dispose();
            return new(Report(null, null, Outcome.Refused, new("SAN-BUG-001",
                new($"無害化の途中で、想定していない状態になりました（{e.GetType().Name}）。", $"The sanitiser met what it didn't foresee ({e.GetType().Name})."),
                new("ファイルは出していません。開発元へお知らせください。", "Nothing came out. Please report it to the developers."), Where(e))), null, kind);
        }

        FileReport Report(string? left, FileKind? leftAs, Outcome outcome, SanitizeRefusal? refusal) => new(
            SafeName.Show(untrustedName), left, kind.Key, leftAs?.Key, outcome, refusal, job.Removed, job.Notes, job.Members, null, null,
            untrusted.Length, left is null ? null : output.Length, (job.Budget.Elapsed - start).TotalSeconds) { Mail = job.MailFacts };
    }

    private Written Write(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        // Nothing is in it that could harm: archives and web sites are full of empty files.
        if (kind == FileKind.Empty)
        {
            // But a name that the shell runs is still no name for a person to click on.
            var extension = SafeName.ExtensionOf(SafeName.Clean(job.UntrustedName));
            return FileKind.All.Values.FirstOrDefault(k => k.Family == FileFamily.Active && k.Agrees(extension)) is { } active ? throw Refusals.Active(active) : new(kind, Outcome.Rebuilt);
        }
        if (kind.Family == FileFamily.Active) throw Refusals.Active(kind);
        switch (job.Policy.For(kind))
        {
            case Treatment.Admit:
                untrusted.Open().CopyTo(output);
                return new(kind, Outcome.Admitted);
            case Treatment.Refuse when kind.Family is FileFamily.NotRebuildable:
                throw Refusals.NotRebuildable(kind);
            case Treatment.Refuse when kind == FileKind.Unknown:
                throw Refusals.Unknown();
            case Treatment.Refuse when kind.Family is FileFamily.Encrypted && !rebuilders.ContainsKey(kind):
                throw Refusals.Password(kind);
            case Treatment.Refuse when kind.Family is not FileFamily.Encrypted:
                throw Refusals.ByPolicy(kind);
            default:
                if (!rebuilders.TryGetValue(kind, out var rebuilder)) throw Refusals.NotRebuildable(kind);
                return job.Policy.Mode == SanitizeMode.Rebuild ? rebuilder.Rebuild(untrusted, kind, output, job) : InMode(rebuilder, untrusted, kind, output, job);
        }
    }

    /// <summary>As pictures or as text only: what can't come out so doesn't come out at all.</summary>
    private Written InMode(IRebuilder rebuilder, Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var isText = job.Policy.Mode == SanitizeMode.Text;
        switch (kind.Family)
        {
            // They know the modes, have nothing but text, or hand what is in them on under the same rules.
            case FileFamily.Pdf or FileFamily.Text or FileFamily.Archive or FileFamily.Mail:
            case FileFamily.Image or FileFamily.Metafile when !isText:
            case FileFamily.Markup when kind == FileKind.Xml || kind == FileKind.Json || (isText && kind == FileKind.Html):
                return rebuilder.Rebuild(untrusted, kind, output, job);
            case FileFamily.Ooxml or FileFamily.LegacyOffice or FileFamily.Encrypted:
                // Rebuilt first: the program that draws never meets the file itself.
                using (var rebuilt = job.Rebuilt(untrusted))
                {
                    var pdf = Converter.Convert(rebuilt.Content!.AsSource().Whole(job.Policy.Limits.InMemoryBytes), rebuilt.Kind, FileKind.Pdf) ?? throw Refusals.NotConverted(kind);
                    using var done = job.Onward(Source.Of(pdf), FileKind.Pdf);
                    done.Content!.AsSource().Open().CopyTo(output);
                    return new(done.Kind, done.Report.Outcome);
                }
            default:
                throw Refusals.NoMode(kind, isText ? "text" : "pixels");
        }
    }

    private static string Where(Exception e) => e.StackTrace is { } trace && trace.Split('\n').FirstOrDefault(static l => l.Contains("Sekisho.", StringComparison.Ordinal)) is { } line ? line.Trim() : "";
}
