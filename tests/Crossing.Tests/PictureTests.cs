using Sekisho.Crossing.Demo;
using Sekisho.Crossing.Pictures;
using Sekisho.Records;

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
        Assert.Null((await pictures.OfAsync(gate.Town, through.Items[0].Id, null, gate.Staff, Cancel)).OrThrow().Before);
        pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);

        var both = (await pictures.OfAsync(gate.Town, through.Items[0].Id, null, gate.Staff, Cancel)).OrThrow();
        foreach (var picture in new[] { both.Before!, both.After! })
        {
            Assert.Equal("image/jpeg", picture.Type);
            Assert.Equal([0xFF, 0xD8, 0xFF], picture.Bytes[..3]);
            Assert.True(picture.Bytes.Length > 1000);
        }
        // The second look reads what is kept.
        pictures.Pool = _ => throw new InvalidOperationException("drawn twice");
        Assert.Equal(both.Before!.Bytes, (await pictures.OfAsync(gate.Town, through.Items[0].Id, null, gate.Staff, Cancel)).OrThrow().Before!.Bytes);
        pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);
        foreach (var none in through.Items.Skip(1))
        {
            var its = (await pictures.OfAsync(gate.Town, none.Id, null, gate.Staff, Cancel)).OrThrow();
            Assert.Equal((null, null), (its.Before, its.After));
        }
        // Neither the section's manager, who has nothing to decide, nor an auditor, who sees the request.
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await pictures.OfAsync(gate.Town, through.Items[0].Id, [gate.Tax.Id], gate.Manager, Cancel)));
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await pictures.OfAsync(gate.Town, through.Items[0].Id, null, gate.Officer, Cancel)));

        gate.Clock.Move(TimeSpan.FromDays(8));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await pictures.OfAsync(gate.Town, through.Items[0].Id, null, gate.Staff, Cancel)));
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
        var seen = (await gate.Slices.Pictures.OfAsync(gate.Town, item.Id, [], gate.Head, Cancel)).OrThrow();
        Assert.NotNull(seen.Before);
        Assert.Null(seen.After);
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await gate.Slices.Pictures.OfAsync(gate.Town, item.Id, [gate.Tax.Id], gate.Manager, Cancel)));
    }
}
