using System.Net;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Records.Ledgers.Witnesses;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Ledgers;

public sealed class PublisherTests : IAsyncLifetime
{
    private readonly string data = Directory.CreateTempSubdirectory("sekisho-publish-").FullName;
    private readonly NoteSigner signer = NoteSigner.Create();
    private readonly ManualTime time = new();
    private readonly Post post = new();
    private TestDatabase test = null!;
    private MunicipalityId town;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        test = await TestDatabase.CreateAsync();
        town = await test.AddMunicipalityAsync("meguro");
    }

    public async ValueTask DisposeAsync()
    {
        signer.Dispose();
        await test.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    private LedgerPublisher Publisher() => new(new RecordKeeper(test.Database, new LedgerStore(signer, time), time), data, new HttpClient(post), NullLogger.Instance);

    private Task AppendAsync(int count) => LedgerStoreTests.AppendAsync(test, new LedgerStore(signer, TimeProvider.System), town, count);

    [Fact]
    public async Task Checkpoints_reach_folders_and_addresses_and_verification_uses_them()
    {
        var second = Path.Combine(data, "mounted");
        Assert.True(WitnessList.Add(data, new Witness.InFolder(second)));
        Assert.True(WitnessList.Add(data, Witness.Parse("https://witness.example/take")!));
        Assert.False(WitnessList.Add(data, new Witness.InFolder(second)));
        var publisher = Publisher();
        await publisher.PublishAsync(Cancel);
        Assert.Empty(post.Taken);
        await AppendAsync(5);
        await publisher.PublishAsync(Cancel);
        await publisher.PublishAsync(Cancel);
        await AppendAsync(300);
        await publisher.PublishAsync(Cancel);

        Assert.Equal(2, post.Taken.Count);
        Assert.All(post.Taken, bytes => Assert.True(SignedNote.TryRead(bytes, out var note) && Checkpoint.TryParse(note.UntrustedText, out _)));
        foreach (var folder in new[] { WitnessList.OwnFolder(data), second })
        {
            var copies = CheckpointFolder.Read(folder, town);
            Assert.Equal(2, copies.Count);
            Assert.True((await new LedgerVerifier(test.Database, [signer.VerifierFor("k")]).VerifyAsync(town, copies, Cancel)) is { Holds: true, Copies: 2 });
        }
        Assert.All(publisher.States, s => Assert.Equal((305UL, null, false), (s.Size, s.Failure, s.Refused)));
    }

    [Fact]
    public async Task A_witness_that_is_away_gets_the_copy_later_and_holds_up_no_other()
    {
        WitnessList.Add(data, Witness.Parse("http://witness.example/")!);
        post.Status = HttpStatusCode.ServiceUnavailable;
        await AppendAsync(1);
        var publisher = Publisher();
        await publisher.PublishAsync(Cancel);
        Assert.Single(CheckpointFolder.Read(WitnessList.OwnFolder(data), town));
        Assert.Contains(publisher.States, s => s.Failure is not null);
        Assert.Equal(1, post.Tries);
        await publisher.PublishAsync(Cancel);
        Assert.Equal(1, post.Tries);
        time.Pass(TimeSpan.FromSeconds(6));
        await publisher.PublishAsync(Cancel);
        time.Pass(TimeSpan.FromSeconds(6));
        await publisher.PublishAsync(Cancel);
        Assert.Equal(2, post.Tries);
        post.Status = HttpStatusCode.OK;
        time.Pass(TimeSpan.FromSeconds(6));
        await publisher.PublishAsync(Cancel);
        Assert.Single(post.Taken);
        Assert.All(publisher.States, s => Assert.Null(s.Failure));
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_read_keeps_no_other_one_waiting()
    {
        await AppendAsync(3);
        var second = await test.AddMunicipalityAsync("setagaya");
        await LedgerStoreTests.AppendAsync(test, new LedgerStore(signer, TimeProvider.System), second, 4);
        await using (var superuser = new NpgsqlConnection(await test.SuperuserAsync()))
            await superuser.ExecuteAsync("ALTER TABLE ledger.checkpoint DROP CONSTRAINT checkpoint_root_check; SET session_replication_role = replica; UPDATE ledger.checkpoint SET root = '\\x01' WHERE municipality_id = @town", new { town = town.Value });

        await Assert.ThrowsAsync<AggregateException>(() => Publisher().PublishAsync(Cancel));

        Assert.Empty(CheckpointFolder.Read(WitnessList.OwnFolder(data), town));
        Assert.Single(CheckpointFolder.Read(WitnessList.OwnFolder(data), second));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    public async Task A_ledger_cut_off_and_grown_again_is_noticed_and_not_published(int regrown)
    {
        await AppendAsync(5);
        await AppendAsync(5);
        await Publisher().PublishAsync(Cancel);
        await using (var superuser = new NpgsqlConnection(await test.SuperuserAsync()))
            await superuser.ExecuteAsync("SET session_replication_role = replica; DELETE FROM ledger.entry WHERE idx >= 5; DELETE FROM ledger.checkpoint WHERE size > 5");
        await using (var tenant = await test.Database.EnterAsync(town, Cancel))
        {
            await new LedgerStore(signer, TimeProvider.System).AppendAsync(tenant, LedgerStoreTests.Entries(regrown, 1000), Cancel);
            await tenant.CommitAsync(Cancel);
        }
        var publisher = Publisher();
        await publisher.PublishAsync(Cancel);
        Assert.True(Assert.Single(publisher.States).Refused);
        var copies = CheckpointFolder.Read(WitnessList.OwnFolder(data), town);
        Assert.Single(copies);
        var fault = Assert.Single((await new LedgerVerifier(test.Database, [signer.VerifierFor("k")]).VerifyAsync(town, copies, Cancel)).Faults);
        Assert.Equal(regrown == 4 ? LedgerFaultKind.Truncated : LedgerFaultKind.Rewritten, fault.Kind);
    }

    [Theory]
    [InlineData("relative/path")]
    [InlineData("ftp://host/")]
    [InlineData("")]
    public void What_is_no_place_is_refused(string text) => Assert.Null(Witness.Parse(text));

    private sealed class Post : HttpMessageHandler
    {
        public List<byte[]> Taken { get; } = [];

        public int Tries { get; private set; }

        public HttpStatusCode Status { get; set; } = HttpStatusCode.NoContent;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Tries++;
            Assert.Equal(HttpMethod.Post, request.Method);
            Assert.Equal("text/plain; charset=utf-8", request.Content!.Headers.ContentType!.ToString());
            if ((int)Status < 300) Taken.Add(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            return new HttpResponseMessage(Status);
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset now = LedgerStoreTests.Moment;

        public void Pass(TimeSpan span) => now += span;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
