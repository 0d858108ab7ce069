using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Documents;
using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Publication;

/// <summary>Publishing versions to residents, and the record of it (公表).</summary>
public sealed class PublicationDesk
{
    private const int MaxUrl = 2000;

    private const string Select = """
        SELECT b.id, b.version_id, p.key, v.number, v.title, k.effective_on, b.url, b.sha256, b.published_at, b.published_by, b.published_by_name,
               w.withdrawn_at, w.withdrawn_by, w.withdrawn_by_name, w.reason, b.ledger_index
        FROM records.publication b
        JOIN records.policy_version v ON v.municipality_id = b.municipality_id AND v.id = b.version_id
        JOIN records.policy p ON p.municipality_id = b.municipality_id AND p.id = b.policy_id
        LEFT JOIN records.publication_withdrawal w ON w.municipality_id = b.municipality_id AND w.publication_id = b.id AND w.withdrawn_at <= $1
        LEFT JOIN LATERAL (
          SELECT effective_on FROM records.policy_enforcement e WHERE e.municipality_id = b.municipality_id AND e.version_id = b.version_id AND e.recorded_at <= $1
          ORDER BY e.recorded_at DESC, e.ledger_index DESC LIMIT 1) k ON true
        WHERE b.published_at <= $1
        """;

    private readonly RecordKeeper keeper;
    private readonly DocumentCache documents;

    internal PublicationDesk(RecordKeeper keeper, DocumentCache documents) => (this.keeper, this.documents) = (keeper, documents);

    /// <summary>Publishes a version: from now on residents can read it on the public page, and the record says at which address with which digest.</summary>
    public async Task<Outcome<KeptPublication>> PublishAsync(MunicipalityId municipality, PolicyVersionId version, Uri url, Actor actor, CancellationToken cancel)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.AbsoluteUri.Length > MaxUrl) return Refusals.BadUrl;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.publication/' || $1::text, 0))", cancel, version.Value);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return Policies.Refusals.UnknownVersion;
        if (found.EffectiveOn is not { } effective) return Refusals.NotYetInForce;
        if (found.WithheldGround is { } ground) return Refusals.Withheld(ground);
        if ((await AllAsync(tx, found.PolicyKey, at, cancel)).Any(p => p.Version == version && p.WithdrawnAt is null)) return Refusals.AlreadyPublished;
        var id = new PublicationId(RecordKeeper.NewId(at));
        var index = await keeper.AppendAsync(tx, at, "policy.published", actor, $"policy-version/{version}",
            new { publication = id, policy = found.PolicyKey, found.Number, found.Title, effectiveOn = effective, url = url.AbsoluteUri, digest = found.Original }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.publication (municipality_id, id, policy_id, version_id, url, sha256, published_at, published_by, published_by_name, ledger_index)
            SELECT municipality_id, $2, policy_id, id, $3, sha256, $4, $5, $6, $7 FROM records.policy_version WHERE id = $1
            """, cancel, version.Value, id.Value, url.AbsoluteUri, at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, PublicationSource.Kind, DisclosureSource.Kind);
        return new KeptPublication(id, version, found.PolicyKey, found.Number, found.Title, effective, url, found.Original, at, actor, null, null, null, index);
    }

    /// <summary>Takes a publication down, with the reason; the record stays.</summary>
    public async Task<Outcome<KeptPublication>> WithdrawAsync(MunicipalityId municipality, PublicationId publication, string reason, Actor actor, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason)) return Refusals.ReasonMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.publication/' || $1::text, 0))", cancel, publication.Value);
        var at = keeper.Clock.Now();
        var kept = await tx.FirstAsync(Select + " AND b.id = $2", Map, cancel, at, publication.Value);
        if (kept is null || kept.WithdrawnAt is not null) return Refusals.Unknown;
        var index = await keeper.AppendAsync(tx, at, "policy.unpublished", actor, $"policy-version/{kept.Version}", new { publication, reason = reason.Trim() }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.publication_withdrawal (municipality_id, publication_id, reason, withdrawn_at, withdrawn_by, withdrawn_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, cancel, municipality.Value, publication.Value, reason.Trim(), at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, PublicationSource.Kind, DisclosureSource.Kind);
        return kept with { WithdrawnAt = at, WithdrawnBy = actor, WithdrawnReason = reason.Trim() };
    }

    /// <summary>Publications as known at a moment (null: now), withdrawn ones too, newest first.</summary>
    public async Task<IReadOnlyList<KeptPublication>> ListAsync(MunicipalityId municipality, string? policyKey, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await AllAsync(tx, policyKey, at ?? keeper.Clock.Now(), cancel);
    }

    /// <summary>The public page: the newest standing publication with its history. Null: nothing is public.</summary>
    /// <param name="versionNumber">An older public version; null: the newest.</param>
    public async Task<PublicPolicy?> PublicAsync(MunicipalityId municipality, string policyKey, int? versionNumber, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var all = await AllAsync(tx, policyKey, keeper.Clock.Now(), cancel);
        // Of a version published more than once, the standing publication counts.
        var shown = all.FirstOrDefault(p => p.WithdrawnAt is null && (versionNumber is null || p.VersionNumber == versionNumber));
        if (shown is null) return null;
        var entry = await documents.GetAsync(tx, shown.Version, cancel);
        return new PublicPolicy(shown.Title, shown.VersionNumber, shown.EffectiveOn, shown.PublishedAt, shown.Digest, entry.Document,
            [.. all.Select(p => new PublicHistoryEntry(p.VersionNumber, p.Title, p.EffectiveOn, p.PublishedAt, p.WithdrawnAt, p.Digest))]);
    }

    /// <summary>Every document that has a standing publication, the policy first. Retired ones are no longer shown.</summary>
    public async Task<IReadOnlyList<PublicDocument>> PublicSetAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var standing = (await AllAsync(tx, null, at, cancel)).Where(static p => p.WithdrawnAt is null).GroupBy(static p => p.PolicyKey).ToDictionary(static g => g.Key, static g => g.First());
        return [.. (await DocumentRows.AllAsync(tx, null, at, cancel)).Where(d => d.RetiredAt is null && standing.ContainsKey(d.Key))
            .Select(d => new PublicDocument(d.Key, d.Kind, standing[d.Key].Title, standing[d.Key].VersionNumber, standing[d.Key].EffectiveOn, standing[d.Key].PublishedAt))];
    }

    /// <summary>The original of a public version, as residents download it; null when that version isn't public.</summary>
    public async Task<KeptFile?> PublicOriginalAsync(MunicipalityId municipality, string policyKey, int versionNumber, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var shown = (await AllAsync(tx, policyKey, at, cancel)).FirstOrDefault(p => p.WithdrawnAt is null && p.VersionNumber == versionNumber);
        if (shown is null || await VersionRows.FindAsync(tx, shown.Version, at, cancel) is not { WithheldGround: null } version) return null;
        return new KeptFile(version.FileName, KeptFiles.MediaTypeOf(version.FileName), await KeptFiles.ReadAsync(tx, shown.Digest, cancel), shown.Digest);
    }

    internal static Task<List<KeptPublication>> AllAsync(TenantTransaction tx, string? policyKey, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(Select + " AND ($2::text IS NULL OR p.key = $2) ORDER BY b.published_at DESC, b.ledger_index DESC", Map, cancel, at, policyKey);

    private static KeptPublication Map(NpgsqlDataReader r) => new(
        new PublicationId(r.GetGuid(0)), new PolicyVersionId(r.GetGuid(1)), r.GetString(2), r.GetInt32(3), r.GetString(4), r.DayOrNull(5),
        new Uri(r.GetString(6)), r.Digest(7), r.Moment(8), r.By(9), r.MomentOrNull(11), r.ByOrNull(12), r.TextOrNull(14), r.GetInt64(15));
}
