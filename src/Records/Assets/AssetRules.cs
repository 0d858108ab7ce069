using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>Rules of the register of information assets (情報資産台帳の規則).</summary>
public sealed class AssetRules : IRegisterRules
{
    public const string Key = "assets";

    internal const string Kind = "kind", Zone = "zone", Containers = "containers", Personal = "personal", MyNumber = "mynumber", Persons = "persons", LowerWhy = "lower_why",
        HoldsMyNumber = "holds_mynumber", Scope = "scope", Excluded = "excluded", ExcludedWhy = "excluded_why", ExcludedGround = "excluded_ground";

    private static readonly string Confidentiality = AssetAspect.Confidentiality.Key();

    private static readonly AssetAspect[] Aspects = Enum.GetValues<AssetAspect>();

    /// <summary>What the suggestion follows from, beside words, and what it is held against.</summary>
    private static readonly string[] ClassFields = [Kind, Zone, Personal, MyNumber, Persons, LowerWhy, .. Aspects.Select(a => a.Key())];

    /// <summary>What the classes of containers follow from.</summary>
    private static readonly string[] Following = [Containers, MyNumber, .. Aspects.Select(a => a.Key())];

    private static readonly string[] MayHold = ["system", "network", "medium", "facility"];

    public string Register => Key;

    public bool ReadsReferences => true;

    /// <summary>A container's class follows from what lies in it: two who move things at once would each see half of it.</summary>
    public bool WritesAlone => true;

    public FieldValues Derive(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values;
        // Individual numbers are always somebody's.
        if (values.YesNo(MyNumber) == true && values.YesNo(Personal) is null) values = values.With(Personal, new FieldValue.YesNo(true));
        values = Labelled(candidate, values);
        // Nothing lies in a new one yet; later it is FollowAsync that fills these in.
        return candidate.Before is null ? WithEffective(values, Aspects.Select(a => (a, values.Text(a.Key()))), values.YesNo(MyNumber) == true) : values;
    }

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values;
        if (values.YesNo(Personal) == false && values.YesNo(MyNumber) == true)
            yield return new(Personal, new("特定個人情報を含むものは、個人情報も「はい」にしてください。", "What holds My Number information holds personal information, too."));
        else if (values.YesNo(Personal) == false && values.Number(Persons) > 0)
            yield return new(Personal, new("本人の数が入っています。個人情報を「はい」にするか、数を消してください。", "A number of persons is given: say yes, or delete the number."));
        if (values.Text(Scope) == Excluded)
        {
            if (values.Text(ExcludedWhy) is null) yield return new(ExcludedWhy, new("対象外とする理由を入力してください。", "Say why it is excluded."));
            if (values.Text(ExcludedGround) is null) yield return new(ExcludedGround, new("対象外とする根拠（方針の条項など）を入力してください。", "Name the ground: the provision of the policy."));
        }
        foreach (var id in values.Entries(Containers))
        {
            if (id == candidate.Before?.Id) yield return new(Containers, new("自分自身の中に納めることはできません。", "It can't lie in itself."));
            else if (candidate.Referred(id) is { } container && !MayHold.Contains(container.Text(Kind)))
            {
                yield return new(Containers, new($"{container.Number}「{container.Title}」は入れ物ではありません。情報システム、ネットワーク、媒体、施設から選んでください。",
                    $"{container.Number} {container.Title} is no container. Choose a system, network, medium or facility."));
            }
        }
        if (IsLowered(candidate) is { } lowered) yield return lowered;
    }

    /// <summary>Lower than suggested asks for a reason; what was decided before stands until somebody touches it.</summary>
    private static FieldProblem? IsLowered(EntryCandidate candidate)
    {
        var values = candidate.Values;
        if (values.Text(LowerWhy) is not null || values.Text(Scope) == Excluded) return null;
        if (candidate.Before is { } before && ClassFields.All(f => Equals(before.Fields[f], values[f]))) return null;
        var suggestion = SuggestionFor(values);
        foreach (var aspect in Aspects)
        {
            if (suggestion.Of(aspect) is not { } suggested || AssetClasses.Load().Find(aspect, values.Text(aspect.Key())) is not { } chosen || chosen.Rank >= suggested.Rank) continue;
            var why = suggestion.Reasons.First(r => r.Decides.Contains(aspect)).Why;
            var said = Said(candidate.Register, suggested, chosen);
            return new(LowerWhy, new($"目安（{said.Suggested.Ja}）より低い{said.Chosen.Ja}にする理由を入力してください。目安の理由：{why.Ja}",
                $"{said.Chosen.En} is lower than suggested ({said.Suggested.En}): say why. Suggested because: {why.En}"));
        }
        return null;
    }

    /// <summary>What is suggested for an entry with these values.</summary>
    public static ClassSuggestion SuggestionFor(FieldValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return AssetClasses.Load().Suggest(new(values.Text(Kind), values.Text(Zone), values.YesNo(Personal), values.YesNo(MyNumber), values.Number(Persons),
            $"{values.Text("name")}\n{values.Text("contents")}"));
    }

    public bool HasLabels => true;

    public async Task<RegisterDefinition> SpokenAsync(TenantTransaction tx, RegisterDefinition register, CancellationToken cancel) =>
        await AssetLabels.ReadAsync(tx, cancel) is { Labels.Count: > 0 } scheme ? register.WithLabels(scheme.Choices, Confidentiality, AssetAspect.Confidentiality.EffectiveKey()) : register;

    /// <summary>A label of the municipality becomes one of its classes: the one that the asset has, if the label covers it, since whoever keeps the label has decided nothing.</summary>
    private static FieldValues Labelled(EntryCandidate candidate, FieldValues values)
    {
        if (values.Text(Confidentiality) is not { } chosen || candidate.Register.Find(Confidentiality) is not { } field) return values;
        var before = candidate.Before?.Text(Confidentiality);
        if (field.Choice(chosen) is { Covers: { } covers })
            values = values.With(Confidentiality, new FieldValue.Choice(before is not null && covers.Contains(before) ? before : LabelScheme.Resolve(covers, covers[0], SuggestionFor(values).Of(AssetAspect.Confidentiality))));
        // What the asset holds says more than it did: within the label, which whoever speaks in labels can't tell apart, the class goes up by itself.
        if (values.Text(Confidentiality) is { } kept && kept == before && LabelOf(field, kept) is { Covers: { } under } && values.Text(LowerWhy) is null
            && SuggestionFor(values).Of(AssetAspect.Confidentiality) is { } suggested && under.Contains(suggested.Key) && suggested.Rank > AssetClasses.Load().Find(AssetAspect.Confidentiality, kept)?.Rank
            && SuggestionFor(candidate.Before!.Fields).Of(AssetAspect.Confidentiality) != suggested)
            values = values.With(Confidentiality, new FieldValue.Choice(suggested.Key));
        return values;
    }

    private static FieldChoice? LabelOf(RegisterField? field, string national) => field?.Choices.FirstOrDefault(c => c.Covers?.Contains(national) == true);

    /// <summary>Two classes as the municipality says them: by its labels, or where these are the same, by the nation's names.</summary>
    private static (Bilingual Suggested, Bilingual Chosen) Said(RegisterDefinition register, AssetClass suggested, AssetClass chosen) =>
        LabelOf(register.Find(suggested.Aspect.Key()), suggested.Key)?.Name is { } one && LabelOf(register.Find(chosen.Aspect.Key()), chosen.Key)?.Name is { } other && one != other
            ? (one, other) : (suggested.Label, chosen.Label);

    internal static FieldValues WithEffective(FieldValues values, IEnumerable<(AssetAspect Aspect, string? Class)> classes, bool holdsMyNumber) =>
        classes.Aggregate(values, (v, c) => v.With(c.Aspect.EffectiveKey(), c.Class is null ? null : new FieldValue.Choice(c.Class))).With(HoldsMyNumber, new FieldValue.YesNo(holdsMyNumber));

    /// <summary>Refuses circles, and gives every container above what was written the highest class of what it holds.</summary>
    public async Task<Consequences> FollowAsync(TenantTransaction tx, RegisterDefinition register, IReadOnlyList<EntryStep> steps, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(steps);
        // In a new one nothing lies yet: it can't close a circle.
        var moved = steps.Where(s => s.Before is not null && s.After.Entries(Containers).Count > 0 && !s.Before.Entries(Containers).SequenceEqual(s.After.Entries(Containers))).Select(s => s.After.Id.Value).ToArray();
        if (moved.Length > 0 && await CircleAsync(tx, moved, cancel) is { Count: > 0 } circles)
        {
            return Consequences.None with
            {
                Problems = [.. circles.Select(id => (id, new FieldProblem(Containers, new("納められている先をたどると、この資産に戻ります。どれかを外してください。", "Following what it lies in leads back to itself. Take one of them out."))))],
            };
        }
        var told = steps.Where(DecidesClasses).ToList();
        // Where it lay before has lost it.
        var derived = told.TrueForAll(s => s.Before is null)
            ? await EffectiveClasses.AfterAddingAsync(tx, [.. told.Select(s => s.After)], cancel)
            : await EffectiveClasses.AfterChangingAsync(tx, [.. told.SelectMany(s => (s.Before?.Entries(Containers) ?? []).Select(c => c.Value).Append(s.After.Id.Value)).Distinct()], cancel);
        return Consequences.None with { Derived = derived };
    }

    /// <summary>False where only other fields changed: nobody's class follows from a place or a name.</summary>
    private static bool DecidesClasses(EntryStep step) =>
        step.Before is not { } before || before.Retired is null != step.After.Retired is null || Following.Any(f => !Equals(before.Fields[f], step.After.Fields[f]));

    private static Task<List<EntryId>> CircleAsync(TenantTransaction tx, Guid[] moved, CancellationToken cancel) => tx.ListAsync("""
        WITH RECURSIVE up (root, id) AS (
          SELECT l.from_id, l.to_entry FROM records.register_link l WHERE l.from_id = ANY ($1) AND l.field = 'containers' AND l.to_entry IS NOT NULL
          UNION
          SELECT up.root, l.to_entry FROM up JOIN records.register_link l ON l.municipality_id = $2 AND l.from_id = up.id AND l.field = 'containers' AND l.to_entry IS NOT NULL
        )
        SELECT DISTINCT root FROM up WHERE root = id
        """, r => new EntryId(r.GetGuid(0)), cancel, moved, tx.Municipality.Value);
}
