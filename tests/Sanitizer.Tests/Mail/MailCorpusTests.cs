using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Messages that nobody here wrote, and broken ones, before and after, read by two readers that know nothing of each other: Python's email package and GMime (judges.py). Nothing active, nothing lost without a name, subjects and texts as they were, and what we write is one message to both.</summary>
public sealed class MailCorpusTests
{
    private const int Broken = 4000;

    // Read otherwise by the judge, and looked at by hand: what stands there says why.
    private static readonly Dictionary<string, string> ReadOtherwise = new(StringComparer.Ordinal)
    {
        ["mail__bad_subject.eml gmime"] = "of encoded words side by side GMime takes each only up to its padding",
        ["mail__content_transfer_encoding_plain.eml gmime"] = "GMime drops 8-bit letters of what calls itself us-ascii",
        ["mail__raw_email6.eml gmime"] = "GMime drops 8-bit letters of what calls itself us-ascii",
        ["mail__invalid_subject_characters.eml gmime"] = "a subject of raw ISO-8859-1 that is also good CP932, which we take first",
        ["mimekit__message-partial.0.eml python"] = "a piece of a message: left out whole and told (E-12), with all files in it",
        ["mail__attachment_with_encoded_name.eml python"] = "its name is in ISO-8859-1, and Python gives U+FFFD for a letter of it",
    };

    [Fact]
    public void Every_message_comes_out_and_nothing_of_it_is_lost_without_a_name()
    {
        var folder = Bench.Corpus is null ? null : Path.Combine(Bench.Corpus, "eml");
        Assert.SkipUnless(Directory.Exists(folder), "../shared/corpus is not on this machine");
        var messages = Directory.EnumerateFiles(folder!).ToDictionary(static f => Path.GetFileName(f), File.ReadAllBytes, StringComparer.Ordinal);
        Assert.True(messages.Count > 100);
        var counts = Judged("corpus", messages);
        Assert.True(counts[0] > 90 && counts[1] > 50 && counts[2] > 30, string.Join(' ', counts));
        Assert.True(counts[3] > 90 && counts[4] > 50 && counts[5] > 30, string.Join(' ', counts));
    }

    [Fact]
    public void Of_broken_messages_what_any_reader_shows_comes_out_as_one_message_to_all()
    {
        var counts = Judged("made", Enumerable.Range(0, Broken).ToDictionary(static seed => seed.ToString("00000", CultureInfo.InvariantCulture), BrokenMail.Make, StringComparer.Ordinal));
        // They are worth reading: most parts are seen, and in many messages one reader sees what the other doesn't.
        Assert.True(counts[0] > Broken && counts[1] > Broken / 20, string.Join(' ', counts));
    }

    /// <summary>The counts that the judges print; fails for what they find wrong.</summary>
    private static List<int> Judged(string how, Dictionary<string, byte[]> messages)
    {
        var scratch = Directory.CreateTempSubdirectory("sekisho-mail");
        try
        {
            var (before, after) = (scratch.CreateSubdirectory("before"), scratch.CreateSubdirectory("after"));
            var refused = new List<string>();
            foreach (var (name, message) in messages)
            {
                File.WriteAllBytes(Path.Combine(before.FullName, name), message);
                var result = Bench.Mail(message, null, Bench.Policy("mail:\n  marks: none\n"));
                if (result.Bytes is null)
                {
                    refused.Add($"{name}: {result.Report.Refusal!.Code} {result.Report.Refusal.What.En} {result.Report.Refusal.Place}");
                    continue;
                }
                File.WriteAllBytes(Path.Combine(after.FullName, name), result.Out);
                File.WriteAllText(Path.Combine(after.FullName, name + ".told"), Told(result.Report));
            }
            Assert.Equal([], refused);
            var said = Opened.Run("/usr/bin/python3", "-X", "utf8", Script(), how, before.FullName, after.FullName).Trim().Split('\n');
            var wrong = said[..^1].Where(static l => !ReadOtherwise.ContainsKey(string.Join(' ', l.Split(' ').Take(2)))).ToList();
            Assert.True(wrong.Count == 0, $"{wrong.Count}: {said[^1]}\n{string.Join("\n", wrong.Take(200))}");
            return [.. said[^1].Split(' ')[1..].Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>What the report says of files: as they came, as they are now, and why not.</summary>
    private static string Told(FileReport report)
    {
        var told = new StringBuilder();
        foreach (var removal in report.Removed.Where(static r => r.Threat is "E-12" or "E-19" || r is { Threat: "E-04", Place: "Subject" } or { Threat: "E-16", What: "text behind the end of base64" })) told.AppendLine(CultureInfo.InvariantCulture, $"{removal.Threat} {removal.Place} {removal.What}");
        foreach (var member in report.Members) told.AppendLine(CultureInfo.InvariantCulture, $"{member.File} {member.Output} {member.Refusal?.Code}").Append(Told(member));
        return told.ToString();
    }

    private static string Script()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Sekisho.slnx"))) at = at.Parent;
        return Path.Combine(at.FullName, "tests/Sanitizer.Tests/Mail/judges.py");
    }
}
