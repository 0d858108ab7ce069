using System.Text.RegularExpressions;

namespace Sekisho.Agent.Linux;

/// <summary>Whether USBGuard keeps USB storage out. Sources: usbguard-rules.conf(5), usbguard-daemon.conf(5).</summary>
internal static partial class UsbGuard
{
    private const string Rules = "/etc/usbguard/rules.conf", RulesFolder = "/etc/usbguard/rules.d", Daemon = "/etc/usbguard/usbguard-daemon.conf";

    public static PostureFact Look(IMachine machine)
    {
        // The daemon's name is cut at 15 characters in /proc.
        if (!machine.Processes().Any(p => p is "usbguard-daemon" or "usbguard-daemo"))
            return Fact(Answer.No, "USBGuard は動いていません。", "USBGuard is not running.", "/proc");
        var texts = new List<string>();
        var files = new List<string> { Rules };
        files.AddRange((machine.List(RulesFolder).OrNull() ?? []).Where(n => n.EndsWith(".conf", StringComparison.Ordinal)).Select(n => $"{RulesFolder}/{n}"));
        foreach (var file in files)
        {
            var read = machine.ReadText(file);
            if (read is Reading<string>.Unreadable)
                return Fact(Answer.Unknown, $"USBGuard は動いていますが、{file} を読む権限がありません。", $"USBGuard is running, but {file} may not be read.", file);
            if (read.OrNull() is { } text) texts.Add(text);
        }
        if (texts.Count == 0) return Fact(Answer.Unknown, "USBGuard の規則が見つかりません。", "No rules of USBGuard were found.", Rules);
        var exceptions = new List<string>();
        foreach (var untrusted in texts.SelectMany(Lines))
        {
            var rule = UsbGuardRule.Parse(untrusted);
            if (rule is null) return Fact(Answer.Unknown, "USBGuard の規則に、読み取れない行があります。", "A rule of USBGuard couldn't be understood.", Rules);
            switch (rule.OnStorage)
            {
                case StorageMatch.Never:
                    continue;
                case StorageMatch.OneDevice when rule.Allows:
                    if (rule.Serial is null) return Fact(Answer.No, "USBGuard の規則が、製造番号を限らずに機器を許可しています。", "A rule of USBGuard allows devices without saying their serial number.", Rules);
                    exceptions.Add(rule.Serial);
                    continue;
                case StorageMatch.Some or StorageMatch.All when rule.Allows:
                    return Fact(Answer.No, "USBGuard の規則が、USB記憶装置を広く許可しています。", "A rule of USBGuard allows USB storage at large.", Rules);
                case StorageMatch.All:
                    return Blocked(exceptions);
                default:
                    continue; // blocks some: the rest is for the rules after it
            }
        }
        var configuration = machine.ReadText(Daemon);
        if (configuration.OrNull() is not { } daemon)
            return Fact(Answer.Unknown, "USBGuard の既定の扱い（ImplicitPolicyTarget）を読めません。", "USBGuard's implicit target can't be read.", Daemon);
        return Lines(daemon).Select(l => l.Split('=', 2)).Where(p => p is ["ImplicitPolicyTarget", _]).Select(p => p[1].Trim()).LastOrDefault() switch
        {
            "block" or "reject" => Blocked(exceptions, Daemon),
            _ => Fact(Answer.No, "USBGuard は、規則にない機器を許可しています。", "USBGuard allows devices that no rule speaks of.", Daemon),
        };
    }

    private static PostureFact Blocked(List<string> exceptions, params IReadOnlyList<string> more) =>
        new(PostureKeys.MediaBlocked, Answer.Yes, exceptions.Count == 0
            ? new("USBGuard がUSB記憶装置を止めています。", "USBGuard keeps USB storage out.")
            : new($"USBGuard がUSB記憶装置を止めています。製造番号で許可した媒体が {exceptions.Count} 本あります。", $"USBGuard keeps USB storage out; {exceptions.Count} are let through by serial number."), [Rules, .. more], exceptions);

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#');

    private static PostureFact Fact(Answer answer, string ja, string en, params IReadOnlyList<string> read) => PostureFact.Of(PostureKeys.MediaBlocked, answer, new(ja, en), read);

    /// <summary>How far a rule speaks of USB storage.</summary>
    internal enum StorageMatch
    {
        Never,

        /// <summary>One device, by its id or serial number.</summary>
        OneDevice,

        /// <summary>Perhaps: under a condition, on one port, of one make.</summary>
        Some,

        All,
    }

    /// <summary>One line of the rules.</summary>
    internal sealed partial record UsbGuardRule(bool Allows, StorageMatch OnStorage, string? Serial)
    {
        /// <summary>Null when it isn't understood.</summary>
        public static UsbGuardRule? Parse(string untrusted)
        {
            var tokens = Token().Matches(untrusted).Select(m => m.Value).ToList();
            if (tokens.Count == 0 || !IsAll(tokens, untrusted)) return null;
            if (tokens[0] is not ("allow" or "block" or "reject")) return null;
            var allows = tokens[0] == "allow";
            var (at, narrowed, serial, one) = (1, false, (string?)null, false);
            StorageMatch? byInterface = null;
            if (at < tokens.Count && DeviceId().IsMatch(tokens[at])) (at, one) = (at + 1, tokens[at] != "*:*");
            while (at < tokens.Count)
            {
                var name = tokens[at++];
                var values = Values(tokens, ref at, out var how);
                if (values is null) return null;
                switch (name)
                {
                    case "id":
                        one |= values is [var id] && id != "*:*";
                        narrowed |= values.Count > 1;
                        break;
                    case "serial":
                        serial = how is null && values is [{ Length: > 2 } quoted] ? quoted[1..^1] : serial;
                        one = true;
                        break;
                    case "hash":
                        one = true;
                        break;
                    case "with-interface":
                        byInterface = Interfaces(how, values);
                        break;
                    case "name" or "parent-hash" or "via-port" or "with-connect-type" or "if" or "label":
                        narrowed |= name != "label";
                        break;
                    default:
                        return null;
                }
            }
            var match = byInterface == StorageMatch.Never ? StorageMatch.Never
                : one ? StorageMatch.OneDevice
                : narrowed || byInterface == StorageMatch.Some ? StorageMatch.Some
                : StorageMatch.All;
            return new UsbGuardRule(allows, match, serial);
        }

        /// <summary>Which USB storage an interface condition takes in: storage has one interface of class 08, a composite device has others besides.</summary>
        private static StorageMatch Interfaces(string? how, IReadOnlyList<string> values)
        {
            var storage = values.Any(v => v is "08:*:*" or "*:*:*");
            var partly = values.Any(v => v.StartsWith("08:", StringComparison.Ordinal));
            return how switch
            {
                "one-of" => storage ? StorageMatch.All : StorageMatch.Some, // a composite device may have one of them and storage too
                "none-of" => storage || partly ? StorageMatch.Never : StorageMatch.Some,
                // "all-of", "equals" and a single value: a device that has other interfaces besides isn't taken in.
                _ => storage || partly ? StorageMatch.Some : how == "all-of" ? StorageMatch.Some : StorageMatch.Never,
            };
        }

        private static List<string>? Values(List<string> tokens, ref int at, out string? how)
        {
            how = null;
            if (at < tokens.Count && tokens[at] is "one-of" or "none-of" or "all-of" or "equals" or "equals-ordered" or "match-all") how = tokens[at++];
            if (at >= tokens.Count) return null;
            if (tokens[at] != "{") return [tokens[at++]];
            var values = new List<string>();
            for (at++; at < tokens.Count && tokens[at] != "}"; at++) values.Add(tokens[at]);
            if (at >= tokens.Count) return null;
            at++;
            return values;
        }

        /// <summary>Nothing of the line was passed over.</summary>
        private static bool IsAll(List<string> tokens, string text) => string.Concat(tokens.Select(t => Blank().Replace(t, ""))) == Blank().Replace(text, "");

        [GeneratedRegex(@"""(?:[^""\\]|\\.)*""|[{}]|[^\s{}""]+")]
        private static partial Regex Token();

        [GeneratedRegex(@"\s+")]
        private static partial Regex Blank();

        [GeneratedRegex(@"^([0-9a-fA-F]{4}|\*):([0-9a-fA-F]{4}|\*)$")]
        private static partial Regex DeviceId();
    }
}
