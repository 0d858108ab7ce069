using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sekisho.Assurance;

/// <summary>A SHA-256 digest (ハッシュ値), 32 bytes held by value.</summary>
public readonly struct Sha256 : IEquatable<Sha256>
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int Size = 32;

    private readonly ulong a, b, c, d;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public Sha256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A SHA-256 digest has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (a, b, c, d) = (words[0], words[1], words[2], words[3]);
    }

    public static Sha256 Of(ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(content, digest);
        return new Sha256(digest);
    }

    public static async ValueTask<Sha256> OfAsync(Stream content, CancellationToken cancel = default)
    {
        var digest = new byte[Size];
        await SHA256.HashDataAsync(content, digest, cancel).ConfigureAwait(false);
        return new Sha256(digest);
    }

    /// <summary>False when the text is not 64 hexadecimal digits.</summary>
    public static bool TryParse(string? untrustedHex, out Sha256 digest)
    {
        digest = default;
        if (untrustedHex is not { Length: 2 * Size }) return false;
        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(untrustedHex, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        digest = new Sha256(bytes);
        return true;
    }

    public void CopyTo(Span<byte> destination)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(destination[..Size]);
        (words[0], words[1], words[2], words[3]) = (a, b, c, d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public bool Equals(Sha256 other) => a == other.a && b == other.b && c == other.c && d == other.d;
    public override bool Equals(object? obj) => obj is Sha256 other && Equals(other);
    public override int GetHashCode() => a.GetHashCode();
    public static bool operator ==(Sha256 left, Sha256 right) => left.Equals(right);
    public static bool operator !=(Sha256 left, Sha256 right) => !left.Equals(right);
}
