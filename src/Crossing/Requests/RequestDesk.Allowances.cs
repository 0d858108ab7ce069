using Sekisho.Assurance;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Who may send how much: bounds of routes, and a fair share of the vault, both known before the first byte comes (docs/adr/0195).</summary>
public sealed partial class RequestDesk
{
    /// <summary>Lines of the tally that are read each time; more are put together.</summary>
    private const int ManyLines = 2_000;

    private static readonly TimeSpan TownsAge = TimeSpan.FromMinutes(1);

    private (long At, bool HasOthers) towns = (long.MinValue, false);

    /// <summary>How much more this person may send on a route now; null when there is no such route.</summary>
    /// <param name="unit">The section for which it would be.</param>
    public async Task<Allowance?> AllowanceAsync(MunicipalityId municipality, string route, UnitId? unit, Actor actor, CancellationToken cancel)
    {
        if (await routes.FindAsync(municipality, route, cancel) is not { } its) return null;
        var hasOthers = await HasOthersAsync(cancel);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await AllowedAsync(tx, its, new(actor.Account, its.Id.Value, unit?.Value), hasOthers, keeper.Clock.Now(), cancel);
    }

    /// <summary>How many bytes of mail may still come on a route: the share of all mail together.</summary>
    internal async Task<long> MailRoomAsync(MunicipalityId municipality, Route route, CancellationToken cancel)
    {
        var hasOthers = await HasOthersAsync(cancel).ConfigureAwait(false);
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        var allowed = await AllowedAsync(tx, route, new(Holder.Mail, route.Id.Value, null), hasOthers, keeper.Clock.Now(), cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return Math.Min(allowed.Share, allowed.TownShare ?? long.MaxValue);
    }

    /// <summary>Null when so much may come: by the bounds of the route, and by the share of the vault. Who asks for the same person, or section, meanwhile waits.</summary>
    private async Task<Refusal?> BoundAsync(TenantTransaction tx, Route route, Holder holder, int files, long bytes, bool hasOthers, DateTimeOffset at, CancellationToken cancel)
    {
        if (bytes > MostBytes) return Refusals.TooLarge(MostBytes);
        await LockAsync(holder.Name);
        if (route.Definition.Quota.CountsSection && holder.Unit is { } unit) await LockAsync("unit/" + unit);
        var allowed = await AllowedAsync(tx, route, holder, hasOthers, at, cancel);
        if (allowed.Judge(files, bytes) is not { } refused) return null;
        // Nobody's share is the matter when the disk itself has no room.
        return refused.Code is "XNG-FULL-002" or "XNG-FULL-003" && vault.FreeBytes - Reserve < bytes * 2 ? Refusals.Full : refused;

        Task<int> LockAsync(string who) => tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('crossing.quota/' || $1 || '/' || $2, 0))", cancel, tx.Municipality.ToString(), who);
    }

    private async Task<Allowance> AllowedAsync(TenantTransaction tx, Route route, Holder holder, bool hasOthers, DateTimeOffset at, CancellationToken cancel)
    {
        var today = JapaneseTime.Day(at);
        var now = (await tx.FirstAsync("SELECT files_today, bytes_today, held_route, section_today, section_held, held, town, coming, lines FROM crossing.room($1, $2, $3, $4)",
            r => new { Files = r.GetInt64(0), Bytes = r.GetInt64(1), Held = r.GetInt64(2), Section = r.GetInt64(3), SectionHeld = r.GetInt64(4), Mine = r.GetInt64(5), Town = r.GetInt64(6), Coming = r.GetInt64(7), Lines = r.GetInt64(8) },
            cancel, today, holder.Name, holder.Route, holder.Unit))!;
        if (now.Lines > ManyLines) await tx.RunAsync("SELECT crossing.settle_tally($1)", cancel, today);
        var quota = route.Definition.Quota;
        var section = holder.Unit is null ? quota with { SectionBytesADay = null, SectionBytesHeld = null } : quota;
        var free = vault.FreeBytes - Reserve - now.Coming;
        // Half of it: what comes out of a file needs as much again.
        return new(quota, Left(quota.FilesADay, now.Files), Left(quota.BytesADay, now.Bytes), Left(quota.BytesHeld, now.Held), Left(section.SectionBytesADay, now.Section), Left(section.SectionBytesHeld, now.SectionHeld),
            VaultShares.Left(holder.Name == Holder.Mail ? Shares.Town : Shares.Person, now.Mine, free) / 2, hasOthers ? VaultShares.Left(Shares.Town, now.Town, free) / 2 : null);

        static long? Left(long? most, long used) => most is null ? null : Math.Max(0, most.Value - used);
    }

    /// <summary>Counts what is sent today; less than nothing when it is taken back.</summary>
    private static Task SentAsync(TenantTransaction tx, Holder holder, long files, long bytes, DateTimeOffset on, CancellationToken cancel) =>
        tx.RunAsync("SELECT crossing.sent($1, $2, $3, $4, $5, $6)", cancel, JapaneseTime.Day(on), holder.Name, holder.Route, holder.Unit, files, bytes);

    /// <summary>True when other municipalities want their share of the vault, too.</summary>
    private async Task<bool> HasOthersAsync(CancellationToken cancel)
    {
        if (towns.At == long.MinValue || keeper.Clock.GetElapsedTime(towns.At) > TownsAge) towns = (keeper.Clock.GetTimestamp(), (await keeper.MunicipalitiesAsync(cancel)).Count > 1);
        return towns.HasOthers;
    }
}
