using System.Net;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Zones;

namespace Sekisho.Crossing.Tests;

/// <summary>Results go to the zone of their route alone, and nobody on the inside opens an original, once the zones' terminals are known.</summary>
public sealed class ZoneDoorTests
{
    private static readonly IPAddress Internet = IPAddress.Parse("10.1.0.9"), Lgwan = IPAddress.Parse("10.2.0.9"), MyNumber = IPAddress.Parse("10.2.9.1"), Nowhere = IPAddress.Parse("192.0.2.1");

    private static CancellationToken Cancel => Gate.Cancel;

    private static Dictionary<Zone, IReadOnlyList<string>> Networks => new() { [Zone.Internet] = ["10.1.0.0/16"], [Zone.Lgwan] = ["10.2.0.0/16", "2001:db8:2::/48"], [Zone.MyNumber] = ["10.2.9.0/24", ""] };

    [Fact]
    public async Task Until_terminals_are_known_nobody_is_held_and_then_everybody_is()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var item = (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容"))))).Items[0].Id;
        Assert.Null(await gate.Slices.Door.ResultAsync(gate.Town, item, Nowhere, Cancel));
        Assert.Null(await gate.Slices.Door.OriginalAsync(gate.Town, item, Lgwan, Cancel));
        Assert.False((await gate.Slices.Door.ReadAsync(gate.Town, Cancel)).IsEnforced);

        Assert.Equal("XNG-ZONE-003", Gate.CodeOf(await gate.Slices.Door.KeepAsync(gate.Town, Networks, Nowhere, gate.Officer, Cancel)));
        (await gate.Slices.Door.KeepAsync(gate.Town, Networks, Lgwan, gate.Officer, Cancel)).OrThrow();
        async Task<(bool Result, bool Original)> MayAsync(IPAddress? from) =>
            (await gate.Slices.Door.ResultAsync(gate.Town, item, from, Cancel) is null, await gate.Slices.Door.OriginalAsync(gate.Town, item, from, Cancel) is null);
        Assert.Equal((true, false), await MayAsync(Lgwan));
        Assert.Equal((true, false), await MayAsync(Lgwan.MapToIPv6()));
        Assert.Equal((true, false), await MayAsync(IPAddress.Parse("2001:db8:2::5")));
        Assert.Equal((false, true), await MayAsync(Internet));
        Assert.Equal((false, false), await MayAsync(MyNumber)); // the narrower network within LGWAN's
        Assert.Equal((false, false), await MayAsync(Nowhere));
        Assert.Equal((false, false), await MayAsync(null));
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.zones-kept'"));

        (await gate.Slices.Door.KeepAsync(gate.Town, new Dictionary<Zone, IReadOnlyList<string>>(), Nowhere, gate.Officer, Cancel)).OrThrow();
        Assert.Equal((true, true), await MayAsync(Nowhere));
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("lgwan")]
    [InlineData("10.1.0.0/16")]
    public async Task A_network_that_isn_t_one_or_is_of_two_zones_is_refused(string network)
    {
        await using var gate = await Gate.OpenAsync();
        var networks = Networks;
        networks[Zone.Cloud] = [network];
        Assert.Equal("XNG-ZONE-002", Gate.CodeOf(await gate.Slices.Door.KeepAsync(gate.Town, networks, Lgwan, gate.Officer, Cancel)));
    }
}
