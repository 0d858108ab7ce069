using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sekisho.Sanitizer.Pdf.Reading;

/// <summary>A value of a PDF (ISO 32000-2 §7.3), read or to be written.</summary>
internal abstract class PdfValue
{
    /// <summary>Appends the one way in which Sekisho writes this value.</summary>
    public abstract void WriteTo(PdfBytes to);
}

internal sealed class PdfNull : PdfValue
{
    public static readonly PdfNull Value = new();

    public override void WriteTo(PdfBytes to) => to.Word("null"u8);
}

internal sealed class PdfBool(bool value) : PdfValue
{
    public static readonly PdfBool True = new(true);
    public static readonly PdfBool False = new(false);

    public bool IsTrue => value;

    public override void WriteTo(PdfBytes to) => to.Word(value ? "true"u8 : "false"u8);
}

/// <summary>Integer or real; decimal, so that what is written reads back as the same value.</summary>
internal sealed class PdfNumber(decimal value) : PdfValue
{
    public decimal Amount => value;

    public bool IsInteger => decimal.IsInteger(value);

    public int? Int => IsInteger && value is >= int.MinValue and <= int.MaxValue ? (int)value : null;

    public static PdfNumber Of(long value) => new(value);

    public override void WriteTo(PdfBytes to)
    {
        Span<char> text = stackalloc char[48];
        // Division by one drops the zeros that decimal remembers: 1.50 → 1.5.
        if (!(value / 1.0000000000000000000000000000m).TryFormat(text, out var length, default, CultureInfo.InvariantCulture)) length = 0;
        to.Part(text[..length]);
    }
}

internal sealed class PdfString(byte[] bytes) : PdfValue
{
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>As text: UTF-16 or UTF-8 with its mark, else as Latin-1.</summary>
    public string Text() =>
        bytes is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2))
        : bytes is [0xFF, 0xFE, ..] ? Encoding.Unicode.GetString(bytes.AsSpan(2))
        : bytes is [0xEF, 0xBB, 0xBF, ..] ? Encoding.UTF8.GetString(bytes.AsSpan(3))
        : Encoding.Latin1.GetString(bytes);

    public override void WriteTo(PdfBytes to)
    {
        var plain = true;
        foreach (var b in bytes) plain &= b is >= 0x20 and < 0x7F and not ((byte)'(' or (byte)')' or (byte)'\\');
        if (plain)
        {
            to.Raw("("u8);
            to.Raw(bytes);
            to.Raw(")"u8);
            return;
        }
        to.Raw("<"u8);
        foreach (var b in bytes) to.Hex(b);
        to.Raw(">"u8);
    }
}

/// <summary>A name; a character for each byte (Latin-1), escapes resolved.</summary>
internal sealed class PdfName(string name) : PdfValue
{
    public string Name => name;

    public override void WriteTo(PdfBytes to) => to.Name(name);
}

internal sealed class PdfArray : PdfValue
{
    public PdfArray()
    {
    }

    public PdfArray(IEnumerable<PdfValue> items) => Items.AddRange(items);

    public List<PdfValue> Items { get; } = [];

    public override void WriteTo(PdfBytes to)
    {
        to.Raw("["u8);
        foreach (var item in Items) item.WriteTo(to);
        to.Raw("]"u8);
    }
}

/// <summary>A dictionary. Of two equal keys the last counts, as in qpdf and poppler.</summary>
internal sealed class PdfDict : PdfValue
{
    private readonly Dictionary<string, PdfValue> map = new(StringComparer.Ordinal);

    public int Count => map.Count;

    public IReadOnlyDictionary<string, PdfValue> Map => map;

    /// <summary>As it stands, references unresolved; null where there is none. Setting null removes.</summary>
    public PdfValue? this[string key]
    {
        get => map.GetValueOrDefault(key);
        set
        {
            if (value is null or PdfNull) map.Remove(key);
            else map[key] = value;
        }
    }

    public PdfDict With(string key, PdfValue? value)
    {
        this[key] = value;
        return this;
    }

    public override void WriteTo(PdfBytes to)
    {
        to.Raw("<<"u8);
        // In one order, so that the same content is the same bytes whatever it was read from.
        var keys = new string[map.Count];
        map.Keys.CopyTo(keys, 0);
        Array.Sort(keys, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            to.Name(key);
            map[key].WriteTo(to);
        }
        to.Raw(">>"u8);
    }
}

internal sealed class PdfRef(int number, int generation) : PdfValue
{
    public int Number => number;

    public int Generation => generation;

    public override void WriteTo(PdfBytes to)
    {
        to.Integer(number);
        to.Integer(generation);
        to.Word("R"u8);
    }
}

/// <summary>A stream as it stands in the file: its dictionary, and where its bytes lie, still encrypted and encoded.</summary>
internal sealed class PdfStream(PdfDict dict, int start, int length, int number, int generation) : PdfValue
{
    public PdfDict Dict => dict;

    public int Start => start;

    public int Length => length;

    public int Number => number;

    public int Generation => generation;

    public override void WriteTo(PdfBytes to) => throw new InvalidOperationException("a stream that was read is never written");
}

/// <summary>Bytes of a PDF being written: blanks only where two tokens would run together.</summary>
internal sealed class PdfBytes
{
    private byte[] buffer = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Cut(int length) => Length = length;

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Byte(byte b)
    {
        Reserve(1);
        buffer[Length++] = b;
    }

    /// <summary>A token of regular characters: divided from one before it.</summary>
    public void Word(ReadOnlySpan<byte> word)
    {
        Divide();
        Raw(word);
    }

    public void Part(ReadOnlySpan<char> ascii)
    {
        Divide();
        Reserve(ascii.Length);
        foreach (var c in ascii) buffer[Length++] = (byte)c;
    }

    public void Integer(long value)
    {
        Span<char> text = stackalloc char[20];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        Part(text[..length]);
    }

    public void Name(ReadOnlySpan<char> name)
    {
        Byte((byte)'/');
        foreach (var c in name)
        {
            if (c is > ' ' and < (char)0x7F and not ('#' or '/' or '(' or ')' or '<' or '>' or '[' or ']' or '{' or '}' or '%'))
            {
                Byte((byte)c);
                continue;
            }
            Byte((byte)'#');
            Hex((byte)c);
        }
    }

    public void Hex(byte b)
    {
        Reserve(2);
        buffer[Length++] = "0123456789ABCDEF"u8[b >> 4];
        buffer[Length++] = "0123456789ABCDEF"u8[b & 15];
    }

    /// <summary>Removes bytes from the middle.</summary>
    public void Remove(int start, int count)
    {
        Span.Slice(start + count).CopyTo(buffer.AsSpan(start));
        Length -= count;
    }

    private void Divide()
    {
        if (Length > 0 && buffer[Length - 1] is not ((byte)' ' or (byte)'\n' or (byte)'[' or (byte)']' or (byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)'{' or (byte)'}')) Byte((byte)' ');
    }

    private void Reserve(int more)
    {
        if (Length + more > buffer.Length) Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max((long)Length + more, buffer.Length * 2L)));
    }
}
