using System.Globalization;

namespace Sekisho.Assurance;

/// <summary>A comparison over the facts of a piece of evidence (条件), such as <c>violations = 0</c> or <c>acknowledged >= people</c>.</summary>
/// <remarks>
/// Grammar: comparison ("and" comparison)*; comparison = operand op operand; op = "=", "!=", "&lt;", "&lt;=", ">", ">="; operand = fact name or decimal number.
/// A fact that the evidence doesn't carry makes the condition unknown, which never counts as fulfilled.
/// </remarks>
public sealed class Condition : IEquatable<Condition>
{
    private sealed record Comparison(string Left, string Operator, string Right);

    private readonly IReadOnlyList<Comparison> comparisons;

    private Condition(string text, IReadOnlyList<Comparison> comparisons)
    {
        Text = text;
        this.comparisons = comparisons;
    }

    /// <summary>The condition as written.</summary>
    public string Text { get; }

    /// <summary>Names of the facts that it asks for, each once.</summary>
    public IEnumerable<string> Facts =>
        comparisons.SelectMany(c => new[] { c.Left, c.Right }).Where(o => !IsNumber(o)).Distinct();

    /// <summary>False with a reason when the text is not a condition; nothing is assumed.</summary>
    public static bool TryParse(string? untrusted, out Condition condition, out string error)
    {
        condition = null!;
        error = "";
        var text = (untrusted ?? "").Trim();
        var list = new List<Comparison>();
        foreach (var part in text.Split(" and ", StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || words[1] is not ("=" or "!=" or "<" or "<=" or ">" or ">=") || !IsOperand(words[0]) || !IsOperand(words[2]))
            {
                error = $"not a comparison: '{part}' (write: fact op number, e.g. violations = 0)";
                return false;
            }
            list.Add(new Comparison(words[0], words[1], words[2]));
        }
        condition = new Condition(text, list);
        return true;
    }

    /// <exception cref="FormatException">The text is not a condition; for data that ships with the product.</exception>
    public static Condition Parse(string text) =>
        TryParse(text, out var condition, out var error) ? condition : throw new FormatException(error);

    /// <summary>The condition in a person's words: each fact by its name, comparisons joined by <paramref name="and"/>.</summary>
    public string Say(Func<string, string> nameOf, string and) => string.Join(and, comparisons.Select(c =>
        $"{(IsNumber(c.Left) ? c.Left : nameOf(c.Left))} {Sign(c.Operator)} {(IsNumber(c.Right) ? c.Right : nameOf(c.Right))}"));

    private static string Sign(string op) => op switch { "!=" => "≠", "<=" => "≦", ">=" => "≧", _ => op };

    /// <summary>True or false, or null where a fact is missing.</summary>
    public bool? Holds(IReadOnlyDictionary<string, decimal> facts)
    {
        var unknown = false;
        foreach (var c in comparisons)
        {
            if (Value(c.Left, facts) is not { } left || Value(c.Right, facts) is not { } right) { unknown = true; continue; }
            var order = left.CompareTo(right);
            var holds = c.Operator switch
            {
                "=" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                _ => order >= 0,
            };
            if (!holds) return false;
        }
        return unknown ? null : true;
    }

    private static decimal? Value(string operand, IReadOnlyDictionary<string, decimal> facts)
    {
        if (decimal.TryParse(operand, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)) return number;
        return facts.TryGetValue(operand, out var fact) ? fact : null;
    }

    private static bool IsNumber(string operand) => decimal.TryParse(operand, NumberStyles.Number, CultureInfo.InvariantCulture, out _);

    private static bool IsOperand(string operand) =>
        IsNumber(operand) || (char.IsAsciiLetter(operand[0]) && operand.All(ch => char.IsAsciiLetterOrDigit(ch) || ch is '_' or '-' or '.'));

    public bool Equals(Condition? other) => other is not null && other.Text == Text;
    public override bool Equals(object? obj) => Equals(obj as Condition);
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Text;
}
