using System.Text.RegularExpressions;
using Sekisho.Assurance;

namespace Sekisho.Policy.Lint;

/// <summary>Terms used and not defined, defined and not used, defined twice (用語).</summary>
internal static partial class TermsCheck
{
    /// <summary>A term and where it is defined.</summary>
    /// <param name="Names">The term and its other name: マイナンバー利用事務系（個人番号利用事務系）.</param>
    private sealed record Definition(IReadOnlyList<string> Names, LintedProvision At, bool InPassing);

    public static void Run(LintedDocument document, NationalModel model)
    {
        var article = document.Articles.FirstOrDefault(static a => a.Caption is "定義" or "用語の定義" or "用語の意義" or "定義等" || Announces().IsMatch(a.Text));
        var definitions = Listed(article).Concat(document.All.SelectMany(InPassing)).ToList();
        foreach (var twice in definitions.GroupBy(static d => d.Names[0], StringComparer.Ordinal).Where(static g => g.Count() > 1))
        {
            document.Add("POL-LINT-032", FindingSeverity.Warning, twice.Last().At,
                new($"「{twice.Key}」が二度定義されています（{string.Join('、', twice.Select(static d => d.At.Where))}）。", $"“{twice.Key}” is defined twice ({string.Join(", ", twice.Select(static d => d.At.Where))})."),
                new("定義を一つにしてください。", "Keep one definition."));
        }
        foreach (var definition in definitions.DistinctBy(static d => d.Names[0]))
        {
            if (definition.Names.Any(name => IsUsed(name, definition, document))) continue;
            document.Add("POL-LINT-031", FindingSeverity.Warning, definition.At,
                new($"「{definition.Names[0]}」は定義されていますが、どこにも使われていません。", $"“{definition.Names[0]}” is defined and used nowhere."),
                new("定義を削るか、使うはずの箇所の言葉を確かめてください。", "Remove the definition, or see which word should have been this one."));
        }
        // Without an article of definitions, every term would be missing: the model check says that once.
        if (article is null) return;
        foreach (var term in model.Terms)
        {
            var names = term.Select(LintedProvision.Fold).OrderByDescending(static n => n.Length).ToList();
            if (definitions.Exists(d => d.Names.Any(names.Contains))) continue;
            foreach (var name in names)
            {
                if (document.All.FirstOrDefault(p => p.Text.Contains(name, StringComparison.Ordinal) || p.Caption.Contains(name, StringComparison.Ordinal)) is not { } at) continue;
                document.Add("POL-LINT-030", FindingSeverity.Warning, at,
                    new($"「{name}」が使われていますが、定義されていません。", $"“{name}” is used and not defined."),
                    new($"{article.Where}に定義を加えるか、定義済みの言葉に置き換えてください。", $"Define it in {article.Where}, or use a defined term."));
                break;
            }
        }
    }

    private static IEnumerable<Definition> Listed(LintedProvision? article)
    {
        foreach (var entry in article?.SelfAndBelow().Skip(1).Where(static p => p.Caption.Length > 0 && p.Kind is ProvisionKind.Item or ProvisionKind.Paragraph or ProvisionKind.Subitem) ?? [])
        {
            var open = entry.Caption.IndexOf('(', StringComparison.Ordinal);
            IReadOnlyList<string> names = open > 0 && entry.Caption.EndsWith(')') ? [entry.Caption[..open], entry.Caption[(open + 1)..^1]] : [entry.Caption];
            yield return new Definition(names, entry, false);
        }
    }

    private static IEnumerable<Definition> InPassing(LintedProvision provision) =>
        Passing().Matches(provision.Text).Select(m => new Definition([m.Groups[1].Value], provision, true));

    /// <summary>In any text but its own definition; inflected as well (通信経路の分割 → 通信経路を分割する).</summary>
    private static bool IsUsed(string name, Definition definition, LintedDocument document)
    {
        var parts = name.Split('の', 2);
        foreach (var provision in document.All)
        {
            var texts = definition.At != provision ? new[] { provision.Caption, provision.Text } : definition.InPassing ? [provision.Caption, Passing().Replace(provision.Text, "")] : [];
            foreach (var text in texts)
            {
                if (text.Contains(name, StringComparison.Ordinal)) return true;
                if (parts.Length == 2 && parts[0].Length > 1 && text.IndexOf(parts[0], StringComparison.Ordinal) is >= 0 and var first
                    && text.IndexOf(parts[1], first, StringComparison.Ordinal) >= 0 && text.IndexOf(parts[1], first, StringComparison.Ordinal) - first - parts[0].Length <= 3) return true;
            }
        }
        return document.Supplements.Any(s => s.Root.SelfAndBelow().Any(p => p.Text.Contains(name, StringComparison.Ordinal)));
    }

    [GeneratedRegex("用語の(意義|定義|意味)")]
    private static partial Regex Announces();

    /// <summary>（以下「職員等」という。）, （以下単に「市」という。）</summary>
    [GeneratedRegex("以下[^「」()。、]{0,12}「([^「」]{1,40})」と(?:いう|総称する)")]
    private static partial Regex Passing();
}
