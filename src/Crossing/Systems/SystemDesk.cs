using System.Net;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Systems;

/// <summary>Systems that hand files over by themselves (システムの登録): each has a key of its own, for its routes, from its addresses, until a day.</summary>
/// <remarks>Who registers one holds its key for a moment: that person decides on nothing that comes by it, as if they had asked themselves.</remarks>
public sealed class SystemDesk
{
    /// <summary>Start of every key, so that scanners of leaked secrets know it.</summary>
    public const string Prefix = "sekisho_system_";

    private const int MaxName = 100, Most = 20;

    /// <summary>A use is noted once in this time, not with each piece of a file.</summary>
    private static readonly TimeSpan Touch = TimeSpan.FromMinutes(1);

    /// <summary>A key that is tried from elsewhere again and again makes one entry in this time.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    private readonly RecordKeeper keeper;
    private readonly RouteBook routes;

    internal SystemDesk(RecordKeeper keeper, RouteBook routes) => (this.keeper, this.routes) = (keeper, routes);

    /// <summary>The longest life of a key.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(731);

    /// <summary>Registers a system.</summary>
    /// <returns>Its key, which can't be shown again, and what is kept about it.</returns>
    public async Task<Outcome<(string Secret, CrossingSystem System)>> RegisterAsync(MunicipalityId municipality, SystemDraft untrusted, Actor actor, CancellationToken cancel)
    {
        var name = untrusted.Name.Trim();
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl)) return Refusals.BadName;
        if (untrusted.Life < TimeSpan.FromDays(1) || untrusted.Life > Longest) return Refusals.BadLife;
        var chosen = untrusted.Routes.Distinct().ToArray();
        // Of mail only what leaves: what comes in is brought by servers that nobody here gives a key.
        var known = (await routes.ListAsync(municipality, cancel)).Where(r => (r.Definition.Kind == RouteKind.Files || !r.Definition.IsInward) && chosen.Contains(r.Definition.Key)).ToList();
        if (chosen.Length is 0 or > Most || known.Count != chosen.Length) return Refusals.BadRoutes;
        var from = new List<string>();
        foreach (var line in untrusted.From.Where(l => l.Trim().Length > 0))
        {
            if (!SourceNetworks.TryRead(line, out var network)) return Refusals.BadAddresses;
            from.Add(network.ToString());
        }
        if (from.Count is 0 or > Most) return Refusals.BadAddresses;
        var senders = new List<string>();
        foreach (var line in untrusted.Senders.Select(static s => s.Trim()).Where(static s => s.Length > 0))
        {
            if ((line[0] == '@' ? "@" + MailAddress.ReadDomain(line[1..]) : MailAddress.Read(line)?.Folded) is not { Length: > 1 } sender) return Refusals.BadSenders;
            senders.Add(sender);
        }
        if (senders.Count > Most || senders.Count > 0 != known.Exists(static r => r.Definition.Kind == RouteKind.Mail)) return Refusals.BadSenders;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await OrganisationRows.UnitAsync(tx, untrusted.Owner, JapaneseTime.Day(at), cancel) is not { } owner) return Refusals.UnknownOwner;
        // Said here, and not by a refusal of each file later.
        if (known.Exists(r => r.Definition.MayNeedLeave) && await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is null) return Refusals.UnknownMaker;
        // The municipality is part of the key: it is looked up as that municipality and as nobody else.
        var secret = $"{Prefix}{municipality.Value:N}_{OneTimeSecret.Create()}";
        var id = new SystemId(RecordKeeper.NewId(at));
        var expires = RecordedTime.Cut(at + untrusted.Life);
        await tx.RunAsync("""
            INSERT INTO crossing.system_key (municipality_id, id, name, token_hash, routes, unit_id, addresses, made_at, made_by, made_by_name, expires_at, senders) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, cancel, municipality.Value, id.Value, name, OneTimeSecret.Hash(secret), chosen, owner.Id.Value, from.Distinct().ToArray(), at, actor.Account, actor.Name, expires, senders.Distinct().ToArray());
        await keeper.AppendAsync(tx, at, "crossing.system-registered", actor, Subject(id), new { account = id.Account, name, routes = chosen, owner = owner.Name, from, senders, expiresAt = expires }, cancel);
        var made = (await SystemRows.ReadAsync(tx, id, cancel))!;
        await tx.CommitAsync(cancel);
        return (secret, made);
    }

    /// <summary>Stops a key at once.</summary>
    public async Task<Outcome<CrossingSystem>> RevokeAsync(MunicipalityId municipality, SystemId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await tx.RunAsync("UPDATE crossing.system_key SET revoked_at = $2, revoked_by = $3, revoked_by_name = $4 WHERE id = $1 AND revoked_at IS NULL", cancel, id.Value, at, actor.Account, actor.Name) == 0) return Refusals.Unknown;
        var stopped = (await SystemRows.ReadAsync(tx, id, cancel))!;
        await keeper.AppendAsync(tx, at, "crossing.system-stopped", actor, Subject(id), new { account = id.Account, stopped.Name }, cancel);
        await tx.CommitAsync(cancel);
        return stopped;
    }

    /// <summary>All systems, the newest first; also those whose key is over.</summary>
    public async Task<IReadOnlyList<CrossingSystem>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(SystemRows.Select + " ORDER BY made_at DESC, id DESC", SystemRows.Row, cancel);
    }

    /// <summary>Null when there is none such.</summary>
    public async Task<CrossingSystem?> ReadAsync(MunicipalityId municipality, SystemId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await SystemRows.ReadAsync(tx, id, cancel);
    }

    /// <summary>Whose key it is.</summary>
    /// <param name="from">Where it was shown.</param>
    /// <returns>Null when no system has it, or it was stopped, or is over; refused when it is shown from elsewhere, which is recorded.</returns>
    public async Task<(MunicipalityId Municipality, Outcome<CrossingSystem> System)?> FindAsync(string untrustedKey, IPAddress? from, CancellationToken cancel)
    {
        if (!untrustedKey.StartsWith(Prefix, StringComparison.Ordinal) || untrustedKey.Length > 200) return null;
        var rest = untrustedKey[Prefix.Length..];
        if (rest.Length < 34 || rest[32] != '_' || !Guid.TryParseExact(rest[..32], "N", out var untrustedTown)) return null;
        var town = new MunicipalityId(untrustedTown);
        await using var tx = await keeper.EnterAsync(town, cancel);
        var at = keeper.Clock.Now();
        if (await tx.FirstAsync(SystemRows.Select + " WHERE token_hash = $1", SystemRows.Row, cancel, OneTimeSecret.Hash(untrustedKey)) is not { } system || !system.WorksAt(at)) return null;
        var address = from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4().ToString() : from?.ToString() ?? "";
        if (!SourceNetworks.Hold(system.From, from))
        {
            // One of several servers that see it at once writes it down.
            if (await tx.RunAsync("UPDATE crossing.system_key SET misused_at = $2, misused_from = $3 WHERE id = $1 AND (misused_at IS NULL OR misused_at < $4)", cancel, system.Id.Value, at, address, at - Between) > 0)
            {
                await keeper.AppendAsync(tx, at, "crossing.system-misused", system.Actor, Subject(system.Id), new { system.Name, from = address }, cancel);
                await tx.CommitAsync(cancel);
            }
            return (town, Refusals.WrongAddress);
        }
        if (system.LastUsedAt is null || at - system.LastUsedAt > Touch || system.LastUsedFrom != address)
        {
            await tx.RunAsync("UPDATE crossing.system_key SET last_used_at = $2, last_used_from = $3 WHERE id = $1", cancel, system.Id.Value, at, address);
            await tx.CommitAsync(cancel);
        }
        return (town, system);
    }

    private static string Subject(SystemId id) => $"system/{id}";
}
