using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Benchmarks.Registers;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Sanitizer.Isolation;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>People who hand files over at once: each opens a request, sends one file, hands it in, and waits for the harmless one.</summary>
internal static class CrossingTimes
{
    private const long MostBytes = 1_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length == 0 || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine("crossing FOLDER [PEOPLE]");
            return 2;
        }
        var people = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
        var files = Directory.EnumerateFiles(args[0], "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length is > 0 and <= MostBytes).Order(StringComparer.Ordinal).ToList();
        // Spread over the folder: its kinds stand together.
        files = [.. Enumerable.Range(0, people).Select(i => files[(int)((long)i * files.Count / people)])];
        await using var bench = await BenchTown.OpenAsync();
        var (crossing, town, pool) = (bench.Crossing, BenchTown.Town, bench.Pool);
        // The same files through the sanitiser alone, so many at a time as it has workers: what nothing around it can beat. It also warms up what is started once.
        var places = new SemaphoreSlim(Environment.ProcessorCount);
        for (var round = 0; round < 2; round++)
        {
            var alone = Stopwatch.GetTimestamp();
            await Task.WhenAll(files.Select(f => Task.Run(async () =>
            {
                await places.WaitAsync();
                await using var content = File.OpenRead(f);
                await pool.SanitizeAsync(Path.GetFileName(f), content, Stream.Null, null, [], default);
                places.Release();
            })));
            var took = Stopwatch.GetElapsedTime(alone).TotalSeconds;
            if (round > 0) Figures.Print($"the sanitiser alone, {people} files", $"{took:F2} s ({people / took:F0} files/s)");
        }
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => OneAsync(crossing, town, $"warm-{i}", files[i % files.Count]))));

        if (args.Contains("--steps"))
        {
            await StepsAsync(crossing, town, files);
            return 0;
        }
        if (args.Contains("--minute"))
        {
            await MinuteAsync(crossing, town, int.Parse(args[Array.IndexOf(args, "--minute") + 1], CultureInfo.InvariantCulture));
            return 0;
        }
        if (args.Contains("--rounds"))
        {
            await RoundsAsync(crossing, town, files, int.Parse(args[Array.IndexOf(args, "--rounds") + 1], CultureInfo.InvariantCulture), pool);
            return 0;
        }
        using var statements = args.Contains("--statements") ? new Statements() : null;
        // The first after a start, while the host's code is still being compiled, and then as a server meets it that has been up for a while.
        foreach (var (name, isShown) in ((string, bool)[])[("just started", true), ("", false), ("", false), ("up for a while", true)])
        {
            var round = name.Length > 0 ? name : Guid.NewGuid().ToString("N");
            Figures.ForgetPeak();
            statements?.Forget();
            var (sent, through, outcomes) = (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<ItemState>());
            var before = Processes.Seconds();
            var clock = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, people).Select(i => Task.Run(async () =>
            {
                var (s, t, state) = await OneAsync(crossing, town, $"{round}-{i}", files[i]);
                sent.Add(s);
                through.Add(t);
                outcomes.Add(state);
            })));
            var all = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            if (!isShown) continue;
            Figures.Print($"{people} people at once, {files.Sum(f => new FileInfo(f).Length) / 1e6:F1} MB, {name}", $"{all:F2} s in all ({people / all:F0} files/s)");
            Figures.Print("processor seconds", $"{Processes.Since(before)}");
            Figures.Print("drop to safe on the disk", Figures.Spread([.. sent]));
            Figures.Print("drop to the harmless file", Figures.Spread([.. through]));
            Figures.Print("came out / not let through", $"{outcomes.Count(o => o == ItemState.Out)} / {outcomes.Count(o => o == ItemState.Refused)}");
            Figures.Print("memory of the host / of a worker", $"{Figures.Peak():N0} / {pool.PeakResidentBytes / 1e6:N0} MB");
            statements?.Print();
        }
        return 0;
    }

    /// <summary>Small messages at a steady rate for a minute, as a gateway hands them in: how soon each is durable, and whether results keep up.</summary>
    private static async Task MinuteAsync(CrossingSlices crossing, MunicipalityId town, int rate)
    {
        const int Seconds = 60;
        var body = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("いつもお世話になっております。下記のとおり、お知らせします。\n", 30)));
        var (durable, handed) = (new ConcurrentBag<double>(), new ConcurrentBag<Task>());
        Figures.ForgetPeak();
        var before = Processes.Seconds();
        var clock = Stopwatch.GetTimestamp();
        long longest = 0;
        for (var i = 0; i < rate * Seconds; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / rate) - Stopwatch.GetElapsedTime(clock);
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due);
            var number = i;
            handed.Add(Task.Run(async () =>
            {
                var arrival = new Arrival("internet-to-lgwan", null, new($"mail-{number % 500}", "mail"), [new($"{number}.txt", new MemoryStream(body))]) { Turn = $"mail-{number % 50}" };
                var start = Stopwatch.GetTimestamp();
                (await crossing.Requests.TakeInAsync(town, arrival, default)).OrThrow();
                durable.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }));
            if (i % rate == 0) longest = Math.Max(longest, await crossing.WaitingAsync(default));
        }
        await Task.WhenAll(handed);
        var taken = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        while (await crossing.WaitingAsync(default) > 0) await Task.Delay(50);
        var all = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        Figures.Print($"{rate} a second for a minute: taken in", $"{rate * Seconds / taken:F0}/s in {taken:F1} s; all through after {all:F1} s ({rate * Seconds / all:F0}/s); {longest} waited at most");
        Figures.Print("from the call to durable", Figures.Spread([.. durable]));
        Figures.Print("processor seconds", $"{Processes.Since(before)}");
        Figures.Print("memory of the host", $"{Figures.Peak():N0} MB");
    }

    /// <summary>Round after round of people: memory must stay where it is.</summary>
    private static async Task RoundsAsync(CrossingSlices crossing, MunicipalityId town, List<string> files, int rounds, SanitizerPool pool)
    {
        for (var round = 1; round <= rounds; round++)
        {
            Figures.ForgetPeak();
            var clock = Stopwatch.GetTimestamp();
            var number = round;
            await Task.WhenAll(files.Select((f, i) => Task.Run(() => OneAsync(crossing, town, $"round-{number}-{i}", f))));
            Figures.Print($"round {round}, {files.Count} people", $"{Stopwatch.GetElapsedTime(clock).TotalSeconds:F1} s; memory of the host / of a worker {Figures.Peak():N0} / {pool.PeakResidentBytes / 1e6:N0} MB");
        }
    }

    /// <summary>What each step of a person costs alone, one after another.</summary>
    private static async Task StepsAsync(CrossingSlices crossing, MunicipalityId town, List<string> files)
    {
        const int Rounds = 100;
        var actor = new Actor("steps", "steps");
        var requests = new List<CrossingRequest>();
        var items = new List<CrossingItem>();
        await StepAsync("open a request", async _ => requests.Add((await crossing.Requests.OpenAsync(town, new("internet-to-lgwan", null), null, actor, default)).OrThrow()));
        await StepAsync("announce a file", async i => items.Add((await crossing.Requests.AddFileAsync(town, requests[i].Id, "a.txt", 10_000, actor, default)).OrThrow()));
        await StepAsync("send 10 kB", i => crossing.Requests.AppendAsync(town, items[i].Id, 0, new MemoryStream(new byte[10_000]), actor, default));
        await StepAsync("hand it in", i => crossing.Requests.SubmitAsync(town, requests[i].Id, [], actor, default));
        await StepAsync("all at once: 10 kB taken in", i => crossing.Requests.TakeInAsync(town, new("internet-to-lgwan", null, new("other", "other"), [new("a.txt", new MemoryStream(new byte[10_000]))]), default));
        await StepAsync("all at once, ten callers", i => Task.WhenAll(Enumerable.Range(0, 10).Select(n => crossing.Requests.TakeInAsync(town, new("internet-to-lgwan", null, new($"other-{n}", "other"), [new("a.txt", new MemoryStream(new byte[10_000]))]), default))));

        async Task StepAsync(string what, Func<int, Task> act)
        {
            var times = new List<double>();
            var before = Processes.Seconds();
            for (var i = 0; i < Rounds; i++) times.Add(await Figures.TimeAsync(() => act(i)));
            Figures.Print(what, $"{Figures.Spread(times)}; processor ms each: {string.Join(", ", Processes.Seconds().Select(s => $"{s.Key} {(s.Value - before.GetValueOrDefault(s.Key)) * 1000 / Rounds:F1}"))}");
        }
    }

    private static async Task<(double Sent, double Through, ItemState State)> OneAsync(CrossingSlices crossing, MunicipalityId town, string who, string file)
    {
        var actor = new Actor(who, who);
        var clock = Stopwatch.GetTimestamp();
        var request = (await crossing.Requests.OpenAsync(town, new("internet-to-lgwan", null), null, actor, default)).OrThrow();
        await using var content = File.OpenRead(file);
        var item = (await crossing.Requests.AddFileAsync(town, request.Id, Path.GetFileName(file), content.Length, actor, default)).OrThrow();
        (await crossing.Requests.AppendAsync(town, item.Id, 0, content, actor, default)).OrThrow();
        (await crossing.Requests.SubmitAsync(town, request.Id, [], actor, default)).OrThrow();
        var sent = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        // As the page asks: it is told when something changes.
        var progress = new Progress(RequestState.Working, 1);
        while (progress!.State == RequestState.Working) progress = await crossing.Requests.ProgressAsync(town, request.Id, progress, TimeSpan.FromSeconds(10), default);
        var through = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        return (sent, through, (await crossing.Requests.ItemAsync(town, item.Id, actor, default))!.State);
    }
}
