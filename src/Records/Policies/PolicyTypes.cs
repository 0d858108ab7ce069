using Sekisho.Assurance;
using Sekisho.Policy;

namespace Sekisho.Records.Policies;

/// <summary>Identity of one version of a policy (版).</summary>
public readonly record struct PolicyVersionId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Where a version stands at a moment (版の状態).</summary>
public enum VersionState
{
    /// <summary>案: read and kept, not put in force.</summary>
    Draft,

    /// <summary>施行予定: its effective date has not come.</summary>
    Scheduled,

    /// <summary>施行中.</summary>
    InForce,

    /// <summary>旧版: another version took its place.</summary>
    Superseded,
}

/// <summary>One version in a list.</summary>
/// <param name="PolicyKey">Which policy of the municipality: <see cref="PolicyKeys.Basic"/>, <see cref="PolicyKeys.Standard"/> or its own.</param>
/// <param name="Number">1, 2, 3 … in the order of import.</param>
/// <param name="Original">Digest of the file as it was uploaded.</param>
/// <param name="EffectiveOn">施行日, once it was put in force.</param>
/// <param name="WithheldGround">Legal ground when the original is withheld from disclosure; null when it is not.</param>
public sealed record VersionSummary(
    PolicyVersionId Id,
    string PolicyKey,
    int Number,
    string Title,
    string FileName,
    int SizeBytes,
    Sha256 Original,
    VersionState State,
    DateOnly? EffectiveOn,
    DateTimeOffset ImportedAt,
    Actor ImportedBy,
    string? WithheldGround,
    long LedgerIndex)
{
    /// <summary>False for a form or a picture: kept as its file, without provisions.</summary>
    public bool IsRead { get; init; } = true;

    /// <summary>Whether somebody said that it may be disclosed, or that it is withheld (公開・不開示の別).</summary>
    public bool DisclosureDecided { get; init; }
}

/// <summary>A version with its text.</summary>
/// <param name="Keys">From the ids of this document to the keys that provisions keep across versions.</param>
public sealed record PolicyVersion(VersionSummary Summary, PolicyDocument Document, IReadOnlyDictionary<string, string> Keys);

/// <summary>Keys of the usual policies; a municipality may have others (a–z, 0–9 and hyphens).</summary>
public static class PolicyKeys
{
    /// <summary>情報セキュリティ基本方針.</summary>
    public const string Basic = "basic-policy";

    /// <summary>情報セキュリティ対策基準.</summary>
    public const string Standard = "standard";
}

/// <summary>A document that a person brings.</summary>
/// <param name="UntrustedName">File name as the browser or shell gave it; kept for people, never used as a path.</param>
public sealed record PolicyUpload(ReadOnlyMemory<byte> Untrusted, string UntrustedName, string PolicyKey = PolicyKeys.Basic);

/// <summary>What came of an import (取込み).</summary>
public abstract record ImportOutcome
{
    private ImportOutcome()
    {
    }

    public abstract T Match<T>(Func<Imported, T> imported, Func<AlreadyKept, T> alreadyKept, Func<Unreadable, T> unreadable, Func<Refused, T> refused);

    /// <summary>Read and kept as a draft.</summary>
    /// <param name="Ties">Ties of the new version, carried and proposed.</param>
    /// <param name="CarriedTies">Of them, those that came along from the version before with a person's decision.</param>
    /// <param name="Findings">What the reader repaired and lint found.</param>
    public sealed record Imported(VersionSummary Version, int Ties, int CarriedTies, int Findings) : ImportOutcome
    {
        public override T Match<T>(Func<Imported, T> imported, Func<AlreadyKept, T> alreadyKept, Func<Unreadable, T> unreadable, Func<Refused, T> refused) => imported(this);
    }

    /// <summary>The same file, byte for byte, is kept already as this version; nothing was added.</summary>
    public sealed record AlreadyKept(VersionSummary Version) : ImportOutcome
    {
        public override T Match<T>(Func<Imported, T> imported, Func<AlreadyKept, T> alreadyKept, Func<Unreadable, T> unreadable, Func<Refused, T> refused) => alreadyKept(this);
    }

    /// <summary>The content could not be read as a policy; nothing was kept.</summary>
    public sealed record Unreadable(ReadError Error) : ImportOutcome
    {
        public override T Match<T>(Func<Imported, T> imported, Func<AlreadyKept, T> alreadyKept, Func<Unreadable, T> unreadable, Func<Refused, T> refused) => unreadable(this);
    }

    /// <summary>A rule said no; nothing was kept.</summary>
    public sealed record Refused(Refusal Why) : ImportOutcome
    {
        public override T Match<T>(Func<Imported, T> imported, Func<AlreadyKept, T> alreadyKept, Func<Unreadable, T> unreadable, Func<Refused, T> refused) => refused(this);
    }
}

/// <summary>A file that is kept, as it came.</summary>
public sealed record KeptFile(string FileName, string MediaType, ReadOnlyMemory<byte> Bytes, Sha256 Digest);

/// <summary>One opening of a withheld original (閲覧の記録).</summary>
public sealed record DocumentOpening(PolicyVersionId Version, string Purpose, DateTimeOffset At, Actor By, long LedgerIndex);
