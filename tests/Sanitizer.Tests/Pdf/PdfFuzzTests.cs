using System.Text;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>Mutations of real files, seeded and bounded: whatever comes in, only a refusal or a clean file comes out.</summary>
public sealed class PdfFuzzTests
{
    // SEKISHO_FUZZ_ROUNDS=20000 for a longer look.
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("SEKISHO_FUZZ_ROUNDS"), out var rounds) ? rounds : 250;

    private static readonly string[] Words = ["obj", "endobj", "stream", "endstream", "<<", ">>", "[", "]", "/Length 99999999", "/Kids", "/Parent 1 0 R", "1 0 R", "3 0 R", "-1", "99999999999", "/Filter/FlateDecode", "/Filter[/A85/LZW]", "BI", "ID", "EI", "(", ")", "%", "/Prev 0", "/W[8 8 8]", "/N 99999", "/First -5", "\0"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_mutation_makes_the_engine_fall(int seed)
    {
        var random = new Random(seed);
        var seeds = Seeds();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = seeds[random.Next(seeds.Count)].ToArray().ToList();
            for (var i = random.Next(1, 8); i > 0; i--) Mutate(bytes, random);
            var result = Bench.Run("a.pdf", bytes.ToArray());
            Assert.False(result.Report.Refusal?.Code == "SAN-BUG-001", $"seed {seed} round {round}: {result.Report.Refusal?.What.En} {result.Report.Refusal?.Place}");
            if (result.Bytes is null || result.Kind.Key != "pdf") continue;
            var again = Bench.Run("a.pdf", result.Bytes);
            Assert.True(again.Bytes is not null && again.Bytes.AsSpan().SequenceEqual(result.Bytes) && again.Report.Removed.Count == 0, $"seed {seed} round {round}: the second pass says {again.Report.Refusal?.Code} {string.Join(' ', again.Report.Removed)}");
        }
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        if (bytes.Count < 10) return;
        var at = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0: bytes[at] = (byte)random.Next(256); break;
            case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 2: bytes.InsertRange(at, Encoding.Latin1.GetBytes(Words[random.Next(Words.Length)])); break;
            case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)); break;
            case 4: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), Math.Min(60, bytes.Count / 2))); break;
            default: bytes.RemoveRange(at, bytes.Count - at); break;
        }
    }

    /// <summary>Small files of many features, and of the corpus where it is there.</summary>
    private static List<byte[]> Seeds()
    {
        var made = PdfMaker.Of("/Outlines 5 0 R/PageLabels<</Nums[0<</S/D>>]>>/Names<</Dests<</Names[(a)[3 0 R/Fit]]>>>>/AcroForm<</Fields[7 0 R]>>",
            "/Resources<</Font<</F 8 0 R>>/ColorSpace<</C[/Indexed/DeviceRGB 1(abcdef)]>>/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]/Function<</FunctionType 2/Domain[0 1]/N 1>>>>>>>>/Annots[7 0 R]",
            "<</First 6 0 R/Last 6 0 R/Count 1>>", "<</Title(t)/Parent 5 0 R/Dest(a)>>", "<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V(v)/Rect[0 0 9 9]>>", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
        made.AddFlate("/FunctionType 4/Domain[0 1]/Range[0 1]", "{ dup 0.5 gt { pop 1 } if }"u8);
        List<byte[]> seeds = [made.Build(), Bench.Run("a.pdf", made.Build()).Out, PdfPrograms.Qpdf(made.Build(), "--encrypt", "", "o", "128", "--use-aes=y", "--"), PdfPrograms.Qpdf(made.Build(), "--object-streams=generate")];
        if (Bench.Corpus is { } corpus) seeds.AddRange(Directory.GetFiles(Path.Combine(corpus, "pdf"), "*.pdf").Where(static f => new FileInfo(f).Length < 12_000).Order(StringComparer.Ordinal).Where(static (_, i) => i % 6 == 0).Select(File.ReadAllBytes));
        return seeds;
    }
}
