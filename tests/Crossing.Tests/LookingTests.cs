using Sekisho.Assurance;
using Sekisho.Crossing.Requests;

namespace Sekisho.Crossing.Tests;

public sealed class LookingTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task Everything_that_came_out_is_fetched_at_once_each_under_a_name_of_its_own()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("回答/一覧.txt", Gate.Utf8("一つ目")), ("回答/一覧.txt", Gate.Utf8("二つ目")), ("写真.exe", [.. "MZ"u8, .. new byte[100]]));
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await gate.Slices.Requests.HandOutAllAsync(gate.Town, (await gate.OpenRequestAsync(gate.Staff)).Id, gate.Staff, Cancel)));
        await gate.ThroughAsync(request);
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await gate.Slices.Requests.HandOutAllAsync(gate.Town, request.Id, gate.Manager, Cancel)));

        var all = (await gate.Slices.Requests.HandOutAllAsync(gate.Town, request.Id, gate.Staff, Cancel)).OrThrow();
        Assert.Equal(["回答/一覧.txt", "回答/一覧 (2).txt"], all.Parts.Select(p => p.Path));
        foreach (var (part, text) in all.Parts.Zip(["一つ目", "二つ目"]))
        {
            await using var content = part.Content();
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, Cancel);
            Assert.Equal(Gate.Utf8(text), bytes.ToArray());
            Assert.Equal(Sha256.Of(bytes.ToArray()), part.Digest);
        }
        var steps = (await gate.Slices.Requests.ReadAsync(gate.Town, request.Id, null, gate.Staff, Cancel))!.Steps;
        Assert.Equal(("crossing.fetched", "2 件をまとめて"), (steps[^1].Kind, steps[^1].Note));
        gate.Clock.Move(TimeSpan.FromDays(8));
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await gate.Slices.Requests.HandOutAllAsync(gate.Town, request.Id, gate.Staff, Cancel)));
    }

    [Fact]
    public async Task How_far_it_is_shows_to_who_sees_the_request()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("a")), ("b.txt", Gate.Utf8("b")));
        var look = (await gate.Slices.Requests.LookAsync(gate.Town, request.Id, [gate.Tax.Id], gate.Colleague, Cancel))!;
        Assert.Equal((RequestState.Working, 0, 2), (look.Request.State, look.Through, look.Files.Count));
        Assert.All(look.Files, f => Assert.Equal(ItemState.Queued, f.State));
        Assert.Null(await gate.Slices.Requests.LookAsync(gate.Town, request.Id, [gate.Welfare.Id], gate.Other, Cancel));
        await using var worker = await gate.WorkerAsync();
        await gate.ThroughAsync(request);
        Assert.Equal(2, (await gate.Slices.Requests.LookAsync(gate.Town, request.Id, null, gate.Staff, Cancel))!.Through);
    }
}
