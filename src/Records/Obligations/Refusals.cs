using Sekisho.Assurance;

namespace Sekisho.Records.Obligations;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal TooLarge { get; } = new("REC-OBL-001",
        new("義務の一覧が大きすぎます。1 MB まで登録できます。", "The file of obligations is too large; up to 1 MB can be kept."),
        new("独自の義務だけを書いてください。", "Write the municipality's own obligations only."));

    public static Refusal BadYaml(IReadOnlyList<ReadError> errors) => new("REC-OBL-002",
        errors.Take(5).Select(e => new Bilingual($"{e.Where}：{e.What.Ja}", $"{e.Where}: {e.What.En}")).Aggregate((a, b) => a + b),
        new("該当の行を直して、もう一度保存してください。以前の内容はそのまま残っています。", "Correct those lines and save again. What was kept before is untouched."));
}
