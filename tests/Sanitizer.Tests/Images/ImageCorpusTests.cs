using System.Diagnostics;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Images;

/// <summary>Real pictures that nobody here made: all that are whole come out, and the second pass changes nothing.</summary>
public sealed partial class ImageCorpusTests
{
    /// <param name="least">How many come out at least.</param>
    [Theory]
    [InlineData("png", 269)]
    [InlineData("jpeg", 91)]
    [InlineData("gif", 30)]
    [InlineData("bmp", 43)]
    [InlineData("tiff", 72)]
    [InlineData("webp", 10)]
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

    /// <summary>Pillow, which shares nothing with the engine, sees the same pixels before and after.</summary>
    /// <param name="differ">Those whose profile was turned into sRGB, or that Pillow reads by other rules: docs/formats/sanitizer-images.md.</param>
    [Theory]
    [InlineData("png", "pillow__[c-h]*", 30, 0)]
    [InlineData("jpeg", "poi__*", 5, 0)]
    [InlineData("gif", "pillow__d*", 7, 0)]
    [InlineData("bmp", "pillow__pal8*", 7, 1)]
    [InlineData("tiff", "pillow__*g4*", 8, 0)]
    [InlineData("tiff", "pillow__tiff*", 14, 0)]
    [InlineData("webp", "*", 10, 0)]
    public void An_independent_reader_sees_the_same_pixels(string folder, string pattern, int least, int differ)
    {
        const string Python = "/usr/bin/python3";
        if (Bench.Corpus is null) Assert.Skip("no corpus beside this checkout");
        if (!Directory.Exists("/usr/lib/python3/dist-packages/PIL")) Assert.Skip("no python3-pil");
        var start = pattern.IndexOf('[', StringComparison.Ordinal);
        var (before, after) = (Path.Combine(Bench.Corpus, folder), Directory.CreateTempSubdirectory("sekisho-pictures-"));
        try
        {
            foreach (var file in Directory.GetFiles(before, start < 0 ? pattern : pattern[..start] + "*").Where(f => start < 0 || Path.GetFileName(f)[start] is >= 'c' and <= 'h'))
            {
                if (Bench.Run(Path.GetFileName(file), File.ReadAllBytes(file)).Bytes is { } made) File.WriteAllBytes(Path.Combine(after.FullName, Path.GetFileName(file)), made);
            }
            var root = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(root, "Sekisho.slnx"))) root = Path.GetDirectoryName(root)!;
            using var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(root, "build", "compare-pictures.py"), before, after.FullName]) { RedirectStandardOutput = true })!;
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var counts = Counts().Match(said);
            Assert.True(counts.Success, said);
            Assert.True(int.Parse(counts.Groups[1].Value) >= least && int.Parse(counts.Groups[2].Value) <= differ && process.ExitCode == 0, said);
        }
        finally
        {
            after.Delete(true);
        }
    }

    [GeneratedRegex("same ([0-9]+), differ ([0-9]+), unreadable ([0-9]+)")]
    private static partial Regex Counts();
}
