using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sekisho.Crossing.Demo;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Notices;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Demo;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Cli;

/// <summary><c>sekisho up</c>: starts the server and stops it in order on Ctrl-C or SIGTERM.</summary>
internal static class UpCommand
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "データフォルダ / data folder (SEKISHO_DATA)", DefaultValueFactory = _ => DataFolder.Default() };
        var url = new Option<string[]>("--url") { Description = "待ち受けるアドレス / address to listen on", DefaultValueFactory = _ => [DefaultUrl] };
        var port = new Option<int?>("--port") { Description = "ポートだけを変える / only the port, on 127.0.0.1" };
        var publicUrl = new Option<string?>("--public-url") { Description = "利用者から見えるアドレス / address that people use, behind a proxy" };
        var proxies = new Option<string[]>("--trust-proxy") { Description = "X-Forwarded-For などを信用するプロキシ（アドレスかネットワーク） / proxies whose X-Forwarded-For and -Proto are believed (address or network)" };
        var confirmUrl = new Option<string?>("--confirm-url") { Description = "委託先が年次確認に答えるための、外から見えるアドレス / address under which contractors answer from outside (docs/operations/confirmation.md)" };
        var folders = new Option<string?>("--folders") { Description = "監視フォルダの置き場所（SEKISHO_FOLDERS） / root of the watched folders (docs/operations/crossing.md)", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SEKISHO_FOLDERS") };
        var notices = new Option<string?>("--notice-server") { Description = "承認のお知らせを送るメールサーバー（ホスト:ポート、SEKISHO_NOTICE_SERVER） / mail server for notices to approvers (host:port)", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SEKISHO_NOTICE_SERVER") };
        var noticeFrom = new Option<string?>("--notice-from") { Description = "お知らせの送信元（SEKISHO_NOTICE_FROM） / their sender", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SEKISHO_NOTICE_FROM") };
        var noticeTls = new Option<string?>("--notice-tls") { Description = "お知らせの送信の暗号化 none・offered・required（SEKISHO_NOTICE_TLS） / how it is encrypted", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SEKISHO_NOTICE_TLS") };
        var noticeCa = new Option<string?>("--notice-ca") { Description = "そのサーバーの証明書を出した機関の PEM（SEKISHO_NOTICE_CA） / who signs its certificate (PEM)", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SEKISHO_NOTICE_CA") };
        var demo = new Option<bool>("--demo") { Description = "架空の町と1年分のデータを入れる / add a made-up town with a year of data" };
        var mail = new Option<bool>("--mail") { Description = "メールの関所の前に、専用の postfix を立てる / start a postfix of its own in front of the gateway for mail (docs/operations/crossing.md)" };
        var command = new Command("up", "サーバーを起動する / start the server") { data, url, port, publicUrl, confirmUrl, proxies, folders, notices, noticeFrom, noticeTls, noticeCa, demo, mail };
        command.SetAction((parsed, cancel) =>
        {
            string[] urls = parsed.GetValue(port) is { } number ? [$"http://127.0.0.1:{number}"] : parsed.GetValue(url)!;
            return RunAsync(Path.GetFullPath(parsed.GetValue(data)!), urls, parsed.GetValue(publicUrl), parsed.GetValue(confirmUrl), parsed.GetValue(proxies) ?? [], parsed.GetValue(folders), NoticesOf(parsed.GetValue(notices), parsed.GetValue(noticeFrom), parsed.GetValue(noticeTls), parsed.GetValue(noticeCa)), parsed.GetValue(demo), parsed.GetValue(mail), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, string[] urls, string? publicUrl, string? confirmUrl, string[] proxies, string? folders, (bool IsAsked, NoticeServer? Server) notices, bool demo, bool mail, CancellationToken cancel)
    {
        foreach (var address in urls.Append(publicUrl).Append(confirmUrl).OfType<string>())
        {
            if (Uri.TryCreate(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var read) && read.Scheme is "http" or "https") continue;
            await Launch.SayAsync("CLI-UP-001", new($"アドレス {address} を読み取れません。", $"The address {address} can't be read."), new($"例: --url {DefaultUrl}", $"For example --url {DefaultUrl}"));
            return Launch.BadInput;
        }
        var trusted = new List<IPNetwork>();
        foreach (var proxy in proxies)
        {
            if (BehindProxy.TryRead(proxy, out var network))
            {
                trusted.Add(network);
                continue;
            }
            await Launch.SayAsync("CLI-UP-003", new($"プロキシのアドレス {proxy} を読み取れません。", $"The address of a proxy {proxy} can't be read."), new("例: --trust-proxy 10.0.0.5 または 10.0.0.0/24", "For example --trust-proxy 10.0.0.5 or 10.0.0.0/24"));
            return Launch.BadInput;
        }
        var gateway = MailSettings.Load(dataFolder);
        if (mail && gateway?.Postfix is null)
        {
            await Launch.SayAsync("CLI-UP-006", new($"メールの設定（postfix の項）が {MailSettings.PathIn(dataFolder)} にありません。", $"There are no settings for mail with a part for postfix in {MailSettings.PathIn(dataFolder)}."), new("docs/operations/crossing.md の「メール」の例を写して、書き換えてください。", "Copy the example from docs/operations/crossing.md and change it."));
            return Launch.BadInput;
        }
        // Asked before anything is opened: the host would find it last, and say it with a stack trace.
        if (urls.Select(TakenBecause).FirstOrDefault(why => why is not null) is { } taken) return await CannotListenAsync(urls, taken);
        using var server = DataFolder.TakeForServer(dataFolder);
        var options = new WebHostOptions(StorageOptions.FromEnvironment(dataFolder), urls, TimeProvider.System) { TrustedProxies = trusted, Mail = gateway, HasPostfix = mail };
        // Behind a proxy the server itself speaks http; cookies follow what the browser speaks.
        if (publicUrl is not null) options = options with { Https = publicUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase), PublicUrl = new Uri(publicUrl) };
        if (notices.IsAsked)
        {
            if (notices.Server is not { } noticeServer || publicUrl is null)
            {
                await Launch.SayAsync("CLI-UP-004", new("お知らせのメールサーバー・送信元・暗号化のどれかを読み取れないか、--public-url がありません。", "The mail server of notices, their sender or its encryption can't be read, or --public-url is missing."),
                    new("例: --notice-server mail.example.lg.jp:25 --notice-from sekisho@example.lg.jp --public-url https://sekisho.example.lg.jp", "For example --notice-server mail.example.lg.jp:25 --notice-from sekisho@example.lg.jp --public-url https://sekisho.example.lg.jp"));
                return Launch.BadInput;
            }
            options = options with { Notices = noticeServer };
        }
        if (folders is { Length: > 0 }) options = options with { WatchedRoot = Path.GetFullPath(folders) };
        if (confirmUrl is not null) options = options with { ConfirmAddress = new Uri(confirmUrl) };
        await using var app = await WebHost.BuildAsync(options, cancel);
        if (demo)
        {
            Console.WriteLine("架空の町「しおかぜ町」の 1 年分のデータを確かめています… / preparing the made-up town of Shiokaze …");
            await using var many = app.Services.GetRequiredService<Database>().ForManyAlike();
            var town = new DemoTown(many, app.Services.GetRequiredService<NoteSigner>(), TimeProvider.System);
            await using var crossings = await CrossingsAsync(dataFolder, options, cancel);
            if ((await town.EnsureAsync(null, cancel, crossings is null ? null : crossings.Steps)).Match<Refusal?>(_ => null, no => no) is { } refusal)
            {
                await Launch.SayAsync(refusal.Code, refusal.What, refusal.Next);
                return Launch.BadInput;
            }
        }
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException or SocketException)
        {
            return await CannotListenAsync(urls, e.Message);
        }
        Console.WriteLine($"準備ができました / ready: {publicUrl ?? string.Join(' ', app.Urls)} ({dataFolder})");
        if (gateway is not null) Console.WriteLine(Mail(gateway, mail));
        if (await app.Services.FirstStartCodeAsync(cancel) is { } code)
        {
            var minutes = (int)FirstStartCode.Validity.TotalMinutes;
            Console.WriteLine($"""

                はじめての起動です。ブラウザで {publicUrl ?? app.Urls.First()} を開き、次の初期設定コードを入力してください（{minutes} 分間有効、一回限り）。
                This is the first start. Open {publicUrl ?? app.Urls.First()} and enter this code (valid for {minutes} minutes, once):

                    {code}

                """);
        }
        await app.WaitForShutdownAsync(cancel);
        return Launch.Fine;
    }

    private static (bool IsAsked, NoticeServer? Server) NoticesOf(string? server, string? from, string? tls, string? ca) => server is { Length: > 0 } ? (true, NoticeServer.Read(server, from, tls, ca)) : (false, null);

    /// <summary>What crossed in the made-up year needs the sanitiser; a machine that can't shut it in shows the rest.</summary>
    private static async Task<DemoCrossings?> CrossingsAsync(string dataFolder, WebHostOptions options, CancellationToken cancel)
    {
        if (options.Sanitise is not { } isolation) return null;
        try
        {
            return await DemoCrossings.StartAsync(dataFolder, isolation, options.ProgramFolder, cancel);
        }
        catch (NoSandboxException e)
        {
            Console.WriteLine($"無害化を隔離して動かせないため、授受のデータは入れません。{e.Message} / the sanitiser can't run shut in; the made-up year has no crossings.");
            return null;
        }
    }

    private static string Mail(MailSettings settings, bool hasPostfix)
    {
        string[] doors = hasPostfix
            ? [$"インターネット側 / Internet side {settings.Postfix!.Inward}", .. settings.Postfix.Outward is { } outward ? [$"LGWAN 側 / LGWAN side {outward}"] : Array.Empty<string>()]
            : [.. settings.Inward is { } a ? [$"インターネット側 / Internet side {a.Listen}"] : Array.Empty<string>(), .. settings.Outward is { } b ? [$"LGWAN 側 / LGWAN side {b.Listen}"] : Array.Empty<string>()];
        return $"メール / mail{(hasPostfix ? " (postfix)" : "")}: {string.Join("、", doors)}";
    }

    private static async Task<int> CannotListenAsync(string[] urls, string detail)
    {
        await Launch.SayAsync("CLI-UP-002",
            new($"{string.Join(' ', urls)} で待ち受けできません。データはそのままです。", $"Can't listen on {string.Join(' ', urls)}. The data is untouched."),
            new("ほかのプログラムが使っていないポートを --port で指定してください。", "Name a port that no other program uses with --port."), detail);
        return Launch.OutsideIsDown;
    }

    /// <summary>Why the address can't be listened on; null when it can, or when only the host can tell (a name, any free port).</summary>
    private static string? TakenBecause(string address)
    {
        var url = new Uri(address.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal));
        var host = url.IsLoopback && !IPAddress.TryParse(url.Host, out _) ? IPAddress.Loopback : IPAddress.TryParse(url.Host, out var ip) ? ip : null;
        if (host is null || url.Port == 0) return null;
        try
        {
            using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(host, url.Port));
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable)
        {
            return e.Message;
        }
    }
}
