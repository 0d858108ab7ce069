using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;

namespace Sekisho.Crossing.Queue;

/// <summary>Work announced through RabbitMQ (仕事の知らせ): quorum queues, publisher confirms, acknowledged after the result is recorded. docs/adr/0112.</summary>
/// <remarks>
/// PostgreSQL stays the truth: what is announced are pointers, taken from it in fair turn and few at a time. Whoever is told claims the file as always. While RabbitMQ is away,
/// workers take from PostgreSQL themselves; what was announced and lost comes again when nobody holds its pointer any more.
/// </remarks>
internal sealed class RabbitWork : IWorkSource, IAsyncDisposable
{
    public const string Queue = "sekisho.work", Dead = "sekisho.work.dead";

    /// <summary>So many announcements wait in RabbitMQ at most: fair turns are PostgreSQL's, and what is announced has no turn any more.</summary>
    private const int Window = 64;

    /// <summary>An announcement whose consumer died this often is set aside by RabbitMQ itself.</summary>
    private const int DeliveryLimit = 5;

    /// <summary>A pointer that was announced stays away from others for so long without a sign of life.</summary>
    private static readonly TimeSpan Announced = TimeSpan.FromSeconds(60), Look = TimeSpan.FromMilliseconds(500), Full = TimeSpan.FromMilliseconds(50), MostWait = TimeSpan.FromSeconds(10);

    private readonly WorkQueue queue;
    private readonly ConnectionFactory factory;
    private readonly ushort ahead;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<Ticket> told = new();
    private readonly ConcurrentDictionary<Ticket, (IChannel Channel, ulong Tag)> unacknowledged = new();
    private readonly Bell bell = new();
    private readonly Task running;
    private volatile bool isConnected;

    /// <param name="untrustedAddress">amqp://user:password@host:port/vhost, or amqps.</param>
    /// <param name="ahead">Announcements that this worker holds at most; 0: it only announces.</param>
    public RabbitWork(WorkQueue queue, Uri untrustedAddress, ushort ahead, ILogger logger)
    {
        (this.queue, this.ahead, this.logger) = (queue, ahead, logger);
        factory = new ConnectionFactory
        {
            Uri = untrustedAddress, ClientProvidedName = "sekisho", AutomaticRecoveryEnabled = false, RequestedConnectionTimeout = TimeSpan.FromSeconds(5), ContinuationTimeout = TimeSpan.FromSeconds(10),
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
        };
        running = Task.Run(RunAsync);
    }

    /// <summary>True while RabbitMQ carries the announcements.</summary>
    public bool IsConnected => isConnected;

    public async Task<IReadOnlyList<Ticket>> TakeAsync(int most, CancellationToken cancel)
    {
        if (!isConnected) return await queue.TakeAsync(most, cancel).ConfigureAwait(false);
        var tickets = new List<Ticket>();
        while (tickets.Count < most && told.TryDequeue(out var ticket)) tickets.Add(ticket);
        return tickets;
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => isConnected ? bell.WaitAsync(atMost, cancel) : queue.WaitAsync(atMost, cancel);

    public Task HoldAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel) => queue.HoldAsync(tickets, cancel);

    /// <summary>Acknowledged, and announced anew by whoever is next: a nack would count against the file, which has done nothing.</summary>
    public async Task GiveBackAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel)
    {
        await queue.GiveBackAsync(tickets, cancel).ConfigureAwait(false);
        await DoneAsync(tickets, cancel).ConfigureAwait(false);
        queue.Wake();
    }

    /// <summary>Kept unacknowledged till then: should this worker die, too, RabbitMQ counts it.</summary>
    public Task LaterAsync(IReadOnlyCollection<Ticket> tickets, TimeSpan after, CancellationToken cancel)
    {
        var mine = tickets.Where(unacknowledged.ContainsKey).ToList();
        if (mine.Count > 0) _ = AgainAsync(mine, after);
        return Task.CompletedTask;
    }

    public async Task DoneAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel)
    {
        foreach (var ticket in tickets)
        {
            if (!unacknowledged.TryRemove(ticket, out var its)) continue;
            try
            {
                await its.Channel.BasicAckAsync(its.Tag, multiple: false, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (IsAway(e))
            {
                // It is delivered again, and found to be over.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        bell.Dispose();
        stop.Dispose();
    }

    /// <summary>Address without its password, for people.</summary>
    public static string Show(Uri address) => $"{address.Scheme}://{address.Host}:{(address.Port > 0 ? address.Port : address.Scheme == "amqps" ? 5671 : 5672)}{address.AbsolutePath}";

    private async Task AgainAsync(List<Ticket> tickets, TimeSpan after)
    {
        try
        {
            await Task.Delay(after + TimeSpan.FromMilliseconds(100), stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        foreach (var ticket in tickets)
            if (unacknowledged.ContainsKey(ticket)) told.Enqueue(ticket);
        bell.Ring();
    }

    private async Task RunAsync()
    {
        var wait = TimeSpan.FromSeconds(1);
        var isSaid = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(stop.Token).ConfigureAwait(false);
                if (isSaid) logger.LogWarning("RabbitMQ（{Address}）につながりました。 / RabbitMQ is back.", Show(factory.Uri));
                (wait, isSaid) = (TimeSpan.FromSeconds(1), false);
                await ServeAsync(connection).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!isSaid) logger.LogWarning(e, "RabbitMQ（{Address}）を使えません。PostgreSQL の順番待ちで続けます。 / RabbitMQ can't be used; the work goes on by PostgreSQL's queue.", Show(factory.Uri));
                isSaid = true;
            }
            finally
            {
                // What was delivered over the lost connection is delivered again; what is in hand is finished, and found to be over then.
                isConnected = false;
                told.Clear();
                unacknowledged.Clear();
                bell.Ring();
                queue.Wake();
            }
            try
            {
                await Task.Delay(wait, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (wait < MostWait) wait *= 2;
        }
    }

    /// <summary>Announces and is told, until the connection ends.</summary>
    private async Task ServeAsync(IConnection connection)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        connection.ConnectionShutdownAsync += async (_, _) => await CancelAsync(lost).ConfigureAwait(false);
        await using var announcing = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), lost.Token).ConfigureAwait(false);
        await announcing.QueueDeclareAsync(Dead, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: lost.Token).ConfigureAwait(false);
        await announcing.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum", ["x-delivery-limit"] = DeliveryLimit, ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = Dead,
        }, cancellationToken: lost.Token).ConfigureAwait(false);
        await using var listening = await connection.CreateChannelAsync(cancellationToken: lost.Token).ConfigureAwait(false);
        listening.ChannelShutdownAsync += async (_, _) => await CancelAsync(lost).ConfigureAwait(false);
        announcing.ChannelShutdownAsync += async (_, _) => await CancelAsync(lost).ConfigureAwait(false);
        if (ahead > 0) await ListenAsync(listening, lost.Token).ConfigureAwait(false);
        isConnected = ahead > 0;
        bell.Ring();
        while (true)
        {
            var waiting = (int)await announcing.MessageCountAsync(Queue, lost.Token).ConfigureAwait(false);
            if (waiting >= Window)
            {
                await Task.Delay(Full, lost.Token).ConfigureAwait(false);
                continue;
            }
            var tickets = await queue.TakeAsync(Window - waiting, Announced, lost.Token).ConfigureAwait(false);
            if (tickets.Count == 0) await queue.WaitAsync(Look, lost.Token).ConfigureAwait(false);
            else await AnnounceAsync(announcing, tickets, lost.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when RabbitMQ has confirmed each: it is in a quorum queue, on the disks of most of its servers.</summary>
    private async Task AnnounceAsync(IChannel channel, IReadOnlyList<Ticket> tickets, CancellationToken cancel)
    {
        var sent = new List<(Ticket Ticket, Task Task)>(tickets.Count);
        try
        {
            foreach (var ticket in tickets)
                sent.Add((ticket, channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, Encoding.ASCII.GetBytes(Write(ticket)), cancel).AsTask()));
            await Task.WhenAll(sent.Select(s => s.Task)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            var unsent = tickets.Except(sent.Where(s => s.Task.IsCompletedSuccessfully).Select(s => s.Ticket)).ToList();
            if (unsent.Count > 0) await queue.GiveBackAsync(unsent, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ListenAsync(IChannel channel, CancellationToken cancel)
    {
        await channel.BasicQosAsync(0, ahead, global: false, cancel).ConfigureAwait(false);
        var work = new AsyncEventingBasicConsumer(channel);
        work.ReceivedAsync += async (_, message) =>
        {
            if (Read(message.Body.Span) is { } ticket)
            {
                // Announced twice, and both are here: the later one is acknowledged with the earlier.
                if (unacknowledged.TryAdd(ticket, (channel, message.DeliveryTag))) told.Enqueue(ticket);
                else await channel.BasicAckAsync(message.DeliveryTag, multiple: false).ConfigureAwait(false);
                bell.Ring();
            }
            else
            {
                await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: false).ConfigureAwait(false);
            }
        };
        await channel.BasicConsumeAsync(Queue, autoAck: false, work, cancel).ConfigureAwait(false);
        var dead = new AsyncEventingBasicConsumer(channel);
        dead.ReceivedAsync += async (_, message) =>
        {
            await SetAsideAsync(message.Body.ToArray(), cancel).ConfigureAwait(false);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false).ConfigureAwait(false);
        };
        await channel.BasicConsumeAsync(Dead, autoAck: false, dead, cancel).ConfigureAwait(false);
    }

    /// <summary>What RabbitMQ set aside: said, and left to the file, which counts its own attempts. A guilty one is refused at its next turn (XNG-POISON-001), the others go on.</summary>
    private async Task SetAsideAsync(byte[] untrusted, CancellationToken cancel)
    {
        if (Read(untrusted) is { } ticket)
        {
            logger.LogError("RabbitMQ が、作業係の止まった知らせを脇に置きました（{Item}）。ファイルの試行回数で判断します。 / RabbitMQ set an announcement aside whose workers died; the file's own count decides.", ticket.Item);
            await queue.GiveBackAsync([ticket], cancel).ConfigureAwait(false);
        }
        else
        {
            logger.LogError("RabbitMQ に、関所のものではない知らせがありました（{Bytes} バイト）。捨てました。 / A message in RabbitMQ isn't Sekisho's; it was thrown away.", untrusted.Length);
        }
    }

    private static string Write(Ticket ticket) => string.Create(CultureInfo.InvariantCulture, $"{ticket.Id} {ticket.Town.Value} {ticket.Item.Value}");

    internal static Ticket? Read(ReadOnlySpan<byte> untrusted)
    {
        if (untrusted.Length > 100) return null;
        var parts = Encoding.ASCII.GetString(untrusted).Split(' ');
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Guid.TryParseExact(parts[1], "D", out var town) && Guid.TryParseExact(parts[2], "D", out var item)
            ? new Ticket(id, new MunicipalityId(town), new ItemId(item)) : null;
    }

    private static bool IsAway(Exception e) => e is OperationInterruptedException or AlreadyClosedException or ObjectDisposedException or IOException or OperationCanceledException;

    private static async Task CancelAsync(CancellationTokenSource lost)
    {
        try
        {
            await lost.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }
}
