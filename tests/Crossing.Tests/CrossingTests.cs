using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Tests;

public sealed class CrossingTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_file_comes_in_harmless_and_every_step_is_in_the_ledger()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("回答/一覧.csv", Gate.Utf8("氏名,式\r\n山田,=cmd|' /C calc'!A0\r\n")), ("写真.exe", [.. "MZ"u8, .. new byte[100]]));
        Assert.Equal("授受-000001", request.Number);

        var through = await gate.ThroughAsync(request);
        Assert.Equal((RequestState.Delivered, Approval.None), (through.Request.State, through.Request.Needs));
        Assert.Equal([ItemState.Out, ItemState.Refused], through.Items.Select(i => i.State));
        Assert.Equal("SAN-KIND-003", through.Items[1].RefusalCode);
        Assert.Equal("回答/一覧.csv", through.Items[0].OutputPath);
        var text = Encoding.UTF8.GetString(await gate.FetchAsync(through.Items[0], gate.Staff));
        Assert.Contains("'=cmd", text, StringComparison.Ordinal);
        Assert.Contains(through.Items[0].Report!.Removed, r => r.Count > 0);

        // Neither the colleague nor the manager gets it, and a refused file nobody.
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await gate.Slices.Requests.HandOutAsync(gate.Town, through.Items[0].Id, gate.Colleague, Cancel)));
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await gate.Slices.Requests.HandOutAsync(gate.Town, through.Items[1].Id, gate.Staff, Cancel)));
        var after = (await gate.Slices.Requests.ReadAsync(gate.Town, request.Id, [gate.Tax.Id], gate.Manager, Cancel))!;
        Assert.Equal(["crossing.asked", "crossing.through", "crossing.fetched"], after.Steps.Select(s => s.Kind));
        Assert.Null(await gate.Slices.Requests.ReadAsync(gate.Town, request.Id, [gate.Welfare.Id], gate.Other, Cancel));
        Assert.Equal(0, await gate.Slices.WaitingAsync(Cancel));
    }

    [Fact]
    public async Task A_broken_line_goes_on_where_it_stopped()
    {
        await using var gate = await Gate.OpenAsync();
        var content = new byte[300_000];
        new Random(7).NextBytes(content);
        for (var i = 0; i < content.Length; i++) content[i] = (byte)('a' + (content[i] % 26));
        var request = await gate.OpenRequestAsync(gate.Staff);
        var desk = gate.Slices.Requests;
        var item = (await desk.AddFileAsync(gate.Town, request.Id, "長い.txt", content.Length, gate.Staff, Cancel)).OrThrow();

        var first = (await desk.AppendAsync(gate.Town, item.Id, 0, new BreakingStream(content, 100_001), gate.Staff, Cancel)).OrThrow();
        Assert.Equal((100_001, ItemState.Receiving), (first.Received, first.State));
        Assert.Equal("XNG-UPLOAD-001", Gate.CodeOf(await desk.AppendAsync(gate.Town, item.Id, 0, new MemoryStream(content), gate.Staff, Cancel)));
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await desk.AppendAsync(gate.Town, item.Id, first.Received, new MemoryStream(content), gate.Colleague, Cancel)));
        Assert.Equal("XNG-REQ-011", Gate.CodeOf(await desk.SubmitAsync(gate.Town, request.Id, [], gate.Staff, Cancel)));
        var second = (await desk.AppendAsync(gate.Town, item.Id, first.Received, new MemoryStream(content[(int)first.Received..262_144]), gate.Staff, Cancel)).OrThrow();
        Assert.Equal(262_144, second.Received);
        var last = (await desk.AppendAsync(gate.Town, item.Id, second.Received, new MemoryStream(content[262_144..]), gate.Staff, Cancel)).OrThrow();
        Assert.Equal((content.Length, ItemState.Received), (last.Received, last.State));
        // The answer was lost, and the sender asks again: it is here.
        Assert.Equal(ItemState.Received, (await desk.AppendAsync(gate.Town, item.Id, content.Length, Stream.Null, gate.Staff, Cancel)).OrThrow().State);

        await using var worker = await gate.WorkerAsync();
        (await desk.SubmitAsync(gate.Town, request.Id, [], gate.Staff, Cancel)).OrThrow();
        var through = await gate.ThroughAsync(request);
        Assert.Equal(content, await gate.FetchAsync(through.Items[0], gate.Staff));
        Assert.Equal(Sha256.Of(content), through.Items[0].Report!.InputSha256);
        Assert.Empty(Directory.EnumerateFiles(gate.Folder, "*.at-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Two_connections_never_write_one_file_at_once()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.OpenRequestAsync(gate.Staff);
        var item = (await gate.Slices.Requests.AddFileAsync(gate.Town, request.Id, "a.txt", 6, gate.Staff, Cancel)).OrThrow();
        var pipe = new System.IO.Pipelines.Pipe();
        await pipe.Writer.WriteAsync("abc"u8.ToArray(), Cancel);
        var slow = gate.Slices.Requests.AppendAsync(gate.Town, item.Id, 0, pipe.Reader.AsStream(), gate.Staff, Cancel);
        var file = Path.Combine(gate.Folder, "vault");
        while (Directory.EnumerateFiles(file, "*", SearchOption.AllDirectories).FirstOrDefault() is null) await Task.Delay(10, Cancel);
        Assert.Equal("XNG-UPLOAD-002", Gate.CodeOf(await gate.Slices.Requests.AppendAsync(gate.Town, item.Id, 0, new MemoryStream("xyzxyz"u8.ToArray()), gate.Staff, Cancel)));
        await pipe.Writer.WriteAsync("def"u8.ToArray(), Cancel);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(ItemState.Received, (await slow).OrThrow().State);
        await using var worker = await gate.WorkerAsync();
        (await gate.Slices.Requests.SubmitAsync(gate.Town, request.Id, [], gate.Staff, Cancel)).OrThrow();
        Assert.Equal("abcdef", Encoding.UTF8.GetString(await gate.FetchAsync((await gate.ThroughAsync(request)).Items[0], gate.Staff)));
    }

    [Fact]
    public async Task Names_that_databases_stumble_over_come_through()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, (@"報告\u0000.html", Gate.Utf8(@"<p onclick=""a"">\u0000 \ud800</p>"))));
        Assert.Equal(RequestState.Delivered, through.Request.State);
        Assert.NotEmpty(await gate.FetchAsync(through.Items[0], gate.Staff));
    }

    [Fact]
    public async Task More_than_was_announced_is_not_taken()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.OpenRequestAsync(gate.Staff);
        var item = (await gate.Slices.Requests.AddFileAsync(gate.Town, request.Id, "a.txt", 3, gate.Staff, Cancel)).OrThrow();
        Assert.Equal("XNG-UPLOAD-003", Gate.CodeOf(await gate.Slices.Requests.AppendAsync(gate.Town, item.Id, 0, new MemoryStream("abcd"u8.ToArray()), gate.Staff, Cancel)));
        Assert.Equal(RequestState.Draft, (await gate.Slices.Requests.RemoveFileAsync(gate.Town, item.Id, gate.Staff, Cancel)).OrThrow().State);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories));
        Assert.Equal("XNG-REQ-014", Gate.CodeOf(await gate.Slices.Requests.AddFileAsync(gate.Town, request.Id, "a.iso", 3L << 30, gate.Staff, Cancel)));
        Assert.Equal("etc/passwd", (await gate.Slices.Requests.AddFileAsync(gate.Town, request.Id, "../../etc/passwd", 1, gate.Staff, Cancel)).OrThrow().Path);
    }

    [Fact]
    public async Task What_leaves_names_assets_and_waits_for_another_person()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var desk = gate.Slices.Requests;
        Assert.Equal("XNG-REQ-003", Gate.CodeOf(await desk.OpenAsync(gate.Town, new("lgwan-to-internet", gate.Tax.Id, "照会への回答"), [gate.Tax.Id], gate.Staff, Cancel)));
        Assert.Equal("XNG-REQ-004", Gate.CodeOf(await desk.OpenAsync(gate.Town, new("lgwan-to-internet", gate.Tax.Id, "照会への回答", "県税務課"), [gate.Tax.Id], gate.Staff, Cancel)));
        var asset = (await gate.Records.Registers.AddAsync(gate.Town, "assets", Sekisho.Records.Registers.EntryDraft.Of([("unit", gate.Tax.Id.ToString()), ("name", "固定資産一覧"), ("kind", "data"), ("confidentiality", "3B")]), null, gate.Officer, Cancel)).OrThrow();
        var draft = new RequestDraft("lgwan-to-internet", gate.Tax.Id, "照会への回答", "県税務課", [asset.Id]);
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "lgwan-to-internet", draft, ("回答.txt", Gate.Utf8("回答します。"))));
        Assert.Equal((RequestState.Waiting, Approval.TwoPeople, "3B"), (through.Request.State, through.Request.Needs, through.Request.Class));
        var id = through.Request.Id;
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await desk.HandOutAsync(gate.Town, through.Items[0].Id, gate.Staff, Cancel)));

        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await desk.ApproveAsync(gate.Town, id, "", gate.Staff, Cancel)));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await desk.ApproveAsync(gate.Town, id, "", gate.Other, Cancel)));
        Assert.Equal(1, await desk.CountToDecideAsync(gate.Town, gate.Manager, Cancel));
        Assert.Equal(RequestState.Waiting, (await desk.ApproveAsync(gate.Town, id, "了承", gate.Manager, Cancel)).OrThrow().State);
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await desk.ApproveAsync(gate.Town, id, "", gate.Manager, Cancel)));
        Assert.Equal(0, await desk.CountToDecideAsync(gate.Town, gate.Manager, Cancel));
        Assert.Equal(RequestState.Delivered, (await desk.ApproveAsync(gate.Town, id, "", gate.Head, Cancel)).OrThrow().State);
        Assert.Equal("回答します。", Encoding.UTF8.GetString(await gate.FetchAsync(through.Items[0], gate.Staff)));

        var refused = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "lgwan-to-internet", draft, ("回答.txt", Gate.Utf8("回答"))));
        Assert.Equal("XNG-REQ-010", Gate.CodeOf(await desk.RefuseAsync(gate.Town, refused.Request.Id, " ", gate.Manager, Cancel)));
        Assert.Equal(RequestState.Refused, (await desk.RefuseAsync(gate.Town, refused.Request.Id, "個人情報を含むため", gate.Manager, Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task A_refused_file_comes_in_by_a_named_person_and_a_reason_only()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var desk = gate.Slices.Requests;
        var drawing = new byte[5000];
        "JwwData."u8.CopyTo(drawing);
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("図面.jww", drawing)));
        Assert.Equal((RequestState.NothingOut, ItemState.Refused), (through.Request.State, through.Items[0].State));
        var item = through.Items[0].Id;
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await desk.AskExceptionAsync(gate.Town, item, "測量図", gate.Colleague, Cancel)));
        (await desk.AskExceptionAsync(gate.Town, item, "県からの測量図で、代わりの形式がないため", gate.Staff, Cancel)).OrThrow();
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await desk.DecideExceptionAsync(gate.Town, item, true, "了承", gate.Manager, Cancel)));
        Assert.Equal("XNG-REQ-010", Gate.CodeOf(await desk.DecideExceptionAsync(gate.Town, item, true, "", gate.Head, Cancel)));
        Assert.Equal(1, await desk.CountToDecideAsync(gate.Town, gate.Head, Cancel));
        Assert.Equal(RequestState.Delivered, (await desk.DecideExceptionAsync(gate.Town, item, true, "送信元に電話で確認した", gate.Head, Cancel)).OrThrow().State);
        var admitted = (await desk.ReadAsync(gate.Town, through.Request.Id, null, gate.Staff, Cancel))!;
        Assert.Equal((ItemState.Admitted, gate.Head.Account), (admitted.Items[0].State, admitted.Items[0].ExceptionBy!.Account));
        Assert.Equal(drawing, await gate.FetchAsync(admitted.Items[0], gate.Staff));
        Assert.Equal(["crossing.asked", "crossing.through", "crossing.exception-asked", "crossing.exception-granted", "crossing.fetched"], (await desk.ReadAsync(gate.Town, through.Request.Id, null, gate.Staff, Cancel))!.Steps.Select(s => s.Kind));
    }

    [Fact]
    public async Task The_my_number_zone_opens_by_an_approved_waiver_only()
    {
        await using var gate = await Gate.OpenAsync();
        var routes = gate.Slices.Routes;
        var route = (await routes.FindAsync(gate.Town, "lgwan-to-mynumber", Cancel))!;
        Assert.False(route.IsOpen);
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await gate.Slices.Requests.OpenAsync(gate.Town, new("lgwan-to-mynumber", gate.Tax.Id, "届出"), null, gate.Staff, Cancel)));
        Assert.Equal("XNG-ROUTE-003", Gate.CodeOf(await routes.LayDownAsync(gate.Town, route.Definition, true, route.Version, gate.Officer, Cancel)));
        var now = gate.Clock.Now();
        var waiver = (await gate.Records.Waivers.RequestAsync(gate.Town, new(RouteBook.MyNumberIsolation, now, now.AddDays(30), "eLTAX の取り込み", "宛先を限り、二人で確認する"), gate.Officer, Cancel)).OrThrow();
        Assert.Equal("XNG-ROUTE-003", Gate.CodeOf(await routes.LayDownAsync(gate.Town, route.Definition with { Waiver = waiver.Id.Value }, true, route.Version, gate.Officer, Cancel)));
        (await gate.Records.Waivers.ApproveAsync(gate.Town, waiver.Id, "承認", gate.Head, Cancel)).OrThrow();
        var open = (await routes.LayDownAsync(gate.Town, route.Definition with { Waiver = waiver.Id.Value }, true, route.Version, gate.Officer, Cancel)).OrThrow();
        Assert.Equal((true, 2), (open.IsOpen, open.Version));
        Assert.Equal("XNG-ROUTE-005", Gate.CodeOf(await routes.LayDownAsync(gate.Town, route.Definition, false, 1, gate.Officer, Cancel)));
        (await gate.Slices.Requests.OpenAsync(gate.Town, new("lgwan-to-mynumber", gate.Tax.Id, "届出"), null, gate.Staff, Cancel)).OrThrow();
        // The waiver ends, and with it the route.
        gate.Clock.Move(TimeSpan.FromDays(31));
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await gate.Slices.Requests.OpenAsync(gate.Town, new("lgwan-to-mynumber", gate.Tax.Id, "届出"), null, gate.Staff, Cancel)));
    }

    [Fact]
    public async Task A_route_that_is_closed_lets_nothing_more_across()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var (routes, desk) = (gate.Slices.Routes, gate.Slices.Requests);
        var own = new RouteDefinition("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 7, 7, new(10, null, null), false, false, false);
        (await routes.LayDownAsync(gate.Town, own, true, 0, gate.Officer, Cancel)).OrThrow();
        Assert.Equal(7, (await routes.ListAsync(gate.Town, Cancel)).Count);
        var waiting = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "own", null, ("a.txt", Gate.Utf8("内容"))));
        var draft = await gate.OpenRequestAsync(gate.Staff, "own");
        await gate.SendAsync(draft, gate.Staff, "b.txt", Gate.Utf8("内容"));
        (await routes.LayDownAsync(gate.Town, own, false, 1, gate.Officer, Cancel)).OrThrow();
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await desk.SubmitAsync(gate.Town, draft.Id, [], gate.Staff, Cancel)));
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await desk.ApproveAsync(gate.Town, waiting.Request.Id, "", gate.Manager, Cancel)));
    }

    [Fact]
    public async Task Somebody_whom_no_account_is_known_for_is_approved_by_nobody()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var own = new RouteDefinition("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 7, 7, new(10, null, null), false, false, false);
        (await gate.Slices.Routes.LayDownAsync(gate.Town, own, true, 0, gate.Officer, Cancel)).OrThrow();
        var second = new Actor("account-second", "課長 太郎");
        Assert.Equal("XNG-REQ-018", Gate.CodeOf(await gate.Slices.Requests.OpenAsync(gate.Town, new("own", gate.Tax.Id), null, second, Cancel)));
        // Linked when it was asked for, and no longer.
        var person = (await gate.Records.Organisation.AddPersonAsync(gate.Town, gate.Tax.Id, "課長 太郎", null, Sekisho.Records.Organisation.StaffKind.Staff, JapaneseTime.Day(gate.Clock.Now()), gate.Officer, Cancel)).OrThrow();
        (await gate.Records.AccountPeople.LinkAsync(gate.Town, second.Account, person.Id, gate.Officer, Cancel)).OrThrow();
        var waiting = await gate.ThroughAsync(await gate.AskAsync(second, "own", null, ("a.txt", Gate.Utf8("内容"))));
        (await gate.Records.AccountPeople.UnlinkAsync(gate.Town, second.Account, gate.Officer, Cancel)).OrThrow();
        Assert.Equal(1, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Manager, Cancel));
        // Only to those who could decide it: neither the section's staff nor another section's manager see what waits.
        Assert.Equal(0, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Colleague, Cancel));
        Assert.Equal(0, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Other, Cancel));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, waiting.Request.Id, "", gate.Other, Cancel)));
        Assert.Equal("XNG-REQ-018", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, waiting.Request.Id, "", gate.Manager, Cancel)));
    }

    [Theory]
    [InlineData("Internet", "Lgwan", "None", 0, 30, "XNG-ROUTE-002")]
    [InlineData("Lgwan", "Internet", "None", 7, 30, "XNG-ROUTE-002")]
    [InlineData("Lgwan", "Lgwan", "Manager", 7, 30, "XNG-ROUTE-002")]
    [InlineData("Internet", "Cloud", "None", 7, 30, null)]
    public async Task A_route_keeps_the_rules_of_the_zones(string from, string to, string needs, int expiry, int retention, string? code)
    {
        await using var gate = await Gate.OpenAsync();
        var route = new RouteDefinition("own", new("自前", "own"), Enum.Parse<Zone>(from), Enum.Parse<Zone>(to), RouteKind.Files, "", Enum.Parse<Approval>(needs), [], expiry, retention, new(10, null, null), false, false, false);
        Assert.Equal(code, Gate.CodeOf(await gate.Slices.Routes.LayDownAsync(gate.Town, route, true, 0, gate.Officer, Cancel)));
    }

    [Fact]
    public async Task Where_two_people_may_be_needed_one_alone_excepts_nothing()
    {
        await using var gate = await Gate.OpenAsync();
        var route = new RouteDefinition("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 7, 0, new(10, null, null), false, false, HasExceptionPath: true);
        Assert.Equal("XNG-ROUTE-002", await LayAsync(route with { Needs = Approval.TwoPeople }));
        Assert.Equal("XNG-ROUTE-002", await LayAsync(route with { Rules = [new(["pdf"], null, null, Approval.TwoPeople)] }));
        var mail = route with { Kind = RouteKind.Mail, Mail = new(0, Approval.None, Approval.None, false) };
        Assert.Equal("XNG-ROUTE-002", await LayAsync(mail with { Mail = mail.Mail! with { WithAttachments = Approval.TwoPeople } }));
        Assert.Equal("XNG-ROUTE-002", await LayAsync(mail with { Mail = mail.Mail! with { WhenDoubtful = Approval.TwoPeople } }));
        Assert.Null(await LayAsync(route));

        async Task<string?> LayAsync(RouteDefinition d) => Gate.CodeOf(await gate.Slices.Routes.LayDownAsync(gate.Town, d, true, 0, gate.Officer, Cancel));
    }

    [Fact]
    public async Task A_rule_of_the_route_and_the_quota_count()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var route = new RouteDefinition("small", new("小さいものだけ", "small only"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [new(["text"], 100, null, Approval.None)], 7, 0, new(2, null, null), false, false, false);
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route, true, 0, gate.Officer, Cancel)).OrThrow();
        Assert.Equal(RequestState.Delivered, (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "small", null, ("a.txt", Gate.Utf8("短い"))))).Request.State);
        Assert.Equal(RequestState.Waiting, (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "small", null, ("b.txt", Gate.Utf8(new string('長', 100)))))).Request.State);
        var third = await gate.OpenRequestAsync(gate.Staff, "small");
        Assert.Equal("XNG-REQ-015", Gate.CodeOf(await gate.Slices.Requests.AddFileAsync(gate.Town, third.Id, "c.txt", 1, gate.Staff, Cancel)));
        (await gate.Slices.Requests.AddFileAsync(gate.Town, (await gate.OpenRequestAsync(gate.Colleague, "small")).Id, "c.txt", 1, gate.Colleague, Cancel)).OrThrow();
    }

    /// <summary>A line that breaks after some bytes.</summary>
    private sealed class BreakingStream(byte[] content, int after) : Stream
    {
        private int at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (at == after) throw new IOException("the line broke");
            var part = Math.Min(buffer.Length, after - at);
            content.AsMemory(at, part).CopyTo(buffer);
            at += part;
            return ValueTask.FromResult(part);
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
