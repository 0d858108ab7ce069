using System.Text.RegularExpressions;
using Sekisho.Agent.Linux;

namespace Sekisho.Agent;

/// <summary>Whether software is installed that isn't on the office's list (許可していないソフトの有無).</summary>
internal static class InstalledSoftware
{
    private const string Uninstall = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall", Uninstall32 = @"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall";

    public static PostureFact OnLinux(IMachine machine, IReadOnlyList<string>? allowed)
    {
        if (allowed is null) return NoList();
        if (machine.ReadText(DpkgStatus.Path).OrNull() is not { } status)
            return PostureFact.Of(PostureKeys.SoftwareAllowed, Answer.Unknown, new("導入済みソフトの一覧を読めません（対応しているのは dpkg です）。", "The list of installed software can't be read (dpkg is what is understood)."), DpkgStatus.Path);
        return Compare([.. DpkgStatus.Read(status).Keys], allowed, DpkgStatus.Path);
    }

    public static PostureFact OnWindows(IMachine machine, IReadOnlyList<string>? allowed)
    {
        if (allowed is null) return NoList();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var under in new[] { Uninstall, Uninstall32 })
            foreach (var key in machine.Keys(under).OrNull() ?? [])
                if (machine.Value($@"{under}\{key}", "DisplayName").OrNull()?.Text is { Length: > 0 } name && machine.Value($@"{under}\{key}", "SystemComponent").OrNull()?.Number != 1) names.Add(name);
        return names.Count == 0
            ? PostureFact.Of(PostureKeys.SoftwareAllowed, Answer.Unknown, new("導入済みソフトの一覧を読めません。", "The list of installed software can't be read."), Uninstall)
            : Compare([.. names], allowed, Uninstall, Uninstall32);
    }

    private static PostureFact NoList() =>
        PostureFact.Of(PostureKeys.SoftwareAllowed, Answer.Unknown, new("許可したソフトの一覧が渡されていないため、調べていません（--allow）。", "No list of allowed software was given, so nothing was compared (--allow)."));

    private static PostureFact Compare(IReadOnlyList<string> installed, IReadOnlyList<string> allowed, params IReadOnlyList<string> read)
    {
        var patterns = allowed.Select(a => new Regex("^" + Regex.Escape(a).Replace(@"\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)).ToList();
        var others = installed.Where(n => !patterns.Exists(p => p.IsMatch(n))).ToList();
        if (others.Count == 0)
            return PostureFact.Of(PostureKeys.SoftwareAllowed, Answer.Yes, new($"導入済みの {installed.Count} 件は、すべて許可した一覧にあります。", $"All {installed.Count} installed are on the list."), read);
        var names = Posture.Listed(others);
        return PostureFact.Of(PostureKeys.SoftwareAllowed, Answer.No, new($"許可した一覧にないソフトが {others.Count} 件あります（{names.Ja}）。", $"{others.Count} installed are not on the list ({names.En})."), read);
    }
}
