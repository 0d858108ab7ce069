using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Drawing.Sxf;

/// <summary>The characters of an exchange structure (ISO 10303-21), one after the other; memory doesn't grow with the file.</summary>
internal sealed class StepText
{
    private readonly TextForm.UnitReader reader;
    private readonly Budget budget;
    private char[] ahead = new char[1 << 16];
    private int at, length;
    private bool ended;

    public StepText(Source source, TextForm form, Budget budget)
    {
        this.budget = budget;
        var (bytes, start, code) = form.Open(source);
        reader = new(bytes, start, code);
    }

    /// <summary>The character that many places ahead; NUL behind the end.</summary>
    public char Peek(int places = 0)
    {
        while (at + places >= length)
        {
            if (ended) return '\0';
            Fill();
        }
        return ahead[at + places];
    }

    public char Next()
    {
        var c = Peek();
        at++;
        return c;
    }

    public bool IsAtEnd => Peek() == '\0' && ended && at >= length;

    public bool Starts(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Peek(i) != text[i]) return false;
        }
        return true;
    }

    public void Skip(int count) => at += count;

    /// <summary>Passes blanks and line ends.</summary>
    public void Blanks()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n') at++;
    }

    private void Fill()
    {
        var left = Math.Max(0, length - at);
        Array.Copy(ahead, length - left, ahead, 0, left);
        (at, length) = (Math.Max(0, at - length), left);
        if (!reader.Read(budget, out var units, out _))
        {
            if (reader.WrongAt >= 0) throw TextForm.Unreadable(reader.WrongAt);
            ended = true;
            return;
        }
        if (ahead.Length < left + (2 * units.Length)) Array.Resize(ref ahead, left + (2 * units.Length));
        foreach (var unit in units)
        {
            // NUL can't be told from the end; it is no character of these files.
            if (unit.Rune == 0) continue;
            if (unit.Rune < 0x10000) ahead[length++] = (char)unit.Rune;
            else length += new Rune(unit.Rune).EncodeToUtf16(ahead.AsSpan(length));
        }
    }
}

/// <summary>Text as it stands between the quotes of an exchange structure, without what deceives.</summary>
internal static class StepStrings
{
    /// <param name="dropped">Told of each character that isn't written.</param>
    /// <exception cref="RefusedException">An escape is none.</exception>
    public static string Clean(string raw, Dropped dropped)
    {
        if (raw.AsSpan().IndexOfAny('\\', '\r', '\n') < 0 && Characters.AreClean(raw)) return raw;
        var clean = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length;)
        {
            if (raw[i] == '\\' && i + 3 < raw.Length && raw[i + 1] == 'X' && raw[i + 2] is '2' or '4' && raw[i + 3] == '\\')
            {
                var wide = raw[i + 2] == '2' ? 4 : 8;
                var end = raw.IndexOf("\\X0\\", i + 4, StringComparison.Ordinal);
                if (end < 0 || (end - i - 4) % wide != 0) throw Broken();
                Escaped(raw.AsSpan(i + 4, end - i - 4), wide, clean, dropped);
                i = end + 4;
            }
            else if (raw[i] == '\\' && i + 4 < raw.Length && raw[i + 1] == 'X' && raw[i + 2] == '\\' && char.IsAsciiHexDigit(raw[i + 3]) && char.IsAsciiHexDigit(raw[i + 4]))
            {
                var value = int.Parse(raw.AsSpan(i + 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                if (Characters.IsDropped(value) || value is '\r' or '\n') dropped.Add(value);
                else clean.Append(CultureInfo.InvariantCulture, $"\\X\\{value:X2}");
                i += 5;
            }
            else
            {
                Rune.DecodeFromUtf16(raw.AsSpan(i), out var rune, out var length);
                if (Characters.IsDropped(rune.Value)) dropped.Add(rune.Value);
                else if (rune.Value is not ('\r' or '\n')) clean.Append(rune.ToString()); // lines are broken anywhere
                i += length;
            }
        }
        return clean.ToString();
    }

    private static void Escaped(ReadOnlySpan<char> hex, int wide, StringBuilder clean, Dropped dropped)
    {
        var text = new StringBuilder();
        for (var i = 0; i < hex.Length; i += wide)
        {
            if (!uint.TryParse(hex.Slice(i, wide), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) throw Broken();
            if (wide == 4) text.Append((char)value);
            else text.Append(Rune.IsValid((int)Math.Min(value, int.MaxValue)) ? new Rune((int)value).ToString() : throw Broken());
        }
        var kept = new StringBuilder();
        foreach (var rune in text.ToString().EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.ToString().Contains('\uFFFD', StringComparison.Ordinal)) throw Broken();
            if (Characters.IsDropped(rune.Value) || rune.Value is '\r' or '\n') dropped.Add(rune.Value);
            else kept.Append(rune.ToString());
        }
        if (kept.Length == 0) return;
        clean.Append(wide == 4 ? "\\X2\\" : "\\X4\\");
        if (wide == 4)
        {
            foreach (var c in kept.ToString()) clean.Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
        }
        else
        {
            foreach (var rune in kept.ToString().EnumerateRunes()) clean.Append(rune.Value.ToString("X8", CultureInfo.InvariantCulture));
        }
        clean.Append("\\X0\\");
    }

    /// <summary>A name of a file without the way to it: neither a folder of somebody's machine nor another machine.</summary>
    public static string WithoutPath(string name) => name[(name.LastIndexOfAny(['/', '\\']) + 1)..];

    private static RefusedException Broken() => Refusals.Broken("", "SAN-SXF-001", "文字列の書き方が仕様と合いません", "a string is against the specification");
}
