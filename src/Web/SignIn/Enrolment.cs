using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using QRCoder;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>An offer to pair an authenticator app: the secret isn't kept until the first code from the app proves that it arrived.</summary>
/// <param name="Secret">In Base32, in groups of four for typing.</param>
/// <param name="Svg">The QR code.</param>
/// <param name="Address">otpauth address, for a link on the phone itself.</param>
/// <param name="Ticket">The same secret, sealed, for the form to bring back.</param>
public sealed record AuthenticatorOffer(string Secret, string Svg, string Address, string Ticket);

/// <summary>Setting up the second factor (二要素の登録).</summary>
public sealed class Enrolment(AccountManager manager, AccountSignIn signIn, AccountData data, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>How long an offer can be answered.</summary>
    public static TimeSpan Validity { get; } = TimeSpan.FromMinutes(30);

    /// <summary>How many recovery codes a person gets.</summary>
    public const int RecoveryCodes = 10;

    public static Bilingual Wrong { get; } = new(
        "コードが合いません。アプリに表示されている 6 桁を入力してください。合わないときは、スマートフォンの時刻が自動設定になっているか確かめてください。",
        "That code doesn't match. Enter the six digits that the app shows. If it keeps failing, check that the phone sets its clock automatically.");

    public static Bilingual TooLate { get; } = new(
        "時間が過ぎたため、新しい QR コードを表示しました。読み取り直してください。",
        "Too much time has passed. Here is a new QR code; scan this one.");

    private readonly IDataProtector protector = protection.CreateProtector("Sekisho.AuthenticatorOffer.v1");

    public AuthenticatorOffer Offer(Account account) => Offer(account, manager.GenerateNewAuthenticatorKey());

    /// <summary>The offer of a ticket again, after a wrong code; a new one when the ticket can't be used any more.</summary>
    public AuthenticatorOffer OfferAgain(Account account, string? untrustedTicket) => Offer(account, Open(account, untrustedTicket) ?? manager.GenerateNewAuthenticatorKey());

    /// <summary>Keeps the app when the code is right. All other sessions end, as with every change of credentials.</summary>
    /// <returns>Null when it is kept; otherwise what to do.</returns>
    public async Task<Bilingual?> ConfirmAsync(Account account, string? untrustedTicket, string untrustedCode)
    {
        if (Open(account, untrustedTicket) is not { } secret || Totp.FromBase32(secret) is not { } key) return TooLate;
        if (Totp.Match(key, untrustedCode, time.GetUtcNow()) is not { } step) return Wrong;
        account.AuthenticatorAt = time.GetUtcNow();
        await manager.SetAuthenticatorKeyAsync(account, secret);
        Check(await manager.UpdateSecurityStampAsync(account));
        await data.AcceptStepAsync(account, step, CancellationToken.None);
        return null;
    }

    /// <summary>Keeps a passkey that the browser made for this account.</summary>
    /// <returns>Null when it is kept; otherwise what to do.</returns>
    public async Task<Bilingual?> AddPasskeyAsync(Account account, string untrustedAttestation, string? untrustedName)
    {
        PasskeyAttestationResult result;
        try
        {
            result = await signIn.PerformPasskeyAttestationAsync(untrustedAttestation);
        }
        catch (InvalidOperationException)
        {
            return PasskeyFailed; // no challenge was asked for in this browser
        }
        if (!result.Succeeded || result.UserEntity.Id != account.Id.ToString()) return PasskeyFailed;
        var name = (untrustedName ?? "").Trim();
        result.Passkey.Name = name.Length is 0 ? "パスキー" : name[..Math.Min(name.Length, 60)];
        await manager.AddOrUpdatePasskeyAsync(account, result.Passkey);
        Check(await manager.UpdateSecurityStampAsync(account));
        return null;
    }

    public static Bilingual PasskeyFailed { get; } = new(
        "パスキーを登録できませんでした。もう一度試すか、認証アプリを使ってください。",
        "The passkey could not be registered. Try again, or use an authenticator app.");

    /// <summary>New recovery codes in the place of all old ones; shown once.</summary>
    public async Task<IReadOnlyList<string>> NewRecoveryCodesAsync(Account account) =>
        [.. await manager.GenerateNewTwoFactorRecoveryCodesAsync(account, RecoveryCodes) ?? []];

    private AuthenticatorOffer Offer(Account account, string secret)
    {
        var issuer = Uri.EscapeDataString("Sekisho");
        var address = $"otpauth://totp/{issuer}:{Uri.EscapeDataString(account.Login)}?secret={secret}&issuer={issuer}&digits=6&period={Totp.StepSeconds}";
        using var code = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var picture = new SvgQRCode(code);
        var svg = picture.GetGraphic(1, "#000", "#fff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
        var until = (time.GetUtcNow() + Validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new AuthenticatorOffer(string.Join(' ', secret.Chunk(4).Select(static group => new string(group))), svg, address, protector.Protect($"{account.Id}|{until}|{secret}"));
    }

    private string? Open(Account account, string? untrustedTicket)
    {
        if (string.IsNullOrEmpty(untrustedTicket)) return null;
        try
        {
            return protector.Unprotect(untrustedTicket).Split('|') is [var id, var until, var secret]
                && id == account.Id.ToString() && long.Parse(until, CultureInfo.InvariantCulture) >= time.GetUtcNow().ToUnixTimeSeconds() ? secret : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded) throw new InvalidOperationException("The account was changed at the same time: " + string.Join(", ", result.Errors.Select(static e => e.Code)));
    }
}
