using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>One of the product's terms and what the municipality calls it.</summary>
/// <param name="Term">The product's word, as the catalogue of obligations has it.</param>
/// <param name="Detected">As the policy in force (or the newest one) uses it; null when it doesn't.</param>
/// <param name="Kept">What a person decided; it wins over what was detected. Null: nobody has.</param>
public sealed record OwnWord(string Term, string? Detected, string? Kept)
{
    /// <summary>What the console says.</summary>
    public string Spoken => Kept ?? Detected ?? Term;
}

/// <summary>The municipality's own words for the product's terms (用語の読み替え): proposed from its policy, kept when a person says so.</summary>
public sealed class WordBook
{
    /// <summary>Longest word, in characters.</summary>
    public const int MaxWord = 60;

    private readonly RecordKeeper keeper;
    private readonly DocumentCache documents;

    internal WordBook(RecordKeeper keeper, DocumentCache documents) => (this.keeper, this.documents) = (keeper, documents);

    /// <summary>All terms with what was detected and what is kept, in the catalogue's order.</summary>
    public async Task<IReadOnlyList<OwnWord>> WordsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var shown = await VersionRows.InForceAsync(tx, PolicyKeys.Basic, at, cancel) ?? (await VersionRows.AllAsync(tx, PolicyKeys.Basic, at, cancel)).FirstOrDefault();
        var detected = shown is null ? null : (await documents.GetAsync(tx, shown.Id, cancel)).Words.Own;
        var kept = await KeptAsync(tx, cancel);
        return [.. ObligationCatalogue.Load().Vocabulary.Canonical.Select(t => new OwnWord(t, detected?.GetValueOrDefault(t), kept.GetValueOrDefault(t)))];
    }

    /// <summary>The words as a speaker of texts with terms in braces: <c>{実施機関}を足す</c>. For pages that speak of what the municipality has its own word for.</summary>
    public async Task<PolicyWords> SpokenAsync(MunicipalityId municipality, CancellationToken cancel) =>
        new((await WordsAsync(municipality, cancel)).ToDictionary(static w => w.Term, static w => w.Spoken));

    /// <summary>Whether it can be kept; an empty one can, it goes back to what was detected.</summary>
    public static bool IsWord(string? untrusted) => untrusted is null || untrusted.Trim().Length <= MaxWord && !untrusted.Any(static letter => letter is '{' or '}' || char.IsControl(letter));

    /// <summary>Keeps the municipality's words; a null or empty word goes back to what was detected. Terms not named stay as they are.</summary>
    public async Task<Outcome<IReadOnlyList<OwnWord>>> KeepAsync(MunicipalityId municipality, IReadOnlyDictionary<string, string?> words, Actor actor, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            if (await KeepInAsync(tx, words, actor, cancel) is { } refusal) return refusal;
            await tx.CommitAsync(cancel);
        }
        return new Outcome<IReadOnlyList<OwnWord>>.Done(await WordsAsync(municipality, cancel));
    }

    /// <summary>The same within a transaction of the caller, who commits.</summary>
    /// <returns>Why not; null when they are kept.</returns>
    internal async Task<Refusal?> KeepInAsync(TenantTransaction tx, IReadOnlyDictionary<string, string?> words, Actor actor, CancellationToken cancel)
    {
        var terms = ObligationCatalogue.Load().Vocabulary.Canonical.ToHashSet(StringComparer.Ordinal);
        if (words.Any(w => !terms.Contains(w.Key) || !IsWord(w.Value))) return Refusals.BadWord;
        await tx.RunAsync("SELECT id FROM records.municipality FOR UPDATE", cancel);
        var at = keeper.Clock.Now();
        var kept = await KeptAsync(tx, cancel);
        foreach (var (term, word) in words)
        {
            if (string.IsNullOrWhiteSpace(word)) kept.Remove(term);
            else kept[term] = word.Trim();
        }
        await keeper.AppendAsync(tx, at, "words.kept", actor, "words", kept, cancel);
        await tx.RunAsync("UPDATE records.municipality SET words = $1::jsonb", cancel, RecordJson.Write(kept));
        return null;
    }

    private static async Task<Dictionary<string, string>> KeptAsync(TenantTransaction tx, CancellationToken cancel) =>
        await tx.FirstAsync("SELECT words::text FROM records.municipality", r => RecordJson.Read<Dictionary<string, string>>(r.GetString(0)), cancel) ?? [];
}
