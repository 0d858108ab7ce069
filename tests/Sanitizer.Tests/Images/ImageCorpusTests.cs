using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Images;

/// <summary>Real pictures that nobody here made: all that are whole come out, and the second pass changes nothing.</summary>
public sealed class ImageCorpusTests
{
    /// <param name="least">How many come out at least.</param>
    [Theory]
    [InlineData("png", 269)]
    [InlineData("jpeg", 91)]
    public void Real_pictures_come_out_and_stay_as_they_are(string folder, int least)
    {
        if (Bench.Corpus is null) Assert.Skip("no corpus beside this checkout");
        var files = Directory.GetFiles(Path.Combine(Bench.Corpus, folder));
        Assert.NotEmpty(files);
        var wrong = new List<string>();
        var came = 0;
        foreach (var file in files)
        {
            var first = Bench.Run(Path.GetFileName(file), File.ReadAllBytes(file));
            if (first.Bytes is null)
            {
                if (first.Report.Refusal!.Code == "SAN-BUG-001") wrong.Add($"{file}: {first.Report.Refusal.What.En} {first.Report.Refusal.Place}");
                continue;
            }
            came++;
            Assert.Contains(first.Report.Outcome, (Outcome[])[Outcome.Rebuilt, Outcome.Converted]);
            var second = Bench.Run(first.Report.Output!, first.Out);
            if (second.Bytes is null || !second.Bytes.AsSpan().SequenceEqual(first.Bytes) || second.Report.Removed.Count > 0) wrong.Add($"{file}: {second.Report.Refusal?.Code} {string.Join("; ", second.Report.Removed)}");
        }
        Assert.Empty(wrong);
        Assert.True(came >= least, $"{came} of {files.Length} came out");
    }
}
