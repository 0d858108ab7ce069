using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>The worker's side: takes a job, rebuilds, answers, until its input ends. Runs inside the sandbox only.</summary>
internal static class WorkerLoop
{
    /// <param name="folder">Its own folder, the only place it can write to.</param>
    public static async Task RunAsync(Stream input, Stream output, string folder)
    {
        using var wire = new Wire(input, output);
        var disarmer = new Disarmer(Rebuilders.All, new HostConverter(wire), TimeProvider.System);
        var policies = new Dictionary<string, SanitizePolicy>(StringComparer.Ordinal) { [""] = SanitizePolicy.Default };
        await wire.SendAsync(Message.Ready, default(ReadOnlyMemory<byte>), CancellationToken.None).ConfigureAwait(false);
        for (var number = 1; await wire.NextAsync(CancellationToken.None).ConfigureAwait(false) is { } message; number++)
        {
            if (message != Message.Order) throw new WireException("no order");
            var order = JobOrder.Read(await wire.ReceiveWholeAsync(Wire.MostWhole, CancellationToken.None).ConfigureAwait(false));
            if (!policies.TryGetValue(order.PolicyYaml, out var policy))
            {
                policy = PolicyFile.Read(order.PolicyYaml).Policy ?? throw new WireException("a policy that the host had read can't be read");
                policies[order.PolicyYaml] = policy;
            }
            if (order.Mode is { } mode) policy = policy with { Mode = mode };
            if (await wire.NextAsync(CancellationToken.None).ConfigureAwait(false) != Message.Content) throw new WireException("no content");
            var own = Path.Combine(folder, $"{number}");
            Directory.CreateDirectory(own);
            if (!await OneAsync(wire, disarmer, order, policy, own).ConfigureAwait(false)) return;
            Directory.Delete(own, recursive: true);
        }
    }

    /// <summary>False when this process should not take another job.</summary>
    private static async Task<bool> OneAsync(Wire wire, Disarmer disarmer, JobOrder order, SanitizePolicy policy, string folder)
    {
        using var received = new Scratch(folder);
        await wire.ReceiveAsync(received, long.MaxValue, CancellationToken.None).ConfigureAwait(false);
        Disarmed done;
        try
        {
            done = disarmer.Run(order.Name, received.AsSource(), policy, order.Passwords, folder);
        }
        catch (OutOfMemoryException)
        {
            var refusal = Refusals.OutOfMemory().Refusal;
            await wire.SendAsync(Message.Report, ReportJson.Write(new(SafeName.Show(order.Name), null, FileKind.Unknown.Key, null, Outcome.Refused, refusal, [], [], [], null, null, received.Length, null, 0)), CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        using (done)
        {
            await wire.SendAsync(Message.Report, ReportJson.Write(done.Report), CancellationToken.None).ConfigureAwait(false);
            if (done.Content is null) return true;
            using var content = done.Content.AsSource().Open();
            await wire.SendAsync(Message.Content, content, CancellationToken.None).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Conversion is the host's to arrange: it has another sandbox for the office program.</summary>
    private sealed class HostConverter(Wire wire) : IConverter
    {
        public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to) => ConvertAsync(untrusted, from, to).GetAwaiter().GetResult();

        private async Task<byte[]?> ConvertAsync(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to)
        {
            await wire.SendAsync(Message.Convert, Encoding.ASCII.GetBytes($"{from.Key} {to.Key}"), CancellationToken.None).ConfigureAwait(false);
            await wire.SendAsync(Message.Content, untrusted, CancellationToken.None).ConfigureAwait(false);
            var answer = await wire.NextAsync(CancellationToken.None).ConfigureAwait(false);
            var content = await wire.ReceiveWholeAsync(int.MaxValue, CancellationToken.None).ConfigureAwait(false);
            return answer switch
            {
                Message.Content => content,
                Message.NotConverted => null,
                Message.NoConverter => throw Refusals.NoConverter(from),
                _ => throw new WireException("no answer"),
            };
        }
    }
}
