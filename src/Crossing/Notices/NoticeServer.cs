using System.Globalization;
using System.Net;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Records;
using Sekisho.Sanitizer.Mail;

namespace Sekisho.Crossing.Notices;

/// <summary>Where notices to approvers go (お知らせのメールサーバー): by the client of the mail gateway, encrypted as it is.</summary>
/// <param name="Name">Of their sender, as it is shown; empty for none.</param>
/// <param name="From">Their sender.</param>
public sealed record NoticeServer(SmtpHop Hop, string Name, MailAddress From)
{
    private static readonly SmtpPatience Patience = new() { Connect = TimeSpan.FromSeconds(15), Answer = TimeSpan.FromSeconds(60), End = TimeSpan.FromMinutes(2) };

    /// <summary>Reads a server (<c>host:port</c>, or a host at port 25) and a sender (<c>a@example.lg.jp</c>, or <c>name &lt;a@example.lg.jp&gt;</c>).</summary>
    /// <param name="untrustedTls"><c>none</c>, <c>offered</c>, <c>required</c>; null: none on this machine, offered elsewhere.</param>
    /// <param name="caFile">PEM of who signs its certificate; null: whoever the machine trusts.</param>
    /// <returns>Null when one can't be read.</returns>
    public static NoticeServer? Read(string? untrustedServer, string? untrustedFrom, string? untrustedTls = null, string? caFile = null)
    {
        var parts = (untrustedServer ?? "").Trim().Split(':');
        var sender = (untrustedFrom ?? "").Trim();
        var (name, address) = sender is [.., '>'] && sender.LastIndexOf('<') is var at and >= 0 ? (sender[..at].Trim().Trim('"'), sender[(at + 1)..^1]) : ("", sender);
        if (parts.Length > 2 || Uri.CheckHostName(parts[0]) == UriHostNameType.Unknown || name.Any(char.IsControl) || MailAddress.Read(address) is not { NeedsUtf8: false } from) return null;
        var port = 25;
        if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535)) return null;
        SmtpTls? tls = untrustedTls switch
        {
            "none" => SmtpTls.None, "offered" => SmtpTls.WhenOffered, "required" => SmtpTls.Required,
            null or "" => IPAddress.TryParse(parts[0], out var here) && IPAddress.IsLoopback(here) ? SmtpTls.None : SmtpTls.WhenOffered,
            _ => null,
        };
        return tls is { } how && (string.IsNullOrEmpty(caFile) || File.Exists(caFile)) ? new(new(parts[0], port, how, string.IsNullOrEmpty(caFile) ? null : caFile), name, from) : null;
    }

    /// <summary>Hands one notice to the server.</summary>
    /// <exception cref="IOException">It isn't there, can't be trusted, or doesn't take it.</exception>
    public async Task SendAsync(Notice notice, DateTimeOffset at, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (MailAddress.Read(notice.To) is not { } to) throw new IOException($"{Hop}: no address: {notice.To}");
        var shown = Name.Length == 0 ? $"<{From}>" : $"{MimeText.Encode(Name)} <{From}>";
        var message = MailNotices.Write(From.Domain, notice.To, notice.Subject, notice.Body, at, RecordKeeper.NewId(at), from: shown);
        await using var line = await SmtpSender.ConnectAsync(Hop, From.Domain, Patience, cancel).ConfigureAwait(false);
        var outcome = (await line.SendAsync(From, [to], isUtf8: false, is8Bit: false, message.Length, new MemoryStream(message, writable: false), cancel).ConfigureAwait(false))[0];
        if (!outcome.Reply.IsDone) throw new IOException($"{Hop}: {outcome.Reply}");
    }
}
