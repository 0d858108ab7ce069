using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Auditor;

/// <summary>A key to verify checkpoints with, from its text <c>name+id+base64</c>: ECDSA on P-256 with SHA-256, type 2 of C2SP signed-note.</summary>
internal sealed record NoteKey(string Name, byte[] Id, byte[] Spki)
{
    public static NoteKey? Parse(string text)
    {
        var parts = text.Trim().Split('+', 3);
        if (parts.Length != 3 || parts[0].Length == 0 || parts[0].Any(char.IsWhiteSpace)) return null;
        try
        {
            var key = Convert.FromBase64String(parts[2]);
            if (key.Length < 2 || key[0] != 2) return null;
            var spki = key[1..];
            var id = SHA256.HashData(spki)[..4];
            return Convert.ToHexStringLower(id) == parts[1] ? new NoteKey(parts[0], id, spki) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>For comparing by eye or telephone with the key as received by another way: SHA-256 of the public key.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Spki));

    public bool Verifies(byte[] text, byte[] signature)
    {
        using var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportSubjectPublicKeyInfo(Spki, out _);
            return ecdsa.KeySize == 256 && ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>A checkpoint as a signed note says it.</summary>
internal sealed record SignedCheckpoint(string Origin, ulong Size, byte[] Root)
{
    /// <summary>Null when the bytes aren't a checkpoint that this key signed; <paramref name="why"/> says which.</summary>
    public static SignedCheckpoint? Read(byte[] note, NoteKey key, out string why)
    {
        why = "unreadable";
        string whole;
        try
        {
            whole = new UTF8Encoding(false, true).GetString(note);
        }
        catch (ArgumentException)
        {
            return null;
        }
        if (whole.Any(static c => c < 0x20 && c != '\n')) return null;
        var split = whole.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || whole[^1] != '\n') return null;
        var text = whole[..(split + 1)];

        var signed = false;
        why = "unsigned";
        foreach (var line in whole[(split + 2)..].TrimEnd('\n').Split('\n'))
        {
            var words = line.Split(' ');
            if (words is not ["\u2014", var name, var encoded]) return null;
            byte[] blob;
            try
            {
                blob = Convert.FromBase64String(encoded);
            }
            catch (FormatException)
            {
                return null;
            }
            if (name != key.Name || blob.Length < 5 || !blob.AsSpan(0, 4).SequenceEqual(key.Id)) continue;
            if (!key.Verifies(Encoding.UTF8.GetBytes(text), blob[4..]))
            {
                why = "forged";
                return null;
            }
            signed = true;
        }
        if (!signed) return null;

        why = "unreadable";
        var lines = text.TrimEnd('\n').Split('\n');
        if (lines.Length < 3 || !ulong.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || lines[1] != size.ToString(CultureInfo.InvariantCulture)) return null;
        var root = new byte[33];
        if (!Convert.TryFromBase64String(lines[2], root, out var length) || length != 32) return null;
        return new SignedCheckpoint(lines[0], size, root[..32]);
    }
}
