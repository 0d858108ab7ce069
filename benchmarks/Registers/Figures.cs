using System.Diagnostics;
using System.Globalization;

namespace Sekisho.Benchmarks.Registers;

/// <summary>Times, memory, and how they are printed: one line a figure.</summary>
internal static class Figures
{
    /// <summary>Called after each figure; null: nothing more is said.</summary>
    public static Action? Said { get; set; }

    public static async Task<double> TimeAsync(Func<Task> act)
    {
        var clock = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
    }

    /// <summary>One long thing: its time, and the most memory that this process had meanwhile.</summary>
    public static async Task OnceAsync(string what, Func<Task> act)
    {
        GC.Collect();
        ForgetPeak();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var took = await TimeAsync(act);
        var own = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        Print(what, $"{took / 1000:F2} s (own CPU {own:F2} s), peak memory {Peak():N0} MB");
    }

    public static async Task ManyAsync(string what, int rounds, Func<int, Task> act)
    {
        for (var i = 0; i < 3; i++) await act(i);
        var times = new List<double>(rounds);
        for (var i = 0; i < rounds; i++) times.Add(await TimeAsync(() => act(i)));
        Print(what, Spread(times));
    }

    public static FormattableString Spread(List<double> times)
    {
        times.Sort();
        return $"median {times[times.Count / 2]:F1} ms, least {times[0]:F1} ms, p95 {times[Math.Min(times.Count - 1, (int)(times.Count * 0.95))]:F1} ms, p99 {times[Math.Min(times.Count - 1, (int)(times.Count * 0.99))]:F1} ms, most {times[^1]:F1} ms";
    }

    public static void Print(string what, FormattableString figure)
    {
        Console.WriteLine($"{what,-64} {FormattableString.Invariant(figure)}");
        Said?.Invoke();
    }

    /// <summary>MB of this process at its highest since <see cref="ForgetPeak"/>.</summary>
    public static long Peak() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    public static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");
}
