using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Storage;

namespace Sekisho.Resilience.Tests;

/// <summary>An installation with a PostgreSQL of its own that writes durably, a town, and files that wait. The workers are real commands in processes of their own.</summary>
internal sealed class Site : IAsyncDisposable
{
    /// <summary>How many files each fault meets: quick by default; benchmarks/faults.sh says 1000.</summary>
    public static int Files { get; } = int.TryParse(Environment.GetEnvironmentVariable("SEKISHO_FAULT_FILES"), CultureInfo.InvariantCulture, out var files) ? files : 60;

    private readonly Database database;
    private readonly NoteSigner signer;
    private Site(string folder, Database database, NoteSigner signer) => (Folder, this.database, this.signer) = (folder, database, signer);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Folder { get; }

    public Database Database => database;

    public FileVault Vault { get; private set; } = null!;

    public CrossingSlices Slices { get; private set; } = null!;

    public MunicipalityId Town { get; } = new(Guid.Parse("018f0000-0000-7000-8000-0000000000fa"));

    public static async Task<Site> OpenAsync(TimeProvider? clock = null, string? vault = null)
    {
        var time = clock ?? TimeProvider.System;
        var folder = Directory.CreateTempSubdirectory("sekisho-res-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var database = await Database.OpenAsync(new StorageOptions(folder, null), CrossingMigrations.Sets, NullLogger.Instance, Cancel);
        var signer = await LedgerKey.OpenAsync(folder, database, time, Cancel);
        var site = new Site(folder, database, signer);
        await using (var owner = await database.EnterOwnerAsync(Cancel))
        {
            await owner.Connection.ExecuteAsync("INSERT INTO records.municipality (id, slug, name, created_at) VALUES (@Value, 'site', 'いそべ村', @at)", new { site.Town.Value, at = DateTimeOffset.UnixEpoch });
            await owner.CommitAsync(Cancel);
        }
        var keeper = new RecordKeeper(database, new LedgerStore(signer, time), time);
        var records = new RecordSlices(keeper);
        await records.Obligations.EnsureEditionAsync(Cancel);
        site.Vault = await FileVault.OpenAsync(folder, vault, null, keeper, Cancel);
        site.Slices = new CrossingSlices(keeper, records, site.Vault);
        await site.Slices.Routes.ListAsync(site.Town, Cancel);
        return site;
    }

    public Task<Command> WorkerAsync(IReadOnlyDictionary<string, string>? environment = null, bool waits = true) => Command.StartAsync(["worker", "--data", Folder, "--workers", "2"], environment, waits);

    /// <summary>Files of several people, ten to a request, each with a text that no other has.</summary>
    public Task<List<CrossingRequest>> HandInAsync(int files) => HandInAsync(0, files);

    /// <summary>Those of these numbers.</summary>
    /// <param name="slices">Of the server at which they are handed in; null: of this one.</param>
    public async Task<List<CrossingRequest>> HandInAsync(int from, int files, CrossingSlices? slices = null)
    {
        var requests = new List<CrossingRequest>();
        for (var at = from; at < files; at += 10)
        {
            var by = new Actor($"person-{at / 10 % 7}", "職員");
            var some = Enumerable.Range(at, Math.Min(10, files - at)).Select(i => new ArrivedFile(Name(i), new MemoryStream(Encoding.UTF8.GetBytes(Text(i))))).ToList();
            requests.Add((await (slices ?? Slices).Requests.TakeInAsync(Town, new("internet-to-lgwan", null, by, some), Cancel)).OrThrow());
        }
        return requests;
    }

    public static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"書類-{i}.txt");

    public static string Text(int i) => string.Create(CultureInfo.InvariantCulture, $"{i} 番目の書類です。{new string((char)('あ' + (i % 80)), 200 + i)}\n");

    public Task<int> DoneAsync() => SurelyAsync(async () =>
    {
        await using var tx = await database.EnterAsync(Town, Cancel);
        return await tx.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM crossing.item WHERE state IN ('Out', 'Refused')");
    });

    /// <summary>Waits until so many are through.</summary>
    public async Task UntilAsync(int done, Func<string>? said = null)
    {
        var clock = Stopwatch.StartNew();
        var most = TimeSpan.FromSeconds(90 + Files);
        while (await DoneAsync() is var now && now < done)
        {
            Assert.True(clock.Elapsed < most, $"{now} of {done} in {clock.Elapsed.TotalSeconds:0} s. {said?.Invoke()}");
            await Task.Delay(30, Cancel);
        }
    }

    /// <summary>Half a minute passes: claims and places of those who died run out. So do those of the living, who must cope.</summary>
    public Task PassAsync() => SurelyAsync(async () =>
    {
        await using (var tx = await database.EnterAsync(Town, Cancel))
        {
            await tx.Connection.ExecuteAsync("UPDATE crossing.item SET lease_until = clock_timestamp() - interval '1 second' WHERE lease IS NOT NULL");
            await tx.CommitAsync(Cancel);
        }
        await using var owner = await database.EnterOwnerAsync(Cancel);
        await owner.Connection.ExecuteAsync("UPDATE crossing.queue SET taken_until = NULL");
        await owner.CommitAsync(Cancel);
        return true;
    });

    /// <summary>The postmaster of this site.</summary>
    public int Postmaster => int.Parse(File.ReadLines(Path.Combine(Folder, "postgres", "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Every file has exactly one result, its own, in the record, in the vault and in the ledger; nothing waits any more; the ledger is whole.</summary>
    /// <param name="others">Files that crossed besides, each with its result.</param>
    public async Task CheckAsync(List<CrossingRequest> requests, int files, int others = 0)
    {
        var seen = new HashSet<string>();
        foreach (var request in requests)
        {
            // The last kill may be a moment ago: what it left running ends in the middle of a question.
            var detail = (await SurelyAsync(() => Slices.Requests.ReadAsync(Town, request.Id, null, request.AskedBy, Cancel)))!;
            Assert.Equal(RequestState.Delivered, detail.Request.State);
            Assert.Equal(["crossing.asked", "crossing.through"], detail.Steps.Select(s => s.Kind));
            foreach (var item in detail.Items)
            {
                Assert.True(seen.Add(item.Path), $"{item.Path} twice");
                var handed = (await SurelyAsync(() => Slices.Requests.HandOutAsync(Town, item.Id, request.AskedBy, Cancel))).OrThrow();
                using var reader = new StreamReader(handed.Content, Encoding.UTF8);
                var number = int.Parse(item.Path.Split('-', '.')[1], CultureInfo.InvariantCulture);
                Assert.Equal(Text(number), await reader.ReadToEndAsync(Cancel));
            }
        }
        Assert.Equal(files, seen.Count);
        await using (var tx = await database.EnterAsync(Town, Cancel))
        {
            var all = files + others;
            Assert.Equal(all, await tx.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.sanitised'"));
            Assert.Equal(all, await tx.Connection.ExecuteScalarAsync<int>("SELECT count(DISTINCT i.id) FROM crossing.item i JOIN ledger.entry e ON e.municipality_id = i.municipality_id AND e.idx = i.ledger_index AND e.kind = 'crossing.sanitised'"));
            Assert.Equal((all, all), (await tx.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM crossing.blob WHERE purpose = 'Result'"), await tx.Connection.ExecuteScalarAsync<int>("SELECT count(DISTINCT result_id) FROM crossing.item")));
        }
        Assert.Equal(0, await Slices.WaitingAsync(Cancel));
        await CheckLedgerAsync();
    }

    public async Task CheckLedgerAsync(MunicipalityId? town = null)
    {
        var report = await new LedgerVerifier(database, [signer.VerifierFor("sekisho")]).VerifyAsync(town ?? Town, [], Cancel);
        Assert.Empty(report.Faults);
    }

    public async ValueTask DisposeAsync()
    {
        Slices.Dispose();
        signer.Dispose();
        await database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Tries again while PostgreSQL is being killed and started.</summary>
    private static async Task<T> SurelyAsync<T>(Func<Task<T>> act)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await act();
            }
            catch (Exception e) when (StorageException.Explain(e) is not null && i < 200)
            {
                await Task.Delay(100, Cancel);
            }
        }
    }
}
