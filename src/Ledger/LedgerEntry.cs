using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sekisho.Ledger;

/// <summary>One thing that happened and must stay known (記録簿の記録): evidence, a decision, the reading of a withheld document.</summary>
/// <param name="At">When, to the microsecond.</param>
/// <param name="Kind">What sort of event, e.g. <c>evidence.recorded</c>, <c>tie.confirmed</c>, <c>document.read</c>.</param>
/// <param name="Actor">Who: an account's id, or <c>system:…</c>.</param>
/// <param name="Subject">About what: the id of the evidence, provision, document.</param>
/// <param name="Body">The particulars, any JSON. Large content goes in by its digest: an entry holds at most 65,535 bytes.</param>
/// <remarks>
/// One entry has one spelling in bytes, which is what is hashed: the JSON of RFC 8785 (JCS) with the fields actor, at, body, kind, subject and v (1).
/// An auditor reads it with any JSON tool.
/// </remarks>
public sealed record LedgerEntry(DateTimeOffset At, string Kind, string Actor, string Subject, JsonElement Body)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>An entry whose particulars are an object of the caller's.</summary>
    public static LedgerEntry Of<T>(DateTimeOffset at, string kind, string actor, string subject, T body) =>
        new(at, kind, actor, subject, JsonSerializer.SerializeToElement(body));

    /// <summary>The bytes that are hashed and kept.</summary>
    /// <exception cref="EntryTooLongException">Longer than 65,535 bytes.</exception>
    /// <exception cref="ArgumentException">A number that JSON readers would round: a mistake of the caller.</exception>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(256);
        text.Append("{\"actor\":");
        CanonicalJson.AppendText(text, Actor);
        text.Append(",\"at\":\"").Append(At.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture)).Append("\",\"body\":");
        if (Body.ValueKind == JsonValueKind.Undefined) text.Append("null");
        else CanonicalJson.Append(text, Body);
        AppendLabels(text, Kind, Subject);
        var bytes = CanonicalJson.ToBytes(text);
        return bytes.Length <= EntryBundle.MaxEntryBytes
            ? bytes
            : throw new EntryTooLongException($"A ledger entry holds at most {EntryBundle.MaxEntryBytes} bytes; this one ({Kind}) has {bytes.Length}. Put the digest of large content in, not the content.");
    }

    /// <summary>True when an entry of this kind and subject (UTF-8) can end as these bytes do. Cheap: nothing is read as JSON, and nothing allocated as a rule.</summary>
    public static bool AreLabelsOf(ReadOnlySpan<byte> data, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> subject)
    {
        if (kind.ContainsAny(MustBeEscaped) || subject.ContainsAny(MustBeEscaped))
        {
            var text = new StringBuilder(96);
            AppendLabels(text, Encoding.UTF8.GetString(kind), Encoding.UTF8.GetString(subject));
            return data.EndsWith(CanonicalJson.ToBytes(text));
        }
        return TakeEnd(ref data, "\",\"v\":1}"u8) && TakeEnd(ref data, subject) && TakeEnd(ref data, "\",\"subject\":\""u8) && TakeEnd(ref data, kind) && data.EndsWith(",\"kind\":\""u8);
    }

    private static readonly SearchValues<byte> MustBeEscaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static i => (byte)i), (byte)'"', (byte)'\\']);

    private static bool TakeEnd(ref ReadOnlySpan<byte> data, ReadOnlySpan<byte> end)
    {
        if (!data.EndsWith(end)) return false;
        data = data[..^end.Length];
        return true;
    }

    /// <summary>The last three fields in their order.</summary>
    private static void AppendLabels(StringBuilder text, string kind, string subject)
    {
        text.Append(",\"kind\":");
        CanonicalJson.AppendText(text, kind);
        text.Append(",\"subject\":");
        CanonicalJson.AppendText(text, subject);
        text.Append(",\"v\":1}");
    }

    /// <returns>False when the bytes aren't an entry in its one spelling; the content never makes it throw.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> untrusted, out LedgerEntry entry)
    {
        entry = null!;
        try
        {
            using var document = JsonDocument.Parse(untrusted, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.GetPropertyCount() != 6) return false;
            if (!TryText(root, "actor", out var actor) || !TryText(root, "kind", out var kind) || !TryText(root, "subject", out var subject)) return false;
            if (!TryText(root, "at", out var text) || !DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return false;
            if (!root.TryGetProperty("v", out var v) || v.ValueKind != JsonValueKind.Number || !v.TryGetInt32(out var version) || version != 1) return false;
            if (!root.TryGetProperty("body", out var body)) return false;
            var read = new LedgerEntry(at, kind, actor, subject, body.Clone());
            if (!read.ToBytes().AsSpan().SequenceEqual(untrusted.Span)) return false;
            entry = read;
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool TryText(JsonElement parent, string name, out string text)
    {
        text = "";
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString()!;
        return true;
    }
}

/// <summary>Somebody put more into an entry than it holds: a text of tens of thousands of letters, mostly.</summary>
public sealed class EntryTooLongException(string message) : ArgumentException(message);
