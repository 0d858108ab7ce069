using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Senders;
using Sekisho.Records;

namespace Sekisho.Crossing.Tests;

/// <summary>"PDF up to 5 MB from a registered sender": known senders need less leave, and a name in a From line makes nobody known.</summary>
public sealed class SenderTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_small_file_of_a_registered_origin_crosses_without_leave_and_others_wait()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var route = new RouteDefinition("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [new(["text"], 100, null, Approval.None, FromRegistered: true)], 7, 7, new(null, null, null), false, false, false);
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route, true, 0, gate.Officer, Cancel)).OrThrow();
        Assert.True((await gate.Slices.Routes.FindAsync(gate.Town, "own", Cancel))!.Definition.Rules[0].FromRegistered);
        var kept = (await gate.Slices.Senders.RegisterAsync(gate.Town, new(SenderKind.Origin, "県　税務課", "県庁の税務課", "毎月の照会", Today(gate).AddDays(30)), gate.Officer, Cancel)).OrThrow();

        Assert.Equal(RequestState.Delivered, await ThroughAsync(gate, "県税務課", "短い"));
        Assert.Equal(RequestState.Delivered, await ThroughAsync(gate, " 県 税務課 ", "短い"));
        Assert.Equal(RequestState.Waiting, await ThroughAsync(gate, "", "短い"));
        Assert.Equal(RequestState.Waiting, await ThroughAsync(gate, "県総務課", "短い"));
        Assert.Equal(RequestState.Waiting, await ThroughAsync(gate, "県税務課", new string('長', 100)));
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM crossing.request WHERE origin = '県総務課'"));
        // What is stated stands in the ledger.
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.asked' AND convert_from(data, 'UTF8') LIKE '%県総務課%'"));

        (await gate.Slices.Senders.RemoveAsync(gate.Town, kept.Id, gate.Officer, Cancel)).OrThrow();
        Assert.Equal(RequestState.Waiting, await ThroughAsync(gate, "県税務課", "短い"));
        (await gate.Slices.Senders.RegisterAsync(gate.Town, new(SenderKind.Origin, "県税務課", "県庁の税務課", "毎月の照会", Today(gate).AddDays(1)), gate.Officer, Cancel)).OrThrow();
        Assert.Equal(RequestState.Delivered, await ThroughAsync(gate, "県税務課", "短い"));
        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(RequestState.Waiting, await ThroughAsync(gate, "県税務課", "短い"));
    }

    [Theory]
    [InlineData("zeimu@pref.example.lg.jp", true, true)]
    [InlineData("Zeimu@Pref.Example.LG.jp", true, true)]
    [InlineData("zeimu@pref.example.lg.jp", false, false)]
    [InlineData("soumu@pref.example.lg.jp", true, false)]
    [InlineData("anybody@vendor.example.co.jp", true, true)]
    [InlineData("anybody@mail.vendor.example.co.jp", true, true)]
    [InlineData("anybody@notvendor.example.co.jp", true, false)]
    [InlineData("anybody@vendor.example.co.jp.evil.example", true, false)]
    [InlineData("ｚeimu@pref.example.lg.jp", true, false)]
    [InlineData("anybody@vendor.example.co.jp@evil.example", true, false)]
    [InlineData("\"県税務課 <zeimu@pref.example.lg.jp>\" <x@evil.example>", true, false)]
    public async Task A_sender_of_mail_is_known_by_what_was_proved(string from, bool isAuthentic, bool known)
    {
        await using var gate = await Gate.OpenAsync();
        (await gate.Slices.Senders.RegisterAsync(gate.Town, new(SenderKind.Address, "zeimu@pref.example.lg.jp", "県税務課", "照会", Today(gate).AddDays(30)), gate.Officer, Cancel)).OrThrow();
        (await gate.Slices.Senders.RegisterAsync(gate.Town, new(SenderKind.Domain, "@vendor.example.co.jp", "業者", "保守", Today(gate).AddDays(30)), gate.Officer, Cancel)).OrThrow();
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal(known, await SenderBook.OfMailAsync(tx, from, isAuthentic, gate.Clock.GetUtcNow(), Cancel) is not null);
    }

    [Theory]
    [InlineData("Address", "zeimu", 30, "XNG-SENDER-001")]
    [InlineData("Address", "a b@example.lg.jp", 30, "XNG-SENDER-001")]
    [InlineData("Domain", "gmail.com", 30, "XNG-SENDER-006")]
    [InlineData("Domain", "lg.jp", 30, "XNG-SENDER-006")]
    [InlineData("Domain", "日本語.jp", 30, null)]
    [InlineData("Address", "someone@gmail.com", 30, null)]
    [InlineData("Domain", "known.example.lg.jp", 30, "XNG-SENDER-004")]
    [InlineData("Domain", "example.lg.jp", 0, "XNG-SENDER-003")]
    [InlineData("Domain", "example.lg.jp", 800, "XNG-SENDER-003")]
    public async Task What_says_too_little_about_who_it_is_isn_t_registered(string kind, string value, int days, string? code)
    {
        await using var gate = await Gate.OpenAsync();
        (await gate.Slices.Senders.RegisterAsync(gate.Town, new(SenderKind.Domain, "known.example.lg.jp", "県", "照会", Today(gate).AddDays(30)), gate.Officer, Cancel)).OrThrow();
        Assert.Equal(code, Gate.CodeOf(await gate.Slices.Senders.RegisterAsync(gate.Town, new(Enum.Parse<SenderKind>(kind), value, "名前", "理由", Today(gate).AddDays(days)), gate.Officer, Cancel)));
    }

    private static DateOnly Today(Gate gate) => JapaneseTime.Day(gate.Clock.Now());

    private static async Task<RequestState> ThroughAsync(Gate gate, string origin, string content) =>
        (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "own", new("own", gate.Tax.Id, Origin: origin), ("a.txt", Gate.Utf8(content))))).Request.State;
}
