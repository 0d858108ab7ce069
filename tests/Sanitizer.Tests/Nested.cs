using System.Text;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests;

/// <summary>What every format must show of a hostile file: the same alone, in a zip and in a mail; twice the same; and a second pass that changes nothing.</summary>
internal static class Nested
{
    /// <param name="never">Found in nothing that comes out, as bytes of UTF-8, UTF-16 or CP932.</param>
    /// <returns>What came out of the file alone.</returns>
    public static Result Holds(string name, byte[] content, SanitizePolicy? policy, params string[] never)
    {
        Encoding[] codes = [Encoding.UTF8, Encoding.Unicode, CodePagesEncodingProvider.Instance.GetEncoding(932)!];
        foreach (var one in never) Assert.True(codes.Any(c => content.AsSpan().IndexOf(c.GetBytes(one)) >= 0), $"“{one}” is not in the input");
        var result = Bench.Run(name, content, policy);
        Absent(result.Out);
        Assert.Equal(result.Out, Bench.Run(name, content, policy).Out);
        var left = result.Report.Output!;
        var again = Bench.Run(left, result.Out, policy);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(again.Report.Removed);

        var zip = Bench.Run("a.zip", new RawZip().Add(Encoding.UTF8.GetBytes(name), content, flags: 0x800).Finish(), policy);
        Assert.Equal(result.Out, Opened.Members(zip.Out)[left]);
        var mail = Bench.Run("m.eml", Encoding.ASCII.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(content)}\r\n--x--\r\n"), policy);
        var text = Encoding.ASCII.GetString(mail.Out);
        var start = text.LastIndexOf("\r\n\r\n", text.LastIndexOf("\r\n--", StringComparison.Ordinal) - 3, StringComparison.Ordinal) + 4;
        Assert.Equal(result.Out, Convert.FromBase64String(text[start..text.LastIndexOf("\r\n--", StringComparison.Ordinal)]));
        return result;

        void Absent(byte[] bytes)
        {
            foreach (var one in never) Assert.True(codes.All(c => bytes.AsSpan().IndexOf(c.GetBytes(one)) < 0), $"“{one}” came out");
        }
    }

    /// <summary>Seeded mutations: refused for a reason or rebuilt, and what is rebuilt stays as it is.</summary>
    public static void Fuzz(string name, byte[] seed, int rounds, SanitizePolicy? policy = null)
    {
        var random = new Random(20261121);
        var came = 0;
        for (var round = 0; round < rounds; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                if (bytes.Length < 2) break;
                var at = random.Next(bytes.Length);
                switch (random.Next(4))
                {
                    case 0:
                        bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(40))..]];
                        break;
                    case 1:
                        bytes = [.. bytes[..at], .. seed.AsSpan(random.Next(seed.Length - 1), 1), .. bytes[at..]];
                        break;
                    default:
                        bytes[at] = (byte)random.Next(256);
                        break;
                }
            }
            var result = Bench.Run(name, bytes, policy);
            Assert.True(result.Report.Refusal?.Code != "SAN-BUG-001", $"round {round}: {result.Report.Refusal?.What.En} {result.Report.Refusal?.Place}");
            if (result.Bytes is null) continue;
            came++;
            Assert.Equal(result.Out, Bench.Run(result.Report.Output!, result.Out, policy).Out);
        }
        Assert.True(came > 0, "nothing came out of any mutation");
    }
}
