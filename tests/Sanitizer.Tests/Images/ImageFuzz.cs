namespace Sekisho.Sanitizer.Tests.Images;

/// <summary>Mutations, and what may become of them.</summary>
internal static class ImageFuzz
{
    public static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = (byte[])seed.Clone();
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[random.Next(Math.Min(600, bytes.Length))] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                case 3:
                    bytes[at] = (byte)(random.Next(2) * 255);
                    break;
                default:
                    var length = Math.Min(random.Next(64), bytes.Length - at);
                    Array.Copy(bytes, at, bytes, random.Next(bytes.Length - length + 1), length);
                    break;
            }
        }
        return bytes;
    }

    /// <summary>Refused with a typed reason, or out and the same the second time.</summary>
    public static bool Check(byte[] bytes)
    {
        var done = Bench.Run("x", bytes);
        if (done.Bytes is null)
        {
            Assert.True(done.Report.Refusal!.Code != "SAN-BUG-001", $"{done.Report.Refusal.What.En} {done.Report.Refusal.Place} {(bytes.Length < 3000 ? Convert.ToBase64String(bytes) : "")}");
            return false;
        }
        var again = Bench.Run("x", done.Bytes);
        Assert.True(again.Bytes is not null && again.Bytes.AsSpan().SequenceEqual(done.Bytes) && again.Report.Removed.Count == 0, $"not stable: {again.Report.Refusal?.Code} {string.Join("; ", again.Report.Removed)} {(bytes.Length < 3000 ? Convert.ToBase64String(bytes) : "")}");
        return true;
    }
}
