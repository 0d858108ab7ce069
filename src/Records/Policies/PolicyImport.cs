using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Comparison;
using Sekisho.Policy.Lint;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Documents;
using Sekisho.Records.Obligations;
using Sekisho.Records.Ties;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>Import of a policy document (規程の取込み): everything that a new version brings, in one transaction.</summary>
internal sealed partial class PolicyImport(RecordKeeper keeper, ObligationBook obligations, DocumentCache documents)
{
    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex Key();

    public async Task<ImportOutcome> RunAsync(MunicipalityId municipality, PolicyUpload upload, Actor actor, CancellationToken cancel)
    {
        if (upload.Untrusted.Length > KeptFiles.MaxBytes) return new ImportOutcome.Refused(Refusals.TooLarge(upload.Untrusted.Length));
        if (!Key().IsMatch(upload.PolicyKey)) return new ImportOutcome.Refused(Refusals.BadKey);
        var digest = Sha256.Of(upload.Untrusted.Span);
        bool mustBeRead;
        await using (var look = await keeper.EnterAsync(municipality, cancel))
        {
            if (await SameFileAsync(look, upload.PolicyKey, digest, keeper.Clock.Now(), cancel) is { } same) return new ImportOutcome.AlreadyKept(same);
            var document = await DocumentRows.FindAsync(look, upload.PolicyKey, cancel);
            if (document?.RetiredAt is not null) return new ImportOutcome.Refused(Documents.Refusals.Retired);
            mustBeRead = document is null || document.Kind == DocumentKind.BasicPolicy;
        }
        // Reading may start another program (pdftotext) and take seconds: never inside the transaction.
        var reading = await PolicyReader.ReadAsync(upload.Untrusted, upload.UntrustedName, cancel);
        return await reading.Match(
            read => KeepAsync(municipality, upload, digest, read.Document, isRead: true, actor, cancel),
            refused => mustBeRead
                ? Task.FromResult<ImportOutcome>(new ImportOutcome.Unreadable(refused.Error))
                : KeepAsync(municipality, upload, digest, Unread(upload, refused.Error), isRead: false, actor, cancel));
    }

    /// <summary>A form, a picture, a table: kept as its file, and said to be so.</summary>
    private static PolicyDocument Unread(PolicyUpload upload, ReadError error)
    {
        var name = Path.GetFileNameWithoutExtension(KeptFiles.SafeName(upload.UntrustedName));
        return new PolicyDocument(name.Length == 0 ? upload.PolicyKey : name, null, [], "", [], [], [],
            [new Finding(error.Code, FindingSeverity.Info, null, "", error.What, new("本文は読み取らず、ファイルのまま保存しました。", "Its text was not read; the file is kept as it is."))]);
    }

    private async Task<ImportOutcome> KeepAsync(
        MunicipalityId municipality, PolicyUpload upload, Sha256 digest, PolicyDocument document, bool isRead, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var policy = await LockPolicyAsync(tx, upload.PolicyKey, cancel);
        // Now that imports of this policy wait for each other: did another one bring the same file, and which version is the newest?
        var at = keeper.Clock.Now();
        if (await SameFileAsync(tx, upload.PolicyKey, digest, at, cancel) is { } same) return new ImportOutcome.AlreadyKept(same);
        var versions = await VersionRows.AllAsync(tx, upload.PolicyKey, at, cancel);
        var number = versions.Count == 0 ? 1 : versions[0].Number + 1;
        var previous = versions.Count == 0 ? null : versions[0];
        var inForce = versions.FirstOrDefault(v => v.State == VersionState.InForce);
        var id = new PolicyVersionId(RecordKeeper.NewId(at));
        var keys = await KeysAsync(tx, policy, document, number, previous, inForce, cancel);
        var name = KeptFiles.SafeName(upload.UntrustedName);

        await KeptFiles.KeepAsync(tx, digest, upload.Untrusted, at, cancel);
        var catalogue = await obligations.CatalogueAsync(tx, at, cancel);
        var proposed = PolicyTies.Propose(document, catalogue);
        var before = previous is null ? [] : await TieRows.OfVersionAsync(tx, previous.Id, at, cancel);
        var oldTexts = previous is null ? [] : TextsByKey(await documents.GetAsync(tx, previous.Id, cancel));
        var ties = NewTies.From(document, keys, proposed, before, oldTexts);
        var findings = FindingRows.Number(document, keys, isRead ? LintOf(document, at) : []);

        var index = await keeper.AppendAsync(tx, at, "policy.imported", actor, $"policy-version/{id}", new
        {
            policy = upload.PolicyKey,
            number,
            document.Title,
            file = name,
            original = digest,
            bytes = upload.Untrusted.Length,
            text = Sha256.Of(Encoding.UTF8.GetBytes(RecordJson.Write(document))),
            read = isRead,
            withheldGround = previous?.WithheldGround,
            provisions = keys.Count,
            ties = ties.Count,
            tiesDigest = Sha256.Of(Encoding.UTF8.GetBytes(RecordJson.Write(ties.Select(t => new { t.ProvisionKey, t.Obligation, t.Origin, t.Confidence })))),
            findings = findings.Count,
        }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.policy_version (municipality_id, id, policy_id, number, title, file_name, size_bytes, sha256, document, imported_at, imported_by, imported_by_name, ledger_index, is_read)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13, $14)
            """, cancel, municipality.Value, id.Value, policy, number, document.Title, name, upload.Untrusted.Length, digest,
            RecordJson.Write(document), at, actor.Account, actor.Name, index, isRead);
        await InsertProvisionsAsync(tx, id, document, keys, cancel);
        await FindingRows.InsertAsync(tx, id, findings, at, cancel);
        if (previous is not null) await FindingRows.CarryAnswersAsync(tx, previous.Id, id, at, cancel);
        // The next version of a withheld document is withheld from its first moment; who may disclose it says so.
        if (previous?.WithheldGround is { } ground)
        {
            await tx.RunAsync("""
                INSERT INTO records.policy_withholding (municipality_id, id, version_id, legal_ground, recorded_at, recorded_by, recorded_by_name, ledger_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """, cancel, municipality.Value, RecordKeeper.NewId(at), id.Value, ground, at, actor.Account, actor.Name, index);
        }
        await TieRows.InsertAsync(tx, id, ties, at, cancel);
        var kept = await VersionRows.FindAsync(tx, id, at, cancel);
        await tx.CommitAsync(cancel);
        return new ImportOutcome.Imported(kept!, ties.Count, ties.Count(t => t.Decision is not null), findings.Count);
    }

    private static IReadOnlyList<Finding> LintOf(PolicyDocument document, DateTimeOffset at) => PolicyLint.Check(document, NationalModel.Load(), JapaneseTime.Day(at));

    private static async Task<VersionSummary?> SameFileAsync(TenantTransaction tx, string policyKey, Sha256 digest, DateTimeOffset at, CancellationToken cancel) =>
        (await VersionRows.AllAsync(tx, policyKey, at, cancel)).FirstOrDefault(v => v.Original == digest);

    /// <summary>The policy's row, made when new, locked until the end of the transaction: imports of one policy go one after the other.</summary>
    private async Task<Guid> LockPolicyAsync(TenantTransaction tx, string key, CancellationToken cancel)
    {
        var at = keeper.Clock.Now();
        await tx.RunAsync("INSERT INTO records.policy (municipality_id, id, key, created_at, kind) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (municipality_id, key) DO NOTHING",
            cancel, tx.Municipality.Value, RecordKeeper.NewId(at), key, at, key switch { PolicyKeys.Basic => DocumentKind.BasicPolicy, PolicyKeys.Standard => DocumentKind.Standard, _ => DocumentKind.Other });
        var rows = await tx.ListAsync("SELECT id FROM records.policy WHERE key = $1 FOR UPDATE", r => r.GetGuid(0), cancel, key);
        return rows[0];
    }

    /// <summary>For each provision the key that it keeps: that of the provision it continues, or a new one.</summary>
    /// <remarks>
    /// The newest version is asked first, then the one in force: a wrong draft in between must not tear the thread.
    /// </remarks>
    private async Task<IReadOnlyDictionary<string, string>> KeysAsync(
        TenantTransaction tx, Guid policy, PolicyDocument document, int number, VersionSummary? previous, VersionSummary? inForce, CancellationToken cancel)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var version in new[] { previous, inForce }.OfType<VersionSummary>().DistinctBy(v => v.Id))
        {
            var old = await documents.GetAsync(tx, version.Id, cancel);
            foreach (var (newId, oldId) in PolicyDiff.CarryIds(old.Document, document))
            {
                if (!keys.ContainsKey(newId) && old.Keys.TryGetValue(oldId, out var key) && used.Add(key)) keys.Add(newId, key);
            }
        }
        var ever = await tx.ListAsync("""
            SELECT DISTINCT p.provision_key FROM records.provision p JOIN records.policy_version v ON v.municipality_id = p.municipality_id AND v.id = p.version_id WHERE v.policy_id = $1
            """, r => r.GetString(0), cancel, policy);
        used.UnionWith(ever);
        foreach (var provision in document.All())
        {
            if (keys.ContainsKey(provision.Id)) continue;
            // An id that another provision once had as its key gets the version's number: a key never changes hands.
            var key = provision.Id;
            for (var again = 0; !used.Add(key); again++)
                key = string.Create(CultureInfo.InvariantCulture, $"{provision.Id}~{number}{(again == 0 ? "" : "." + again)}");
            keys.Add(provision.Id, key);
        }
        return keys;
    }

    private static Dictionary<string, string> TextsByKey(DocumentCache.Entry entry) =>
        entry.Flat.ToDictionary(f => f.Key, f => f.Provision.Caption + "\n" + f.Provision.Text, StringComparer.Ordinal);

    private static Task<int> InsertProvisionsAsync(
        TenantTransaction tx, PolicyVersionId version, PolicyDocument document, IReadOnlyDictionary<string, string> keys, CancellationToken cancel)
    {
        var rows = new List<(Provision Provision, int? Parent, int Depth)>();
        void Add(IEnumerable<Provision> provisions, int? parent, int depth)
        {
            foreach (var p in provisions)
            {
                var ordinal = rows.Count;
                rows.Add((p, parent, depth));
                Add(p.Children, ordinal, depth + 1);
            }
        }
        Add(document.Provisions, null, 0);
        return tx.RunAsync("""
            INSERT INTO records.provision (municipality_id, version_id, ordinal, provision_id, provision_key, parent_ordinal, depth, kind, number, label, caption, path, text)
            SELECT $1, $2, * FROM unnest($3::int[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
            """, cancel, tx.Municipality.Value, version.Value,
            Enumerable.Range(0, rows.Count).ToArray(),
            rows.Select(r => r.Provision.Id).ToArray(),
            rows.Select(r => keys[r.Provision.Id]).ToArray(),
            rows.Select(r => r.Parent).ToArray(),
            rows.Select(r => r.Depth).ToArray(),
            rows.Select(r => r.Provision.Kind.ToString()).ToArray(),
            rows.Select(r => r.Provision.Number).ToArray(),
            rows.Select(r => r.Provision.Label).ToArray(),
            rows.Select(r => r.Provision.Caption).ToArray(),
            rows.Select(r => r.Provision.Path).ToArray(),
            rows.Select(r => r.Provision.Text).ToArray());
    }
}
