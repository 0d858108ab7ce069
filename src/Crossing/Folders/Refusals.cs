using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Folders;

/// <summary>Where the rules of watched folders say no.</summary>
public static class Refusals
{
    public static Refusal BadName { get; } = new("XNG-FOLDER-001",
        new("監視フォルダの名前がないか、長すぎます（100 文字まで）。何も保存していません。", "The name of the folder is missing or too long (100 characters). Nothing was kept."),
        new("何のフォルダか分かる名前を書いてください。例：3階の複合機", "Give a name that tells what it is for."));

    public static Refusal BadRoute { get; } = new("XNG-FOLDER-002",
        new("その経路は、監視フォルダでは使えません。何も保存していません。", "That route can't be used by a folder. Nothing was kept."),
        new("ファイルの経路で、情報資産を尋ねないもの（取り込み）を選んでください。", "Choose a route for files that asks for no assets (inward)."));

    public static Refusal BadPath { get; } = new("XNG-FOLDER-003",
        new("フォルダの場所が読めないか、互いに重なっています。何も保存していません。", "The places can't be read, or lie in each other. Nothing was kept."),
        new("「複合機/入れる」のように、自治体のフォルダから下の場所を書いてください。入れる・出す・断るの三つは、別の場所にします。", "Write three different places below the municipality's folder, such as printer/in, printer/out, printer/refused."));

    public static Refusal UnknownOwner { get; } = new("XNG-FOLDER-004",
        new("受け持つ課がありません。何も保存していません。", "There is no such section to answer for it. Nothing was kept."),
        new("組織から、このフォルダを受け持つ課を選んでください。", "Choose the section that answers for it."));

    public static Refusal UnknownMaker { get; } = new("XNG-FOLDER-005",
        new("承認の要る経路のフォルダは、登録する人が職員として分かっていなければなりません。何も保存していません。", "A folder on a route that needs approval must be set up by a known person. Nothing was kept."),
        new("先に、自分のアカウントを職員に結び付けてください（組織のページ）。", "Link your account to your person first (page of the organisation)."));

    public static Refusal Unknown { get; } = new("XNG-FOLDER-006",
        new("その監視フォルダはないか、もう止められています。", "There is no such folder, or it is stopped already."),
        new("一覧から選び直してください。", "Choose from the list."));
}
