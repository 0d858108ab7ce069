using System.Diagnostics;
using System.Text;
using Dapper;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;
using Sekisho.Records;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>Files that wait on the page of a message, and what a password opens: fetched one by one and as one.</summary>
public sealed class PartTests
{
    private const string Csv = "名前,数\r\n佐藤,1\r\n";

    private static byte[] Mixed(string id, params (string Name, string Type, byte[] Content)[] files) => Encoding.ASCII.GetBytes(
        $"From: <taro@example.com>\r\nTo: <hanako@{PostOffice.Domain}>\r\nSubject: files\r\nMessage-ID: <{id}@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nplease find\r\n"
        + string.Concat(files.Select(f => $"--b\r\nContent-Type: {f.Type}; name={f.Name}\r\nContent-Disposition: attachment; filename={f.Name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(f.Content, Base64FormattingOptions.InsertLineBreaks)}\r\n")) + "--b--\r\n");

    [Fact]
    public async Task Files_wait_on_the_page_where_the_route_says_so_and_everybody_can_come_there()
    {
        await using var office = await PostOffice.OpenAsync();
        var gate = office.Gate;
        await LinkAsync(gate);
        var hanako = new Actor(await office.AddAccountAsync($"hanako@{PostOffice.Domain}"), "hanako");
        var mail = Mixed("link", ("list.csv", "text/csv", Encoding.UTF8.GetBytes(Csv)), ("run.exe", "application/octet-stream", [.. "MZ"u8, .. new byte[100]]));
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain}", mail);
        var arrived = await office.Inside.OneAsync(m => m.Header("Message-ID") == "<link@example.com>");
        Assert.DoesNotContain("filename", arrived.Text, StringComparison.Ordinal);
        var request = new RequestId(await OnlyAsync(gate, "SELECT id FROM crossing.request"));
        // The address of the page stands in the message, and for how long.
        var text = Body(arrived);
        Assert.Contains($"https://sekisho.isobe.lg.jp/crossings/{request}", text, StringComparison.Ordinal);
        Assert.Contains("list.csv", text, StringComparison.Ordinal);

        var detail = (await gate.Slices.Requests.ReadAsync(gate.Town, request, null, hanako, Gate.Cancel))!;
        var item = Assert.Single(detail.Items);
        var part = Assert.Single(item.Parts);
        Assert.Equal(("list.csv", "csv", (long)Encoding.UTF8.GetByteCount(Csv)), (part.Path, part.Kind, part.Bytes));
        Assert.Equal(Csv, Encoding.UTF8.GetString(await FetchAsync(gate, item.Id, part.Number, hanako)));
        // Found by the digest of what was handed out; in the ledger with it.
        Assert.Single((await gate.Slices.Traces.SearchAsync(gate.Town, new(Digest: part.Digest), 1, null, gate.Officer, Gate.Cancel)).Traces);
        Assert.Contains(part.Digest.ToString(), await LedgerAsync(gate, "crossing.sanitised"), StringComparison.Ordinal);
        Assert.Contains("list.csv", await LedgerAsync(gate, "crossing.fetched"), StringComparison.Ordinal);
        // Nobody else's, no other number, and nothing when its days are over.
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await gate.Slices.Requests.HandOutPartAsync(gate.Town, item.Id, part.Number, gate.Staff, Gate.Cancel)));
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await gate.Slices.Requests.HandOutPartAsync(gate.Town, item.Id, 1, hanako, Gate.Cancel)));
        gate.Clock.Move(TimeSpan.FromDays(40));
        await gate.Slices.Retention.RunAsync(gate.Town, Gate.Cancel);
        Assert.NotNull(Gate.CodeOf(await gate.Slices.Requests.HandOutPartAsync(gate.Town, item.Id, part.Number, hanako, Gate.Cancel)));
        Assert.Equal(0, await gate.CountAsync("SELECT count(*) FROM crossing.blob b JOIN crossing.part p ON p.blob_id = b.id WHERE b.sealed_key IS NOT NULL"));
    }

    [Fact]
    public async Task Files_travel_with_a_message_to_somebody_who_cannot_come_to_the_page()
    {
        await using var office = await PostOffice.OpenAsync();
        await LinkAsync(office.Gate);
        await office.AddAccountAsync($"hanako@{PostOffice.Domain}");
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain},stranger@{PostOffice.Domain}", Mixed("both", ("list.csv", "text/csv", Encoding.UTF8.GetBytes(Csv))));
        Assert.Contains("filename=\"list.csv\"", (await office.Inside.OneAsync(_ => true)).Text, StringComparison.Ordinal);
        Assert.Equal(0, await office.Gate.CountAsync("SELECT count(*) FROM crossing.part"));
    }

    [Fact]
    public async Task What_a_password_opens_is_fetched_file_by_file_and_as_one()
    {
        await using var office = await PostOffice.OpenAsync();
        var gate = office.Gate;
        var hanako = new Actor(await office.AddAccountAsync($"hanako@{PostOffice.Domain}"), "hanako");
        var zip = await LockedAsync(("見積/list.csv", Csv), ("note.txt", "よろしく\r\n"));
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain}", Mixed("ppap", ("shiryo.zip", "application/zip", zip)));
        await office.Inside.OneAsync(_ => true);
        var request = new RequestId(await OnlyAsync(gate, "SELECT id FROM crossing.request"));
        (await gate.Slices.Mail.OpenAsync(gate.Town, request, ["himitsu"], hanako, Gate.Cancel)).OrThrow();
        CrossingItem[] opened = [];
        for (var i = 0; i < 1200 && opened.Length < 2; i++)
        {
            await Task.Delay(50, Gate.Cancel);
            var its = (await gate.Slices.Requests.ReadAsync(gate.Town, request, null, hanako, Gate.Cancel))!;
            if (its.Request.State == RequestState.Delivered) opened = [.. its.Items];
        }
        Assert.Equal(["shiryo/note.txt", "shiryo/見積/list.csv"], opened[1].Parts.Select(p => p.Path).Order(StringComparer.Ordinal));
        var list = opened[1].Parts.Single(p => p.Path.EndsWith("list.csv", StringComparison.Ordinal));
        Assert.Equal(Csv, Encoding.UTF8.GetString(await FetchAsync(gate, opened[1].Id, list.Number, hanako)));
        var all = (await gate.Slices.Requests.HandOutAllAsync(gate.Town, request, hanako, Gate.Cancel)).OrThrow();
        Assert.Equal(["shiryo/note.txt", "shiryo/見積/list.csv"], all.Parts.Select(p => p.Path).Order(StringComparer.Ordinal));
        await using var content = all.Parts.Single(p => p.Path.EndsWith("note.txt", StringComparison.Ordinal)).Content();
        using var reader = new StreamReader(content);
        Assert.Equal("よろしく\r\n", await reader.ReadToEndAsync(Gate.Cancel));
        // It went out once; nobody was sent what the password opened.
        Assert.Single(office.Inside.All);
    }

    private static async Task LinkAsync(Gate gate)
    {
        var route = (await gate.Slices.Routes.FindAsync(gate.Town, MailSettings.InwardRoute, Gate.Cancel))!;
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition with { Mail = route.Definition.Mail! with { FilesByLink = true } }, true, route.Version, gate.Officer, Gate.Cancel)).OrThrow();
    }

    private static async Task<byte[]> FetchAsync(Gate gate, ItemId item, int number, Actor actor)
    {
        var handed = (await gate.Slices.Requests.HandOutPartAsync(gate.Town, item, number, actor, Gate.Cancel)).OrThrow();
        await using var content = handed.Content;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, Gate.Cancel);
        return bytes.ToArray();
    }

    /// <summary>A ZIP with a password, by 7-Zip.</summary>
    private static async Task<byte[]> LockedAsync(params (string Path, string Text)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-zip-").FullName;
        try
        {
            foreach (var (path, text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
                await File.WriteAllTextAsync(Path.Combine(folder, path), text, Gate.Cancel);
            }
            using var packer = Process.Start(new ProcessStartInfo("7zz", ["a", "-tzip", "-phimitsu", "-mem=AES256", "out.zip", .. files.Select(static f => f.Path)]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            await packer.StandardOutput.ReadToEndAsync(Gate.Cancel);
            await packer.WaitForExitAsync(Gate.Cancel);
            return await File.ReadAllBytesAsync(Path.Combine(folder, "out.zip"), Gate.Cancel);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Guid> OnlyAsync(Gate gate, string sql)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Gate.Cancel);
        return await tx.Connection.QuerySingleAsync<Guid>(sql);
    }

    private static async Task<string> LedgerAsync(Gate gate, string kind)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Gate.Cancel);
        return string.Join('\n', (await tx.Connection.QueryAsync<byte[]>("SELECT data FROM ledger.entry WHERE kind = @kind", new { kind })).Select(Encoding.UTF8.GetString));
    }

    /// <summary>The text of a message of ours: one part, in base64 or 7 bits.</summary>
    private static string Body(Received message)
    {
        var body = message.Text[(message.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return message.Header("Content-Transfer-Encoding") == "base64" ? Encoding.UTF8.GetString(Convert.FromBase64String(body)) : body;
    }
}
