using System.IO.Compression;
using Sekisho.Sanitizer.Archives;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Archives;

/// <summary>Deflate in one step agrees with the streaming reader of the framework, and what is damaged goes the long way to the same answer.</summary>
public sealed class LibDeflateTests
{
    private static readonly int[] Lengths = [0, 1, 2, 57, 128, 4_095, 65_536, 300_000];

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(6)]
    public void What_it_packs_the_framework_unpacks_and_the_other_way_round(int level)
    {
        foreach (var length in Lengths)
        {
            foreach (var plain in (byte[][])[Words(length), Noise(length)])
            {
                using var bare = new MemoryStream();
                LibDeflate.Pack(plain, level, zlib: false, bare);
                Assert.Equal(plain, Inflate(new DeflateStream(new MemoryStream(bare.ToArray()), CompressionMode.Decompress)));
                using var again = new MemoryStream();
                LibDeflate.Pack(plain, level, zlib: false, again);
                Assert.Equal(bare.ToArray(), again.ToArray());
                using var wrapped = new MemoryStream();
                LibDeflate.Pack(plain, level, zlib: true, wrapped);
                Assert.Equal(plain, Inflate(new ZLibStream(new MemoryStream(wrapped.ToArray()), CompressionMode.Decompress)));

                // Of nothing the framework makes nothing.
                if (length == 0) continue;
                var packed = RawZip.Deflate(plain);
                var into = new byte[length];
                Assert.Equal(Unpacked.Whole, LibDeflate.Unpack([.. packed, 1, 2, 3], into, out var read, out var written));
                Assert.Equal((packed.Length, length), (read, written));
                Assert.Equal(plain, into);
                Assert.Equal(Unpacked.TooLong, LibDeflate.Unpack(packed, into.AsSpan(1), out _, out _));
                if (packed.Length < 2_000)
                {
                    for (var cut = 0; cut < packed.Length; cut++) Assert.NotEqual(Unpacked.Whole, LibDeflate.Unpack(packed.AsSpan(0, cut), into, out _, out _));
                }
            }
        }
    }

    [Fact]
    public void A_damaged_member_gets_the_same_answer_in_one_step_as_by_the_stream()
    {
        var random = new Random(20261121);
        var sound = new RawZip().Add("a.txt", System.Text.Encoding.ASCII.GetString(Words(3_000))).Finish();
        var (same, refused) = (0, 0);
        for (var i = 0; i < 2_000; i++)
        {
            var damaged = sound.ToArray();
            for (var times = random.Next(0, 3); times > 0; times--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (Try(() => ZipDirectory.Read(Source.Of(damaged), Budget(), ZipDirectory.DecodeName).Entries) is not ({ Count: 1 } entries, _)) continue;
            var quick = Try(() => ZipDirectory.Read(Source.Of(damaged), Budget(), ZipDirectory.DecodeName).ReadWhole(entries[0]));
            var slow = Try(() => Inflate(ZipDirectory.Read(Source.Of(damaged), Budget(), ZipDirectory.DecodeName).Open(entries[0])));
            Assert.Equal(slow.Code, quick.Code);
            Assert.Equal(slow.Result, quick.Result);
            if (slow.Code is null) same++;
            else refused++;
        }
        Assert.True(same > 100 && refused > 100, $"{same} {refused}");
    }

    private static Budget Budget() => new(SanitizePolicy.Default.Limits, 1 << 20, TimeProvider.System);

    private static (T? Result, string? Code) Try<T>(Func<T> act)
        where T : class
    {
        try
        {
            return (act(), null);
        }
        catch (RefusedException e)
        {
            return (null, e.Refusal.Code);
        }
    }

    private static byte[] Inflate(Stream stream)
    {
        using var plain = new MemoryStream();
        using (stream) stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Words(int length)
    {
        var random = new Random(length);
        var words = new byte[length];
        for (var i = 0; i < length; i++) words[i] = (byte)"<w:p><w:r><w:t xml:space=>abc</w:t>"[(i + random.Next(3)) % 34];
        return words;
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(length).NextBytes(noise);
        return noise;
    }
}
