using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>A packet of the tests.</summary>
internal sealed record Probe(string From, string To, byte Protocol = 6, ushort SourcePort = 40000, ushort DestinationPort = 80)
{
    public string In { get; init; } = "in";

    public string Out { get; init; } = "out";

    public byte Flags { get; init; } = TcpFlags.Syn;

    public ConnectionStates State { get; init; } = ConnectionStates.New;

    public byte IcmpType { get; init; }

    public byte IcmpCode { get; init; }

    public Address Source => Parse(From);

    public Address Destination => Parse(To);

    private static Address Parse(string text)
    {
        Assert.True(Address.TryParse(text, out Address address), text);
        return address;
    }
}

/// <summary>What a chain of filters says of one packet.</summary>
internal enum Answer
{
    Pass,
    Stop,

    /// <summary>It hangs on something unknown.</summary>
    Maybe,
}

/// <summary>The slow, obvious way: rule by rule, packet by packet, straight from the model.</summary>
internal static class SlowFilter
{
    public static Device ReadDevice(string text, string? vendor = null)
    {
        ConfigReading reading = ReadText(text, vendor);
        Assert.Empty(reading.Errors);
        return Assert.Single(reading.Devices);
    }

    public static ConfigReading ReadText(string text, string? vendor = null) => ConfigDoor.Read("test.conf", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, vendor);

    /// <summary>Whether a packet gets through every filter of the device that it meets.</summary>
    public static Answer Ask(Device device, Probe probe)
    {
        bool maybe = false;
        foreach (Filter filter in device.Filters)
        {
            if ((filter.OnlyV6 is { } six && six != probe.Source.IsV6) || !filter.In.Contains(probe.In) || !filter.Out.Contains(probe.Out))
            {
                continue;
            }

            Answer answer = AskFilter(device, filter, probe);
            if (answer == Answer.Stop)
            {
                return Answer.Stop;
            }

            maybe |= answer == Answer.Maybe;
        }

        return maybe ? Answer.Maybe : Answer.Pass;
    }

    /// <summary>Both ways are gone at every uncertain rule; when the ends differ the answer is Maybe.</summary>
    private static Answer AskFilter(Device device, Filter filter, Probe probe)
    {
        HashSet<Answer> ends = [];
        Walk(device, filter.Chain, 0, probe, [], filter.Default == RuleAction.Accept ? Answer.Pass : Answer.Stop, ends);
        return ends.Count == 1 ? ends.Single() : Answer.Maybe;
    }

    private static void Walk(Device device, string chain, int from, Probe probe, List<(string Chain, int Next)> stack, Answer otherwise, HashSet<Answer> ends)
    {
        Assert.True(stack.Count < 64, "chains call each other without end");
        Chain? here = device.Chains.FirstOrDefault(one => one.Name == chain);
        Assert.NotNull(here);
        for (int i = from; i < here.Rules.Length; i++)
        {
            Rule rule = here.Rules[i];
            if (!Matches(rule.May, probe))
            {
                continue;
            }

            bool sure = rule.Must is null || Matches(rule.Must, probe);
            if (!sure)
            {
                Walk(device, chain, i + 1, probe, [.. stack], otherwise, ends);
            }

            switch (rule.Action)
            {
                case RuleAction.Accept:
                    ends.Add(Answer.Pass);
                    return;
                case RuleAction.Drop or RuleAction.Reject:
                    ends.Add(Answer.Stop);
                    return;
                case RuleAction.Unknown:
                    ends.Add(Answer.Maybe);
                    return;
                case RuleAction.Jump:
                    Walk(device, rule.Target!, 0, probe, [.. stack, (chain, i + 1)], otherwise, ends);
                    return;
                case RuleAction.Goto:
                    Walk(device, rule.Target!, 0, probe, [.. stack], otherwise, ends);
                    return;
                case RuleAction.Return:
                    Leave(device, probe, stack, otherwise, ends);
                    return;
            }

            if (!sure)
            {
                return;
            }
        }

        Leave(device, probe, stack, otherwise, ends);
    }

    private static void Leave(Device device, Probe probe, List<(string Chain, int Next)> stack, Answer otherwise, HashSet<Answer> ends)
    {
        if (stack.Count == 0)
        {
            ends.Add(otherwise);
            return;
        }

        (string chain, int next) = stack[^1];
        Walk(device, chain, next, probe, stack[..^1], otherwise, ends);
    }

    public static bool Matches(Match match, Probe probe)
    {
        if (!match.Source.Contains(probe.Source) || !match.Destination.Contains(probe.Destination) || !match.In.Contains(probe.In) || !match.Out.Contains(probe.Out)
            || !match.States.HasFlag(probe.State) || !match.Fragments.HasFlag(Fragments.WholeOrFirst))
        {
            return false;
        }

        foreach (Service service in match.Services.Services)
        {
            if (!service.Protocols.Contains(probe.Protocol))
            {
                continue;
            }

            bool ports = !Protocols.WithPorts.Contains(probe.Protocol) || (service.SourcePorts.Contains(probe.SourcePort) && service.DestinationPorts.Contains(probe.DestinationPort));
            bool types = !Protocols.WithTypes.Contains(probe.Protocol) || service.Icmp.Contains((ushort)((probe.IcmpType << 8) | probe.IcmpCode));
            bool flags = probe.Protocol != Protocols.Tcp || service.Flags.Contains(probe.Flags);
            if (ports && types && flags)
            {
                return true;
            }
        }

        return false;
    }
}
