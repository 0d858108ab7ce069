using System.Text;
using Sekisho.Crossing.Links;
using Sekisho.Crossing.Requests;

namespace Sekisho.Crossing.Tests;

public sealed class LinkTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_colleague_fetches_by_a_link_and_is_named_until_it_is_used_up()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("一.txt", Gate.Utf8("一")), ("二.txt", Gate.Utf8("二"))));
        var (secret, link) = (await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, null, TimeSpan.FromHours(24), 2), gate.Staff, Cancel)).OrThrow();
        Assert.DoesNotContain(secret, await gate.DumpAsync("crossing.link"), StringComparison.Ordinal);

        var view = (await gate.Slices.Links.ReadAsync(gate.Town, secret, Cancel)).OrThrow();
        Assert.Equal(["一.txt", "二.txt"], view.Items.Select(i => i.OutputPath));
        Assert.Equal("一", await FetchAsync(gate, secret, through.Items[0].Id));
        Assert.Equal("二", await FetchAsync(gate, secret, through.Items[1].Id));
        Assert.Equal("XNG-LINK-003", Gate.CodeOf(await gate.Slices.Links.HandOutAsync(gate.Town, secret, through.Items[0].Id, gate.Other, Cancel)));
        Assert.Equal("XNG-LINK-003", Gate.CodeOf(await gate.Slices.Links.ReadAsync(gate.Town, secret, Cancel)));
        var steps = (await gate.Slices.Requests.ReadAsync(gate.Town, through.Request.Id, null, gate.Staff, Cancel))!.Steps;
        Assert.Equal([("crossing.linked", gate.Staff), ("crossing.fetched-by-link", gate.Other), ("crossing.fetched-by-link", gate.Other)], steps.Skip(2).Select(s => (s.Kind, s.By)));
        Assert.Equal(2, (await gate.Slices.Links.ListAsync(gate.Town, through.Request.Id, Cancel)).Single().Uses);
        Assert.Equal(link.Id, (await gate.Slices.Links.ListAsync(gate.Town, through.Request.Id, Cancel)).Single().Id);
    }

    [Fact]
    public async Task A_link_ends_with_its_time_its_maker_and_its_files()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var drawing = new byte[5000];
        "JwwData."u8.CopyTo(drawing);
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("一.txt", Gate.Utf8("一")), ("二.txt", Gate.Utf8("二")), ("図.jww", drawing)));
        var (one, two) = (through.Items[0].Id, through.Items[1].Id);
        async Task<(string Secret, CrossingLink Link)> MakeAsync(ItemId? item, int hours, int? uses = null) => (await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, item, TimeSpan.FromHours(hours), uses), gate.Staff, Cancel)).OrThrow();
        async Task<string?> TryAsync(string secret, ItemId item)
        {
            var outcome = await gate.Slices.Links.HandOutAsync(gate.Town, secret, item, gate.Other, Cancel);
            outcome.Match(handed => { handed.Content.Dispose(); return 0; }, _ => 0);
            return Gate.CodeOf(outcome);
        }

        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, null, TimeSpan.FromHours(2), null), gate.Colleague, Cancel)));
        Assert.Equal("XNG-LINK-001", Gate.CodeOf(await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, null, TimeSpan.FromMinutes(1), null), gate.Staff, Cancel)));
        Assert.Equal("XNG-LINK-001", Gate.CodeOf(await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, null, TimeSpan.FromHours(2), 0), gate.Staff, Cancel)));
        // What was not let through can't be linked to, nor reached by a link to the others.
        Assert.Equal("XNG-LINK-002", Gate.CodeOf(await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, through.Items[2].Id, TimeSpan.FromHours(2), null), gate.Staff, Cancel)));
        (await gate.Slices.Requests.AskExceptionAsync(gate.Town, through.Items[2].Id, "測量図", gate.Staff, Cancel)).OrThrow();
        (await gate.Slices.Requests.DecideExceptionAsync(gate.Town, through.Items[2].Id, true, "確認した", gate.Head, Cancel)).OrThrow();
        var onlyOne = await MakeAsync(one, 2);
        var all = await MakeAsync(null, 9600);
        Assert.Equal((await gate.Slices.Requests.ReadAsync(gate.Town, through.Request.Id, null, gate.Staff, Cancel))!.Request.ExpiresAt, all.Link.ExpiresAt);
        Assert.Null(await TryAsync(onlyOne.Secret, one));
        Assert.Equal("XNG-LINK-003", await TryAsync(onlyOne.Secret, two));
        Assert.Equal("XNG-LINK-003", await TryAsync(all.Secret, through.Items[2].Id));
        Assert.Equal("XNG-LINK-003", await TryAsync(all.Secret[..^1] + (all.Secret[^1] == 'A' ? 'B' : 'A'), one));
        var elsewhere = await gate.Test.AddMunicipalityAsync("hama", "浜町");
        Assert.Equal("XNG-LINK-003", Gate.CodeOf(await gate.Slices.Links.ReadAsync(elsewhere, all.Secret, Cancel)));

        gate.Clock.Move(TimeSpan.FromHours(3));
        Assert.Equal("XNG-LINK-003", await TryAsync(onlyOne.Secret, one));
        Assert.Null(await TryAsync(all.Secret, two));
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await gate.Slices.Links.RevokeAsync(gate.Town, all.Link.Id, gate.Other, Cancel)));
        (await gate.Slices.Links.RevokeAsync(gate.Town, all.Link.Id, gate.Staff, Cancel)).OrThrow();
        Assert.Equal("XNG-LINK-003", await TryAsync(all.Secret, two));
        Assert.Equal("XNG-LINK-004", Gate.CodeOf(await gate.Slices.Links.RevokeAsync(gate.Town, all.Link.Id, gate.Staff, Cancel)));

        var last = await MakeAsync(null, 9600);
        gate.Clock.Move(TimeSpan.FromDays(8));
        Assert.Equal("XNG-LINK-003", await TryAsync(last.Secret, one));
    }

    [Fact]
    public async Task Two_people_at_once_share_one_last_use()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("一.txt", Gate.Utf8("一"))));
        var (secret, _) = (await gate.Slices.Links.MakeAsync(gate.Town, new(through.Request.Id, null, TimeSpan.FromHours(24), 1), gate.Staff, Cancel)).OrThrow();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => gate.Slices.Links.HandOutAsync(gate.Town, secret, through.Items[0].Id, gate.Other, Cancel)));
        foreach (var outcome in outcomes) outcome.Match(handed => { handed.Content.Dispose(); return 0; }, _ => 0);
        Assert.Single(outcomes, o => Gate.CodeOf(o) is null);
    }

    private static async Task<string> FetchAsync(Gate gate, string secret, ItemId item)
    {
        var handed = (await gate.Slices.Links.HandOutAsync(gate.Town, secret, item, gate.Other, Cancel)).OrThrow();
        await using var content = handed.Content;
        using var reader = new StreamReader(content, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancel);
    }
}
