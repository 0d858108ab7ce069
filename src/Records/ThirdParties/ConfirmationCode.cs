using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Records.ThirdParties;

/// <summary>The code that opens a confirmation beside its link (確認コード): twelve signs, 60 bits, read out over the telephone.</summary>
internal static class ConfirmationCode
{
    /// <summary>Crockford's: no I, L, O, U, so that nothing is mistaken.</summary>
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private const int Length = 12, Iterations = 100_000;

    /// <summary>In three groups of four.</summary>
    public static string Create() => string.Join('-', RandomNumberGenerator.GetString(Alphabet, Length).Chunk(4).Select(c => new string(c)));

    public static byte[] Salt() => RandomNumberGenerator.GetBytes(16);

    public static byte[] Hash(string code, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(Folded(code), salt, Iterations, HashAlgorithmName.SHA512, 32);

    /// <summary>As the alphabet has it: full width, lower case, hyphens and the letters that look like digits are all taken.</summary>
    private static string Folded(string untrusted)
    {
        var folded = new StringBuilder(Length);
        foreach (var c in untrusted.Normalize(NormalizationForm.FormKC).ToUpperInvariant())
        {
            if (folded.Length > Length) break;
            if (char.IsAsciiLetterOrDigit(c)) folded.Append(c switch { 'O' => '0', 'I' or 'L' => '1', _ => c });
        }
        return folded.ToString();
    }
}
