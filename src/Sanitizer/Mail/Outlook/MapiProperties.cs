using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>The properties of a message, a recipient or an attachment, by their number ([MS-OXPROPS]); untrusted.</summary>
internal sealed class MapiProperties
{
    public const ushort Text8 = 0x001E, Text16 = 0x001F, Bytes = 0x0102, Object = 0x000D, Number16 = 0x0002, Number32 = 0x0003, Truth = 0x000B, Time = 0x0040;

    private readonly Dictionary<ushort, (ushort Type, Func<byte[]> Value)> values = [];

    /// <summary>The code page of 8-bit text; 0 where nothing says it.</summary>
    public int CodePage { get; set; }

    /// <summary>The first of a number holds; programs differ on what a second one means.</summary>
    public void Add(ushort id, ushort type, Func<byte[]> value) => values.TryAdd(id, (type, value));

    public void Add(ushort id, ushort type, byte[] value) => Add(id, type, () => value);

    /// <summary>Text without what stands behind its first NUL; null when there is none.</summary>
    public string? Text(ushort id)
    {
        if (!values.TryGetValue(id, out var found) || found.Type is not (Text8 or Text16)) return null;
        var bytes = found.Value();
        var text = found.Type == Text16 ? Encoding.Unicode.GetString(bytes.AsSpan(0, bytes.Length & ~1)) : Decode(bytes, CodePage);
        return text.IndexOf('\0', StringComparison.Ordinal) is var end and >= 0 ? text[..end] : text;
    }

    public byte[]? Binary(ushort id) => values.TryGetValue(id, out var found) && found.Type is Bytes or Object or Text8 ? found.Value() : null;

    public bool Has(ushort id, ushort type) => values.TryGetValue(id, out var found) && found.Type == type;

    public int? Number(ushort id)
    {
        if (!values.TryGetValue(id, out var found)) return null;
        var bytes = found.Value();
        return found.Type switch
        {
            Number32 when bytes.Length >= 4 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            Number16 when bytes.Length >= 2 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            _ => null,
        };
    }

    /// <summary>Null when it isn't there or means no day.</summary>
    public DateTimeOffset? Moment(ushort id)
    {
        if (!values.TryGetValue(id, out var found) || found.Type != Time || found.Value() is not { Length: >= 8 } bytes) return null;
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return ticks is > 0 and < 2_650_467_743_999_999_999 ? DateTimeOffset.FromFileTime(ticks).ToUniversalTime() : null;
    }

    /// <summary>8-bit text: strictly as its code page says, else as what fits.</summary>
    public static string Decode(byte[] bytes, int codePage) => MimeText.Decode(bytes, codePage switch
    {
        // The code page of the store is that of Windows, whatever the message travels in.
        0 or 1252 or 20127 or 28591 => bytes.AsSpan().IndexOfAnyInRange((byte)0x80, (byte)0xFF) < 0 ? "us-ascii" : codePage == 0 ? "" : "windows-1252",
        932 or 50220 or 50221 or 50222 => "cp932",
        65001 => "utf-8",
        _ => Name(codePage),
    }).Text;

    private static string Name(int codePage)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(codePage)?.WebName ?? "";
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return "";
        }
    }
}

/// <summary>A message of Outlook, as .msg or TNEF has it: untrusted.</summary>
internal sealed record MapiMessage(MapiProperties Properties)
{
    public List<MapiProperties> Recipients { get; } = [];

    public List<MapiAttachment> Attachments { get; } = [];
}

/// <summary>A file or a message on a message of Outlook.</summary>
/// <param name="Message">The message that lies open in it; null for others.</param>
internal sealed record MapiAttachment(MapiProperties Properties, MapiMessage? Message)
{
    /// <summary>Where TNEF keeps the content outside of the properties; null: in property 0x3701.</summary>
    public byte[]? Data { get; init; }

    /// <summary>TNEF's own title; null without one.</summary>
    public string? Title { get; init; }
}
