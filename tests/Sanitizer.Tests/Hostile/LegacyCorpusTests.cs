using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Real old office files, and what a reader that nobody here wrote found in them (files.tsv of the corpus): the report tells the same. The conversion itself is left out: what it gives is rebuilt like any document.</summary>
public sealed class LegacyCorpusTests
{
    private static readonly Disarmer Engine = new(Rebuilders.All, new BlankConverter(), TimeProvider.System);

    [Fact]
    public void What_an_independent_reader_found_in_real_files_is_told()
    {
        Assert.SkipUnless(Bench.Corpus is not null, "../shared/corpus is not on this machine");
        var list = Path.Combine(Bench.Corpus!, "..", "files.tsv");
        var (seen, missed) = (0, new List<string>());
        foreach (var row in File.ReadLines(list).Skip(1).Select(static l => l.Split('\t')))
        {
            var expected = row[4].Split(',', StringSplitOptions.RemoveEmptyEntries).Where(static t => t[0] is 'O' or 'R' or 'D').ToList();
            if (expected.Count == 0) continue;
            var bytes = File.ReadAllBytes(Path.Combine(Bench.Corpus!, "..", row[0]));
            var kind = KindDetector.Detect(Source.Of(bytes), Path.GetFileName(row[0]));
            if (kind.Family != FileFamily.LegacyOffice) continue;
            seen++;
            var report = Bench.Run(Engine, Path.GetFileName(row[0]), bytes).Report;
            Assert.NotEqual("SAN-BUG-001", report.Refusal?.Code);
            // Damaged, or with a password: nothing came out of it at all.
            if (report.Refusal is not null) continue;
            var told = report.Removed.Select(static r => r.Threat).ToHashSet();
            // That reader counts the storage for objects also where nothing is in it; and in a binary workbook an OLE package is X-06.
            var isEmpty = CompoundFile.Is(bytes) && Cfb.Read(bytes).TrueForAll(static e => !e.Path.StartsWith("ObjectPool/", StringComparison.Ordinal));
            foreach (var threat in expected.Where(t => !told.Contains(t) && !(t == "O-05" && isEmpty && kind == FileKind.Doc) && !(t == "O-03" && kind == FileKind.Xlsb && told.Contains("X-06")))) missed.Add($"{Path.GetFileName(row[0])}: {threat}, told {string.Join(' ', told)}");
        }
        Assert.True(seen > 25, $"{seen} files");
        Assert.True(missed.Count == 0, string.Join('\n', missed));
    }

    [Fact]
    public void Reading_real_old_files_ends_in_typed_refusals_only()
    {
        Assert.SkipUnless(Bench.Corpus is not null, "../shared/corpus is not on this machine");
        var random = new Random(20261121);
        var (all, refused) = (0, new List<string>());
        foreach (var path in new[] { "ole2", "rtf", "odf", "ooxml", "xml" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Bench.Corpus!, f))).Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length > 300_000 || KindDetector.Detect(Source.Of(bytes), Path.GetFileName(path)).Family != FileFamily.LegacyOffice) continue;
            all++;
            var report = Bench.Run(Engine, Path.GetFileName(path), bytes).Report;
            Assert.True(report.Refusal?.Code != "SAN-BUG-001", $"{path}: {report.Refusal?.What.En} {report.Refusal?.Place}");
            if (report.Refusal is not null) refused.Add($"{Path.GetFileName(path)} {report.Refusal.Code}");
            for (var round = 0; round < 3; round++)
            {
                var changed = (byte[])bytes.Clone();
                for (var i = random.Next(1, 40); i > 0; i--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
                var refusal = Bench.Run(Engine, Path.GetFileName(path), random.Next(4) == 0 ? changed[..random.Next(changed.Length)] : changed).Report.Refusal;
                Assert.True(refusal?.Code != "SAN-BUG-001", $"{path} round {round}: {refusal?.What.En} {refusal?.Place}");
            }
        }
        Assert.True(all > 100, $"{all} files");
        Assert.True(refused.Count < all / 6, $"{refused.Count} of {all}\n{string.Join('\n', refused)}");
    }
}
