using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Assets;

/// <summary>How much is at stake when an asset is disposed of (廃棄の区分): a row of the matrix.</summary>
/// <param name="Certificate">Its disposal is certified by a file.</param>
/// <param name="Witness">Somebody of the office sees it done.</param>
/// <param name="Reuse">The medium may be used again.</param>
public sealed record DisposalGroup(string Id, Bilingual Name, bool Certificate, bool Witness, bool Reuse);

/// <summary>What the information is on (媒体).</summary>
/// <param name="Kinds">Kinds of assets that may be on it.</param>
public sealed record DisposalMedium(string Id, Bilingual Name, IReadOnlyList<string> Kinds);

/// <summary>How far a way of disposal goes.</summary>
public enum DisposalStrength
{
    /// <summary>The office no longer reaches it; somebody else might.</summary>
    Deleted,

    /// <summary>It can't be restored.</summary>
    Erased,

    /// <summary>The medium is no more.</summary>
    Destroyed,
}

/// <summary>A way of disposal (廃棄の方法).</summary>
public sealed record DisposalMethod(string Id, Bilingual Name, DisposalStrength Strength, IReadOnlyList<string> Media);

/// <summary>Which ways are enough for a medium of a group.</summary>
/// <param name="IsVerified">Held against its source; where not, a municipality is asked to correct it.</param>
public sealed record DisposalCell(string Group, string Medium, IReadOnlyList<string> Methods, bool IsVerified);

/// <summary>The national matrix of disposal (data/disposal.yaml, guideline 図表41).</summary>
public sealed class DisposalMatrix
{
    private static readonly Lazy<DisposalMatrix> Shipped = new(static () => AssetData.Load("disposal.yaml", Read));

    private DisposalMatrix(IReadOnlyList<DisposalGroup> groups, IReadOnlyList<DisposalMedium> media, IReadOnlyList<DisposalMethod> methods, IReadOnlyList<DisposalCell> cells) =>
        (Groups, Media, Methods, Cells) = (groups, media, methods, cells);

    /// <summary>Strictest first.</summary>
    public IReadOnlyList<DisposalGroup> Groups { get; }

    public IReadOnlyList<DisposalMedium> Media { get; }

    public IReadOnlyList<DisposalMethod> Methods { get; }

    public IReadOnlyList<DisposalCell> Cells { get; }

    public static DisposalMatrix Load() => Shipped.Value;

    public DisposalGroup? Group(string? untrusted) => Groups.FirstOrDefault(g => g.Id == untrusted);

    public DisposalMedium? Medium(string? untrusted) => Media.FirstOrDefault(m => m.Id == untrusted);

    public DisposalMethod? Method(string? untrusted) => Methods.FirstOrDefault(m => m.Id == untrusted);

    public DisposalCell? Cell(string group, string medium) => Cells.FirstOrDefault(c => c.Group == group && c.Medium == medium);

    /// <summary>The row for an asset, by what it holds.</summary>
    /// <returns>Null when it has no class yet, so that nobody can tell.</returns>
    public DisposalGroup? GroupOf(RegisterEntry asset)
    {
        ArgumentNullException.ThrowIfNull(asset);
        if (asset.YesNo(AssetRules.HoldsMyNumber) == true || asset.Text(AssetRules.Zone) == "mynumber") return Groups[0];
        return asset.Text(AssetAspect.Confidentiality.EffectiveKey()) switch { null => null, "1" => Groups[2], _ => Groups[1] };
    }

    private static DisposalMatrix? Read(YamlValue root, DataErrors errors)
    {
        if (YamlFields.Of(root, errors, "format", "groups", "media", "methods", "matrix") is not { } file) return null;
        var groups = file.Items("groups").Select(i => YamlFields.Of(i, errors, "id", "name", "certificate", "witness", "reuse")).OfType<YamlFields>()
            .Select(f => new DisposalGroup(f.Text("id") ?? "", f.Both("name")!, f.Text("certificate") == "true", f.Text("witness") == "true", f.Text("reuse") == "true")).ToList();
        var media = file.Items("media").Select(i => YamlFields.Of(i, errors, "id", "name", "kinds")).OfType<YamlFields>()
            .Select(f => new DisposalMedium(f.Text("id") ?? "", f.Both("name")!, f.Words("kinds"))).ToList();
        var methods = file.Items("methods").Select(i => YamlFields.Of(i, errors, "id", "strength", "name", "media")).OfType<YamlFields>().Select(f =>
        {
            if (!Enum.TryParse<DisposalStrength>(f.Text("strength"), ignoreCase: true, out var strength)) errors.Undefined(f.PlaceOf("strength"), f.Text("strength") ?? "");
            return new DisposalMethod(f.Text("id") ?? "", f.Both("name")!, strength, f.Words("media"));
        }).ToList();
        var cells = new List<DisposalCell>();
        foreach (var f in file.Items("matrix").Select(i => YamlFields.Of(i, errors, "group", "medium", "methods", "verified")).OfType<YamlFields>())
        {
            var cell = new DisposalCell(f.Text("group") ?? "", f.Text("medium") ?? "", f.Words("methods"), f.Text("verified") == "true");
            if (!groups.Exists(g => g.Id == cell.Group)) errors.Undefined(f.PlaceOf("group"), cell.Group);
            if (!media.Exists(m => m.Id == cell.Medium)) errors.Undefined(f.PlaceOf("medium"), cell.Medium);
            foreach (var unknown in cell.Methods.Where(m => !methods.Exists(x => x.Id == m && x.Media.Contains(cell.Medium)))) errors.Undefined(f.PlaceOf("methods"), unknown);
            cells.Add(cell);
        }
        foreach (var (group, medium) in groups.SelectMany(g => media.Select(m => (g, m))).Where(p => !cells.Exists(c => c.Group == p.g.Id && c.Medium == p.m.Id)))
            errors.Missing(file.PlaceOf("matrix"), $"{group.Id}/{medium.Id}");
        return groups.Count == 3 ? new(groups, media, methods, cells) : null;
    }
}
