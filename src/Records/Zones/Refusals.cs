using Sekisho.Assurance;

namespace Sekisho.Records.Zones;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal NoPolicy { get; } = new("REC-ZON-001",
        new("領域の定めがまだありません。", "The zones aren't written down yet."),
        new("先に「領域の定め」を書いてください。見本から始められます。", "Write the zones down first; there is a sample to start from."));

    public static Refusal BadPolicy(string place, Bilingual what) => new("REC-ZON-002",
        new($"領域の定めに誤りがあります（{place}）。{what.Ja}", $"The zones have a mistake ({place}). {what.En}"),
        new("その行を直して、もう一度保存してください。前の版はそのまま使われています。", "Correct that line and save again. The version before stays in use."));

    public static Refusal Changed(int version) => new("REC-ZON-003",
        new($"読んでいる間に、ほかの人が第 {version} 版を保存しました。保存していません。", $"Somebody saved version {version} meanwhile. Yours was not saved."),
        new("いまの版を読み直して、変更を入れ直してください。", "Read the present version and make your change again."));

    public static Refusal NoConfigs { get; } = new("REC-ZON-004",
        new("設定のファイルがありません。", "There are no configuration files."),
        new("ファイアウォール・ルータ・スイッチの設定をテキストで渡してください。", "Give the configurations of firewalls, routers and switches as text."));

    public static Refusal BadPath(string shown) => new("REC-ZON-005",
        new($"ファイル名「{shown}」は使えません。", $"The file name “{shown}” can't be used."),
        new("400 文字までの名前にしてください。", "Use a name of at most 400 characters."));

    public static Refusal NotText(string shown) => new("REC-ZON-006",
        new($"「{shown}」は文字の設定として読めません。何も取り込んでいません。", $"“{shown}” isn't a configuration in text. Nothing was taken in."),
        new("機器の設定を平文で書き出して渡してください（上限 50 MB）。", "Write the device's configuration out as plain text (50 MB at most)."));

    public static Refusal TooMany(int most) => new("REC-ZON-007",
        new($"設定は {most} ファイルまでです。何も取り込んでいません。", $"At most {most} configurations can be kept. Nothing was taken in."),
        new("使っていない機器の設定を外してください。", "Take out the configurations of devices that aren't in use."));

    public static Refusal Unknown { get; } = new("REC-ZON-008",
        new("その設定または証明は見つかりません。", "There is no such configuration or proof."),
        new("一覧から選び直してください。", "Choose from the list."));

    public static Refusal TooLong(int most) => new("REC-ZON-009",
        new($"領域の定めは {most:N0} 文字まで、変更の理由は 500 文字までです。保存していません。", $"The zones may have {most:N0} characters, the reason 500. Not saved."),
        new("短くして、もう一度保存してください。", "Shorten it and save again."));

    public static Refusal NoSuchWaiver { get; } = new("REC-ZON-010",
        new("その例外措置は、この通信の承認に使えません（効力がないか、別の義務のものです）。", "That waiver can't approve this flow: it isn't in force, or is of another obligation."),
        new("効力のある例外措置を選ぶか、先に承認を受けてください。", "Choose a waiver in force, or have one approved first."));

    public static Refusal NoSuchTarget(string ja, string en) => new("REC-ZON-011",
        new("その機器向けの規則は作れません。", "Rules can't be made for that kind of device."),
        new($"次から選んでください：{ja}。", $"Choose one of: {en}."));

    public static Refusal NotEqual { get; } = new("REC-ZON-012",
        new("作った規則を読み戻すと、領域の定めと等しくありません。渡していません。", "What was made doesn't read back as the zones. It isn't given out."),
        new("このコードと領域の定めを添えて、製品の窓口に知らせてください。", "Tell those who keep the product, with this code and the zones as written down."));

    public static Refusal NotYet(Bilingual missing) => new("REC-ZON-013", missing,
        new("領域の定めを書き足してから、もう一度作ってください。", "Add it to the zones, then make the rules again."));
}
