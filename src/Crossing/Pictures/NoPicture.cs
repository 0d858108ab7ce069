using Sekisho.Assurance;
using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Crossing.Pictures;

/// <summary>Why there is no picture of a file (絵がない理由), in a sentence for who wanted to compare.</summary>
public static class NoPicture
{
    /// <summary>True for kinds whose first page is drawn, where they aren't broken or beyond the limits.</summary>
    /// <param name="kind">Key of <see cref="FileKind"/>.</param>
    public static bool IsDrawn(string? kind) => kind is not null && FileKind.All.TryGetValue(kind, out var its) && its.Family is (FileFamily.Pdf or FileFamily.Ooxml or FileFamily.LegacyOffice or FileFamily.Image);

    /// <param name="kind">Key of <see cref="FileKind"/>; null where it isn't known.</param>
    public static Bilingual Of(string? kind)
    {
        if (kind is null || !FileKind.All.TryGetValue(kind, out var its)) return Failed;
        if (its == FileKind.Empty) return new("空のファイルなので、絵はありません。", "The file is empty: there is nothing to draw.");
        return its.Family switch
        {
            FileFamily.Text => new("文字だけのファイルなので、絵はありません。受け取って、中身を確かめてください。", "It holds text alone: there is no picture. Fetch it and look into it."),
            FileFamily.Markup => new($"{its.Name.Ja}は、開くソフトで見え方が変わるので、絵にしません。取り除いたものは報告にあります。", $"Of {its.Name.En} there is no picture: each program shows it differently. The report says what was taken out."),
            FileFamily.Mail => new("メールは絵にしません。本文と添付から取り除いたものは報告にあります。", "Of mail there is no picture. The report says what was taken out of body and attachments."),
            FileFamily.Archive => new("書庫は絵にしません。中のファイルは、報告に一つずつあります。", "Of archives there is no picture. The report names each file inside."),
            FileFamily.Drawing => new($"{its.Name.Ja}は絵にできません。それを開くソフトで確かめてください。", $"Of {its.Name.En} there is no picture. Look at it in the program that opens it."),
            FileFamily.Metafile or FileFamily.NotRebuildable => new($"{its.Name.Ja}は絵にできません。中身は、渡してくれた人に確かめてください。", $"Of {its.Name.En} there is no picture. Ask who gave it to you what is in it."),
            FileFamily.Encrypted => new("パスワードで守られているので、絵にできません。", "A password protects it: it can't be drawn."),
            FileFamily.Active => new("プログラムなどの動くファイルは、絵にするために開くこともしません。", "It is a program, or starts one: it isn't opened, to be drawn neither."),
            FileFamily.Unknown => new("種類の分からないファイルなので、絵にできません。", "Its kind isn't known: it can't be drawn."),
            _ => Failed,
        };
    }

    /// <summary>Of a kind that is drawn otherwise.</summary>
    private static Bilingual Failed => new("壊れているか、大きさか時間の上限を超えたため、絵にできませんでした。", "It is broken, or beyond the limits of size and time: it could not be drawn.");
}
