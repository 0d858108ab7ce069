using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>The key that encrypts the key ring (鍵束の鍵): sessions and the secrets of authenticator apps rest on the ring. docs/adr/0066.</summary>
/// <remarks>The ring's keys are files of the folder <c>keys</c>; this one lies beside it, or wherever SEKISHO_KEY_RING_KEY says, so that a copy of the data folder alone opens nothing.</remarks>
public sealed class KeyRingKey
{
    public const string PathVariable = "SEKISHO_KEY_RING_KEY";

    private readonly KeyFile key;

    private KeyRingKey(KeyFile key) => this.key = key;

    /// <summary>Reads it, or makes it where the ring is still empty of keys that need it.</summary>
    /// <exception cref="StorageException">It is gone or unreadable (KEY-RING-001), or others could read it (KEY-RING-002).</exception>
    public static KeyRingKey Open(string dataFolder) => Open(dataFolder, Environment.GetEnvironmentVariable(PathVariable));

    internal static KeyRingKey Open(string dataFolder, string? elsewhere)
    {
        var path = elsewhere is { Length: > 0 } ? Path.GetFullPath(elsewhere) : Path.Combine(dataFolder, "key-ring.key");
        return new(KeyFile.Open(path, () => IsNeeded(Path.Combine(dataFolder, "keys")),
            detail => new StorageException("KEY-RING-001",
                new($"鍵束の鍵 {path} がないか、読み取れません。起動していません。", $"The key of the key ring, {path}, is missing or can't be read. Nothing was started."),
                new("控えから戻してください。戻せないときは keys フォルダを別の場所へ移して起動し、全員の二要素認証を登録し直します。", "Restore it from the backup. If it is lost, move the folder keys away, start, and have everybody enrol the second factor again."), detail: detail),
            () => new StorageException("KEY-RING-002",
                new($"鍵束の鍵 {path} を、ほかの利用者も読み書きできます。起動していません。", $"Others can read or write the key of the key ring, {path}. Nothing was started."),
                new("chmod 600 で、所有者だけが読めるようにしてください。", "Let only its owner read it: chmod 600."))));
    }

    internal byte[] Encrypt(ReadOnlySpan<byte> plain) => key.Seal(plain);

    /// <exception cref="System.Security.Cryptography.CryptographicException">Made with another key, or changed.</exception>
    internal byte[] Decrypt(ReadOnlySpan<byte> untrusted) => key.Open(untrusted);

    /// <summary>True where a key of the ring was encrypted: with another key it would be lost.</summary>
    private static bool IsNeeded(string ring) =>
        Directory.Exists(ring) && Directory.EnumerateFiles(ring, "*.xml").Any(static file => File.ReadAllText(file).Contains(nameof(KeyRingDecryptor), StringComparison.Ordinal));
}

/// <summary>Encrypts a key of the ring before it is written.</summary>
internal sealed class KeyRingEncryptor(KeyRingKey key) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement) =>
        new(new XElement("encryptedKey", Convert.ToBase64String(key.Encrypt(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting))))), typeof(KeyRingDecryptor));
}

/// <summary>The way back. Named in the files of the ring: its name stays.</summary>
public sealed class KeyRingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        ArgumentNullException.ThrowIfNull(encryptedElement);
        return XElement.Parse(Encoding.UTF8.GetString(services.GetRequiredService<KeyRingKey>().Decrypt(Convert.FromBase64String(encryptedElement.Value))));
    }
}

/// <summary>Wires the key ring into the host.</summary>
internal static class KeyRing
{
    public static void Add(IServiceCollection services, string dataFolder)
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var folder = Directory.CreateDirectory(Path.Combine(dataFolder, "keys"), own);
        File.SetUnixFileMode(folder.FullName, own);
        var key = KeyRingKey.Open(dataFolder);
        services.AddSingleton(key);
        services.AddDataProtection().SetApplicationName("Sekisho").PersistKeysToFileSystem(folder);
        services.Configure<KeyManagementOptions>(ring => ring.XmlEncryptor = new KeyRingEncryptor(key));
    }
}
