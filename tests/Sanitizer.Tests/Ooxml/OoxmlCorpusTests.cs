using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class OoxmlCorpusTests
{
    // Neither Word, Excel nor PowerPoint, converted elsewhere, or broken on purpose: docs/formats/sanitizer-ooxml.md says why of each.
    private static readonly HashSet<string> NotOut = new(StringComparer.Ordinal)
    {
        "oletools__embedded-simple-2007.xlsb", "oletools__sample_with_external_link_to_doc.xlsb", "poi__62815.xlsb", "poi__60489.vsdx", "poi__testPPT.thmx", "poi__dcterms_bug_56479.zip", "poi__ContentTypeHasEntities.ooxml", "poi__poc-xmlbomb-empty.xlsx",
        "poi__clusterfuzz-testcase-minimized-POIXSSFFuzzer-5265527465181184.xlsx", "poi__clusterfuzz-testcase-minimized-POIXSSFFuzzer-5937385319563264.xlsx",
    };

    [Fact]
    public void Every_well_formed_document_comes_out_harmless_and_the_same_the_second_time()
    {
        if (Bench.Corpus is not { } corpus) return;
        var (count, wrong) = (0, new List<string>());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(corpus, "ooxml")).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            var result = Bench.Run(name, File.ReadAllBytes(file));
            if (result.Bytes is null || !result.Kind.IsOoxml)
            {
                // A package of another kind may come out as the zip that it is.
                Assert.NotEqual("SAN-BUG-001", result.Report.Refusal?.Code);
                if (!NotOut.Contains(name)) wrong.Add($"{name}: {result.Report.Refusal?.Code} {result.Report.Refusal?.Place} {result.Kind}");
                continue;
            }
            count++;
            var again = Bench.Run("a." + result.Kind.Extension, result.Bytes);
            if (again.Bytes is null || !again.Bytes.AsSpan().SequenceEqual(result.Bytes) || again.Report.Removed.Count > 0) wrong.Add($"{name}: another the second time");
            wrong.AddRange(IndependentReader.Look(result.Bytes).Findings.Select(f => $"{name}: {f}"));
        }
        Assert.Equal("", string.Join('\n', wrong));
        Assert.True(count >= 250, $"{count} came out");
    }

    [Fact]
    public void The_SDK_finds_no_new_errors_in_what_comes_out()
    {
        if (Bench.Corpus is not { } corpus) return;
        var (count, wrong) = (0, new List<string>());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(corpus, "ooxml")).Order(StringComparer.Ordinal).Where(static (_, i) => i % 5 == 2))
        {
            var input = File.ReadAllBytes(file);
            if (input.Length > 200_000) continue;
            var result = Bench.Run(Path.GetFileName(file), input);
            if (result.Bytes is null || !result.Kind.IsOoxml || Errors(input, KindDetector.Detect(Rebuilding.Source.Of(input), file)) is not { } before) continue;
            count++;
            var after = Errors(result.Bytes, result.Kind);
            if (after is null) wrong.Add($"{Path.GetFileName(file)}: doesn't open");
            else wrong.AddRange(after.Except(before).Select(e => $"{Path.GetFileName(file)}: {e}"));
        }
        Assert.Equal("", string.Join('\n', wrong));
        Assert.True(count >= 35, $"{count} looked at");
    }

    [Fact]
    public void Damaged_documents_are_refused_and_never_surprise()
    {
        if (Bench.Corpus is not { } corpus) return;
        var random = new Random(20261121);
        var seeds = Directory.EnumerateFiles(Path.Combine(corpus, "ooxml")).Order(StringComparer.Ordinal).Where(static f => new FileInfo(f).Length < 40_000).Where(static (_, i) => i % 8 == 0).Select(File.ReadAllBytes).ToList();
        Assert.NotEmpty(seeds);
        for (var round = 0; round < 240; round++)
        {
            var input = seeds[random.Next(seeds.Count)];
            if (round % 3 == 0)
            {
                input = [.. input];
                for (var i = random.Next(1, 12); i > 0; i--) input[random.Next(input.Length)] = (byte)random.Next(256);
            }
            else
            {
                try
                {
                    input = PackageThreatTests.Edit(input, (_, content) => random.Next(3) == 0 ? Mutated(content, random) : content);
                }
                catch (InvalidDataException)
                {
                    continue;
                }
            }
            var result = Bench.Run("a.docx", input);
            Assert.False(result.Report.Refusal?.Code == "SAN-BUG-001", $"round {round}: {result.Report.Refusal?.What.En} {result.Report.Refusal?.Place}");
            if (result.Bytes is not null && result.Kind.IsOoxml) Assert.Empty(IndependentReader.Look(result.Bytes).Findings);
        }
    }

    private static byte[] Mutated(byte[] content, Random random)
    {
        if (content.Length == 0) return content;
        var text = content.ToList();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(text.Count);
            switch (random.Next(4))
            {
                case 0:
                    text[at] = (byte)random.Next(32, 127);
                    break;
                case 1:
                    text.RemoveRange(at, Math.Min(random.Next(1, 40), text.Count - at - 1));
                    break;
                case 2:
                    var piece = text.GetRange(at, Math.Min(random.Next(1, 200), text.Count - at));
                    text.InsertRange(random.Next(text.Count), piece);
                    break;
                default:
                    text.InsertRange(at, "<w:fldChar w:fldCharType=\"begin\"/>"u8.ToArray());
                    break;
            }
        }
        return [.. text];
    }

    /// <summary>What the SDK's validator says, without places; null when it can't open the file.</summary>
    private static HashSet<string>? Errors(byte[] document, FileKind kind)
    {
        try
        {
            using var stream = new MemoryStream();
            stream.Write(document);
            using OpenXmlPackage package = kind.Key[0] switch
            {
                'd' => WordprocessingDocument.Open(stream, false),
                'x' => SpreadsheetDocument.Open(stream, false),
                _ => PresentationDocument.Open(stream, false),
            };
            return [.. new OpenXmlValidator(FileFormatVersions.Office2019) { MaxNumberOfErrors = 300 }.Validate(package).Select(static e => $"{e.Id} {e.Node?.LocalName} {e.Description}")];
        }
        catch (Exception e) when (e is OpenXmlPackageException or InvalidDataException or FileFormatException or System.Xml.XmlException or ArgumentException or InvalidOperationException or KeyNotFoundException or NotSupportedException)
        {
            return null;
        }
    }
}
