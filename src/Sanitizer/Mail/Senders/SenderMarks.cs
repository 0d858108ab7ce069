using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Mail.Senders;

/// <summary>Finds what may deceive about who sent a message (なりすましの疑い). Says what is shown and what is so; the reader judges.</summary>
internal static partial class SenderMarks
{
    private const int MostShown = 80;

    /// <param name="fromHeaders">How many From headers it came with.</param>
    /// <param name="isFromOutside">True when a gateway brings it from outside the office.</param>
    public static List<MailMark> Find(IReadOnlyList<Mailbox> from, int fromHeaders, IReadOnlyList<Mailbox> replyTo, MailAuthentication? found, MailRules rules, bool isFromOutside)
    {
        var marks = new List<MailMark>();
        var own = rules.OwnDomains.Select(DomainName.Read).OfType<DomainName>().ToList();
        var known = own.Concat(rules.KnownDomains.Select(DomainName.Read).OfType<DomainName>()).ToList();
        if (from.Count == 0 || from.All(static f => f.Address == AddressList.NoAddress))
        {
            marks.Add(new("no-sender", from.Count == 0 ? "" : Short(from[0].Name), "", new("差出人のアドレスがありません。", "It names no sender's address.")));
        }
        if (from.Count > 1 || fromHeaders > 1)
        {
            var all = Short(string.Join("、", from.Select(static f => f.Address)));
            marks.Add(new("several-senders", from.Count == 0 ? "" : Short(from[0].Address), all, new($"差出人が一人ではありません（{all}）。", $"It names more than one sender ({all}).")));
        }
        foreach (var sender in from.Take(3)) Sender(sender, own, known, rules, marks);
        if (from.Count > 0 && DomainName.Of(from[0].Address) is { } domain)
        {
            var isOwn = own.Exists(domain.IsWithin);
            if (isOwn && isFromOutside && found is not { Dmarc: "pass" })
            {
                marks.Add(new("own-domain", from[0].Address, "", new($"差出人は庁内のアドレス（{from[0].Address}）ですが、外部から届きました。本人の送信か確かめられていません。", $"The sender's address ({from[0].Address}) is our own, but it came from outside; that it is theirs isn't proven.")));
            }
            foreach (var reply in replyTo.Where(static r => r.Address != AddressList.NoAddress).Take(3))
            {
                if (DomainName.Of(reply.Address) is not { } answers || answers.Registered == domain.Registered) continue;
                marks.Add(new("reply-elsewhere", from[0].Address, reply.Address, new($"返信すると、差出人とは別の宛先（{Short(reply.Address)}）に送られます。", $"A reply goes elsewhere than to the sender ({Short(reply.Address)}).")));
                Domain(answers, known, marks, "返信先", "address for replies");
                break;
            }
        }
        if (found is not null && Failed(found) is { Length: > 0 } failed)
            marks.Add(new("authentication", failed, "", new($"送信元の認証に失敗しています（{failed}）。差出人を騙っているおそれがあります。", $"The sender could not be authenticated ({failed}); somebody may pose as them.")));
        return marks;
    }

    private static void Sender(Mailbox sender, List<DomainName> own, List<DomainName> known, MailRules rules, List<MailMark> marks)
    {
        if (DomainName.Of(sender.Address) is not { } domain || sender.Address == AddressList.NoAddress) return;
        var name = sender.Name.Normalize(NormalizationForm.FormKC);
        foreach (Match shown in InName().Matches(name.Length > 500 ? name[..500] : name))
        {
            if (DomainName.Of(shown.Value) is not { } other || other.Registered == domain.Registered) continue;
            marks.Add(new("shows-address", shown.Value, sender.Address, new($"差出人の名前に「{Short(shown.Value)}」とありますが、実際のアドレスは {Short(sender.Address)} です。", $"The sender's name says “{Short(shown.Value)}”, but the address is {Short(sender.Address)}.")));
            break;
        }
        if (!own.Exists(domain.IsWithin) && rules.OwnNames.FirstOrDefault(o => Compact(name).Contains(Compact(o), StringComparison.Ordinal)) is { } pretended)
            marks.Add(new("own-name", Short(sender.Name), sender.Address, new($"差出人は「{pretended}」を名乗っていますが、外部のアドレス（{Short(sender.Address)}）です。", $"The sender calls themselves “{pretended}”, but the address is an outside one ({Short(sender.Address)}).")));
        Domain(domain, known, marks, "差出人", "sender");
    }

    private static void Domain(DomainName domain, List<DomainName> known, List<MailMark> marks, string ja, string en)
    {
        if (LookAlike.MixesScripts(domain))
            marks.Add(new("mixed-script", domain.Shown, domain.Ascii, new($"{ja}のドメイン「{Short(domain.Shown)}」には、別の国の紛らわしい文字が混ざっています（{Short(domain.Ascii)}）。", $"The domain of the {en}, “{Short(domain.Shown)}”, mixes letters of other scripts ({Short(domain.Ascii)}).")));
        // Whoever is known isn't compared; nobody gets these two endings without the registry asking who they are.
        if (known.Exists(domain.IsWithin) || domain.Suffix is "lg.jp" or "go.jp") return;
        foreach (var other in known)
        {
            if (LookAlike.Of(domain, other) is null) continue;
            marks.Add(new("look-alike", domain.Shown, other.Shown, new($"{ja}のドメイン「{Short(domain.Shown)}」は、「{other.Shown}」に似せた別のドメインかもしれません。", $"The domain of the {en}, “{Short(domain.Shown)}”, looks like “{other.Shown}” and isn't.")));
            return;
        }
    }

    /// <summary>Where DMARC holds, the parts don't matter: a forwarder breaks SPF, a list breaks DKIM.</summary>
    private static string Failed(MailAuthentication found)
    {
        if (found.Dmarc == "pass") return "";
        var failed = new List<string>();
        if (found.Dmarc == "fail") failed.Add("DMARC fail");
        if (found.Spf is "fail" or "softfail" && found.Dkim != "pass") failed.Add($"SPF {found.Spf}");
        if (found.Dkim == "fail" && found.Spf != "pass") failed.Add("DKIM fail");
        return string.Join("、", failed);
    }

    private static string Compact(string text) => string.Concat(text.Normalize(NormalizationForm.FormKC).Where(static c => !char.IsWhiteSpace(c))).ToLowerInvariant();

    private static string Short(string text) => text.Length <= MostShown ? text : text[..(MostShown - (char.IsHighSurrogate(text[MostShown - 1]) ? 1 : 0))] + "…";

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}\s?@\s?(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", RegexOptions.CultureInvariant)]
    private static partial Regex InName();
}
