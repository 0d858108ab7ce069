using System.Globalization;
using Sekisho.Storage;

namespace Sekisho.Crossing.Vault;

/// <summary>How much of the vault one may hold (保管庫の分け方): so many times what stays free for everybody else. docs/adr/0195.</summary>
/// <param name="Person">Of one person, on all routes together.</param>
/// <param name="Town">Of one municipality where there are several, and of all mail of a municipality.</param>
/// <remarks>
/// Whoever fills the vault alone with 1 stops at a half of it, two of them at a third each, and so on: room always stays, and who holds little always gets in.
/// No number of people or municipalities needs to be known. Source: A. K. Choudhury, E. L. Hahne, "Dynamic queue length thresholds for shared-memory packet switches" (1998).
/// </remarks>
public sealed record VaultShares(double Person = 1, double Town = 4)
{
    public const string Variable = "SEKISHO_VAULT_SHARE";

    private const double Least = 0.1, Most = 100;

    /// <summary>Of the environment, like <c>person=1,town=4</c>; what isn't said stays as it is by default.</summary>
    /// <exception cref="StorageException">It can't be read (XNG-FULL-004).</exception>
    public static VaultShares FromEnvironment() => Read(Environment.GetEnvironmentVariable(Variable) ?? "");

    internal static VaultShares Read(string untrusted)
    {
        var shares = new VaultShares();
        foreach (var part in untrusted.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 0 || !double.TryParse(part.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var times) || times is not (>= Least and <= Most)) throw Unreadable(part);
            shares = part[..at] switch
            {
                "person" => shares with { Person = times },
                "town" => shares with { Town = times },
                _ => throw Unreadable(part),
            };
        }
        return shares;
    }

    /// <summary>How many bytes more may come, by what is held already and what is free: with them, no more is held than <paramref name="times"/> what stays free.</summary>
    internal static long Left(double times, long held, long free) => (long)Math.Max(0, ((times * Math.Max(0, free)) - held) / (1 + times));

    private static StorageException Unreadable(string part) => new("XNG-FULL-004",
        new($"{Variable} の「{part}」を読み取れません。起動していません。", $"“{part}” of {Variable} can't be read. Nothing was started."),
        new("person=1,town=4 のように、0.1 から 100 の数で書いてください。", "Write it like person=1,town=4, with numbers from 0.1 to 100."));
}
