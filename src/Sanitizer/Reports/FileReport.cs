using Sekisho.Assurance;

namespace Sekisho.Sanitizer.Reports;

/// <summary>What became of one file (ファイルごとの結果). Written as one JSON object a file by <see cref="ReportJson"/>.</summary>
/// <param name="File">The name as it came, as far as it can be shown.</param>
/// <param name="Output">The name it left with; null when nothing came out.</param>
/// <param name="Type">The kind by content: <see cref="Kinds.FileKind.Key"/>.</param>
/// <param name="OutputType">The kind that came out; null when nothing did.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Refusal">Why nothing came out; null otherwise.</param>
/// <param name="Removed">All that was taken out, in the order of the places.</param>
/// <param name="Notes">What a person should know that is no removal: a name corrected, signatures that no longer hold.</param>
/// <param name="Members">Files inside (archive members, attachments, embedded documents), each with its own outcome.</param>
/// <param name="InputBytes">Length of the input, in bytes.</param>
/// <param name="Seconds">From the first byte read to the last written.</param>
public sealed record FileReport(
    string File, string? Output, string Type, string? OutputType, Outcome Outcome, SanitizeRefusal? Refusal, IReadOnlyList<Removal> Removed, IReadOnlyList<Note> Notes,
    IReadOnlyList<FileReport> Members, Sha256? InputSha256, Sha256? OutputSha256, long InputBytes, long? OutputBytes, double Seconds)
{
    /// <summary>What a message says of itself; null for other files.</summary>
    public MailFacts? Mail { get; init; }

    /// <summary>True for a part of a message that came out by itself, not inside the message (<see cref="Isolation.SanitizerPool.SanitizeMailAsync"/>).</summary>
    public bool IsApart { get; init; }

    /// <summary>The files that came out by themselves, in the order in which they were given out: attachments, or what is inside of them.</summary>
    public IEnumerable<FileReport> ApartFiles => Members.SelectMany(static m => m.IsApart ? [m] : m.ApartFiles);

    /// <summary>True when a password opens it, or something in it.</summary>
    public bool NeedsPassword => Refusal?.Code == Rebuilding.Refusals.PasswordCode || Members.Any(static m => m.NeedsPassword);

    /// <summary>The method in the words of the national guideline (無害化の方式).</summary>
    public Bilingual Method => Outcome switch
    {
        Outcome.Rebuilt => new("ファイルを分解し、無害な要素だけで再構築（サニタイズ処理）", "taken apart and rebuilt from harmless elements only"),
        Outcome.Converted => new("ファイル形式を変換したうえで再構築（サニタイズ処理）", "converted to another format, then rebuilt"),
        Outcome.Text => new("テキストのみを抽出（メールのテキスト化等）", "text only"),
        Outcome.Pixels => new("画像に変換（画面転送と同等の画像化）", "turned into pictures"),
        Outcome.Admitted => new("中身を確認したうえで持ち込み（特例承認）", "verified only, admitted through an approval"),
        _ => new("無害化できないため遮断", "not let through, as it can't be made harmless"),
    };
}

/// <summary>How a file ended (結果).</summary>
public enum Outcome
{
    /// <summary>Written anew in its own format.</summary>
    Rebuilt,

    /// <summary>Written in another format.</summary>
    Converted,

    /// <summary>Only its text came out.</summary>
    Text,

    /// <summary>Its pages came out as pictures.</summary>
    Pixels,

    /// <summary>Let through unchanged, because the municipality's policy admits its kind through an approval.</summary>
    Admitted,

    /// <summary>Nothing came out.</summary>
    Refused,
}

/// <summary>Something that a person should know and that is no removal.</summary>
/// <param name="Code">Stable: <c>SAN-NOTE-NAME</c>.</param>
public sealed record Note(string Code, string Place, Bilingual Message);

/// <summary>Why nothing came out (遮断の理由).</summary>
/// <param name="Code">Stable, explained in docs/errors.md: <c>SAN-ZIP-002</c>.</param>
public sealed record SanitizeRefusal(string Code, Bilingual What, Bilingual Next, string Place = "")
{
    /// <summary>True for a code of this family: <c>SAN-LIMIT</c>.</summary>
    public bool IsOf(string family) => Code.Length == family.Length + 4 && Code[family.Length] == '-' && Code.StartsWith(family, StringComparison.Ordinal);
}
