using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class EncryptionTests
{
    private static readonly byte[] Plain = Made.Word("<w:p><w:r><w:t>秘密の本文</w:t></w:r></w:p>").Part("word/filler.bin", "", Seed(9, 6_000)).Bytes();

    [Theory]
    [InlineData("SHA512", 256)]
    [InlineData("SHA256", 128)]
    [InlineData("SHA1", 128)]
    public void X32_An_agile_document_opens_with_its_password_only(string hash, int bits)
    {
        var locked = Agile(Plain, "合言葉🔑", hash, bits);
        var result = Made.Check("機密.docx", locked, null, "wrong", "合言葉🔑");
        Assert.Equal("docx", result.Kind.Key);
        Assert.Contains("X-32", result.Threats);
        Assert.Contains("秘密の本文", IndependentReader.Text(result.Out), StringComparison.Ordinal);
        Assert.Equal("SAN-KIND-006", Bench.Run("a.docx", locked).Report.Refusal!.Code);
        Assert.Equal("SAN-KIND-006", Bench.Run("a.docx", locked, null, "wrong").Report.Refusal!.Code);
    }

    [Fact]
    public void X32_A_standard_document_opens_with_its_password_only()
    {
        var locked = Standard(Plain, "password1");
        Assert.Contains("秘密の本文", IndependentReader.Text(Made.Check("a.docx", locked, null, "password1").Out), StringComparison.Ordinal);
        Assert.Equal("SAN-KIND-006", Bench.Run("a.docx", locked, null, "password2").Report.Refusal!.Code);
    }

    [Fact]
    public void X32_Changed_content_and_endless_work_are_refused()
    {
        var locked = Agile(Plain, "p", "SHA512", 256, tamper: true);
        Assert.Equal("SAN-OOXML-008", Bench.Run("a.docx", locked, null, "p").Report.Refusal!.Code);
        Assert.Equal("SAN-OOXML-007", Bench.Run("a.docx", Agile(Plain, "p", "SHA512", 256, spins: 1, saidSpins: 900_000_000), null, "p").Report.Refusal!.Code);
        Assert.NotNull(Bench.Run("a.docx", Compound(("EncryptionInfo", [4, 0, 4, 0, 0x40, 0, 0, 0]), ("EncryptedPackage", new byte[16])), null, "p").Report.Refusal);
    }

    [Fact]
    public void X32_Documents_of_the_corpus_open_with_their_known_passwords()
    {
        if (Bench.Corpus is not { } corpus) return;
        foreach (var (file, password) in new[] { ("poi__protected_agile.docx", "foobaa"), ("poi__protected_sha512.xlsx", "this is a test"), ("oletools__encrypted.xlsx", "VelvetSweatshop") })
        {
            var path = Path.Combine(corpus, "ole2", file);
            if (!File.Exists(path)) continue;
            var report = Bench.Run(file, File.ReadAllBytes(path), null, password).Report;
            Assert.True(report.Output is not null || report.Refusal!.Code == "SAN-KIND-006", $"{file}: {report.Refusal?.Code} {report.Refusal?.What.En}");
            if (file.StartsWith("poi__protected", StringComparison.Ordinal)) Assert.NotNull(report.Output);
        }
    }

    /// <summary>Encrypts by [MS-OFFCRYPTO] 2.3.4.10 to .15, written apart from the reader.</summary>
    private static byte[] Agile(byte[] plain, string password, string hash, int bits, int spins = 1_000, int saidSpins = -1, bool tamper = false)
    {
        var name = new HashAlgorithmName(hash);
        byte[] H(params byte[][] parts) => CryptographicOperations.HashData(name, parts.SelectMany(static p => p).ToArray());
        var (salt, dataSalt, secret) = (Seed(1, 16), Seed(2, 16), Seed(3, bits / 8));
        var spun = H(salt, Encoding.Unicode.GetBytes(password));
        for (var i = 0; i < spins; i++) spun = H(BitConverter.GetBytes(i), spun);
        byte[] Key(string block) => Exactly(H(spun, Convert.FromHexString(block)), bits / 8);
        var verifier = Seed(4, 16);
        var input = Cbc(Key("FEA7D2763B4B9E79"), salt, verifier);
        var value = Cbc(Key("D7AA0F6D3061344E"), salt, Padded(H(verifier)));
        var keyValue = Cbc(Key("146E0BE7ABACD0D6"), salt, Padded(secret));
        using var package = new MemoryStream();
        package.Write(BitConverter.GetBytes((long)plain.Length));
        for (var i = 0; i * 4096 < plain.Length; i++) package.Write(Cbc(secret, Exactly(H(dataSalt, BitConverter.GetBytes(i)), 16), Padded(plain.Skip(i * 4096).Take(4096).ToArray())));
        var sealedPackage = package.ToArray();
        var hmacKey = Seed(5, H().Length);
        var hmac = CryptographicOperations.HmacData(name, hmacKey, sealedPackage);
        var encryptedHmacKey = Cbc(secret, Exactly(H(dataSalt, Convert.FromHexString("5FB2AD010CB9E1F6")), 16), Padded(hmacKey));
        var encryptedHmac = Cbc(secret, Exactly(H(dataSalt, Convert.FromHexString("A0677F02B22C8433")), 16), Padded(hmac));
        if (tamper) sealedPackage[40] ^= 1;
        string B(byte[] bytes) => Convert.ToBase64String(bytes);
        var common = $"saltSize=\"16\" blockSize=\"16\" keyBits=\"{bits}\" hashSize=\"{H().Length}\" cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"{hash}\"";
        var xml = $"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><encryption xmlns=\"http://schemas.microsoft.com/office/2006/encryption\" xmlns:p=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><keyData {common} saltValue=\"{B(dataSalt)}\"/><dataIntegrity encryptedHmacKey=\"{B(encryptedHmacKey)}\" encryptedHmacValue=\"{B(encryptedHmac)}\"/><keyEncryptors><keyEncryptor uri=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><p:encryptedKey spinCount=\"{(saidSpins < 0 ? spins : saidSpins)}\" {common} saltValue=\"{B(salt)}\" encryptedVerifierHashInput=\"{B(input)}\" encryptedVerifierHashValue=\"{B(value)}\" encryptedKeyValue=\"{B(keyValue)}\"/></keyEncryptor></keyEncryptors></encryption>";
        return Compound(("EncryptionInfo", [4, 0, 4, 0, 0x40, 0, 0, 0, .. Encoding.UTF8.GetBytes(xml)]), ("EncryptedPackage", sealedPackage));
    }

    /// <summary>Encrypts by [MS-OFFCRYPTO] 2.3.4.5 to .9.</summary>
    private static byte[] Standard(byte[] plain, string password)
    {
        var salt = Seed(1, 16);
        var spun = Sha1([.. salt, .. Encoding.Unicode.GetBytes(password)]);
        for (var i = 0; i < 50_000; i++) spun = Sha1([.. BitConverter.GetBytes(i), .. spun]);
        var final = Sha1([.. spun, 0, 0, 0, 0]);
        var inner = Enumerable.Repeat((byte)0x36, 64).ToArray();
        for (var i = 0; i < 20; i++) inner[i] ^= final[i];
        using var aes = Aes.Create();
        aes.Key = Sha1(inner)[..16];
        var verifier = Seed(2, 16);
        var header = new byte[34];
        foreach (var (at, value) in new[] { (0, 0x24), (8, 0x660E), (12, 0x8004), (16, 128), (20, 0x18) }) BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(at), value);
        byte[] info = [4, 0, 2, 0, 0x24, 0, 0, 0, 34, 0, 0, 0, .. header, 16, 0, 0, 0, .. salt, .. aes.EncryptEcb(verifier, PaddingMode.None), 20, 0, 0, 0, .. aes.EncryptEcb(Padded(Sha1(verifier)), PaddingMode.None)];
        return Compound(("EncryptionInfo", info), ("EncryptedPackage", [.. BitConverter.GetBytes((long)plain.Length), .. aes.EncryptEcb(Padded(plain), PaddingMode.None)]));
    }

    /// <summary>A compound file of streams that are each long enough for whole sectors. Source: [MS-CFB].</summary>
    private static byte[] Compound(params (string Name, byte[] Content)[] streams)
    {
        var sectors = new List<byte[]>();
        var fat = new List<uint> { 0xFFFFFFFD };
        sectors.Add(new byte[512]);
        var directory = new byte[512];
        Entry(0, "Root Entry", 5, 1, 0xFFFFFFFE, 0);
        sectors.Add(directory);
        fat.Add(0xFFFFFFFE);
        for (var i = 0; i < streams.Length; i++)
        {
            // Longer than the small-stream limit, so that no mini stream is needed: the rest is zeros.
            var content = streams[i].Content.Length >= 4_096 ? streams[i].Content : [.. streams[i].Content, .. Encoding.ASCII.GetBytes(new string(streams[i].Name == "EncryptionInfo" ? ' ' : '\0', 4_096 - streams[i].Content.Length))];
            Entry(i + 1, streams[i].Name, 2, i + 1 < streams.Length ? (uint)(i + 2) : 0xFFFFFFFF, (uint)sectors.Count, content.Length);
            for (var at = 0; at < content.Length; at += 512)
            {
                var sector = new byte[512];
                content.AsSpan(at, Math.Min(512, content.Length - at)).CopyTo(sector);
                sectors.Add(sector);
                fat.Add(at + 512 < content.Length ? (uint)sectors.Count : 0xFFFFFFFE);
            }
        }
        Assert.True(fat.Count <= 128);
        for (var i = 0; i < 128; i++) BinaryPrimitives.WriteUInt32LittleEndian(sectors[0].AsSpan(i * 4), i < fat.Count ? fat[i] : 0xFFFFFFFF);
        var header = new byte[512];
        Convert.FromHexString("D0CF11E0A1B11AE1").CopyTo(header, 0);
        foreach (var (at, value) in new[] { (24, 0x3E), (26, 3), (28, 0xFFFE), (30, 9), (32, 6) }) BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(at), (ushort)value);
        foreach (var (at, value) in new[] { (44, 1u), (48, 1u), (56, 4096u), (60, 0xFFFFFFFEu), (68, 0xFFFFFFFEu), (76, 0u) }) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), value);
        for (var i = 1; i < 109; i++) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76 + (i * 4)), 0xFFFFFFFF);
        return [.. header, .. sectors.SelectMany(static s => s)];

        void Entry(int index, string name, byte type, uint next, uint start, long length)
        {
            var at = directory.AsSpan(index * 128, 128);
            Encoding.Unicode.GetBytes(name).CopyTo(at);
            BinaryPrimitives.WriteUInt16LittleEndian(at[64..], (ushort)((name.Length + 1) * 2));
            at[66] = type;
            at[67] = 1;
            BinaryPrimitives.WriteUInt32LittleEndian(at[68..], 0xFFFFFFFF);
            BinaryPrimitives.WriteUInt32LittleEndian(at[72..], type == 5 ? 0xFFFFFFFF : next);
            BinaryPrimitives.WriteUInt32LittleEndian(at[76..], type == 5 ? next : 0xFFFFFFFF);
            BinaryPrimitives.WriteUInt32LittleEndian(at[116..], type == 5 ? 0xFFFFFFFE : start);
            BinaryPrimitives.WriteInt64LittleEndian(at[120..], length);
        }
    }

    private static byte[] Sha1(byte[] bytes) => CryptographicOperations.HashData(HashAlgorithmName.SHA1, bytes);

    private static byte[] Seed(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Exactly(byte[] value, int length) => [.. value.Take(length), .. Enumerable.Repeat((byte)0x36, Math.Max(0, length - value.Length))];

    private static byte[] Padded(byte[] value) => [.. value, .. new byte[(16 - (value.Length % 16)) % 16]];

    private static byte[] Cbc(byte[] key, byte[] iv, byte[] plain)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptCbc(plain, iv, PaddingMode.None);
    }
}
