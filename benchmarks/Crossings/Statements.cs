using System.Collections.Concurrent;
using System.Diagnostics;
using Sekisho.Benchmarks.Registers;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>Which statements a run sends to PostgreSQL, how often, and how long they are waited for.</summary>
internal sealed class Statements : IDisposable
{
    private const int MostShown = 24, MostText = 110;

    private readonly ConcurrentDictionary<string, (int Count, double Milliseconds)> all = new(StringComparer.Ordinal);
    private readonly ActivityListener listener;

    public Statements()
    {
        listener = new()
        {
            ShouldListenTo = static source => source.Name == "Npgsql",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var text = (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) as string ?? activity.DisplayName;
                var its = activity.Duration.TotalMilliseconds;
                all.AddOrUpdate(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), (1, its), (_, before) => (before.Count + 1, before.Milliseconds + its));
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Forget() => all.Clear();

    public void Print()
    {
        Figures.Print("statements", $"{all.Values.Sum(static s => s.Count)} in {all.Values.Sum(static s => s.Milliseconds) / 1000:F1} s of waiting");
        foreach (var (text, (count, milliseconds)) in all.OrderByDescending(static s => s.Value.Milliseconds).Take(MostShown))
            Figures.Print($"{milliseconds,8:F0} ms, {count,5} times", $"{(text.Length > MostText ? text[..MostText] : text)}");
    }

    public void Dispose() => listener.Dispose();
}
