using System.Text.RegularExpressions;

namespace Sekisho.Agent.Linux;

/// <summary>Whether udev rules keep USB storage out: the storage interface of a device is not authorised. Source: udev(7), Documentation/usb/authorization of the kernel.</summary>
internal static partial class UdevRules
{
    /// <summary>Earlier folders hide files of the same name in later ones.</summary>
    private static readonly string[] Folders = ["/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"];

    public static PostureFact Look(IMachine machine)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal); // udev reads all files in the order of their names
        foreach (var folder in Folders)
            foreach (var name in (machine.List(folder).OrNull() ?? []).Where(n => n.EndsWith(".rules", StringComparison.Ordinal))) files.TryAdd(name, $"{folder}/{name}");
        var unreadable = false;
        PostureFact? blocked = null;
        foreach (var (_, path) in files)
        {
            var file = machine.ReadText(path);
            unreadable |= file is Reading<string>.Unreadable;
            var rules = Lines(file.OrNull() ?? "").Select(Parse).ToList();
            if (Blocks(rules, path) is { } here) blocked = here;
            // What a later rule authorises again for every device is open.
            else if (blocked is not null && rules.Exists(Authorises)) blocked = null;
        }
        return blocked ?? PostureFact.Of(PostureKeys.MediaBlocked, unreadable ? Answer.Unknown : Answer.No,
            unreadable ? new("udev の規則に読めないファイルがあります。", "A file of udev's rules can't be read.") : new("udev の規則に、USB記憶装置を止めるものはありません。", "No udev rule keeps USB storage out."), Folders[0]);
    }

    /// <summary>A rule that stops every storage interface, unless one before it in the file jumps over it for named serial numbers.</summary>
    private static PostureFact? Blocks(IReadOnlyList<IReadOnlyList<Term>> rules, string path)
    {
        var exceptions = new List<string>();
        var skipped = false;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            var target = rule.FirstOrDefault(t => t is { Key: "GOTO", Operator: "=" })?.Value;
            if (IsStop(rule)) return skipped ? null : new PostureFact(PostureKeys.MediaBlocked, Answer.Yes, exceptions.Count == 0
                ? new("udev の規則がUSB記憶装置を止めています。", "A udev rule keeps USB storage out.")
                : new($"udev の規則がUSB記憶装置を止めています。製造番号で許可した媒体が {exceptions.Count} 本あります。", $"A udev rule keeps USB storage out; {exceptions.Count} are let through by serial number."), [path], exceptions);
            if (target is null || rules.Take(i + 1).Any(IsStop)) continue;
            var label = Enumerable.Range(0, rules.Count).Where(n => rules[n].Any(t => t is { Key: "LABEL", Operator: "=" } && t.Value == target)).Select(n => (int?)n).FirstOrDefault();
            var over = rules.Skip(i + 1).Take((label ?? rules.Count) - i - 1).Any(IsStop);
            if (!over) continue;
            var conditions = rule.Where(t => t.Operator is "==" or "!=").ToList();
            if (conditions.Find(t => t is { Key: "ATTRS{serial}", Operator: "==" }) is { } serial && !serial.Value.AsSpan().ContainsAny('*', '?', '['))
                exceptions.AddRange(serial.Value.Split('|'));
            else if (!conditions.Exists(IsHarmless)) skipped = true; // jumps over the stop for we don't know whom
        }
        return null;
    }

    private static bool IsStop(IReadOnlyList<Term> rule) =>
        rule.Any(t => t is { Key: "ATTR{authorized}", Operator: "=", Value: "0" })
        && rule.Any(t => t is { Key: "ATTR{bInterfaceClass}", Operator: "==", Value: "08" })
        && rule.Where(t => t.Operator is "==" or "!=").All(t => t.Key is "ATTR{bInterfaceClass}" || IsAlways(t));

    private static bool Authorises(IReadOnlyList<Term> rule) =>
        rule.Any(t => t is { Key: "ATTR{authorized}", Operator: "=", Value: "1" }) && !rule.Any(t => t is { Operator: "==", Key: "ATTRS{serial}" or "ATTR{serial}" });

    /// <summary>Conditions that every storage device meets when it is plugged in.</summary>
    private static bool IsAlways(Term term) =>
        term is { Key: "ACTION", Operator: "==" } && term.Value.Split('|').Contains("add")
        || term is { Key: "ACTION", Operator: "!=", Value: "remove" }
        || term is { Key: "SUBSYSTEM", Operator: "==", Value: "usb" }
        || term is { Key: "ENV{DEVTYPE}", Operator: "==", Value: "usb_interface" };

    /// <summary>A jump for what isn't storage being plugged in: "ACTION!="add"", "SUBSYSTEM!="usb"".</summary>
    private static bool IsHarmless(Term term) =>
        term is { Key: "ACTION", Operator: "!=" } && term.Value.Split('|').Contains("add")
        || term is { Key: "ACTION", Operator: "==", Value: "remove" }
        || term is { Key: "SUBSYSTEM", Operator: "!=" } && term.Value.Split('|').Contains("usb")
        || term is { Key: "ENV{DEVTYPE}", Operator: "!=", Value: "usb_interface" }
        || term is { Key: "ATTR{bInterfaceClass}", Operator: "!=", Value: "08" };

    private static IEnumerable<string> Lines(string text) =>
        text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#');

    private static IReadOnlyList<Term> Parse(string untrusted) =>
        [.. TermShape().Matches(untrusted).Select(m => new Term(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value))];

    private sealed record Term(string Key, string Operator, string Value);

    [GeneratedRegex(@"([A-Z_]+(?:\{[^}]*\})?)\s*(==|!=|\+=|-=|:=|=)\s*""((?:[^""\\]|\\.)*)""")]
    private static partial Regex TermShape();
}
