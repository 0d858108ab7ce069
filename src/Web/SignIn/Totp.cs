using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Web.SignIn;

/// <summary>Codes of authenticator apps: RFC 6238 with HMAC-SHA-1, six digits, steps of 30 seconds, as all apps have them.</summary>
/// <remarks>
/// Identity checks codes too, but says only yes or no. Refusing a code that was used before needs to know which step it belongs to
/// (RFC 6238 5.2), and Identity reads the clock of the machine.
/// </remarks>
public static class Totp
{
    /// <summary>Seconds of a step.</summary>
    public const int StepSeconds = 30;

    /// <summary>Steps before and after now that are accepted: phones are off by some seconds, and people type slowly.</summary>
    public const int Window = 1;

    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The step that a code belongs to; null when it is of none near now.</summary>
    /// <param name="key">The shared secret.</param>
    /// <param name="untrustedCode">As typed: full-width digits and spaces are read too.</param>
    /// <param name="now">The moment of checking.</param>
    public static long? Match(ReadOnlySpan<byte> key, string untrustedCode, DateTimeOffset now)
    {
        if (Digits(untrustedCode) is not { } typed) return null;
        var typedBytes = Encoding.ASCII.GetBytes(typed);
        long? match = null;
        for (var step = StepAt(now) - Window; step <= StepAt(now) + Window; step++)
        {
            // No early way out: the time taken says nothing about which step it was.
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(key, step)), typedBytes)) match = step;
        }
        return match;
    }

    /// <summary>The six digits of a step.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA-1 is what RFC 6238 and the apps use; its collisions don't matter here.")]
    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, counter, hash);
        var offset = hash[^1] & 0x0f;
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[offset..]) & 0x7fff_ffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The six digits of what was typed; null when it isn't six digits.</summary>
    public static string? Digits(string untrustedCode)
    {
        var text = string.Concat(untrustedCode.Normalize(NormalizationForm.FormKC).Where(static ch => !char.IsWhiteSpace(ch) && ch != '-'));
        return text.Length == 6 && text.All(char.IsAsciiDigit) ? text : null;
    }

    /// <summary>Bytes of a secret in Base32 (RFC 4648), as Identity makes it; null when it isn't Base32.</summary>
    public static byte[]? FromBase32(string text)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bytes = new List<byte>(text.Length * 5 / 8);
        int buffer = 0, bits = 0;
        foreach (var ch in text)
        {
            var value = Alphabet.IndexOf(char.ToUpperInvariant(ch), StringComparison.Ordinal);
            if (value < 0) return null;
            buffer = ((buffer << 5) | value) & 0xffff;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes.Add((byte)(buffer >> bits));
        }
        return [.. bytes];
    }
}
