using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>By which labels a municipality speaks of confidentiality (区分の呼び名). The register keeps the national classes; labels are how staff say them.</summary>
public sealed class AssetLabels(RecordKeeper keeper)
{
    /// <summary>Name of the municipality's setting.</summary>
    public const string Setting = "assets.labels";

    private static readonly System.Buffers.SearchValues<char> Separators = System.Buffers.SearchValues.Create("、,，;；\n\r");

    private const int MaxName = 30, MostLabels = 10;

    private sealed record Kept(string Scheme, IReadOnlyList<ClassLabel> Labels);

    /// <summary>The labels in use; those of the nation where nobody has chosen.</summary>
    public async Task<LabelScheme> ReadAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ReadAsync(tx, cancel);
    }

    internal static async Task<LabelScheme> ReadAsync(TenantTransaction tx, CancellationToken cancel)
    {
        var national = AssetClasses.Load().Schemes[0];
        var text = (await tx.ListAsync("SELECT settings ->> $1 FROM records.municipality", r => r.TextOrNull(0), cancel, Setting)).FirstOrDefault();
        if (text is null) return national;
        var kept = RecordJson.Read<Kept>(text);
        return new(kept.Scheme, AssetClasses.Load().Schemes.FirstOrDefault(s => s.Id == kept.Scheme)?.Name ?? new("独自の区分", "Own labels"), kept.Labels);
    }

    /// <summary>Keeps the municipality's labels. What is in the register stays as it is: its classes are the national ones.</summary>
    /// <param name="labels">Empty: the national classes themselves.</param>
    public async Task<Outcome<LabelScheme>> KeepAsync(MunicipalityId municipality, string untrustedScheme, IReadOnlyList<ClassLabel> labels, Actor actor, CancellationToken cancel)
    {
        var classes = AssetClasses.Load();
        var scheme = classes.Schemes.FirstOrDefault(s => s.Id == untrustedScheme)?.Id ?? "own";
        var clean = labels.Select(l => l with { Name = l.Name.Trim() }).ToList();
        if (Problem(clean, classes.Of(AssetAspect.Confidentiality).Classes) is { } problem) return Refusals.BadLabels(problem);
        var value = JsonSerializer.SerializeToElement(new Kept(scheme, clean), RecordJson.Options);
        var kept = await new MunicipalityRegister(keeper).SetAsync(municipality, Setting, value, actor, cancel);
        return kept is Outcome<Municipality>.Refused refused ? refused.Why : await ReadAsync(municipality, cancel);
    }

    /// <summary>What is wrong with a set of labels; null when nothing is. Every national class has to stand under one label.</summary>
    internal static Bilingual? Problem(IReadOnlyList<ClassLabel> labels, IReadOnlyList<AssetClass> national)
    {
        var classes = national.Select(c => c.Key).ToList();
        if (labels.Count == 0) return null;
        if (labels.Count > MostLabels) return new($"呼び名は {MostLabels} までです", $"{MostLabels} labels at most");
        if (labels.FirstOrDefault(l => l.Name.Length is 0 or > MaxName || l.Name.AsSpan().ContainsAny(Separators)) is not null)
            return new($"呼び名は 1〜{MaxName} 字で、読点やコンマを使わずに書いてください", $"A label has 1 to {MaxName} characters and no commas");
        if (labels.Select(l => SearchFold.Of(l.Name)).Distinct(StringComparer.Ordinal).Count() != labels.Count) return new("同じ呼び名が二度あります", "A label stands twice");
        var covered = labels.SelectMany(l => l.Covers).ToList();
        if (covered.FirstOrDefault(c => !classes.Contains(c)) is { } unknown) return new($"「{unknown}」という国の区分はありません", $"There is no national class {unknown}");
        if (covered.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice) return new($"機密性{twice.Key} が二つの呼び名に入っています", $"Class {twice.Key} stands under two labels");
        if (classes.FirstOrDefault(c => !covered.Contains(c)) is { } missing) return new($"機密性{missing} が、どの呼び名にも入っていません", $"Class {missing} stands under no label");
        // In a sheet either may be written: one word can't mean two things.
        if (labels.FirstOrDefault(l => national.Any(c => l.Covers is not [var only] || only != c.Key ? SearchFold.Of(l.Name) is var said && (said == SearchFold.Of(c.Label.Ja) || said == SearchFold.Of(c.Label.En) || said == SearchFold.Of(c.Key)) : false)) is { } borrowed)
            return new($"「{borrowed.Name}」は国の区分の名前です。その区分だけを入れるか、別の呼び名にしてください", $"{borrowed.Name} is the name of a national class: let it cover that class alone, or call it otherwise");
        if (labels.FirstOrDefault(l => !l.Covers.Contains(l.Otherwise)) is { } astray) return new($"「{astray.Name}」の代表には、その中の区分を選んでください", $"What {astray.Name} stands for has to be one of its own classes");
        return null;
    }
}
