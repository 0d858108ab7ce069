using Sekisho.Assurance;

namespace Sekisho.Web.Components;

/// <summary>The six verdicts as they are shown: word, sign and class name, in one place.</summary>
public static class VerdictWords
{
    /// <summary>Every kind, in the order in which a person should care.</summary>
    public static IReadOnlyList<VerdictKind> InOrder { get; } =
        [VerdictKind.NotMet, VerdictKind.Expired, VerdictKind.NoEvidence, VerdictKind.Waived, VerdictKind.Met, VerdictKind.OutOfScope];

    /// <summary>The word beside the mark.</summary>
    public static Bilingual Word(VerdictKind kind) => kind switch
    {
        VerdictKind.Met => new("満たす", "Holds"),
        VerdictKind.NotMet => new("満たさない", "Fails"),
        VerdictKind.NoEvidence => new("証拠なし", "No evidence"),
        VerdictKind.Expired => new("期限切れ", "Expired"),
        VerdictKind.Waived => new("例外承認中", "Waived"),
        _ => new("対象外", "Out of scope"),
    };

    /// <summary>The mark as a character, for plain text and for tables that are copied.</summary>
    public static string Sign(VerdictKind kind) => kind switch
    {
        VerdictKind.Met => "●",
        VerdictKind.NotMet => "▲",
        VerdictKind.NoEvidence => "○",
        VerdictKind.Expired => "◔",
        VerdictKind.Waived => "◇",
        _ => "－",
    };

    /// <summary>Class name in the style sheet and value in addresses.</summary>
    public static string Name(VerdictKind kind) => kind switch
    {
        VerdictKind.Met => "met",
        VerdictKind.NotMet => "notmet",
        VerdictKind.NoEvidence => "noevidence",
        VerdictKind.Expired => "expired",
        VerdictKind.Waived => "waived",
        _ => "outofscope",
    };

    /// <summary>Reads <see cref="Name"/> back; null when it is none.</summary>
    public static VerdictKind? OfName(string? untrusted) =>
        InOrder.Where(k => Name(k) == untrusted).Select(static k => (VerdictKind?)k).FirstOrDefault();
}
