using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Exceptions;

/// <summary>Where the scan of what is let through as it came says no.</summary>
public static class Refusals
{
    public static Refusal Infected(string name) => new("XNG-SCAN-001",
        new($"ウイルス検査がこのファイルから「{name}」を見つけました。特例では取り込めません。", $"The virus scan found “{name}” in this file. It can't be let through."),
        new("開かずに、情報セキュリティ担当に知らせてください。", "Don't open it; tell the security officer."));

    public static Refusal NotScanned(string said) => new("XNG-SCAN-002",
        new($"ウイルス検査ができないため、まだ取り込めません（{said}）。何も変更していません。", $"The virus scan could not be done ({said}). Nothing was changed."),
        new("clamd が動いているか確かめてから、もう一度決めてください。", "Check that clamd runs, then decide again."));

    /// <summary>What is said of a file that was let through and isn't any more.</summary>
    public static Refusal TakenBack { get; } = new("XNG-SCAN-003",
        new("特例で取り込むことを認めたあとのウイルス検査で、ウイルスが見つかりました。もう受け取れません。", "A virus was found in it after it had been let through. It can't be fetched any more."),
        new("すでに受け取った人は、開かずに端末をネットワークから外し、情報セキュリティ担当に知らせてください。", "Who has fetched it: don't open it, take the terminal off the network, and tell the security officer."));
}
