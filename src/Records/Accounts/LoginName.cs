using System.Text;

namespace Sekisho.Records.Accounts;

/// <summary>The name that a person types to sign in (利用者名): a mail address or a short name.</summary>
public static class LoginName
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Full-width letters typed with the input method on are the same name: NFKC, then lower case.</summary>
    public static string Normalize(string untrusted) => untrusted.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    /// <summary>Letters, digits and . _ - + @; 3 to 128 of them.</summary>
    public static bool IsWellFormed(string untrusted)
    {
        var name = Normalize(untrusted);
        return name.Length is >= 3 and <= MaxLength && name.All(static ch => char.IsLetterOrDigit(ch) || ch is '.' or '_' or '-' or '+' or '@');
    }
}
