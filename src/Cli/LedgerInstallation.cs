using System.CommandLine;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Storage;

namespace Sekisho.Cli;

/// <summary>A municipality, as the command line names it.</summary>
internal sealed record NamedMunicipality(MunicipalityId Id, string Slug, string Name);

/// <summary>The ledgers of the installation on this machine, running or not: the database is joined or started as <c>sekisho up</c> does.</summary>
internal sealed class LedgerInstallation : IAsyncDisposable
{
    private LedgerInstallation(Database database, string dataFolder, NoteSigner? signer) => (Database, DataFolder, Signer) = (database, dataFolder, signer);

    public Database Database { get; }

    public string DataFolder { get; }

    /// <summary>Null in a data folder that has no key yet.</summary>
    public NoteSigner? Signer { get; }

    public static Option<string> DataOption() => new("--data") { Description = "データフォルダ / data folder (SEKISHO_DATA)", DefaultValueFactory = _ => Storage.DataFolder.Default() };

    public static Option<string?> MunicipalityOption() => new("--municipality") { Description = "自治体の略称またはID（既定: すべて） / slug or id of the municipality (default: all)" };

    /// <returns>Null when the folder holds no installation: said so already.</returns>
    public static async Task<LedgerInstallation?> OpenAsync(string dataFolder, CancellationToken cancel)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        var options = StorageOptions.FromEnvironment(dataFolder);
        if (options.ConnectionString is null && !Directory.Exists(Path.Combine(dataFolder, "postgres")))
        {
            // Looking must not make an installation.
            await Launch.SayAsync("CLI-LEDGER-001", new($"{dataFolder} に Sekisho のデータがありません。", $"There is no data of Sekisho in {dataFolder}."),
                new("--data でデータフォルダを指定するか、先に sekisho up を実行してください。", "Name the data folder with --data, or run sekisho up first."));
            return null;
        }
        var signer = LedgerKey.Read(dataFolder);
        return new LedgerInstallation(await Database.OpenAsync(options, RecordsMigrations.Sets, NullLogger.Instance, cancel), dataFolder, signer);
    }

    /// <returns>Null when the one that was asked for isn't there: said so already.</returns>
    public async Task<IReadOnlyList<NamedMunicipality>?> MunicipalitiesAsync(string? asked, CancellationToken cancel)
    {
        await using var owner = await Database.EnterOwnerAsync(cancel);
        var all = (await owner.Connection.QueryAsync<(Guid Id, string Slug, string Name)>(new("SELECT id, slug, name FROM records.municipality ORDER BY slug", cancellationToken: cancel)))
            .Select(static r => new NamedMunicipality(new(r.Id), r.Slug, r.Name)).ToList();
        if (asked is null) return all;
        var one = all.Where(m => m.Slug == asked || m.Name == asked || m.Id.ToString() == asked).ToList();
        if (one.Count > 0) return one;
        await Launch.SayAsync("CLI-LEDGER-002", new($"自治体 {asked} はありません。", $"There is no municipality {asked}."),
            new($"次のいずれかです: {string.Join(", ", all.Select(static m => m.Slug))}", $"It is one of: {string.Join(", ", all.Select(static m => m.Slug))}"));
        return null;
    }

    /// <summary>Runs what may find that the ledger is broken, and says so.</summary>
    public static async Task<int> SayBrokenAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (LedgerBrokenException e)
        {
            await Launch.SayAsync(e.Code, e.What, e.Next);
            return Launch.Findings;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Signer?.Dispose();
        await Database.DisposeAsync();
    }
}
