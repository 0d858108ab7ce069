using Sekisho.Assurance;

namespace Sekisho.Records.Assets;

/// <summary>What a class is about (分類の観点).</summary>
public enum AssetAspect
{
    /// <summary>機密性.</summary>
    Confidentiality,

    /// <summary>完全性.</summary>
    Integrity,

    /// <summary>可用性.</summary>
    Availability,
}

/// <summary>A class of an aspect (区分): 機密性3B.</summary>
/// <param name="Label">On labels and lists.</param>
/// <param name="Rank">The higher, the more care: 0 is the lowest class of its aspect.</param>
public sealed record AssetClass(AssetAspect Aspect, string Key, Bilingual Label, Bilingual Means, int Rank);

/// <summary>An aspect with its classes, highest first.</summary>
/// <param name="IsVerified">Held against its source; where not, the page says so.</param>
public sealed record AssetAspectClasses(AssetAspect Aspect, Bilingual Name, bool IsVerified, IReadOnlyList<AssetClass> Classes);

/// <summary>What is known of an asset when its class is to be suggested.</summary>
/// <param name="Words">Name and contents.</param>
public sealed record AssetFacts(string? Kind, string? Zone, bool? Personal, bool? MyNumber, decimal? Persons, string Words);

/// <summary>The classes that follow from what is known of an asset, with the reasons (分類の目安).</summary>
/// <param name="Classes">Absent where nothing is said of an aspect.</param>
public sealed record ClassSuggestion(IReadOnlyDictionary<AssetAspect, AssetClass> Classes, IReadOnlyList<SuggestionReason> Reasons)
{
    public AssetClass? Of(AssetAspect aspect) => Classes.GetValueOrDefault(aspect);
}

/// <summary>Why a class is suggested.</summary>
/// <param name="Decides">Aspects whose suggested class this reason gives; the others gave a higher one.</param>
public sealed record SuggestionReason(string Id, Bilingual Why, IReadOnlyList<AssetAspect> Decides);

/// <summary>One label by which a municipality speaks of confidentiality (庁内の区分).</summary>
/// <param name="Covers">The national classes under it.</param>
/// <param name="Otherwise">Which of them is meant when the suggested class is not among them.</param>
public sealed record ClassLabel(string Name, IReadOnlyList<string> Covers, string Otherwise);

/// <summary>The labels of a municipality (区分の呼び名). Without labels it speaks of the national classes themselves.</summary>
/// <param name="Id">Of the set that it began with.</param>
public sealed record LabelScheme(string Id, Bilingual Name, IReadOnlyList<ClassLabel> Labels)
{
    /// <summary>What staff say for a national class.</summary>
    public string? LabelOf(string national) => Labels.FirstOrDefault(l => l.Covers.Contains(national))?.Name;

    /// <summary>The national class that is meant by a label, given the suggestion.</summary>
    public static string Resolve(ClassLabel label, AssetClass? suggested)
    {
        ArgumentNullException.ThrowIfNull(label);
        return suggested is not null && label.Covers.Contains(suggested.Key) ? suggested.Key : label.Otherwise;
    }
}

/// <summary>Names of aspects.</summary>
public static class AssetWords
{
    /// <summary>As the data files, the register and the API write it.</summary>
    public static string Key(this AssetAspect aspect) => aspect switch
    {
        AssetAspect.Confidentiality => "confidentiality",
        AssetAspect.Integrity => "integrity",
        AssetAspect.Availability => "availability",
        _ => throw new ArgumentOutOfRangeException(nameof(aspect), aspect, null),
    };

    /// <summary>Null when there is no such aspect.</summary>
    public static AssetAspect? AspectOf(string? untrustedKey) =>
        Enum.GetValues<AssetAspect>().Cast<AssetAspect?>().FirstOrDefault(a => a!.Value.Key() == untrustedKey);

    /// <summary>Field of the register that has the class with contents.</summary>
    internal static string EffectiveKey(this AssetAspect aspect) => aspect switch
    {
        AssetAspect.Confidentiality => "effective",
        AssetAspect.Integrity => "effective_integrity",
        _ => "effective_availability",
    };
}
