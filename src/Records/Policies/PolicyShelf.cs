using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Comparison;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Documents;
using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Records.Publication;
using Sekisho.Records.Traces;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>The policies that a municipality keeps (規程の棚): import, versions, putting in force, comparing, withholding.</summary>
public sealed class PolicyShelf
{
    private readonly RecordKeeper keeper;
    private readonly PolicyImport import;

    internal PolicyShelf(RecordKeeper keeper, PolicyImport import, DocumentCache documents)
    {
        this.keeper = keeper;
        this.import = import;
        Texts = documents;
    }

    internal DocumentCache Texts { get; }

    /// <summary>Reads a document and keeps it as a draft (案): the file as it came, its text, its provisions, findings and proposed ties.</summary>
    /// <remarks>The same file again is recognised. Two imports of one policy at once are done one after the other.</remarks>
    public Task<ImportOutcome> ImportAsync(MunicipalityId municipality, PolicyUpload upload, Actor actor, CancellationToken cancel) =>
        import.RunAsync(municipality, upload, actor, cancel);

    /// <summary>Puts a version in force (施行) from a day in Japan on. The same again with another day corrects the date.</summary>
    /// <remarks>Of several versions effective by a day, the one with the latest effective date is in force; the newest entry among equals.</remarks>
    public async Task<Outcome<VersionSummary>> PutInForceAsync(MunicipalityId municipality, PolicyVersionId version, DateOnly effectiveOn, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return Refusals.UnknownVersion;
        if (found.EffectiveOn == effectiveOn && found.State is VersionState.InForce or VersionState.Scheduled)
            return Refusals.AlreadyInForce(effectiveOn);
        if (await ApprovalDesk.HoldsBackAsync(tx, found, at, cancel) is { } notYet) return notYet;
        var index = await keeper.AppendAsync(tx, at, "policy.enforced", actor, $"policy-version/{version}",
            new { policy = found.PolicyKey, version, found.Number, found.Title, found.Original, effectiveOn }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.policy_enforcement (municipality_id, id, policy_id, version_id, effective_on, recorded_at, recorded_by, recorded_by_name, ledger_index)
            SELECT municipality_id, $2, policy_id, id, $3, $4, $5, $6, $7 FROM records.policy_version WHERE id = $1
            """, cancel, version.Value, RecordKeeper.NewId(at), effectiveOn, at, actor.Account, actor.Name, index);
        var now = await VersionRows.FindAsync(tx, version, at, cancel);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, PublicationSource.Kind, LintSource.Kind, TieSource.Kind, HierarchySource.Kind, DelegationSource.Kind, DisclosureSource.Kind, AcknowledgementSource.Kind, Organisation.Agencies.AgencySource.Scope);
        return now!;
    }

    /// <summary>Versions as they stood at a moment, newest first within each policy.</summary>
    /// <param name="policyKey">Null: of all policies.</param>
    /// <param name="at">Null: now.</param>
    public async Task<IReadOnlyList<VersionSummary>> VersionsAsync(MunicipalityId municipality, string? policyKey, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await VersionRows.AllAsync(tx, policyKey, at ?? keeper.Clock.Now(), cancel);
    }

    /// <summary>A version with its text, or null.</summary>
    public async Task<PolicyVersion?> VersionAsync(MunicipalityId municipality, PolicyVersionId version, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await WithTextAsync(tx, await VersionRows.FindAsync(tx, version, keeper.Clock.Now(), cancel), cancel);
    }

    /// <summary>The version in force at a moment, by what was known then; null when there was none.</summary>
    public async Task<PolicyVersion?> InForceAsync(MunicipalityId municipality, string policyKey, DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await WithTextAsync(tx, await VersionRows.InForceAsync(tx, policyKey, at, cancel), cancel);
    }

    /// <summary>The 新旧対照表 of two versions. To compare withheld ones is to open them: permitted readers only, and recorded.</summary>
    /// <param name="mayOpen">Whether this person may open a withheld version.</param>
    public async Task<Outcome<ComparisonTable>> CompareAsync(
        MunicipalityId municipality, PolicyVersionId old, PolicyVersionId @new, Actor actor, Func<PolicyVersionId, Task<bool>> mayOpen, CancellationToken cancel)
    {
        List<VersionSummary> withheld = [];
        foreach (var id in new[] { old, @new }.Distinct())
        {
            if (await VersionAsync(municipality, id, cancel) is not { } version) return Refusals.UnknownVersion;
            if (!version.Summary.IsRead) return Documents.Refusals.NotReadable;
            if (version.Summary.WithheldGround is not { } ground) continue;
            if (!await mayOpen(id)) return Refusals.Withheld(ground);
            withheld.Add(version.Summary);
        }
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var before = (await WithTextAsync(tx, await VersionRows.FindAsync(tx, old, at, cancel), cancel))!;
        var after = (await WithTextAsync(tx, await VersionRows.FindAsync(tx, @new, at, cancel), cancel))!;
        foreach (var version in withheld) await Openings.RecordAsync(keeper, tx, version, "新旧対照表", watermarked: false, actor, at, cancel);
        if (withheld.Count > 0)
        {
            await tx.CommitAsync(cancel);
            await keeper.ChangedAsync(municipality, cancel, DisclosureSource.Kind);
        }
        return PolicyDiff.Compare(before.Document, after.Document);
    }

    /// <summary>The file as it was uploaded. Opening a withheld one needs a permitted role and a purpose, and is in the ledger (document.read) before the bytes go out.</summary>
    /// <param name="mayOpenWithheld">The caller's answer to whether this person's role may.</param>
    /// <param name="purpose">For withheld ones; may be empty otherwise.</param>
    public async Task<Outcome<KeptFile>> OriginalAsync(
        MunicipalityId municipality, PolicyVersionId version, Actor actor, bool mayOpenWithheld, string purpose, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return Refusals.UnknownVersion;
        if (found.WithheldGround is { } ground)
        {
            if (!mayOpenWithheld) return Refusals.Withheld(ground);
            if (string.IsNullOrWhiteSpace(purpose)) return Refusals.PurposeMissing;
        }
        var bytes = await KeptFiles.ReadAsync(tx, found.Original, cancel);
        if (found.WithheldGround is not null)
        {
            await Openings.RecordAsync(keeper, tx, found, purpose, watermarked: false, actor, at, cancel);
            await tx.CommitAsync(cancel);
            await keeper.ChangedAsync(municipality, cancel, DisclosureSource.Kind);
        }
        return new KeptFile(found.FileName, KeptFiles.MediaTypeOf(found.FileName), bytes, found.Original);
    }

    /// <summary>Withholds the original from disclosure (不開示) on a legal ground, such as 情報公開条例第7条第6号.</summary>
    public Task<Outcome<VersionSummary>> WithholdAsync(MunicipalityId municipality, PolicyVersionId version, string legalGround, Actor actor, CancellationToken cancel) =>
        string.IsNullOrWhiteSpace(legalGround)
            ? Task.FromResult<Outcome<VersionSummary>>(Refusals.NoteMissing)
            : SetWithheldAsync(municipality, version, legalGround.Trim(), actor, cancel);

    /// <summary>Says that a version may be disclosed (公開), or lifts the withholding.</summary>
    public Task<Outcome<VersionSummary>> DiscloseAsync(MunicipalityId municipality, PolicyVersionId version, Actor actor, CancellationToken cancel) =>
        SetWithheldAsync(municipality, version, null, actor, cancel);

    /// <summary>Who opened withheld originals, newest first.</summary>
    public async Task<IReadOnlyList<DocumentOpening>> OpeningsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(
            "SELECT version_id, purpose, opened_at, opened_by, opened_by_name, ledger_index FROM records.document_opening ORDER BY opened_at DESC, id DESC LIMIT 1000",
            r => new DocumentOpening(new(r.GetGuid(0)), r.GetString(1), r.Moment(2), r.By(3), r.GetInt64(5)), cancel);
    }

    private async Task<Outcome<VersionSummary>> SetWithheldAsync(MunicipalityId municipality, PolicyVersionId version, string? ground, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return Refusals.UnknownVersion;
        if (ground is null && found.WithheldGround is null && found.DisclosureDecided) return Refusals.NotWithheld;
        if (ground is not null && (await PublicationDesk.AllAsync(tx, found.PolicyKey, at, cancel)).Any(p => p.Version == version && p.WithdrawnAt is null)) return Documents.Refusals.StillPublic;
        var index = await keeper.AppendAsync(tx, at, ground is null ? "document.disclosed" : "document.withheld", actor, $"policy-version/{version}",
            new { document = found.Title, found.Number, digest = found.Original, ground }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.policy_withholding (municipality_id, id, version_id, legal_ground, recorded_at, recorded_by, recorded_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, cancel, municipality.Value, RecordKeeper.NewId(at), version.Value, ground, at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, DisclosureSource.Kind);
        return found with { WithheldGround = ground, DisclosureDecided = true };
    }

    private async Task<PolicyVersion?> WithTextAsync(TenantTransaction tx, VersionSummary? summary, CancellationToken cancel)
    {
        if (summary is null) return null;
        var entry = await Texts.GetAsync(tx, summary.Id, cancel);
        return new PolicyVersion(summary, entry.Document, entry.Keys);
    }
}
