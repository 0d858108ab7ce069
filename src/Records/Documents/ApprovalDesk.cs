using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Documents;

/// <summary>Drafting, review and approval of versions (起案・審査・承認).</summary>
/// <remarks>
/// A version never changes: other content is another version, which nobody has approved. Each step carries the digest of the content it was
/// about, in its row and in the ledger, and counts only while the version still has that digest.
/// </remarks>
public sealed class ApprovalDesk
{
    private const int MaxNote = 2000;

    private readonly RecordKeeper keeper;

    internal ApprovalDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Asks for the review of a draft.</summary>
    public Task<Outcome<DocumentStage>> SubmitAsync(MunicipalityId municipality, PolicyVersionId version, string note, Actor actor, CancellationToken cancel) =>
        TakeAsync(municipality, version, StepKind.Submitted, note, actor, static (_, _, stage, _, _) =>
            Task.FromResult<(Refusal?, string)>(stage is DocumentStage.Drafting or DocumentStage.Returned ? (null, "") : (Refusals.WrongStage(stage), "")), cancel);

    /// <summary>Reviews a draft and passes it on to the approver. Never by who drafted it.</summary>
    public Task<Outcome<DocumentStage>> ReviewAsync(MunicipalityId municipality, PolicyVersionId version, string note, Actor actor, CancellationToken cancel) =>
        TakeAsync(municipality, version, StepKind.Reviewed, note, actor, async (tx, found, stage, _, _) =>
            stage != DocumentStage.Submitted ? (Refusals.WrongStage(stage), "")
            : await IsAuthorAsync(tx, found, actor, cancel) ? (Refusals.OwnDraft, "")
            : (null, "審査"), cancel);

    /// <summary>Gives a draft back to its author, with the reason.</summary>
    public Task<Outcome<DocumentStage>> ReturnAsync(MunicipalityId municipality, PolicyVersionId version, string reason, Actor actor, CancellationToken cancel) =>
        string.IsNullOrWhiteSpace(reason) ? Task.FromResult<Outcome<DocumentStage>>(Refusals.NoteMissing)
        : TakeAsync(municipality, version, StepKind.Returned, reason, actor, async (tx, found, stage, document, at) =>
            stage is not (DocumentStage.Submitted or DocumentStage.Reviewed) ? (Refusals.WrongStage(stage), "")
            : await IsAuthorAsync(tx, found, actor, cancel) ? (Refusals.OwnDraft, "")
            : (null, await Capacity.OfAsync(tx, document, actor, JapaneseTime.Day(at), cancel) ?? "審査"), cancel);

    /// <summary>Approves a reviewed draft: by the holder of the document's post, or the officer to whom it is delegated, and never by who drafted it.</summary>
    public Task<Outcome<DocumentStage>> ApproveAsync(MunicipalityId municipality, PolicyVersionId version, string note, Actor actor, CancellationToken cancel) =>
        TakeAsync(municipality, version, StepKind.Approved, note, actor, async (tx, found, stage, document, at) =>
        {
            if (document.Approver.Name is not { } name) return (Refusals.NothingToApprove, "");
            if (stage != DocumentStage.Reviewed) return (Refusals.WrongStage(stage), "");
            if (await IsAuthorAsync(tx, found, actor, cancel)) return (Refusals.OwnDraft, "");
            if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is null) return (Refusals.NotLinked, "");
            return await Capacity.OfAsync(tx, document, actor, JapaneseTime.Day(at), cancel) is { } capacity ? (null, capacity) : (Refusals.NotTheApprover(name), "");
        }, cancel);

    /// <summary>Records that a version was decided on paper before it came here (決裁済み): by whom, on which day, under which reference.</summary>
    public async Task<Outcome<DocumentStage>> AdoptAsync(
        MunicipalityId municipality, PolicyVersionId version, DateOnly decidedOn, string decidedBy, string reference, Actor actor, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(decidedBy) || decidedBy.Trim().Length > 60 || string.IsNullOrWhiteSpace(reference) || decidedOn > JapaneseTime.Day(keeper.Clock.Now())) return Refusals.ReferenceMissing;
        return await TakeAsync(municipality, version, StepKind.Adopted, reference, actor, (_, _, stage, _, _) =>
            Task.FromResult<(Refusal?, string)>(stage == DocumentStage.Approved ? (Refusals.WrongStage(stage), "") : (null, decidedBy.Trim())), cancel, decidedOn);
    }

    /// <summary>What was done with a version, oldest first.</summary>
    public async Task<IReadOnlyList<DocumentStep>> StepsAsync(MunicipalityId municipality, PolicyVersionId version, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await DocumentRows.StepsAsync(tx, version, keeper.Clock.Now(), cancel);
    }

    /// <summary>Versions that wait for this person: to be reviewed by the office, to be approved by the holder of the post.</summary>
    /// <param name="reviews">Whether the person reviews drafts (the security office does).</param>
    public async Task<IReadOnlyList<KeptDocument>> WaitingAsync(MunicipalityId municipality, Actor actor, bool reviews, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var waiting = new List<KeptDocument>();
        foreach (var document in (await DocumentRows.AllAsync(tx, null, at, cancel)).Where(d => d is { RetiredAt: null, Newest.State: VersionState.Draft }))
        {
            if (document.Stage is not (DocumentStage.Submitted or DocumentStage.Reviewed) || await IsAuthorAsync(tx, document.Newest!, actor, cancel)) continue;
            if (document.Stage == DocumentStage.Submitted ? reviews
                : await Capacity.OfAsync(tx, await DocumentRows.OfVersionAsync(tx, document.Newest!.Id, cancel), actor, JapaneseTime.Day(at), cancel) is not null) waiting.Add(document);
        }
        return waiting;
    }

    /// <summary>Why a version can't be put in force; null when it can.</summary>
    internal static async Task<Refusal?> HoldsBackAsync(TenantTransaction tx, VersionSummary version, DateTimeOffset at, CancellationToken cancel)
    {
        var document = await DocumentRows.OfVersionAsync(tx, version.Id, cancel);
        if (document.RetiredAt is not null) return Refusals.Retired;
        return document.Approver.Name is { } name && await DocumentRows.StageAsync(tx, version, at, cancel) != DocumentStage.Approved ? Refusals.NotApproved(name) : null;
    }

    private delegate Task<(Refusal? No, string Capacity)> Rule(TenantTransaction tx, VersionSummary version, DocumentStage stage, DocumentRows.Row document, DateTimeOffset at);

    private async Task<Outcome<DocumentStage>> TakeAsync(
        MunicipalityId municipality, PolicyVersionId version, StepKind kind, string note, Actor actor, Rule rule, CancellationToken cancel, DateOnly? decidedOn = null)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        // Two people who act on one version at once do so one after the other: the second sees the first one's step.
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.document_step/' || $1::text, 0))", cancel, version.Value);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return Policies.Refusals.UnknownVersion;
        var document = await DocumentRows.OfVersionAsync(tx, version, cancel);
        if (document.RetiredAt is not null) return Refusals.Retired;
        var (no, capacity) = await rule(tx, found, await DocumentRows.StageAsync(tx, found, at, cancel), document, at);
        if (no is not null) return no;
        var text = note.Trim() is { Length: > MaxNote } tooLong ? tooLong[..MaxNote] : note.Trim();
        var index = await keeper.AppendAsync(tx, at, "document." + kind.ToString().ToLowerInvariant(), actor, $"policy-version/{version}",
            new { document = document.Key, found.Number, found.Title, digest = found.Original, capacity, note = text, decidedOn }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.document_step (municipality_id, id, version_id, step, sha256, capacity, note, decided_on, taken_at, taken_by, taken_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, cancel, municipality.Value, RecordKeeper.NewId(at), version.Value, kind, found.Original, capacity, text, decidedOn, at, actor.Account, actor.Name, index);
        var stage = await DocumentRows.StageAsync(tx, found, at, cancel);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, DelegationSource.Kind);
        return stage;
    }

    /// <summary>Who brought the version is its author: the account, or another account of the same person.</summary>
    private static async Task<bool> IsAuthorAsync(TenantTransaction tx, VersionSummary version, Actor actor, CancellationToken cancel)
    {
        if (version.ImportedBy.Account == actor.Account) return true;
        return await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is { } person && person == await AccountPeople.PersonOfAsync(tx, version.ImportedBy.Account, cancel);
    }
}
