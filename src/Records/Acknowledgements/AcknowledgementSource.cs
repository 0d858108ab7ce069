using Sekisho.Assurance;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Acknowledgements;

/// <summary>Whether everyone in scope has read the versions in force that are brought to them (規程の確認).</summary>
public sealed class AcknowledgementSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Kind = "staff.acknowledgement";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    /// <summary>Silent until the first campaign, and while no policy is in force.</summary>
    /// <remarks>
    /// A document that was once brought to everyone is to be brought again when a new version is in force: until then nobody has acknowledged it.
    /// The policy itself always belongs to it, whatever else is being read.
    /// </remarks>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var day = JapaneseTime.Day(at);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var campaigns = await AcknowledgementRows.CampaignsAsync(tx, null, null, at, cancel);
        if (campaigns.Count == 0) return [];
        var inForce = (await VersionRows.AllAsync(tx, null, at, cancel)).Where(static v => v.State == VersionState.InForce).ToArray();
        if (!inForce.Any(static v => v.PolicyKey == PolicyKeys.Basic)) return [];
        // By document: whom its newest campaign concerns, and the campaign of the version in force, if there is one.
        var brought = inForce.Where(v => v.PolicyKey == PolicyKeys.Basic || campaigns.Any(c => c.DocumentKey == v.PolicyKey))
            .Select(v => (Version: v, Own: campaigns.FirstOrDefault(c => c.Version == v.Id), Scope: campaigns.FirstOrDefault(c => c.DocumentKey == v.PolicyKey))).ToArray();
        var notBrought = brought.Where(static b => b.Own is null).Select(static b => b.Version.Title).ToArray();
        var counted = brought.Select(static b => (b.Own ?? b.Scope)?.Id.Value).OfType<Guid>().ToArray();
        var people = await AcknowledgementRows.TallyAsync(tx, counted, [.. brought.Select(static b => b.Own?.Id.Value).OfType<Guid>()], notBrought.Length > 0, day, cancel);
        var (all, given) = (people.Sum(static u => u.People), people.Sum(static u => u.Given));
        if (all == 0) return [];
        var missing = people.Where(static u => u.Given < u.People).OrderByDescending(static u => u.People - u.Given).ToArray();
        var (ja, en) = FirstFew.Of(missing, static u => $"{u.UnitName} {u.People - u.Given} 人", static u => $"{u.UnitName} {u.People - u.Given}", "課");
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["people"] = all, ["acknowledged"] = given },
                notBrought.Length > 0 ? new($"施行中の「{notBrought[0]}」の周知をまだ始めていません（対象者 {all} 人）。", $"“{notBrought[0]}”, in force, has not been brought to the {all} people in scope.")
                : given == all ? new($"対象者 {all} 人の全員が、施行中の版を確認しました。", $"All {all} people in scope have acknowledged the versions in force.")
                : new($"対象者 {all} 人のうち {all - given} 人が、施行中の版を確認していません（{ja}）。", $"{all - given} of {all} people in scope have not acknowledged the versions in force ({en}).")),
        ];
    }
}
