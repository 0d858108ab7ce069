namespace Sekisho.Agent.Linux;

/// <summary>One line of a PAM service, type auth.</summary>
/// <param name="Control">Action by return value: <c>success</c>, <c>auth_err</c>, <c>ignore</c>, <c>default</c>; null: a substack.</param>
internal sealed record PamRule(string Module, IReadOnlyList<string> Options, IReadOnlyDictionary<string, string> Control, IReadOnlyList<PamRule>? Substack);

/// <summary>How a module may answer in a run.</summary>
internal enum PamAnswer
{
    Success,
    Failure,
    Ignore,
}

/// <summary>The auth part of a PAM service, read and run as libpam would (サインインの手順). Source: pam.conf(5), libpam/pam_dispatch.c.</summary>
internal static class PamStack
{
    private const int Deepest = 16;

    private static readonly Dictionary<string, Dictionary<string, string>> Named = new(StringComparer.Ordinal)
    {
        ["required"] = new() { ["success"] = "ok", ["new_authtok_reqd"] = "ok", ["ignore"] = "ignore", ["default"] = "bad" },
        ["requisite"] = new() { ["success"] = "ok", ["new_authtok_reqd"] = "ok", ["ignore"] = "ignore", ["default"] = "die" },
        ["sufficient"] = new() { ["success"] = "done", ["new_authtok_reqd"] = "done", ["default"] = "ignore" },
        ["optional"] = new() { ["success"] = "ok", ["new_authtok_reqd"] = "ok", ["default"] = "ignore" },
    };

    /// <summary>Null when the service, or a file that it takes in, can't be read or isn't understood.</summary>
    /// <param name="read">Gets the files that were read.</param>
    public static IReadOnlyList<PamRule>? Read(IMachine machine, string service, ICollection<string> read, int depth = 0)
    {
        if (depth > Deepest) return null;
        var path = $"/etc/pam.d/{service}";
        if (machine.ReadText(path).OrNull() is not { } text)
        {
            path = $"/usr/lib/pam.d/{service}";
            if (machine.ReadText(path).OrNull() is not { } vendor) return null;
            text = vendor;
        }
        read.Add(path);
        var rules = new List<PamRule>();
        foreach (var line in text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
        {
            var words = Words(line);
            if (words is ["@include", var included])
            {
                if (Read(machine, included, read, depth + 1) is not { } more) return null;
                rules.AddRange(more);
                continue;
            }
            if (words.Count < 3) return null;
            // "-auth": a missing module isn't reported; where it is missing it is as if the line weren't there.
            if (words[0].TrimStart('-') != "auth") continue;
            if (words[1] is "include" or "substack")
            {
                if (Read(machine, words[2], read, depth + 1) is not { } more) return null;
                if (words[1] == "include") rules.AddRange(more);
                else rules.Add(new PamRule(words[2], [], Named["required"], more));
                continue;
            }
            if (Control(words[1]) is not { } control) return null;
            rules.Add(new PamRule(words[2][(words[2].LastIndexOf('/') + 1)..], words[3..], control, null));
        }
        return rules;
    }

    /// <summary>Runs a stack with given answers.</summary>
    /// <returns>Whether it lets in; null when an action isn't defined, so that it can't be known.</returns>
    public static bool? Run(IReadOnlyList<PamRule> rules, Func<PamRule, PamAnswer> answer) => Dispatch(rules, answer) is { } end ? end.Impression == Impression.Positive && end.IsSuccess : null;

    private static (Impression Impression, bool IsSuccess)? Dispatch(IReadOnlyList<PamRule> rules, Func<PamRule, PamAnswer> answer)
    {
        var (impression, success) = (Impression.None, false);
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (rule.Substack is { } inner)
            {
                // "die" and "done" end the substack only; what came of it counts as one required line.
                if (Dispatch(inner, answer) is not { } end) return null;
                Take(end.Impression == Impression.None ? "ignore" : end is { Impression: Impression.Positive, IsSuccess: true } ? "ok" : "bad");
                continue;
            }
            var value = answer(rule) switch { PamAnswer.Success => "success", PamAnswer.Failure => "auth_err", _ => "ignore" };
            if (!rule.Control.TryGetValue(value, out var action) && !rule.Control.TryGetValue("default", out action)) return null;
            if (int.TryParse(action, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var jump))
            {
                if (jump == 0) return null;
                if (value == "success" && impression == Impression.None) (impression, success) = (Impression.Positive, true);
                i += jump;
                continue;
            }
            if (action is not ("ok" or "done" or "bad" or "die" or "ignore" or "reset")) return null;
            if (action is "ok" or "done" && value != "success") return null; // a failure turned into a success: nothing to rely on
            if (Take(action)) break;
        }
        return (impression, success);

        bool Take(string action)
        {
            switch (action)
            {
                case "ok" or "done":
                    if (impression != Impression.Negative) (impression, success) = (Impression.Positive, true);
                    return action == "done" && impression == Impression.Positive;
                case "bad" or "die":
                    (impression, success) = (Impression.Negative, false);
                    return action == "die";
                case "reset":
                    (impression, success) = (Impression.None, false);
                    return false;
                default:
                    return false;
            }
        }
    }

    private static Dictionary<string, string>? Control(string word)
    {
        if (Named.TryGetValue(word, out var named)) return named;
        if (word.Length < 2 || word[0] != '[' || word[^1] != ']') return null;
        var actions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in word[1..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=') is not [var value, var action]) return null;
            actions[value] = action;
        }
        return actions;
    }

    /// <summary>Words of a line; what is in brackets is one.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                i++;
                continue;
            }
            var end = line[i] == '[' && line.IndexOf(']', i) is > 0 and var close ? close + 1 : i;
            while (end < line.Length && !char.IsWhiteSpace(line[end])) end++;
            words.Add(line[i..end]);
            i = end;
        }
        return words;
    }

    private enum Impression
    {
        None,
        Positive,
        Negative,
    }
}
