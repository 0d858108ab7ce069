using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Sekisho.Benchmarks.Registers;

/// <summary>Which SQL the time goes into, as the client waits for it: the tuning begins here. Asked for by a last argument "statements".</summary>
internal sealed class Statements : IDisposable
{
    private readonly ConcurrentDictionary<string, (int Times, double Milliseconds)> all = new(StringComparer.Ordinal);
    private readonly ActivityListener listener;

    public Statements()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var text = string.Join(' ', ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) as string ?? activity.DisplayName).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
                all.AddOrUpdate(text.Length > 150 ? text[..150] : text, (1, activity.Duration.TotalMilliseconds), (_, was) => (was.Times + 1, was.Milliseconds + activity.Duration.TotalMilliseconds));
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>The dearest of them since the last time.</summary>
    public void Print()
    {
        foreach (var (text, (times, milliseconds)) in all.OrderByDescending(s => s.Value.Milliseconds).Take(12))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {milliseconds,9:F0} ms in {times,6} times: {text}"));
        all.Clear();
    }

    public void Dispose() => listener.Dispose();
}
