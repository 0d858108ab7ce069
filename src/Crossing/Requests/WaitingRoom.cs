using System.Globalization;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>How many files may wait for the sanitiser before nothing more is taken in for now (順番待ちの上限).</summary>
public sealed record WaitingLimits(int Person = 5_000, int Town = 20_000, int Everybody = 100_000)
{
    public const string Variable = "SEKISHO_WAITING";

    /// <summary>Of the environment, like <c>person=5000,town=20000,all=100000</c>; what isn't said stays as it is by default.</summary>
    /// <exception cref="StorageException">It can't be read (XNG-BUSY-003).</exception>
    public static WaitingLimits FromEnvironment() => Read(Environment.GetEnvironmentVariable(Variable) ?? "");

    internal static WaitingLimits Read(string untrusted)
    {
        var limits = new WaitingLimits();
        foreach (var part in untrusted.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 0 || !int.TryParse(part.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1) throw Unreadable(part);
            limits = part[..at] switch
            {
                "person" => limits with { Person = number },
                "town" => limits with { Town = number },
                "all" => limits with { Everybody = number },
                _ => throw Unreadable(part),
            };
        }
        return limits;
    }

    private static StorageException Unreadable(string part) => new("XNG-BUSY-003",
        new($"{Variable} の「{part}」を読み取れません。起動していません。", $"“{part}” of {Variable} can't be read. Nothing was started."),
        new("person=5000,town=20000,all=100000 のように書いてください。", "Write it like person=5000,town=20000,all=100000."));
}

/// <summary>What waits for the sanitiser or is in it now.</summary>
/// <param name="Mine">Files of the person who asks.</param>
/// <param name="Since">When the one that waits longest was handed in; null when nothing waits.</param>
public sealed record WaitingNow(long Mine, long Town, long Everybody, DateTimeOffset? Since);

/// <summary>Says no in good time instead of taking in more than can be done (順番待ちの見張り). docs/adr/0111.</summary>
internal sealed class WaitingRoom(WaitingLimits limits)
{
    /// <summary>Nobody is told to come again sooner, or later, than so.</summary>
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(5), Latest = TimeSpan.FromMinutes(5);

    public static async Task<WaitingNow> LookAsync(TenantTransaction tx, string person, CancellationToken cancel) =>
        (await tx.FirstAsync("SELECT person, town, everybody, since FROM crossing.waiting($1)", r => new WaitingNow(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.MomentOrNull(3)), cancel, person).ConfigureAwait(false))!;

    /// <summary>Null when so many more files may come in.</summary>
    public async Task<Refusal?> AskAsync(TenantTransaction tx, string person, int more, DateTimeOffset at, CancellationToken cancel) =>
        Judge(await LookAsync(tx, person, cancel).ConfigureAwait(false), more, at);

    /// <summary>True when the town waits for so little that nobody in it can be over their own bound.</summary>
    public bool IsFar(WaitingNow now) => now.Town < limits.Person / 2;

    public Refusal? Judge(WaitingNow now, int more, DateTimeOffset at)
    {
        // Whoever waits for nothing yet always gets in with one request, however large: it could never be handed in otherwise.
        if (now.Mine > 0 && now.Mine + more > limits.Person) return Refusals.TooManyOfYours(now.Mine) with { RetryAfter = After(now, at) };
        if (now.Town + more > limits.Town && now.Town > 0) return Refusals.TooMuchWaits(now.Town) with { RetryAfter = After(now, at) };
        return now.Everybody + more > limits.Everybody && now.Everybody > 0 ? Refusals.TooMuchWaits(now.Everybody) with { RetryAfter = After(now, at) } : null;
    }

    /// <summary>As long as the first has waited by now: so long it takes till there is room.</summary>
    private static TimeSpan After(WaitingNow now, DateTimeOffset at)
    {
        var waited = now.Since is { } since ? at - since : TimeSpan.Zero;
        return waited < Soonest ? Soonest : waited > Latest ? Latest : waited;
    }
}
