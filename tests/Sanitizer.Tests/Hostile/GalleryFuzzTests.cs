using System.Globalization;
using System.IO.Compression;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Hostile files, changed at random: they end in typed refusals, or in what a second pass leaves as it is. Longer with SEKISHO_FUZZ_ROUNDS.</summary>
public sealed class GalleryFuzzTests
{
    private static readonly Disarmer Engine = new(Rebuilders.All, new BlankConverter(), TimeProvider.System);

    [Fact]
    public void Changed_hostile_files_are_refused_or_rebuilt_for_good()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("SEKISHO_FUZZ_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 6;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SEKISHO_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var chosen) ? chosen : 20261121;
        var files = Gallery.All.Where(static f => f.Bytes.Length < 60_000 && f.Threat is not ("G-03" or "Z-06")).ToList();
        var wrong = new List<string>();
        var (came, all) = (0, 0);
        for (var i = 0; i < files.Count; i++)
        {
            var random = new Random(seed + i);
            for (var round = 0; round < rounds; round++)
            {
                all++;
                var bytes = Changed(files[i].Bytes, files[random.Next(files.Count)].Bytes, random);
                var done = Bench.Run(Engine, files[i].Name, bytes);
                if (done.Report.Refusal is { Code: "SAN-BUG-001" } bug) wrong.Add($"{files[i]} round {round}: {bug.What.En} {bug.Place}");
                if (done.Bytes is null) continue;
                came++;
                var again = Bench.Run(Engine, "x." + done.Kind.Extension, done.Out);
                if (again.Bytes is null || !again.Out.AsSpan().SequenceEqual(done.Out)) wrong.Add($"{files[i]} round {round}: {done.Kind} changes in the second pass {again.Report.Refusal?.Code} {again.Report.Refusal?.What.En}");
            }
        }
        Assert.True(came > all / 10, $"{came} of {all}");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(40)));
    }

    /// <summary>A member of a zip is changed inside, or nothing would get past its checksum.</summary>
    private static byte[] Changed(byte[] file, byte[] other, Random random)
    {
        if (!file.AsSpan().StartsWith("PK"u8) || random.Next(4) == 0) return Change(file, other, random);
        try
        {
            using var zip = new ZipArchive(new MemoryStream(file));
            return HostileOoxml.Rewritten(file, zip.Entries[random.Next(zip.Entries.Count)].FullName, b => Change(b, other, random));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NotSupportedException)
        {
            return Change(file, other, random);
        }
    }

    private static byte[] Change(byte[] file, byte[] other, Random random)
    {
        var bytes = file.ToList();
        for (var i = random.Next(1, 6); i > 0 && bytes.Count > 8; i--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 24), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 4:
                    var from = random.Next(Math.Max(1, other.Length - 24));
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(24, other.Length - from)).ToArray());
                    break;
                default:
                    for (var k = 0; k < length; k++) bytes[at + k] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
            }
        }
        return [.. bytes];
    }
}
