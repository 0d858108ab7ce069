using System.Buffers.Binary;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Messages of Outlook as test input: .msg ([MS-OXMSG]) and TNEF ([MS-OXTNEF]).</summary>
internal sealed class OutlookMaker(bool isUnicode)
{
    private readonly List<(ushort Id, ushort Type, byte[] Value)> properties = [];
    private readonly List<OutlookMaker> recipients = [], attachments = [];

    /// <summary>The message that lies in this attachment.</summary>
    public OutlookMaker? Inside { get; set; }

    private static Encoding Cp932 => CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    public OutlookMaker Text(ushort id, string text)
    {
        properties.Add((id, (ushort)(isUnicode ? 0x1F : 0x1E), isUnicode ? Encoding.Unicode.GetBytes(text) : Cp932.GetBytes(text)));
        return this;
    }

    public OutlookMaker Bytes(ushort id, byte[] value) => With(id, 0x102, value);

    public OutlookMaker Number(ushort id, int value) => With(id, 3, BitConverter.GetBytes(value));

    public OutlookMaker Time(ushort id, DateTimeOffset value) => With(id, 0x40, BitConverter.GetBytes(value.ToFileTime()));

    public OutlookMaker With(ushort id, ushort type, byte[] value)
    {
        properties.Add((id, type, value));
        return this;
    }

    public OutlookMaker Recipient(int kind, string name, string address)
    {
        recipients.Add(new OutlookMaker(isUnicode).Number(0x0C15, kind).Text(0x3001, name).Text(0x39FE, address));
        return this;
    }

    public OutlookMaker File(string name, byte[] content, int method = 1, string contentId = "")
    {
        var file = new OutlookMaker(isUnicode).Number(0x3705, method).Text(0x3707, name);
        if (method is 2) file.Text(0x370D, @"\\evil.example\share\x.exe");
        else file.Bytes(0x3701, content);
        if (contentId.Length > 0) file.Text(0x3712, contentId);
        attachments.Add(file);
        return this;
    }

    public OutlookMaker Message(string name, OutlookMaker inside)
    {
        attachments.Add(new OutlookMaker(isUnicode) { Inside = inside }.Number(0x3705, 5).Text(0x3707, name));
        return this;
    }

    public byte[] ToMsg()
    {
        var file = new CompoundMaker();
        Add(file, "", 32);
        return file.Make();
    }

    private void Add(CompoundMaker file, string under, int header)
    {
        var list = new MemoryStream();
        list.Write(new byte[header]);
        foreach (var (id, type, value) in properties)
        {
            var entry = new byte[16];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, type);
            BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), id);
            entry[4] = 6;
            if (type is 0x1E or 0x1F or 0x102)
            {
                file.Add($"{under}__substg1.0_{id:X4}{type:X4}", value);
                BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(8), value.Length + type switch { 0x1E => 1, 0x1F => 2, _ => 0 });
            }
            else
            {
                value.CopyTo(entry, 8);
            }
            list.Write(entry);
        }
        file.Add($"{under}__properties_version1.0", list.ToArray());
        for (var i = 0; i < recipients.Count; i++) recipients[i].Add(file, $"{under}__recip_version1.0_#{i:X8}/", 8);
        for (var i = 0; i < attachments.Count; i++)
        {
            attachments[i].Add(file, $"{under}__attach_version1.0_#{i:X8}/", 8);
            attachments[i].Inside?.Add(file, $"{under}__attach_version1.0_#{i:X8}/__substg1.0_3701000D/", 24);
        }
    }

    public byte[] ToTnef()
    {
        var tnef = new MemoryStream();
        tnef.Write([0x78, 0x9F, 0x3E, 0x22, 1, 0]);
        Attribute(1, 0x00089006, [0, 0, 1, 0]);
        Attribute(1, 0x00069007, [.. BitConverter.GetBytes(932), 0, 0, 0, 0]);
        Attribute(1, 0x00069003, Properties(properties, null));
        if (recipients.Count > 0) Attribute(1, 0x00069004, [.. BitConverter.GetBytes(recipients.Count), .. recipients.SelectMany(static r => Properties(r.properties, null))]);
        foreach (var attachment in attachments)
        {
            Attribute(2, 0x00069002, new byte[14]);
            var data = attachment.properties.Find(static p => p.Id == 0x3701).Value;
            if (data is not null) Attribute(2, 0x0006800F, data);
            Attribute(2, 0x00069005, Properties(attachment.properties.FindAll(static p => p.Id != 0x3701), attachment.Inside));
        }
        return tnef.ToArray();

        void Attribute(byte level, uint id, byte[] body)
        {
            tnef.WriteByte(level);
            tnef.Write(BitConverter.GetBytes(id));
            tnef.Write(BitConverter.GetBytes(body.Length));
            tnef.Write(body);
            tnef.Write(BitConverter.GetBytes((ushort)body.Sum(static b => b)));
        }
    }

    private static byte[] Properties(List<(ushort Id, ushort Type, byte[] Value)> properties, OutlookMaker? inside)
    {
        var bytes = new MemoryStream();
        bytes.Write(BitConverter.GetBytes(properties.Count + (inside is null ? 0 : 1)));
        foreach (var (id, type, value) in properties) One(id, type, value);
        if (inside is not null) One(0x3701, 0x0D, [.. new Guid("00020307-0000-0000-C000-000000000046").ToByteArray(), .. inside.ToTnef()]);
        return bytes.ToArray();

        void One(ushort id, ushort type, byte[] value)
        {
            bytes.Write(BitConverter.GetBytes((uint)((id << 16) | type)));
            if (type is 0x1E or 0x1F or 0x102 or 0x0D)
            {
                bytes.Write(BitConverter.GetBytes(1));
                bytes.Write(BitConverter.GetBytes(value.Length));
                bytes.Write(value);
                bytes.Write(new byte[(4 - (value.Length % 4)) % 4]);
            }
            else
            {
                bytes.Write(value);
            }
        }
    }

    /// <summary>Packed without references: every byte as it is.</summary>
    public static byte[] Packed(string rtf)
    {
        var raw = Encoding.ASCII.GetBytes(rtf);
        var packed = new MemoryStream();
        var write = 207;
        for (var at = 0; at < raw.Length; at += 8)
        {
            var block = raw.AsSpan(at, Math.Min(8, raw.Length - at));
            packed.WriteByte(block.Length < 8 ? (byte)(1 << block.Length) : (byte)0);
            packed.Write(block);
            write += block.Length;
        }
        // A reference to where the next byte would go is the end.
        if (raw.Length % 8 == 0) packed.WriteByte(1);
        var end = (ushort)((write & 4095) << 4);
        packed.Write([(byte)(end >> 8), (byte)end]);
        var content = packed.ToArray();
        return [.. BitConverter.GetBytes(content.Length + 12), .. BitConverter.GetBytes(raw.Length), .. "LZFu"u8, .. BitConverter.GetBytes(Sekisho.Sanitizer.Mail.Outlook.CompressedRtf.Sum(content)), .. content];
    }
}
