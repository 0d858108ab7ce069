using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Threats;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Verdicts;
using Sekisho.Storage;

namespace Sekisho.Records.Risks;

/// <summary>Risk as a whole (リスク分析): how it stands, what is accepted by whom, and the analysis closed once a year.</summary>
/// <remarks>Risks, threats and groups are entries of registers and are written there (<see cref="RegisterBook"/>).</remarks>
public sealed class RiskDesk
{
    /// <summary>Acceptance is no way to forget: a year and a month at most.</summary>
    private const int MaxMonths = 13;

    private const int MaxName = 100, MaxReference = 100, MinReason = 10, MaxReason = 2000, MaxWord = 40;

    /// <summary>Who may take a risk for the municipality. Source: 総務省ガイドライン 対策基準1 組織体制（最高・統括・情報セキュリティ責任者の権限）.</summary>
    private static readonly Post[] Deciders = [Post.Ciso, Post.GeneralOfficer, Post.SecurityOfficer];

    private readonly RecordKeeper keeper;
    private readonly DocumentCache documents;
    private readonly VerdictBoard verdicts;

    internal RiskDesk(RecordKeeper keeper, DocumentCache documents, VerdictBoard verdicts) => (this.keeper, this.documents, this.verdicts) = (keeper, documents, verdicts);

    /// <summary>Everything about risk today.</summary>
    public async Task<RiskOverview> OverviewAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RiskRows.OverviewAsync(tx, documents, keeper.Clock.Now(), cancel);
    }

    /// <summary>One risk with its controls as they stand now; null when there is none.</summary>
    public async Task<RiskView?> ReadAsync(MunicipalityId municipality, EntryId id, CancellationToken cancel)
    {
        var standing = (await verdicts.ObligationsAsync(municipality, null, cancel)).ToDictionary(l => l.Standing.Obligation.Id, l => l.Standing);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var day = JapaneseTime.Day(keeper.Clock.Now());
        var (risk, scale, threat, acceptances) = await RiskAsync(tx, id, day, lockRow: false, cancel);
        if (risk is null) return null;
        var controls = threat!.Choices("controls").Select(c => new ObligationId(c)).Where(standing.ContainsKey)
            .Select(c => new StandingControl(c, standing[c].Obligation.Name, standing[c].Verdict.Kind)).ToList();
        return new(risk, scale, controls, RiskMatrix.Remaining(risk.Before.Likelihood, controls.Count(c => c.Verdict == VerdictKind.Met), controls.Count),
            acceptances, await MayDecideAsync(tx, risk.Entry, day, cancel));
    }

    /// <summary>Keeps that a risk was accepted: by somebody who holds a post that may, never by the risk's owner, for that version of the risk, until a day.</summary>
    public Task<Outcome<RiskAcceptance>> AcceptAsync(MunicipalityId municipality, AcceptanceDraft draft, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<RiskAcceptance>(municipality, [RiskSource.Assessment], async (tx, at) =>
        {
            var (reference, reason) = (draft.Reference.Trim(), draft.Reason.Trim());
            var day = JapaneseTime.Day(at);
            var (risk, scale, _, _) = await RiskAsync(tx, draft.Risk, day, lockRow: true, cancel);
            if (risk is null) return Refusals.Unknown;
            if (reference.Length is 0 or > MaxReference || reason.Length is < MinReason or > MaxReason) return Refusals.TextMissing(MinReason);
            if (draft.ExpiresOn <= day || draft.ExpiresOn > day.AddMonths(MaxMonths)) return Refusals.BadExpiry(MaxMonths);
            if (risk.Entry.Version != draft.Version) return Refusals.Changed;
            if (risk.Now < scale.Line) return Refusals.NothingToAccept(scale.Line);
            if ((await MayDecideAsync(tx, risk.Entry, day, cancel)).FirstOrDefault(d => d.Person == draft.DecidedBy) is not { } decider) return Refusals.MayNotDecide;
            var id = RecordKeeper.NewId(at);
            var frozen = RecordJson.Write(new { risk.Entry.Number, risk.Entry.Version, risk.Entry.Title, fields = risk.Entry.Fields.All.ToDictionary(f => f.Key, f => f.Value.Texts) });
            var digest = Sha256.Of(Encoding.UTF8.GetBytes(frozen));
            var index = await keeper.AppendAsync(tx, at, "risk.accepted", actor, $"register/{RiskRules.Key}/{draft.Risk}",
                new { risk.Entry.Number, risk.Entry.Version, level = risk.Now, digest, decidedBy = draft.DecidedBy, decidedByName = decider.Name, decider.Post, reference, reason, draft.ExpiresOn }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.risk_acceptance (municipality_id, id, risk_id, risk_version, decided_by, post, reference, reason, expires_on, frozen, sha256, recorded_at, recorded_by, recorded_by_name, ledger_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                """, cancel, municipality.Value, id, draft.Risk.Value, draft.Version, draft.DecidedBy.Value, decider.Post, reference, reason, draft.ExpiresOn, frozen, digest, at, actor.Account, actor.Name, index);
            return new RiskAcceptance(id, draft.Risk, draft.Version, draft.DecidedBy, decider.Name, decider.Post, reference, reason, draft.ExpiresOn, digest, at, actor, index);
        }, cancel);

    /// <summary>Closes the analysis: freezes all risks as they are, good for the months of the scale. The next year is compared with it.</summary>
    public Task<Outcome<ClosedAnalysis>> CloseAsync(MunicipalityId municipality, string untrustedName, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<ClosedAnalysis>(municipality, [RiskSource.Assessment], async (tx, at) =>
        {
            var name = untrustedName.Trim();
            if (name.Length is 0 or > MaxName) return Refusals.BadName(MaxName);
            var overview = await RiskRows.OverviewAsync(tx, documents, at, cancel);
            if (overview.Risks.Count == 0) return Refusals.NothingToClose;
            if (overview.Unassessed.Count > 0) return Refusals.GroupsUnassessed([.. overview.Unassessed.Select(g => g.Name)]);
            var people = (await OrganisationRows.ChartAsync(tx, overview.Day, null, cancel)).People.ToDictionary(p => p.Id, p => p.Name);
            var risks = overview.Risks.Select(r => new FrozenRisk(
                r.Entry.Number, r.Entry.Title, r.GroupName, r.ThreatName, r.Before.Likelihood, r.Before.Loss, r.Level, r.After?.Level, r.State,
                r.Entry.Text("treatment"), r.Entry.Text("measure"), r.Entry.Person("owner") is { } owner ? people.GetValueOrDefault(owner) : null, r.Entry.Day("due"))).ToArray();
            var json = RecordJson.Write(risks);
            var digest = Sha256.Of(Encoding.UTF8.GetBytes(json));
            var (id, until) = (RecordKeeper.NewId(at), overview.Day.AddMonths(overview.Scale.Months));
            var index = await keeper.AppendAsync(tx, at, "risks.closed", actor, $"risk-analysis/{id}",
                new { name, digest, risks = risks.Length, untreated = overview.Untreated.Count(), validUntil = until, overview.Scale.Method, overview.Scale.Line }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.risk_analysis (municipality_id, id, name, closed_at, closed_by, closed_by_name, valid_until, risks, sha256, ledger_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """, cancel, municipality.Value, id, name, at, actor.Account, actor.Name, until, json, digest, index);
            return new ClosedAnalysis(id, name, at, actor, until, risks, digest, index);
        }, cancel);

    /// <summary>Closed analyses, newest first.</summary>
    public async Task<IReadOnlyList<ClosedAnalysis>> AnalysesAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RiskRows.AnalysesAsync(tx, cancel);
    }

    /// <summary>How the municipality words and judges risk.</summary>
    public async Task<RiskScale> ScaleAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RiskRows.ScaleAsync(tx, cancel);
    }

    /// <summary>Words and judges risk otherwise from now on. Steps that risks already use can't be taken away.</summary>
    public Task<Outcome<RiskScale>> SetScaleAsync(MunicipalityId municipality, RiskScale scale, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<RiskScale>(municipality, [RiskSource.Catalogue, RiskSource.Assessment], async (tx, at) =>
        {
            var asked = scale with { Likelihood = Trimmed(scale.Likelihood), Loss = Trimmed(scale.Loss) };
            if (!AreWords(asked.Likelihood) || !AreWords(asked.Loss)) return Refusals.BadSteps(MaxWord);
            if (asked.Line < 1 || asked.Line > asked.Likelihood.Count * asked.Loss.Count || asked.Months is < 1 or > 60) return Refusals.BadLine(asked.Likelihood.Count * asked.Loss.Count);
            var over = (await RegisterRows.InUseAsync(tx, RiskRules.Key, cancel)).Where(r => r.Fields.Number("likelihood") > asked.Likelihood.Count || r.Fields.Number("loss") > asked.Loss.Count).ToList();
            if (over.Count > 0) return Refusals.StepsInUse(over.Count, over[0].Number);
            await keeper.AppendAsync(tx, at, "risks.scale", actor, "risk-scale", asked, cancel);
            await tx.RunAsync("""
                INSERT INTO records.risk_scale (municipality_id, method, likelihood, loss, line, months) VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, $6)
                ON CONFLICT (municipality_id) DO UPDATE SET method = $2, likelihood = $3::jsonb, loss = $4::jsonb, line = $5, months = $6
                """, cancel, municipality.Value, asked.Method, RecordJson.Write(asked.Likelihood), RecordJson.Write(asked.Loss), asked.Line, asked.Months);
            return asked;
        }, cancel);

    private static Bilingual[] Trimmed(IReadOnlyList<Bilingual> words) => [.. words.Select(w => new Bilingual(w.Ja.Trim(), w.En.Trim().Length == 0 ? w.Ja.Trim() : w.En.Trim()))];

    private static bool AreWords(IReadOnlyList<Bilingual> words) =>
        words.Count is >= RiskScale.FewestSteps and <= RiskMatrix.Steps && words.All(w => w.Ja.Length is > 0 and <= MaxWord && w.En.Length <= MaxWord * 2);

    private static async Task<(Risk? Risk, RiskScale Scale, RegisterEntry? Threat, IReadOnlyList<RiskAcceptance> Acceptances)> RiskAsync(TenantTransaction tx, EntryId id, DateOnly day, bool lockRow, CancellationToken cancel)
    {
        var registers = RegisterCatalogue.Load();
        var scale = await RiskRows.ScaleAsync(tx, cancel);
        if ((await RegisterRows.ReadAsync(tx, registers[RiskRules.Key], [id], null, lockRow, cancel)).FirstOrDefault() is not { Retired: null } entry) return (null, scale, null, []);
        var threat = (await RegisterRows.ReadAsync(tx, registers[RiskRules.Threats], [entry.Entry("threat")!.Value], null, false, cancel))[0];
        var group = (await RegisterRows.ReadAsync(tx, registers[RiskRules.Groups], [entry.Entry("group")!.Value], null, false, cancel))[0];
        var acceptances = await RiskRows.AcceptancesAsync(tx, id, cancel);
        var last = (await RiskRows.LastAnalysisAsync(tx, cancel))?.Risks.FirstOrDefault(r => r.Number == entry.Number)?.Level;
        return (RiskRows.Of(entry, new Dictionary<EntryId, string> { [group.Id] = group.Title, [threat.Id] = threat.Title }, scale, acceptances.FirstOrDefault(), last, day), scale, threat, acceptances);
    }

    private static async Task<IReadOnlyList<Decider>> MayDecideAsync(TenantTransaction tx, RegisterEntry risk, DateOnly day, CancellationToken cancel)
    {
        var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var names = chart.People.ToDictionary(p => p.Id, p => p.Name);
        return [.. chart.Appointments.Where(a => Deciders.Contains(a.Post) && a.HoldsOn(day) && a.Person != risk.Person("owner") && names.ContainsKey(a.Person))
            .OrderBy(a => a.Post).DistinctBy(a => a.Person).Select(a => new Decider(a.Person, names[a.Person], a.Post))];
    }
}
