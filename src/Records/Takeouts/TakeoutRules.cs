using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Takeouts;

/// <summary>Something done so that what is carried doesn't get lost or read (保護措置).</summary>
public sealed record Safeguard(string Id, Bilingual Name, IReadOnlyList<Carrier> Carriers);

/// <summary>What is asked of one kind of take-out.</summary>
/// <param name="Classes">Null: any.</param>
/// <param name="Needs">Safeguards that have to be there, where the carrier can have them.</param>
/// <param name="AnyOf">One of these at least; empty: none.</param>
public sealed record TakeoutRule(bool? MyNumber, bool? Inside, IReadOnlyList<string>? Classes, int Days, IReadOnlyList<Safeguard> Needs, IReadOnlyList<Safeguard> AnyOf, Post Approver);

/// <summary>What take-outs ask, by the class of what is carried (持ち出しの定め). Data: data/takeout-rules.yaml.</summary>
public sealed class TakeoutRules
{
    /// <summary>From the highest down; what isn't known counts as the highest.</summary>
    private static readonly string[] Classes = ["3A", "3B", "3C", "2", "1"];

    private static readonly Lazy<TakeoutRules> Shipped = new(static () =>
    {
        using var stream = typeof(TakeoutRules).Assembly.GetManifestResourceStream("data/takeout-rules.yaml") ?? throw new InvalidOperationException("data/takeout-rules.yaml is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), out var problems) ?? throw new InvalidOperationException("data/takeout-rules.yaml is broken: " + string.Join("; ", problems));
    });

    private TakeoutRules(IReadOnlyList<Safeguard> safeguards, IReadOnlyList<TakeoutRule> rules) => (Safeguards, Rules) = (safeguards, rules);

    public IReadOnlyList<Safeguard> Safeguards { get; }

    public IReadOnlyList<TakeoutRule> Rules { get; }

    public static TakeoutRules Load() => Shipped.Value;

    /// <summary>The highest of some classes; the highest of all where one isn't known.</summary>
    public static string Highest(IEnumerable<string?> classes)
    {
        var ranks = classes.Select(c => Math.Max(0, Array.IndexOf(Classes, c))).ToList();
        return Classes[ranks.Count == 0 ? 0 : ranks.Min()];
    }

    /// <summary>The first rule that fits; the last one fits everything.</summary>
    public TakeoutRule For(string itsClass, bool isMyNumber, bool isInside) =>
        Rules.First(r => (r.MyNumber is null || r.MyNumber == isMyNumber) && (r.Inside is null || r.Inside == isInside) && (r.Classes is null || r.Classes.Contains(itsClass)));

    /// <returns>Null with the problems, each with its line.</returns>
    internal static TakeoutRules? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var (safeguards, rules) = (new List<Safeguard>(), new List<TakeoutRule>());
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "source", "date", "safeguards", "rules") is { } file)
        {
            foreach (var f in file.Items("safeguards").Select(i => YamlFields.Of(i, errors, "id", "name", "carriers")).OfType<YamlFields>())
                if (f.Text("id") is { } id && f.Both("name") is { } name) safeguards.Add(new(id, name, [.. f.Words("carriers").Select(w => Case<Carrier>(w, f, "carriers"))]));
            foreach (var f in file.Items("rules").Select(i => YamlFields.Of(i, errors, "my-number?", "inside?", "class?", "days", "needs", "any", "approver")).OfType<YamlFields>())
            {
                if (!int.TryParse(f.Text("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days < 1) errors.Wrong(f.PlaceOf("days"), "日数を書いてください", "Write a number of days");
                foreach (var its in f.Words("class").Where(c => !Classes.Contains(c))) errors.Undefined(f.PlaceOf("class"), its);
                rules.Add(new(YesNo(f, "my-number"), YesNo(f, "inside"), f["class"] is null ? null : f.Words("class"), days, Named(f, "needs"), Named(f, "any"), Case<Post>(f.Text("approver") ?? "", f, "approver")));
            }
            if (rules.Count == 0 || rules[^1] is not { MyNumber: null, Inside: null, Classes: null }) errors.Wrong(file.PlaceOf("rules"), "最後の行は、すべてに当てはまるように書きます", "The last line must fit everything");
        }
        problems = errors.InOrder();
        return errors.Any ? null : new(safeguards, rules);

        bool? YesNo(YamlFields f, string key)
        {
            if (f.Text(key) is not { } text) return null;
            if (text is not ("yes" or "no")) errors.Undefined(f.PlaceOf(key), text);
            return text == "yes";
        }

        T Case<T>(string word, YamlFields f, string key) where T : struct, Enum
        {
            if (Enum.TryParse<T>(word, out var value) && Enum.IsDefined(value)) return value;
            errors.Undefined(f.PlaceOf(key), word);
            return default;
        }

        List<Safeguard> Named(YamlFields f, string key)
        {
            var named = new List<Safeguard>();
            foreach (var word in f.Words(key))
            {
                if (safeguards.Find(s => s.Id == word) is { } its) named.Add(its);
                else errors.Undefined(f.PlaceOf(key), word);
            }
            return named;
        }
    }
}
