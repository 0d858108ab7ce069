using Sekisho.Assurance;

namespace Sekisho.Records.Publication;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal BadUrl { get; } = new("REC-PUB-001",
        new("公表先は、http または https で始まる 2,000 字以内のアドレスで入力してください。", "The address must begin with http or https and have up to 2,000 characters."),
        new("公表したページのアドレスを入力してください。", "Enter the address of the page."));

    public static Refusal NotYetInForce { get; } = new("REC-PUB-002",
        new("施行日が記録されていない版は公表できません。", "A version without an effective date can't be published."),
        new("先に施行日を記録してください。", "Record its effective date first."));

    public static Refusal Withheld(string ground) => new("REC-PUB-003",
        new($"この版は非公開とされています（{ground}）。", $"This version is withheld from disclosure ({ground})."),
        new("公表するときは、先に非公開を解除してください。", "To publish it, lift the withholding first."));

    public static Refusal AlreadyPublished { get; } = new("REC-PUB-004",
        new("この版は、すでに公表されています。", "This version is public already."),
        new("操作は不要です。", "Nothing needs to be done."));

    public static Refusal Unknown { get; } = new("REC-PUB-005",
        new("その公表の記録は見つからないか、すでに取り下げられています。", "There is no such publication, or it is withdrawn already."),
        new("公表の一覧で確かめてください。", "See the list of publications."));

    public static Refusal ReasonMissing { get; } = new("REC-PUB-006",
        new("取り下げの理由が入力されていません。", "The reason of the withdrawal is missing."),
        new("理由を一文で入力してください。", "Give the reason in a sentence."));
}
