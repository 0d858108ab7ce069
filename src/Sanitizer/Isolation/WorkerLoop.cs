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
    public static void Run(Stream input, Stream output, string folder)
    {
        using var wire = new Wire(input, output);
        var disarmer = new Disarmer(Rebuilders.All, new HostConverter(wire), TimeProvider.System);
        var policies = new Dictionary<string, SanitizePolicy>(StringComparer.Ordinal) { [""] = SanitizePolicy.Default };
        wire.Send(Message.Ready, default(ReadOnlySpan<byte>));
        for (var number = 1; wire.Next() is { } message; number++)
        {
            if (message != Message.Order) throw new WireException("no order");
            var order = JobOrder.Read(wire.ReceiveWhole(Wire.MostWhole));
            if (!policies.TryGetValue(order.PolicyYaml, out var policy))
            {
                policy = PolicyFile.Read(order.PolicyYaml).Policy ?? throw new WireException("a policy that the host had read can't be read");
                policies[order.PolicyYaml] = policy;
            }
            if (order.Mode is { } mode) policy = policy with { Mode = mode };
            if (wire.Next() != Message.Content) throw new WireException("no content");
            // Made by the first that needs it: few do, and a folder made and deleted costs a small file a tenth of its time.
            var own = Path.Combine(folder, $"{number}");
            if (!One(wire, disarmer, order, policy, own)) return;
            if (Directory.Exists(own)) Directory.Delete(own, recursive: true);
        }
    }

    /// <summary>False when this process should not take another job.</summary>
    private static bool One(Wire wire, Disarmer disarmer, JobOrder order, SanitizePolicy policy, string folder)
    {
        using var received = new Scratch(folder);
        wire.Receive(received, long.MaxValue);
        Disarmed done;
        try
        {
            done = order.IsPicture ? disarmer.Picture(order.Name, received.AsSource(), policy, folder) : disarmer.Run(order.Name, received.AsSource(), policy, order.Passwords, folder, order.Mail);
        }
        catch (OutOfMemoryException)
        {
            var refusal = Refusals.OutOfMemory().Refusal;
            wire.Send(Message.Report, ReportJson.Write(new(SafeName.Show(order.Name), null, FileKind.Unknown.Key, null, Outcome.Refused, refusal, [], [], [], null, null, received.Length, null, 0)));
            return false;
        }
        using (done)
        {
            wire.Send(Message.Report, ReportJson.Write(done.Report));
            if (done.Content is null) return true;
            using var content = done.Content.AsSource().Open();
            wire.Send(Message.Content, content);
            foreach (var part in done.Apart?.Parts ?? [])
            {
                using var bytes = part.Open();
                wire.Send(Message.Part, bytes);
            }
        }
        return true;
    }

    /// <summary>Conversion is the host's to arrange: it has another sandbox for the office program.</summary>
    private sealed class HostConverter(Wire wire) : IConverter
    {
        public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to)
        {
            wire.Send(Message.Convert, Encoding.ASCII.GetBytes($"{from.Key} {to.Key}"));
            wire.Send(Message.Content, untrusted.Span);
            var answer = wire.Next();
            var content = wire.ReceiveWhole(int.MaxValue);
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
