using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Benchmarks.Zones;

/// <summary>benchmarks/zones.sh, or <c>zones FOLDER [SHAPE [SIZE]]</c>: one zone pair with 20 permitted triples over generated rule sets; and the same question for z3.</summary>
/// <remarks>A shape that ends in 6 is the same in IPv6; one that ends in n has source and destination translation besides.</remarks>
internal static class ZoneTimes
{
    private static readonly string[] Shapes = ["r", "sep", "hard", "hosts", "r6", "sep6", "hard6", "hosts6", "rn", "sepn"];

    public static Task<int> RunAsync(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "zones-bench");
        Directory.CreateDirectory(folder);
        Console.WriteLine("shape rules | read ms | first ms | warm ms | upper+lower whole ms | violating rules | diff of 100 lines ms | managed MB");
        foreach (var size in new[] { 1_000, 10_000, 100_000 })
            foreach (var shape in Shapes)
                if ((args.Length < 2 || args[1] == shape) && (args.Length < 3 || args[2] == size.ToString(CultureInfo.InvariantCulture)))
                {
                    if (shape.EndsWith('6')) Measure<UInt128>(shape, size, folder);
                    else Measure<uint>(shape, size, folder);
                }
        return Task.FromResult(0);
    }

    private static void Measure<T>(string shape, int size, string folder)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var made = new GeneratedRules(shape, size, 7);
        File.WriteAllText(Path.Combine(folder, $"{shape}{size}.rules"), made.Rules);
        File.WriteAllText(Path.Combine(folder, $"{shape}{size}.yaml"), made.Policy);
        if (shape is "r" or "sep") File.WriteAllText(Path.Combine(folder, $"{shape}{size}.smt2"), made.Smt());
        var policy = ZonePolicyReader.Read(made.Policy, "zones.yaml").Policy!;
        var watch = Stopwatch.StartNew();
        var reading = ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes(made.Rules), CancellationToken.None);
        var read = watch.Elapsed.TotalMilliseconds;
        var topology = new Topology([.. reading.Devices], policy);
        var tails = new TailTable();
        var search = new FlowSearch<T>(topology, tails, Bound.Upper);
        var (from, to) = (policy.Find("town")!, policy.Find("outside")!);
        AllowedFlow[] flows = [.. policy.FlowsOn(from, to, new(2026, 11, 21))];
        search.Prepare(flows);
        var classes = KindClasses.Of(KindClasses.Opening(), tails.Tails);
        var times = new List<double>();
        var found = 0;
        Repeat(times, () =>
        {
            var arrivals = new List<Arrival>();
            for (var round = 0; round < classes.Rounds; round++) search.Run(from, to, flows, false, static (_, _) => false, classes, round, 1_000_000, arrivals);
            found = arrivals.Count;
        });
        watch.Restart();
        var report = ZoneVerification.Verify(new(policy, [], []), [reading], new(2026, 11, 21));
        var whole = watch.Elapsed.TotalMilliseconds;
        var edited = Encoding.ASCII.GetBytes(GeneratedRules.Edit(made.Rules, 100));
        IReadOnlyList<FlowChange> changes = [];
        var diffs = new List<double>();
        // Each time another edit has just been read.
        Repeat(diffs, () => ConfigDoor.Read("fw.rules", edited, CancellationToken.None).Devices[0], changed => changes = FilterDifference.Compare(reading.Devices[0], changed, out _));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shape,-5} {size,6} | {read,7:F0} | {times[0],7:F1} | {Warm(times),7:F2} | {whole,7:F0} {report.Result} | {found,5} | {Warm(diffs),7:F1} ({changes.Count}) | {GC.GetTotalMemory(false) >> 20}"));
    }

    private static void Repeat(List<double> times, Action work) => Repeat(times, static () => 0, _ => work());

    /// <summary>As a server that runs for a while: the compiler has seen the code for two seconds.</summary>
    private static void Repeat<TGiven>(List<double> times, Func<TGiven> given, Action<TGiven> work)
    {
        var whole = Stopwatch.StartNew();
        while (times.Count < 12 || (whole.Elapsed.TotalSeconds < 2 && times.Count < 3000))
        {
            var with = given();
            var watch = Stopwatch.StartNew();
            work(with);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
    }

    /// <summary>The median of the second half.</summary>
    private static double Warm(List<double> times) => times.Skip(times.Count / 2).Order().ElementAt(times.Count / 4);
}
