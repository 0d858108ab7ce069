using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>What an RTF body says: the page that Outlook wrapped in it, or its text. Pictures, objects and fields' instructions are passed over.</summary>
/// <remarks>Source: [MS-OXRTFEX] 2021-08 and RTF 1.9.1.</remarks>
internal sealed class RtfBody
{
    private const int MostDepth = 500;

    private readonly byte[] rtf;
    private readonly Budget budget;
    private readonly StringBuilder text = new();
    private readonly List<byte> pending = [];
    private readonly Dictionary<int, int> fonts = [];
    private readonly Stack<State> groups = new();
    private State now = new(Skips: false, Plain: false, InTag: false, InFonts: false, Hides: false, Font: -1, Uc: 1);
    private bool isHtml;
    private int codePage = 1252, defining = -1, skipCharacters;

    private RtfBody(byte[] rtf, Budget budget) => (this.rtf, this.budget) = (rtf, budget);

    /// <summary>The body; both null where the RTF says nothing.</summary>
    public static LetterBody Read(byte[] untrusted, Budget budget)
    {
        var body = new RtfBody(untrusted, budget);
        // Outlook names the wrapping within the first words.
        body.isHtml = Encoding.Latin1.GetString(untrusted, 0, Math.Min(untrusted.Length, 2048)).Contains("\\fromhtml1", StringComparison.Ordinal);
        body.Run();
        var read = body.text.ToString().ReplaceLineEndings("\n");
        return body.isHtml ? new(null, read) : new(read, null);
    }

    /// <param name="Skips">A destination that isn't read.</param>
    /// <param name="Plain">Between \htmlrtf and \htmlrtf0: RTF's own rendering of what the page says itself.</param>
    /// <param name="InTag">Within \*\htmltag: the page's own characters.</param>
    /// <param name="Hides">\v: hidden text.</param>
    /// <param name="Uc">Characters that stand in for one of \u.</param>
    private readonly record struct State(bool Skips, bool Plain, bool InTag, bool InFonts, bool Hides, int Font, int Uc);

    private void Run()
    {
        for (var at = 0; at < rtf.Length;)
        {
            if ((at & 0xFFF) == 0) budget.Check();
            switch (rtf[at])
            {
                case (byte)'{':
                    Flush();
                    if (groups.Count > MostDepth) return;
                    groups.Push(now);
                    skipCharacters = 0;
                    at++;
                    break;
                case (byte)'}':
                    Flush();
                    if (groups.Count == 0) return;
                    now = groups.Pop();
                    skipCharacters = 0;
                    at++;
                    break;
                case (byte)'\\':
                    Control(ref at);
                    break;
                case (byte)'\r' or (byte)'\n' or 0:
                    at++;
                    break;
                default:
                    Character(rtf[at++]);
                    break;
            }
        }
        Flush();
    }

    private void Control(ref int at)
    {
        if (++at >= rtf.Length) return;
        var c = (char)rtf[at];
        if (!char.IsAsciiLetter(c))
        {
            at++;
            switch (c)
            {
                case '\'':
                    if (at + 2 <= rtf.Length && byte.TryParse(rtf.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) Character(value);
                    at += 2;
                    return;
                case '\\' or '{' or '}':
                    Character((byte)c);
                    return;
                case '~':
                    Text("\u00A0");
                    return;
                case '_':
                    Text("-");
                    return;
                case '\r' or '\n':
                    Text("\n");
                    return;
                case '*':
                    Destination(ref at);
                    return;
            }
            return;
        }
        var start = at;
        while (at < rtf.Length && at - start < 32 && char.IsAsciiLetter((char)rtf[at])) at++;
        var word = Encoding.ASCII.GetString(rtf, start, at - start);
        int? number = null;
        var minus = at < rtf.Length && rtf[at] == '-';
        if (minus) at++;
        var digits = at;
        while (at < rtf.Length && at - digits < 10 && char.IsAsciiDigit((char)rtf[at])) at++;
        if (at > digits && int.TryParse(rtf.AsSpan(digits, at - digits), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) number = minus ? -parsed : parsed;
        if (at < rtf.Length && rtf[at] == ' ') at++;
        if (word == "bin" && number is > 0)
        {
            at = (int)Math.Min(rtf.Length, (long)at + number.Value);
            return;
        }
        Word(word, number);
    }

    // {\*\word …}: read only where it is known.
    private void Destination(ref int at)
    {
        Flush();
        var rest = rtf.AsSpan(at);
        while (rest.Length > 0 && rest[0] is (byte)' ' or (byte)'\r' or (byte)'\n') rest = rest[1..];
        if (isHtml && rest.StartsWith("\\htmltag"u8)) now = now with { InTag = true };
        else now = now with { Skips = true };
        at = rtf.Length - rest.Length;
    }

    private void Word(string word, int? number)
    {
        switch (word)
        {
            case "ansicpg" when number is { } page:
                codePage = page;
                break;
            case "fonttbl":
                Flush();
                now = now with { InFonts = true };
                break;
            case "f" when number is { } font:
                Flush();
                if (now.InFonts) defining = font;
                else now = now with { Font = font };
                break;
            case "fcharset" when now.InFonts && defining >= 0 && number is { } charset && fonts.Count < 10_000:
                fonts[defining] = PageOf(charset);
                break;
            case "colortbl" or "stylesheet" or "info" or "pict" or "object" or "header" or "footer" or "headerl" or "headerr" or "footerl" or "footerr" or "fldinst" or "listtable" or "listoverridetable" or "revtbl" or "rsidtbl" or "footnote":
                now = now with { Skips = true };
                break;
            case "htmlrtf":
                Flush();
                now = now with { Plain = number != 0 };
                break;
            case "plain":
                Flush();
                now = now with { Font = -1, Hides = false };
                break;
            case "v":
                Flush();
                now = now with { Hides = number != 0 };
                break;
            case "uc" when number is >= 0 and < 100:
                now = now with { Uc = number.Value };
                break;
            case "u" when number is { } unit:
                Flush();
                Text(((char)(ushort)unit).ToString());
                skipCharacters = now.Uc;
                break;
            case "par" or "line" or "row" or "sect" or "page":
                Text("\n");
                break;
            case "tab" or "cell":
                Text("\t");
                break;
            case "lquote":
                Text("\u2018");
                break;
            case "rquote":
                Text("\u2019");
                break;
            case "ldblquote":
                Text("\u201C");
                break;
            case "rdblquote":
                Text("\u201D");
                break;
            case "bullet":
                Text("\u2022");
                break;
            case "endash":
                Text("\u2013");
                break;
            case "emdash":
                Text("\u2014");
                break;
        }
    }

    private void Character(byte value)
    {
        if (skipCharacters > 0)
        {
            skipCharacters--;
            return;
        }
        if (IsRead) pending.Add(value);
    }

    private void Text(string piece)
    {
        Flush();
        if (IsRead) text.Append(piece);
    }

    private bool IsRead => !now.Skips && !now.InFonts && !(isHtml && now.Plain && !now.InTag) && !(now.Hides && !isHtml);

    // Characters of two bytes come one byte at a time: read when the run ends.
    private void Flush()
    {
        if (pending.Count == 0) return;
        text.Append(MapiProperties.Decode([.. pending], now.Font >= 0 && fonts.TryGetValue(now.Font, out var page) && page != 0 ? page : codePage));
        pending.Clear();
    }

    private static int PageOf(int charset) => charset switch
    {
        77 => 10000, 128 => 932, 129 => 949, 130 => 1361, 134 => 936, 136 => 950, 161 => 1253, 162 => 1254, 163 => 1258, 177 => 1255, 178 => 1256, 186 => 1257, 204 => 1251, 222 => 874, 238 => 1250, _ => 0,
    };
}
