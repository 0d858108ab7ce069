using Sekisho.Assurance;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>What is wrong with a ledger, named as what it is (記録簿の異常の種類).</summary>
public enum LedgerFaultKind
{
    /// <summary>行の改変: an entry's bytes are not those that were signed.</summary>
    RowChanged,

    /// <summary>行の欠落: an entry is gone from between others.</summary>
    RowMissing,

    /// <summary>ハッシュの改変: the entry is right, the hash kept beside it or in a tile is not.</summary>
    HashChanged,

    /// <summary>チェックポイントの改変: a checkpoint's row says other than its signed text.</summary>
    CheckpointChanged,

    /// <summary>署名の不正: a checkpoint that no trusted key signed.</summary>
    SignatureInvalid,

    /// <summary>書換え: the history is another than the one that was signed or copied outside, though its own hashes fit.</summary>
    Rewritten,

    /// <summary>末尾の切捨て: the ledger was once longer.</summary>
    Truncated,

    /// <summary>署名のない記録: entries that no checkpoint covers. Sekisho signs at every append, so it didn't write them.</summary>
    Uncovered,

    /// <summary>控えの不正: a copy outside can't be used: unreadable, of another ledger, or not signed by a trusted key.</summary>
    CopyInvalid,
}

/// <summary>One fault found by verification.</summary>
/// <param name="Where">Which row: <c>entry 5</c>, <c>tile/0/001</c>, <c>checkpoint 300</c>, a file.</param>
/// <param name="What">What differs, in a sentence.</param>
public sealed record LedgerFault(LedgerFaultKind Kind, string Where, Bilingual What)
{
    /// <summary>Stable code; listed in docs/errors.md.</summary>
    public string Code => $"LED-VERIFY-{(int)Kind + 1:000}";

    /// <summary>The kind for people.</summary>
    public Bilingual Name => Kind switch
    {
        LedgerFaultKind.RowChanged => new("行の改変", "row changed"),
        LedgerFaultKind.RowMissing => new("行の欠落", "row missing"),
        LedgerFaultKind.HashChanged => new("ハッシュの改変", "hash changed"),
        LedgerFaultKind.CheckpointChanged => new("チェックポイントの改変", "checkpoint changed"),
        LedgerFaultKind.SignatureInvalid => new("署名の不正", "signature invalid"),
        LedgerFaultKind.Rewritten => new("書換え", "rewritten"),
        LedgerFaultKind.Truncated => new("末尾の切捨て", "truncated"),
        LedgerFaultKind.Uncovered => new("署名のない記録", "unsigned entries"),
        LedgerFaultKind.CopyInvalid => new("控えの不正", "copy invalid"),
        _ => throw new InvalidOperationException($"No name for {Kind}."),
    };
}

/// <summary>A checkpoint that was copied outside the database (控え), as found there.</summary>
/// <param name="Source">Where: a file.</param>
public sealed record CheckpointCopy(string Source, ReadOnlyMemory<byte> UntrustedNote);

/// <summary>What verification of one ledger found (検証結果).</summary>
/// <param name="Entries">Entries read.</param>
/// <param name="Checkpoints">Checkpoints of the database whose signature and root were checked.</param>
/// <param name="Copies">Copies outside that were compared.</param>
public sealed record LedgerReport(MunicipalityId Municipality, ulong Entries, ulong Checkpoints, int Copies, IReadOnlyList<LedgerFault> Faults)
{
    public bool Holds => Faults.Count == 0;
}
