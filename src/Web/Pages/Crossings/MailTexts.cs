using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;

namespace Sekisho.Web.Pages.Crossings;

/// <summary>What people read of messages.</summary>
public static class MailTexts
{
    /// <summary>Where a message stands, with what its request waits for.</summary>
    public static Bilingual Name(this MessageState state, RequestState? request) => state switch
    {
        MessageState.Kept => new("無害化しています", "Being made harmless"),
        MessageState.Held when request == RequestState.Waiting => new("承認待ち", "Waiting for approval"),
        MessageState.Held => new("保留中", "Held"),
        MessageState.Due => new("配送待ち", "To be delivered"),
        MessageState.Sent when request == RequestState.NothingOut => new("お届けできないことを知らせました", "A notice was delivered instead"),
        MessageState.Sent => new("配送しました", "Delivered"),
        MessageState.PartSent => new("一部だけ配送しました", "Delivered in part"),
        MessageState.Failed => new("配送できません", "Not delivered"),
        MessageState.Stopped => new("送りません", "Stopped"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static Bilingual Name(this RecipientState state) => state switch
    {
        RecipientState.Waiting => new("これから", "To come"),
        RecipientState.Delivered => new("配送しました", "Delivered"),
        RecipientState.Failed => new("配送できません", "Not delivered"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static Bilingual View(MessageView view) => view switch
    {
        MessageView.Mine => new("自分のメール", "Mine"),
        MessageView.Held => new("保留中", "Held"),
        MessageView.All => new("すべてのメール", "All"),
        _ => throw new ArgumentOutOfRangeException(nameof(view)),
    };

    /// <summary>Who sent it: as shown, and the address of the envelope where that is another.</summary>
    public static string Sender(MailMessage message) => Shown(message) is ['<', .. var address, '>'] && !address.Contains('<', StringComparison.Ordinal) ? address : Shown(message);

    private static string Shown(MailMessage message) => message.Sender.Length == 0 ? (message.ShownSender.Length > 0 ? message.ShownSender : "MAILER-DAEMON")
        : message.ShownSender.Length == 0 || message.ShownSender.Contains(message.Sender, StringComparison.OrdinalIgnoreCase) ? (message.ShownSender.Length > 0 ? message.ShownSender : message.Sender)
        : $"{message.ShownSender}（{message.Sender}）";
}
