using System.CommandLine;
using Microsoft.Extensions.Logging;
using Sekisho.Crossing;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;

namespace Sekisho.Cli;

/// <summary><c>sekisho worker</c>: takes files of the crossing through the sanitiser, on this machine, for a server on another (無害化の作業係).</summary>
internal static class WorkerCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "データフォルダ（鍵がここにあること） / data folder, with the keys in it (SEKISHO_DATA)", DefaultValueFactory = _ => DataFolder.Default() };
        var workers = new Option<int>("--workers") { Description = "同時に無害化する数 / files at a time", DefaultValueFactory = _ => Environment.ProcessorCount };
        var isolation = new Option<string>("--isolation") { Description = "bwrap（既定）・none（隔離なし） / bwrap (default), none", DefaultValueFactory = _ => "bwrap" };
        var command = new Command("worker", "サーバーのファイルを、この機械で無害化する / sanitise a server's files on this machine") { data, workers, isolation };
        command.SetAction((parsed, cancel) => RunAsync(Path.GetFullPath(parsed.GetValue(data)!), parsed.GetValue(workers), parsed.GetValue(isolation)!, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, int workers, string isolation, CancellationToken cancel)
    {
        Isolation? shut = isolation switch { "bwrap" => Isolation.Bubblewrap, "none" => Isolation.None, _ => null };
        if (workers is < 1 or > 64 || shut is null)
        {
            await Launch.SayAsync("CLI-WORKER-002", new("--workers は 1 から 64、--isolation は bwrap か none です。", "--workers is 1 to 64, --isolation bwrap or none."), new("指定を直してください。", "Correct the option."));
            return Launch.BadInput;
        }
        // Made here, they would be other keys than the server's: nothing that it keeps could be opened, and nothing that is made here by it.
        var vaultKey = Environment.GetEnvironmentVariable(FileVault.KeyVariable) is { Length: > 0 } elsewhere ? elsewhere : Path.Combine(dataFolder, "vault.key");
        if (!File.Exists(vaultKey) || LedgerKey.Read(dataFolder) is not { } ledgerKey)
        {
            await Launch.SayAsync("CLI-WORKER-001",
                new($"サーバーの鍵がありません（{vaultKey} と {LedgerKey.FolderOf(dataFolder)}/key.pem）。何も始めていません。", $"The server's keys are missing ({vaultKey} and {LedgerKey.FolderOf(dataFolder)}/key.pem). Nothing was started."),
                new("サーバーを一度起動してから、二つの鍵をこの機械へ安全に写してください（docs/operations/crossing.md）。", "Start the server once, then copy both keys here by a safe way (docs/operations/crossing.md)."));
            return Launch.BadInput;
        }
        ledgerKey.Dispose();
        var rabbit = CrossingSlices.RabbitOfEnvironment();
        using var logging = LoggerFactory.Create(static b => b.AddConsole().SetMinimumLevel(LogLevel.Warning));
        var logger = logging.CreateLogger("Sekisho.Worker");
        await using var database = await Database.OpenAsync(StorageOptions.FromEnvironment(dataFolder), CrossingMigrations.Sets, logger, cancel);
        using var signer = await LedgerKey.OpenAsync(dataFolder, database, TimeProvider.System, cancel);
        var keeper = new RecordKeeper(database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System);
        using var crossing = new CrossingSlices(keeper, new RecordSlices(keeper), await FileVault.OpenAsync(dataFolder, keeper, cancel));
        await using var pool = await SanitizerPool.StartAsync(new() { Isolation = shut.Value, Workers = workers }, TimeProvider.System, cancel);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopped = cancel.Register(() => ended.TrySetResult());
        await using (var worker = crossing.Worker(_ => Task.FromResult(pool), logger, rabbit))
        {
            worker.Start(workers);
            Console.WriteLine($"準備ができました / ready: {workers} × {(rabbit is null ? "PostgreSQL" : CrossingSlices.ShowRabbit(rabbit))} ({dataFolder})");
            await ended.Task;
            Console.WriteLine("停止しています。作業中のファイルは順番待ちに戻します… / stopping; files in hand go back to the queue …");
        }
        Console.WriteLine("停止しました。 / stopped.");
        return Launch.Fine;
    }
}
