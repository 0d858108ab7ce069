using System.Buffers;
using System.Text;

namespace Sekisho.Zones.Devices;

/// <summary>How the bytes of a configuration were turned into characters.</summary>
internal enum ConfigEncoding
{
    Utf8,
    Utf16,
    Cp932,

    /// <summary>Neither: each byte that is not UTF-8 became its own private character, so that two different names stay different.</summary>
    Bytes,
}

/// <summary>A configuration as text: decoded, secrets masked, cut in lines. Nothing behind this type sees the original.</summary>
/// <remarks>Lines count from 1, as people and editors count them.</remarks>
internal sealed class ConfigText : IReadOnlyList<string>
{
    /// <summary>64 MiB: the largest real configurations (a full backup of a big firewall) stay under 20 MiB.</summary>
    public const int LimitBytes = 64 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly Encoding StrictCp932 = MakeCp932();
    private static readonly SearchValues<char> PagerMarks = SearchValues.Create("\b\u001b");

    private readonly int[] starts;

    private ConfigText(string name, string text, ConfigEncoding encoding, int[] starts, int masked)
    {
        Name = name;
        Text = text;
        Encoding = encoding;
        MaskedSecrets = masked;
        this.starts = starts;
    }

    /// <summary>The file's name as its owner gave it; only shown, never opened.</summary>
    public string Name { get; }

    /// <summary>The whole, secrets masked.</summary>
    public string Text { get; }

    public ConfigEncoding Encoding { get; }

    /// <summary>How many secrets were covered.</summary>
    public int MaskedSecrets { get; }

    public int LineCount => starts.Length - 1;

    /// <summary>Line <paramref name="number"/> (from 1) without its line ending.</summary>
    public ReadOnlySpan<char> Line(int number) => LineMemory(number).Span;

    public ReadOnlyMemory<char> LineMemory(int number)
    {
        var start = starts[number - 1];
        var end = starts[number];
        while (end > start && Text[end - 1] is '\n' or '\r') end--;
        return Text.AsMemory(start, end - start);
    }

    /// <summary>Where line <paramref name="number"/> starts in <see cref="Text"/>.</summary>
    public int StartOf(int number) => starts[number - 1];

    /// <summary>The line that holds the character at <paramref name="offset"/> of <see cref="Text"/>.</summary>
    public int LineAt(int offset)
    {
        var found = Array.BinarySearch(starts, offset);
        var index = found >= 0 ? found : ~found - 1;
        return Math.Clamp(index + 1, 1, Math.Max(1, LineCount));
    }

    /// <summary>How many lines; as a list the lines are made when they are asked for.</summary>
    int IReadOnlyCollection<string>.Count => LineCount;

    string IReadOnlyList<string>.this[int index] => Line(index + 1).ToString();

    public IEnumerator<string> GetEnumerator()
    {
        for (var line = 1; line <= LineCount; line++) yield return Line(line).ToString();
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lines that are decoded already; masked again, which changes nothing where they were.</summary>
    public static ConfigText Of(string name, IReadOnlyList<string> lines)
    {
        var text = lines.Count == 0 ? "\n" : Secrets.Mask(string.Join('\n', lines) + "\n", out _);
        return new ConfigText(name, text, ConfigEncoding.Utf8, Cut(text), 0);
    }

    /// <summary>Decodes, masks and cuts; or says in <paramref name="why"/> why these bytes are no configuration.</summary>
    public static ConfigText? Read(ReadOnlySpan<byte> untrusted, string untrustedName, out ConfigRefusal why)
    {
        why = ConfigRefusal.None;
        if (untrusted.Length > LimitBytes)
        {
            why = ConfigRefusal.TooLarge;
            return null;
        }

        if (untrusted.IsEmpty)
        {
            why = ConfigRefusal.Empty;
            return null;
        }

        if (!TryDecode(untrusted, out var text, out var encoding) || LooksBinary(text))
        {
            why = ConfigRefusal.Binary;
            return null;
        }

        if (text.AsSpan().IndexOfAny(PagerMarks) >= 0) text = WithoutPager(text);
        if (text.AsSpan().Trim().IsEmpty)
        {
            why = ConfigRefusal.Empty;
            return null;
        }

        text = Secrets.Mask(text, out var masked);
        return new ConfigText(untrustedName, text, encoding, Cut(text), masked);
    }

    private static int[] Cut(string text)
    {
        ReadOnlySpan<char> span = text;
        var lines = span.Count('\n') + (span[^1] == '\n' ? 0 : 1);
        var starts = new int[lines + 1];
        var at = 0;
        for (var line = 1; line < lines; line++)
        {
            at += span[at..].IndexOf('\n') + 1;
            starts[line] = at;
        }

        starts[lines] = text.Length;
        return starts;
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text, out ConfigEncoding encoding)
    {
        encoding = ConfigEncoding.Utf8;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            bytes = bytes[3..];
        }
        else if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            encoding = ConfigEncoding.Utf16;
            text = (bytes[0] == 0xFF ? System.Text.Encoding.Unicode : System.Text.Encoding.BigEndianUnicode).GetString(bytes[2..]);
            return true;
        }

        if (bytes.Contains((byte)0))
        {
            text = "";
            return false;
        }

        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            text = StrictUtf8.GetString(bytes);
            return true;
        }

        try
        {
            text = StrictCp932.GetString(bytes);
            encoding = ConfigEncoding.Cp932;
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = ByteByByte(bytes);
            encoding = ConfigEncoding.Bytes;
            return true;
        }
    }

    /// <summary>UTF-8 where it is UTF-8; every other byte b becomes U+F700+b, so that no two names fall together.</summary>
    private static string ByteByByte(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> two = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done)
            {
                text.Append(two[..rune.EncodeToUtf16(two)]);
                bytes = bytes[used..];
            }
            else
            {
                text.Append((char)(0xF700 + bytes[0]));
                bytes = bytes[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>More than one control or undecodable character in fifty is not a configuration anybody typed or a device wrote.</summary>
    private static bool LooksBinary(string text)
    {
        var odd = 0;
        foreach (var c in text)
            if ((c < ' ' && c is not ('\t' or '\n' or '\r' or '\b' or '\u001b' or '\f')) || c == '\u007f' || (c >= 0xF700 && c <= 0xF7FF)) odd++;
        return odd * 50 > text.Length;
    }

    /// <summary>Takes out what a terminal's pager left in a captured "show running-config": backspaces, escape sequences, "--More--".</summary>
    private static string WithoutPager(string text)
    {
        var clean = new StringBuilder(text.Length);
        var lineStart = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\b')
            {
                if (clean.Length > lineStart) clean.Length--;
            }
            else if (c == '\u001b')
            {
                i++;
                if (i < text.Length && text[i] == '[')
                {
                    while (i + 1 < text.Length && !char.IsAsciiLetter(text[i + 1])) i++;

                    i++;
                }
            }
            else
            {
                clean.Append(c);
                if (c == '\n') lineStart = clean.Length;
            }
        }

        return clean.Replace("--More--", "").Replace("---つづく---", "").ToString();
    }

    private static Encoding MakeCp932()
    {
        System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return System.Text.Encoding.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
    }
}

/// <summary>Why bytes are not taken as a configuration at all.</summary>
internal enum ConfigRefusal
{
    None,
    Empty,
    TooLarge,
    Binary,
}
