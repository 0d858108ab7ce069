using Sekisho.Assurance;
using Sekisho.Policy;

namespace Sekisho.Web.Components.Rules;

/// <summary>How one obligation stands at the moment of the page.</summary>
/// <param name="Since">When the verdict became what it is; null when unknown.</param>
public sealed record ObligationStanding(Obligation Obligation, Verdict Verdict, DateTimeOffset? Since);

/// <summary>How a provision stands: the worst of its obligations comes first.</summary>
public sealed record ProvisionStanding(IReadOnlyList<ObligationStanding> Obligations)
{
    /// <summary>What the margin shows.</summary>
    public VerdictKind Kind => Obligations[0].Verdict.Kind;

    /// <summary>Puts the obligations of a provision in the order in which they are shown; null when there is none.</summary>
    public static ProvisionStanding? Of(IEnumerable<ObligationStanding> obligations)
    {
        var ordered = obligations.OrderBy(static o => o.Verdict.Kind).ThenBy(static o => o.Obligation.Id.Value, StringComparer.Ordinal).ToList();
        return ordered.Count == 0 ? null : new ProvisionStanding(ordered);
    }
}

/// <summary>The policy with its verdicts at one moment: what the officer's home shows.</summary>
/// <param name="Standings">By <see cref="Provision.Id"/>; a provision without obligations has none.</param>
/// <param name="Address">Path of the page, e.g. /policy; parts of its address are added.</param>
/// <param name="AsOf">The past day shown; null for now.</param>
/// <param name="Selected">Provision whose panel is open; null when none.</param>
public sealed record PolicySheet(
    PolicyDocument Document,
    IReadOnlyDictionary<string, ProvisionStanding> Standings,
    string Address,
    DateOnly? AsOf,
    string? Selected)
{
    /// <summary>Address of this page with a provision's panel open (null: closed), on the same day.</summary>
    public string To(string? provisionId)
    {
        var parts = new List<string>(2);
        if (AsOf is { } day) parts.Add($"on={day:yyyy-MM-dd}");
        if (provisionId is not null) parts.Add($"p={Uri.EscapeDataString(provisionId)}");
        return parts.Count == 0 ? Address : $"{Address}?{string.Join('&', parts)}";
    }

    /// <summary>How many provisions show each verdict.</summary>
    public IReadOnlyDictionary<VerdictKind, int> Counts() =>
        Standings.Values.GroupBy(static s => s.Kind).ToDictionary(static g => g.Key, static g => g.Count());

    /// <summary>Id of a provision's row in the page.</summary>
    public static string Anchor(string provisionId) => "p-" + provisionId;

    /// <summary>How people name the place: 第6条第1項第3号ア, or 12(5)ア where the document numbers plainly.</summary>
    public static IReadOnlyDictionary<string, string> PlaceNames(PolicyDocument document)
    {
        var names = new Dictionary<string, string>();
        foreach (var provision in document.Provisions) Walk(provision, "");
        return names;

        void Walk(Provision provision, string before)
        {
            var own = provision.Kind switch
            {
                ProvisionKind.Article => provision.Label.Length > 0 ? provision.Label : provision.Number,
                ProvisionKind.Paragraph when provision.Label.Length == 0 => "",
                ProvisionKind.Paragraph when before.Contains('条', StringComparison.Ordinal) => $"第{provision.Number}項",
                ProvisionKind.Item when before.Contains('条', StringComparison.Ordinal) => $"第{provision.Number.Replace("_", "号の", StringComparison.Ordinal)}{(provision.Number.Contains('_', StringComparison.Ordinal) ? "" : "号")}",
                ProvisionKind.Part or ProvisionKind.Chapter or ProvisionKind.Section or ProvisionKind.Subsection => provision.Label,
                _ => provision.Label.Trim(),
            };
            var heading = provision.Kind is ProvisionKind.Part or ProvisionKind.Chapter or ProvisionKind.Section or ProvisionKind.Subsection;
            var name = heading ? own : before + own;
            names[provision.Id] = name;
            foreach (var child in provision.Children) Walk(child, heading ? "" : name);
        }
    }
}
