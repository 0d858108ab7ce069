using Dapper;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Ledgers;

public sealed class LedgerStoreTests
{
    internal static readonly DateTimeOffset Moment = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static LedgerEntry[] Entries(int count, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(i => LedgerEntry.Of(Moment.AddSeconds(i), "test.happened", "account:1", $"subject:{i % 10}", new { number = i }))];

    internal static async Task AppendAsync(TestDatabase test, LedgerStore store, MunicipalityId municipality, params IReadOnlyList<int> batches)
    {
        foreach (var count in batches)
        {
            await using var tenant = await test.Database.EnterAsync(municipality, Cancel);
            var from = (int)((await LedgerReader.HeadAsync(tenant, Cancel))?.Size ?? 0);
            await store.AppendAsync(tenant, Entries(count, from), Cancel);
            await tenant.CommitAsync(Cancel);
        }
    }

    [Fact]
    public async Task Appends_in_any_batches_give_the_root_of_the_whole_and_proofs_of_every_kind()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var store = new LedgerStore(signer, TimeProvider.System);
        var town = await test.AddMunicipalityAsync("meguro");
        int[] batches = [1, 2, 250, 3, 1, 255, 256, 700, 1, 66_000, 5];
        await AppendAsync(test, store, town, batches);

        var total = batches.Sum();
        var frontier = new Frontier();
        var roots = new Dictionary<ulong, Sha256>();
        foreach (var entry in Entries(total))
        {
            frontier.Append(Rfc6962.Leaf(entry.ToBytes()));
            roots[frontier.Size] = frontier.Root();
        }

        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        var head = (await LedgerReader.HeadAsync(tenant, Cancel))!;
        Assert.Equal((ulong)total, head.Size);
        Assert.Equal(frontier.Root(), head.Root);
        Assert.True(SignedNote.TryRead(head.Note.Span, out var note));
        Assert.IsType<NoteJudgement.Verified>(note.Judge([signer.VerifierFor(LedgerOrigin.Of(town))]));
        Assert.Equal(
            TileId.All((ulong)total).Count(t => t.IsFull),
            await tenant.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM ledger.tile"));

        foreach (var size in new ulong[] { 1, 3, 255, 256, 257, 512, 65536, 65537, (ulong)total })
        {
            foreach (var index in new ulong[] { 0, size / 2, size - 1 }.Distinct())
            {
                var proof = (await LedgerReader.ProveInclusionAsync(tenant, index, size, Cancel))!;
                Assert.True(proof.Holds(), $"{index} in {size}");
                Assert.Equal(roots[size], proof.Root);
                Assert.Equal(Rfc6962.Leaf((await LedgerReader.ReadAsync(tenant, index, Cancel))!.Bytes.Span), proof.Leaf);
            }
            var consistency = (await LedgerReader.ProveConsistencyAsync(tenant, size, null, Cancel))!;
            Assert.True(consistency.Holds(), $"{size}");
            Assert.Equal((roots[size], head.Root), (consistency.Root1, consistency.Root2));
        }
        Assert.Null(await LedgerReader.ProveInclusionAsync(tenant, (ulong)total, null, Cancel));
        Assert.Null(await LedgerReader.ProveInclusionAsync(tenant, 5, 5, Cancel));
        Assert.Null(await LedgerReader.ProveInclusionAsync(tenant, 0, (ulong)total + 1, Cancel));
        Assert.Null(await LedgerReader.ProveConsistencyAsync(tenant, 0, null, Cancel));
        Assert.Null(await LedgerReader.ProveConsistencyAsync(tenant, 9, 8, Cancel));
    }

    [Fact]
    public async Task An_entry_is_there_exactly_when_the_callers_rows_are()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var store = new LedgerStore(signer, TimeProvider.System);
        var town = await test.AddMunicipalityAsync("inagi");
        await using (var tenant = await test.Database.EnterAsync(town, Cancel))
        {
            await tenant.Connection.ExecuteAsync("UPDATE records.municipality SET name = '稲城'");
            await store.AppendAsync(tenant, Entries(1)[0], Cancel);
        }
        await using (var tenant = await test.Database.EnterAsync(town, Cancel))
        {
            Assert.Null(await LedgerReader.HeadAsync(tenant, Cancel));
            await store.AppendAsync(tenant, Entries(1)[0], Cancel);
            await tenant.CommitAsync(Cancel);
        }
        await AppendAsync(test, store, town, 2);
        await using var after = await test.Database.EnterAsync(town, Cancel);
        Assert.Equal(3UL, (await LedgerReader.HeadAsync(after, Cancel))!.Size);
    }

    [Fact]
    public async Task Several_servers_append_at_once_and_make_one_ledger()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var town = await test.AddMunicipalityAsync("chiba");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async server =>
        {
            var store = new LedgerStore(signer, TimeProvider.System);
            for (var i = 0; i < 20; i++)
            {
                await using var tenant = await test.Database.EnterAsync(town, Cancel);
                await store.AppendAsync(tenant, Entries(1 + (i + server) % 7, server * 1000 + i), Cancel);
                await tenant.CommitAsync(Cancel);
            }
        }));
        await using var all = await test.Database.EnterAsync(town, Cancel);
        var head = (await LedgerReader.HeadAsync(all, Cancel))!;
        Assert.True((await LedgerReader.ProveConsistencyAsync(all, 1, null, Cancel))!.Holds());
        Assert.Equal(120, await all.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM ledger.checkpoint"));
        Assert.Equal((long)head.Size, await all.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM ledger.entry"));
    }

    [Fact]
    public async Task The_application_can_neither_change_nor_remove_nor_see_anothers()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var store = new LedgerStore(signer, TimeProvider.System);
        var town = await test.AddMunicipalityAsync("meguro");
        var other = await test.AddMunicipalityAsync("uozu");
        await AppendAsync(test, store, town, 300);
        foreach (var table in new[] { "entry", "tile", "checkpoint" })
        {
            foreach (var sql in new[] { $"UPDATE ledger.{table} SET municipality_id = municipality_id", $"DELETE FROM ledger.{table}", $"TRUNCATE ledger.{table}" })
            {
                await using var tenant = await test.Database.EnterAsync(town, Cancel);
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => tenant.Connection.ExecuteAsync(sql))).SqlState);
            }
            await using (var owner = await test.Database.EnterOwnerAsync(Cancel))
            {
                await owner.EnterAsync(town, Cancel);
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => owner.Connection.ExecuteAsync($"DELETE FROM ledger.{table}"))).SqlState);
            }
            await using var elsewhere = await test.Database.EnterAsync(other, Cancel);
            Assert.Equal(0, await elsewhere.Connection.ExecuteScalarAsync<int>($"SELECT count(*) FROM ledger.{table}"));
        }
    }

    [Fact]
    public async Task Entries_are_listed_newest_first_by_subject_and_kind()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var store = new LedgerStore(signer, TimeProvider.System);
        var town = await test.AddMunicipalityAsync("meguro");
        await AppendAsync(test, store, town, 40);
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        Assert.Equal([39UL, 38UL], (await LedgerReader.ListAsync(tenant, new(Limit: 2), Cancel)).Select(e => e.Index));
        Assert.Equal([33UL, 23UL, 13UL], (await LedgerReader.ListAsync(tenant, new(Limit: 3, Subject: "subject:3"), Cancel)).Select(e => e.Index));
        Assert.Equal([3UL], (await LedgerReader.ListAsync(tenant, new(Before: 13, Subject: "subject:3", Kind: "test.happened"), Cancel)).Select(e => e.Index));
        Assert.Empty(await LedgerReader.ListAsync(tenant, new(Kind: "nothing.such"), Cancel));
        Assert.All(await LedgerReader.ListAsync(tenant, new(), Cancel), e => Assert.Equal("account:1", e.Entry!.Actor));
    }

    [Fact]
    public async Task Tiles_and_bundles_are_served_as_the_specification_has_them()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var store = new LedgerStore(signer, TimeProvider.System);
        var town = await test.AddMunicipalityAsync("meguro");
        await AppendAsync(test, store, town, 300, 300);
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        foreach (var tile in TileId.All(600).Append(new TileId(0, 1, 44)))
        {
            Assert.Equal(tile.Width * 32, (await LedgerReader.ReadTileAsync(tenant, tile, Cancel))!.Length);
            if (tile.Level > 0) continue;
            Assert.True(EntryBundle.TryRead(await LedgerReader.ReadBundleAsync(tenant, tile, Cancel), tile.Width, out var entries));
            Assert.Equal(await LedgerReader.ReadTileAsync(tenant, tile, Cancel), entries.SelectMany(e => Rfc6962.Leaf(e.Span).ToArray()));
        }
        Assert.Null(await LedgerReader.ReadTileAsync(tenant, new(0, 2, 89), Cancel));
        Assert.Null(await LedgerReader.ReadTileAsync(tenant, new(1, 0, 3), Cancel));
        Assert.Null(await LedgerReader.ReadTileAsync(tenant, new(0, 3, 256), Cancel));
        Assert.Null(await LedgerReader.ReadBundleAsync(tenant, new(0, 2, 89), Cancel));
    }

    [Theory]
    [InlineData("UPDATE ledger.checkpoint SET root = decode(repeat('00', 32), 'hex')")]
    [InlineData("UPDATE ledger.checkpoint SET frontier = set_byte(frontier, 3, get_byte(frontier, 3) # 1)")]
    [InlineData("UPDATE ledger.checkpoint SET note = note || '\\x0a'")]
    [InlineData("DELETE FROM ledger.checkpoint WHERE size = 300")]
    [InlineData("UPDATE ledger.entry SET leaf_hash = set_byte(leaf_hash, 3, get_byte(leaf_hash, 3) # 1) WHERE idx = 299")]
    public async Task Nothing_is_signed_over_an_end_that_is_not_what_was_signed(string tampering)
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var town = await test.AddMunicipalityAsync("meguro");
        await AppendAsync(test, new LedgerStore(signer, TimeProvider.System), town, 200, 100);
        await using (var superuser = new NpgsqlConnection(await test.SuperuserAsync()))
        {
            await superuser.ExecuteAsync($"SET session_replication_role = replica; {tampering}");
        }
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        var refused = await Assert.ThrowsAsync<LedgerBrokenException>(() => new LedgerStore(signer, TimeProvider.System).AppendAsync(tenant, Entries(300), Cancel));
        Assert.Equal("LED-HEAD-001", refused.Code);
    }

    [Fact]
    public async Task Another_installations_key_does_not_go_on_with_this_ledger()
    {
        await using var test = await TestDatabase.CreateAsync();
        using NoteSigner mine = NoteSigner.Create(), another = NoteSigner.Create();
        var town = await test.AddMunicipalityAsync("meguro");
        await AppendAsync(test, new LedgerStore(mine, TimeProvider.System), town, 3);
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        await Assert.ThrowsAsync<LedgerBrokenException>(() => new LedgerStore(another, TimeProvider.System).AppendAsync(tenant, Entries(1)[0], Cancel));
    }
}
