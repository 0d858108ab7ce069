using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Sanitizer.Mail;

namespace Sekisho.Crossing.Mail;

/// <summary>What a gateway must know of a message before it takes it: whether it goes round in a loop, and a few words to recognise it by. Everything else is for the sanitiser.</summary>
/// <param name="Traces">Values of our trace header, of other gateways as well.</param>
/// <param name="IsAutomatic">Sent by a program: never answered (RFC 3834).</param>
/// <param name="Writer">The one address of its one From line; null where there are several, or none that can be read for certain.</param>
internal sealed record MessageHead(string Subject, string From, string MessageId, int Received, IReadOnlyList<string> Traces, bool IsAutomatic, MailAddress? Writer = null);

/// <summary>Reads the head of a message while it comes in. Bounded, and without opinions: what it can't read is empty.</summary>
internal sealed partial class HeadReader
{
    private const int MostBytes = 1 << 18, MostText = 400;

    /// <summary>What divides addresses, or makes more of one than an address.</summary>
    private static readonly SearchValues<char> Dividing = SearchValues.Create(",;:()\"\\");

    private byte[] kept = new byte[4096];
    private int length;
    private bool isWhole;

    public void Push(ReadOnlySpan<byte> untrusted)
    {
        if (isWhole) return;
        var from = Math.Max(0, length - 3);
        var taken = untrusted[..Math.Min(untrusted.Length, MostBytes - length)];
        if (length + taken.Length > kept.Length) Array.Resize(ref kept, Math.Min(MostBytes, Math.Max(kept.Length * 2, length + taken.Length)));
        taken.CopyTo(kept.AsSpan(length));
        length += taken.Length;
        var bytes = kept.AsSpan(0, length);
        if (bytes.StartsWith("\r\n"u8))
        {
            length = 0;
            isWhole = true;
        }
        else if (bytes[from..].IndexOf("\r\n\r\n"u8) is var end and >= 0)
        {
            length = from + end + 2;
            isWhole = true;
        }
        else if (length >= MostBytes)
        {
            isWhole = true;
        }
    }

    public MessageHead Read()
    {
        var (subject, from, id, received, automatic) = ("", "", "", 0, false);
        var traces = new List<string>();
        var writers = new List<string>();
        foreach (var (name, value) in Fields(Encoding.Latin1.GetString(kept, 0, length)))
        {
            switch (name.ToUpperInvariant())
            {
                case "SUBJECT" when subject.Length == 0:
                    subject = Words(value);
                    break;
                case "FROM":
                    writers.Add(value);
                    if (from.Length == 0) from = Words(value);
                    break;
                case "MESSAGE-ID" when id.Length == 0:
                    id = Words(value);
                    break;
                case "RECEIVED":
                    received++;
                    break;
                case "AUTO-SUBMITTED":
                    automatic |= !value.Trim().StartsWith("no", StringComparison.OrdinalIgnoreCase);
                    break;
                case "PRECEDENCE":
                    automatic |= value.Trim().ToUpperInvariant() is "BULK" or "JUNK" or "LIST";
                    break;
                case "LIST-ID":
                    automatic = true;
                    break;
                case "X-SEKISHO-TRACE" when traces.Count < 100:
                    traces.Add(value.Trim());
                    break;
            }
        }
        return new(subject, from, id, received, traces, automatic, writers is [var only] ? Writer(only) : null);
    }

    /// <summary>One mailbox and nothing that could be read as another: no group, no list, no route, no word that is decoded to an address.</summary>
    private static MailAddress? Writer(string value)
    {
        var plain = Words(value);
        if (value.Contains('"', StringComparison.Ordinal) && Quoted().Match(value) is { Success: true } named) plain = named.Groups[1].Value;
        if (plain.AsSpan().ContainsAny(Dividing) || plain.Count(static c => c == '@') != 1) return null;
        return plain.EndsWith('>') && plain.LastIndexOf('<') is var open and >= 0 && !plain[..open].Contains('@', StringComparison.Ordinal) ? MailAddress.Read(plain[(open + 1)..^1]) : MailAddress.Read(plain);
    }

    /// <summary>A name in quotes, and after it the address alone.</summary>
    [GeneratedRegex(@"^\s*""[^""\\@<>]*""\s*(<[^<>]+>)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    private static IEnumerable<(string Name, string Value)> Fields(string head)
    {
        (string Name, StringBuilder Value)? open = null;
        foreach (var line in head.Split('\n'))
        {
            var text = line.TrimEnd('\r');
            if (text.Length > 0 && text[0] is ' ' or '\t')
            {
                open?.Value.Append(' ').Append(text.AsSpan().TrimStart());
                continue;
            }
            if (open is { } done) yield return (done.Name, done.Value.ToString());
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            open = colon > 0 ? (text[..colon].TrimEnd(), new StringBuilder(text[(colon + 1)..].Trim())) : null;
        }
        if (open is { } last) yield return (last.Name, last.Value.ToString());
    }

    private static string Words(string value)
    {
        var line = MimeText.OneLine(MimeText.DecodeWords(value.Length > 4000 ? value[..4000] : value)).Replace("\0", "", StringComparison.Ordinal);
        return line.Length <= MostText ? line : line[..(char.IsHighSurrogate(line[MostText - 1]) ? MostText - 1 : MostText)];
    }
}

/// <summary>How often a message passed gateways of ours, as it is written on it: <c>host_inward_outward_hops</c>.</summary>
/// <param name="Hops">Servers that it came through before its headers were written anew.</param>
internal readonly record struct MailTrace(string Host, int Inward, int Outward, int Hops)
{
    public const string Header = "X-Sekisho-Trace";

    /// <summary>RFC 5321 §6.3 asks for at least 100; postfix stops at 50.</summary>
    public const int MostHops = 60;

    /// <summary>Forwarded out and in again may be meant once; three times the same way is a loop.</summary>
    public const int MostPasses = 3;

    public bool IsLoop => Hops > MostHops || Inward > MostPasses || Outward > MostPasses;

    /// <summary>The trace of a message with this head that passes now.</summary>
    public static MailTrace Next(string host, MailDirection direction, MessageHead head)
    {
        var (inward, outward, hops) = (0, 0, 0);
        foreach (var text in head.Traces)
        {
            if (text.Split('_') is not [var whose, var i, var o, var h] || whose != host) continue;
            if (int.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out var itsIn) && itsIn < 1000) inward = Math.Max(inward, itsIn);
            if (int.TryParse(o, NumberStyles.None, CultureInfo.InvariantCulture, out var itsOut) && itsOut < 1000) outward = Math.Max(outward, itsOut);
            if (int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var itsHops) && itsHops < 1000) hops = Math.Max(hops, itsHops);
        }
        return new(host, inward + (direction == MailDirection.Inward ? 1 : 0), outward + (direction == MailDirection.Outward ? 1 : 0), hops + head.Received + 1);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}_{Inward}_{Outward}_{Hops}");
}
