using System.Globalization;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Tests.Policies;

/// <summary>A policy that uses every key, and what becomes of it when one thing in it is changed: read, or told with the line and column of the slip. The schema says the same as the reader.</summary>
public sealed class PolicyMutationTests
{
    private const string Whole = """
        format: 1
        model: α
        zones:
          - id: mynumber
            kind: mynumber
            name: マイナンバー利用事務系
            prefixes: [10.1.0.0/16, "fd00:1::/48"]
            at: [fw1/port1, fw1/port2]
            vlans: [10, 11]
          - id: lgwan
            kind: lgwan
            prefixes: 10.2.0.0/16
          - id: internet
            kind: internet
            prefixes:
              - 10.3.0.0/16
              - fd00:3::/48
            at: fw1/port3
          - { id: outside, kind: outside, prefixes: [0.0.0.0/0, "::/0"] }
        flows:
          - id: konbini
            from: lgwan
            to: mynumber
            source: 10.2.5.10
            destination: [10.1.7.20, 10.1.7.32/28, 10.1.8.1-10.1.8.9]
            service: [tcp/443, udp/5000-5010, icmp/8]
            purpose: コンビニ交付
            approver: 情報政策課長
            until: 2027-03-31
          - id: print
            from: lgwan
            to: mynumber
            source: [10.2.5.11]
            destination: 10.1.7.21
            service: tcp/9100
            purpose: 印刷
            approver: 情報政策課長
        gateways:
          - { id: sanitiser, name: 無害化サーバ, hosts: [10.2.9.9], from: lgwan, to: outside, service: tcp/443 }
        security-cloud:
          via: [fw2/wan1]
          hosts: [203.0.113.0/24]

        """;

    /// <summary>Words that people choose: another one is another policy, and no mistake.</summary>
    private static readonly string[] Free = ["id", "name", "purpose", "approver"];

    private const string Strange = ":[]{}-&*!|>%@,\t x\n";

    private static readonly PolicySchema Schema = new();

    private static YamlValue.Map? Tree(string text) => YamlTree.Read(text, new PolicyMistakes("zones.yaml"));

    private static ZonePolicyReading Read(string text) => ZonePolicyReader.Read(text, "zones.yaml");

    [Fact]
    public void The_whole_policy_is_right_for_reader_and_schema()
    {
        Assert.NotNull(TownTests.Zones(Whole).Policy);
        Assert.Null(Schema.Judge(Tree(Whole)!));
        // Every key of the reader stands in it.
        foreach (var key in ZonePolicyReader.RootKeys.Concat(ZonePolicyReader.ZoneKeys).Concat(ZonePolicyReader.FlowKeys).Concat(ZonePolicyReader.GatewayKeys).Concat(ZonePolicyReader.CloudKeys)) Assert.Contains($"{key}:", Whole, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_makes_no_sense_is_told_at_its_place_and_a_name_that_is_missing_where_it_is_used()
    {
        var told = 0;
        foreach (var (path, value) in Scalars(Tree(Whole)!, ""))
            foreach (var nonsense in new[] { "%%", "???", "-1", "99999999999", "10.1.0.0/99", "tcp/99999", "''" })
            {
                var reading = Read(With(value, nonsense == "%%" ? "\"%%\"" : nonsense));
                var key = path[(path.LastIndexOf('.') + 1)..];
                if (reading.Policy is not null)
                {
                    // Devices may be called anything.
                    Assert.True(Free.Contains(key) || (key is "at" or "via" && nonsense.Contains('/')), $"{path} = {nonsense} is taken");
                    continue;
                }
                told++;
                // A zone that has another name is missing wherever it is meant.
                var places = key == "id" && path.Contains("zones", StringComparison.Ordinal) ? Scalars(Tree(Whole)!, "").Where(s => s.Value.Value == value.Value).Select(static s => s.Value).ToArray() : [value];
                Assert.True(reading.Mistakes.Any(m => places.Any(p => m.Where == $"zones.yaml:{p.Line}:{p.Column}")), $"{path} = {nonsense}: {string.Join("; ", reading.Mistakes)}, not at {value.Line}:{value.Column}");
                Assert.All(reading.Mistakes, static m => Assert.True(m.What.Ja.Length > 0 && m.What.En.Length > 0 && m.Next.Ja.Length > 0));
            }
        Assert.True(told > 200, $"{told}");
    }

    [Fact]
    public void A_key_that_is_misspelt_given_twice_or_left_out_is_told_at_its_place()
    {
        foreach (var (map, key, value) in Keys(Tree(Whole)!))
        {
            Assert.Contains(Read(With(key, key.Value + "x")).Mistakes, m => m.Code == "ZON-POLICY-002" && m.Where == $"zones.yaml:{key.Line}:{key.Column}");
            if (value is not YamlValue.Scalar || Line(key.Line).TrimStart().StartsWith("- {", StringComparison.Ordinal)) continue;
            var lines = Whole.Split('\n').ToList();
            var line = lines[key.Line - 1];
            if (line.TrimStart().StartsWith('-')) continue;
            lines.Insert(key.Line, line);
            Assert.Contains(Read(string.Join('\n', lines)).Mistakes, m => m.Code is "ZON-POLICY-004" or "ZON-POLICY-001" && m.Where.StartsWith($"zones.yaml:{key.Line + 1}:", StringComparison.Ordinal));
            lines.RemoveRange(key.Line - 1, 2);
            var without = Read(string.Join('\n', lines));
            // A key that isn't needed may go; what the policy then lacks is a finding at the entry.
            if (without.Policy is null) Assert.Contains(without.Mistakes, m => m.Code == "ZON-POLICY-003" && m.What.En.Contains($"'{key.Value}'", StringComparison.Ordinal) && m.Where.StartsWith($"zones.yaml:{map.Line}:", StringComparison.Ordinal));
            else Assert.Contains(key.Value, new[] { "name", "purpose", "approver", "until", "at" });
        }
    }

    [Fact]
    public void What_the_reader_takes_the_schema_takes_and_what_the_schema_marks_the_reader_tells()
    {
        var random = new Random(61);
        var scalars = Scalars(Tree(Whole)!, "").Select(static s => s.Value).ToArray();
        string[] words = ["1", "10.1.0.0/255.255.0.0", "10.1.7.20", "10.2.5.10-10.2.5.12", "any", "TCP/443", "50", "esp", "tcp", "icmp/8", "alpha-prime", "β′", "fw1/port9", "fw1", "2027-3-1", "2028-02-29", "lgwan", "outside", "dmz", "[10.2.5.10, 10.2.5.11]", "[]", "{a: b}", "[[tcp/443]]", "5000", "0", "4094", "tcp/1-65535", "令和", "\"\""];
        var (taken, refused) = (0, 0);
        for (var round = 0; round < 4000; round++)
        {
            var text = With(scalars[random.Next(scalars.Length)], random.Next(3) == 0 ? scalars[random.Next(scalars.Length)].Value : words[random.Next(words.Length)]);
            if (Tree(text) is not { } tree) continue;
            var (marked, reading) = (Schema.Judge(tree), Read(text));
            Assert.True(marked is null || reading.Policy is null, $"the reader takes what the schema marks at {marked}\n{text}");
            if (reading.Policy is not null) taken++;
            else if (marked is not null) refused++;
        }
        Assert.True(taken > 200 && refused > 500, $"{taken} taken, {refused} refused by both");
    }

    /// <summary>More where somebody hunts (ZONES_MUTATIONS=200000).</summary>
    private static readonly int Letters = int.TryParse(Environment.GetEnvironmentVariable("ZONES_MUTATIONS"), CultureInfo.InvariantCulture, out var many) ? many : 4000;

    [Fact]
    public void A_letter_more_or_less_is_read_or_told_near_where_it_is()
    {
        var random = new Random(62);
        var told = 0;
        for (var round = 0; round < Letters; round++)
        {
            var at = random.Next(Whole.Length);
            // A quotation mark more or less swallows lines up to the next one.
            if (Whole.AsSpan(at, Math.Min(6, Whole.Length - at)).Contains('"')) continue;
            var text = random.Next(3) switch
            {
                // Not #: a comment leaves the rest of its line out, and what is wrong then shows where that is missed.
                0 => Whole.Remove(at, 1), 1 => Whole.Insert(at, Strange[random.Next(Strange.Length)].ToString()), _ => Whole.Remove(at, Math.Min(Whole.Length - at, 1 + random.Next(6))),
            };
            var reading = Read(text);
            if (reading.Policy is not null) continue;
            told++;
            var changed = Whole[..at].Count(static c => c == '\n') + 1;
            var lines = text.Split('\n');
            foreach (var mistake in reading.Mistakes)
            {
                var place = mistake.Where.Split(':');
                var (line, column) = (int.Parse(place[1], CultureInfo.InvariantCulture), int.Parse(place[2], CultureInfo.InvariantCulture));
                Assert.True(line >= 1 && line <= lines.Length && column >= 1 && column <= lines[line - 1].Length + 1, $"{mistake.Where} is outside of the file");
            }
            // Where lines were torn or joined, it shows somewhere in the entry, or right behind it; a zone's name or its addresses, where they are used.
            var places = reading.Mistakes.Select(static m => int.Parse(m.Where.Split(':')[1], CultureInfo.InvariantCulture)).ToArray();
            Assert.True(places.Any(l => l >= EntryOf(changed) - 1 && l <= EndOf(changed) + 2) || reading.Mistakes.Any(static m => m.Code is "ZON-POLICY-006" or "ZON-POLICY-007"), $"line {changed}, told {string.Join("; ", reading.Mistakes)}\n{text}");
        }
        Assert.True(told > Letters / 3, $"{told}");
    }

    /// <summary>The line on which the entry of a line begins.</summary>
    private static int EntryOf(int line)
    {
        var lines = Whole.Split('\n');
        var at = Math.Min(line, lines.Length) - 1;
        while (at > 0 && !lines[at].StartsWith("  - ", StringComparison.Ordinal) && (lines[at].Length == 0 || lines[at][0] == ' ')) at--;
        return at + 1;
    }

    /// <summary>The last line of the entry of a line.</summary>
    private static int EndOf(int line)
    {
        var end = line;
        while (end < Whole.Split('\n').Length && EntryOf(end + 1) == EntryOf(line)) end++;
        return end;
    }

    private static string Line(int line) => Whole.Split('\n')[line - 1];

    /// <summary>The policy with another value in the place of a scalar.</summary>
    private static string With(YamlValue.Scalar scalar, string instead)
    {
        var lines = Whole.Split('\n');
        var line = lines[scalar.Line - 1];
        var start = scalar.Column - 1;
        var length = line[start] is '"' or '\'' ? scalar.Value.Length + 2 : scalar.Value.Length;
        lines[scalar.Line - 1] = line[..start] + instead + line[(start + length)..];
        return string.Join('\n', lines);
    }

    private static IEnumerable<(string Path, YamlValue.Scalar Value)> Scalars(YamlValue value, string path) => value switch
    {
        YamlValue.Scalar scalar => [(path, scalar)],
        YamlValue.List list => list.Items.SelectMany(i => Scalars(i, path)),
        YamlValue.Map map => map.Entries.SelectMany(e => Scalars(e.Value, $"{path}.{e.Key.Value}")),
        _ => [],
    };

    private static IEnumerable<(YamlValue.Map Map, YamlValue.Scalar Key, YamlValue Value)> Keys(YamlValue value) => value switch
    {
        YamlValue.Map map => map.Entries.SelectMany(e => Keys(e.Value).Prepend((map, e.Key, e.Value))),
        YamlValue.List list => list.Items.SelectMany(Keys),
        _ => [],
    };
}
