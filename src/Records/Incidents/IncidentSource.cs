using Sekisho.Assurance;

namespace Sekisho.Records.Incidents;

/// <summary>Whether incidents are followed up and reported in time (事案の期限). Silent until the first incident.</summary>
public sealed class IncidentSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Deadlines = "incidents.deadlines";

    public IReadOnlyCollection<string> Kinds { get; } = [Deadlines];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var open = await IncidentRows.OpenAsync(tx, null, cancel);
        var (_, closed) = await IncidentRows.ClosedAsync(tx, null, 0, 0, cancel);
        if (open.Count + closed == 0) return [];
        var day = JapaneseTime.Day(at);
        var missed = open.FindAll(i => i.IsMissed(day));
        var facts = new Dictionary<string, decimal> { ["incidents"] = open.Count + closed, ["missed"] = missed.Count };
        if (missed.Count == 0)
        {
            return [new(Deadlines, "", at, null, EvidenceWeight.System, facts, open.Count == 0
                ? new($"記録した事案 {closed} 件は、すべて終結しています。", closed == 1 ? "The one incident on record is closed." : $"All {closed} incidents on record are closed.")
                : new($"対応中の事案 {open.Count} 件は、すべて期限内です。", open.Count == 1 ? "The one open incident is within its deadlines." : $"All {open.Count} open incidents are within their deadlines."))];
        }
        var names = FirstFew.Of(missed, i => $"{i.Number} {i.Deadlines.First(d => d.IsMissed(day)).Name.Ja}", i => $"{i.Number} {i.Deadlines.First(d => d.IsMissed(day)).Name.En}", "件");
        return [new(Deadlines, "", at, null, EvidenceWeight.System, facts, new($"対応中の事案 {open.Count} 件のうち {missed.Count} 件で、期限を過ぎています（{names.Ja}）。", $"{missed.Count} of {open.Count} open incidents are past a deadline ({names.En})."))];
    }
}
