using System.Net;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Systems;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Tests;

public sealed class SystemTests
{
    private static readonly IPAddress Own = IPAddress.Parse("10.1.2.3");

    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_system_crosses_files_on_its_routes_with_its_key_until_it_is_stopped()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var (secret, made) = (await gate.Slices.Systems.RegisterAsync(gate.Town, new(" 3階の複合機 ", ["internet-to-lgwan"], gate.Tax.Id, ["10.1.2.0/24", "", "2001:db8::7"], TimeSpan.FromDays(90)), gate.Officer, Cancel)).OrThrow();
        Assert.Equal(("3階の複合機", $"machine:{made.Id}"), (made.Name, made.Actor.Account));
        Assert.DoesNotContain(secret[60..], await gate.DumpAsync("crossing.system_key"), StringComparison.Ordinal);

        var (town, found) = (await gate.Slices.Systems.FindAsync(secret, Own, Cancel))!.Value;
        Assert.Equal((gate.Town, made.Id), (town, found.OrThrow().Id));
        Assert.Equal(made.Id, (await gate.Slices.Systems.FindAsync(secret, Own.MapToIPv6(), Cancel))!.Value.System.OrThrow().Id);
        var used = Assert.Single(await gate.Slices.Systems.ListAsync(gate.Town, Cancel));
        Assert.Equal("10.1.2.3", used.LastUsedFrom);

        var machine = made.Actor;
        var request = (await gate.Slices.Requests.OpenAsync(gate.Town, new("internet-to-lgwan", gate.Tax.Id), [gate.Tax.Id], machine, Cancel)).OrThrow();
        await gate.SendAsync(request, machine, "スキャン.txt", Gate.Utf8("内容"));
        (await gate.Slices.Requests.SubmitAsync(gate.Town, request.Id, [], machine, Cancel)).OrThrow();
        var through = await gate.ThroughAsync(request);
        Assert.Equal("内容", Encoding.UTF8.GetString(await gate.FetchAsync(through.Items[0], machine)));
        // Its section's people see what it did; the ledger says that it was the machine.
        var seen = (await gate.Slices.Requests.ReadAsync(gate.Town, request.Id, [gate.Tax.Id], gate.Manager, Cancel))!;
        Assert.Equal([("crossing.asked", machine), ("crossing.fetched", machine)], seen.Steps.Where(s => s.Kind != "crossing.through").Select(s => (s.Kind, s.By)));
        Assert.Equal(2, await gate.CountAsync($"SELECT count(*) FROM ledger.entry WHERE convert_from(data, 'UTF8') LIKE '%{machine.Account}%' AND subject = 'crossing/{request.Id}'"));
        Assert.Equal("XNG-SYSTEM-009", Gate.CodeOf(await gate.Slices.Requests.OpenAsync(gate.Town, new("lgwan-to-internet", gate.Tax.Id, "送付", "県", [new(Guid.NewGuid())]), [gate.Tax.Id], machine, Cancel)));

        (await gate.Slices.Systems.RevokeAsync(gate.Town, made.Id, gate.Officer, Cancel)).OrThrow();
        Assert.Null(await gate.Slices.Systems.FindAsync(secret, Own, Cancel));
        Assert.Equal("XNG-SYSTEM-007", Gate.CodeOf(await gate.Slices.Systems.RevokeAsync(gate.Town, made.Id, gate.Officer, Cancel)));
    }

    [Fact]
    public async Task A_key_that_is_shown_from_elsewhere_is_refused_and_recorded_once_an_hour()
    {
        await using var gate = await Gate.OpenAsync();
        var (secret, made) = (await gate.Slices.Systems.RegisterAsync(gate.Town, new("複合機", ["internet-to-lgwan"], gate.Tax.Id, ["10.1.2.3"], TimeSpan.FromDays(30)), gate.Officer, Cancel)).OrThrow();
        foreach (var from in new[] { "10.1.2.4", "192.0.2.1", "::1" })
            Assert.Equal("XNG-SYSTEM-008", Gate.CodeOf((await gate.Slices.Systems.FindAsync(secret, IPAddress.Parse(from), Cancel))!.Value.System));
        Assert.Equal("XNG-SYSTEM-008", Gate.CodeOf((await gate.Slices.Systems.FindAsync(secret, null, Cancel))!.Value.System));
        const string Misuses = "SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.system-misused'";
        Assert.Equal(1, await gate.CountAsync(Misuses));
        gate.Clock.Move(TimeSpan.FromHours(2));
        await gate.Slices.Systems.FindAsync(secret, IPAddress.Parse("192.0.2.1"), Cancel);
        Assert.Equal(2, await gate.CountAsync(Misuses));
        Assert.Equal("192.0.2.1", (await gate.Slices.Systems.ReadAsync(gate.Town, made.Id, Cancel))!.MisusedFrom);

        // One letter off, another town's number, the whole of time: nobody's.
        Assert.Null(await gate.Slices.Systems.FindAsync(secret[..^1] + (secret[^1] == 'A' ? 'B' : 'A'), Own, Cancel));
        Assert.Null(await gate.Slices.Systems.FindAsync(secret.Replace(gate.Town.Value.ToString("N"), Guid.NewGuid().ToString("N"), StringComparison.Ordinal), Own, Cancel));
        gate.Clock.Move(TimeSpan.FromDays(30));
        Assert.Null(await gate.Slices.Systems.FindAsync(secret, Own, Cancel));
    }

    [Fact]
    public async Task Who_registered_a_system_approves_nothing_that_comes_by_it()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var route = new RouteDefinition("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 7, 7, new(10, null, null), false, false, false);
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route, true, 0, gate.Officer, Cancel)).OrThrow();
        var draft = new SystemDraft("財務会計", ["own"], gate.Tax.Id, ["10.1.2.3"], TimeSpan.FromDays(30));
        Assert.Equal("XNG-SYSTEM-006", Gate.CodeOf(await gate.Slices.Systems.RegisterAsync(gate.Town, draft, new("account-nobody", "誰か"), Cancel)));
        // The manager registers it, by an account that holds the post of the section.
        var machine = (await gate.Slices.Systems.RegisterAsync(gate.Town, draft, gate.Manager, Cancel)).OrThrow().System.Actor;
        var waiting = await gate.ThroughAsync(await gate.AskAsync(machine, "own", null, ("a.txt", Gate.Utf8("内容"))));
        Assert.Equal(RequestState.Waiting, waiting.Request.State);
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, waiting.Request.Id, "", gate.Manager, Cancel)));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, waiting.Request.Id, "", machine, Cancel)));
        Assert.Equal(0, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Manager, Cancel));
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, waiting.Request.Id, "", gate.Head, Cancel)).OrThrow().State);
    }

    [Theory]
    [InlineData("", "internet-to-lgwan", "10.0.0.1", 30, "XNG-SYSTEM-001")]
    [InlineData("機械", "", "10.0.0.1", 30, "XNG-SYSTEM-002")]
    [InlineData("機械", "no-such", "10.0.0.1", 30, "XNG-SYSTEM-002")]
    [InlineData("機械", "internet-to-lgwan", "", 30, "XNG-SYSTEM-003")]
    [InlineData("機械", "internet-to-lgwan", "printer", 30, "XNG-SYSTEM-003")]
    [InlineData("機械", "internet-to-lgwan", "10.0.0.0/24", 0, "XNG-SYSTEM-004")]
    [InlineData("機械", "internet-to-lgwan", "10.0.0.0/24", 800, "XNG-SYSTEM-004")]
    [InlineData("機械", "internet-to-lgwan", "10.0.0.0/24", 731, null)]
    public async Task A_registration_that_says_too_little_or_too_much_is_refused(string name, string route, string from, int days, string? code)
    {
        await using var gate = await Gate.OpenAsync();
        Assert.Equal(code, Gate.CodeOf(await gate.Slices.Systems.RegisterAsync(gate.Town, new(name, route.Length == 0 ? [] : [route], gate.Tax.Id, [from], TimeSpan.FromDays(days)), gate.Officer, Cancel)));
        if (code is null) Assert.Equal("XNG-SYSTEM-005", Gate.CodeOf(await gate.Slices.Systems.RegisterAsync(gate.Town, new(name, [route], new UnitId(Guid.NewGuid()), [from], TimeSpan.FromDays(days)), gate.Officer, Cancel)));
    }
}
