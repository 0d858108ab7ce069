using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sekisho.Ledger;

/// <summary>JSON in the one spelling of RFC 8785 (JCS): names in UTF-16 order, no white space, numbers as ECMAScript prints them.</summary>
/// <remarks>Where JCS would round a number, this refuses it: a ledger must not say something other than it was told.</remarks>
public static class CanonicalJson
{
    /// <exception cref="ArgumentException">A number that a double doesn't hold (write it as a string), a lone surrogate, or a name that comes twice.</exception>
    public static byte[] Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return ToBytes(text);
    }

    /// <exception cref="ArgumentException">A lone surrogate.</exception>
    internal static byte[] ToBytes(StringBuilder text) => Strict.GetBytes(text.ToString());

    private static readonly UTF8Encoding Strict = new(false, true);

    // ', ", \ and control characters only: everything else stays as it is.
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static i => (char)i), '"', '\\']);

    internal static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                string? last = null;
                foreach (var (name, child) in value.EnumerateObject().Select(static p => (p.Name, p.Value)).OrderBy(static p => p.Name, StringComparer.Ordinal))
                {
                    if (name == last) throw new ArgumentException($"The name \"{name}\" comes twice in one object.", nameof(value));
                    if (last is not null) text.Append(',');
                    last = name;
                    AppendText(text, name);
                    text.Append(':');
                    Append(text, child);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var first = true;
                foreach (var child in value.EnumerateArray())
                {
                    if (!first) text.Append(',');
                    first = false;
                    Append(text, child);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                AppendText(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                AppendNumber(text, value);
                break;
            default:
                text.Append(value.ValueKind switch
                {
                    JsonValueKind.True => "true",
                    JsonValueKind.False => "false",
                    JsonValueKind.Null => "null",
                    _ => throw new ArgumentException("There is no JSON value here.", nameof(value)),
                });
                break;
        }
    }

    internal static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        var rest = value.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            text.Append(rest[..at]);
            var c = rest[at];
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                _ => $"\\u{(int)c:x4}",
            });
            rest = rest[(at + 1)..];
        }
        text.Append(rest).Append('"');
    }

    private static void AppendNumber(StringBuilder text, JsonElement number)
    {
        var literal = number.GetRawText();
        var value = double.Parse(literal, CultureInfo.InvariantCulture);
        var (digits, exponent) = Normalise(value.ToString("R", CultureInfo.InvariantCulture));
        if (!double.IsFinite(value) || Normalise(literal) != (digits, exponent))
            throw new ArgumentException($"The number {literal} can't be kept exactly; write it as a string.", nameof(number));
        if (digits.Length == 0)
        {
            text.Append('0');
            return;
        }

        // ECMA-262 Number::toString: point = position of the decimal point after the first digit.
        if (value < 0) text.Append('-');
        var point = digits.Length + exponent;
        if (point is > 0 and <= 21)
        {
            if (exponent >= 0) text.Append(digits).Append('0', exponent);
            else text.Append(digits.AsSpan(0, point)).Append('.').Append(digits.AsSpan(point));
        }
        else if (point is > -6 and <= 0)
        {
            text.Append("0.").Append('0', -point).Append(digits);
        }
        else
        {
            text.Append(digits[0]);
            if (digits.Length > 1) text.Append('.').Append(digits.AsSpan(1));
            text.Append(CultureInfo.InvariantCulture, $"e{(point > 0 ? "+" : "")}{point - 1}");
        }
    }

    /// <summary>A decimal literal as its digits without zeros at either end, and the power of ten of the last one. The sign is left out.</summary>
    private static (string Digits, int Exponent) Normalise(string literal)
    {
        var e = literal.IndexOfAny(['e', 'E']);
        var mantissa = (e < 0 ? literal : literal[..e]).TrimStart('-');
        // An exponent beyond int can only belong to a number that is refused (or zero); any stand-in will differ.
        var exponent = e < 0 ? 0 : int.TryParse(literal.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) ? given : 1_000_000;
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }
        mantissa = mantissa.TrimStart('0');
        var digits = mantissa.TrimEnd('0');
        return digits.Length == 0 ? ("", 0) : (digits, exponent + mantissa.Length - digits.Length);
    }
}
