using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Records.Obligations;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Ties;

/// <summary>Which provision creates which obligation, and who confirmed it (結び付き).</summary>
public sealed class TieBook
{
    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;

    internal TieBook(RecordKeeper keeper, ObligationBook obligations) => (this.keeper, this.obligations) = (keeper, obligations);

    /// <summary>Ties of a version in the order of the document, rejected ones too, as known at a moment (null: now).</summary>
    public async Task<IReadOnlyList<Tie>> OfVersionAsync(MunicipalityId municipality, PolicyVersionId version, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await TieRows.OfVersionAsync(tx, version, at ?? keeper.Clock.Now(), cancel);
    }

    /// <summary>Confirms a tie: the provision does create the obligation. Also for one whose words changed since it was confirmed.</summary>
    public Task<Outcome<Tie>> ConfirmAsync(MunicipalityId municipality, TieId tie, string note, Actor actor, CancellationToken cancel) =>
        DecideAsync(municipality, tie, TieState.Confirmed, note, actor, cancel);

    /// <summary>Rejects a tie, with the reason: from now on it doesn't count. It stays on record and can be confirmed again.</summary>
    public Task<Outcome<Tie>> RejectAsync(MunicipalityId municipality, TieId tie, string reason, Actor actor, CancellationToken cancel) =>
        string.IsNullOrWhiteSpace(reason) ? Task.FromResult<Outcome<Tie>>(Refusals.ReasonMissing) : DecideAsync(municipality, tie, TieState.Rejected, reason, actor, cancel);

    /// <summary>Confirms several at once; all or none. One ledger entry each.</summary>
    /// <returns>How many were confirmed: those confirmed already are passed over.</returns>
    public async Task<Outcome<int>> ConfirmAllAsync(MunicipalityId municipality, IReadOnlyCollection<TieId> ties, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var open = new List<Tie>();
        foreach (var id in ties.Distinct())
        {
            if (await TieRows.FindAsync(tx, id, at, cancel) is not { } tie) return Refusals.UnknownTie;
            if (!Stands(tie, TieState.Confirmed)) open.Add(tie);
        }
        if (open.Count == 0) return 0;
        var first = await keeper.AppendAsync(tx, [.. open.Select(t => EntryOf(t, TieState.Confirmed, "", actor, at))], cancel);
        for (var i = 0; i < open.Count; i++)
            await TieRows.DecideAsync(tx, RecordKeeper.NewId(at), open[i].Id, new TieDecision(TieState.Confirmed, "", at, actor, Carried: false, first + i), cancel);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, TieSource.Kind);
        return open.Count;
    }

    /// <summary>Adds a tie that the words didn't propose. It is confirmed by the one who adds it.</summary>
    /// <param name="provisionId">In the version's document.</param>
    public async Task<Outcome<Tie>> AddAsync(
        MunicipalityId municipality, PolicyVersionId version, string provisionId, ObligationId obligation, string reason, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var outcome = await AddAsync(tx, version, provisionId, obligation, reason, actor, keeper.Clock.Now(), cancel);
        if (outcome is Outcome<Tie>.Refused) return outcome;
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, TieSource.Kind);
        return outcome;
    }

    /// <summary>Replaces the obligation of a tie: rejects the one, adds the other, both or neither.</summary>
    public async Task<Outcome<Tie>> ChangeAsync(MunicipalityId municipality, TieId tie, ObligationId obligation, string reason, Actor actor, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason)) return Refusals.ReasonMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await TieRows.FindAsync(tx, tie, at, cancel) is not { } old) return Refusals.UnknownTie;
        if (!Stands(old, TieState.Rejected)) await DecideAsync(tx, old, TieState.Rejected, reason, actor, at, cancel);
        var outcome = await AddAsync(tx, old.Version, old.ProvisionId, obligation, reason, actor, at, cancel);
        if (outcome is Outcome<Tie>.Refused) return outcome;
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, TieSource.Kind);
        return outcome;
    }

    private async Task<Outcome<Tie>> AddAsync(
        TenantTransaction tx, PolicyVersionId version, string provisionId, ObligationId obligation, string reason, Actor actor, DateTimeOffset at, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason)) return Refusals.ReasonMissing;
        var key = await tx.FirstAsync("SELECT provision_key FROM records.provision WHERE version_id = $1 AND provision_id = $2", r => r.GetString(0), cancel, version.Value, provisionId);
        if (key is null) return Refusals.UnknownProvision;
        var catalogue = await obligations.CatalogueAsync(tx, at, cancel);
        if (catalogue.Find(obligation) is null) return Refusals.UnknownObligation(obligation);
        var all = await TieRows.OfVersionAsync(tx, version, at, cancel);
        if (all.FirstOrDefault(t => t.ProvisionKey == key && t.Obligation == obligation) is { } there)
        {
            if (there.State != TieState.Rejected) return Refusals.AlreadyTied;
            // It was rejected before: adding it again is confirming it.
            await DecideAsync(tx, there, TieState.Confirmed, reason, actor, at, cancel);
            return (await TieRows.FindAsync(tx, there.Id, at, cancel))!;
        }
        var id = new TieId(RecordKeeper.NewId(at));
        var added = new NewTie(key, obligation, TieOrigin.Added, 1, Bilingual.Same(reason.Trim()), false, null);
        await tx.RunAsync("""
            INSERT INTO records.tie (municipality_id, id, version_id, provision_key, obligation_id, origin, confidence, reason_ja, reason_en, made_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, cancel, tx.Municipality.Value, id.Value, version.Value, key, obligation.Value, added.Origin, added.Confidence, added.Reason.Ja, added.Reason.En, at);
        var index = await keeper.AppendAsync(tx, at, "tie.added", actor, $"tie/{id}", new { version, provision = key, obligation, reason = reason.Trim() }, cancel);
        await TieRows.DecideAsync(tx, RecordKeeper.NewId(at), id, new TieDecision(TieState.Confirmed, reason.Trim(), at, actor, Carried: false, index), cancel);
        return (await TieRows.FindAsync(tx, id, at, cancel))!;
    }

    private async Task<Outcome<Tie>> DecideAsync(MunicipalityId municipality, TieId id, TieState state, string note, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await TieRows.FindAsync(tx, id, at, cancel) is not { } tie) return Refusals.UnknownTie;
        if (Stands(tie, state)) return Refusals.AlreadySo(state);
        await DecideAsync(tx, tie, state, note, actor, at, cancel);
        var now = await TieRows.FindAsync(tx, id, at, cancel);
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, TieSource.Kind);
        return now!;
    }

    /// <summary>Decided so already, on these very words.</summary>
    private static bool Stands(Tie tie, TieState state) => tie.State == state && !(tie.TextChanged && tie.Decided is { Carried: true });

    private async Task DecideAsync(TenantTransaction tx, Tie tie, TieState state, string note, Actor actor, DateTimeOffset at, CancellationToken cancel)
    {
        var index = await keeper.AppendAsync(tx, [EntryOf(tie, state, note, actor, at)], cancel);
        await TieRows.DecideAsync(tx, RecordKeeper.NewId(at), tie.Id, new TieDecision(state, note.Trim(), at, actor, Carried: false, index), cancel);
    }

    private static LedgerEntry EntryOf(Tie tie, TieState state, string note, Actor actor, DateTimeOffset at) =>
        RecordKeeper.Entry(at, state == TieState.Confirmed ? "tie.confirmed" : "tie.rejected", actor, $"tie/{tie.Id}",
            new { tie.Version, provision = tie.ProvisionKey, tie.Path, tie.Obligation, note = note.Trim() });
}
