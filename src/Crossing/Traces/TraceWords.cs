using Sekisho.Assurance;

namespace Sekisho.Crossing.Traces;

/// <summary>What people read of traces, on screens and on sheets.</summary>
public static class TraceWords
{
    /// <summary>Never said more mildly: nobody looked.</summary>
    public static Bilingual NotScanned { get; } = new("検査していません（検査プログラムの設定がありません）", "not scanned: no scanner is configured");

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
