using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Mail.Senders;

/// <summary>Tells domains that are made to be taken for another (紛らわしいドメイン): letters of other scripts, digits for letters, one slip of the pen, another ending, the other's name as a part.</summary>
internal static class LookAlike
{
    // Shorter names are one edit apart from too many honest ones.
    private const int LeastForEdits = 5;

    // Letters of other scripts that look like Latin ones, after UTS #39's confusables; what no font tells apart.
    private static readonly Dictionary<char, string> Faces = new()
    {
        ['а'] = "a", ['ɑ'] = "a", ['α'] = "a", ['е'] = "e", ['ё'] = "e", ['є'] = "e", ['о'] = "o", ['ο'] = "o", ['ө'] = "o", ['σ'] = "o", ['օ'] = "o", ['р'] = "p", ['ρ'] = "p", ['с'] = "c", ['ϲ'] = "c", ['у'] = "y", ['ү'] = "y", ['γ'] = "y",
        ['х'] = "x", ['χ'] = "x", ['і'] = "i", ['ı'] = "i", ['ι'] = "i", ['ӏ'] = "l", ['ј'] = "j", ['ѕ'] = "s", ['ԁ'] = "d", ['ɡ'] = "g", ['һ'] = "h", ['н'] = "h", ['к'] = "k", ['κ'] = "k", ['м'] = "m", ['т'] = "t", ['τ'] = "t", ['в'] = "b", ['ь'] = "b", ['п'] = "n", ['ո'] = "n", ['ν'] = "v", ['ѵ'] = "v", ['υ'] = "u", ['ս'] = "u",
        ['ԝ'] = "w", ['ѡ'] = "w", ['ω'] = "w", ['ԛ'] = "q", ['ʀ'] = "r", ['г'] = "r", ['ƒ'] = "f", ['ø'] = "o", ['đ'] = "d", ['ł'] = "l", ['ß'] = "b", ['æ'] = "ae", ['œ'] = "oe", ['ー'] = "-", ['‐'] = "-", ['ｰ'] = "-", ['一'] = "-", ['ㅡ'] = "-", ['ノ'] = "/", ['〇'] = "o",
    };

    /// <summary>How the domain imitates the other; null when it doesn't, or is the other's own.</summary>
    public static LikeKind? Of(DomainName domain, DomainName other)
    {
        if (domain.IsWithin(other) || other.IsWithin(domain)) return null;
        var (mine, theirs) = (Skeleton(domain.Shown), Skeleton(other.Shown));
        // A host below the imitation imitates as well.
        if (mine == theirs || mine.EndsWith("." + theirs, StringComparison.Ordinal)) return LikeKind.Letters;
        var (stem, otherStem) = (domain.Stem, other.Stem);
        if (stem == otherStem || LastLabels(stem, otherStem) == otherStem) return otherStem.Length >= 4 ? LikeKind.Ending : null;
        // city.example.lg.jp.evil.example, city-example-lg.jp, cityexamplelg.jp
        if (domain.Shown.StartsWith(other.Shown + ".", StringComparison.Ordinal) || domain.Shown.Contains("." + other.Shown + ".", StringComparison.Ordinal)) return LikeKind.Part;
        var bare = Bare(other.Shown);
        if (bare.Length >= 8 && (Bare(domain.Shown) == bare || Bare(stem).EndsWith(bare, StringComparison.Ordinal) || Bare(stem).StartsWith(bare, StringComparison.Ordinal))) return LikeKind.Part;
        if (Bare(otherStem) is { Length: >= 8 } name && Bare(stem).Contains(name, StringComparison.Ordinal)) return LikeKind.Part;
        // A slip in the name that somebody registered, not in the hosts below it.
        var (registered, otherRegistered) = (Skeleton(domain.Registered), Skeleton(other.Registered));
        if (Name(otherRegistered).Length >= LeastForEdits && registered != otherRegistered && IsOneEdit(Name(registered), Name(otherRegistered))) return LikeKind.Slip;
        return otherStem.Length >= 8 && domain.Suffix == other.Suffix && IsOneEdit(Skeleton(stem), Skeleton(otherStem)) ? LikeKind.Slip : null;

        static string LastLabels(string stem, string other) => stem.EndsWith("." + other, StringComparison.Ordinal) ? other : "";
        static string Bare(string name) => name.Replace(".", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        static string Name(string registered) => registered.Split('.')[0];
    }

    /// <summary>True when one label mixes letters of scripts that no language mixes: Latin with Cyrillic or Greek.</summary>
    public static bool MixesScripts(DomainName domain)
    {
        foreach (var label in domain.Shown.Split('.'))
        {
            var (latin, other) = (false, false);
            foreach (var c in label)
            {
                latin |= c is >= 'a' and <= 'z';
                other |= c is >= '\u0370' and <= '\u058F' or >= '\u13A0' and <= '\u13FF';
            }
            if (latin && other) return true;
        }
        return false;
    }

    /// <summary>What it looks like at a glance, in Latin letters.</summary>
    internal static string Skeleton(string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var c in name.Normalize(NormalizationForm.FormKD).ToLowerInvariant())
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format) continue;
            if (Faces.TryGetValue(c, out var face)) plain.Append(face);
            else plain.Append(c switch { '0' => 'o', '1' or '|' or 'i' => 'l', '3' => 'e', '5' => 's', '8' => 'b', '9' => 'g', '6' => 'b', '7' => 't', '4' => 'a', '2' => 'z', _ => c });
        }
        return plain.Replace("rn", "m").Replace("vv", "w").Replace("cl", "d").Replace("j", "l").ToString();
    }

    /// <summary>One letter more, less, another, or two changed about.</summary>
    internal static bool IsOneEdit(string one, string two)
    {
        if (one == two || Math.Abs(one.Length - two.Length) > 1) return false;
        var same = 0;
        while (same < one.Length && same < two.Length && one[same] == two[same]) same++;
        var (restOne, restTwo) = (one[same..], two[same..]);
        if (one.Length == two.Length) return restOne[1..] == restTwo[1..] || (restOne.Length > 1 && restOne[0] == restTwo[1] && restOne[1] == restTwo[0] && restOne[2..] == restTwo[2..]);
        return one.Length > two.Length ? restOne[1..] == restTwo : restOne == restTwo[1..];
    }
}

/// <summary>How a domain imitates another.</summary>
internal enum LikeKind
{
    /// <summary>Other letters with the same face.</summary>
    Letters,

    /// <summary>The same name under another ending.</summary>
    Ending,

    /// <summary>The other's name as a part of it.</summary>
    Part,

    /// <summary>One letter apart.</summary>
    Slip,
}
