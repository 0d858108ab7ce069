using Sekisho.Assurance;

namespace Sekisho.Records.Documents;

/// <summary>Whether what is delegated was decided by the officer named (委任された定めの承認).</summary>
public sealed class DelegationSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Kind = "documents.delegation";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    /// <summary>Silent until a delegated rule is in force.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var rules = (await DocumentRows.AllAsync(tx, null, at, cancel))
            .Where(d => d is { RetiredAt: null, InForce: not null } && (d.Kind == DocumentKind.DelegatedRule || d.Approver is Approver.Delegate)).ToArray();
        if (rules.Length == 0) return [];
        var open = new List<string>();
        var onPaper = 0;
        foreach (var rule in rules)
        {
            var last = (await DocumentRows.StepsAsync(tx, rule.InForce!.Id, at, cancel)).LastOrDefault();
            if (DocumentRows.StageOf(rule.InForce, last) != DocumentStage.Approved) open.Add(rule.Name);
            else if (last!.Kind == StepKind.Adopted) onPaper++;
        }
        var names = FirstFew.Of(open);
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["rules"] = rules.Length, ["unapproved"] = open.Count },
                open.Count == 0
                    ? new($"委任に基づく定め {rules.Length} 件に、委任を受けた者の承認があります{(onPaper > 0 ? $"（うち {onPaper} 件は紙の決裁）" : "")}。", $"All {rules.Length} delegated rules carry that officer's approval{(onPaper > 0 ? $" ({onPaper} of them on paper)" : "")}.")
                    : new($"委任に基づく定め {rules.Length} 件のうち {open.Count} 件に、委任を受けた者の承認がありません（{names.Ja}）。", $"{open.Count} of {rules.Length} delegated rules lack that officer's approval ({names.En}).")),
        ];
    }
}
