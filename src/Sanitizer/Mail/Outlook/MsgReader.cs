using System.Buffers.Binary;
using System.Globalization;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>Reads Outlook's .msg: a compound file with a storage for each recipient, attachment and message inside. Source: [MS-OXMSG] 2023-11.</summary>
internal sealed class MsgReader
{
    private const string PropertyStream = "__properties_version1.0";
    private const int TopHeader = 32, MessageHeader = 24, OtherHeader = 8, EntryBytes = 16, MostProperties = 20_000;

    private readonly CompoundFile file;
    private readonly Dictionary<string, CompoundEntry> byPath = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<CompoundEntry>> storages = new(StringComparer.OrdinalIgnoreCase);
    private readonly Job job;

    private MsgReader(Source untrusted, Job job)
    {
        this.job = job;
        file = CompoundFile.Read(untrusted, job.Policy.Limits.InMemoryBytes);
        foreach (var entry in file.Entries)
        {
            if (!byPath.TryAdd(entry.Path, entry)) throw Refusals.Broken(entry.Path, "SAN-MSG-001", "同じ名前の部品が二つあります", "two parts have one name");
            if (!entry.IsStorage || entry.Path.Length == 0) continue;
            var under = entry.Path.LastIndexOf('/') is var slash and >= 0 ? entry.Path[..slash] : "";
            if (!storages.TryGetValue(under, out var list)) storages[under] = list = [];
            list.Add(entry);
        }
    }

    /// <exception cref="RefusedException">It is damaged.</exception>
    public static MapiMessage Read(Source untrusted, Job job)
    {
        var reader = new MsgReader(untrusted, job);
        return reader.Message("", TopHeader, 0, 0);
    }

    private MapiMessage Message(string under, int header, int codePage, int depth)
    {
        if (depth > job.Policy.Limits.Depth) throw Refusals.TooDeep("", job.Policy.Limits.Depth);
        var properties = Properties(under, header, codePage);
        // Text of 8 bits: first what the message says of its own store, then how it travelled.
        properties.CodePage = properties.Number(0x3FFD) ?? properties.Number(0x3FDE) ?? codePage;
        var message = new MapiMessage(properties);
        foreach (var storage in storages.GetValueOrDefault(under, []).OrderBy(static s => s.Path, StringComparer.OrdinalIgnoreCase))
        {
            job.Budget.Enter(storage.Path);
            job.Budget.Check();
            var name = storage.Path[(under.Length == 0 ? 0 : under.Length + 1)..];
            if (IsNumbered(name, "__recip_version1.0_#"))
            {
                message.Recipients.Add(Properties(storage.Path, OtherHeader, properties.CodePage));
            }
            else if (IsNumbered(name, "__attach_version1.0_#"))
            {
                var own = Properties(storage.Path, OtherHeader, properties.CodePage);
                var inside = $"{storage.Path}/__substg1.0_3701000D";
                var isMessage = own.Number(0x3705) == 5 && byPath.TryGetValue(inside, out var inner) && inner.IsStorage;
                message.Attachments.Add(new(own, isMessage ? Message(inside, MessageHeader, properties.CodePage, depth + 1) : null));
            }
            else if (!name.Equals("__nameid_version1.0", StringComparison.OrdinalIgnoreCase))
            {
                job.Remove("G-05", "", "storage that is no part of a message");
            }
        }
        return message;
    }

    private MapiProperties Properties(string under, int header, int codePage)
    {
        var prefix = under.Length == 0 ? "" : under + "/";
        if (!byPath.TryGetValue(prefix + PropertyStream, out var entry) || entry.IsStorage) throw Broken("属性の一覧がありません", "the list of properties is missing");
        var list = file.ReadStream(entry, EntryBytes * MostProperties);
        if (list.Length < header) throw Broken("属性の一覧が途中で切れています", "the list of properties is cut off");
        var properties = new MapiProperties { CodePage = codePage };
        for (var at = header; at + EntryBytes <= list.Length; at += EntryBytes)
        {
            var (type, id) = (BinaryPrimitives.ReadUInt16LittleEndian(list.AsSpan(at)), BinaryPrimitives.ReadUInt16LittleEndian(list.AsSpan(at + 2)));
            if (type is MapiProperties.Text8 or MapiProperties.Text16 or MapiProperties.Bytes or MapiProperties.Object)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{prefix}__substg1.0_{id:X4}{type:X4}");
                if (byPath.TryGetValue(path, out var stream) && !stream.IsStorage) properties.Add(id, type, () => file.ReadStream(stream, job.Policy.Limits.InMemoryBytes));
            }
            else
            {
                properties.Add(id, type, list.AsSpan(at + 8, 8).ToArray());
            }
        }
        return properties;
    }

    private static bool IsNumbered(string name, string prefix) =>
        name.Length == prefix.Length + 8 && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && name.AsSpan(prefix.Length).IndexOfAnyExcept(System.Buffers.SearchValues.Create("0123456789abcdefABCDEF")) < 0;

    private static RefusedException Broken(string ja, string en) => Refusals.Broken("", "SAN-MSG-002", ja, en);
}
