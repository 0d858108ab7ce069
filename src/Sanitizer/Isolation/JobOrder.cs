using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>One job as the host orders it.</summary>
/// <param name="PolicyYaml">The policy as its file has it; empty for the default.</param>
/// <param name="Mode">Of this job; null as the policy has it.</param>
/// <param name="IsPicture">Not the file is wanted, but a picture of its first page.</param>
/// <param name="Mail">Of a message that a gateway brings; null for a file.</param>
internal sealed record JobOrder(string Name, string PolicyYaml, SanitizeMode? Mode, IReadOnlyList<string> Passwords, bool IsPicture = false, MailOrder? Mail = null)
{
    private const string Picture = "picture";

    /// <summary>Lines of Base64: mode, mail, policy, name, then a password each. No serialiser: it would cost each worker's first file 30 ms.</summary>
    public byte[] ToBytes()
    {
        var lines = new StringBuilder().Append(IsPicture ? Picture : Mode?.ToString()).Append('\n');
        if (Mail is { } mail) lines.Append(mail.HandsOut switch { true => '+', false => '-', null => '=' }).Append(Base64(mail.Page ?? "")).Append(' ').Append(Base64(mail.Trace ?? "")).Append(mail.Unpacks ? " +" : " -").Append(mail.Days);
        lines.Append('\n');
        foreach (var text in (IEnumerable<string>)[PolicyYaml, Name, .. Passwords]) lines.Append(Base64(text)).Append('\n');
        return Encoding.ASCII.GetBytes(lines.ToString());
    }

    /// <exception cref="WireException">It is no order.</exception>
    public static JobOrder Read(byte[] order)
    {
        var lines = Encoding.ASCII.GetString(order).Split('\n');
        if (lines.Length < 5) throw new WireException("no order");
        try
        {
            var texts = lines[2..^1].Select(Text).ToList();
            return new(texts[1], texts[0], lines[0].Length == 0 || lines[0] == Picture ? null : Enum.Parse<SanitizeMode>(lines[0]), texts[2..], lines[0] == Picture, lines[1].Length == 0 ? null : MailOf(lines[1]));
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw new WireException("no order");
        }
    }

    private static MailOrder MailOf(string line)
    {
        var words = line[1..].Split(' ');
        if (words.Length != 3 || words[2].Length == 0) throw new FormatException("no order of a message");
        return new()
        {
            HandsOut = line[0] switch { '+' => true, '-' => false, _ => null }, Page = Text(words[0]) is { Length: > 0 } page ? page : null, Trace = Text(words[1]) is { Length: > 0 } trace ? trace : null,
            Unpacks = words[2][0] == '+', Days = words[2].Length > 1 ? int.Parse(words[2].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture) : null,
        };
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.Unicode.GetBytes(text));

    private static string Text(string base64) => Encoding.Unicode.GetString(Convert.FromBase64String(base64));
}
