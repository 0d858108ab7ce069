using Sekisho.Assurance;
using Sekisho.Records.Takeouts;

namespace Sekisho.Records.Assets;

/// <summary>What the register of assets, its rules and its disposals say of themselves (情報資産の証跡).</summary>
public sealed class AssetSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Inventory = "assets.inventory", Classification = "assets.classification", Handling = "assets.handling";

    /// <summary>Offenders that a sentence names.</summary>
    public IReadOnlyCollection<string> Kinds { get; } = [Inventory, Classification, Handling];

    /// <summary>Silent on the register until an asset is entered or a unit says that it has none; on handling until rules are laid down or something went out of use.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var observed = new List<Observation>();
        var isBegun = (await tx.ListAsync("SELECT EXISTS (SELECT 1 FROM records.register_entry WHERE register = $1) OR EXISTS (SELECT 1 FROM records.asset_declaration)", r => r.GetBoolean(0), cancel, AssetRules.Key))[0];
        if (isBegun)
        {
            var units = await AssetOffice.UnitsAsync(tx, at, null, cancel);
            observed.Add(OfInventory(units, at));
            observed.Add(OfClassification(units, at));
        }
        var rules = await HandlingBook.ReadAsync(tx, cancel);
        List<Bilingual> breaches =
        [
            .. (await DisposalRows.BreachesAsync(tx, null, cancel)).Select(b => b.What),
            .. (await TakeoutRows.BreachesAsync(tx, JapaneseTime.Day(at), cancel)).Select(b => b.What),
        ];
        if (rules.IsAdopted || breaches.Count > 0) observed.Add(OfHandling(rules, breaches, at));
        return observed;
    }

    private static Observation OfInventory(IReadOnlyList<UnitAssets> units, DateTimeOffset at)
    {
        var late = units.Where(u => !u.IsConfirmed).ToList();
        var assets = units.Sum(u => u.Assets);
        var facts = new Dictionary<string, decimal> { ["units"] = units.Count, ["confirmed"] = units.Count - late.Count };
        return new(Inventory, "", at, null, EvidenceWeight.System, facts, late.Count == 0
            ? new($"{units.Count} 課すべてが期間内に台帳を確認しています（{assets} 件）。", $"All {units.Count} units confirmed their register in time ({assets} assets).")
            : new($"{units.Count} 課のうち {late.Count} 課が台帳を確認していません（{Names(late).Ja}）。", $"{late.Count} of {units.Count} units have not confirmed their register ({Names(late).En})."));
    }

    private static Observation OfClassification(IReadOnlyList<UnitAssets> units, DateTimeOffset at)
    {
        var (assets, unclassified, unconfirmed, excluded) = (units.Sum(u => u.Assets - u.Excluded), units.Sum(u => u.Unclassified), units.Sum(u => u.Unconfirmed), units.Sum(u => u.Excluded));
        var facts = new Dictionary<string, decimal> { ["assets"] = assets, ["unclassified"] = unclassified, ["unconfirmed"] = unconfirmed };
        var (besideJa, besideEn) = excluded == 0 ? ("", "") : ($"ほかに、方針の対象外とした {excluded} 件があります。", $" {excluded} more are excluded by the policy.");
        if (unclassified == 0 && unconfirmed == 0)
        {
            return new(Classification, "", at, null, EvidenceWeight.System, facts,
                new($"{assets} 件すべてが分類され、確認されています。{besideJa}", $"All {assets} assets are classified and confirmed.{besideEn}"));
        }
        var amiss = units.Where(u => u.Unclassified > 0 || u.Unconfirmed > 0).OrderByDescending(u => u.Unclassified + u.Unconfirmed).ToList();
        // What there is none of isn't told.
        var (ja, en) = (unclassified, unconfirmed) switch
        {
            (0, _) => ($"確認されていないものが {unconfirmed} 件", $"{unconfirmed} are not confirmed"),
            (_, 0) => ($"分類されていないものが {unclassified} 件", $"{unclassified} are not classified"),
            _ => ($"分類されていないものが {unclassified} 件、確認されていないものが {unconfirmed} 件", $"{unclassified} are not classified and {unconfirmed} not confirmed"),
        };
        return new(Classification, "", at, null, EvidenceWeight.System, facts, new(
            $"{assets} 件のうち、{ja}あります（{Names(amiss).Ja}）。{besideJa}",
            $"Of {assets} assets {en} ({Names(amiss).En}).{besideEn}"));
    }

    private static Observation OfHandling(HandlingRules rules, List<Bilingual> breaches, DateTimeOffset at)
    {
        var without = rules.Without;
        var facts = new Dictionary<string, decimal> { ["classes_without_rules"] = without.Count, ["breaches"] = breaches.Count };
        if (without.Count == 0 && breaches.Count == 0)
        {
            return new(Handling, "", at, null, EvidenceWeight.System, facts,
                new("すべての区分に取扱いの定めがあり、定めに反する廃棄・持ち出しはありません。", "Every class has its rules, and no disposal or take-out was made outside of them."));
        }
        var (ja, en) = (new List<string>(), new List<string>());
        if (without.Count > 0)
        {
            var classes = FirstFew.Of(without, c => c.Label.Ja, c => c.Label.En, "区分");
            ja.Add(rules.IsAdopted ? $"取扱いの定めのない区分が {without.Count} あります（{classes.Ja}）。" : "取扱いの定めが、まだ作られていません。");
            en.Add(rules.IsAdopted ? $"{without.Count} classes have no rules ({classes.En})." : "No handling rules are laid down yet.");
        }
        if (breaches.Count > 0)
        {
            ja.Add(breaches[0].Ja + (breaches.Count > 1 ? $"ほかに {breaches.Count - 1} 件あります。" : ""));
            en.Add(breaches[0].En + (breaches.Count > 1 ? $" And {breaches.Count - 1} more." : ""));
        }
        return new(Handling, "", at, null, EvidenceWeight.System, facts, new(string.Concat(ja), string.Join(" ", en)));
    }

    private static Bilingual Names(List<UnitAssets> units) => FirstFew.Of(units, u => u.Unit.Name, "課");
}
