using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Ledgers;

/// <summary>The ledger on a real cluster that writes durably: appends a second, verification, proofs. Prints one line a figure.</summary>
internal static class DurableLedger
{
    private const int Batch = 5_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var bulk = args.Contains("--bulk");
        args = [.. args.Where(a => a != "--bulk")];
        var total = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        var folder = args.Length > 1 ? Path.GetFullPath(args[1]) : Directory.CreateTempSubdirectory("sekisho-bench-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var town = new MunicipalityId(Guid.Parse("018f0000-0000-7000-8000-0000000000be"));
        await using var database = await Database.OpenAsync(new StorageOptions(folder, null), RecordsMigrations.Sets, NullLogger.Instance, default);
        using var signer = await LedgerKey.OpenAsync(folder, database, TimeProvider.System, default);
        await using (var owner = await database.EnterOwnerAsync(default))
        {
            await owner.Connection.ExecuteAsync("INSERT INTO records.municipality (id, slug, name, created_at) VALUES (@Value, 'bench', 'bench', @at) ON CONFLICT DO NOTHING", new { town.Value, at = DateTimeOffset.UnixEpoch });
            await owner.CommitAsync(default);
        }
        if (bulk) await LoadAsync(database, signer, town, total);
        await AppendAsync(database, signer, town, total);
        await AppendOneByOneAsync(database, signer, town);
        await ProveAsync(database, town);
        await VerifyAsync(database, signer, town);
        Print("peak memory of this process", $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000:N0} MB");
        if (args.Length > 1) return 0;
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static LedgerEntry EntryAt(int i) =>
        LedgerEntry.Of(DateTimeOffset.UnixEpoch.AddSeconds(i), "evidence.recorded", "system:zones", $"zones.proof/fw-{i % 1000}", new { violations = i % 7, rules = 3141 });

    /// <summary>All at once where the ledger is still empty: see <see cref="BulkLedger"/>.</summary>
    private static async Task LoadAsync(Database database, NoteSigner signer, MunicipalityId town, int total)
    {
        await using (var tenant = await database.EnterAsync(town, default))
        {
            if (await LedgerReader.HeadAsync(tenant, default) is not null) return;
        }
        var clock = Stopwatch.StartNew();
        await BulkLedger.LoadAsync(database, signer, town, total, EntryAt);
        Print($"bulk load of {total:N0} (no figure of the product)", $"{clock.Elapsed.TotalSeconds:N1} s");
    }

    /// <summary>Eight callers, each waiting for its batch to be durable before it sends the next.</summary>
    private static async Task AppendAsync(Database database, NoteSigner signer, MunicipalityId town, int total)
    {
        ulong have;
        await using (var tenant = await database.EnterAsync(town, default)) have = (await LedgerReader.HeadAsync(tenant, default))?.Size ?? 0;
        var missing = total - (int)have;
        if (missing <= 0) return;
        await using var stream = new LedgerStream(database, new LedgerStore(signer, TimeProvider.System));
        var next = (int)have;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int from; (from = Interlocked.Add(ref next, Batch) - Batch) < total;)
            {
                var entries = Enumerable.Range(from, Math.Min(Batch, total - from))
                    .Select(EntryAt)
                    .ToArray();
                await stream.AppendAsync(town, entries, default);
            }
        })));
        Print($"durable appends ({missing:N0} in batches of {Batch:N0}, 8 callers)", $"{missing / clock.Elapsed.TotalSeconds:N0}/s");
    }

    /// <summary>One at a time, as a person's act does it.</summary>
    private static async Task AppendOneByOneAsync(Database database, NoteSigner signer, MunicipalityId town)
    {
        var store = new LedgerStore(signer, TimeProvider.System);
        await MeasureAsync("one append, committed", 100, async i =>
        {
            await using var tenant = await database.EnterAsync(town, default);
            await store.AppendAsync(tenant, LedgerEntry.Of(DateTimeOffset.UnixEpoch, "tie.confirmed", "account:1", $"tie:{i}", i), default);
            await tenant.CommitAsync(default);
        });
    }

    private static async Task ProveAsync(Database database, MunicipalityId town)
    {
        await using var tenant = await database.EnterAsync(town, default);
        var size = (await LedgerReader.HeadAsync(tenant, default))!.Size;
        var random = new Random(42);
        await MeasureAsync($"inclusion proof at {size:N0}", 400, async _ =>
        {
            if (!(await LedgerReader.ProveInclusionAsync(tenant, (ulong)random.NextInt64((long)size), null, default))!.Holds()) throw new InvalidOperationException("A proof doesn't hold.");
        });
        await MeasureAsync($"consistency proof at {size:N0}", 400, async _ =>
        {
            if (!(await LedgerReader.ProveConsistencyAsync(tenant, (ulong)random.NextInt64(1, (long)size), null, default))!.Holds()) throw new InvalidOperationException("A proof doesn't hold.");
        });
    }

    private static async Task VerifyAsync(Database database, NoteSigner signer, MunicipalityId town)
    {
        var verifier = new LedgerVerifier(database, [signer.VerifierFor("bench")]);
        LedgerReport? report = null;
        await MeasureAsync("verify all", 3, async _ => report = await verifier.VerifyAsync(town, [], default));
        Print("verified", $"{report!.Entries:N0} entries, {report.Checkpoints:N0} checkpoints, {(report.Holds ? "valid" : "INVALID")}");
    }

    private static async Task MeasureAsync(string what, int times, Func<int, Task> work)
    {
        var taken = new List<double>(times);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            await work(i);
            taken.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }
        taken.Sort();
        Print(what, $"median {taken[taken.Count / 2]:N2} ms, fastest {taken[0]:N2} ms, p95 {taken[Math.Min(taken.Count - 1, taken.Count * 95 / 100)]:N2} ms, own CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / times:N2} ms");
    }

    private static void Print(FormattableString what, FormattableString figure) => Print(FormattableString.Invariant(what), FormattableString.Invariant(figure));

    private static void Print(string what, FormattableString figure) => Print(what, FormattableString.Invariant(figure));

    private static void Print(string what, string figure) => Console.WriteLine($"{what,-60} {figure}");
}
