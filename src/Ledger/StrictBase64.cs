using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>Base 64 of RFC 4648 §4 in its one canonical spelling: no white space, padding complete, unused bits zero.</summary>
internal static class StrictBase64
{
    public static bool TryDecode(string untrusted, out byte[] bytes)
    {
        bytes = [];
        if (untrusted.Length % 4 != 0) return false;
        var buffer = new byte[untrusted.Length / 4 * 3];
        // A second spelling of the same bytes would let a proof or note be altered unseen.
        if (!Convert.TryFromBase64String(untrusted, buffer, out var length) || Convert.ToBase64String(buffer, 0, length) != untrusted) return false;
        bytes = buffer[..length];
        return true;
    }

    public static bool TryDigest(string untrusted, out Sha256 digest)
    {
        digest = default;
        if (!TryDecode(untrusted, out var bytes) || bytes.Length != Sha256.Size) return false;
        digest = new Sha256(bytes);
        return true;
    }
}
