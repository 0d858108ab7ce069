using System.Text;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing.Evidence;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Tests;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Sanitizer.Isolation;
using Sekisho.TestSupport;

[assembly: AssemblyFixture(typeof(Sekisho.Crossing.Tests.SharedWorkers))]

namespace Sekisho.Crossing.Tests;

/// <summary>Sandboxed workers that all tests share: real ones, started once.</summary>
public sealed class SharedWorkers : IAsyncLifetime
{
    internal static SanitizerPool Pool { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pool = await SanitizerPool.StartAsync(new() { Workers = 2 }, TimeProvider.System, CancellationToken.None);

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}

/// <summary>A town with a crossing: a section with staff and a manager, an officer above, another section; a vault, and sandboxed workers that all tests share.</summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly NoteSigner signer;

    private Gate(TestDatabase test, MovableClock clock, NoteSigner signer, RecordKeeper keeper, RecordSlices records, string folder) =>
        (Test, Clock, this.signer, Keeper, Records, Folder) = (test, clock, signer, keeper, records, folder);

    public TestDatabase Test { get; }

    public MovableClock Clock { get; }

    public RecordKeeper Keeper { get; }

    public RecordSlices Records { get; }

    public string Folder { get; }

    public FileVault Vault { get; private set; } = null!;

    public CrossingSlices Slices { get; private set; } = null!;

    public MunicipalityId Town { get; private set; }

    public Unit Tax { get; private set; } = null!;

    public Unit Welfare { get; private set; } = null!;

    /// <summary>Above both sections.</summary>
    public UnitId Department { get; private set; }

    public Actor Officer { get; } = new("account-officer", "担当 花子");

    public Actor Staff { get; } = new("account-staff", "職員 一郎");

    public Actor Colleague { get; } = new("account-colleague", "職員 二郎");

    /// <summary>情報セキュリティ管理者 of the tax section.</summary>
    public Actor Manager { get; } = new("account-manager", "課長 太郎");

    /// <summary>情報セキュリティ責任者 of the department above.</summary>
    public Actor Head { get; } = new("account-head", "部長 三郎");

    /// <summary>Manager of another section.</summary>
    public Actor Other { get; } = new("account-other", "課長 次郎");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Gate> OpenAsync()
    {
        var test = await TestDatabase.CreateWithAsync(CrossingMigrations.Sets);
        var clock = new MovableClock(new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));
        var signer = NoteSigner.Create();
        var keeper = new RecordKeeper(test.Database, new LedgerStore(signer, clock), clock);
        Gate? made = null;
        var records = new RecordSlices(keeper, town => new CrossingSource(town, keeper, () => made!.Slices.Routes));
        await records.Obligations.EnsureEditionAsync(Cancel);
        var gate = new Gate(test, clock, signer, keeper, records, Directory.CreateTempSubdirectory("sekisho-gate-").FullName);
        made = gate;
        gate.Vault = await FileVault.OpenAsync(gate.Folder, null, null, keeper, Cancel);
        gate.Slices = new CrossingSlices(keeper, records, gate.Vault);
        gate.Town = await test.AddMunicipalityAsync("isobe", "いそべ村");
        var day = JapaneseTime.Day(clock.Now()).AddDays(-30);
        var organisation = records.Organisation;
        var mayor = (await organisation.AddUnitAsync(gate.Town, null, UnitKind.Agency, "村長部局", day, gate.Officer, Cancel)).OrThrow();
        var department = (await organisation.AddUnitAsync(gate.Town, mayor.Id, UnitKind.Department, "民生部", day, gate.Officer, Cancel)).OrThrow();
        gate.Department = department.Id;
        gate.Tax = (await organisation.AddUnitAsync(gate.Town, department.Id, UnitKind.Section, "税務課", day, gate.Officer, Cancel)).OrThrow();
        gate.Welfare = (await organisation.AddUnitAsync(gate.Town, department.Id, UnitKind.Section, "福祉課", day, gate.Officer, Cancel)).OrThrow();
        await gate.AddAsync(gate.Officer, gate.Welfare, null, day);
        await gate.AddAsync(gate.Staff, gate.Tax, null, day);
        await gate.AddAsync(gate.Colleague, gate.Tax, null, day);
        await gate.AddAsync(gate.Manager, gate.Tax, Post.SecurityManager, day);
        await gate.AddAsync(gate.Other, gate.Welfare, Post.SecurityManager, day);
        await gate.AddAsync(gate.Head, department, Post.SecurityOfficer, day);
        return gate;
    }

    /// <summary>A worker that runs until it is disposed.</summary>
    public Task<SanitiseRound> WorkerAsync(int workers = 2, ILogger? logger = null)
    {
        var worker = Slices.Worker(_ => Task.FromResult(SharedWorkers.Pool), logger ?? NullLogger.Instance);
        worker.Start(workers);
        return Task.FromResult(worker);
    }

    public async Task<CrossingRequest> OpenRequestAsync(Actor actor, string route = "internet-to-lgwan", RequestDraft? draft = null) =>
        (await Slices.Requests.OpenAsync(Town, draft ?? new RequestDraft(route, Tax.Id), [Tax.Id], actor, Cancel)).OrThrow();

    public async Task<CrossingItem> SendAsync(CrossingRequest request, Actor actor, string name, byte[] content)
    {
        var item = (await Slices.Requests.AddFileAsync(Town, request.Id, name, content.Length, actor, Cancel)).OrThrow();
        return (await Slices.Requests.AppendAsync(Town, item.Id, 0, new MemoryStream(content), actor, Cancel)).OrThrow();
    }

    /// <summary>Files of one request, handed in.</summary>
    public async Task<CrossingRequest> AskAsync(Actor actor, string route, RequestDraft? draft, params (string Name, byte[] Content)[] files)
    {
        var request = await OpenRequestAsync(actor, route, draft);
        foreach (var (name, content) in files) await SendAsync(request, actor, name, content);
        return (await Slices.Requests.SubmitAsync(Town, request.Id, [], actor, Cancel)).OrThrow();
    }

    /// <summary>Waits until the workers are through with it.</summary>
    public async Task<RequestDetail> ThroughAsync(CrossingRequest request, int seconds = 120)
    {
        for (var i = 0; i < seconds * 20; i++)
        {
            var detail = (await Slices.Requests.ReadAsync(Town, request.Id, null, request.AskedBy, Cancel))!;
            if (detail.Request.State != RequestState.Working) return detail;
            await Task.Delay(50, Cancel);
        }
        throw new TimeoutException("The workers did not get through.");
    }

    public async Task<byte[]> FetchAsync(CrossingItem item, Actor actor)
    {
        var handed = (await Slices.Requests.HandOutAsync(Town, item.Id, actor, Cancel)).OrThrow();
        await using var content = handed.Content;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, Cancel);
        Assert.Equal(handed.Digest, Sha256.Of(bytes.ToArray()));
        return bytes.ToArray();
    }

    /// <summary>What lies on the disk of one file of the vault.</summary>
    public IEnumerable<string> VaultFiles(BlobId id) => Directory.EnumerateFiles(Path.Combine(Folder, "vault"), id.Value.ToString("N") + "*", SearchOption.AllDirectories);

    /// <summary>A number that the town's rows give.</summary>
    public async Task<long> CountAsync(string sql)
    {
        await using var tx = await Test.Database.EnterAsync(Town, Cancel);
        return await tx.Connection.ExecuteScalarAsync<long>(sql);
    }

    /// <summary>All that the town has of a table, as text.</summary>
    public async Task<string> DumpAsync(string table)
    {
        await using var tx = await Test.Database.EnterAsync(Town, Cancel);
        return string.Join('\n', await tx.Connection.QueryAsync<string>($"SELECT t::text FROM {table} t"));
    }

    /// <summary>What is judged of a duty, after the sources were looked at again.</summary>
    public async Task<Verdict> VerdictAsync(string obligation)
    {
        await Records.Collector.RunAsync(Town, null, Cancel);
        return DutyWalk.Seen(obligation, (await Records.Verdicts.ObligationAsync(Town, new(obligation), null, Cancel))!.Standing.Verdict);
    }

    public static string? CodeOf<T>(Outcome<T> outcome) => outcome.Match(_ => null, r => (string?)r.Code);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        Slices.Dispose();
        signer.Dispose();
        await Test.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task AddAsync(Actor actor, Unit unit, Post? post, DateOnly day)
    {
        var person = (await Records.Organisation.AddPersonAsync(Town, unit.Id, actor.Name, null, StaffKind.Staff, day, Officer, Cancel)).OrThrow();
        (await Records.AccountPeople.LinkAsync(Town, actor.Account, person.Id, Officer, Cancel)).OrThrow();
        if (post is { } its) (await Records.Organisation.AppointAsync(Town, its, unit.Id, person.Id, day, Officer, Cancel)).OrThrow();
    }
}

/// <summary>A clock that moves when the test says so, and a microsecond with each look.</summary>
internal sealed class MovableClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now += TimeSpan.FromMicroseconds(1);
    }

    public void Move(TimeSpan by)
    {
        lock (gate) now += by;
    }
}
