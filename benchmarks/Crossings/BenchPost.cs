using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>A gateway in front of a town, and the server behind it.</summary>
internal sealed class BenchPost : IAsyncDisposable
{
    private readonly SmtpListener inside;
    private readonly MailGateway gateway;

    private BenchPost(SmtpListener inside, MailGateway gateway, ConcurrentDictionary<string, long> arrived) => (this.inside, this.gateway, Arrived) = (inside, gateway, arrived);

    /// <summary>Where messages are taken.</summary>
    public SmtpHop Hop => new("127.0.0.1", gateway.Inward!.Port, SmtpTls.None);

    /// <summary>When each message arrived, by the left side of its Message-ID.</summary>
    public ConcurrentDictionary<string, long> Arrived { get; }

    public static async Task<BenchPost> OpenAsync(BenchTown bench)
    {
        var arrived = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var inside = SmtpListener.Start(new(IPAddress.Loopback, 0), "inside.example", new(), new Inbox(arrived), NullLogger.Instance, TimeProvider.System);
        var settings = new MailSettings("mail.bench.example", new Dictionary<string, string> { ["bench.example"] = BenchTown.Slug }, new(new(IPAddress.Loopback, 0), new("127.0.0.1", inside.Address.Port, SmtpTls.None), MailSettings.InwardRoute), null) { MessagesAMinute = 1_000_000 };
        return new(inside, await bench.Crossing.GatewayAsync(settings, _ => null, NullLogger.Instance, default), arrived);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await inside.DisposeAsync();
    }

    /// <summary>Notes when a message arrived.</summary>
    private sealed class Inbox(ConcurrentDictionary<string, long> arrived) : ISmtpTaker
    {
        public long MostBytes => 1 << 30;

        public ValueTask<SmtpReply?> FromAsync(SmtpEnvelope envelope, CancellationToken cancel) => new((SmtpReply?)null);

        public ValueTask<SmtpReply?> ToAsync(SmtpEnvelope envelope, MailAddress recipient, CancellationToken cancel) => new((SmtpReply?)null);

        public ValueTask<(ISmtpDrop? Drop, SmtpReply Reply)> OpenAsync(SmtpEnvelope envelope, CancellationToken cancel) => new((new Drop(arrived), default));

        private sealed class Drop(ConcurrentDictionary<string, long> arrived) : ISmtpDrop
        {
            private readonly HeadReader head = new();

            public long MostBytes => 1 << 30;

            public ValueTask WriteAsync(ReadOnlyMemory<byte> untrusted, CancellationToken cancel)
            {
                head.Push(untrusted.Span);
                return ValueTask.CompletedTask;
            }

            public ValueTask<SmtpReply> KeepAsync(CancellationToken cancel)
            {
                if (!arrived.TryAdd(head.Read().MessageId.Trim('<', '>').Split('@')[0], Stopwatch.GetTimestamp())) throw new InvalidOperationException("a message came twice");
                return new(new SmtpReply(250, "2.0.0", "Ok"));
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
