using Npgsql;
using Sekisho.Ledger;
using Sekisho.Records.Accounts;
using Sekisho.Records.Ledgers;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Municipalities;

/// <summary>The municipality, its words and its first officer come together or not at all.</summary>
public sealed class FirstStartTests
{
    private static readonly AccountForm Officer = new("officer@uozu", "担当 花子", [Role.Officer], null);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static MunicipalityForm Form(string term = "マイナンバー利用事務系") => new("魚津市", "uozu", new Dictionary<string, string> { [term] = "マイナンバー接続系" });

    /// <summary>The connection is cut, as by kill -9 of server or database, after the municipality was written and before its officer.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Broken_off_in_between_nothing_is_left_and_the_next_try_does_all(bool cutConnection)
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var keeper = new RecordKeeper(test.Database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System);
        var slices = new RecordSlices(keeper);
        var start = new FirstStart(keeper, slices);
        var superuser = await test.SuperuserAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => start.CompleteAsync(Form(), Officer, _ =>
        {
            if (!cutConnection) throw new InvalidOperationException("broken off");
            using var connection = new NpgsqlConnection(superuser);
            connection.Open();
            using var cut = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'", connection);
            Assert.True((long)cut.ExecuteScalar()! > 0);
            return "hash";
        }, Cancel));

        Assert.False(await start.IsDoneAsync(Cancel));
        Assert.Null(await start.WaitingAsync(Cancel));
        Assert.Empty(await slices.Municipalities.ListAsync(Cancel));

        var officer = (await start.CompleteAsync(Form(), Officer, _ => "hash", Cancel)).Match(static d => d.Officer, static r => throw new InvalidOperationException(r.Refusal.Code));
        Assert.True(await start.IsDoneAsync(Cancel));
        Assert.Equal("マイナンバー接続系", (await slices.Words.WordsAsync(officer.Municipality, Cancel)).Single(static w => w.Term == "マイナンバー利用事務系").Kept);
        await using var tenant = await test.Database.EnterAsync(officer.Municipality, Cancel);
        string[] kinds = [.. await tenant.ListAsync("SELECT kind FROM ledger.entry ORDER BY idx", static r => r.GetString(0), Cancel)];
        Assert.Equal(["municipality.created", "words.kept", "account.first-officer"], kinds);
        Assert.Equal("ACC-020", (await start.CompleteAsync(Form(), Officer, _ => "hash", Cancel)).Match(static _ => "", static r => r.Refusal.Code));
    }

    [Fact]
    public async Task A_word_that_cannot_be_kept_makes_nothing()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var keeper = new RecordKeeper(test.Database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System);
        var slices = new RecordSlices(keeper);
        var start = new FirstStart(keeper, slices);
        Assert.NotEqual("", (await start.CompleteAsync(Form("知らない用語"), Officer, _ => "hash", Cancel)).Match(static _ => "", static r => r.Refusal.Code));
        Assert.Empty(await slices.Municipalities.ListAsync(Cancel));
    }
}
