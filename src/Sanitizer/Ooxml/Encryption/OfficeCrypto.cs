using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Encryption;

/// <summary>Opens password-protected documents (パスワード付き Office 文書): agile and standard encryption. Source: [MS-OFFCRYPTO] 2.3.4.</summary>
internal static class OfficeCrypto
{
    private const int MostSpins = 2_000_000, SegmentBytes = 4_096, StandardSpins = 50_000;

    private static readonly byte[] VerifierInput = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79], VerifierValue = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E], KeyValue = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];
    private static readonly byte[] HmacKey = [0x5F, 0xB2, 0xAD, 0x01, 0x0C, 0xB9, 0xE1, 0xF6], HmacValue = [0xA0, 0x67, 0x7F, 0x02, 0xB2, 0x2C, 0x84, 0x33];

    /// <summary>The document inside.</summary>
    /// <param name="info">The stream EncryptionInfo.</param>
    /// <param name="package">The stream EncryptedPackage.</param>
    /// <returns>Null when the password is another.</returns>
    /// <exception cref="RefusedException">The form of encryption is unknown, or the content was changed.</exception>
    public static byte[]? Open(byte[] info, byte[] package, string password, Budget budget)
    {
        if (info.Length < 8 || package.Length < 8) throw OoxmlRefusals.Encryption("見出しがありません", "the headers are missing");
        var (major, minor) = (BinaryPrimitives.ReadUInt16LittleEndian(info), BinaryPrimitives.ReadUInt16LittleEndian(info.AsSpan(2)));
        try
        {
            if (minor == 4 && major == 4) return Agile(info.AsSpan(8).ToArray(), package, password, budget);
            if (minor == 2 && major is 2 or 3 or 4) return Standard(info, package, password, budget);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException or OverflowException)
        {
            throw OoxmlRefusals.Encryption("値が仕様と合いません", "its values are against the specification");
        }
        throw OoxmlRefusals.Encryption($"版 {major}.{minor}", $"version {major}.{minor}");
    }

    private static byte[]? Agile(byte[] xml, byte[] package, string password, Budget budget)
    {
        var (data, integrity, key) = ReadAgile(xml);
        var spins = int.Parse(key["spinCount"], CultureInfo.InvariantCulture);
        if (spins is < 0 or > MostSpins) throw OoxmlRefusals.Encryption("繰り返しの回数が多すぎます", "its spin count is too large");
        var keyHash = Hash(key["hashAlgorithm"]);
        var salt = Convert.FromBase64String(key["saltValue"]);
        var keyBytes = KeyBytes(key);
        var spun = Spin(keyHash, salt, password, spins, budget);
        var iv = Fit(salt, BlockBytes(key));
        var input = Cbc(Derive(keyHash, spun, VerifierInput, keyBytes), iv, Convert.FromBase64String(key["encryptedVerifierHashInput"]));
        var verifier = Cbc(Derive(keyHash, spun, VerifierValue, keyBytes), iv, Convert.FromBase64String(key["encryptedVerifierHashValue"]));
        var expected = CryptographicOperations.HashData(keyHash, input.AsSpan(0, Math.Min(input.Length, int.Parse(key["saltSize"], CultureInfo.InvariantCulture))));
        if (verifier.Length < expected.Length || !CryptographicOperations.FixedTimeEquals(expected, verifier.AsSpan(0, expected.Length))) return null;
        var secret = Cbc(Derive(keyHash, spun, KeyValue, keyBytes), iv, Convert.FromBase64String(key["encryptedKeyValue"]))[..keyBytes];

        var dataHash = Hash(data["hashAlgorithm"]);
        var dataSalt = Convert.FromBase64String(data["saltValue"]);
        var block = BlockBytes(data);
        if (integrity is not null) CheckIntegrity(dataHash, dataSalt, block, secret, integrity, package);
        return Segments(package, budget, (cipher, number) =>
        {
            var seed = new byte[dataSalt.Length + 4];
            dataSalt.CopyTo(seed, 0);
            BinaryPrimitives.WriteInt32LittleEndian(seed.AsSpan(dataSalt.Length), number);
            return Cbc(secret, Fit(CryptographicOperations.HashData(dataHash, seed), block), cipher);
        });
    }

    private static void CheckIntegrity(HashAlgorithmName hash, byte[] salt, int block, byte[] secret, Dictionary<string, string> integrity, byte[] package)
    {
        var size = CryptographicOperations.HashData(hash, []).Length;
        var key = Cbc(secret, Fit(CryptographicOperations.HashData(hash, [.. salt, .. HmacKey]), block), Convert.FromBase64String(integrity["encryptedHmacKey"]));
        var value = Cbc(secret, Fit(CryptographicOperations.HashData(hash, [.. salt, .. HmacValue]), block), Convert.FromBase64String(integrity["encryptedHmacValue"]));
        if (key.Length < size || value.Length < size || !CryptographicOperations.FixedTimeEquals(CryptographicOperations.HmacData(hash, key.AsSpan(0, size), package), value.AsSpan(0, size))) throw OoxmlRefusals.Tampered();
    }

    private static byte[]? Standard(byte[] info, byte[] package, string password, Budget budget)
    {
        var headerSize = BinaryPrimitives.ReadInt32LittleEndian(info.AsSpan(8));
        if (headerSize < 32 || info.Length < 12 + headerSize + 72) throw OoxmlRefusals.Encryption("見出しが短すぎます", "its header is too short");
        var header = info.AsSpan(12, headerSize);
        var (algorithm, hash, keyBits) = (BinaryPrimitives.ReadInt32LittleEndian(header[8..]), BinaryPrimitives.ReadInt32LittleEndian(header[12..]), BinaryPrimitives.ReadInt32LittleEndian(header[16..]));
        if (algorithm is not (0x660E or 0x660F or 0x6610) || hash is not (0x8004 or 0) || keyBits is not (128 or 192 or 256)) throw OoxmlRefusals.Encryption("AES と SHA-1 ではありません", "it is not AES with SHA-1");
        var verifier = info.AsSpan(12 + headerSize);
        if (BinaryPrimitives.ReadInt32LittleEndian(verifier) != 16) throw OoxmlRefusals.Encryption("ソルトの長さが違います", "its salt has the wrong length");
        var spun = Spin(HashAlgorithmName.SHA1, verifier.Slice(4, 16).ToArray(), password, StandardSpins, budget);
        var final = Sha1([.. spun, 0, 0, 0, 0]);
        var key = (byte[])[.. Sha1(Pad(final, 0x36)), .. Sha1(Pad(final, 0x5C))];
        using var aes = Aes.Create();
        aes.Key = key[..(keyBits / 8)];
        var input = aes.DecryptEcb(verifier.Slice(20, 16), PaddingMode.None);
        var value = aes.DecryptEcb(verifier.Slice(40, 32), PaddingMode.None);
        if (!CryptographicOperations.FixedTimeEquals(Sha1(input), value.AsSpan(0, 20))) return null;
        return Segments(package, budget, (cipher, _) => aes.DecryptEcb(cipher, PaddingMode.None));
    }

    private static byte[] Segments(byte[] package, Budget budget, Func<byte[], int, byte[]> decrypt)
    {
        var length = BinaryPrimitives.ReadInt64LittleEndian(package);
        if (length < 0 || length > package.Length - 8) throw OoxmlRefusals.Encryption("中身の長さが合いません", "the length of its content doesn't match");
        var plain = new byte[length];
        for (var (at, number) = (0, 0); at < length; at += SegmentBytes, number++)
        {
            if ((number & 0xFF) == 0) budget.Check();
            var take = Math.Min(SegmentBytes, package.Length - 8 - at) & ~15;
            var piece = decrypt(package.AsSpan(8 + at, take).ToArray(), number);
            var count = (int)Math.Min(piece.Length, length - at);
            if (count < Math.Min(SegmentBytes, length - at)) throw OoxmlRefusals.Encryption("中身が途中で切れています", "its content is cut off");
            piece.AsSpan(0, count).CopyTo(plain.AsSpan(at));
        }
        return plain;
    }

    private static byte[] Spin(HashAlgorithmName hash, byte[] salt, string password, int spins, Budget budget)
    {
        var state = CryptographicOperations.HashData(hash, [.. salt, .. Encoding.Unicode.GetBytes(password)]);
        var input = new byte[4 + state.Length];
        for (var i = 0; i < spins; i++)
        {
            if ((i & 0x3FFF) == 0) budget.Check();
            BinaryPrimitives.WriteInt32LittleEndian(input, i);
            state.CopyTo(input, 4);
            CryptographicOperations.HashData(hash, input, state);
        }
        return state;
    }

    private static byte[] Derive(HashAlgorithmName hash, byte[] spun, byte[] block, int keyBytes) => Fit(CryptographicOperations.HashData(hash, [.. spun, .. block]), keyBytes);

    // What the format was made with in 2007; files are only read so.
    private static byte[] Sha1(byte[] bytes) => CryptographicOperations.HashData(HashAlgorithmName.SHA1, bytes);

    private static byte[] Fit(byte[] value, int length)
    {
        var fit = new byte[length];
        fit.AsSpan().Fill(0x36);
        value.AsSpan(0, Math.Min(length, value.Length)).CopyTo(fit);
        return fit;
    }

    private static byte[] Pad(byte[] value, byte with)
    {
        var pad = new byte[64];
        for (var i = 0; i < pad.Length; i++) pad[i] = (byte)(with ^ (i < value.Length ? value[i] : 0));
        return pad;
    }

    private static byte[] Cbc(byte[] key, byte[] iv, byte[] cipher)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptCbc(cipher, iv, PaddingMode.None);
    }

    private static int KeyBytes(Dictionary<string, string> of)
    {
        var bits = int.Parse(of["keyBits"], CultureInfo.InvariantCulture);
        return bits is 128 or 192 or 256 ? bits / 8 : throw OoxmlRefusals.Encryption("鍵の長さが違います", "its key has an impossible length");
    }

    private static int BlockBytes(Dictionary<string, string> of) => of["blockSize"] == "16" && of["cipherAlgorithm"] == "AES" && of["cipherChaining"] == "ChainingModeCBC" ? 16 : throw OoxmlRefusals.Encryption("AES の CBC ではありません", "it is not AES in CBC mode");

    private static HashAlgorithmName Hash(string name) => name switch
    {
        "SHA1" or "SHA-1" => HashAlgorithmName.SHA1,
        "SHA256" or "SHA-256" => HashAlgorithmName.SHA256,
        "SHA384" or "SHA-384" => HashAlgorithmName.SHA384,
        "SHA512" or "SHA-512" => HashAlgorithmName.SHA512,
        _ => throw OoxmlRefusals.Encryption("ハッシュが分かりません", "its hash is unknown"),
    };

    private static (Dictionary<string, string> Data, Dictionary<string, string>? Integrity, Dictionary<string, string> Key) ReadAgile(byte[] xml) => PackageXml.Guard("EncryptionInfo", () =>
    {
        Dictionary<string, string>? data = null, integrity = null, key = null;
        using var reader = PackageXml.Open(xml);
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            var name = reader.LocalName;
            while (reader.MoveToNextAttribute()) values[reader.LocalName] = reader.Value;
            if (name == "keyData") data ??= values;
            else if (name == "dataIntegrity") integrity ??= values;
            else if (name == "encryptedKey" && values.ContainsKey("spinCount")) key ??= values;
        }
        if (data is null || key is null) throw OoxmlRefusals.Encryption("パスワードで開く形ではありません", "it does not open by a password");
        foreach (var wanted in (ReadOnlySpan<string>)["saltValue", "saltSize", "keyBits", "blockSize", "hashAlgorithm", "cipherAlgorithm", "cipherChaining", "encryptedVerifierHashInput", "encryptedVerifierHashValue", "encryptedKeyValue"])
        {
            if (!key.ContainsKey(wanted)) throw OoxmlRefusals.Encryption($"{wanted} がありません", $"there is no {wanted}");
        }
        foreach (var wanted in (ReadOnlySpan<string>)["saltValue", "blockSize", "hashAlgorithm", "cipherAlgorithm", "cipherChaining"])
        {
            if (!data.ContainsKey(wanted)) throw OoxmlRefusals.Encryption($"{wanted} がありません", $"there is no {wanted}");
        }
        if (integrity is not null && !(integrity.ContainsKey("encryptedHmacKey") && integrity.ContainsKey("encryptedHmacValue"))) throw OoxmlRefusals.Encryption("検査値がありません", "there is no check value");
        return (data, integrity, key);
    });
}
