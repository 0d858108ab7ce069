using Sekisho.Assurance;

namespace Sekisho.Records.EvidenceKept;

/// <summary>A file to be kept with evidence.</summary>
public sealed record Attachment(string UntrustedName, string MediaType, ReadOnlyMemory<byte> Content);

/// <summary>A file kept with evidence; its digest is in the ledger.</summary>
public sealed record KeptAttachment(int Ordinal, string FileName, string MediaType, int SizeBytes, Sha256 Digest);

/// <summary>A piece of evidence as lists show it.</summary>
public sealed record EvidenceRow(Evidence Evidence, Actor By, long LedgerIndex, int Attachments);

/// <summary>A piece of evidence with all that is kept of it.</summary>
/// <param name="Statement">The signed statement that it is, when it is one.</param>
public sealed record EvidenceDetail(Evidence Evidence, Actor By, long LedgerIndex, IReadOnlyList<KeptAttachment> Attachments, SignedStatement? Statement);

/// <summary>An officer's signed statement (申告) behind a piece of evidence.</summary>
public sealed record SignedStatement(ObligationId Obligation, string CriterionId, bool Holds, string Text, DateTimeOffset SignedAt, Actor By, DateTimeOffset SecondFactorAt);

/// <summary>What to list. Null: no narrowing.</summary>
/// <param name="KindPrefix">Kinds that begin so: <c>policy.</c>, or a whole kind.</param>
/// <param name="From">Recorded at or after.</param>
/// <param name="Until">Recorded before.</param>
/// <param name="Text">In the sentence, either language, or the subject.</param>
public sealed record EvidenceFilter(
    string? KindPrefix = null, string? Subject = null, EvidenceWeight? Weight = null,
    DateTimeOffset? From = null, DateTimeOffset? Until = null, string? Text = null, ObligationId? Obligation = null);

/// <summary>One page, newest first.</summary>
/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record EvidencePage(IReadOnlyList<EvidenceRow> Rows, EvidenceCursor? Next);

/// <summary>A place in the list that stays right while evidence arrives (keyset): after this row.</summary>
public readonly record struct EvidenceCursor(DateTimeOffset RecordedAt, Guid Id)
{
    /// <summary>For addresses: digits, an underscore, hexadecimal.</summary>
    public override string ToString() => FormattableString.Invariant($"{RecordedAt.UtcTicks}_{Id:N}");

    /// <summary>False when the text is not one that this wrote.</summary>
    public static bool TryParse(string? untrusted, out EvidenceCursor cursor)
    {
        cursor = default;
        if (untrusted is not { Length: > 33 and < 64 }) return false;
        var parts = untrusted.Split('_');
        if (parts.Length != 2
            || !long.TryParse(parts[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.UtcTicks
            || !Guid.TryParseExact(parts[1], "N", out var id)) return false;
        cursor = new EvidenceCursor(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        return true;
    }
}
