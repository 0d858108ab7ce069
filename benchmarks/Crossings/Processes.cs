using System.Globalization;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>What this process and all that it started have used of the processors, by program.</summary>
internal static class Processes
{
    private const double TicksASecond = 100;

    public static Dictionary<string, double> Seconds()
    {
        var all = new Dictionary<int, (int Parent, string Name, double Seconds)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var line = File.ReadAllText(Path.Combine(folder, "stat"));
                var end = line.LastIndexOf(')');
                var fields = line[(end + 2)..].Split(' ');
                // utime, stime, and those of children that have ended.
                var ticks = Enumerable.Range(11, 4).Sum(i => long.Parse(fields[i], CultureInfo.InvariantCulture));
                all[id] = (int.Parse(fields[1], CultureInfo.InvariantCulture), line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..end], ticks / TicksASecond);
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (id, process) in all)
        {
            var at = id;
            while (at > 1 && at != Environment.ProcessId && all.TryGetValue(at, out var up)) at = up.Parent;
            if (at != Environment.ProcessId) continue;
            var name = id == Environment.ProcessId ? "host" : process.Name;
            sums[name] = sums.GetValueOrDefault(name) + process.Seconds;
        }
        return sums;
    }

    public static string Since(Dictionary<string, double> before) => string.Join(", ", Seconds()
        .Select(s => (s.Key, Used: s.Value - before.GetValueOrDefault(s.Key))).Where(s => s.Used >= 0.05).OrderByDescending(s => s.Used)
        .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Used:F1}")));
}
