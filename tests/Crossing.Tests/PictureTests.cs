using System.Net;
using Sekisho.Assurance;
using Sekisho.Crossing.Demo;
using Sekisho.Crossing.Pictures;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Registers;

namespace Sekisho.Crossing.Tests;

public sealed class PictureTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task The_first_page_is_seen_before_and_after_by_who_asked_and_goes_with_the_results()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("様式.pdf", DemoFiles.Pdf("Form", true)), ("一覧.csv", Gate.Utf8("a,b\r\n")), ("壊れた.pdf", Gate.Utf8("%PDF-1.7\nnothing"))));
        var pictures = gate.Slices.Pictures;
        // A host without sandboxes draws nothing, and remembers nothing of it.
        Assert.Null((await pictures.OfAsync(gate.Town, through.Items[0].Id, null, null, gate.Staff, Cancel)).OrThrow().Before);
        pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);

        var both = (await pictures.OfAsync(gate.Town, through.Items[0].Id, null, null, gate.Staff, Cancel)).OrThrow();
        foreach (var picture in new[] { both.Before!, both.After! })
        {
            Assert.Equal("image/jpeg", picture.Type);
            Assert.Equal([0xFF, 0xD8, 0xFF], picture.Bytes[..3]);
            Assert.True(picture.Bytes.Length > 1000);
        }
        // The second look reads what is kept.
        pictures.Pool = _ => throw new InvalidOperationException("drawn twice");
        Assert.Equal(both.Before!.Bytes, (await pictures.OfAsync(gate.Town, through.Items[0].Id, null, null, gate.Staff, Cancel)).OrThrow().Before!.Bytes);
        pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);
        foreach (var none in through.Items.Skip(1))
        {
            var its = (await pictures.OfAsync(gate.Town, none.Id, null, null, gate.Staff, Cancel)).OrThrow();
            Assert.Equal((null, null), (its.Before, its.After));
        }
        // Neither the section's manager, who has nothing to decide, nor an auditor, who sees the request.
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await pictures.OfAsync(gate.Town, through.Items[0].Id, [gate.Tax.Id], null, gate.Manager, Cancel)));
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await pictures.OfAsync(gate.Town, through.Items[0].Id, null, null, gate.Officer, Cancel)));

        gate.Clock.Move(TimeSpan.FromDays(8));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await pictures.OfAsync(gate.Town, through.Items[0].Id, null, null, gate.Staff, Cancel)));
        await using var tx = await gate.Keeper.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal([0L], await tx.ListAsync("SELECT count(*) FROM crossing.blob WHERE purpose = 'Picture' AND sealed_key IS NOT NULL", r => r.GetInt64(0), Cancel));
        Assert.Equal([2L], await tx.ListAsync("SELECT count(*) FROM crossing.blob WHERE purpose = 'Picture'", r => r.GetInt64(0), Cancel));
    }

    [Fact]
    public async Task Who_decides_on_an_exception_sees_what_was_refused()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        gate.Slices.Pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);
        (await gate.Slices.Routes.KeepPolicyAsync(gate.Town, "no-pdf", "kinds:\n  pdf: refuse\n", gate.Officer, Cancel)).OrThrow();
        var route = (await gate.Slices.Routes.FindAsync(gate.Town, "internet-to-lgwan", Cancel))!;
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition with { SanitisePolicy = "no-pdf" }, true, route.Version, gate.Officer, Cancel)).OrThrow();
        var item = (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("様式.pdf", DemoFiles.Pdf("Form", true))))).Items[0];
        (await gate.Slices.Requests.AskExceptionAsync(gate.Town, item.Id, "要るため", gate.Staff, Cancel)).OrThrow();
        var seen = (await gate.Slices.Pictures.OfAsync(gate.Town, item.Id, [], null, gate.Head, Cancel)).OrThrow();
        Assert.NotNull(seen.Before);
        Assert.Null(seen.After);
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await gate.Slices.Pictures.OfAsync(gate.Town, item.Id, [gate.Tax.Id], null, gate.Manager, Cancel)));
    }

    /// <summary>Pictures are content: once the zones' terminals are known, they are seen where the file comes from and where it may go, and what leaves not before it may.</summary>
    [Fact]
    public async Task Pictures_are_seen_in_the_zones_of_their_route_alone()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        gate.Slices.Pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);
        var (internet, lgwan, myNumber) = (IPAddress.Parse("10.1.0.9"), IPAddress.Parse("10.2.0.9"), IPAddress.Parse("10.3.0.9"));
        (await gate.Slices.Door.KeepAsync(gate.Town, new Dictionary<Zone, IReadOnlyList<string>> { [Zone.Internet] = ["10.1.0.0/16"], [Zone.Lgwan] = ["10.2.0.0/16"], [Zone.MyNumber] = ["10.3.0.0/16"] }, lgwan, gate.Officer, Cancel)).OrThrow();
        async Task<(bool Before, bool After)?> SeenAsync(ItemId item, Actor who, IPAddress? from) =>
            (await gate.Slices.Pictures.OfAsync(gate.Town, item, null, from, who, Cancel)).Match<(bool, bool)?>(p => (p.Before is not null, p.After is not null), why => { Assert.Equal("XNG-ZONE-004", why.Code); return null; });

        var inward = (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("様式.pdf", DemoFiles.Pdf("Form", true))))).Items[0].Id;
        foreach (var elsewhere in new[] { myNumber, IPAddress.Loopback, null }) Assert.Null(await SeenAsync(inward, gate.Staff, elsewhere));
        Assert.Equal(0, await gate.CountAsync("SELECT count(*) FROM crossing.picture")); // nor drawn for it
        foreach (var here in new[] { internet, lgwan }) Assert.Equal((true, true), await SeenAsync(inward, gate.Staff, here));

        var asset = (await gate.Records.Registers.AddAsync(gate.Town, "assets", EntryDraft.Of(("unit", gate.Tax.Id.ToString()), ("name", "回答"), ("kind", "data"), ("confidentiality", "2")), null, gate.Officer, Cancel)).OrThrow();
        var asked = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "lgwan-to-internet", new("lgwan-to-internet", gate.Tax.Id, "照会への回答", "県", [asset.Id]), ("回答.pdf", DemoFiles.Pdf("Answer", true))));
        Assert.Equal(RequestState.Waiting, asked.Request.State);
        var outward = asked.Items[0].Id;
        Assert.Equal((true, true), await SeenAsync(outward, gate.Manager, lgwan));
        Assert.Null(await SeenAsync(outward, gate.Staff, internet));
        (await gate.Slices.Requests.ApproveAsync(gate.Town, asked.Request.Id, "", gate.Manager, Cancel)).OrThrow();
        Assert.Equal((false, true), await SeenAsync(outward, gate.Staff, internet));
        Assert.Equal((true, true), await SeenAsync(outward, gate.Staff, lgwan));
    }
}
