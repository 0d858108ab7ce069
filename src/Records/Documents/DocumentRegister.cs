using System.Globalization;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Traces;
using Sekisho.Storage;

namespace Sekisho.Records.Documents;

/// <summary>The documents of the policy set (文書の一覧): what there is, who answers for it, who approves it, who may open it.</summary>
/// <remarks>A document is a line of versions of <see cref="PolicyShelf"/>; its text, findings, ties, publication and comparison are those of every policy.</remarks>
public sealed partial class DocumentRegister
{
    private const int MaxName = 200, MaxTitle = 60;

    /// <summary>Addresses beside those of documents.</summary>
    private static readonly HashSet<string> Reserved = ["new", "trace", "waiting"];

    private readonly RecordKeeper keeper;

    internal DocumentRegister(RecordKeeper keeper) => this.keeper = keeper;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex Key();

    /// <summary>Adds a document; its first version is brought next.</summary>
    public async Task<Outcome<KeptDocument>> AddAsync(MunicipalityId municipality, DocumentDraft draft, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await CheckAsync(tx, draft, cancel) is { } no) return no;
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.policy/' || $1::text, 0))", cancel, municipality.Value);
        var key = string.IsNullOrWhiteSpace(draft.UntrustedKey) ? await FreeKeyAsync(tx, draft.Kind, cancel) : draft.UntrustedKey.Trim();
        if (!Key().IsMatch(key) || Reserved.Contains(key)) return Policies.Refusals.BadKey;
        if (await DocumentRows.FindAsync(tx, key, cancel) is not null) return Refusals.SameKey;
        var (post, title, person) = Columns(draft.Approver);
        await tx.RunAsync("""
            INSERT INTO records.policy (municipality_id, id, key, created_at, kind, name, unit_id, approver_post, delegate_title, delegate_person, readers)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, cancel, municipality.Value, RecordKeeper.NewId(at), key, at, draft.Kind, draft.UntrustedName.Trim(), draft.Unit?.Value, post, title, person, draft.Readers);
        await keeper.AppendAsync(tx, at, "document.registered", actor, $"document/{key}", Body(draft), cancel);
        var made = (await DocumentRows.AllAsync(tx, key, at, cancel))[0];
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, HierarchySource.Kind, DelegationSource.Kind);
        return made;
    }

    /// <summary>Changes what is known of a document. Versions in force stay in force; the next one asks the approver who is named then.</summary>
    public async Task<Outcome<KeptDocument>> ChangeAsync(MunicipalityId municipality, string key, DocumentDraft draft, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await DocumentRows.FindAsync(tx, key, cancel) is not { } found) return Refusals.UnknownDocument;
        if (found.RetiredAt is not null) return Refusals.Retired;
        if (await CheckAsync(tx, draft, cancel) is { } no) return no;
        var (post, title, person) = Columns(draft.Approver);
        await tx.RunAsync("UPDATE records.policy SET kind = $2, name = $3, unit_id = $4, approver_post = $5, delegate_title = $6, delegate_person = $7, readers = $8 WHERE key = $1",
            cancel, key, key == PolicyKeys.Basic ? DocumentKind.BasicPolicy : draft.Kind, draft.UntrustedName.Trim(), draft.Unit?.Value, post, title, person, draft.Readers);
        await keeper.AppendAsync(tx, at, "document.changed", actor, $"document/{key}", Body(draft), cancel);
        var changed = (await DocumentRows.AllAsync(tx, key, at, cancel))[0];
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, HierarchySource.Kind, DelegationSource.Kind);
        return changed;
    }

    /// <summary>Retires a document (廃止): it stays on record and is no longer part of the set.</summary>
    public async Task<Outcome<KeptDocument>> RetireAsync(MunicipalityId municipality, string key, string reason, Actor actor, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason)) return Refusals.NoteMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await DocumentRows.FindAsync(tx, key, cancel) is not { } found) return Refusals.UnknownDocument;
        if (found.RetiredAt is not null) return Refusals.Retired;
        if (found.Kind == DocumentKind.BasicPolicy) return Refusals.StillInForce;
        await tx.RunAsync("UPDATE records.policy SET retired_at = $2 WHERE key = $1", cancel, key, at);
        await keeper.AppendAsync(tx, at, "document.retired", actor, $"document/{key}", new { found.Name, reason = reason.Trim() }, cancel);
        var retired = (await DocumentRows.AllAsync(tx, key, at, cancel))[0];
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, HierarchySource.Kind, DelegationSource.Kind);
        return retired;
    }

    /// <summary>All documents, the basic policy first, retired ones last.</summary>
    public async Task<IReadOnlyList<KeptDocument>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await DocumentRows.AllAsync(tx, null, keeper.Clock.Now(), cancel);
    }

    /// <summary>One document, or null.</summary>
    public async Task<KeptDocument?> ReadAsync(MunicipalityId municipality, string key, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var found = await DocumentRows.AllAsync(tx, key, keeper.Clock.Now(), cancel);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Whether somebody may open a version: always while it isn't withheld; else by the document's readers, and whoever approves it.</summary>
    public async Task<bool> MayOpenAsync(MunicipalityId municipality, PolicyVersionId version, Actor actor, IReadOnlyList<Role> roles, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return false;
        if (found.WithheldGround is null || roles.Contains(Role.Officer) || roles.Contains(Role.Auditor)) return true;
        var document = await DocumentRows.OfVersionAsync(tx, version, cancel);
        return document.Readers == Readers.Everyone
            || (document.Readers == Readers.Managers && roles.Contains(Role.Manager))
            || await Capacity.OfAsync(tx, document, actor, JapaneseTime.Day(at), cancel) is not null;
    }

    private static async Task<Refusal?> CheckAsync(TenantTransaction tx, DocumentDraft draft, CancellationToken cancel)
    {
        if (draft.UntrustedName.Trim().Length is 0 or > MaxName) return Refusals.BadName;
        if (draft.Unit is { } unit && await OrganisationRows.UnitAsync(tx, unit, cancel) is null) return Organisation.Refusals.UnknownUnit;
        return await draft.Approver.Match(
            static _ => Task.FromResult<Refusal?>(null),
            static holder => Task.FromResult(Approver.Posts.Contains(holder.Post) ? null : Refusals.BadApprover),
            async named => named.Title.Trim().Length is 0 or > MaxTitle || await OrganisationRows.PersonAsync(tx, named.Person, cancel) is null ? Refusals.BadApprover : null);
    }

    /// <summary>standard, procedure-2 …: the first that no document has.</summary>
    private static async Task<string> FreeKeyAsync(TenantTransaction tx, DocumentKind kind, CancellationToken cancel)
    {
        var stem = kind switch
        {
            DocumentKind.BasicPolicy => PolicyKeys.Basic,
            DocumentKind.Standard => PolicyKeys.Standard,
            DocumentKind.EmergencyPlan => "emergency-plan",
            DocumentKind.DelegatedRule => "rule",
            var other => other.ToString().ToLowerInvariant(),
        };
        var taken = (await tx.ListAsync("SELECT key FROM records.policy WHERE key = $1 OR key LIKE $1 || '-%'", r => r.GetString(0), cancel, stem)).ToHashSet(StringComparer.Ordinal);
        var key = stem;
        for (var n = 2; taken.Contains(key); n++) key = string.Create(CultureInfo.InvariantCulture, $"{stem}-{n}");
        return key;
    }

    private static (Post? Post, string? Title, Guid? Person) Columns(Approver approver) => approver.Match<(Post?, string?, Guid?)>(
        static _ => (null, null, null), static h => (h.Post, null, null), static d => (null, d.Title.Trim(), d.Person.Value));

    private static object Body(DocumentDraft draft)
    {
        var (post, title, person) = Columns(draft.Approver);
        return new { draft.Kind, name = draft.UntrustedName.Trim(), unit = draft.Unit, approverPost = post, @delegate = title, delegatePerson = person, draft.Readers };
    }
}
