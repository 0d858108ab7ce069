using Sekisho.Assurance;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Obligations;

namespace Sekisho.Records.Statements;

/// <summary>What an officer signs (申告).</summary>
/// <param name="Holds">Whether the criterion is so. An officer may state that it is not.</param>
/// <param name="Text">When, what and how it was checked.</param>
/// <param name="SecondFactorAt">When the officer confirmed the second factor for this signature; null: not.</param>
public sealed record StatementDraft(
    ObligationId Obligation, string CriterionId, bool Holds, string Text, DateTimeOffset ExpiresAt,
    IReadOnlyList<Attachment> Files, DateTimeOffset? SecondFactorAt);

/// <summary>Officers' signed statements (申告): evidence of the weaker kind, where no mechanism observes yet.</summary>
public sealed class StatementDesk
{
    /// <summary>A second factor confirmed longer ago than this signs nothing.</summary>
    private static readonly TimeSpan SecondFactorLife = TimeSpan.FromMinutes(15);

    /// <summary>A year and a month: yearly things get a statement once a year.</summary>
    private const int MaxDays = 396;

    private const int MinText = 10, MaxText = 2000;

    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;

    internal StatementDesk(RecordKeeper keeper, ObligationBook obligations) => (this.keeper, this.obligations) = (keeper, obligations);

    /// <summary>Signs a statement on one criterion; with a file, an expiry and a confirmed second factor.</summary>
    public async Task<Outcome<EvidenceRow>> SignAsync(MunicipalityId municipality, StatementDraft draft, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (draft.SecondFactorAt is not { } confirmed || confirmed > at || at - confirmed > SecondFactorLife) return Refusals.SecondFactorMissing;
        var obligation = (await obligations.CatalogueAsync(tx, at, cancel)).Find(draft.Obligation);
        if (obligation?.Criteria.FirstOrDefault(c => c.Id == draft.CriterionId) is not { } criterion) return Refusals.UnknownCriterion;
        var text = draft.Text.Trim();
        if (text.Length is < MinText or > MaxText) return Refusals.TextMissing;
        if (draft.Files.Count == 0) return Refusals.FileMissing;
        var expires = RecordedTime.Cut(draft.ExpiresAt);
        if (expires <= at || expires > at.AddDays(MaxDays)) return Refusals.BadExpiry(MaxDays);
        var day = JapaneseTime.Date(JapaneseTime.Day(expires));
        var asks = criterion.Asks;
        var observation = new Observation(
            Judge.StatementKind(draft.Obligation, criterion.Id), "", at, expires, EvidenceWeight.Statement,
            new Dictionary<string, decimal> { ["holds"] = draft.Holds ? 1 : 0 },
            draft.Holds
                ? new($"{actor.Name}が「{asks.Ja}」と申告しました（{day.Ja}まで有効）。", $"{actor.Name} states: \"{asks.En}\" (valid until {day.En}).")
                : new($"{actor.Name}が「{asks.Ja}」を満たしていないと申告しました。", $"{actor.Name} states that this isn't so: \"{asks.En}\"."));
        if (EvidenceBook.Refuse(observation, draft.Files, at) is { } refusal) return refusal;
        var row = await EvidenceRows.InsertAsync(tx, keeper, observation, draft.Files,
            new { draft.Obligation, criterion = criterion.Id, draft.Holds, text, signedBy = actor.Account, secondFactorAt = confirmed }, actor, at, cancel);
        await tx.RunAsync("""
            INSERT INTO records.statement (municipality_id, evidence_id, obligation_id, criterion_id, text, signed_by, signed_by_name, signed_at, second_factor_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, cancel, municipality.Value, row.Evidence.Id.Value, draft.Obligation.Value, criterion.Id, text, actor.Account, actor.Name, at, confirmed);
        await tx.CommitAsync(cancel);
        return row;
    }

    /// <summary>Statements that run out by a moment, soonest first: those who signed are to look again.</summary>
    /// <remarks>Of each criterion only the newest statement counts.</remarks>
    public async Task<IReadOnlyList<(EvidenceRow Row, SignedStatement Statement)>> RunningOutAsync(MunicipalityId municipality, DateTimeOffset by, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync($"""
            SELECT {EvidenceRows.Columns}, s.obligation_id, s.criterion_id, s.text, s.signed_at, s.signed_by, s.signed_by_name, s.second_factor_at
            FROM (SELECT DISTINCT ON (obligation_id, criterion_id) * FROM records.statement ORDER BY obligation_id, criterion_id, signed_at DESC) s
            JOIN records.evidence e ON e.municipality_id = s.municipality_id AND e.id = s.evidence_id
            WHERE e.expires_at <= $1 ORDER BY e.expires_at, e.id
            """, r =>
            {
                var evidence = EvidenceRows.Evidence(r);
                var row = new EvidenceRow(evidence, r.By(10), r.GetInt64(12), 0);
                return (row, new SignedStatement(new ObligationId(r.GetString(13)), r.GetString(14), evidence.Observed.Facts.GetValueOrDefault("holds") == 1, r.GetString(15), r.Moment(16), r.By(17), r.Moment(19)));
            }, cancel, by);
    }
}
