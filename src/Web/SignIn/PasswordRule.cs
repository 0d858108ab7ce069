using Microsoft.AspNetCore.Identity;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>What a password must be: long, and not guessable from the account. No rules about kinds of characters (NIST SP 800-63B 5.1.1.2).</summary>
public sealed class PasswordRule : IPasswordValidator<Account>
{
    public const int MinLength = 12;
    public const int MaxLength = 200;

    private const string Length = "password-length";
    private const string Login = "password-login";
    private const string Simple = "password-simple";

    /// <summary>Twelve characters and more that every list of leaked passwords begins with.</summary>
    private static readonly string[] Known = ["password", "passw0rd", "qwertyuiop", "1234567890", "0123456789", "asdfghjkl", "sekisho", "administrator", "letmein"];

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password)
    {
        var text = password ?? "";
        var plain = LoginName.Normalize(text);
        var code =
            text.Length is < MinLength or > MaxLength ? Length :
            user.LoginNormalized.Split('@')[0] is { Length: >= 3 } name && plain.Contains(name, StringComparison.Ordinal) ? Login :
            plain.Distinct().Count() < 5 || Known.Any(known => plain.Replace(known, "", StringComparison.Ordinal).Length < 5) ? Simple : null;
        return Task.FromResult(code is null ? IdentityResult.Success : IdentityResult.Failed(new IdentityError { Code = code, Description = Explain(code).ToString() }));
    }

    /// <summary>What to do, for the field.</summary>
    public static Bilingual Explain(string code) => code switch
    {
        Login => new("パスワードに利用者名を含めないでください。", "Leave your sign-in name out of the password."),
        Simple => new("このパスワードは推測されやすいため使えません。無関係な言葉を 3〜4 個つなげると、覚えやすく強くなります。", "This password is easy to guess. Three or four unrelated words make one that is strong and easy to remember."),
        _ => new($"パスワードは {MinLength} 字以上、{MaxLength} 字以下にしてください。", $"Use {MinLength} to {MaxLength} characters."),
    };
}

/// <summary>Identity's way to compare names: as <see cref="LoginName.Normalize"/> does.</summary>
public sealed class LoginNormalizer : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name is null ? null : LoginName.Normalize(name);

    public string? NormalizeEmail(string? email) => NormalizeName(email);
}
