using System.Text;
using System.Text.Json;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>One job as the host orders it.</summary>
/// <param name="PolicyYaml">The policy as its file has it; empty for the default.</param>
/// <param name="Mode">Of this job; null as the policy has it.</param>
/// <param name="IsPicture">Not the file is wanted, but a picture of its first page.</param>
internal sealed record JobOrder(string Name, string PolicyYaml, SanitizeMode? Mode, IReadOnlyList<string> Passwords, bool IsPicture = false)
{
    private const string Picture = "picture";

    /// <summary>Lines of Base64: mode, policy, name, then a password each. No serialiser: it would cost each worker's first file 30 ms.</summary>
    public byte[] ToBytes()
    {
        var lines = new StringBuilder().Append(IsPicture ? Picture : Mode?.ToString()).Append('\n');
        foreach (var text in (IEnumerable<string>)[PolicyYaml, Name, .. Passwords]) lines.Append(Convert.ToBase64String(Encoding.Unicode.GetBytes(text))).Append('\n');
        return Encoding.ASCII.GetBytes(lines.ToString());
    }

    /// <exception cref="WireException">It is no order.</exception>
    public static JobOrder Read(byte[] order)
    {
        var lines = Encoding.ASCII.GetString(order).Split('\n');
        if (lines.Length < 4) throw new WireException("no order");
        try
        {
            var texts = lines[1..^1].Select(static l => Encoding.Unicode.GetString(Convert.FromBase64String(l))).ToList();
            return new(texts[1], texts[0], lines[0].Length == 0 || lines[0] == Picture ? null : Enum.Parse<SanitizeMode>(lines[0]), texts[2..], lines[0] == Picture);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new WireException("no order");
        }
    }
}
