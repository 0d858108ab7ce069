using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Sekisho.Assurance;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town as data (data/demo/shiokaze.json). Days count from today, negative for the past.</summary>
internal sealed partial record DemoScript(
    string About, string Slug, string Name,
    IReadOnlyList<DemoUnit> Units, IReadOnlyList<DemoPerson> People,
    IReadOnlyList<DemoScript.Stream> Evidence, IReadOnlyList<DemoScript.Signed> Statements)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Evidence of one kind on one subject, over and over.</summary>
    /// <param name="Facts">A number, a range [from, to], or "=other" for the value of another fact.</param>
    /// <param name="Ja">{fact} stands for its value.</param>
    /// <param name="Numbers">Numbers for the sentence that are no facts.</param>
    internal sealed record Stream(
        string Kind, string Subject, int EveryHours, IReadOnlyDictionary<string, JsonElement> Facts, string Ja, string En,
        int From = -365, int Until = 1, IReadOnlyDictionary<string, JsonElement>? Numbers = null, IReadOnlyList<Change>? Changes = null);

    /// <summary>From one day to another it looked different.</summary>
    internal sealed record Change(int From, int To, IReadOnlyDictionary<string, JsonElement> Facts, string? Ja = null, string? En = null);

    /// <param name="ValidDays">0: until the end of the present month.</param>
    internal sealed record Signed(int Day, string Obligation, string Criterion, string By, int ValidDays, string Text, string File);

    public static DemoScript Load() => JsonSerializer.Deserialize<DemoScript>(Text("shiokaze.json"), Form)
        ?? throw new InvalidOperationException("data/demo/shiokaze.json is empty.");

    /// <summary>A text of the demo as it is built into this assembly.</summary>
    public static string Text(string name)
    {
        using var stream = typeof(DemoScript).Assembly.GetManifestResourceStream("demo/" + name)
            ?? throw new InvalidOperationException($"data/demo/{name} is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>令和８年７月２４日: a date as rules are printed.</summary>
    public static string Printed(DateOnly day) => string.Concat(
        JapaneseTime.Date(day).Ja.TakeWhile(c => c != '(').Select(c => char.IsAsciiDigit(c) ? (char)(c - '0' + '０') : c));

    /// <summary>What was observed after one moment up to another, in order of time. The same seed gives the same town.</summary>
    /// <param name="start">The moment that day 0 stands for.</param>
    public IEnumerable<(Observation Observed, DateTimeOffset At)> Observations(DateTimeOffset start, DateTimeOffset after, DateTimeOffset upTo) =>
        Evidence.SelectMany((stream, i) => Of(stream, i, start, after, upTo)).OrderBy(o => o.At);

    private static IEnumerable<(Observation Observed, DateTimeOffset At)> Of(Stream stream, int number, DateTimeOffset start, DateTimeOffset after, DateTimeOffset upTo)
    {
        // Minutes past the hour differ between streams: real systems don't report all at once.
        var first = start.AddDays(stream.From).AddMinutes(number * 7 % 180);
        for (var slot = 0; ; slot++)
        {
            var at = first.AddHours((double)slot * stream.EveryHours);
            if (at > upTo) yield break;
            var day = (at - start).TotalDays;
            if (at <= after || day >= stream.Until && stream.Until <= 0) continue;
            var change = stream.Changes?.FirstOrDefault(c => c.From <= day && (day < c.To || c.To > 0));
            // Seeded by place, so that adding a stream leaves the others as they were.
            var random = new Random(HashCode(stream.Kind, stream.Subject, slot));
            var facts = new Dictionary<string, decimal>();
            foreach (var (name, value) in change?.Facts ?? stream.Facts) facts[name] = Value(value, facts, random);
            var said = new Dictionary<string, decimal>(facts);
            foreach (var (name, value) in stream.Numbers ?? new Dictionary<string, JsonElement>()) said[name] = Value(value, facts, random);
            yield return (new Observation(stream.Kind, stream.Subject, at, null, EvidenceWeight.System, facts, new(Fill(change?.Ja ?? stream.Ja, said), Fill(change?.En ?? stream.En, said))), at);
        }
    }

    private static decimal Value(JsonElement value, Dictionary<string, decimal> facts, Random random) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDecimal(),
        JsonValueKind.Array => random.Next(value[0].GetInt32(), value[1].GetInt32() + 1),
        _ => facts[value.GetString()![1..]],
    };

    private static string Fill(string sentence, Dictionary<string, decimal> said) =>
        Place().Replace(sentence, m => said[m.Groups[1].Value].ToString(CultureInfo.InvariantCulture));

    /// <summary>The same on every machine and in every run, unlike string.GetHashCode.</summary>
    private static int HashCode(string kind, string subject, int slot)
    {
        var hash = 2166136261u;
        foreach (var c in $"{kind}\n{subject}\n{slot.ToString(CultureInfo.InvariantCulture)}") hash = (hash ^ c) * 16777619u;
        return (int)hash;
    }

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Place();
}

/// <summary>A unit of the made-up town.</summary>
/// <param name="Parent">Key of the unit above; null: an agency by itself.</param>
/// <param name="Kind">Agency, Department or Section.</param>
/// <param name="Head">Who leads it; who leads another already does so beside it (兼務).</param>
/// <param name="Manager">The 情報セキュリティ管理者, where that is somebody else than the head.</param>
public sealed record DemoUnit(string Key, string Name, string? Parent, string Kind, string Head, string? Manager = null);

/// <summary>A person of the made-up town, for whom the sign-in makes an account.</summary>
/// <param name="Role">officer, manager, staff, auditor or administrator.</param>
public sealed record DemoPerson(string Key, string Name, string Unit, string Role, string Post);
