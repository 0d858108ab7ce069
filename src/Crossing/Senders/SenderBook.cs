using System.Globalization;
using System.Text;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Senders;

/// <summary>What names a sender.</summary>
public enum SenderKind
{
    /// <summary>メールアドレス.</summary>
    Address,

    /// <summary>ドメイン: every address at it and below it.</summary>
    Domain,

    /// <summary>ファイルの受取り元: a name that who hands a file over states.</summary>
    Origin,
}

/// <summary>A sender to register.</summary>
/// <param name="Value">name@example.lg.jp, example.lg.jp, or a name.</param>
/// <param name="EndsOn">First day without it.</param>
public sealed record SenderDraft(SenderKind Kind, string Value, string Name, string Reason, DateOnly EndsOn);

/// <summary>A registered sender (登録した送信元).</summary>
public sealed record Sender(Guid Id, SenderKind Kind, string Value, string Name, string Reason, DateTimeOffset MadeAt, Actor MadeBy, DateOnly EndsOn)
{
    public bool HoldsOn(DateOnly day) => day < EndsOn;
}

/// <summary>Who is known, so that a rule of a route can ask for less leave ("PDF up to 5 MB from a registered sender").</summary>
/// <remarks>
/// A sender of mail counts when the front server found that the mail is really of that domain (SPF or DKIM that DMARC accepts); a From line alone counts for nothing.
/// The origin of a file is what the applicant states: the rule's maker decides what that is worth, and the statement stands in the ledger.
/// </remarks>
public sealed class SenderBook
{
    private const int MaxName = 100, MaxReason = 500, MaxOrigin = 200, MostDays = 731;

    private const string Select = "SELECT id, kind, value, name, reason, made_at, made_by, made_by_name, ends_on FROM crossing.sender";

    /// <summary>Mail for everybody: an address there is anybody's.</summary>
    private static readonly HashSet<string> ForEverybody = new(StringComparer.Ordinal)
    {
        "gmail.com", "googlemail.com", "yahoo.co.jp", "yahoo.com", "ymail.ne.jp", "outlook.com", "outlook.jp", "hotmail.com", "hotmail.co.jp", "live.jp", "live.com", "msn.com", "icloud.com", "me.com", "mac.com",
        "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "ymobile.ne.jp", "rakuten.jp", "excite.co.jp", "goo.jp", "nifty.com", "biglobe.ne.jp", "ocn.ne.jp", "so-net.ne.jp", "proton.me", "protonmail.com", "aol.com",
    };

    private readonly RecordKeeper keeper;

    internal SenderBook(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Registers a sender, with the reason and an end.</summary>
    public async Task<Outcome<Sender>> RegisterAsync(MunicipalityId municipality, SenderDraft untrusted, Actor actor, CancellationToken cancel)
    {
        if (Fold(untrusted.Kind, untrusted.Value) is not { } value) return Refusals.BadValue;
        if (untrusted.Kind == SenderKind.Domain && (ForEverybody.Contains(value) || !value.Contains('.', StringComparison.Ordinal) || IsOfMany(value))) return Refusals.PublicDomain;
        var (name, reason) = (untrusted.Name.Trim(), untrusted.Reason.Trim());
        if (name.Length is 0 or > MaxName || reason.Length is 0 or > MaxReason || (name + reason).Any(static c => c == '\0')) return Refusals.BadText;
        try
        {
            return await keeper.ActAsync<Sender>(municipality, [], async (tx, at) =>
            {
                var today = JapaneseTime.Day(at);
                if (untrusted.EndsOn <= today || untrusted.EndsOn > today.AddDays(MostDays)) return Refusals.BadEnd;
                var id = RecordKeeper.NewId(at);
                await tx.RunAsync("INSERT INTO crossing.sender (municipality_id, id, kind, value, name, reason, made_at, made_by, made_by_name, ends_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    cancel, municipality.Value, id, untrusted.Kind, value, name, reason, at, actor.Account, actor.Name, untrusted.EndsOn);
                await keeper.AppendAsync(tx, at, "crossing.sender-registered", actor, $"sender/{id}", new { untrusted.Kind, value, name, reason, untrusted.EndsOn }, cancel);
                return new Sender(id, untrusted.Kind, value, name, reason, at, actor, untrusted.EndsOn);
            }, cancel);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Refusals.Already;
        }
    }

    /// <summary>Takes one off; what came by it stays as it was decided.</summary>
    public Task<Outcome<Sender>> RemoveAsync(MunicipalityId municipality, Guid id, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<Sender>(municipality, [], async (tx, at) =>
        {
            if (await tx.FirstAsync(Select + " WHERE id = $1 AND removed_at IS NULL FOR UPDATE", Row, cancel, id) is not { } sender) return Refusals.Unknown;
            await tx.RunAsync("UPDATE crossing.sender SET removed_at = $2 WHERE id = $1", cancel, id, at);
            await keeper.AppendAsync(tx, at, "crossing.sender-removed", actor, $"sender/{id}", new { sender.Kind, sender.Value, sender.Name }, cancel);
            return sender;
        }, cancel);

    /// <summary>Those that are registered, by name; also those that are over.</summary>
    public async Task<IReadOnlyList<Sender>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " WHERE removed_at IS NULL ORDER BY name, value", Row, cancel);
    }

    /// <summary>The registered sender of a mail; null when it is nobody's, or nobody knows whose it is.</summary>
    /// <param name="untrustedFrom">Address of the From line.</param>
    /// <param name="isAuthentic">True when the front server found the mail to be of that address' domain (DMARC, or SPF or DKIM aligned with it).</param>
    internal static async Task<Sender?> OfMailAsync(TenantTransaction tx, string untrustedFrom, bool isAuthentic, DateTimeOffset at, CancellationToken cancel)
    {
        if (!isAuthentic || Fold(SenderKind.Address, untrustedFrom) is not { } address) return null;
        // The domain itself and those above it: a.b.example.lg.jp is also of example.lg.jp.
        var labels = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..].Split('.');
        var domains = Enumerable.Range(0, Math.Max(0, labels.Length - 1)).Select(i => string.Join('.', labels[i..])).ToArray();
        return (await tx.ListAsync(Select + " WHERE removed_at IS NULL AND ends_on > $1 AND ((kind = 'Address' AND value = $2) OR (kind = 'Domain' AND value = ANY ($3))) ORDER BY kind, length(value) DESC LIMIT 1",
            Row, cancel, JapaneseTime.Day(at), address, domains)).FirstOrDefault();
    }

    /// <summary>The registered sender that an applicant states; by its name, or by an address or domain that is registered.</summary>
    internal static async Task<Sender?> OfOriginAsync(TenantTransaction tx, string untrustedOrigin, DateTimeOffset at, CancellationToken cancel)
    {
        if (untrustedOrigin.Trim().Length == 0) return null;
        if (Fold(SenderKind.Address, untrustedOrigin) is not null && await OfMailAsync(tx, untrustedOrigin, isAuthentic: true, at, cancel) is { } byAddress) return byAddress;
        return Fold(SenderKind.Origin, untrustedOrigin) is { } origin
            ? (await tx.ListAsync(Select + " WHERE removed_at IS NULL AND ends_on > $1 AND kind = 'Origin' AND value = $2 LIMIT 1", Row, cancel, JapaneseTime.Day(at), origin)).FirstOrDefault() : null;
    }

    /// <summary>One spelling for each: width, case and blanks don't tell senders apart. Null when it is no such thing.</summary>
    internal static string? Fold(SenderKind kind, string untrusted)
    {
        var text = untrusted.Trim();
        if (text.Length is 0 or > MaxOrigin || text.Any(char.IsControl)) return null;
        switch (kind)
        {
            case SenderKind.Origin:
                var folded = string.Concat(text.Normalize(NormalizationForm.FormKC).Where(static c => !char.IsWhiteSpace(c))).ToLowerInvariant();
                return folded.Length == 0 ? null : folded;
            case SenderKind.Domain:
                return Domain(text.TrimStart('@'));
            default:
                var at = text.LastIndexOf('@');
                // ASCII alone: a look-alike letter makes another address, never the same.
                return at is > 0 and <= 64 && text[..at].All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal)) && Domain(text[(at + 1)..]) is { } domain ? text[..at].ToLowerInvariant() + "@" + domain : null;
        }
    }

    /// <summary>lg.jp, co.jp and the like: under them are many who have nothing to do with each other.</summary>
    private static bool IsOfMany(string domain) => domain.Split('.') is [var second, "jp"] && second is "lg" or "go" or "co" or "or" or "ne" or "ac" or "ed" or "gr" or "ad";

    private static string? Domain(string text)
    {
        try
        {
            var ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text.TrimEnd('.')).ToLowerInvariant();
            return ascii.Length <= 189 && ascii.Contains('.', StringComparison.Ordinal) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Sender Row(NpgsqlDataReader r) => new(r.GetGuid(0), r.Case<SenderKind>(1), r.GetString(2), r.GetString(3), r.GetString(4), r.Moment(5), r.By(6), r.GetFieldValue<DateOnly>(8));
}
