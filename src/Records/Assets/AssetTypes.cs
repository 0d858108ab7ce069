using Sekisho.Assurance;
using Sekisho.Records.Registers;

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

    /// <summary>The labels as choices of the register, the usual class of each first among those that it covers.</summary>
    public IReadOnlyList<FieldChoice> Choices => [.. Labels.Select(static l =>
    {
        var classes = l.Covers.Select(static c => AssetClasses.Load().Find(AssetAspect.Confidentiality, c)).OfType<AssetClass>().OrderByDescending(static c => c.Rank).ToList();
        return new FieldChoice(KeyOf(l), Bilingual.Same(l.Name), new(string.Concat(classes.Select(static c => c.Means.Ja)), string.Join(" ", classes.Select(static c => c.Means.En))),
            classes.Exists(static c => c.Rank >= HighRank), [l.Otherwise, .. l.Covers.Where(c => c != l.Otherwise)]);
    })];

    /// <summary>Of a label among the choices of the register: nobody's class has such a key.</summary>
    public static string KeyOf(ClassLabel label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return "label:" + label.Name;
    }

    /// <summary>The national class that is meant by a key of a class or of a label, given the suggestion; null for neither.</summary>
    public AssetClass? Meant(string? untrustedKey, AssetClass? suggested) =>
        AssetClasses.Load().Find(AssetAspect.Confidentiality, Labels.FirstOrDefault(l => KeyOf(l) == untrustedKey) is { } label ? Resolve(label.Covers, label.Otherwise, suggested) : untrustedKey);

    /// <summary>The national class that is meant by a label, given the suggestion.</summary>
    internal static string Resolve(IReadOnlyList<string> covers, string otherwise, AssetClass? suggested) => suggested is not null && covers.Contains(suggested.Key) ? suggested.Key : otherwise;

    /// <summary>3B and above stand out on lists.</summary>
    private const int HighRank = 3;
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
