using Sekisho.Assurance;
using Sekisho.Records.Ledgers.Verification;

namespace Sekisho.Records.EvidenceKept.Sources;

/// <summary>Whether the municipality's ledger verifies from its first entry to its last (記録簿の検証).</summary>
/// <param name="copies">Checkpoints kept outside the database, read anew each time.</param>
public sealed class LedgerSource(MunicipalityId municipality, LedgerVerifier verifier, Func<CancellationToken, Task<IReadOnlyList<CheckpointCopy>>> copies) : IEvidenceSource
{
    public const string Kind = "ledger.verification";

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var report = await verifier.VerifyAsync(municipality, await copies(cancel), cancel);
        var faults = report.Faults.Count;
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["faults"] = faults },
                faults == 0
                    ? new("記録簿は最初の記録から最後まで検証に合格しました。", "The ledger verifies from its first entry to its last.")
                    : new($"記録簿の検証で異常が {faults} 件見つかりました。", $"The ledger's verification found {faults} faults.")),
        ];
    }
}
