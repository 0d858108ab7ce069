using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Benchmarks.Zones;

/// <summary>benchmarks/zones.sh, or <c>zones FOLDER [SHAPE [SIZE]]</c>: one zone pair with 20 permitted triples over generated rule sets; and the same question for z3.</summary>
internal static class ZoneTimes
{
    private static readonly string[] Shapes = ["r", "sep", "hard", "hosts"];

    public static Task<int> RunAsync(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "zones-bench");
        Directory.CreateDirectory(folder);
        Console.WriteLine("shape rules | read ms | first ms | warm ms | upper+lower whole ms | violating rules | diff of 100 lines ms | managed MB");
        foreach (var size in new[] { 1_000, 10_000, 100_000 })
            foreach (var shape in Shapes)
                if ((args.Length < 2 || args[1] == shape) && (args.Length < 3 || args[2] == size.ToString(CultureInfo.InvariantCulture))) Measure(shape, size, folder);
        return Task.FromResult(0);
    }

    private static void Measure(string shape, int size, string folder)
    {
        var (policyText, rules, smt) = Generate(shape, size, 7);
        File.WriteAllText(Path.Combine(folder, $"{shape}{size}.rules"), rules);
        File.WriteAllText(Path.Combine(folder, $"{shape}{size}.yaml"), policyText);
        if (shape is "r" or "sep") File.WriteAllText(Path.Combine(folder, $"{shape}{size}.smt2"), smt);
        var policy = ZonePolicyReader.Read(policyText, "zones.yaml").Policy!;
        var watch = Stopwatch.StartNew();
        var reading = ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes(rules), CancellationToken.None);
        var read = watch.Elapsed.TotalMilliseconds;
        var topology = new Topology([.. reading.Devices], policy);
        var tails = new TailTable();
        var search = new FlowSearch<uint>(topology, tails, Bound.Upper);
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
        var changed = ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes(Edit(rules, 100)), CancellationToken.None).Devices[0];
        IReadOnlyList<FlowChange> changes = [];
        var diffs = new List<double>();
        Repeat(diffs, () => changes = FilterDifference.Compare(reading.Devices[0], changed, out _));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shape,-5} {size,6} | {read,7:F0} | {times[0],7:F1} | {Warm(times),7:F2} | {whole,7:F0} {report.Result} | {found,5} | {Warm(diffs),7:F1} ({changes.Count}) | {GC.GetTotalMemory(false) >> 20}"));
    }

    /// <summary>As a server that runs for a while: the compiler has seen the code for two seconds.</summary>
    private static void Repeat(List<double> times, Action work)
    {
        var whole = Stopwatch.StartNew();
        while (times.Count < 12 || (whole.Elapsed.TotalSeconds < 2 && times.Count < 3000))
        {
            var watch = Stopwatch.StartNew();
            work();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
    }

    /// <summary>The median of the second half.</summary>
    private static double Warm(List<double> times) => times.Skip(times.Count / 2).Order().ElementAt(times.Count / 4);

    /// <summary>Every so many lines one port changes.</summary>
    private static string Edit(string rules, int edits)
    {
        var lines = rules.Split('\n');
        var step = Math.Max(1, lines.Length / edits);
        for (var i = 10; i < lines.Length; i += step) lines[i] = lines[i].Replace("--dport 443", "--dport 8443", StringComparison.Ordinal);
        return string.Join('\n', lines);
    }

    private static (string Policy, string Rules, string Smt) Generate(string shape, int size, int seed)
    {
#pragma warning disable RS0030 // seeded
        var random = new Random(seed);
#pragma warning restore RS0030
        int[] ports = [22, 25, 53, 80, 123, 443, 445, 3389, 8080, 1433];
        var policy = new StringBuilder("format: 1\nmodel: alpha\nzones:\n  - { id: town, kind: mynumber, prefixes: [10.1.0.0/16], at: [fw/eth1] }\n  - { id: outside, kind: outside, prefixes: [0.0.0.0/0], at: [fw/eth0] }\nflows:\n");
        var rules = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n");
        var smt = new StringBuilder("false");
        var exact = new List<string>();
        var allowed = new StringBuilder();
        for (var i = 0; i < 20; i++)
        {
            var (source, destination, port) = ($"10.1.{random.Next(64)}.{random.Next(1, 250)}", $"198.51.{random.Next(64)}.{random.Next(1, 250)}", ports[random.Next(10)]);
            policy.Append(CultureInfo.InvariantCulture, $"  - {{ id: f{i}, from: town, to: outside, source: {source}, destination: {destination}, service: tcp/{port}, purpose: p, approver: a }}\n");
            Rule($"-s {source}/32 -d {destination}/32 -p tcp -m tcp --dport {port}", "ACCEPT");
            allowed.Append(CultureInfo.InvariantCulture, $"(and (= s {Number(source)}) (= d {Number(destination)}) (= p #x06) (= q {Hex(port)}))\n");
        }
        if (shape == "sep") Rule("-s 10.1.0.0/16", "DROP");
        if (shape == "hosts")
            for (var i = 0; i < Math.Min(size, 65536) - 1; i++) Rule($"-s 10.1.{i >> 8}.{i & 255}/32", "DROP");
        if (shape == "hard")
        {
            var nets = Enumerable.Range(0, 256).OrderBy(_ => random.Next()).ToArray();
            for (var i = 0; exact.Count < size - 1; i++)
            {
                if (i * 256 / (size - 21) < 256 && i % Math.Max(1, (size - 21) / 256) == 0 && i / Math.Max(1, (size - 21) / 256) < 256) Rule($"-s 10.1.{nets[i / Math.Max(1, (size - 21) / 256)]}.0/24", "DROP");
                else Some("DROP");
            }
        }
        while (exact.Count < size - (shape is "hard" or "hosts" ? 1 : 0)) Some(random.Next(2) == 0 ? "ACCEPT" : "DROP");
        if (shape is "hard" or "hosts") Rule("", "ACCEPT");
        rules.Append("COMMIT\n");
        return (policy.ToString(), rules.ToString(), Smt());

        void Some(string action)
        {
            string[] bases = ["10.1", "10.2", "198.51"];
            var (a, b) = (random.Next(3), random.Next(2));
            b = (a + 1 + b) % 3;
            var lengths = new[] { 32, 32, 32, 31, 30, 29, 28, 24 };
            var match = new StringBuilder();
            if (random.NextDouble() < .97) match.Append(CultureInfo.InvariantCulture, $"-s {Net(bases[a], lengths[random.Next(8)])} ");
            if (random.NextDouble() < .97) match.Append(CultureInfo.InvariantCulture, $"-d {Net(bases[b], lengths[random.Next(8)])} ");
            if (match.Length == 0) match.Append("-s 203.0.113.0/24 ");
            var protocol = random.Next(4);
            if (protocol < 2)
            {
                var low = ports[random.Next(10)];
                match.Append(CultureInfo.InvariantCulture, $"-p {(protocol == 0 ? "tcp -m tcp" : "udp -m udp")} --dport {low}{(random.NextDouble() < .4 ? $":{Math.Min(65535, low + random.Next(1, 1000))}" : "")}");
            }
            Rule(match.ToString().TrimEnd(), action);
        }

        string Net(string at, int length)
        {
            var (x, y) = (random.Next(64), random.Next(250));
            _ = AddressPrefix.TryParse($"{at}.{x}.{y}/{length}", out var prefix);
            return prefix.ToString();
        }

        void Rule(string match, string action)
        {
            exact.Add($"{match}|{action}");
            rules.Append(CultureInfo.InvariantCulture, $"-A FORWARD {match}{(match.Length > 0 ? " " : "")}-j {action}\n");
        }

        string Smt()
        {
            var text = new StringBuilder("(set-logic QF_BV)\n(declare-const s (_ BitVec 32))\n(declare-const d (_ BitVec 32))\n(declare-const p (_ BitVec 8))\n(declare-const q (_ BitVec 16))\n");
            for (var i = exact.Count - 1; i >= 0; i--)
            {
                var parts = exact[i].Split('|');
                text.Append(CultureInfo.InvariantCulture, $"(define-fun r{i} () Bool (ite {Condition(parts[0])} {(parts[1] == "ACCEPT" ? "true" : "false")} {(i == exact.Count - 1 ? "false" : $"r{i + 1}")}))\n");
            }
            return text.Append(CultureInfo.InvariantCulture, $"(assert r0)\n(assert (= (bvand s #xffff0000) {Number("10.1.0.0")}))\n(assert (not (= (bvand d #xffff0000) {Number("10.1.0.0")})))\n(assert (not (or {allowed} false)))\n(check-sat)\n(get-model)\n").ToString();
        }
    }

    private static string Condition(string match)
    {
        var words = match.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var all = new List<string>();
        for (var i = 0; i + 1 < words.Length; i++)
        {
            if (words[i] is "-s" or "-d" && AddressPrefix.TryParse(words[i + 1], out var prefix))
                all.Add($"(= (bvand {words[i][1]} #x{(prefix.Length == 0 ? 0 : uint.MaxValue << (32 - prefix.Length)):x8}) #x{(uint)prefix.First.Value:x8})");
            else if (words[i] == "-p") all.Add($"(= p #x{(words[i + 1] == "tcp" ? 6 : 17):x2})");
            else if (words[i] == "--dport")
            {
                var range = words[i + 1].Split(':');
                all.Add(range.Length == 1 ? $"(= q {Hex(int.Parse(range[0], CultureInfo.InvariantCulture))})" : $"(and (bvuge q {Hex(int.Parse(range[0], CultureInfo.InvariantCulture))}) (bvule q {Hex(int.Parse(range[1], CultureInfo.InvariantCulture))}))");
            }
        }
        return all.Count == 0 ? "true" : $"(and {string.Join(' ', all)} true)";
    }

    private static string Number(string address) => Address.TryParseV4(address, out var value) ? $"#x{value:x8}" : throw new ArgumentException(address);

    private static string Hex(int port) => $"#x{port:x4}";
}
