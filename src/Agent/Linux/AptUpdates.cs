using System.IO.Compression;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Agent.Linux;

/// <summary>Whether updates wait to be installed, by what apt fetched last (更新の適用). No network, and apt itself isn't started.</summary>
internal static class AptUpdates
{
    private const string Lists = "/var/lib/apt/lists", Restart = "/run/reboot-required";

    public static PostureFact Look(IMachine machine, PostureRules rules)
    {
        if (machine.ReadText(DpkgStatus.Path).OrNull() is not { } status)
            return Fact(Answer.Unknown, "更新の状態を調べられません（対応しているのは apt です）。", "Updates can't be looked at (apt is what is understood).", DpkgStatus.Path);
        var names = (machine.List(Lists).OrNull() ?? []).ToList();
        var packages = names.Where(n => n.Contains("_Packages", StringComparison.Ordinal)).ToList();
        var fetched = names.Where(n => n.EndsWith("Release", StringComparison.Ordinal)).Select(n => machine.ChangedAt($"{Lists}/{n}")).OfType<Reading<DateTimeOffset>.There>().Select(r => r.Value).DefaultIfEmpty().Max();
        if (packages.Count == 0 || fetched == default)
            return Fact(Answer.Unknown, "apt の一覧が取得されていません。", "apt has fetched no lists.", Lists);
        var days = (int)(machine.Now - fetched).TotalDays;
        if (days > rules.Days.ListOfUpdates)
            return Fact(Answer.No, $"更新の一覧が {days} 日間取得されていません（{rules.Days.ListOfUpdates} 日以内）。", $"The lists of updates were fetched {days} days ago ({rules.Days.ListOfUpdates} at most).", Lists);
        var installed = DpkgStatus.Read(status);
        var security = packages.Where(n => n.Contains("security", StringComparison.OrdinalIgnoreCase)).ToList();
        var waiting = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var list in security.Count > 0 ? security : packages)
        {
            if (!TryNewer(machine, $"{Lists}/{list}", installed, waiting)) return Fact(Answer.Unknown, $"更新の一覧 {list} を読めません。", $"The list {list} can't be read.", $"{Lists}/{list}");
        }
        var kind = security.Count > 0 ? new Bilingual("セキュリティ更新", "security updates") : new Bilingual("更新", "updates");
        if (waiting.Count > 0)
        {
            var some = Posture.Listed(waiting);
            return Fact(Answer.No, $"適用していない{kind.Ja}が {waiting.Count} 件あります（{some.Ja}）。", $"{waiting.Count} {kind.En} wait to be installed ({some.En}).", Lists, DpkgStatus.Path);
        }
        if (machine.ReadText(Restart) is Reading<string>.There) return Fact(Answer.No, "更新のあと、再起動されていません。", "The machine has not been restarted since an update.", Restart);
        return Fact(Answer.Yes, $"適用していない{kind.Ja}はありません（一覧は {days} 日前）。", $"No {kind.En} wait (lists of {days} days ago).", Lists, DpkgStatus.Path);
    }

    /// <summary>Adds installed packages that the list has a later version of. False when the list can't be read.</summary>
    private static bool TryNewer(IMachine machine, string path, SortedDictionary<string, string> installed, SortedSet<string> waiting)
    {
        if (machine.Open(path).OrNull() is not { } file) return false;
        try
        {
            using (file)
            using (var text = path.EndsWith(".lz4", StringComparison.Ordinal) ? Lz4Frame.Decode(file) : path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : path.EndsWith("_Packages", StringComparison.Ordinal) ? file : null)
            {
                if (text is null) return false;
                using var reader = new StreamReader(text, Encoding.UTF8);
                string? package = null;
                while (reader.ReadLine() is { } line)
                {
                    if (line.StartsWith("Package: ", StringComparison.Ordinal)) package = line["Package: ".Length..].Trim();
                    else if (package is not null && line.StartsWith("Version: ", StringComparison.Ordinal))
                    {
                        if (installed.TryGetValue(package, out var here) && DebianVersion.Order.Compare(line["Version: ".Length..].Trim(), here) > 0) waiting.Add(package);
                        package = null;
                    }
                }
            }
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    private static PostureFact Fact(Answer answer, string ja, string en, params IReadOnlyList<string> read) => PostureFact.Of(PostureKeys.Patched, answer, new(ja, en), read);
}
