using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Records.Accounts;

/// <summary>A secret shown once and kept only as its hash: 256 random bits, so that a plain SHA-256 is enough.</summary>
public static class OneTimeSecret
{
    /// <summary>43 characters that need no escaping in addresses.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string untrusted) => SHA256.HashData(Encoding.UTF8.GetBytes(untrusted));
}
