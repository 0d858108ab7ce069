using Sekisho.Assurance;
using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>Why nothing comes out, in words (遮断の理由). The codes of one format stand beside its rebuilder; here are those of all files. docs/errors.md explains each.</summary>
internal static class Refusals
{
    /// <summary>Of what a password opens.</summary>
    public const string PasswordCode = "SAN-KIND-006";

    private static readonly Bilingual AskSender = new("送信元に、別の形式で送り直してもらってください。", "Ask the sender for another format.");
    private static readonly Bilingual AskOfficer = new("必要なら、情報セキュリティ担当に特例の持ち込みを相談してください。", "If it is needed, ask the security officer for an approval.");

    public static RefusedException Broken(string place, string code, string ja, string en) =>
        new(code, new($"ファイルが壊れているか、仕様と合いません（{ja}）。", $"The file is damaged or against its specification ({en})."), new("送信元で開けるか確かめ、保存し直したものをもらってください。", "Check with the sender that it opens, and ask for a freshly saved copy."), place);

    public static RefusedException TooLarge(long length, long most) =>
        new("SAN-LIMIT-001", new($"大きさの上限を超えています（{Size(length)}、上限 {Size(most)}）。", $"It is larger than allowed ({Size(length)}, limit {Size(most)})."), new("分けて送ってもらうか、上限の変更を情報セキュリティ担当に相談してください。", "Ask for it in parts, or ask the security officer about the limit."));

    public static RefusedException Bomb(string place, long unpacked) =>
        new("SAN-LIMIT-002", new($"展開すると極端に大きくなります（{Size(unpacked)} で打ち切り）。圧縮爆弾のおそれがあります。", $"Unpacked it grows beyond all measure (stopped at {Size(unpacked)}): it may be a decompression bomb."), AskSender, place);

    public static RefusedException TooMany(string place, int most) =>
        new("SAN-LIMIT-003", new($"含まれるファイルや部品が多すぎます（上限 {most:N0}）。", $"It holds too many files or parts (limit {most:N0})."), AskSender, place);

    public static RefusedException TooDeep(string place, int most) =>
        new("SAN-LIMIT-004", new($"入れ子が深すぎます（上限 {most} 段）。", $"Files are nested too deeply (limit {most})."), AskSender, place);

    public static RefusedException TooManyPixels(string place, long width, long height) =>
        new("SAN-LIMIT-005", new($"画像が大きすぎます（{width:N0} × {height:N0}）。", $"A picture is too large ({width:N0} × {height:N0})."), AskSender, place);

    public static RefusedException TooSlow(TimeSpan most) =>
        new("SAN-LIMIT-006", new($"時間の上限（{most.TotalSeconds:0} 秒）までに終わりませんでした。", $"It wasn't done within the time allowed ({most.TotalSeconds:0} s)."), AskSender);

    public static RefusedException TooManyPages(string place, int most) =>
        new("SAN-LIMIT-007", new($"ページが多すぎます（上限 {most:N0}）。", $"It has too many pages (limit {most:N0})."), AskSender, place);

    public static RefusedException OutOfMemory() =>
        new("SAN-LIMIT-008", new("メモリの上限までに終わりませんでした。", "It wasn't done within the memory allowed."), AskSender);

    public static RefusedException WorkerDied() =>
        new("SAN-WORKER-001", new("このファイルの処理中に、隔離された作業プロセスが異常終了しました。", "The isolated worker ended by itself while it worked on this file."), new("ファイルは出していません。別の形式で送り直してもらってください。", "Nothing came out. Ask the sender for another format."));

    public static RefusedException NotRebuildable(FileKind kind) =>
        new("SAN-KIND-001", new($"{kind.Name.Ja}は安全に作り直せない形式です。", $"A {kind.Name.En} can't be rebuilt safely."), new("PDF など別の形式で送り直してもらうか、情報セキュリティ担当に特例の持ち込みを相談してください。", "Ask for another format such as PDF, or ask the security officer for an approval."));

    public static RefusedException ByPolicy(FileKind kind) =>
        new("SAN-KIND-002", new($"{kind.Name.Ja}は、この団体の方針で持ち込めません。", $"The policy lets no {kind.Name.En} through."), AskOfficer);

    public static RefusedException Active(FileKind kind) =>
        new("SAN-KIND-003", new($"{kind.Name.Ja}は持ち込めません。", $"A {kind.Name.En} is never let through."), AskOfficer);

    public static RefusedException Unknown() =>
        new("SAN-KIND-004", new("ファイルの種類が分かりません。", "The kind of the file can't be told."), AskSender);

    public static RefusedException Password(FileKind kind) =>
        new(PasswordCode, new($"{kind.Name.Ja}を開くパスワードがありません。", $"There is no password that opens this {kind.Name.En}."), new("パスワードを添えてもう一度送るか、パスワードを外したものをもらってください。", "Send it again with its password, or ask for a copy without one."));

    public static RefusedException TwoKinds(FileKind kind, FileKind other) =>
        new("SAN-KIND-007", new($"{kind.Name.Ja}ですが、同時に{other.Name.Ja}としても読めます。", $"It is a {kind.Name.En} that reads as a {other.Name.En} too."), AskSender);

    public static RefusedException NameDisagrees(FileKind kind, string extension) =>
        new("SAN-NAME-001", new($"名前の拡張子（.{extension}）と中身（{kind.Name.Ja}）が違います。", $"The extension (.{extension}) and the content ({kind.Name.En}) disagree."), AskSender);

    public static RefusedException NoConverter(FileKind kind) =>
        new("SAN-CONVERT-001", new($"{kind.Name.Ja}を変換するプログラム（LibreOffice）が使えません。", $"The program that converts a {kind.Name.En} (LibreOffice) can't be used."), new("LibreOffice を入れてから、もう一度実行してください（docs/operations/sanitizer.md）。", "Install LibreOffice and run this again (docs/operations/sanitizer.md)."));

    public static RefusedException NotConverted(FileKind kind) =>
        new("SAN-CONVERT-002", new($"{kind.Name.Ja}を変換できませんでした。", $"The {kind.Name.En} could not be converted."), new("送信元で新しい形式（docx・xlsx・pptx・PDF）に保存し直してもらってください。", "Ask the sender to save it as docx, xlsx, pptx or PDF."));

    public static RefusedException NoMode(FileKind kind, string mode) =>
        new("SAN-MODE-001", new($"{kind.Name.Ja}は方式「{mode}」で出せません。", $"A {kind.Name.En} can't come out in the mode “{mode}”."), new("方式 rebuild で実行してください。", "Use the mode rebuild."));

    internal static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes:N0} B",
        < 10_000_000 => $"{bytes / 1024.0:N0} KiB",
        < 10_000_000_000 => $"{bytes / 1048576.0:N0} MiB",
        _ => $"{bytes / 1073741824.0:N0} GiB",
    };
}
