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
        return (await BoundsAsync(tx, [(holder, route.Definition.Quota)], hasOthers, at, cancel)).Judge(holder, bytes, files);
    }

    /// <summary>What bounds these, looked at in one go. Who asks for one of them, or of their sections, meanwhile waits.</summary>
    private async Task<Bounds> BoundsAsync(TenantTransaction tx, IReadOnlyList<(Holder Holder, Quota Quota)> all, bool hasOthers, DateTimeOffset at, CancellationToken cancel)
    {
        // In the order of their names: everybody locks in this order.
        var locks = all.Select(static a => a.Holder.Name).Concat(all.Where(static a => a.Quota.CountsSection && a.Holder.Unit is not null).Select(static a => "unit/" + a.Holder.Unit)).Distinct().Order(StringComparer.Ordinal).ToArray();
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('crossing.quota/' || $1 || '/' || w.who, 0)) FROM (SELECT who FROM unnest($2) WITH ORDINALITY AS w (who, nth) ORDER BY nth) w", cancel, tx.Municipality.ToString(), locks);
        var quotas = all.DistinctBy(static a => a.Holder).ToDictionary(static a => a.Holder, static a => a.Quota);
        return new(this, quotas, await SumsAsync(tx, [.. quotas.Keys], at, cancel), hasOthers);
    }

    private async Task<Allowance> AllowedAsync(TenantTransaction tx, Route route, Holder holder, bool hasOthers, DateTimeOffset at, CancellationToken cancel) =>
        Allowed(route.Definition.Quota, holder, (await SumsAsync(tx, [holder], at, cancel).ConfigureAwait(false))[holder], hasOthers);

    private static async Task<Dictionary<Holder, Sums>> SumsAsync(TenantTransaction tx, IReadOnlyList<Holder> holders, DateTimeOffset at, CancellationToken cancel)
    {
        var today = JapaneseTime.Day(at);
        var sums = await tx.ListAsync("""
            SELECT w.who, w.route, w.unit, n.files_today, n.bytes_today, n.held_route, n.section_today, n.section_held, n.held, n.town, n.coming, n.lines
            FROM unnest($2, $3, $4) AS w (who, route, unit), crossing.room($1, w.who, w.route, w.unit) n
            """, r => (Holder: new Holder(r.GetString(0), r.GetGuid(1), r.IsDBNull(2) ? null : r.GetGuid(2)), Sums: new Sums(r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7), r.GetInt64(8), r.GetInt64(9), r.GetInt64(10)), Lines: r.GetInt64(11)),
            cancel, today, holders.Select(static h => h.Name).ToArray(), holders.Select(static h => h.Route).ToArray(), holders.Select(static h => h.Unit).ToArray());
        if (sums.Exists(static s => s.Lines > ManyLines)) await tx.RunAsync("SELECT crossing.settle_tally($1)", cancel, today);
        return sums.ToDictionary(static s => s.Holder, static s => s.Sums);
    }

    private Allowance Allowed(Quota quota, Holder holder, Sums now, bool hasOthers)
    {
        var section = holder.Unit is null ? quota with { SectionBytesADay = null, SectionBytesHeld = null } : quota;
        var free = vault.FreeBytes - vault.Reserve - now.Coming;
        // Half of it: what comes out of a file needs as much again.
        return new(quota, Left(quota.FilesADay, now.Files), Left(quota.BytesADay, now.Bytes), Left(quota.BytesHeld, now.Held), Left(section.SectionBytesADay, now.Section), Left(section.SectionBytesHeld, now.SectionHeld),
            VaultShares.Left(holder.Name == Holder.Mail ? Shares.Town : Shares.Person, now.Mine, free) / 2, hasOthers ? VaultShares.Left(Shares.Town, now.Town, free) / 2 : null);

        static long? Left(long? most, long used) => most is null ? null : Math.Max(0, most.Value - used);
    }

    /// <summary>Counts what is sent today; less than nothing when it is taken back.</summary>
    private static Task<int> SentAsync(TenantTransaction tx, IReadOnlyList<(Holder Holder, long Files, long Bytes)> all, DateTimeOffset on, CancellationToken cancel) =>
        tx.RunAsync("SELECT crossing.sent($1, w.who, w.route, w.unit, w.files, w.bytes) FROM unnest($2, $3, $4, $5, $6) AS w (who, route, unit, files, bytes)", cancel, JapaneseTime.Day(on), all.Select(static a => a.Holder.Name).ToArray(),
            all.Select(static a => a.Holder.Route).ToArray(), all.Select(static a => a.Holder.Unit).ToArray(), all.Select(static a => a.Files).ToArray(), all.Select(static a => a.Bytes).ToArray());

    /// <summary>True when other municipalities want their share of the vault, too.</summary>
    private async Task<bool> HasOthersAsync(CancellationToken cancel)
    {
        if (towns.At == long.MinValue || keeper.Clock.GetElapsedTime(towns.At) > TownsAge) towns = (keeper.Clock.GetTimestamp(), (await keeper.MunicipalitiesAsync(cancel)).Count > 1);
        return towns.HasOthers;
    }

    /// <summary>What is sent and held already, by one holder, their section, the municipality and everybody.</summary>
    private sealed record Sums(long Files, long Bytes, long Held, long Section, long SectionHeld, long Mine, long Town, long Coming);

    /// <summary>What bounds those of a group, with what was let in from it.</summary>
    private sealed class Bounds(RequestDesk desk, Dictionary<Holder, Quota> quotas, Dictionary<Holder, Sums> sums, bool hasOthers)
    {
        /// <summary>Null when so much more may come.</summary>
        public Refusal? Judge(Holder holder, long bytes, int files = 1)
        {
            if (desk.Allowed(quotas[holder], holder, sums[holder], hasOthers).Judge(files, bytes) is not { } refused) return null;
            // Nobody's share is the matter when the disk itself has no room.
            return refused.Code is "XNG-FULL-002" or "XNG-FULL-003" && desk.vault.FreeBytes - desk.vault.Reserve < bytes * 2 ? Refusals.Full : refused;
        }

        /// <summary>Counts a file that was let in for those who come after it in the group, as the tally will.</summary>
        public void Take(Holder holder, long bytes)
        {
            foreach (var (other, its) in sums.ToList())
            {
                var (isPerson, isRoute) = (other.Name == holder.Name, other.Route == holder.Route);
                var (own, ofSection) = (isPerson && isRoute ? bytes : 0, isRoute && other.Unit is not null && other.Unit == holder.Unit ? bytes : 0);
                // What comes out of it has its room, too; and it is still coming.
                sums[other] = new(its.Files + (isPerson && isRoute ? 1 : 0), its.Bytes + own, its.Held + own, its.Section + ofSection, its.SectionHeld + ofSection, its.Mine + (isPerson ? 2 * bytes : 0), its.Town + (2 * bytes), its.Coming + (2 * bytes));
            }
        }
    }
}
