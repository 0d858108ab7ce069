using Sekisho.Assurance;

namespace Sekisho.Crossing.Traces;

/// <summary>What people read of traces, on screens and on sheets.</summary>
public static class TraceWords
{
    /// <summary>Never said more mildly: nobody looked.</summary>
    public static Bilingual NotScanned { get; } = new("検査していません（検査プログラムの設定がありません）", "not scanned: no scanner is configured");

    /// <summary>What scans have said of a file that was let through, the newest word first.</summary>
    public static Bilingual Scanned(this Exceptional file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Scans is not { } scans) return file.Scan ?? NotScanned;
        var last = When(scans.LastAt);
        return scans.Found is { } name ? new($"{last} の検査で「{name}」が見つかり、渡すのをやめました（{scans.Signatures}）", $"“{name}” was found on {last}; it was taken back ({scans.Signatures})")
            : new($"見つかっていません（最後の検査 {last}、{scans.Times} 回、{scans.Signatures}）", $"nothing found (last scan {last}, {scans.Times} in all, {scans.Signatures})");
    }

    private static string When(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy/MM/dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    public static Bilingual Name(this TraceOutcome outcome) => outcome switch
    {
        TraceOutcome.Pending => new("手続き中", "in progress"),
        TraceOutcome.Delivered => new("渡した", "let through"),
        TraceOutcome.Blocked => new("遮断", "blocked"),
        TraceOutcome.Declined => new("却下", "declined"),
        TraceOutcome.Lapsed => new("取下げ・期限切れ", "withdrawn or expired"),
        TraceOutcome.Excepted => new("特例で渡した", "by exception"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
