using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sekisho.Crossing.Mail;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>A report of a message that wasn't delivered, as Python's own parser of mail reads it.</summary>
internal sealed record Report(string Type, string Kind, string Auto, string[] Parts, string Words, IReadOnlyList<IReadOnlyDictionary<string, string>> Facts, string Head)
{
    public static async Task<Report> ReadAsync(Received message)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", [PostOffice.Script("report.py")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(message.Text), Gate.Cancel);
        process.StandardInput.Close();
        var json = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync(Gate.Cancel)).RootElement;
        Assert.Empty(json.GetProperty("defects").EnumerateArray());
        return new(json.GetProperty("type").GetString()!, json.GetProperty("report").GetString()!, json.GetProperty("auto").GetString()!, [.. json.GetProperty("parts").EnumerateArray().Select(static p => p.GetString()!)], json.GetProperty("words").GetString()!,
            [.. json.GetProperty("facts").EnumerateArray().Select(static b => (IReadOnlyDictionary<string, string>)b.EnumerateObject().ToDictionary(static f => f.Name, static f => f.Value.GetString()!))], json.GetProperty("head").GetString()!);
    }
}

public sealed class ReportTests
{
    [Fact]
    public async Task What_is_written_for_programs_is_read_by_another_program()
    {
        var at = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);
        var message = new MailMessage(default, null, MailDirection.Outward, "hanako@town.isobe.lg.jp", "花子 <hanako@town.isobe.lg.jp>", "会議の\u2028お知らせ", "<1@x>", 1, at, "", "", MessageState.Failed, null, null, [], 1, "");
        var report = new DeliveryReport(
            [
                new("never@example.com", "5.1.1", "550 5.1.1 " + string.Join(' ', Enumerable.Repeat("ながい理由 reason", 40)), "mx.example.com"),
                new("太郎@example.com", "5.4.7", "", ""),
            ], at, at.AddDays(5), MailNotices.Head(message));
        var written = MailNotices.Write("mail.isobe.lg.jp", "hanako@town.isobe.lg.jp", "届きません", "本文\n二行目", at, Guid.Empty, "<1@x>", report);
        Assert.All(Encoding.ASCII.GetString(written).Split("\r\n"), static l => Assert.True(l.Length <= 998 && !l.Contains('\n', StringComparison.Ordinal)));
        var read = await Report.ReadAsync(new("", [], Encoding.ASCII.GetString(written)));
        Assert.Equal(("multipart/report", "delivery-status", "auto-replied"), (read.Type, read.Kind, read.Auto));
        Assert.Equal(["text/plain", "message/delivery-status", "text/rfc822-headers"], read.Parts);
        Assert.Equal("本文\n二行目", read.Words.TrimEnd().ReplaceLineEndings("\n"));
        Assert.Equal("dns; mail.isobe.lg.jp", read.Facts[0]["Reporting-MTA"]);
        Assert.Equal(("rfc822; never@example.com", "failed", "5.1.1", "dns; mx.example.com"), (read.Facts[1]["Final-Recipient"], read.Facts[1]["Action"], read.Facts[1]["Status"], read.Facts[1]["Remote-MTA"]));
        Assert.StartsWith("smtp; 550 5.1.1 ????? reason", read.Facts[1]["Diagnostic-Code"], StringComparison.Ordinal);
        Assert.Equal(("utf-8; \\x{592A}\\x{90CE}@example.com", "5.4.7"), (read.Facts[2]["Final-Recipient"], read.Facts[2]["Status"]));
        Assert.Contains("<hanako@town.isobe.lg.jp>", read.Head, StringComparison.Ordinal);
        Assert.Contains("Message-ID: <1@x>", read.Head, StringComparison.Ordinal);
    }
}
