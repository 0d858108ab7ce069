namespace Sekisho.Assurance;

/// <summary>A sentence for people, in both languages of the product (日英併記). Japanese is the first.</summary>
/// <remarks>Both sides are complete: English is never a summary of the Japanese.</remarks>
public sealed record Bilingual(string Ja, string En)
{
    /// <summary>The same text in both languages: names, numbers, codes.</summary>
    public static Bilingual Same(string text) => new(text, text);

    public string In(Language language) => language == Language.English ? En : Ja;

    /// <summary>Joins sentences: Japanese without, English with a space.</summary>
    public static Bilingual operator +(Bilingual a, Bilingual b) => new(a.Ja + b.Ja, $"{a.En} {b.En}");

    public override string ToString() => $"{Ja} / {En}";
}

/// <summary>The language a person reads (表示言語).</summary>
public enum Language
{
    Japanese,
    English,
}
