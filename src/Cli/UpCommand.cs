using System.CommandLine;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Storage;

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
        var demo = new Option<bool>("--demo") { Description = "架空の町と1年分のデータを入れる / add a made-up town with a year of data" };
        var command = new Command("up", "サーバーを起動する / start the server") { data, url, port, publicUrl, demo };
        command.SetAction((parsed, cancel) =>
        {
            string[] urls = parsed.GetValue(port) is { } number ? [$"http://127.0.0.1:{number}"] : parsed.GetValue(url)!;
            return RunAsync(Path.GetFullPath(parsed.GetValue(data)!), urls, parsed.GetValue(publicUrl), parsed.GetValue(demo), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, string[] urls, string? publicUrl, bool demo, CancellationToken cancel)
    {
        foreach (var address in urls.Append(publicUrl).OfType<string>())
        {
            if (Uri.TryCreate(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var read) && read.Scheme is "http" or "https") continue;
            await Launch.SayAsync("CLI-UP-001", new($"アドレス {address} を読み取れません。", $"The address {address} can't be read."), new($"例: --url {DefaultUrl}", $"For example --url {DefaultUrl}"));
            return Launch.BadInput;
        }
        using var server = DataFolder.TakeForServer(dataFolder);
        using var logs = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddSimpleConsole(c => { c.SingleLine = true; c.TimestampFormat = "HH:mm:ss "; }));
        await using var database = await Database.OpenAsync(StorageOptions.FromEnvironment(dataFolder), RecordsMigrations.Sets, logs.CreateLogger("Sekisho.Storage"), cancel);
        Console.WriteLine($"準備ができました / ready: {string.Join(' ', urls)} ({dataFolder})");
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("終了します / stopping");
        }
        return Launch.Fine;
    }
}
