using System.Globalization;
using System.Net.Mail;
using System.Text;
using Sekisho.Crossing;
using Sekisho.Crossing.Notices;

namespace Sekisho.Web.Hosting;

/// <summary>Where notices to approvers go.</summary>
/// <param name="From">Their sender.</param>
public sealed record NoticeServer(string Host, int Port, MailAddress From)
{
    /// <summary>Reads host:port (or a host, at port 25) and a mail address; null when one can't be read.</summary>
    public static NoticeServer? Read(string? untrustedServer, string? untrustedFrom)
    {
        var parts = (untrustedServer ?? "").Trim().Split(':');
        if (parts.Length > 2 || Uri.CheckHostName(parts[0]) == UriHostNameType.Unknown || !MailAddress.TryCreate(untrustedFrom, out var from)) return null;
        var port = 25;
        return parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535) ? null : new(parts[0], port, from);
    }
}

/// <summary>Tells approvers by mail of what waits for them, once a minute where there is something to tell (承認のお知らせ).</summary>
internal sealed class NoticeMail(CrossingSlices crossing, WebHostOptions options, ILogger<NoticeMail> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(crossing.Notices(SendAsync, options.PublicUrl ?? new Uri(options.Urls[0]), logger).RunAllAsync, Period, TimeProvider.System, logger,
        new("承認のお知らせの巡回が途中で止まりました。次の巡回で続けます。", "The round of notices broke off; the next one goes on."), stoppingToken);

    /// <summary>Hands one notice to the next server.</summary>
    internal static async Task SendAsync(NoticeServer server, Notice notice, CancellationToken cancel)
    {
        try
        {
            using var client = new SmtpClient(server.Host, server.Port);
            using var mail = new MailMessage(server.From, new MailAddress(notice.To))
            {
                Subject = notice.Subject, SubjectEncoding = Encoding.UTF8, Body = notice.Body, BodyEncoding = Encoding.UTF8, BodyTransferEncoding = System.Net.Mime.TransferEncoding.Base64, HeadersEncoding = Encoding.UTF8,
            };
            // Nobody's absence notice answers it.
            mail.Headers.Add("Auto-Submitted", "auto-generated");
            await client.SendMailAsync(mail, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SmtpException or FormatException)
        {
            throw new IOException($"{server.Host}: {e.Message}", e);
        }
    }

    private Task SendAsync(Notice notice, CancellationToken cancel) => SendAsync(options.Notices!, notice, cancel);
}
