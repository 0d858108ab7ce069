using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Verdicts;
using Sekisho.Web.Components.Rules;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Rules;

/// <summary>From the board of verdicts to the sheet that is shown.</summary>
public static class BoardSheets
{
    public static PolicySheet Of(Board board, string address, DateOnly? asOf, string? selected)
    {
        var standings = new Dictionary<string, ProvisionStanding>();
        foreach (var provision in board.Provisions)
        {
            var tied = provision.Ties.Select(t => t.Obligation).Distinct()
                .Where(board.Obligations.ContainsKey)
                .Select(id => new ObligationStanding(board.Obligations[id].Obligation, board.Obligations[id].Verdict, null));
            if (ProvisionStanding.Of(tied) is { } standing) standings[provision.Provision.Id] = standing;
        }
        return new PolicySheet(board.Version.Document, standings, address, asOf, selected);
    }
}

/// <summary>Loads what the panel shows of a provision's obligations.</summary>
public static class DutyViews
{
    /// <summary>History that the panel and the obligation's page show.</summary>
    public static readonly TimeSpan HistoryLength = TimeSpan.FromDays(365);

    /// <param name="at">The moment of the page; the history ends there.</param>
    /// <param name="mayAct">Whether a next step is offered.</param>
    public static async Task<IReadOnlyList<DutyView>> LoadAsync(
        RecordSlices records, OrganisationRegister organisation, MunicipalityId municipality, ProvisionStanding standing, DateTimeOffset at, bool mayAct, CancellationToken cancel)
    {
        var responsible = await ResponsibleAsync(organisation, municipality, Dates.DayOf(at), cancel);
        var views = new List<DutyView>(standing.Obligations.Count);
        foreach (var obligation in standing.Obligations)
        {
            if (await LoadAsync(records, municipality, obligation.Obligation.Id, at, responsible, mayAct, cancel) is { } view) views.Add(view);
        }
        return views;
    }

    /// <summary>Who answers for the duties of the whole municipality: the 統括情報セキュリティ責任者, or else the CISO; null while both posts are vacant.</summary>
    /// <remarks>Duties of a single unit get their own officer when registers of assets and systems say whose they are.</remarks>
    public static async Task<Bilingual?> ResponsibleAsync(OrganisationRegister organisation, MunicipalityId municipality, DateOnly day, CancellationToken cancel)
    {
        var chart = await organisation.ReadAsync(municipality, day, null, cancel);
        var post = chart.Posts.FirstOrDefault(static p => p is { Post: Post.GeneralOfficer, IsVacant: false })
            ?? chart.Posts.FirstOrDefault(static p => p is { Post: Post.Ciso, IsVacant: false });
        if (post is null) return null;
        var (name, people) = (post.Post.Name(), string.Join("、", post.Holders.Select(static h => h.Name)));
        return new Bilingual($"{name.Ja}　{people}", $"{people}, {name.En}");
    }

    /// <summary>One obligation; null when the catalogue of that moment doesn't have it.</summary>
    public static async Task<DutyView?> LoadAsync(
        RecordSlices records, MunicipalityId municipality, ObligationId id, DateTimeOffset at, Bilingual? responsible, bool mayAct, CancellationToken cancel)
    {
        if (await records.Verdicts.ObligationAsync(municipality, id, at, cancel) is not { } found) return null;
        var from = at - HistoryLength;
        var history = await records.Verdicts.HistoryAsync(municipality, id, from, at, cancel);
        return Of(found, history, from, at, responsible, mayAct);
    }

    public static DutyView Of(ObligationView found, IReadOnlyList<VerdictSpan> history, DateTimeOffset from, DateTimeOffset at, Bilingual? responsible, bool mayAct)
    {
        var (obligation, verdict) = (found.Standing.Obligation, found.Standing.Verdict);
        var because = verdict.Because.ToHashSet();
        var evidence = found.Evidence
            .OrderByDescending(e => because.Contains(e.Evidence.Id)).ThenByDescending(e => e.Evidence.Observed.ObservedAt)
            .Select(e => e.Evidence).ToList();
        // The last stretch with the same verdict, whatever its sentence; a stretch that began before the history has no known start.
        DateTimeOffset? since = null;
        for (var i = history.Count - 1; i >= 0 && history[i].Verdict.Kind == verdict.Kind; i--) since = history[i].From;
        return new DutyView(
            new ObligationStanding(obligation, verdict, since > from ? since : null),
            evidence, history, from, at,
            responsible,
            mayAct ? Next(obligation, verdict) : null);
    }

    private static NextStep? Next(Obligation obligation, Verdict verdict)
    {
        var here = $"/obligations/{obligation.Id}";
        return verdict.Match<NextStep?>(
            met => null,
            notMet => new NextStep(new("なにを直すか見る", "See what to put right"), here),
            noEvidence => new NextStep(new("申告で証拠を残す", "Keep a statement as evidence"), here + "/statement"),
            expired => new NextStep(new("新しい証拠を残す", "Renew the evidence"), here + "/statement"),
            waived => new NextStep(new("例外措置を見る", "See the waiver"), here + "#waivers"),
            outOfScope => null);
    }
}
