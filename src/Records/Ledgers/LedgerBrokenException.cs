using Sekisho.Assurance;

namespace Sekisho.Records.Ledgers;

/// <summary>The ledger can't go on (記録簿の異常): its rows don't agree with what was signed, or its key is gone. Signing over that would hide it, so nothing is appended.</summary>
/// <remarks>Codes are listed in docs/errors.md. A retry doesn't help.</remarks>
public sealed class LedgerBrokenException(string code, Bilingual what, Bilingual next, Exception? inner = null)
    : Exception($"{code} {what} {next}", inner)
{
    public string Code => code;

    public Bilingual What => what;

    public Bilingual Next => next;

    internal static LedgerBrokenException HeadDiffers(MunicipalityId municipality, ulong size, Exception? inner = null) => new(
        "LED-HEAD-001",
        new($"記録簿の末尾（{size} 件目）が、署名された内容と一致しません。何も追記していません。", $"The end of the ledger (entry {size}) is not what was signed. Nothing was appended."),
        new($"sekisho ledger verify --municipality {municipality} で、どこが違うかを確かめてください。", $"Run sekisho ledger verify --municipality {municipality} to see what differs."),
        inner);
}
