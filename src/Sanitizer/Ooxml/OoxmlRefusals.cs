using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml;

/// <summary>Why an Office document doesn't come out.</summary>
internal static class OoxmlRefusals
{
    public static RefusedException Xml(string place, string ja, string en) => Refusals.Broken(place, "SAN-OOXML-001", $"部品の XML が読めません: {ja}", $"a part's XML can't be read: {en}");

    public static RefusedException Dtd(string place) => Refusals.Broken(place, "SAN-OOXML-002", "部品の XML に文書型定義（DTD）があります", "a part's XML has a document type definition");

    public static RefusedException Ambiguous(string place, string ja, string en) => Refusals.Broken(place, "SAN-OOXML-003", $"読み手により違って見える書き方です: {ja}", $"readers would see different documents: {en}");

    public static RefusedException NoMain(string ja, string en) => Refusals.Broken("", "SAN-OOXML-004", $"文書の本体がありません: {ja}", $"there is no main part: {en}");

    public static RefusedException Hidden(string place) =>
        new("SAN-OOXML-005", new("非表示のシートまたはスライドがあります。", "There are hidden sheets or slides."), new("送信元に、表示した状態で保存し直してもらうか、方針（office.hidden）の変更を情報セキュリティ担当に相談してください。", "Ask the sender to save it with everything shown, or ask the security officer about the policy (office.hidden)."), place);

    public static RefusedException NothingLeft() =>
        new("SAN-OOXML-006", new("マクロのシート以外に中身がありません。", "There is nothing in it but macro sheets."), new("送信元に、マクロを使わない形で送り直してもらってください。", "Ask the sender for a copy that doesn't use macros."));

    public static RefusedException Encryption(string ja, string en) => Refusals.Broken("", "SAN-OOXML-007", $"暗号化の形式が扱えません: {ja}", $"this form of encryption can't be handled: {en}");

    public static RefusedException Tampered() => Refusals.Broken("", "SAN-OOXML-008", "暗号化された中身が改ざんされているか壊れています", "the encrypted content was changed or damaged");
}
