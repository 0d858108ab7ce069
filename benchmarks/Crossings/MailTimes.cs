using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sekisho.Benchmarks.Registers;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>So many messages a second through the gateway: taken by SMTP, kept, made harmless, delivered by SMTP; times from the first byte to the 250 and to the arrival, and memory over time.</summary>
internal static class MailTimes
{
    private const int Sessions = 16;

    private static readonly MailAddress From = MailAddress.Read("a@outside.example")!, To = MailAddress.Read("b@bench.example")!;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--large", ..]) return await LargeMail.RunAsync();
        var rate = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
        var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
        var bytes = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 20_000;
        await using var bench = await BenchTown.OpenAsync();
        await using var post = await BenchPost.OpenAsync(bench);
        var (hop, arrived) = (post.Hop, post.Arrived);
        var sent = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var kept = new ConcurrentBag<double>();
        await SendAsync(hop, ["warm"], bytes, sent, kept, Stopwatch.GetTimestamp(), 1);
        while (arrived.IsEmpty) await Task.Delay(20);
        Figures.ForgetPeak();

        var count = rate * seconds;
        var before = Processes.Seconds();
        var began = Stopwatch.GetTimestamp();
        using var watching = new CancellationTokenSource();
        var memory = WatchAsync(began, () => (sent.Count, arrived.Count), watching.Token);
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(s => Task.Run(() =>
            SendAsync(hop, [.. Enumerable.Range(0, count).Where(i => i % Sessions == s).Select(i => i.ToString(CultureInfo.InvariantCulture))], bytes, sent, kept, began, rate))));
        var taking = Stopwatch.GetElapsedTime(began).TotalSeconds;
        for (var i = 0; arrived.Count < count + 1 && i < 6000; i++) await Task.Delay(50);
        var all = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await watching.CancelAsync();
        await memory;
        Figures.Print($"{rate} messages/s of {bytes:N0} bytes for {seconds} s", $"{count:N0} taken in {taking:F1} s ({count / taking:F0}/s), all but {count + 1 - arrived.Count} delivered after {all:F1} s ({arrived.Count / all:F0}/s)");
        Figures.Print("processor seconds", $"{Processes.Since(before)}");
        Figures.Print("MAIL to 250", Figures.Spread([.. kept]));
        Figures.Print("MAIL to its arrival", Figures.Spread([.. arrived.Where(a => sent.ContainsKey(a.Key) && a.Key != "warm").Select(a => Stopwatch.GetElapsedTime(sent[a.Key], a.Value).TotalMilliseconds)]));
        Figures.Print("most memory of the host / of a worker", $"{Figures.Peak():N0} / {bench.Pool.PeakResidentBytes / 1e6:N0} MB");
        return 0;
    }

    /// <summary>One session; each message at its moment, or as soon as it can.</summary>
    private static async Task SendAsync(SmtpHop hop, string[] names, int bytes, ConcurrentDictionary<string, long> sent, ConcurrentBag<double> kept, long began, int rate)
    {
        await using var line = await SmtpSender.ConnectAsync(hop, "bench.example", new(), default);
        foreach (var name in names)
        {
            if (int.TryParse(name, out var number))
            {
                var wait = TimeSpan.FromSeconds((double)number / rate) - Stopwatch.GetElapsedTime(began);
                if (wait > TimeSpan.Zero) await Task.Delay(wait);
            }
            var message = Message(name, bytes);
            sent[name] = Stopwatch.GetTimestamp();
            var outcome = (await line.SendAsync(From, [To], false, false, message.Length, new MemoryStream(message), default))[0].Reply;
            if (!outcome.IsDone) throw new InvalidOperationException(outcome.ToString());
            kept.Add(Stopwatch.GetElapsedTime(sent[name]).TotalMilliseconds);
        }
    }

    /// <summary>Text in two forms and a CSV, as a message of an office is.</summary>
    private static byte[] Message(string name, int bytes)
    {
        var text = string.Concat(Enumerable.Repeat("いつもお世話になっております。次回の打合せの資料をお送りします。\r\n", 6));
        var csv = string.Concat(Enumerable.Range(0, Math.Max(1, (bytes - 2500) * 3 / 4 / 34)).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i:00000},項目{name},{i * 17:0000000}\r\n")));
        return Encoding.ASCII.GetBytes($"From: <a@outside.example>\r\nTo: <b@bench.example>\r\nSubject: bench {name}\r\nDate: Wed, 01 Apr 2026 09:00:00 +0900\r\nMessage-ID: <{name}@outside.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
            + $"--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(text)}\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64($"<html><body><p>{text}</p><img src=\"http://track.example/p.gif\"><script>x()</script></body></html>")}\r\n--a--\r\n"
            + $"--m\r\nContent-Type: text/csv; name=list.csv\r\nContent-Disposition: attachment; filename=list.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(csv)}\r\n--m--\r\n");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks);

    private static async Task WatchAsync(long began, Func<(int Sent, int Arrived)> where, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), cancel);
                var (sent, arrived) = where();
                using var self = Process.GetCurrentProcess();
                Figures.Print($"after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s", $"{sent:N0} sent, {arrived:N0} arrived, host {self.WorkingSet64 / 1e6:N0} MB");
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
    }
}
