using Sekisho.Assurance;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>The work on one file, or on one file inside another: its rules, its budget, and what is told of it.</summary>
internal sealed class Job
{
    // More of one kind at one place is counted, not listed; and no report grows without end.
    private const int MostRemovals = 10_000;

    private readonly Disarmer disarmer;
    private readonly List<Removal> removed = [];
    private readonly Dictionary<(string, string, string), int> seen = [];

    /// <param name="folder">Where large things are written while they are made; null keeps them in memory.</param>
    public Job(Disarmer disarmer, SanitizePolicy policy, Budget budget, IReadOnlyList<string> passwords, string? folder, int depth = 0)
    {
        this.disarmer = disarmer;
        (Policy, Budget, Passwords, Folder, Depth) = (policy, budget, passwords, folder, depth);
    }

    public SanitizePolicy Policy { get; }

    public Budget Budget { get; }

    /// <summary>Passwords that the person gave, tried in turn.</summary>
    public IReadOnlyList<string> Passwords { get; }

    public string? Folder { get; }

    /// <summary>What a gateway says of the message that this is; null for files, and for messages in it.</summary>
    public Mail.MailOrder? Mail { get; init; }

    /// <summary>What a message says of itself, for its report.</summary>
    public MailFacts? MailFacts { get; set; }

    /// <summary>Files that come out beside the output; null until there is one.</summary>
    public Apart? Apart { get; private set; }

    /// <summary>The name that the file came with, for formats that keep their content's name there (gzip).</summary>
    public string UntrustedName { get; set; } = "";

    /// <summary>0 for the outermost file.</summary>
    public int Depth { get; }

    public IReadOnlyList<Removal> Removed => removed;

    public List<Note> Notes { get; } = [];

    /// <summary>Sheets of an old workbook that hold macros (Excel 4.0): a converter makes plain ones of them, which aren't written either.</summary>
    public MacroSheets MacroSheets { get; private init; } = new();

    public List<FileReport> Members { get; } = [];

    public IConverter Converter => disarmer.Converter;

    /// <summary>Tells that an element isn't written.</summary>
    /// <param name="threat">Its id in docs/formats/threats.md.</param>
    /// <param name="place">The part, object or member.</param>
    /// <param name="what">The element in the format's own words; cut to 200 characters.</param>
    public void Remove(string threat, string place, string what)
    {
        if (what.Length > 200) what = what[..200];
        if (seen.TryGetValue((threat, place, what), out var at))
        {
            removed[at] = removed[at] with { Count = removed[at].Count + 1 };
            return;
        }
        if (removed.Count >= MostRemovals) return;
        seen[(threat, place, what)] = removed.Count;
        removed.Add(new(threat, place, what));
    }

    public void Note(string code, string place, string ja, string en)
    {
        if (Notes.Count < MostRemovals) Notes.Add(new(code, place, new(ja, en)));
    }

    public Scratch NewScratch() => new(Folder);

    /// <summary>A file inside this one, through the whole of the sanitiser. Its report becomes one of <see cref="Members"/>.</summary>
    /// <param name="untrustedName">The name it has inside.</param>
    /// <param name="only">Kinds that may come out here (a picture in a document); null: any that the policy lets out.</param>
    /// <returns>What came out; the caller disposes it.</returns>
    /// <param name="declared">The kind where what holds it says so, and it isn't told from the bytes.</param>
    public Disarmed Member(string untrustedName, Source untrusted, Func<FileKind, bool>? only = null, FileKind? declared = null)
    {
        Budget.Check();
        var inner = disarmer.Run(untrustedName, untrusted, new Job(disarmer, Policy, Budget, Passwords, Folder, Depth + 1), only, declared: declared);
        Members.Add(inner.Report);
        return inner;
    }

    /// <summary>A member's content comes out beside the output, not in it: of messages that a gateway brings.</summary>
    /// <param name="member">The last of <see cref="Members"/>.</param>
    public void HandOut(Disarmed member)
    {
        HandOut(member.Content!.AsSource());
        Members[^1] = Members[^1] with { IsApart = true };
    }

    /// <summary>The same of a file inside the last of <see cref="Members"/>, whose report says so.</summary>
    public void HandOut(Source content) => (Apart ??= new Apart(NewScratch())).Add(content);

    /// <summary>A message that lies open inside this one, already taken apart: rebuilt as a file of its own would be.</summary>
    public Disarmed Member(string untrustedName, FileKind kind, IRebuilder own)
    {
        Budget.Check();
        var inner = disarmer.Run(untrustedName, Source.Of(ReadOnlyMemory<byte>.Empty), new Job(disarmer, Policy, Budget, Passwords, Folder, Depth + 1), null, (kind, own));
        Members.Add(inner.Report);
        return inner;
    }

    /// <summary>This file in another form, made by a converter: as untrusted as before, and rebuilt as what it is now. What is taken out of it is told as this file's.</summary>
    /// <exception cref="RefusedException">It can't come out, for the reason that its rebuilder gave.</exception>
    public Disarmed Onward(Source converted, FileKind kind)
    {
        Budget.Expand(converted.Length, "");
        return Same(converted, $"file.{kind.Extension}", Policy, k => k == kind);
    }

    /// <summary>This file rebuilt in its own format, whatever the mode: the first step to its pictures or its text.</summary>
    /// <exception cref="RefusedException">It can't come out.</exception>
    public Disarmed Rebuilt(Source untrusted) => Same(untrusted, UntrustedName, Policy with { Mode = SanitizeMode.Rebuild }, null);

    private Disarmed Same(Source untrusted, string name, SanitizePolicy policy, Func<FileKind, bool>? only)
    {
        var inner = disarmer.Run(name, untrusted, new Job(disarmer, policy, Budget, Passwords, Folder, Depth) { MacroSheets = MacroSheets }, only);
        foreach (var removal in inner.Report.Removed) Remove(removal.Threat, removal.Place, removal.What);
        Notes.AddRange(inner.Report.Notes.Where(static n => n.Code is not ("SAN-NOTE-NAME" or "SAN-NOTE-EXTENSION")));
        Members.AddRange(inner.Report.Members);
        if (inner.Report.Refusal is { } refusal) throw new RefusedException(refusal);
        return inner;
    }

    /// <summary>A part that is a file of its own format (a picture in a document): what is taken out of it is told as this file's.</summary>
    /// <returns>Null when it can't come out: the caller leaves it out and says so.</returns>
    public Disarmed? Part(string place, Source untrusted, Func<FileKind, bool> only)
    {
        var inner = disarmer.Run(place, untrusted, new Job(disarmer, Policy, Budget, Passwords, Folder, Depth + 1), only);
        foreach (var removal in inner.Report.Removed) Remove(removal.Threat, removal.Place.Length == 0 ? place : $"{place} › {removal.Place}", removal.What);
        if (inner.Content is not null) return inner;
        inner.Dispose();
        // Budgets are the whole file's: what bursts inside bursts the file.
        if (inner.Report.Refusal is { } refusal && refusal.IsOf("SAN-LIMIT") && refusal.Code is not "SAN-LIMIT-005") throw new RefusedException(refusal with { Place = place });
        return null;
    }
}

/// <summary>What came out of one file, or why nothing did.</summary>
/// <param name="Content">Null when it was refused.</param>
/// <param name="Kind">The kind that came out; of the input when it was refused.</param>
/// <param name="Apart">Files that came out beside it; null for none.</param>
internal sealed record Disarmed(FileReport Report, Scratch? Content, FileKind Kind, Apart? Apart = null) : IDisposable
{
    public void Dispose()
    {
        Content?.Dispose();
        Apart?.Dispose();
    }
}

/// <summary>Contents that come out beside an output, one after the other in one place: few large or many small ones cost the same.</summary>
internal sealed class Apart(Scratch kept) : IDisposable
{
    private readonly List<(long Start, long Length)> parts = [];

    public int Count => parts.Count;

    public IEnumerable<Source> Parts => parts.Select(p => kept.AsSource().Slice(p.Start, p.Length));

    public void Add(Source content)
    {
        var start = kept.Length;
        kept.Position = start;
        using var bytes = content.Open();
        bytes.CopyTo(kept);
        parts.Add((start, kept.Length - start));
    }

    public void Dispose() => kept.Dispose();
}

/// <summary>Rebuilds the files of some kinds (再構築): reads what it understands and writes a new file from that, never the bytes.</summary>
internal interface IRebuilder
{
    IEnumerable<FileKind> Kinds { get; }

    /// <summary>Writes the new file.</summary>
    /// <param name="kind">What the content is.</param>
    /// <exception cref="RefusedException">It can't be understood wholly; the only exception that bad content causes.</exception>
    Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job);
}

/// <summary>What a rebuilder wrote.</summary>
internal sealed record Written(FileKind Kind, Outcome Outcome);

/// <summary>Converters that run as programs of their own in a sandbox of their own.</summary>
internal interface IConverter
{
    /// <summary>Turns a file into another kind; null when it couldn't. What comes back is as untrusted as what went in.</summary>
    /// <param name="from">legacy office kinds, metafiles.</param>
    /// <param name="to">docx, xlsx, pptx, pdf, png.</param>
    /// <exception cref="RefusedException">There is no such converter here.</exception>
    byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to);
}

/// <summary>No converter: what needs one is refused.</summary>
internal sealed class NoConverter : IConverter
{
    public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to) => throw Refusals.NoConverter(from);
}
