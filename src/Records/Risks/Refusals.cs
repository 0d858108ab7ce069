using Sekisho.Assurance;

namespace Sekisho.Records.Risks;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal Unknown { get; } = new("REC-RSK-001",
        new("そのリスクは見つかりません。", "There is no such risk."),
        new("リスクの一覧から選び直してください。", "Choose from the list of risks."));

    public static Refusal Changed { get; } = new("REC-RSK-002",
        new("決裁の対象になった後で、リスクの内容が変わっています。受容は記録していません。", "The risk changed after it was put up for decision. The acceptance was not kept."),
        new("いまの内容で改めて決裁を受けてください。", "Have the present content decided anew."));

    public static Refusal MayNotDecide { get; } = new("REC-RSK-003",
        new("その人は、このリスクを受容できません。", "That person may not accept this risk."),
        new("最高・統括・情報セキュリティ責任者のうち、このリスクの担当者でない人を選んでください。職に就いている人がいないときは、先に任命してください。",
            "Choose a holder of the posts of CISO, general or information-security officer who doesn't own this risk. Appoint one first if there is none."));

    public static Refusal BadExpiry(int months) => new("REC-RSK-004",
        new($"受容の期限には、明日から {months} か月以内の日を入力してください。", $"An acceptance must end after today and within {months} months."),
        new("期限を直してください。続けて受容するときは、期限の前に改めて決裁を受けます。", "Correct the date. To accept it for longer, decide anew before it ends."));

    public static Refusal TextMissing(int least) => new("REC-RSK-005",
        new($"決裁番号と、{least} 文字以上の理由が必要です。", $"The reference of the decision and a reason of at least {least} characters are needed."),
        new("理由には、なぜ受け入れられるかを書いてください。", "Say why the risk can be borne."));

    public static Refusal NothingToAccept(int line) => new("REC-RSK-006",
        new($"このリスクは基準（{line}）に届かないので、受容の必要がありません。", $"The risk is under the line ({line}): there is nothing to accept."),
        new("そのままでかまいません。", "Leave it as it is."));

    public static Refusal NothingToClose { get; } = new("REC-RSK-007",
        new("リスクがまだ一件もないので、締められません。", "There is no risk yet, so there is nothing to close."),
        new("資産群と脅威の組からリスクを加えてください。", "Add risks from groups and threats first."));

    public static Refusal GroupsUnassessed(IReadOnlyList<string> groups) => new("REC-RSK-008",
        new($"評価していない資産群が {groups.Count} あります（{FirstFew.Of(groups).Ja}）。", $"{groups.Count} asset groups are not assessed ({FirstFew.Of(groups).En})."),
        new("それぞれに一件以上のリスクを加えてから締めてください。", "Add at least one risk for each, then close."));

    public static Refusal BadName(int most) => new("REC-RSK-009",
        new($"名前を 1～{most} 文字で入力してください。", $"Enter a name of 1 to {most} characters."),
        new("例：令和8年度リスク分析", "For example: risk analysis of 2026"));

    public static Refusal NotOwner { get; } = new("REC-RSK-013",
        new("あなたは、このリスクの担当者ではありません。何も変更していません。", "You don't own this risk. Nothing was changed."),
        new("担当者が変わったときは、情報セキュリティの担当に連絡してください。", "Ask the security officer when the owner has changed."));

    public static Refusal NothingToFinish { get; } = new("REC-RSK-014",
        new("このリスクには、終えたと記録できる対応がありません。", "This risk has no treatment that could be recorded as done."),
        new("画面を開き直して、いまの状況を確かめてください。", "Open the page again and look at how it stands."));

    public static Refusal BadSteps(int most) => new("REC-RSK-010",
        new($"段は 2～5 で、それぞれ {most} 文字以内の言葉が必要です。", $"Either scale needs 2 to 5 steps, each with words of at most {most} characters."),
        new("空の段をなくしてください。", "Leave no step empty."));

    public static Refusal BadLine(int most) => new("REC-RSK-011",
        new($"基準は 1～{most}、有効な月数は 1～60 で入力してください。", $"The line must be from 1 to {most}, the months from 1 to 60."),
        new("基準は、起こりやすさ×損失の値です。", "The line is a value of likelihood × loss."));

    public static Refusal StepsInUse(int count, string first) => new("REC-RSK-012",
        new($"なくそうとしている段を使っているリスクが {count} 件あります（{first} など）。尺度は変えていません。", $"{count} risks use steps that would go ({first} and others). The scale was not changed."),
        new("先にそれらを評価し直してください。", "Rate those anew first."));
}
