using System.Diagnostics;
using Sekisho.Crossing;

namespace Sekisho.Resilience.Tests;

/// <summary>Whatever is killed in the middle of the work: every file ends in exactly one result, none twice, none mixed with another's.</summary>
public sealed class FaultTests
{
    private static CancellationToken Cancel => Site.Cancel;

    private static int Files => Site.Files;

    [Fact]
    public async Task Workers_are_killed()
    {
        await using var site = await Site.OpenAsync();
        var requests = await site.HandInAsync(Files);
        for (var round = 1; round <= 2; round++)
        {
            await using var worker = await site.WorkerAsync();
            await site.UntilAsync(Files * round / 4, () => worker.Said);
            await worker.KillAsync();
            await site.PassAsync();
        }
        // The last one is stopped in order, and gives back what it has.
        await using (var worker = await site.WorkerAsync())
        {
            await site.UntilAsync(Files * 3 / 4, () => worker.Said);
            Assert.Equal(0, await worker.StopAsync());
            Assert.Contains("stopped.", worker.Said, StringComparison.Ordinal);
        }
        await using var last = await site.WorkerAsync();
        await site.UntilAsync(Files, () => last.Said);
        await site.CheckAsync(requests, Files);
    }

    [Fact]
    public async Task The_server_is_killed_while_another_shares_its_database()
    {
        await using var site = await Site.OpenAsync();
        var requests = await site.HandInAsync(Files / 2);
        await using var server = await Command.StartAsync(["up", "--data", site.Folder, "--port", "0"]);
        await using var other = await site.WorkerAsync();
        requests.AddRange(await site.HandInAsync(Files / 2, Files));
        await site.UntilAsync(Files / 3, () => server.Said + other.Said);
        await server.KillAsync();
        await site.PassAsync();
        await site.UntilAsync(Files, () => other.Said);
        await site.CheckAsync(requests, Files);
    }

    [Fact]
    public async Task PostgreSQL_is_killed()
    {
        await using var site = await Site.OpenAsync();
        var requests = await site.HandInAsync(Files);
        await using var worker = await site.WorkerAsync();
        for (var round = 1; round <= 2; round++)
        {
            await site.UntilAsync(Files * round / 4, () => worker.Said);
            using (var postmaster = Process.GetProcessById(site.Postmaster)) postmaster.Kill();
        }
        // Places that were taken and could not be given back run out.
        await site.UntilAsync(Files / 2, () => worker.Said);
        await site.PassAsync();
        await site.UntilAsync(Files, () => worker.Said);
        await site.CheckAsync(requests, Files);
    }

    [Fact]
    public async Task RabbitMQ_is_killed_and_comes_back()
    {
        if (!RabbitNode.IsInstalled) Assert.Skip("rabbitmq-server isn't installed here");
        await using var site = await Site.OpenAsync();
        await using var node = await RabbitNode.StartAsync();
        var environment = new Dictionary<string, string> { [CrossingSlices.RabbitVariable] = node.Address.ToString() };
        var requests = await site.HandInAsync(Files);
        await using var one = await site.WorkerAsync(environment);
        await using var two = await site.WorkerAsync(environment);
        Assert.DoesNotContain("guest:guest", one.Said, StringComparison.Ordinal);
        await site.UntilAsync(Files / 4, () => one.Said + two.Said);
        await node.KillAsync();
        // Away: it goes on by PostgreSQL.
        await site.PassAsync();
        await site.UntilAsync(Files / 2, () => one.Said + two.Said);
        // A worker that was told by RabbitMQ dies, too; what it had comes again.
        await one.KillAsync();
        await node.StartAgainAsync();
        await site.PassAsync();
        await site.UntilAsync(Files, () => two.Said);
        await site.CheckAsync(requests, Files);
        // And when it is back, announcements go through it again, and none is left over.
        for (var i = 0; i < 600 && !two.Said.Contains("RabbitMQ is back", StringComparison.Ordinal); i++) await Task.Delay(100, Cancel);
        Assert.Contains("RabbitMQ is back", two.Said, StringComparison.Ordinal);
        var more = await site.HandInAsync(Files, Files + 10);
        await site.UntilAsync(Files + 10, () => two.Said);
        var factory = new RabbitMQ.Client.ConnectionFactory { Uri = node.Address };
        await using var connection = await factory.CreateConnectionAsync(Cancel);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancel);
        uint left = 1;
        for (var i = 0; i < 100 && left > 0; i++)
        {
            left = (await channel.QueueDeclarePassiveAsync("sekisho.work", Cancel)).MessageCount;
            await Task.Delay(50, Cancel);
        }
        Assert.Equal(0u, left);
        Assert.Equal(10, more.Count * 10);
    }
}
