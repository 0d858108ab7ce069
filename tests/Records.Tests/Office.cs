using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests;

/// <summary>An installation with one municipality, an officer and a manager.</summary>
internal sealed class Office : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private Office(TestDatabase test, ManualClock clock, RecordSlices slices, MunicipalityId town) =>
        (Test, Clock, Slices, Town) = (test, clock, slices, town);

    public TestDatabase Test { get; }

    public ManualClock Clock { get; }

    public RecordSlices Slices { get; }

    public MunicipalityId Town { get; }

    public Actor Officer { get; } = new("account-1", "担当 花子");

    public Actor Manager { get; } = new("account-2", "課長 太郎");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Office> OpenAsync()
    {
        var test = await TestDatabase.CreateAsync();
        var clock = new ManualClock(Start);
        var slices = new RecordSlices(new RecordKeeper(test.Database, new LedgerStore(NoteSigner.Create(), clock), clock));
        await slices.Obligations.EnsureEditionAsync(Cancel);
        return new Office(test, clock, slices, await test.AddMunicipalityAsync("misaki", "みさき町"));
    }

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}
