using System.Collections.Immutable;
using Sekisho.Assurance;

namespace Sekisho.Zones.Model;

/// <summary>What a reader made of one file: devices, the account of its lines, and what is wrong with the whole of it.</summary>
/// <param name="Devices">One as a rule; several for virtual systems; none where the file can't be read.</param>
/// <param name="Errors">Truncated, wrong vendor, binary, too large, groups that contain themselves: a verdict that needs this file is "not assessed".</param>
public sealed record ConfigReading(string File, ImmutableArray<Device> Devices, LineAccount Lines, ImmutableArray<ReadError> Errors)
{
    /// <summary>The file ends with the mark that its format has for its end (末尾の印). False: it has none, and one cut between two lines looks like a shorter one.</summary>
    public bool EndIsMarked { get; init; }
}

/// <summary>Every line of a file falls in one of three.</summary>
public enum LineStatus : byte
{
    /// <summary>Not understood: the default, so that a line that nobody looked at is never taken for understood.</summary>
    NotUnderstood,

    /// <summary>Understood, and in the model.</summary>
    Understood,

    /// <summary>Known, and without influence on which packets pass (clock, banner, logging), or blank, or a comment.</summary>
    Irrelevant,
}

/// <summary>The account of a file's lines (行の内訳).</summary>
public sealed class LineAccount
{
    private readonly LineStatus[] lines;
    private readonly List<NotUnderstood> notUnderstood = [];

    public LineAccount(string file, int lines) => (File, this.lines) = (file, new LineStatus[lines]);

    public string File { get; }

    /// <summary>The status of every line; the first is line 1.</summary>
    public ReadOnlySpan<LineStatus> Lines => lines;

    public IReadOnlyList<NotUnderstood> NotUnderstood => notUnderstood;

    public void Understood(int line) => lines[line - 1] = LineStatus.Understood;

    public void Understood(int first, int last) => lines.AsSpan(first - 1, last - first + 1).Fill(LineStatus.Understood);

    public void Irrelevant(int line) => lines[line - 1] = LineStatus.Irrelevant;

    public void Irrelevant(int first, int last) => lines.AsSpan(first - 1, last - first + 1).Fill(LineStatus.Irrelevant);

    /// <summary>Keeps lines that aren't understood, with what they may change.</summary>
    public void Keep(NotUnderstood found)
    {
        if (found.Source.FirstLine > 0) lines.AsSpan(found.Source.FirstLine - 1, found.Source.LastLine - found.Source.FirstLine + 1).Clear();
        notUnderstood.Add(found);
    }

    public int Count(LineStatus status) => lines.AsSpan().Count(status);
}

/// <summary>Lines that the reader doesn't understand.</summary>
/// <param name="Text">As written, secrets masked, at most 200 characters.</param>
/// <param name="Touches">What they may change: no verdict over it is "proved".</param>
public sealed record NotUnderstood(SourceRef Source, string Text, Touch Touches);

/// <summary>What lines that aren't understood may change.</summary>
public abstract record Touch
{
    private Touch() { }

    public abstract T Match<T>(Func<InPlace, T> inPlace, Func<OfInterfaces, T> ofInterfaces, Func<WholeDevice, T> wholeDevice);

    /// <summary>They stand in the model as an uncertain rule (<see cref="UnknownKind.NotUnderstood"/>), which says all.</summary>
    public sealed record InPlace : Touch
    {
        public override T Match<T>(Func<InPlace, T> inPlace, Func<OfInterfaces, T> ofInterfaces, Func<WholeDevice, T> wholeDevice) => inPlace(this);
    }

    /// <summary>What passes through these interfaces.</summary>
    public sealed record OfInterfaces(InterfaceSet Interfaces) : Touch
    {
        public override T Match<T>(Func<InPlace, T> inPlace, Func<OfInterfaces, T> ofInterfaces, Func<WholeDevice, T> wholeDevice) => ofInterfaces(this);
    }

    /// <summary>Whatever passes through the device.</summary>
    public sealed record WholeDevice : Touch
    {
        public override T Match<T>(Func<InPlace, T> inPlace, Func<OfInterfaces, T> ofInterfaces, Func<WholeDevice, T> wholeDevice) => wholeDevice(this);
    }
}
