using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Streams;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Archives.Zip;

/// <summary>Opens encrypted members with the passwords that a person gave: ZipCrypto (APPNOTE 6.1) and WinZip's AES (AE-1, AE-2; 128 to 256 bits).</summary>
internal sealed class ZipPasswords
{
    private const int AesIterations = 1000, AesSumBytes = 10;

    // The one that opened the last member comes first.
    private readonly List<byte[]> passwords = [];

    public ZipPasswords(IEnumerable<string> given)
    {
        foreach (var password in given)
        {
            passwords.Add(Encoding.UTF8.GetBytes(password));
            // Japanese Windows encodes passwords as it does names.
            if (!Ascii.IsValid(password) && TryCp932(password) is { } bytes) passwords.Add(bytes);
        }
    }

    /// <summary>The unpacked content.</summary>
    /// <exception cref="RefusedException">No password opens it (SAN-KIND-006), or it is encrypted in a way that isn't known (SAN-ZIP-020).</exception>
    public Scratch Open(ZipDirectory zip, ZipEntry entry, Job job)
    {
        if ((entry.Flags & 0x2040) != 0) throw Unknown(entry);
        for (var i = 0; i < passwords.Count; i++)
        {
            job.Budget.Check();
            var opened = entry.Method == 99 ? Aes(zip, entry, passwords[i], job) : Classic(zip, entry, passwords[i], job);
            if (opened is null) continue;
            if (i > 0) (passwords[0], passwords[i]) = (passwords[i], passwords[0]);
            return opened;
        }
        throw Refusals.Password(FileKind.Zip);
    }

    private static Scratch? Aes(ZipDirectory zip, ZipEntry entry, byte[] password, Job job)
    {
        if (Field(entry.Extra, 0x9901) is not [var version, 0, (byte)'A', (byte)'E', >= 1 and <= 3 and var strength, var low, var high, ..] || version is not (1 or 2)) throw Unknown(entry);
        var (saltBytes, keyBytes) = (4 + (4 * strength), 8 + (8 * strength));
        var dataBytes = entry.CompressedBytes - saltBytes - 2 - AesSumBytes;
        if (dataBytes < 0) throw Unknown(entry);
        Span<byte> head = stackalloc byte[18];
        head = head[..(saltBytes + 2)];
        using (var packed = zip.OpenPacked(entry)) packed.ReadExactly(head);
        var keys = Rfc2898DeriveBytes.Pbkdf2(password, head[..saltBytes], AesIterations, HashAlgorithmName.SHA1, (2 * keyBytes) + 2);
        if (!keys.AsSpan(2 * keyBytes).SequenceEqual(head[saltBytes..])) return null;

        // The sum first: what was not written with this password is not unpacked at all.
        using var body = zip.OpenPacked(entry);
        body.Position = saltBytes + 2;
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, keys.AsSpan(keyBytes, keyBytes));
        var buffer = new byte[1 << 16];
        for (var left = dataBytes; left > 0;)
        {
            var read = body.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0) throw Unknown(entry);
            hmac.AppendData(buffer, 0, read);
            left -= read;
        }
        Span<byte> sum = stackalloc byte[AesSumBytes];
        body.ReadExactly(sum);
        if (!CryptographicOperations.FixedTimeEquals(hmac.GetHashAndReset().AsSpan(0, AesSumBytes), sum)) return null;

        body.Position = saltBytes + 2;
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.Key = keys[..keyBytes];
        using var plain = new CounterStream(body, dataBytes, aes);
        return Unpack(zip, entry with { Method = (ushort)(low | (high << 8)) }, plain, version == 1, job);
    }

    private static Scratch? Classic(ZipDirectory zip, ZipEntry entry, byte[] password, Job job)
    {
        if (entry.CompressedBytes < 12) throw Unknown(entry);
        using var plain = new ClassicStream(zip.OpenPacked(entry), password);
        Span<byte> head = stackalloc byte[12];
        plain.ReadExactly(head);
        if (head[11] != entry.Crc >> 24 && !((entry.Flags & 8) != 0 && head[11] == entry.DosTime >> 8)) return null;
        try
        {
            return Unpack(zip, entry, plain, true, job);
        }
        catch (RefusedException e) when (e.Refusal.Code is "SAN-ZIP-004" or "SAN-ZIP-016" or "SAN-ZIP-017")
        {
            return null; // one wrong password in 256 passes the check byte
        }
    }

    private static Scratch Unpack(ZipDirectory zip, ZipEntry entry, Stream plain, bool hasCrc, Job job)
    {
        var scratch = job.NewScratch();
        try
        {
            using var stream = zip.Open(entry, plain, hasCrc, everyMethod: true);
            stream.CopyTo(scratch);
            return scratch;
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    private static RefusedException Unknown(ZipEntry entry) => Refusals.Broken(SafeName.Show(entry.Name), "SAN-ZIP-020", "暗号化の方式が分かりません", "it is encrypted in an unknown way");

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, int wanted)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4) break;
            if (id == wanted) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    private static byte[]? TryCp932(string password)
    {
        try
        {
            return Encodings.StrictCp932.GetBytes(password);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>AES in counter mode, the counter little-endian from 1.</summary>
    private sealed class CounterStream(Stream inner, long left, Aes aes) : ReadOnlyStream
    {
        private readonly byte[] counters = new byte[16 * 256], pad = new byte[16 * 256];
        private ulong counter;
        private int used = 16 * 256;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= read;
            for (var i = 0; i < read; i++)
            {
                if (used == pad.Length) Refill();
                buffer[i] ^= pad[used++];
            }
            return read;
        }

        private void Refill()
        {
            for (var at = 0; at < counters.Length; at += 16) BinaryPrimitives.WriteUInt64LittleEndian(counters.AsSpan(at), ++counter);
            aes.EncryptEcb(counters, pad, PaddingMode.None);
            used = 0;
        }
    }

    private sealed class ClassicStream : ReadOnlyStream
    {
        private static readonly uint[] Table = MakeTable();
        private readonly Stream inner;
        private uint key0 = 0x12345678, key1 = 0x23456789, key2 = 0x34567890;

        public ClassicStream(Stream inner, byte[] password)
        {
            this.inner = inner;
            foreach (var b in password) Update(b);
        }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            for (var i = 0; i < read; i++)
            {
                var t = (key2 & 0xFFFF) | 2;
                buffer[i] ^= (byte)((t * (t ^ 1)) >> 8);
                Update(buffer[i]);
            }
            return read;
        }

        private void Update(byte plain)
        {
            key0 = Table[(byte)(key0 ^ plain)] ^ (key0 >> 8);
            key1 = ((key1 + (byte)key0) * 134_775_813) + 1;
            key2 = Table[(byte)(key2 ^ (key1 >> 24))] ^ (key2 >> 8);
        }

        private static uint[] MakeTable()
        {
            var table = new uint[256];
            for (uint i = 0; i < 256; i++)
            {
                var value = i;
                for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320u);
                table[i] = value;
            }
            return table;
        }
    }
}
