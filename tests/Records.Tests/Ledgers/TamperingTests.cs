using Dapper;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Ledgers;

/// <summary>Every tampering that a database's own superuser can do with triggers off, planted; each must be found and named as what it is.</summary>
public sealed class TamperingTests : IAsyncLifetime
{
    private readonly NoteSigner signer = NoteSigner.Create();
    private TestDatabase test = null!;
    private MunicipalityId town;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private LedgerStore Store => new(signer, TimeProvider.System);

    /// <summary>700 entries in checkpoints at 100, 300, 301, 556, 700: tiles 0 and 1 are full, tile 2 is not.</summary>
    public async ValueTask InitializeAsync()
    {
        test = await TestDatabase.CreateAsync();
        town = await test.AddMunicipalityAsync("meguro");
        await LedgerStoreTests.AppendAsync(test, Store, town, 100, 200, 1, 255, 144);
    }

    public async ValueTask DisposeAsync()
    {
        signer.Dispose();
        await test.DisposeAsync();
    }

    private async Task TamperAsync(params IReadOnlyList<string> statements)
    {
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        await superuser.ExecuteAsync("SET session_replication_role = replica");
        foreach (var sql in statements) Assert.NotEqual(0, await superuser.ExecuteAsync(sql));
    }

    private async Task<LedgerReport> VerifyAsync(params IReadOnlyList<CheckpointCopy> copies) =>
        await new LedgerVerifier(test.Database, [signer.VerifierFor("key")]).VerifyAsync(town, copies, Cancel);

    private async Task<CheckpointCopy[]> CopiesAsync()
    {
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        return [.. (await tenant.Connection.QueryAsync<(long Size, byte[] Note)>("SELECT size, note FROM ledger.checkpoint ORDER BY size")).Select(r => new CheckpointCopy($"copy-{r.Size}", r.Note))];
    }

    private static IEnumerable<string> Names(LedgerReport report) => report.Faults.Select(f => $"{f.Kind}: {f.Where}");

    [Fact]
    public async Task An_untouched_ledger_holds_against_its_copies()
    {
        var report = await VerifyAsync(await CopiesAsync());
        Assert.Empty(Names(report));
        Assert.Equal((700UL, 5UL, 5), (report.Entries, report.Checkpoints, report.Copies));
    }

    [Fact]
    public async Task An_empty_ledger_holds()
    {
        var other = await test.AddMunicipalityAsync("uozu");
        Assert.True((await new LedgerVerifier(test.Database, [signer.VerifierFor("key")]).VerifyAsync(other, [], Cancel)).Holds);
    }

    private static string Flipped(string column) => $"set_byte({column}, 20, get_byte({column}, 20) # 1)";

    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    [InlineData(699)]
    public async Task A_changed_row_is_named(int index)
    {
        await TamperAsync($"UPDATE ledger.entry SET data = {Flipped("data")} WHERE idx = {index}");
        Assert.Equal([$"RowChanged: entry {index} data"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_row_changed_together_with_its_hash_is_named()
    {
        await TamperAsync("UPDATE ledger.entry SET data = '\\x7b7d', leaf_hash = sha256('\\x007b7d') WHERE idx = 270");
        Assert.Equal(["RowChanged: entry 270 data, leaf_hash"], Names(await VerifyAsync()));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(699)]
    public async Task A_search_column_that_says_other_than_the_entry_is_named(int index)
    {
        await TamperAsync($"UPDATE ledger.entry SET subject = 'another' WHERE idx = {index}", $"UPDATE ledger.entry SET kind = 'x' WHERE idx = 6");
        Assert.Equal(new[] { index, 6 }.Order().Select(i => $"RowChanged: entry {i} kind, subject"), Names(await VerifyAsync()));
    }

    [Fact]
    public async Task Several_changed_rows_are_each_named()
    {
        await TamperAsync($"UPDATE ledger.entry SET data = {Flipped("data")} WHERE idx IN (0, 99, 100, 255, 256, 511, 512, 600)");
        Assert.Equal(new[] { 0, 99, 100, 255, 256, 511, 512, 600 }.Select(i => $"RowChanged: entry {i} data"), Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_changed_hash_is_told_from_a_changed_row()
    {
        await TamperAsync($"UPDATE ledger.entry SET leaf_hash = {Flipped("leaf_hash")} WHERE idx IN (7, 650)");
        Assert.Equal(["HashChanged: entry 7 leaf_hash", "HashChanged: entry 650 leaf_hash"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_changed_tile_is_named_to_the_hash()
    {
        await TamperAsync("UPDATE ledger.tile SET hashes = set_byte(hashes, 32 * 9, get_byte(hashes, 32 * 9) # 1) WHERE idx = 1", "UPDATE ledger.tile SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE idx = 0");
        Assert.Equal(["HashChanged: tile/0/000 root", "HashChanged: tile/0/001 hash 9"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_missing_tile_is_named()
    {
        await TamperAsync("DELETE FROM ledger.tile WHERE idx = 1");
        Assert.Equal(["HashChanged: tile/0/001"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task Rows_missing_from_the_middle_are_named()
    {
        await TamperAsync("DELETE FROM ledger.entry WHERE idx BETWEEN 10 AND 12 OR idx = 690");
        Assert.Equal(["RowMissing: entry 10–12", "RowMissing: entry 690"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_whole_missing_block_is_named_and_what_follows_is_still_checked()
    {
        await TamperAsync("DELETE FROM ledger.entry WHERE idx BETWEEN 250 AND 520", $"UPDATE ledger.entry SET data = {Flipped("data")} WHERE idx = 600");
        Assert.Equal(["RowChanged: entry 600 data", "RowMissing: entry 250–520"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_tail_cut_off_is_truncation_by_the_signature_left_behind()
    {
        await TamperAsync("DELETE FROM ledger.entry WHERE idx >= 650");
        Assert.Equal(["Truncated: checkpoint 700"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task A_tail_cut_off_with_all_its_traces_is_truncation_by_the_copy_outside()
    {
        var copies = await CopiesAsync();
        await TamperAsync("DELETE FROM ledger.entry WHERE idx >= 301", "DELETE FROM ledger.tile WHERE idx >= 1", "DELETE FROM ledger.checkpoint WHERE size > 301");
        Assert.True((await VerifyAsync()).Holds);
        Assert.Equal(["Truncated: copy-700"], Names(await VerifyAsync(copies)));
    }

    [Fact]
    public async Task A_ledger_emptied_altogether_is_truncation_by_the_copy_outside()
    {
        var copies = await CopiesAsync();
        await TamperAsync("DELETE FROM ledger.entry", "DELETE FROM ledger.tile", "DELETE FROM ledger.checkpoint");
        Assert.Equal(["Truncated: copy-700"], Names(await VerifyAsync(copies)));
    }

    /// <summary>What someone does who controls the database: writes another history with hashes, tiles and frontiers to fit. Without the key, the old signatures stay.</summary>
    private async Task RewriteAsync(int index, NoteSigner? by)
    {
        var shadow = await test.AddMunicipalityAsync("shadow");
        var entries = LedgerStoreTests.Entries(700);
        entries[index] = entries[index] with { Actor = "account:99" };
        var from = 0;
        foreach (var to in new[] { 100, 300, 301, 556, 700 })
        {
            await using var tenant = await test.Database.EnterAsync(shadow, Cancel);
            await new LedgerStore(signer, TimeProvider.System).AppendAsync(tenant, entries[from..to], Cancel);
            await tenant.CommitAsync(Cancel);
            from = to;
        }
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        await superuser.ExecuteAsync(
            """
            SET session_replication_role = replica;
            UPDATE ledger.entry o SET data = n.data, leaf_hash = n.leaf_hash FROM ledger.entry n WHERE o.municipality_id = @town AND n.municipality_id = @shadow AND o.idx = n.idx;
            UPDATE ledger.tile o SET hashes = n.hashes, root = n.root FROM ledger.tile n WHERE o.municipality_id = @town AND n.municipality_id = @shadow AND (o.level, o.idx) = (n.level, n.idx);
            UPDATE ledger.checkpoint o SET root = n.root, frontier = n.frontier FROM ledger.checkpoint n WHERE o.municipality_id = @town AND n.municipality_id = @shadow AND o.size = n.size;
            """, new { town = town.Value, shadow = shadow.Value });
        if (by is null) return;
        foreach (var (size, root) in await superuser.QueryAsync<(long, byte[])>("SELECT size, root FROM ledger.checkpoint WHERE municipality_id = @Value", new { town.Value }))
        {
            var note = new Checkpoint(LedgerOrigin.Of(town), (ulong)size, new Sha256(root)).Sign(by);
            await superuser.ExecuteAsync("UPDATE ledger.checkpoint SET note = @note WHERE municipality_id = @Value AND size = @size", new { note, size, town.Value });
        }
    }

    [Fact]
    public async Task A_rewrite_with_new_hashes_is_found_by_the_signatures_left_behind()
    {
        await RewriteAsync(310, by: null);
        var names = Names(await VerifyAsync()).ToList();
        Assert.Contains("Rewritten: entry 301–699", names);
        Assert.Contains("CheckpointChanged: checkpoint 556 root", names);
        Assert.DoesNotContain(names, n => n.StartsWith("RowChanged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rewrite_signed_with_another_key_is_an_invalid_signature()
    {
        using var another = NoteSigner.Create();
        await RewriteAsync(310, by: another);
        var names = Names(await VerifyAsync()).ToList();
        foreach (var size in new[] { 100, 300, 301, 556, 700 }) Assert.Contains($"SignatureInvalid: checkpoint {size}", names);
        Assert.Contains("Rewritten: entry 301–699", Names(await VerifyAsync(await FormerCopiesAsync())));
    }

    [Fact]
    public async Task A_rewrite_signed_with_the_stolen_key_is_found_by_the_copies_outside()
    {
        var copies = await CopiesAsync();
        await RewriteAsync(310, by: signer);
        Assert.True((await VerifyAsync()).Holds);
        Assert.Equal(["Rewritten: entry 301–699"], Names(await VerifyAsync(copies)));
        Assert.Equal(["Rewritten: entry 301–555"], Names(await VerifyAsync(copies[..4])));
    }

    private async Task<CheckpointCopy[]> FormerCopiesAsync()
    {
        // The signatures as they were before the rewrite: made anew from the entries, which the tests know.
        var frontier = new Frontier();
        var copies = new List<CheckpointCopy>();
        foreach (var entry in LedgerStoreTests.Entries(700))
        {
            frontier.Append(Rfc6962.Leaf(entry.ToBytes()));
            if (frontier.Size is 100 or 300 or 301 or 556 or 700)
                copies.Add(new CheckpointCopy($"copy-{frontier.Size}", new Checkpoint(LedgerOrigin.Of(town), frontier.Size, frontier.Root()).Sign(signer)));
        }
        return await Task.FromResult(copies.ToArray());
    }

    [Theory]
    [InlineData("UPDATE ledger.checkpoint SET note = convert_to(replace(convert_from(note, 'UTF8'), E'\\n300\\n', E'\\n299\\n'), 'UTF8') WHERE size = 300", "SignatureInvalid: checkpoint 300")]
    [InlineData("UPDATE ledger.checkpoint SET note = 'x' WHERE size = 300", "SignatureInvalid: checkpoint 300")]
    [InlineData("UPDATE ledger.checkpoint SET root = decode(repeat('ab', 32), 'hex') WHERE size = 300", "CheckpointChanged: checkpoint 300 root")]
    [InlineData("UPDATE ledger.checkpoint SET frontier = '' WHERE size = 300", "CheckpointChanged: checkpoint 300 frontier")]
    [InlineData("UPDATE ledger.checkpoint SET size = 310 WHERE size = 300", "CheckpointChanged: checkpoint 310 note")]
    public async Task A_changed_checkpoint_is_named(string sql, string name)
    {
        await TamperAsync(sql);
        Assert.Equal([name], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task Entries_that_nobody_signed_are_named()
    {
        await TamperAsync($"INSERT INTO ledger.entry SELECT municipality_id, 700, leaf_hash, data, kind, subject FROM ledger.entry WHERE idx = 5");
        Assert.Equal(["Uncovered: entry 700"], Names(await VerifyAsync()));
        await TamperAsync("DELETE FROM ledger.checkpoint WHERE size > 301");
        Assert.Equal(["Uncovered: entry 301–700"], Names(await VerifyAsync()));
    }

    [Fact]
    public async Task An_entry_moved_to_another_place_is_found()
    {
        await TamperAsync("UPDATE ledger.entry SET idx = -idx - 1 WHERE idx IN (20, 21)".Replace("-idx - 1", "idx + 100000", StringComparison.Ordinal));
        var names = Names(await VerifyAsync()).ToList();
        Assert.Contains("RowMissing: entry 20–21", names);
        Assert.Contains(names, n => n.StartsWith("Uncovered: entry 700–", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copies_that_prove_nothing_are_named()
    {
        using var another = NoteSigner.Create();
        var other = LedgerOrigin.Of(new MunicipalityId(Guid.NewGuid()));
        var report = await VerifyAsync(
            new CheckpointCopy("junk", new byte[] { 1, 2, 3 }),
            new CheckpointCopy("forged", new Checkpoint(LedgerOrigin.Of(town), 5, Sha256.Of([1])).Sign(another)),
            new CheckpointCopy("elsewhere", new Checkpoint(other, 5, Sha256.Of([1])).Sign(signer)));
        Assert.Equal(["CopyInvalid: junk", "CopyInvalid: forged", "CopyInvalid: elsewhere"], Names(report));
    }
}
