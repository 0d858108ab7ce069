using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Zones.Devices;

/// <summary>Whether a configuration is only a part of what the same device gave before (設定の縮小): most formats have no mark of their end, and a file cut between two lines looks like a shorter one.</summary>
public static class Shrinkage
{
    /// <summary>The new text ends where the old one went on. A verdict that needs it is not assessed.</summary>
    public const string Cut = "ZON-READ-012";

    /// <summary>A third of the lines or more is gone. A finding: it may be meant.</summary>
    public const string Smaller = "ZON-READ-013";

    /// <summary>Fewer lines than these say nothing by their number.</summary>
    private const int FewLines = 12;

    /// <summary>Compares the text that is there now with the one before, comments and blank lines aside: they hold the day and the hour.</summary>
    /// <param name="file">As people know it.</param>
    /// <returns>Null where nothing of the kind is to be said.</returns>
    public static ReadError? Of(string file, string before, string now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        var (old, its) = (Lines(before), Lines(now));
        if (its.Count > 0 && its.Count <= old.Count && (its.Count < old.Count || its[^1].Text != old[^1].Text) && IsBeginning(its, old))
        {
            return new ReadError(Cut, string.Create(CultureInfo.InvariantCulture, $"{file}:{its[^1].Number}"),
                new($"前に渡された設定の途中までしかありません（前は {old.Count:N0} 行、いまは {its.Count:N0} 行）。途中で切れたおそれがあります。", $"This is only the beginning of the configuration that was given before ({old.Count:N0} lines then, {its.Count:N0} now): it may have broken off."),
                new("機器から設定を取り直してください。本当に末尾を消したのなら、この設定を「外す」で外してから渡し直してください。", "Fetch the configuration again. If its end was really taken away, take this configuration out and hand it in again."));
        }
        if (old.Count >= FewLines && its.Count * 3 <= old.Count * 2)
        {
            return new ReadError(Smaller, file,
                new($"設定が前より大きく減っています（前は {old.Count:N0} 行、いまは {its.Count:N0} 行）。", $"The configuration is much smaller than before ({old.Count:N0} lines then, {its.Count:N0} now)."),
                new("機器の設定がすべて取れているか、確かめてください。", "See whether all of the device's configuration was fetched."));
        }
        return null;
    }

    /// <summary>The same lines from the first on; the last may be a piece of its line.</summary>
    private static bool IsBeginning(List<(int Number, string Text)> some, List<(int Number, string Text)> all)
    {
        for (var i = 0; i < some.Count - 1; i++)
            if (some[i].Text != all[i].Text) return false;
        return all[some.Count - 1].Text.StartsWith(some[^1].Text, StringComparison.Ordinal);
    }

    private static List<(int Number, string Text)> Lines(string text)
    {
        var lines = new List<(int, string)>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var bare = line.TrimEnd();
            if (!bare.IsEmpty && bare.TrimStart() is not ['!' or '#', ..]) lines.Add((number, bare.ToString()));
        }
        return lines;
    }
}
