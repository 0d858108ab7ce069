using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>A postfix of our own in front of the gateway (前段の postfix): strangers speak to it, it keeps the queue and its retries, the gateway is its content filter (docs/operations/crossing.md).</summary>
/// <remarks>Everything of it lies in <c>postfix</c> of the data folder; the machine's own postfix, if there is one, isn't touched. It is Debian's, and needs root as every postfix does.</remarks>
public sealed partial class PostfixFront : IAsyncDisposable
{
    private const string Program = "/usr/sbin/postfix";

    private const int LastWords = 12;

    private static readonly TimeSpan MostStart = TimeSpan.FromSeconds(60);

    private readonly string folder;
    private readonly Process master;
    private readonly ILogger logger;
    private readonly Queue<string> said = new();
    private readonly long logBefore;
    private Task draining = Task.CompletedTask;

    private PostfixFront(string folder, Process master, long logBefore, ILogger logger) => (this.folder, this.master, this.logBefore, this.logger) = (folder, master, logBefore, logger);

    /// <summary>Its settings as files: main.cf, master.cf and the map of what is delivered where.</summary>
    /// <param name="gateway">Where the gateway listens.</param>
    internal static IReadOnlyDictionary<string, string> Files(string folder, MailSettings settings)
    {
        var front = settings.Postfix!;
        var inner = front.Inner.Count == 0 ? "127.0.0.0/8 [::1]/128" : Networks(front.Inner);
        return new Dictionary<string, string>
        {
            ["main.cf"] = $"""
                # Written by Sekisho at each start; settings are in mail.yaml.
                compatibility_level = 3.6
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                queue_directory = {folder}/spool
                data_directory = {folder}/data
                maillog_file = {folder}/log/mail.log
                maillog_file_prefixes = {folder}/log
                mail_owner = postfix
                setgid_group = postdrop
                myhostname = {settings.Host}
                mydestination =
                local_recipient_maps =
                alias_maps =
                inet_interfaces = all
                inet_protocols = all
                mynetworks = {inner}
                relay_domains = {string.Join(' ', settings.Domains.Keys.Order(StringComparer.Ordinal))}
                transport_maps = texthash:{folder}/transport
                relayhost = {(front.Relay is { } relay ? Hop(relay) : "")}
                smtp_tls_security_level = may
                smtpd_tls_security_level = {(front.Certificate is { } shown ? shown.IsRequired ? "encrypt" : "may" : "none")}
                smtpd_tls_chain_files = {(front.Certificate is { } own ? $"{own.KeyFile}, {own.ChainFile}" : "")}
                smtpd_tls_received_header = yes
                message_size_limit = {settings.MostBytes.ToString(CultureInfo.InvariantCulture)}
                mailbox_size_limit = 0
                smtpd_banner = $myhostname ESMTP
                disable_vrfy_command = yes
                smtputf8_enable = yes
                smtpd_forbid_bare_newline = normalize
                smtpd_helo_required = yes
                header_size_limit = 262144
                default_destination_recipient_limit = 100
                # The gateway tells whom to put off; postfix tries again soon.
                minimal_backoff_time = 60s
                maximal_backoff_time = 1800s
                queue_run_delay = 60s

                """,
            ["master.cf"] = $"""
                # Written by Sekisho at each start.
                {front.Inward} inet n - n - - smtpd
                  -o syslog_name=postfix/inward
                  -o content_filter=sekisho:{Listen(settings.Inward)}
                  -o receive_override_options=no_address_mappings
                  -o smtpd_relay_restrictions=reject_unauth_destination
                {(front.Outer.Count == 0 ? "" : $"""
                  -o mynetworks={Networks(front.Outer).Replace(' ', ',')}
                  -o smtpd_client_restrictions=permit_mynetworks,reject
                """)}
                {(front.Milters.Count == 0 ? "" : $"""
                  -o smtpd_milters={string.Join(',', front.Milters)}
                  -o cleanup_service_name=cleanup-inward
                """)}
                {(front.Outward is { } outward && settings.Outward is not null ? $"""
                {outward} inet n - n - - smtpd
                  -o syslog_name=postfix/outward
                  -o content_filter=sekisho:{Listen(settings.Outward)}
                  -o receive_override_options=no_address_mappings
                  -o smtpd_relay_restrictions=permit_mynetworks,reject
                """ : "")}
                127.0.0.1:{front.Back} inet n - n - - smtpd
                  -o syslog_name=postfix/back
                  -o content_filter=
                  -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks,no_milters
                  -o mynetworks=127.0.0.0/8
                  -o smtpd_relay_restrictions=permit_mynetworks,reject
                  -o smtpd_tls_security_level=none
                  -o smtpd_client_connection_count_limit=0
                  -o smtpd_client_connection_rate_limit=0
                sekisho unix - - n - 20 smtp
                  -o syslog_name=postfix/sekisho
                  -o smtp_send_xforward_command=yes
                  -o smtp_tls_security_level=none
                  -o smtp_data_done_timeout=1200s
                  -o smtp_connection_cache_on_demand=yes
                  -o disable_dns_lookups=yes
                pickup unix n - n 60 1 pickup
                cleanup unix n - n - 0 cleanup
                {(front.Milters.Count == 0 ? "" : $"""
                cleanup-inward unix n - n - 0 cleanup
                  -o header_checks=regexp:{folder}/inward-headers
                """)}
                qmgr unix n - n 300 1 qmgr
                tlsmgr unix - - n 1000? 1 tlsmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                verify unix - - n - 1 verify
                flush unix n - n 1000? 0 flush
                proxymap unix - - n - - proxymap
                smtp unix - - n - - smtp
                relay unix - - n - - smtp
                  -o syslog_name=postfix/relay
                showq unix n - n - - showq
                error unix - - n - - error
                retry unix - - n - - error
                discard unix - - n - - discard
                anvil unix - - n - 1 anvil
                scache unix - - n - 1 scache
                postlog unix-dgram n - n - 1 postlogd

                """,
            // The filters look, so this is the border: what comes in and says that somebody looked is nobody's word (RFC 8601 §5). What the filters add isn't checked.
            ["inward-headers"] = "/^Authentication-Results[[:space:]]*:/ IGNORE\n",
            ["transport"] = string.Concat(settings.Domains.Keys.Order(StringComparer.Ordinal).Select(d => $"{d} relay:{Hop(front.Delivery)}\n")),
        };
    }

    /// <summary>Writes its settings and starts it; what an earlier server left running is stopped first.</summary>
    /// <param name="settings">With the addresses at which the gateway really listens (<see cref="MailGateway.Settings"/>).</param>
    /// <exception cref="StorageException">There is no postfix, it isn't root that starts it, a port of it is taken (XNG-MAIL-015), or it says no; holds what it said last.</exception>
    public static async Task<PostfixFront> StartAsync(string dataFolder, MailSettings settings, ILogger logger, CancellationToken cancel)
    {
        var folder = Path.Combine(Path.GetFullPath(dataFolder), "postfix");
        if (!File.Exists(Program) || Environment.UserName != "root") throw Cannot(folder, "");
        foreach (var part in (string[])["etc", "spool", "data", "log"]) Directory.CreateDirectory(Path.Combine(folder, part));
        foreach (var open in (string[])[folder, Path.Combine(folder, "etc"), Path.Combine(folder, "spool"), Path.Combine(folder, "log")])
            File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        foreach (var (name, text) in Files(folder, settings)) await File.WriteAllTextAsync(Path.Combine(folder, name.EndsWith(".cf", StringComparison.Ordinal) ? "etc/" + name : name), text, cancel).ConfigureAwait(false);
        await RunAsync("/bin/chown", ["postfix", Path.Combine(folder, "data")], cancel).ConfigureAwait(false);
        await RunAsync(Program, ["-c", Path.Combine(folder, "etc"), "stop"], cancel).ConfigureAwait(false);
        var (code, said) = await RunAsync(Program, ["-c", Path.Combine(folder, "etc"), "check"], cancel).ConfigureAwait(false);
        if (code != 0) throw Cannot(folder, said);
        var log = new FileInfo(LogOf(folder));
        // In the foreground: it is a child of ours, and its end is seen.
        var master = Process.Start(new ProcessStartInfo(Program, ["-c", Path.Combine(folder, "etc"), "start-fg"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var front = new PostfixFront(folder, master, log.Exists ? log.Length : 0, logger);
        front.draining = Task.WhenAll(front.DrainAsync(master.StandardOutput), front.DrainAsync(master.StandardError));
        try
        {
            await front.ReadyAsync(settings.Postfix!, cancel).ConfigureAwait(false);
            return front;
        }
        catch
        {
            await front.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops it; what lies in its queue stays there, and goes on with the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await RunAsync(Program, ["-c", Path.Combine(folder, "etc"), "stop"], CancellationToken.None).ConfigureAwait(false);
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await master.WaitForExitAsync(soon.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            master.Kill(entireProcessTree: true);
        }
        master.Dispose();
    }

    private async Task ReadyAsync(PostfixSettings front, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        while (!master.HasExited && Stopwatch.GetElapsedTime(began) < MostStart)
        {
            try
            {
                await using var sender = await SmtpSender.ConnectAsync(new("127.0.0.1", front.Back, SmtpTls.None), "localhost", new() { Connect = TimeSpan.FromSeconds(1), Answer = TimeSpan.FromSeconds(5) }, cancel).ConfigureAwait(false);
                // Somebody else may have been quicker to take that port.
                if (!master.HasExited) return;
            }
            catch (SmtpException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel).ConfigureAwait(false);
            }
        }
        if (master.HasExited) await draining.WaitAsync(cancel).ConfigureAwait(false);
        var words = Words();
        throw Taken().Match(words) is { Success: true } port ? PortTaken(port.Groups[1].Value, words) : Cannot(folder, words);
    }

    /// <summary>What it said last, in its log of this start and otherwise: nobody finds out without it why it stopped.</summary>
    private string Words()
    {
        lock (said)
        {
            var lines = new List<string>(said);
            var log = LogOf(folder);
            if (File.Exists(log))
            {
                using var from = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                from.Position = Math.Min(logBefore, from.Length);
                using var reader = new StreamReader(from);
                lines.AddRange(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LastWords));
            }
            return string.Join('\n', lines.Append(master.HasExited ? string.Create(CultureInfo.InvariantCulture, $"postfix ended with {master.ExitCode}") : "postfix runs, and doesn't answer"));
        }
    }

    private async Task DrainAsync(StreamReader from)
    {
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            logger.LogInformation("postfix: {Line}", line);
            lock (said)
            {
                said.Enqueue(line);
                if (said.Count > LastWords) said.Dequeue();
            }
        }
    }

    private static string LogOf(string folder) => Path.Combine(folder, "log/mail.log");

    [GeneratedRegex(@"bind (\S+ port \d+): Address already in use", RegexOptions.CultureInvariant)]
    private static partial Regex Taken();

    private static async Task<(int Code, string Said)> RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var said = process.StandardError.ReadToEndAsync(cancel);
        await process.StandardOutput.ReadToEndAsync(cancel).ConfigureAwait(false);
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return (process.ExitCode, await said.ConfigureAwait(false));
    }

    private static StorageException Cannot(string folder, string detail) => new("XNG-MAIL-012",
        new("専用の postfix を起動できません。起動していません。", "The private postfix could not be started. Nothing was started."),
        new($"postfix を入れ（apt-get install postfix）、root で起動してください。記録は {folder}/log/mail.log にあります。", $"Install postfix and start as root. Its log is {folder}/log/mail.log."), detail: detail);

    private static StorageException PortTaken(string where, string detail) => new("XNG-MAIL-015",
        new($"専用の postfix が待ち受けるポート（{where}）を、ほかのプログラムが使っています。起動していません。", $"Another program uses a port of the private postfix ({where}). Nothing was started."),
        new("そのプログラム（たいていはこの機械の postfix や exim）を止めるか、mail.yaml の postfix の項に別のポートを書いてください。", "Stop that program (most often the machine's own postfix or exim), or write another port into the part postfix of mail.yaml."), retryCanHelp: true, detail: detail);

    private static string Networks(IReadOnlyList<IPNetwork> networks) =>
        string.Join(' ', networks.Select(static n => n.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{n.BaseAddress}]/{n.PrefixLength}" : n.ToString()));

    private static string Hop(SmtpHop hop) => string.Create(CultureInfo.InvariantCulture, $"[{hop.Host}]:{hop.Port}");

    private static string Listen(MailDoor? door) => door is null ? "" : new IPEndPoint(IPAddress.Any.Equals(door.Listen.Address) ? IPAddress.Loopback : door.Listen.Address, door.Listen.Port) is var at && at.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"{at}" : $"[{at.Address}]:{at.Port.ToString(CultureInfo.InvariantCulture)}";
}
