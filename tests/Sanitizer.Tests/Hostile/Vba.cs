using System.Buffers.Binary;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Macro projects as programs keep them: storages, and source packed by [MS-OVBA].</summary>
internal static class Vba
{
    public const string Source = "Attribute VB_Name = \"ThisDocument\"\r\nSub AutoOpen()\r\n  Shell \"cmd /c KAMAKIRI\"\r\nEnd Sub\r\n";

    public static byte[] Project(string source = Source) => In(new Cfb(), "", source).Build();

    /// <param name="storage">With a slash at its end, or empty.</param>
    /// <param name="source">Null leaves only the compiled form.</param>
    public static Cfb In(Cfb cfb, string storage, string? source = Source)
    {
        cfb.Add($"{storage}VBA/dir", Pack("\u0001\0\u0004\0\0\0\u0003\0\0\0"u8.ToArray())).Add($"{storage}VBA/_VBA_PROJECT", [0xCC, 0x61, 0xFF, 0xFF, 0, 0, 0, .. "KAMAKIRI p-code"u8])
            .Add($"{storage}PROJECT", "ID=\"{00000000-0000-0000-0000-000000000000}\"\r\nModule=KAMAKIRI\r\n"u8.ToArray());
        return cfb.Add($"{storage}VBA/ThisDocument", [.. "\u0001\u0016\u0001\0KAMAKIRI compiled\0"u8, .. source is null ? [] : Pack(Encoding.ASCII.GetBytes(source))]);
    }

    /// <summary>Packed by literals alone: eight after each byte of flags.</summary>
    public static byte[] Pack(byte[] content)
    {
        var packed = new List<byte> { 1 };
        for (var at = 0; at < content.Length; at += 3_000)
        {
            var chunk = new List<byte>();
            for (var i = at; i < Math.Min(at + 3_000, content.Length); i++)
            {
                if ((i - at) % 8 == 0) chunk.Add(0);
                chunk.Add(content[i]);
            }
            var header = new byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(0xB000 | (chunk.Count - 1)));
            packed.AddRange(header);
            packed.AddRange(chunk);
        }
        return [.. packed];
    }
}
