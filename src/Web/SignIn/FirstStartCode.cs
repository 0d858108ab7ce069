using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Web.SignIn;

/// <summary>The code in the terminal that proves that whoever opens the first page also sits at the machine (初期設定コード).</summary>
/// <remarks>Kept as a hash in memory only: it ends with the process, with its time, with too many wrong tries, and with its use.</remarks>
public sealed class FirstStartCode(TimeProvider time)
{
    /// <summary>How long a code can be used.</summary>
    public static TimeSpan Validity { get; } = TimeSpan.FromMinutes(30);

    /// <summary>Wrong tries until it is gone. 60 bits can't be guessed in ten.</summary>
    public const int MaxTries = 10;

    private const string Letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

    private readonly Lock gate = new();
    private byte[]? hash;
    private DateTimeOffset until;
    private int tries;

    /// <summary>Makes a new code in the place of the old one, for the terminal: ABCD-EFGH-JKMN.</summary>
    public string Issue()
    {
        var code = string.Join('-', Enumerable.Range(0, 3).Select(static _ => RandomNumberGenerator.GetString(Letters, 4)));
        lock (gate)
        {
            hash = Hash(code);
            until = time.GetUtcNow() + Validity;
            tries = 0;
        }
        return code;
    }

    /// <summary>True when a code can still be used; otherwise a new one has to be made (restart).</summary>
    public bool IsAlive
    {
        get
        {
            lock (gate) return hash is not null && time.GetUtcNow() < until;
        }
    }

    /// <summary>Whether it is the code. Wrong ones are counted.</summary>
    public bool Check(string untrustedCode)
    {
        var typed = Hash(untrustedCode);
        lock (gate)
        {
            if (hash is null || time.GetUtcNow() >= until) return false;
            if (CryptographicOperations.FixedTimeEquals(hash, typed)) return true;
            if (++tries >= MaxTries) hash = null;
            return false;
        }
    }

    /// <summary>It was used: it is gone.</summary>
    public void Spend()
    {
        lock (gate) hash = null;
    }

    private static byte[] Hash(string code) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(char.IsAsciiLetterOrDigit))));
}
