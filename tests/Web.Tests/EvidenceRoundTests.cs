using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.EvidenceKept;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests;

public sealed class EvidenceRoundTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_that_fails_is_named_in_the_log_and_the_others_go_on_this_round_and_the_next()
    {
        using var log = new Warnings();
        var good = new GoodSource();
        await using var server = await ConsoleServer.StartAsync(services: services =>
        {
            services.AddSingleton<SourceFor>(_ => new BrokenSource());
            services.AddSingleton<SourceFor>(_ => good);
            services.AddSingleton<ILoggerProvider>(log);
        });
        var records = server.Services.GetRequiredService<RecordSlices>();
        for (var round = 1; round <= 2; round++)
        {
            var before = good.Asked;
            await records.Collector.RunAllAsync(Cancel);
            Assert.Equal(before + 1, good.Asked);
        }
        Assert.Contains(nameof(BrokenSource), log.Text, StringComparison.Ordinal);
        Assert.Contains("planted", log.Text, StringComparison.Ordinal);
        var page = await records.Evidence.ListAsync(server.Officer.Municipality, new EvidenceFilter(KindPrefix: "test.good"), null, 10, Cancel);
        Assert.Single(page.Rows);
        // What a person does, and whose change makes the sources be asked, is done although one of them fails.
        (await records.Words.KeepAsync(server.Officer.Municipality, new Dictionary<string, string?> { ["分類"] = "格付け" }, new Actor("1", "担当"), Cancel)).OrThrow();
    }

    [Fact]
    public async Task A_round_that_breaks_off_does_not_end_the_server_nor_the_rounds_after_it()
    {
        using var log = new Warnings();
        await using var server = await ConsoleServer.StartAsync();
        var records = server.Services.GetRequiredService<RecordSlices>();
        var rounds = 0;
        var third = new TaskCompletionSource();
        records.Collector.Failed = null;
        var broken = new RecordSlices(server.Services.GetRequiredService<RecordKeeper>(), [_ =>
        {
            if (++rounds == 3) third.TrySetResult();
            throw new InvalidOperationException("planted");
        }]);
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        using var round = new EvidenceRound(broken, new Impatient(), logging.CreateLogger<EvidenceRound>());
        await round.StartAsync(Cancel);
        await third.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.False(round.ExecuteTask!.IsCompleted);
        await round.StopAsync(Cancel);
        Assert.Contains("planted", log.Text, StringComparison.Ordinal);
    }

    private sealed class BrokenSource : IEvidenceSource
    {
        public IReadOnlyCollection<string> Kinds => ["test.broken"];

        public ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel) => throw new InvalidOperationException("planted");
    }

    private sealed class GoodSource : IEvidenceSource
    {
        public int Asked { get; private set; }

        public IReadOnlyCollection<string> Kinds => ["test.good"];

        public ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
        {
            Asked++;
            return new([new Observation("test.good", "", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["ok"] = 1 }, new("良好です。", "Fine."))]);
        }
    }

    /// <summary>An hour is a moment.</summary>
    private sealed class Impatient : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10));
    }
}
