using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf;

/// <summary>Why a PDF doesn't come out. Each code is one cause, explained in docs/errors.md.</summary>
internal static class PdfRefusals
{
    public static RefusedException NoDocument() => Refusals.Broken("", "SAN-PDF-001", "文書の目録（Catalog）が見つかりません", "there is no catalog");

    public static RefusedException NoPages() => Refusals.Broken("", "SAN-PDF-002", "ページがありません", "there are no pages");

    public static RefusedException TooNested() => Refusals.Broken("", "SAN-PDF-003", "値の入れ子が深すぎます", "values are nested too deeply");

    public static RefusedException Security(string what) => Refusals.Broken("", "SAN-PDF-004", $"暗号の形式に対応していません（{what}）", $"an encryption that is not known ({what})");

    public static RefusedException Filters(string place, string what) => Refusals.Broken(place, "SAN-PDF-005", $"圧縮の形式を読めません（{what}）", $"a filter can't be read ({what})");

    public static RefusedException TooManyObjects(int most) => Refusals.Broken("", "SAN-PDF-006", $"オブジェクトが多すぎます（上限 {most:N0}）", $"too many objects (limit {most:N0})");

    public static RefusedException Drawing(string place) => Refusals.Broken(place, "SAN-PDF-007", "図形の呼び出しが多すぎて、表示できない大きさになります", "forms draw each other too often to be shown");

    public static RefusedException NoProgram(string program) =>
        new("SAN-ENV-002", new($"必要なプログラム（{program}）がありません。", $"A program is missing ({program})."), new("poppler-utils を入れてから、もう一度実行してください（apt-get install poppler-utils）。", "Install poppler-utils and run this again (apt-get install poppler-utils)."));

    public static RefusedException NotDrawn() =>
        new("SAN-PDF-008", new("ページを画像や文字に直せませんでした。", "The pages could not be turned into pictures or text."), new("方式 rebuild で実行してください。", "Use the mode rebuild."));
}
