using Sekisho.Assurance;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Scanning;

/// <summary>The scan of files by clamd before and after (ウイルス検査), in the host: workers have no network. What can't be scanned doesn't come out.</summary>
internal static class ScanRefusals
{
    /// <summary>A file whose scan ended it: nothing was looked at inside.</summary>
    public static FileReport Refused(string untrustedName, SanitizeRefusal refusal) =>
        new(SafeName.Show(untrustedName), null, FileKind.Unknown.Key, null, Outcome.Refused, refusal, [], [], [], null, null, 0, null, 0);

    public static SanitizeRefusal Found(string name, string place) =>
        new("SAN-SCAN-001", new($"ウイルス検査（clamd）が「{name}」を見つけました。", $"The virus scan (clamd) found “{name}”."), new("開かずに、情報セキュリティ担当に知らせてください。", "Don't open it; tell the security officer."), place);

    public static SanitizeRefusal NotScanned(ScannerAddress address, string said) =>
        new("SAN-SCAN-002", new($"ウイルス検査（clamd、{address}）ができませんでした（{said}）。", $"The virus scan (clamd, {address}) could not be done ({said})."), new("clamd が動いているか、大きさの上限（StreamMaxLength）を確かめてください。検査を設定している間は、検査できないファイルを出しません。", "Check that clamd runs, and its limit of size (StreamMaxLength). While a scan is configured, nothing comes out without it."));

    public static SanitizeRefusal Changed() =>
        new("SAN-SCAN-003", new("ウイルス検査のあとで、ファイルの中身が変わりました。", "The file changed after it was scanned."), new("書き込みが終わってから、もう一度実行してください。", "Run it again once nobody writes to it."));

    public static Note Note(bool before, bool after) => new("SAN-NOTE-SCAN", "", new(
        $"clamd で検査しました（{(before ? after ? "入力と出力" : "入力" : "出力")}）。何も見つかりませんでした。", $"Scanned by clamd ({(before ? after ? "input and output" : "input" : "output")}); nothing was found."));
}
