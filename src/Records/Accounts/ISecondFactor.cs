using Sekisho.Assurance;

namespace Sekisho.Records.Accounts;

/// <summary>Asks for the second factor again before something grave, such as signing a statement (本人の再確認).</summary>
public interface ISecondFactor
{
    /// <summary>Checks what the person typed, or what the passkey of the device answered.</summary>
    /// <param name="account">Who is asked; signed in already.</param>
    /// <param name="untrustedCode">Six digits of the authenticator app, or the JSON of a passkey assertion that the page's script put in the same field.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Wrong answers count towards the account's lockout.</returns>
    Task<SecondFactorOutcome> ConfirmAsync(AccountId account, string untrustedCode, CancellationToken cancel = default);
}

/// <summary>Outcome of asking for the second factor again.</summary>
public abstract record SecondFactorOutcome
{
    private SecondFactorOutcome()
    {
    }

    public abstract T Match<T>(Func<Confirmed, T> confirmed, Func<Refused, T> refused);

    /// <summary>It is the person.</summary>
    /// <param name="Method"><c>totp</c> or <c>passkey</c>.</param>
    /// <param name="At">When.</param>
    public sealed record Confirmed(string Method, DateTimeOffset At) : SecondFactorOutcome
    {
        public override T Match<T>(Func<Confirmed, T> confirmed, Func<Refused, T> refused) => confirmed(this);
    }

    /// <summary>It could not be confirmed.</summary>
    /// <param name="Message">What to do, in words for the field.</param>
    public sealed record Refused(Bilingual Message) : SecondFactorOutcome
    {
        public override T Match<T>(Func<Confirmed, T> confirmed, Func<Refused, T> refused) => refused(this);
    }
}
