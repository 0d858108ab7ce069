using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Ledger;

/// <summary>A public key that notes are verified with (検証鍵): ECDSA on P-256 over SHA-256, signature type 0x02.</summary>
/// <remarks>May be used from several threads. Source: C2SP signed-note; the key id is the SHA-256 of the SPKI alone.</remarks>
public sealed class NoteVerifier : IDisposable
{
    /// <summary>Signature type of ECDSA keys.</summary>
    public const byte Ecdsa = 0x02;

    private readonly ECDsa key;
    private readonly byte[] spki;

    private NoteVerifier(string name, ECDsa key, byte[] spki)
    {
        (Name, this.key, this.spki) = (name, key, spki);
        Id = IdOf(spki);
    }

    public string Name { get; }

    public uint Id { get; }

    /// <summary>SHA-256 of the public key, to compare by eye or telephone: 64 hexadecimal digits.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(spki));

    /// <summary>The same key under another log's name.</summary>
    public NoteVerifier For(string name) =>
        TryCreate(name, spki, out var renamed) ? renamed : throw new ArgumentException("A key's name has neither spaces nor +.", nameof(name));

    /// <param name="untrustedSpki">DER of SubjectPublicKeyInfo.</param>
    public static bool TryCreate(string untrustedName, ReadOnlySpan<byte> untrustedSpki, out NoteVerifier verifier)
    {
        verifier = null!;
        if (!SignedNote.IsKeyName(untrustedName)) return false;
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(untrustedSpki, out var read);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;
            if (read == untrustedSpki.Length && curve.IsNamed && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                verifier = new NoteVerifier(untrustedName, key, untrustedSpki.ToArray());
                return true;
            }
        }
        catch (CryptographicException)
        {
            // Not a key: false below.
        }
        key.Dispose();
        return false;
    }

    /// <summary>Reads <c>name+id+base64(type ‖ SPKI)</c>.</summary>
    public static bool TryParse(string? untrusted, out NoteVerifier verifier)
    {
        verifier = null!;
        if (untrusted?.Trim().Split('+', 3) is not [var name, var id, var encoded]) return false;
        if (id.Length != 8 || !uint.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)) return false;
        if (!StrictBase64.TryDecode(encoded, out var bytes) || bytes is not [Ecdsa, .. var spki] || IdOf(spki) != number) return false;
        return TryCreate(name, spki, out verifier);
    }

    public bool Verifies(string text, ReadOnlySpan<byte> untrustedSignature)
    {
        lock (key)
        {
            try
            {
                return key.VerifyData(Encoding.UTF8.GetBytes(text), untrustedSignature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            }
            catch (CryptographicException)
            {
                return false;
            }
        }
    }

    /// <summary>The key as auditors keep it: <c>name+id+base64(0x02 ‖ SPKI)</c>.</summary>
    public override string ToString() => $"{Name}+{Id:x8}+{Convert.ToBase64String([Ecdsa, .. spki])}";

    public void Dispose() => key.Dispose();

    private static uint IdOf(ReadOnlySpan<byte> spki)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(spki, digest);
        return BinaryPrimitives.ReadUInt32BigEndian(digest);
    }
}

/// <summary>The private key that checkpoints are signed with (署名鍵).</summary>
public sealed class NoteSigner : IDisposable
{
    private readonly ECDsa key;
    private readonly byte[] spki;
    private readonly uint id;

    /// <param name="key">A P-256 private key; the signer owns it from now on.</param>
    public NoteSigner(ECDsa key)
    {
        this.key = key;
        spki = key.ExportSubjectPublicKeyInfo();
        using var verifier = VerifierFor("check");
        id = verifier.Id;
    }

    /// <summary>A new key from the system's random source.</summary>
    public static NoteSigner Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The public half as DER of SubjectPublicKeyInfo.</summary>
    public byte[] ExportPublicKey() => spki.ToArray();

    /// <summary>The public half under a log's name.</summary>
    public NoteVerifier VerifierFor(string name) =>
        NoteVerifier.TryCreate(name, spki, out var verifier) ? verifier : throw new ArgumentException("Not a P-256 key, or not a key's name.", nameof(name));

    /// <summary>Signs a note's text, which ends in a newline, under a log's name.</summary>
    public byte[] Sign(string name, string text)
    {
        if (!text.EndsWith('\n') || !SignedNote.IsKeyName(name)) throw new ArgumentException("A note's text ends in a newline, and its signer has a name.", nameof(text));
        byte[] signature;
        lock (key)
        {
            signature = key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        return SignedNote.Write(text, [new NoteSignature(name, id, signature)]);
    }

    /// <summary>PKCS #8 in PEM. Secret.</summary>
    public string ToPem() => key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <returns>False when the text isn't the PEM of a P-256 private key.</returns>
    public static bool TryFromPem(string pem, out NoteSigner signer)
    {
        signer = null!;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            signer = new NoteSigner(key);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            return false;
        }
    }

    public void Dispose() => key.Dispose();
}
