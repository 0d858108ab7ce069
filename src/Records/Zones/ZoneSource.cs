using Sekisho.Assurance;
using Sekisho.Zones.Policies;

namespace Sekisho.Records.Zones;

/// <summary>What the newest proof says of the zones (領域の分離の証跡). Silent about a kind until the policy has such a zone and there are configurations.</summary>
/// <remarks>It is as old as the configuration that was seen longest ago: a device whose backup has stopped takes the proof with it.</remarks>
public sealed class ZoneSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string MyNumber = "zones.proof.mynumber", Lgwan = "zones.proof.lgwan", Internet = "zones.proof.internet";

    public IReadOnlyCollection<string> Kinds { get; } = [MyNumber, Lgwan, Internet];

    /// <summary>Whether evidence of a kind says what a proof of the zones says.</summary>
    public static bool Speaks(string kind) => kind is MyNumber or Lgwan or Internet;

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await ZoneRows.NewestProofAsync(tx, at, cancel) is not { } proof || await ZoneRows.SetAsync(tx, proof.Set, cancel) is not { } set) return [];
        var oldest = set.Configs.OrderBy(c => c.SeenAt ?? set.TakenAt).FirstOrDefault();
        if (oldest is null) return [];
        // At a moment that has passed, what was seen later can't have been newer than that moment.
        var seen = oldest.SeenAt is { } last && last < at ? last : oldest.SeenAt is null ? set.TakenAt : at;
        var pairs = await ZoneRows.PairsAsync(tx, proof.Id, cancel);
        return
        [
            .. Of(MyNumber, pairs.FindAll(p => p.FromKind == ZoneKind.MyNumber || p.ToKind == ZoneKind.MyNumber), "マイナンバー利用事務系とほかの領域", "the My Number zone and others"),
            .. Of(Lgwan, pairs.FindAll(p => IsLgwanAndInternet(p.FromKind, p.ToKind) || IsLgwanAndInternet(p.ToKind, p.FromKind)), "LGWAN接続系とインターネット接続系", "the LGWAN and the Internet zone"),
            .. Of(Internet, pairs.FindAll(p => p is { FromKind: ZoneKind.Internet, ToKind: ZoneKind.Outside }), "インターネット接続系から外", "the Internet zone and the outside"),
        ];

        IEnumerable<Observation> Of(string kind, List<ProofPair> its, string ja, string en)
        {
            if (its.Count == 0) yield break;
            var (violations, undetermined) = (its.Sum(p => p.Violations), its.Count(p => p.Result == ProofResult.Undetermined));
            var bad = FirstFew.Of(its.FindAll(p => p.Result != ProofResult.Proved), p => $"{p.From}→{p.To}", "組");
            var says = (violations, undetermined) switch
            {
                (0, 0) => new Bilingual($"{ja}の間（{its.Count} 組）は、認めた通信のほかは到達できないと証明済みです。", $"Nothing but the allowed flows passes between {en}: proved for {its.Count} pairs."),
                (0, _) => new Bilingual($"{ja}の間の {its.Count} 組のうち {undetermined} 組は判定できません（{bad.Ja}）。", $"{undetermined} of {its.Count} pairs between {en} could not be proved ({bad.En})."),
                _ => new Bilingual($"{ja}の間で、認めていない通信が {violations} 通り通ります（{bad.Ja}）。", $"{violations} kinds of communication that aren't allowed pass between {en} ({bad.En})."),
            };
            if (at - seen > TimeSpan.FromHours(24)) says += new Bilingual($"設定「{oldest.Path}」は {JapaneseTime.Moment(seen).Ja} から確かめていません。", $"The configuration {oldest.Path} was last seen {JapaneseTime.Moment(seen).En}.");
            yield return new(kind, "", seen, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["violations"] = violations, ["undetermined"] = undetermined }, says);
        }
    }

    private static bool IsLgwanAndInternet(ZoneKind one, ZoneKind other) => one == ZoneKind.Lgwan && other is (ZoneKind.Internet or ZoneKind.Outside or ZoneKind.Dmz or ZoneKind.Cloud);
}
