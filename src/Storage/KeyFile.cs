using System.Security.Cryptography;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>A key in a file of its own, beside the data that it opens and never in the database (鍵ファイル).</summary>
/// <remarks>256 bits as Base64, readable by its owner only. What it seals is AES-256-GCM: nonce ‖ tag ‖ text, with a nonce from the system's generator each time.</remarks>
public sealed class KeyFile
{
    public const int KeyBytes = 32;

    private const int Nonce = 12, Tag = 16;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly byte[] key;

    private KeyFile(byte[] key) => this.key = key;

    /// <summary>Reads it, or makes it where nothing was sealed with it yet.</summary>
    /// <param name="isNeeded">True where something was sealed before: with a new key it would be lost.</param>
    /// <param name="unusable">What to say when it is gone or unreadable; takes the reason.</param>
    /// <param name="readByOthers">What to say when other users of the machine could read it.</param>
    /// <exception cref="StorageException">One of the two.</exception>
    public static KeyFile Open(string path, Func<bool> isNeeded, Func<string, StorageException> unusable, Func<StorageException> readByOthers)
    {
        ArgumentNullException.ThrowIfNull(isNeeded);
        ArgumentNullException.ThrowIfNull(unusable);
        ArgumentNullException.ThrowIfNull(readByOthers);
        if (!File.Exists(path))
        {
            if (isNeeded()) throw unusable("");
            Make(path);
        }
        if ((File.GetUnixFileMode(path) & Others) != 0) throw readByOthers();
        try
        {
            var key = Convert.FromBase64String(File.ReadAllText(path).Trim());
            return key.Length == KeyBytes ? new KeyFile(key) : throw unusable($"{key.Length} bytes");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw unusable(e.Message);
        }
    }

    /// <summary>Seals with this key.</summary>
    /// <param name="about">What it is; opening it as something else fails.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> about = default) => Seal(key, plain, about);

    /// <summary>Opens what <see cref="Seal(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> made.</summary>
    /// <exception cref="CryptographicException">Made with another key, for something else, or changed.</exception>
    public byte[] Open(ReadOnlySpan<byte> untrusted, ReadOnlySpan<byte> about = default) => Open(key, untrusted, about);

    /// <summary>The same with a key that was itself sealed by a key file.</summary>
    /// <param name="key">256 bits.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> about)
    {
        var sealedBytes = new byte[Nonce + Tag + plain.Length];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, Nonce));
        using var aes = new AesGcm(key, Tag);
        aes.Encrypt(sealedBytes.AsSpan(0, Nonce), plain, sealedBytes.AsSpan(Nonce + Tag), sealedBytes.AsSpan(Nonce, Tag), about);
        return sealedBytes;
    }

    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> untrusted, ReadOnlySpan<byte> about)
    {
        if (untrusted.Length < Nonce + Tag) throw new CryptographicException("What is sealed is too short.");
        var plain = new byte[untrusted.Length - Nonce - Tag];
        using var aes = new AesGcm(key, Tag);
        aes.Decrypt(untrusted[..Nonce], untrusted[(Nonce + Tag)..], untrusted.Slice(Nonce, Tag), plain, about);
        return plain;
    }

    /// <summary>Whole or not at all: several servers may start at once, and the first one's key is everybody's.</summary>
    private static void Make(string path)
    {
        // A name of its own: two containers on one shared folder both are process 1.
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n"));
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(unfinished, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(unfinished);
        }
    }
}
