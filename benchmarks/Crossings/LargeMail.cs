using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Benchmarks.Registers;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>Messages that are large, or of very many parts, one at a time through the gateway: seconds from the first byte to the 250 and to the arrival, and memory.</summary>
internal static class LargeMail
{
    public static async Task<int> RunAsync()
    {
        await using var bench = await BenchTown.OpenAsync();
        await using var post = await BenchPost.OpenAsync(bench);
        // What is started once is not counted.
        using (var warm = new MemoryStream(MixedOf("warm", [Part("a.txt", "text/plain", "text"u8.ToArray())]))) await OneAsync(post, "warm", warm);
        var file = Path.GetTempFileName();
        try
        {
            foreach (var (what, name) in ((string, string)[])[("one CSV", "csv"), ("four pictures", "pictures"), ("10,000 parts of text", "parts"), ("10,000 parts without names", "bodies")])
            {
                // From a file: what it takes to make the message is no memory of the gateway's.
                Write(name, file);
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                Figures.ForgetPeak();
                var (idle, before) = (Figures.Peak(), Processes.Seconds());
                using var message = File.OpenRead(file);
                var (kept, arrived) = await OneAsync(post, name, message);
                Figures.Print($"{what}, {message.Length / 1e6:F1} MB", $"250 after {kept:F2} s, arrived after {arrived:F2} s; memory of the host {idle:N0} before, {Figures.Peak():N0} MB at most, of a worker {bench.Pool.PeakResidentBytes / 1e6:N0} MB; processor seconds {Processes.Since(before)}");
            }
        }
        finally
        {
            File.Delete(file);
        }
        return 0;
    }

    private static void Write(string name, string file) => File.WriteAllBytes(file, Message(name));

    private static byte[] Message(string name) => name switch
    {
        "csv" => MixedOf(name, [Part("list.csv", "text/csv", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1_460_000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"{i:0000000},項目,{i * 17L:00000000}\r\n")))))]),
        "pictures" => MixedOf(name, [.. Enumerable.Range(0, 4).Select(static i => Part($"{i}.bmp", "image/bmp", Picture(1800, 1700, i)))]),
        "parts" => MixedOf(name, Enumerable.Range(0, 10_000).Select(static i => Part($"{i}.txt", "text/plain", Encoding.UTF8.GetBytes($"第{i}号\r\n")))),
        _ => MixedOf(name, Enumerable.Range(0, 10_000).Select(static i => $"\r\nline {i}\r\n")),
    };

    private static async Task<(double Kept, double Arrived)> OneAsync(BenchPost post, string name, Stream message)
    {
        await using var line = await SmtpSender.ConnectAsync(post.Hop, "bench.example", new(), default);
        var began = Stopwatch.GetTimestamp();
        var reply = (await line.SendAsync(MailAddress.Read("a@outside.example"), [MailAddress.Read("b@bench.example")!], false, false, message.Length, message, default))[0].Reply;
        if (!reply.IsDone) throw new InvalidOperationException(reply.ToString());
        var kept = Stopwatch.GetElapsedTime(began).TotalSeconds;
        // A notice in its place is told by its sender: it has another Message-ID.
        var others = post.Arrived.Keys.ToHashSet();
        string? came;
        while ((came = post.Arrived.Keys.FirstOrDefault(k => !others.Contains(k) || k == name)) is null) await Task.Delay(10);
        if (came != name) Figures.Print(name, $"a notice came in its place");
        return (kept, Stopwatch.GetElapsedTime(began, post.Arrived[came]).TotalSeconds);
    }

    /// <summary>Noise that doesn't pack: what a photograph weighs.</summary>
    private static byte[] Picture(int width, int height, int seed)
    {
        var stride = ((width * 3) + 3) / 4 * 4;
        var bytes = new byte[54 + (stride * height)];
        var head = bytes.AsSpan(0, 54);
        "BM"u8.CopyTo(head);
        foreach (var (at, value) in ((int, int)[])[(2, bytes.Length), (10, 54), (14, 40), (18, width), (22, height), (34, stride * height)]) BitConverter.TryWriteBytes(head[at..], value);
        (head[26], head[28]) = (1, 24);
        using var noise = Aes.Create();
        noise.Key = [.. Enumerable.Repeat((byte)seed, 16)];
        noise.EncryptCbc(bytes.AsSpan(54), new byte[16], PaddingMode.None is var none && (bytes.Length - 54) % 16 == 0 ? none : PaddingMode.PKCS7).AsSpan(0, bytes.Length - 54).CopyTo(bytes.AsSpan(54));
        return bytes;
    }

    private static string Part(string name, string type, byte[] content) =>
        $"Content-Type: {type}; name={name}\r\nContent-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)}\r\n";

    private static byte[] MixedOf(string name, IEnumerable<string> parts) => Encoding.ASCII.GetBytes(
        $"From: <a@outside.example>\r\nTo: <b@bench.example>\r\nSubject: {name}\r\nDate: Wed, 01 Apr 2026 09:00:00 +0900\r\nMessage-ID: <{name}@outside.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\ntext\r\n{string.Concat(parts.Select(static p => "--m\r\n" + p))}--m--\r\n");
}
