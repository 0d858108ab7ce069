using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Records.Documents;
using Sekisho.Records.Policies;
using Sekisho.Records.Publication;
using Sekisho.Records.Ties;

namespace Sekisho.Records.EvidenceKept.Sources;

/// <summary>Whether residents can read the version in force (公表).</summary>
internal sealed class PublicationSource(MunicipalityId municipality, PolicyShelf shelf, PublicationDesk publications) : IEvidenceSource
{
    public const string Kind = "policy.publication";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var versions = await shelf.VersionsAsync(municipality, PolicyKeys.Basic, at, cancel);
        if (versions.FirstOrDefault(v => v.State == VersionState.InForce) is not { } inForce) return [];
        var standing = (await publications.ListAsync(municipality, PolicyKeys.Basic, at, cancel)).Where(p => p.WithdrawnAt is null).ToArray();
        // The same version and the same bytes: a page that shows something else is no publication of it.
        var published = standing.Any(p => p.Version == inForce.Id && p.Digest == inForce.Original);
        var newest = standing.Select(p => p.VersionNumber).DefaultIfEmpty(0).Max();
        var behind = versions.Count(v => v.Number > newest && v.State is VersionState.InForce or VersionState.Superseded);
        var unpublished = published ? 0 : Math.Max(1, behind);
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["published"] = published ? 1 : 0, ["unpublished_changes"] = unpublished },
                published
                    ? new($"施行中の第{inForce.Number}版を公表しています。", $"Version {inForce.Number}, in force, is public.")
                    : new($"施行中の第{inForce.Number}版を公表していません。", $"Version {inForce.Number}, in force, is not public.")),
        ];
    }
}

/// <summary>Findings in the texts in force, and whether each is answered (規程の点検).</summary>
internal sealed class LintSource(MunicipalityId municipality, PolicyShelf shelf, FindingDesk findings) : IEvidenceSource
{
    public const string Kind = "policy.lint";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var inForce = (await shelf.VersionsAsync(municipality, null, at, cancel)).Where(v => v.State == VersionState.InForce).ToArray();
        if (inForce.Length == 0) return [];
        var all = new List<KeptFinding>();
        foreach (var version in inForce) all.AddRange(await findings.FindingsAsync(municipality, version.Id, at, cancel));
        // 参考 tells what was repaired in reading; it asks nothing of anybody.
        var open = all.Where(f => f.Found.Severity != FindingSeverity.Info).ToArray();
        var unanswered = open.Count(f => f.Answer is null);
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["findings"] = open.Length, ["unanswered"] = unanswered },
                open.Length == 0 ? new("規程の点検で指摘はありません。", "The check of the policy set found nothing.")
                : unanswered == 0 ? new($"規程の点検の指摘 {open.Length} 件すべてに回答済みです。", $"All {open.Length} findings in the policy set are answered.")
                : new($"規程の点検の指摘 {open.Length} 件のうち {unanswered} 件が未回答です。", $"{unanswered} of {open.Length} findings in the policy set are not answered.")),
        ];
    }
}

/// <summary>Whether a person has confirmed what each provision obliges to (結び付きの確認).</summary>
internal sealed class TieSource(MunicipalityId municipality, PolicyShelf shelf, TieBook ties) : IEvidenceSource
{
    public const string Kind = "policy.ties";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var inForce = (await shelf.VersionsAsync(municipality, null, at, cancel)).Where(v => v.State == VersionState.InForce).ToArray();
        if (inForce.Length == 0) return [];
        var all = new List<Tie>();
        foreach (var version in inForce) all.AddRange((await ties.OfVersionAsync(municipality, version.Id, at, cancel)).Where(t => t.State != TieState.Rejected));
        var unconfirmed = all.Count(t => t.State == TieState.Proposed);
        var changed = all.Count(t => t.TextChanged && t.Decided is { Carried: true });
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["ties"] = all.Count, ["unconfirmed"] = unconfirmed, ["changed"] = changed },
                unconfirmed + changed == 0
                    ? new($"条項と義務の結び付き {all.Count} 件をすべて確認済みです。", $"All {all.Count} ties of provisions to obligations are confirmed.")
                    : new($"条項と義務の結び付き {all.Count} 件のうち {unconfirmed + changed} 件が未確認です。", $"{unconfirmed + changed} of {all.Count} ties of provisions to obligations are not confirmed.")),
        ];
    }
}

/// <summary>Whether withheld documents carry their ground and every opening of them is in the ledger (非公開文書).</summary>
internal sealed class DisclosureSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Kind = "documents.disclosure";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var documents = (await DocumentRows.AllAsync(tx, null, at, cancel)).Where(static d => d is { RetiredAt: null, InForce: not null }).ToArray();
        var counts = await tx.FirstAsync("""
            WITH withheld AS (
              SELECT DISTINCT ON (version_id) legal_ground FROM records.policy_withholding WHERE recorded_at <= $1 ORDER BY version_id, recorded_at DESC, ledger_index DESC)
            SELECT (SELECT count(*) FROM withheld WHERE legal_ground IS NOT NULL),
                   (SELECT count(*) FROM withheld WHERE btrim(legal_ground) = ''),
                   (SELECT count(*) FROM records.document_opening o WHERE o.opened_at <= $1 AND NOT EXISTS (
                      SELECT FROM ledger.entry e WHERE e.municipality_id = o.municipality_id AND e.idx = o.ledger_index AND e.kind = 'document.read'))
            """, r => Tuple.Create(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancel, at);
        var (withheld, groundless, unrecorded) = counts!;
        // Silent while there is nothing but the policy: nobody has begun to keep standards and procedures here.
        if (withheld == 0 && !documents.Any(static d => d.Kind != DocumentKind.BasicPolicy)) return [];
        var published = (await PublicationDesk.AllAsync(tx, null, at, cancel)).Where(static p => p.WithdrawnAt is null).Select(static p => p.Version).ToHashSet();
        var undecided = documents.Where(d => !d.InForce!.DisclosureDecided && !published.Contains(d.InForce.Id)).Select(static d => d.Name).ToArray();
        var names = FirstFew.Of(undecided);
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["withheld"] = withheld, ["without_ground"] = groundless, ["openings_unrecorded"] = unrecorded, ["undecided"] = undecided.Length },
                unrecorded > 0 ? new($"不開示の文書の閲覧のうち {unrecorded} 件が記録簿にありません。", $"{unrecorded} openings of withheld documents are missing from the ledger.")
                : undecided.Length > 0 ? new($"施行中の文書のうち {undecided.Length} 件が、公開か不開示か決まっていません（{names.Ja}）。", $"For {undecided.Length} documents in force nobody has said whether they are disclosed ({names.En}).")
                : withheld == 0 ? new("不開示とした文書はありません。", "No document is withheld.")
                : new($"不開示の版 {withheld} 件に根拠規定があり、閲覧はすべて記録簿にあります。", $"{withheld} withheld versions carry their legal ground, and every opening is in the ledger.")),
        ];
    }
}
