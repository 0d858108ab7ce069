using System.Buffers.Binary;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>Reads TNEF, the winmail.dat of Outlook and Exchange. Source: [MS-OXTNEF] 2022-05.</summary>
internal sealed class TnefReader
{
    private const uint Signature = 0x223E9F78;
    private const int MostAttributes = 20_000, MostProperties = 20_000, MostValues = 10_000;
    private static readonly byte[] MessageInterface = new Guid("00020307-0000-0000-C000-000000000046").ToByteArray();

    private readonly ReadOnlyMemory<byte> file;
    private readonly Job job;
    private readonly int depth;
    private readonly MapiMessage message = new(new());

    // The attachment that is being read.
    private MapiProperties? attached;
    private byte[]? data;
    private byte[]? title;
    private MapiMessage? inside;

    private TnefReader(ReadOnlyMemory<byte> file, Job job, int depth) => (this.file, this.job, this.depth) = (file, job, depth);

    /// <exception cref="RefusedException">It is damaged.</exception>
    public static MapiMessage Read(Source untrusted, Job job) => Read(untrusted.Whole(job.Policy.Limits.InMemoryBytes), job, 0);

    private static MapiMessage Read(ReadOnlyMemory<byte> untrusted, Job job, int depth)
    {
        if (depth > job.Policy.Limits.Depth) throw Refusals.TooDeep("", job.Policy.Limits.Depth);
        var reader = new TnefReader(untrusted, job, depth);
        reader.Attributes();
        return reader.message;
    }

    private void Attributes()
    {
        var span = file.Span;
        if (span.Length < 6 || BinaryPrimitives.ReadUInt32LittleEndian(span) != Signature) throw Broken();
        CodePage(span);
        var at = 6;
        for (var count = 0; at < span.Length; count++)
        {
            if (count > MostAttributes) throw Refusals.TooMany("", MostAttributes);
            job.Budget.Check();
            if (span.Length - at < 11 || span[at] is not (1 or 2))
            {
                // Some gateways pad what they pass on.
                job.Remove("G-02", "", "bytes behind the end");
                break;
            }
            var (level, id, length) = (span[at], BinaryPrimitives.ReadUInt32LittleEndian(span[(at + 1)..]), BinaryPrimitives.ReadUInt32LittleEndian(span[(at + 5)..]));
            if (length > span.Length - at - 11) throw Broken();
            var body = file.Slice(at + 9, (int)length);
            var sum = 0;
            foreach (var b in body.Span) sum += b;
            if ((ushort)sum != BinaryPrimitives.ReadUInt16LittleEndian(span[(at + 9 + (int)length)..])) throw Refusals.Broken("", "SAN-TNEF-002", "検査合計が合いません", "a checksum doesn't match");
            at += 11 + (int)length;
            if (level == 1) OfMessage(id, body);
            else OfAttachment(id, body);
        }
        EndAttachment();
    }

    // Text before the attribute that says its code is in that code too.
    private void CodePage(ReadOnlySpan<byte> span)
    {
        for (var at = 6; span.Length - at >= 11; )
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(span[(at + 5)..]);
            if (length > span.Length - at - 11) return;
            if (BinaryPrimitives.ReadUInt32LittleEndian(span[(at + 1)..]) == 0x00069007 && length >= 4)
            {
                message.Properties.CodePage = BinaryPrimitives.ReadInt32LittleEndian(span[(at + 9)..]);
                return;
            }
            at += 11 + (int)length;
        }
    }

    private void OfMessage(uint id, ReadOnlyMemory<byte> body)
    {
        var properties = message.Properties;
        switch (id)
        {
            case 0x00069003:
                var at = 0;
                Properties(body, ref at, properties, isAttachment: false);
                break;
            case 0x00069004:
                Recipients(body);
                break;
            case 0x00018004:
                properties.Add(0x0037, MapiProperties.Text8, body.ToArray());
                break;
            case 0x0002800C:
                properties.Add(0x1000, MapiProperties.Text8, body.ToArray());
                break;
        }
    }

    private void OfAttachment(uint id, ReadOnlyMemory<byte> body)
    {
        if (id == 0x00069002)
        {
            EndAttachment();
            job.Budget.Enter("");
            attached = new MapiProperties { CodePage = message.Properties.CodePage };
            return;
        }
        attached ??= new MapiProperties { CodePage = message.Properties.CodePage };
        switch (id)
        {
            case 0x0006800F:
                data = body.ToArray();
                break;
            case 0x00018010:
                title = body.ToArray();
                break;
            case 0x00069005:
                var at = 0;
                Properties(body, ref at, attached, isAttachment: true);
                break;
        }
    }

    private void EndAttachment()
    {
        if (attached is null) return;
        var name = title is null ? null : MapiProperties.Decode(title.AsSpan().TrimEnd((byte)0).ToArray(), message.Properties.CodePage);
        message.Attachments.Add(new(attached, inside) { Data = data, Title = name });
        (attached, data, title, inside) = (null, null, null, null);
    }

    private void Recipients(ReadOnlyMemory<byte> body)
    {
        if (body.Length < 4) throw Broken();
        var rows = BinaryPrimitives.ReadUInt32LittleEndian(body.Span);
        if (rows > MostProperties) throw Refusals.TooMany("", MostProperties);
        var at = 4;
        for (var i = 0; i < rows; i++)
        {
            var row = new MapiProperties { CodePage = message.Properties.CodePage };
            Properties(body, ref at, row, isAttachment: false);
            message.Recipients.Add(row);
        }
    }

    private void Properties(ReadOnlyMemory<byte> body, ref int at, MapiProperties into, bool isAttachment)
    {
        var span = body.Span;
        var count = U32(span, ref at);
        if (count > MostProperties) throw Refusals.TooMany("", MostProperties);
        for (var i = 0; i < count; i++)
        {
            job.Budget.Check();
            var tag = U32(span, ref at);
            var (type, id) = ((ushort)tag, (ushort)(tag >> 16));
            if (id >= 0x8000)
            {
                Skip(span, ref at, 16);
                if (U32(span, ref at) == 0) Skip(span, ref at, 4);
                else Padded(body, ref at);
            }
            var isMany = (type & 0x1000) != 0;
            type &= 0x0FFF;
            var isLong = type is MapiProperties.Text8 or MapiProperties.Text16 or MapiProperties.Bytes or MapiProperties.Object;
            var values = isMany || isLong ? U32(span, ref at) : 1;
            if (values > MostValues) throw Refusals.TooMany("", MostValues);
            for (var v = 0; v < values; v++)
            {
                ReadOnlyMemory<byte> value;
                if (isLong)
                {
                    value = Padded(body, ref at);
                }
                else
                {
                    var size = type switch { 0x0002 or 0x0003 or 0x0004 or 0x000A or 0x000B or 0x0001 => 4, 0x0005 or 0x0006 or 0x0007 or 0x0014 or 0x0040 => 8, 0x0048 => 16, _ => throw Broken() };
                    value = body.Slice(at, Skip(span, ref at, size));
                }
                if (isMany || id >= 0x8000) continue;
                if (isAttachment && id == 0x3701 && type == MapiProperties.Object) Embedded(value, into);
                else into.Add(id, type, value.ToArray());
            }
        }
    }

    // Its first 16 bytes say what it is: a message in TNEF, or an OLE object.
    private void Embedded(ReadOnlyMemory<byte> value, MapiProperties into)
    {
        if (value.Length < 16) throw Broken();
        if (value.Span[..16].SequenceEqual(MessageInterface)) inside ??= Read(value[16..], job, depth + 1);
        else into.Add(0x3701, MapiProperties.Object, value[16..].ToArray());
    }

    private static ReadOnlyMemory<byte> Padded(ReadOnlyMemory<byte> body, ref int at)
    {
        var length = U32(body.Span, ref at);
        if (length > body.Length - at) throw Broken();
        var value = body.Slice(at, (int)length);
        at = (int)Math.Min(body.Length, at + ((length + 3L) & ~3L));
        return value;
    }

    private static uint U32(ReadOnlySpan<byte> span, ref int at)
    {
        if (span.Length - at < 4) throw Broken();
        at += 4;
        return BinaryPrimitives.ReadUInt32LittleEndian(span[(at - 4)..]);
    }

    private static int Skip(ReadOnlySpan<byte> span, ref int at, int bytes)
    {
        if (span.Length - at < bytes) throw Broken();
        at += bytes;
        return bytes;
    }

    private static RefusedException Broken() => Refusals.Broken("", "SAN-TNEF-001", "TNEF の構造が壊れています", "the structure of the TNEF is broken");
}
