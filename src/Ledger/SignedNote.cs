using System.Text;

namespace Sekisho.Ledger;

/// <summary>One signature line of a note. The signature counts for nothing until a known key has verified it.</summary>
public sealed record NoteSignature(string UntrustedKeyName, uint KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>A text with signatures, not yet verified. Source: C2SP signed-note.</summary>
/// <param name="UntrustedText">The signed text with its last newline.</param>
public sealed record SignedNote(string UntrustedText, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>A note longer than this isn't read. Post-quantum signatures take 5 kB, and 16 of them must fit.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxSignatures = 64;
    private const string Dash = "\u2014 ";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The note as bytes, ready to be signed once more or sent.</summary>
    public static byte[] Write(string text, IEnumerable<NoteSignature> signatures)
    {
        var note = new StringBuilder(text).Append('\n');
        foreach (var signature in signatures)
        {
            var blob = new byte[4 + signature.Signature.Length];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(blob, signature.KeyId);
            signature.Signature.Span.CopyTo(blob.AsSpan(4));
            note.Append(Dash).Append(signature.UntrustedKeyName).Append(' ').Append(Convert.ToBase64String(blob)).Append('\n');
        }
        return StrictUtf8.GetBytes(note.ToString());
    }

    /// <returns>False when the bytes aren't a note; the content never makes it throw.</returns>
    public static bool TryRead(ReadOnlySpan<byte> untrusted, out SignedNote note)
    {
        note = new SignedNote("", []);
        if (untrusted.Length > MaxBytes) return false;
        foreach (var c in untrusted)
        {
            if (c < 0x20 && c != '\n') return false;
        }

        string whole;
        try
        {
            whole = StrictUtf8.GetString(untrusted);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        // The last empty line divides text and signatures.
        var split = whole.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !whole.EndsWith('\n')) return false;
        var text = whole[..(split + 1)];
        var lines = whole[(split + 2)..].Split('\n');
        if (lines.Length < 2 || lines.Length - 1 > MaxSignatures) return false;

        var signatures = new List<NoteSignature>(lines.Length - 1);
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            if (!line.StartsWith(Dash, StringComparison.Ordinal)) return false;
            var rest = line[Dash.Length..];
            var space = rest.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !IsKeyName(rest.AsSpan(0, space)) || !StrictBase64.TryDecode(rest[(space + 1)..], out var blob) || blob.Length < 5) return false;
            signatures.Add(new NoteSignature(rest[..space], System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(blob), blob.AsMemory(4)));
        }
        note = new SignedNote(text, signatures);
        return true;
    }

    /// <summary>Judges the note by the keys that the reader trusts.</summary>
    public NoteJudgement Judge(params IReadOnlyCollection<NoteVerifier> trusted)
    {
        var signers = new List<string>();
        foreach (var signature in Signatures)
        {
            var key = trusted.FirstOrDefault(k => k.Name == signature.UntrustedKeyName && k.Id == signature.KeyId);
            if (key is null) continue;
            if (!key.Verifies(UntrustedText, signature.Signature.Span)) return new NoteJudgement.Forged(key.Name);
            signers.Add(key.Name);
        }
        return signers.Count == 0 ? new NoteJudgement.UnknownSigner() : new NoteJudgement.Verified(UntrustedText, signers);
    }

    /// <summary>A key's name is not empty and has neither spaces nor +.</summary>
    public static bool IsKeyName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return false;
        foreach (var c in name)
        {
            if (c == '+' || char.IsWhiteSpace(c) || char.IsControl(c)) return false;
        }
        return true;
    }
}

/// <summary>What the signatures of a note are worth to one who trusts certain keys.</summary>
public abstract record NoteJudgement
{
    private NoteJudgement()
    {
    }

    public abstract T Match<T>(Func<Verified, T> verified, Func<UnknownSigner, T> unknownSigner, Func<Forged, T> forged);

    /// <summary>At least one trusted key signed it, and no signature under a trusted key's name is wrong.</summary>
    public sealed record Verified(string Text, IReadOnlyList<string> Signers) : NoteJudgement
    {
        public override T Match<T>(Func<Verified, T> verified, Func<UnknownSigner, T> unknownSigner, Func<Forged, T> forged) => verified(this);
    }

    /// <summary>No signature is by a trusted key.</summary>
    public sealed record UnknownSigner : NoteJudgement
    {
        public override T Match<T>(Func<Verified, T> verified, Func<UnknownSigner, T> unknownSigner, Func<Forged, T> forged) => unknownSigner(this);
    }

    /// <summary>A signature claims a trusted key and is wrong.</summary>
    public sealed record Forged(string KeyName) : NoteJudgement
    {
        public override T Match<T>(Func<Verified, T> verified, Func<UnknownSigner, T> unknownSigner, Func<Forged, T> forged) => forged(this);
    }
}
