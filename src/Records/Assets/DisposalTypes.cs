using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Waivers;

namespace Sekisho.Records.Assets;

/// <summary>Identity of a disposal.</summary>
public readonly record struct DisposalId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Where a disposal stands.</summary>
public enum DisposalState
{
    /// <summary>Asked for; somebody else has to decide.</summary>
    Applied,

    Approved,
    Refused,

    /// <summary>Carried out; what was disposed of is out of use.</summary>
    Done,

    Cancelled,

    /// <summary>Out of use without a disposal, and why there was none (移管, 誤登録).</summary>
    NotNeeded,
}

/// <summary>What somebody asks to dispose of, and how.</summary>
/// <param name="Waiver">An approved waiver of the duty asset-handling, where the way is not one of those that are enough.</param>
public sealed record DisposalRequest(IReadOnlyList<EntryId> Entries, string UntrustedMedium, string UntrustedMethod, string UntrustedReason, DateOnly PlannedOn, WaiverId? Waiver = null);

/// <summary>How it was carried out.</summary>
/// <param name="UntrustedMethod">As it was really done; null: as asked for.</param>
/// <param name="UntrustedWitness">Who of the office saw it done.</param>
public sealed record DisposalReport(DateOnly DoneOn, string? UntrustedMethod, string? UntrustedWitness, string UntrustedNote, DisposalCertificate? Certificate);

/// <summary>The file that certifies a disposal (廃棄証明書).</summary>
public sealed record DisposalCertificate(string UntrustedName, ReadOnlyMemory<byte> Content);

/// <summary>A decision or deed in a disposal.</summary>
public sealed record DisposalStep(DateTimeOffset At, Actor By, bool Approved, string Note);

/// <summary>That it was done.</summary>
/// <param name="Certificate">Digest and name of the file; null: none was asked for.</param>
public sealed record DisposalDone(DateTimeOffset At, Actor By, DateOnly On, DisposalMethod Method, string? Witness, string Note, (Sha256 Digest, string Name)? Certificate);

/// <summary>An asset in a disposal, with its class of that day.</summary>
public sealed record DisposedAsset(EntryId Id, string Number, string Title, string? Confidentiality, bool HoldsMyNumber, bool IsRetired);

/// <summary>A disposal as it is kept (廃棄の記録).</summary>
/// <param name="Number">DSP-0001.</param>
/// <param name="Group">Row of the matrix; with medium, method and day null for <see cref="DisposalState.NotNeeded"/>.</param>
/// <param name="Waiver">The approved departure that covered a weaker way.</param>
public sealed record Disposal(
    DisposalId Id, string Number, DisposalState State, IReadOnlyList<DisposedAsset> Assets, DisposalGroup? Group, DisposalMedium? Medium, DisposalMethod? Method,
    string Reason, DateOnly? PlannedOn, WaiverId? Waiver, DateTimeOffset AppliedAt, Actor AppliedBy, DisposalStep? Decision, DisposalDone? Done, DisposalStep? Cancellation)
{
    public bool IsOpen => State is DisposalState.Applied or DisposalState.Approved;
}

/// <summary>Something that the handling rules don't allow (定めに反する取扱い).</summary>
/// <param name="Kind">What is amiss.</param>
public sealed record HandlingBreach(HandlingBreachKind Kind, EntryId Asset, string Number, string Title, Organisation.UnitId? Unit, DateTimeOffset Since)
{
    public Bilingual What => Kind switch
    {
        HandlingBreachKind.ContentsLeft => new($"{Number}「{Title}」は廃止されていますが、中身の廃棄が済んでいません。", $"{Number} {Title} is out of use, and what was in it has not been disposed of."),
        HandlingBreachKind.NoDisposal => new($"{Number}「{Title}」は、廃棄の記録がないまま廃止されています。", $"{Number} {Title} went out of use without a record of its disposal."),
        _ => throw new InvalidOperationException(Kind.ToString()),
    };
}

/// <summary>Kinds of breaches.</summary>
public enum HandlingBreachKind
{
    /// <summary>A container is out of use while what lay in it is in use.</summary>
    ContentsLeft,

    /// <summary>Something that has to be disposed of by the matrix went out of use without.</summary>
    NoDisposal,
}

/// <summary>Names of the states.</summary>
public static class DisposalWords
{
    public static Bilingual Name(this DisposalState state) => state switch
    {
        DisposalState.Applied => new("承認待ち", "waits for approval"),
        DisposalState.Approved => new("実施待ち", "to be carried out"),
        DisposalState.Refused => new("却下", "refused"),
        DisposalState.Done => new("廃棄済み", "done"),
        DisposalState.Cancelled => new("取消し", "cancelled"),
        DisposalState.NotNeeded => new("廃棄ではない", "not a disposal"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static Bilingual Name(this DisposalStrength strength) => strength switch
    {
        DisposalStrength.Destroyed => new("破壊", "destroyed"),
        DisposalStrength.Erased => new("復元できない消去", "erased beyond recovery"),
        DisposalStrength.Deleted => new("削除", "deleted"),
        _ => throw new ArgumentOutOfRangeException(nameof(strength), strength, null),
    };
}
