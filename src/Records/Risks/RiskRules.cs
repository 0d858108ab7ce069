using Sekisho.Assurance;
using Sekisho.Policy.Threats;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Risks;

/// <summary>Rules of the register of risks (リスク台帳): the level follows from likelihood and loss, and no treatment makes a risk greater.</summary>
public sealed class RiskRules : IRegisterRules
{
    public const string Key = "risks", Threats = "threats", Groups = "asset-groups";

    public string Register => Key;

    public bool ReadsReferences => true;

    public FieldValues Derive(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values
            .With("level", Level(candidate.Values, "likelihood", "loss"))
            .With("level_after", LevelAfter(candidate.Values));
        if (values.Day("rated_on") is null) values = values.With("rated_on", new FieldValue.Day(candidate.Day));
        if (values.Text("name") is null && Referred(candidate, "group") is { } group && Referred(candidate, "threat") is { } threat)
            values = values.With("name", new FieldValue.Text(Title(group.Title, threat.Title)));
        return values;
    }

    public IEnumerable<FieldProblem> Check(EntryCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var values = candidate.Values;
        foreach (var key in new[] { "likelihood", "loss", "likelihood_after", "loss_after" })
        {
            if (values.Number(key) is { } number && number != Math.Truncate(number))
                yield return new(key, new("1から5までの整数で入力してください。", "Enter a whole number from 1 to 5."));
        }
        if (values.Number("likelihood_after") > values.Number("likelihood"))
            yield return new("likelihood_after", new("対応後の起こりやすさは、対応前より大きくできません。", "A treatment can't make it more likely than before."));
        if (values.Number("loss_after") > values.Number("loss"))
            yield return new("loss_after", new("対応後の損失は、対応前より大きくできません。", "A treatment can't make the loss greater than before."));
        if (values.Day("done_on") is { } done && done > candidate.Day)
            yield return new("done_on", new("終えた日には、今日までの日を入力してください。", "The day on which it was done can't be in the future."));
        if (values.Day("rated_on") > candidate.Day)
            yield return new("rated_on", new("評価した日には、今日までの日を入力してください。", "The day of the rating can't be in the future."));
    }

    internal static string Title(string group, string threat) => $"{group} × {threat}";

    /// <summary>What isn't rated after treatment stays as it was before.</summary>
    private static FieldValue.Number? LevelAfter(FieldValues values) =>
        values.Number("likelihood_after") is null && values.Number("loss_after") is null ? null
        : Level(Step(values, "likelihood_after") ?? Step(values, "likelihood"), Step(values, "loss_after") ?? Step(values, "loss"));

    private static FieldValue.Number? Level(FieldValues values, string likelihood, string loss) => Level(Step(values, likelihood), Step(values, loss));

    private static FieldValue.Number? Level(int? likelihood, int? loss) => likelihood is { } often && loss is { } much ? new(RiskMatrix.Level(often, much)) : null;

    private static int? Step(FieldValues values, string key) =>
        values.Number(key) is { } number && number == Math.Truncate(number) && number is >= 1 and <= RiskMatrix.Steps ? (int)number : null;

    private static RegisterEntry? Referred(EntryCandidate candidate, string key) => candidate.Values.Entry(key) is { } id ? candidate.Referred(id) : null;
}
