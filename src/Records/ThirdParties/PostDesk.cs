using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.ThirdParties;

/// <summary>A post of an official account (投稿).</summary>
/// <param name="Approved">Null: nobody has looked at it yet.</param>
/// <param name="Address">Where it stands, once posted.</param>
public sealed record SocialPost(
    Guid Id, EntryId Account, string Body, DateTimeOffset DraftedAt, Actor DraftedBy, bool? Approved, DateTimeOffset? DecidedAt, Actor? DecidedBy, string Note, DateTimeOffset? PostedAt, Actor? PostedBy, string? Address)
{
    public PostState State => PostedAt is not null ? PostState.Posted : Approved switch { null => PostState.Drafted, true => PostState.Approved, false => PostState.Returned };
}

/// <summary>How far a post is.</summary>
public enum PostState
{
    /// <summary>確認待ち.</summary>
    Drafted,

    /// <summary>差戻し.</summary>
    Returned,

    /// <summary>投稿待ち.</summary>
    Approved,

    /// <summary>投稿済み.</summary>
    Posted,
}

/// <summary>A social-media account as it stands on a day (アカウントの状況).</summary>
/// <param name="OfficerIsHere">The responsible officer is still of the organisation.</param>
public sealed record AccountStanding(RegisterEntry Account, DateOnly Day, bool OfficerIsHere)
{
    public bool IsWithoutProcedure => string.IsNullOrWhiteSpace(Account.Text("procedure")) && Account.Text("procedure_link") is null;

    /// <summary>Nothing is laid down about what may be sent.</summary>
    public bool IsWithoutScope => string.IsNullOrWhiteSpace(Account.Text("may_send"));

    public bool IsWithoutOfficer => Account.Person("officer") is null || !OfficerIsHere;

    /// <summary>A year after the last drill; null when there was none.</summary>
    public DateOnly? DrillBy => Account.Day("drilled_on")?.AddYears(1);
}

/// <summary>Official social-media accounts, and posting by two people (ソーシャルメディアの運用).</summary>
public sealed class PostDesk
{
    private const int MaxBody = 4000, MaxNote = 500, MaxAddress = 1000;

    private const string Select = """
        SELECT id, account_id, body, drafted_at, drafted_by, drafted_by_name, approved, decided_at, decided_by, decided_by_name, note, posted_at, posted_by, posted_by_name, address FROM records.social_post
        """;

    private readonly RecordKeeper keeper;

    internal PostDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Accounts that the person sees, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<AccountStanding>> AccountsAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await StandingsAsync(tx, await RegisterRows.AllAsync(tx, ThirdPartyRows.Accounts, within, retired: false, cancel), JapaneseTime.Day(keeper.Clock.Now()), cancel);
    }

    /// <summary>An account with its posts, newest first; null when there is none, or not for this person.</summary>
    public async Task<(AccountStanding Account, IReadOnlyList<SocialPost> Posts)?> AccountAsync(MunicipalityId municipality, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        const int Shown = 200;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Accounts, id, within, cancel) is not { } account) return null;
        return ((await StandingsAsync(tx, [account], JapaneseTime.Day(keeper.Clock.Now()), cancel))[0],
            await tx.ListAsync($"{Select} WHERE account_id = $1 ORDER BY drafted_at DESC, id DESC LIMIT {Shown}", Post, cancel, id.Value));
    }

    /// <summary>Drafts a post; it goes nowhere before somebody else has approved it.</summary>
    public Task<Outcome<SocialPost>> DraftAsync(MunicipalityId municipality, EntryId account, string untrustedBody, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<SocialPost>(municipality, [], async (tx, at) =>
        {
            var body = untrustedBody.ReplaceLineEndings("\n").Trim();
            if (body.Length is 0 or > MaxBody) return Refusals.BadPost;
            if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Accounts, account, within, cancel) is not { } entry) return Registers.Refusals.UnknownEntry;
            if (entry.Retired is not null) return Registers.Refusals.IsRetired;
            var standing = (await StandingsAsync(tx, [entry], JapaneseTime.Day(at), cancel))[0];
            if (standing.IsWithoutProcedure || standing.IsWithoutOfficer) return Refusals.AccountNotReady;
            var post = new SocialPost(RecordKeeper.NewId(at), account, body, at, actor, null, null, null, "", null, null, null);
            await tx.RunAsync("INSERT INTO records.social_post (municipality_id, id, account_id, body, drafted_at, drafted_by, drafted_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                cancel, municipality.Value, post.Id, account.Value, body, at, actor.Account, actor.Name);
            await SayAsync(tx, at, "post.drafted", post, actor, new { entry.Number, account = entry.Title, body, by = actor.Name }, cancel);
            return post;
        }, cancel);

    /// <summary>Approves a post, or gives it back with what has to be changed; by another person than its author.</summary>
    public Task<Outcome<SocialPost>> DecideAsync(MunicipalityId municipality, Guid post, bool approve, string untrustedNote, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<SocialPost>(municipality, [], async (tx, at) =>
        {
            var note = untrustedNote.Trim();
            if (note.Length > MaxNote || !approve && note.Length == 0) return Refusals.WhyReturned;
            if (await LockAsync(tx, post, within, cancel) is not { } kept) return Refusals.UnknownPost;
            if (kept.State != PostState.Drafted) return Refusals.PostNotAtThatStep;
            if (kept.DraftedBy.Account == actor.Account) return Refusals.OwnPost;
            await tx.RunAsync("UPDATE records.social_post SET approved = $2, decided_at = $3, decided_by = $4, decided_by_name = $5, note = $6 WHERE id = $1", cancel, post, approve, at, actor.Account, actor.Name, note);
            await SayAsync(tx, at, approve ? "post.approved" : "post.returned", kept, actor, new { kept.Body, note, by = actor.Name }, cancel);
            return kept with { Approved = approve, DecidedAt = at, DecidedBy = actor, Note = note };
        }, cancel);

    /// <summary>Says that an approved post went out, and where it stands.</summary>
    public Task<Outcome<SocialPost>> PostedAsync(MunicipalityId municipality, Guid post, string? untrustedAddress, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<SocialPost>(municipality, [], async (tx, at) =>
        {
            var address = string.IsNullOrWhiteSpace(untrustedAddress) ? null : untrustedAddress.Trim();
            if (address is not null && (address.Length > MaxAddress || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))) return Refusals.BadAddress;
            if (await LockAsync(tx, post, within, cancel) is not { } kept) return Refusals.UnknownPost;
            if (kept.State != PostState.Approved) return Refusals.PostNotAtThatStep;
            await tx.RunAsync("UPDATE records.social_post SET posted_at = $2, posted_by = $3, posted_by_name = $4, address = $5 WHERE id = $1", cancel, post, at, actor.Account, actor.Name, address);
            await SayAsync(tx, at, "post.posted", kept, actor, new { kept.Body, address, by = actor.Name }, cancel);
            return kept with { PostedAt = at, PostedBy = actor, Address = address };
        }, cancel);

    internal static async Task<IReadOnlyList<AccountStanding>> StandingsAsync(TenantTransaction tx, IReadOnlyList<RegisterEntry> accounts, DateOnly day, CancellationToken cancel)
    {
        var officers = accounts.Select(a => a.Person("officer")).OfType<PersonId>().Select(p => p.Value).Distinct().ToArray();
        var here = officers.Length == 0 ? [] : (await tx.ListAsync("SELECT id FROM records.person WHERE id = ANY ($1) AND begins_on <= $2 AND (ends_on IS NULL OR ends_on > $2)", r => new PersonId(r.GetGuid(0)), cancel, officers, day)).ToHashSet();
        return [.. accounts.Select(a => new AccountStanding(a, day, a.Person("officer") is { } officer && here.Contains(officer)))];
    }

    private static async Task<SocialPost?> LockAsync(TenantTransaction tx, Guid id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        if (await tx.FirstAsync($"{Select} WHERE id = $1 FOR UPDATE", Post, cancel, id) is not { } post) return null;
        return await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Accounts, post.Account, within, cancel) is null ? null : post;
    }

    private Task<long> SayAsync(TenantTransaction tx, DateTimeOffset at, string kind, SocialPost post, Actor actor, object body, CancellationToken cancel) =>
        keeper.AppendAsync(tx, at, kind, actor, $"register/{ThirdPartyRows.Accounts}/{post.Account}/posts/{post.Id}", body, cancel);

    private static SocialPost Post(NpgsqlDataReader r) => new(r.GetGuid(0), new(r.GetGuid(1)), r.GetString(2), r.Moment(3), r.By(4), r.IsDBNull(6) ? null : r.GetBoolean(6),
        r.MomentOrNull(7), r.ByOrNull(8), r.GetString(10), r.MomentOrNull(11), r.ByOrNull(12), r.TextOrNull(14));
}
