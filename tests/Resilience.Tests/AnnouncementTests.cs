using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Sekisho.Crossing;
using Sekisho.Crossing.Queue;

namespace Sekisho.Resilience.Tests;

/// <summary>What goes through a real RabbitMQ: pointers, each acknowledged when its file is over, told again when a worker dies.</summary>
public sealed class AnnouncementTests
{
    private static CancellationToken Cancel => Site.Cancel;

    [Fact]
    public async Task Work_is_announced_acknowledged_told_again_and_what_is_not_ours_is_set_aside()
    {
        if (!RabbitNode.IsInstalled) Assert.Skip("rabbitmq-server isn't installed here");
        await using var site = await Site.OpenAsync();
        await using var node = await RabbitNode.StartAsync();
        await site.HandInAsync(10);
        using var queue = new WorkQueue(site.Database);
        var said = new Heard();
        List<Ticket> first;
        await using (var dying = new RabbitWork(queue, node.Address, 4, said))
        {
            first = await TakenAsync(dying, 4);
            // PostgreSQL holds what was announced: nobody else takes it from there.
            Assert.Empty(await queue.TakeAsync(100, Cancel));
            await dying.DoneAsync(first[..1], Cancel);
            // It dies without a word about the other three.
        }
        await using var connection = await new ConnectionFactory { Uri = node.Address }.CreateConnectionAsync(Cancel);
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Cancel))
            await channel.BasicPublishAsync("", RabbitWork.Queue, Encoding.UTF8.GetBytes("関所のものではない"), Cancel);
        await using (var next = new RabbitWork(queue, node.Address, 100, said))
        {
            var rest = await TakenAsync(next, 9);
            Assert.Equal(9, rest.Distinct().Count());
            Assert.DoesNotContain(first[0], rest);
            Assert.Superset(first[1..].ToHashSet(), rest.ToHashSet());
            // Somebody else has it: it comes again by itself.
            await next.LaterAsync(rest[..1], TimeSpan.FromMilliseconds(200), Cancel);
            Assert.Equal(rest[..1], await TakenAsync(next, 1));
            // Given back: announced anew.
            await next.GiveBackAsync(rest[..1], Cancel);
            Assert.Equal(rest[..1], await TakenAsync(next, 1));
            await next.DoneAsync(rest, Cancel);
            for (var i = 0; i < 100 && !said.Lines.Any(l => l.Contains("isn't Sekisho's", StringComparison.Ordinal)); i++) await Task.Delay(50, Cancel);
            Assert.Contains(said.Lines, l => l.Contains("isn't Sekisho's", StringComparison.Ordinal));
        }
        await using var last = await connection.CreateChannelAsync(cancellationToken: Cancel);
        Assert.Equal(0u, (await last.QueueDeclarePassiveAsync(RabbitWork.Queue, Cancel)).MessageCount);
        Assert.Equal(0u, (await last.QueueDeclarePassiveAsync(RabbitWork.Dead, Cancel)).MessageCount);
        Assert.DoesNotContain(said.Lines, l => l.Contains("guest:guest", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1 018f0000-0000-7000-8000-0000000000fa 018f0000-0000-7000-8000-0000000000fb", true)]
    [InlineData("1 018f0000-0000-7000-8000-0000000000fa", false)]
    [InlineData("-1 018f0000-0000-7000-8000-0000000000fa 018f0000-0000-7000-8000-0000000000fb", false)]
    [InlineData("", false)]
    public void Only_a_pointer_is_read_as_one(string text, bool isOne) => Assert.Equal(isOne, RabbitWork.Read(Encoding.ASCII.GetBytes(text)) is not null);

    [Theory]
    [InlineData("amqps://gate:secret@mq.example/zone", "amqps://mq.example:5671/zone")]
    [InlineData("amqp://gate:secret@mq.example:5673/", "amqp://mq.example:5673/")]
    public void An_address_is_shown_without_its_password(string address, string shown) => Assert.Equal(shown, CrossingSlices.ShowRabbit(CrossingSlices.ReadRabbit(address)!));

    [Theory]
    [InlineData("mq.example")]
    [InlineData("http://mq.example/")]
    public void What_is_no_address_is_said(string text) => Assert.Equal("XNG-RABBIT-001", Assert.Throws<Storage.StorageException>(() => CrossingSlices.ReadRabbit(text)).Code);

    private static async Task<List<Ticket>> TakenAsync(RabbitWork work, int count)
    {
        var taken = new List<Ticket>();
        for (var i = 0; i < 600 && taken.Count < count; i++)
        {
            if (work.IsConnected) taken.AddRange(await work.TakeAsync(count - taken.Count, Cancel));
            if (taken.Count < count) await Task.Delay(20, Cancel);
        }
        Assert.Equal(count, taken.Count);
        return taken;
    }

    private sealed class Heard : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception) + exception);
    }
}
