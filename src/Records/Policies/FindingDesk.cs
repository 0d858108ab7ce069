using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Lint;
using Sekisho.Records.EvidenceKept.Sources;

namespace Sekisho.Records.Policies;

/// <summary>Findings of versions and people's answers to them (指摘と回答).</summary>
public sealed class FindingDesk
{
    private readonly RecordKeeper keeper;
    private readonly DocumentCache documents;

    internal FindingDesk(RecordKeeper keeper, DocumentCache documents) => (this.keeper, this.documents) = (keeper, documents);

    /// <summary>Findings of a version with the answers known at a moment (null: now).</summary>
    public async Task<IReadOnlyList<KeptFinding>> FindingsAsync(MunicipalityId municipality, PolicyVersionId version, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await FindingRows.OfVersionAsync(tx, version, at ?? keeper.Clock.Now(), cancel);
    }

    /// <summary>Answers a finding. "Accepted" and "not a problem" need a reason; a later answer replaces an earlier one, which stays on record.</summary>
    public async Task<Outcome<KeptFinding>> AnswerAsync(MunicipalityId municipality, FindingId finding, FindingAnswer answer, string note, Actor actor, CancellationToken cancel)
    {
        if (answer != FindingAnswer.WillFix && string.IsNullOrWhiteSpace(note)) return Refusals.NoteMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await FindingRows.FindAsync(tx, finding, at, cancel) is not { } found) return Refusals.UnknownFinding;
        var index = await keeper.AppendAsync(tx, at, "finding.answered", actor, $"finding/{finding}",
            new { found.Version, found.Found.Code, place = found.Found.Where, message = found.Found.Message.Ja, answer, note = note.Trim() }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.finding_answer (municipality_id, id, finding_id, answer, note, answered_at, answered_by, answered_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, cancel, municipality.Value, RecordKeeper.NewId(at), finding.Value, answer, note.Trim(), at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, LintSource.Kind);
        return found with { Answer = new AnswerGiven(answer, note.Trim(), at, actor, Carried: false, index) };
    }

    /// <summary>Lints a version again, with the law and the model of today; new findings are added, old ones stay.</summary>
    /// <returns>How many are new.</returns>
    public async Task<Outcome<int>> CheckAgainAsync(MunicipalityId municipality, PolicyVersionId version, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await VersionRows.FindAsync(tx, version, at, cancel) is not { } found) return Refusals.UnknownVersion;
        var entry = await documents.GetAsync(tx, version, cancel);
        var lint = PolicyLint.Check(entry.Document, NationalModel.Load(), JapaneseTime.Day(at));
        var added = await FindingRows.InsertAsync(tx, version, FindingRows.Number(entry.Document, entry.Keys, lint), at, cancel);
        await keeper.AppendAsync(tx, at, "policy.checked", actor, $"policy-version/{version}", new { found.Title, found.Number, findings = lint.Count, added }, cancel);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, LintSource.Kind);
        return added;
    }
}
