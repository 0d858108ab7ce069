using Sekisho.Assurance;

namespace Sekisho.Agent.Linux;

/// <summary>Whether signing in to a Linux machine takes two factors (多要素認証).</summary>
/// <remarks>
/// Every way in is tried with every combination of its modules' answers: it takes two factors when no combination lets in with only one kind
/// (知識・所持・存在) having answered. No guess about configurations is needed, and one that nobody thought of is judged as well.
/// </remarks>
internal static class LinuxSignIn
{
    /// <summary>2^16 runs of a stack of 16 modules take milliseconds; longer stacks are not judged.</summary>
    private const int MostModules = 16;

    public static PostureFact Look(IMachine machine, PostureRules rules)
    {
        var read = new List<string>();
        var (open, unclear, fine) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var service in rules.SignInServices)
        {
            if (machine.ReadText($"/etc/pam.d/{service}") is Reading<string>.Absent) continue;
            var stack = PamStack.Read(machine, service, read);
            (stack is null ? unclear : Judge(stack, rules) switch { true => fine, false => open, null => unclear }).Add(stack is not null && Judge(stack, rules) is false && Judge(stack, Strict(rules)) is true
                ? $"{service}: nullok/nouserok" : service);
        }
        if (AutomaticSignIn(machine, read) is { } automatic) open.Add(automatic);
        switch (Shell(machine, rules, read))
        {
            case true: fine.Add("sshd"); break;
            case false: open.Add("sshd"); break;
            case null when HasShell(machine): unclear.Add("sshd"); break;
        }
        var files = read.Distinct().ToList();
        if (open.Count > 0) return Fact(Answer.No, new($"一つの要素だけで入れるサインインがあります（{string.Join("、", open)}）。", $"One factor alone is enough for {string.Join(", ", open)}."), files);
        if (unclear.Count > 0) return Fact(Answer.Unknown, new($"二つの要素が要るかどうかを判断できないサインインがあります（{string.Join("、", unclear)}）。", $"Whether two factors are needed can't be told for {string.Join(", ", unclear)}."), files);
        if (fine.Count == 0) return Fact(Answer.Unknown, new("サインインの設定（/etc/pam.d）が見つかりません。", "No sign-in service was found in /etc/pam.d."), ["/etc/pam.d"]);
        return Fact(Answer.Yes, new($"どのサインインにも二つの要素が要ります（{string.Join("、", fine)}）。", $"Every way in takes two factors ({string.Join(", ", fine)})."), files);
    }

    /// <summary>As if no module were told to let in those who have no password or no key: whether that alone is what is missing.</summary>
    private static PostureRules Strict(PostureRules rules) => rules with { PamFactors = [.. rules.PamFactors.Select(f => f with { UnlessWith = null })] };

    /// <summary>True: two kinds of factors always; false: one is enough somewhere; null: can't be known.</summary>
    internal static bool? Judge(IReadOnlyList<PamRule> stack, PostureRules rules)
    {
        var asked = Flat(stack).Where(r => !rules.PamSettled.Contains(r.Module) && r.Module != "pam_deny.so").ToList();
        if (asked.Count > MostModules) return null;
        var factors = asked.ConvertAll(r => Factor(r, rules));
        var unknown = false;
        for (var run = 0; run < 1 << asked.Count; run++)
        {
            var yes = run;
            var let = PamStack.Run(stack, rule => rule.Module == "pam_deny.so" ? PamAnswer.Failure
                : asked.FindIndex(a => ReferenceEquals(a, rule)) is >= 0 and var at ? (yes >> at & 1) == 1 ? PamAnswer.Success : PamAnswer.Failure
                : PamAnswer.Success);
            if (let is null) unknown = true;
            if (let is not true) continue;
            var kinds = new HashSet<string>(StringComparer.Ordinal);
            var strange = false;
            for (var i = 0; i < asked.Count; i++)
            {
                if ((yes >> i & 1) == 0) continue;
                if (factors[i] is { } known) kinds.UnionWith(known);
                else strange = true;
            }
            if (kinds.Count >= 2) continue;
            if (strange) unknown = true;
            else return false;
        }
        return unknown ? null : true;
    }

    /// <summary>What a module asks; empty: nothing that counts; null: a module that isn't known.</summary>
    private static IReadOnlyList<string>? Factor(PamRule rule, PostureRules rules)
    {
        var known = rules.PamFactors.Where(f => f.Module == rule.Module).ToList();
        if (known.Count == 0) return rule.Module is "pam_rootok.so" or "pam_succeed_if.so" or "pam_localuser.so" or "pam_usertype.so" or "pam_listfile.so" ? [] : null;
        var fitting = known.Where(f => f.OnlyWith is null || f.OnlyWith.Any(rule.Options.Contains)).MaxBy(f => f.OnlyWith is null ? 0 : 1);
        return fitting is null || fitting.UnlessWith?.Any(rule.Options.Contains) == true ? [] : fitting.Kinds;
    }

    private static IEnumerable<PamRule> Flat(IReadOnlyList<PamRule> stack) => stack.SelectMany(r => r.Substack is { } inner ? Flat(inner) : [r]);

    private static bool HasShell(IMachine machine) => machine.Processes().Contains("sshd");

    /// <summary>Keys let in past PAM: sshd must ask for more than a key. Null: no sshd, or its settings can't be read.</summary>
    private static bool? Shell(IMachine machine, PostureRules rules, List<string> read)
    {
        const string Path = "/etc/ssh/sshd_config", Folder = "/etc/ssh/sshd_config.d";
        if (!HasShell(machine)) return null;
        if (machine.ReadText(Path).OrNull() is not { } main) return null;
        read.Add(Path);
        var lines = new List<string>();
        // The first word on a setting counts (sshd_config(5)); distributions take the folder in at the top.
        if (main.Contains(Folder, StringComparison.Ordinal))
        {
            foreach (var name in (machine.List(Folder).OrNull() ?? []).Where(n => n.EndsWith(".conf", StringComparison.Ordinal)))
            {
                if (machine.ReadText($"{Folder}/{name}").OrNull() is not { } more) return null;
                lines.AddRange(more.Split('\n'));
                read.Add($"{Folder}/{name}");
            }
        }
        lines.AddRange(main.Split('\n'));
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var words in lines.Select(l => l.Split('#')[0].Trim().Split([' ', '\t', '='], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (words is ["Match", ..]) return null; // other rules for some: not judged
            if (words.Length == 2) settings.TryAdd(words[0], words[1]);
        }
        var methods = settings.GetValueOrDefault("AuthenticationMethods", "any").Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (methods is not ["any"] && methods.All(m => m.Split(',').Select(p => p.Split(':')[0]).Distinct().Count() >= 2)) return true;
        if (IsOn("PubkeyAuthentication", "yes") || IsOn("PasswordAuthentication", "yes") && settings.GetValueOrDefault("UsePAM", "no") != "yes") return false;
        if (settings.GetValueOrDefault("UsePAM", "no") != "yes") return null;
        return PamStack.Read(machine, "sshd", read) is { } stack ? Judge(stack, rules) : null;

        bool IsOn(string name, string otherwise) => settings.GetValueOrDefault(name, otherwise).Equals("yes", StringComparison.OrdinalIgnoreCase);
    }

    private static string? AutomaticSignIn(IMachine machine, List<string> read)
    {
        foreach (var (path, on) in new[]
        {
            ("/etc/gdm3/daemon.conf", "AutomaticLoginEnable=true"), ("/etc/gdm3/custom.conf", "AutomaticLoginEnable=true"), ("/etc/gdm/custom.conf", "AutomaticLoginEnable=true"),
            ("/etc/lightdm/lightdm.conf", "autologin-user="), ("/etc/sddm.conf", "User="),
        })
        {
            if (machine.ReadText(path).OrNull() is not { } text) continue;
            read.Add(path);
            if (text.Split('\n').Select(l => l.Trim().Replace(" ", "", StringComparison.Ordinal)).Any(l => l.StartsWith(on, StringComparison.OrdinalIgnoreCase) && (l.Length > on.Length || on[^1] != '='))) return $"{path}（自動サインイン / automatic）";
        }
        return null;
    }

    private static PostureFact Fact(Answer answer, Bilingual how, IReadOnlyList<string> read) => PostureFact.Of(PostureKeys.TwoFactor, answer, how, read);
}
