using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Images.Metafiles;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Tests.Hostile;
using Sekisho.Sanitizer.Tests.Ooxml;

namespace Sekisho.Sanitizer.Tests.Images;

public sealed class MetafileTests
{
    [Fact]
    public void Comments_and_escapes_of_metafiles_in_a_document_stay_behind_and_the_drawing_stays()
    {
        foreach (var (name, type, bytes) in new (string, string, byte[])[] { ("i.emf", "image/x-emf", HostileImages.Emf()), ("i.wmf", "image/x-wmf", HostileImages.Wmf()) })
        {
            Assert.Contains("KAMAKIRI", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
            var made = Document(name, type, bytes);
            var result = made.Disarm("a.docx");
            Assert.Contains("X-30", result.Threats);
            Assert.DoesNotContain("KAMAKIRI", IndependentReader.Text(result.Out), StringComparison.Ordinal);
            var inside = IndependentReader.Look(result.Out).Parts.Single(p => p.Key.EndsWith(name[1..], StringComparison.Ordinal)).Value;
            Assert.Equal("", string.Join(", ", MetafileReader.Findings(inside)));
            // The line is there: move and line to, and nothing else but the end.
            Assert.Equal(name == "i.emf" ? [1u, 27, 54, 14] : [0x20Bu, 0x20C, 0x214, 0x213, 0], MetafileReader.Records(inside));

            // As pictures, where the policy says so: the converter isn't here, so a placeholder stands in its stead.
            var picture = made.Disarm("a.docx", "office:\n  metafiles: picture\n");
            Assert.DoesNotContain(IndependentReader.Look(picture.Out).Parts, static p => MetafileReader.IsEmf(p.Value) || MetafileReader.IsWmf(p.Value));
        }
    }

    [Fact]
    public void Only_what_is_understood_comes_out_and_all_that_was_understood_is_there()
    {
        // Pen, brush, font, words with distances, a bitmap of two by two, a path, a clip of two rectangles.
        byte[] Record(uint type, params ReadOnlySpan<int> values)
        {
            var bytes = new byte[8 + 4 * values.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, type);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length);
            for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8 + 4 * i), values[i]);
            return bytes;
        }
        byte[][] known =
        [
            Record(38, 1, 0, 3, 0, 0xFF), Record(37, 1), Record(39, 2, 2, 0xFF00, 3), Record(37, 2), Record(43, 1, 2, 30, 40), Record(22, 24), Record(24, 0x01_02_03),
            Record(84, 0, 0, 9, 9, 1, 0, 0, 5, 6, 2, 76, 0, 0, 0, 0, 0, 80, 0x0042_0041, 7, 8),
            Record(81, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 80, 40, 120, 16, 0, 0xCC0020, 2, 2, 40, 2, 2, 24 << 16 | 1, 0, 16, 0, 0, 0, 0, 0x030201, 0x060504, 0x090807, 0x0C0B0A),
            Record(59), Record(27, 1, 1), Record(54, 5, 5), Record(60), Record(64, 0, 0, 5, 5), Record(75, 64, 5, 32, 1, 2, 32, 0, 0, 9, 9, 0, 0, 4, 4, 5, 5, 9, 9), Record(40, 1),
        ];
        var whole = Emf([.. known, Record(70, 4, 0x30303030), Record(49, 3, 0), Record(48, 3)]);
        var out1 = Rebuilt(whole, out var threats) ?? throw new InvalidOperationException("not understood");
        Assert.Contains("X-30", threats);
        Assert.Equal([1, .. known.Select(static k => BinaryPrimitives.ReadUInt32LittleEndian(k)), 14], MetafileReader.Records(out1));
        // Each number is where it was; of the bitmap the bytes that fill up its rows are gone.
        foreach (var record in known.Where(static k => k[0] is not (81 or 82 or 84))) Assert.True(out1.AsSpan().IndexOf(record) > 0, $"record {record[0]} changed");
        Assert.True(out1.AsSpan().IndexOf("A\0B\0"u8) > 0);
        Assert.True(out1.AsSpan().IndexOf((byte[])[1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]) > 0 || out1.AsSpan().IndexOf((byte[])[1, 2, 3, 0, 4, 5, 0, 0, 7, 8, 9, 0, 10, 11, 0, 0]) > 0);
        Assert.Equal(out1, Rebuilt(out1, out threats));
        Assert.Empty(threats);

        foreach (var (why, record) in new (string, byte[])[]
        {
            ("a kind that nobody knows", Record(123, 1)), ("OpenGL", Record(102, 0)), ("points beyond the record", Record(4, 0, 0, 1, 1, 1_000_000, 1, 1)), ("points beyond all measure", Record(86, 0, 0, 1, 1, -1, 1)),
            ("counts that disagree", Record(8, 0, 0, 1, 1, 1, 2, 3, 1, 1, 2, 2)), ("an object without number", Record(38, 0, 0, 1, 0, 0)), ("a brush that is a bitmap", Record(39, 1, 5, 0, 0)), ("a matrix that is no number", Record(35, -1, 0, 0, 0, 0, 0)),
            ("words beyond the record", Record(84, 0, 0, 9, 9, 1, 0, 0, 5, 6, 2, 5000, 0, 0, 0, 0, 0, 80)), ("a bitmap beyond its record", Record(81, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 80, 40, 120, 160, 0, 0xCC0020, 2, 2, 40, 2, 2, 24 << 16 | 1, 0, 16, 0, 0, 0, 0, 1)),
            ("a bitmap packed as JPEG", Record(81, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 80, 40, 120, 16, 0, 0xCC0020, 2, 2, 40, 2, 2, 24 << 16 | 1, 4, 16, 0, 0, 0, 0, 1, 2, 3, 4)), ("EMF+ alone", Record(70, 20, 0x2B464D45, 0x4001, 12, 0)),
            ("a gradient to a corner that isn't there", Record(118, 0, 0, 9, 9, 1, 1, 0, 1, 1, 1, 1, 0, 7)), ("a state back to the future", Record(34, 1)),
        })
            Assert.True(Rebuilt(Emf([record]), out _) is null, why);
        Assert.Null(Rebuilt(whole[..^20], out _)); // no end
    }

    [Fact]
    public void A_file_hidden_in_points_or_pixels_becomes_a_picture()
    {
        var points = new int[4 + 1 + 8];
        points[4] = 4;
        (points[5], points[6], points[7]) = (0x04034B50, 0x14, 0x4B52414D);
        var bytes = new byte[8 + 4 * points.Length];
        (bytes[0], bytes[4]) = (4, (byte)bytes.Length);
        Buffer.BlockCopy(points, 0, bytes, 8, 4 * points.Length);
        Assert.NotNull(Rebuilt(Emf([bytes]), out _));
        var result = Document("i.emf", "image/x-emf", Emf([bytes])).Disarm("a.docx");
        Assert.DoesNotContain(IndependentReader.Look(result.Out).Parts, static p => MetafileReader.IsEmf(p.Value));
    }

    [Fact]
    public void Metafiles_of_the_corpus_are_understood_and_their_mutations_are_harmless_or_none()
    {
        if (Bench.Corpus is not { } corpus) return;
        var seeds = Corpus(corpus).ToList();
        var not = new List<string>();
        var random = new Random(96);
        var (mutated, rounds) = (0, int.TryParse(Environment.GetEnvironmentVariable("SEKISHO_FUZZ_ROUNDS"), out var given) ? given : 60);
        foreach (var (name, bytes) in seeds)
        {
            var made = Rebuilt(bytes, out _);
            if (made is null)
            {
                not.Add(name);
                continue;
            }
            Assert.Equal("", $"{string.Join(", ", MetafileReader.Findings(made).Distinct().Select(f => $"{name}: {f}"))}");
            Assert.Equal(made, Rebuilt(made, out var threats));
            Assert.Empty(threats);
            for (var round = 0; round < rounds; round++)
            {
                if (Rebuilt(ImageFuzz.Mutate(bytes, random), out _) is not { } still) continue;
                mutated++;
                Assert.Equal("", string.Join(", ", MetafileReader.Findings(still).Distinct()));
                Assert.Equal(still, Rebuilt(still, out _));
            }
        }
        Assert.True(seeds.Count >= 50 && mutated > 500, $"{seeds.Count} metafiles, {mutated} mutations came out");
        Assert.True(not.Count <= 1, $"{not.Count} of {seeds.Count} not understood: {string.Join(", ", not)}");
    }

    internal static IEnumerable<(string Name, byte[] Bytes)> Corpus(string corpus)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(corpus, "emf")).Concat(Directory.EnumerateFiles(Path.Combine(corpus, "wmf"))).Order(StringComparer.Ordinal)) yield return (Path.GetFileName(file), File.ReadAllBytes(file));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(corpus, "ooxml")).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            ZipArchive zip;
            try
            {
                zip = new(stream);
            }
            catch (InvalidDataException)
            {
                continue;
            }
            foreach (var entry in zip.Entries.Where(static e => e.Name.EndsWith(".emf", StringComparison.OrdinalIgnoreCase) || e.Name.EndsWith(".wmf", StringComparison.OrdinalIgnoreCase)))
            {
                using var content = new MemoryStream();
                using (var part = entry.Open()) part.CopyTo(content);
                yield return ($"{Path.GetFileName(file)}/{entry.Name}", content.ToArray());
            }
        }
    }

    private static Made Document(string name, string type, byte[] metafile) =>
        Made.Word("<w:p><w:r><w:pict><v:shape id=\"s\"><v:imagedata r:id=\"rId2\"/></v:shape></w:pict></w:r></w:p>").Part($"word/media/{name}", type, metafile).To("word/document.xml", "rId2", "image", $"media/{name}");

    private static byte[] Emf(byte[][] records)
    {
        var header = new byte[88];
        foreach (var (at, value) in new (int, int)[] { (0, 1), (4, 88), (16, 100), (20, 100), (32, 2_000), (36, 2_000), (40, 0x464D4520), (44, 0x10000), (72, 1_000), (76, 1_000), (80, 300), (84, 300) }) BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(at), value);
        return [.. header, .. records.SelectMany(static r => r), 14, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 20, 0, 0, 0];
    }

    internal static byte[]? Rebuilt(byte[] bytes, out List<string> threats)
    {
        var job = new Job(new Disarmer([], new NoConverter(), TimeProvider.System), SanitizePolicy.Default, new Budget(SanitizePolicy.Default.Limits, bytes.Length, TimeProvider.System), [], null);
        var made = MetafileReader.IsEmf(bytes) ? EnhancedMetafile.Rebuild(bytes, job, "") : WindowsMetafile.Rebuild(bytes, job, "");
        threats = [.. job.Removed.Select(static r => r.Threat)];
        return made;
    }
}
