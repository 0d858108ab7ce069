using Sekisho.Records;

namespace Sekisho.Crossing.Mail;

/// <summary>Where the rules of mail say no.</summary>
public static class Refusals
{
    public static Refusal TooLate { get; } = new("XNG-MAIL-013",
        new("このメールは、もう保留中ではありません。何も変更していません。", "This message isn't held any more. Nothing was changed."),
        new("ページを開き直して、いまの状態を確かめてください。", "Reload the page and look at where it stands."));

    public static Refusal TooManyTries { get; } = new("XNG-MAIL-014",
        new("このメールのパスワードは、もう何度も試されました。これ以上は試せません。", "Passwords were tried for this message many times. No more can be tried."),
        new("送信者に、正しいパスワードを付けて送り直してもらってください。", "Have it sent again, with the right password."));
}
