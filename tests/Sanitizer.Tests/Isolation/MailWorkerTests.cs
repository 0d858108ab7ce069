using System.Security.Cryptography;
using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Isolation;

/// <summary>Messages through real workers in real sandboxes, as a gateway brings them.</summary>
public sealed class MailWorkerTests
{
    private const string Policy = "mail:\n  parts: link\n  own-domains: [city.kazaguruma.lg.jp]\n";

    private static readonly byte[] Csv = "名前,数\r\n佐藤,1\r\n"u8.ToArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static byte[] Message => Encoding.ASCII.GetBytes($"From: \"soumu@city.kazaguruma.lg.jp\" <x@evil.example>\r\nTo: b@example.jp\r\nSubject: =?UTF-8?B?{Convert.ToBase64String("資料"u8)}?=\r\nDate: Sat, 21 Nov 2026 10:00:00 +0900\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String("<p>資料をお送りします。<script>x()</script>"u8)}\r\n--q\r\nContent-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Csv)}\r\n--q\r\nContent-Type: application/octet-stream; name=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String([.. "MZ"u8, .. new byte[100]])}\r\n--q--\r\n");

    [Fact]
    public async Task A_message_and_its_parts_come_out_of_the_sandbox_with_their_report()
    {
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1 }, TimeProvider.System, Cancel);
        for (var round = 0; round < 2; round++)
        {
            using var output = new MemoryStream();
            var parts = new Dictionary<int, Kept>();
            var report = await pool.SanitizeMailAsync(new MemoryStream(Message), output, Policy, new() { Page = "https://gate.example/m/1", Trace = "g1" }, [], (number, _) => parts[number] = new Kept(), Cancel);
            Assert.Equal((Outcome.Rebuilt, "eml"), (report.Outcome, report.OutputType));
            var part = Assert.Single(parts);
            Assert.Equal((0, true, true), (part.Key, part.Value.IsClosed, report.Members[0].IsApart));
            Assert.Equal(Csv, part.Value.ToArray());
            Assert.Equal((Csv.Length, Convert.ToHexStringLower(SHA256.HashData(Csv))), (report.Members[0].OutputBytes, report.Members[0].OutputSha256!.ToString()));
            Assert.Equal("SAN-KIND-003", report.Members[1].Refusal?.Code);
            Assert.Equal(("資料", "x@evil.example", "<1@x>", "ja"), (report.Mail!.Subject, report.Mail.From!.Address, report.Mail.MessageId, report.Mail.Language));
            Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.FromHours(9)), report.Mail.Date);
            Assert.Equal("shows-address", Assert.Single(report.Mail.Marks).Kind);
            var text = Encoding.ASCII.GetString(output.ToArray());
            Assert.Contains("X-Sekisho-Trace: g1\r\n", text, StringComparison.Ordinal);
            var body = Encoding.UTF8.GetString(Convert.FromBase64String(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
            Assert.Contains("資料をお送りします。", body, StringComparison.Ordinal);
            Assert.Contains("a.csv", body, StringComparison.Ordinal);
            Assert.Equal(ReportJson.Write(report), ReportJson.Write(ReportJson.Read(ReportJson.Write(report))));
        }
    }

    [Fact]
    public async Task A_place_that_fails_is_the_hosts_trouble_and_not_the_messages()
    {
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1 }, TimeProvider.System, Cancel);
        var order = new MailOrder { Page = "https://gate.example/m/1" };
        await Assert.ThrowsAsync<TimeoutException>(() => pool.SanitizeMailAsync(new MemoryStream(Message), new MemoryStream(), Policy, order, [], static (_, _) => throw new TimeoutException(), Cancel));
        var full = await Assert.ThrowsAsync<IOException>(() => pool.SanitizeMailAsync(new MemoryStream(Message), new MemoryStream(), Policy, order, [], static (_, _) => new Full(), Cancel));
        Assert.Equal("disk full", full.Message);
        // The next one is none the worse for it; and without places every file travels with the message.
        using var output = new MemoryStream();
        var report = await pool.SanitizeMailAsync(new MemoryStream(Message), output, Policy, order, [], null, Cancel);
        Assert.Equal((Outcome.Rebuilt, false), (report.Outcome, report.Members[0].IsApart));
        Assert.Contains("filename=\"a.csv\"", Encoding.ASCII.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    private class Kept : MemoryStream
    {
        public bool IsClosed { get; private set; }

        public override ValueTask DisposeAsync()
        {
            IsClosed = true;
            return base.DisposeAsync();
        }
    }

    private sealed class Full : Kept
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("disk full");
    }
}
