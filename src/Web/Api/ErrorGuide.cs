using System.Text.RegularExpressions;
using Sekisho.Assurance;

namespace Sekisho.Web.Api;

/// <summary>One row of docs/errors.md: what a code means, and what to do (エラーの意味と次にすること).</summary>
public sealed record ErrorEntry(string Code, Bilingual What, Bilingual Next);

/// <summary>The list of error codes, docs/errors.md itself, built into the program: what people read and what programs are told can't differ.</summary>
public static partial class ErrorGuide
{
    private static readonly Lazy<IReadOnlyDictionary<string, ErrorEntry>> Entries = new(Load);

    /// <summary>Every code of the list, in its order.</summary>
    public static IReadOnlyCollection<ErrorEntry> All => [.. Entries.Value.Values];

    /// <summary>Null for a code that the list doesn't have.</summary>
    public static ErrorEntry? Find(string untrustedCode) => Entries.Value.GetValueOrDefault(untrustedCode);

    /// <summary>Reads rows of the form <c>| CODE | 日本語 | English | 次にすること / next step |</c>; other lines are for people.</summary>
    /// <exception cref="FormatException">A row with a code hasn't that form, or a code stands twice. Found by the tests, never by a person.</exception>
    internal static IReadOnlyDictionary<string, ErrorEntry> Read(TextReader markdown)
    {
        var entries = new Dictionary<string, ErrorEntry>(StringComparer.Ordinal);
        while (markdown.ReadLine() is { } line)
        {
            if (!Row().IsMatch(line)) continue;
            var cells = Border().Split(line.Trim()[1..^1]).Select(static cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal)).ToArray();
            if (cells.Length != 4 || cells.Any(static cell => cell.Length == 0)) throw new FormatException($"A row of the list of errors needs four cells: {line}");
            var next = cells[3].Split(" / ");
            if (next.Length != 2) throw new FormatException($"The next step is written as 日本語 / English: {line}");
            if (!entries.TryAdd(cells[0], new ErrorEntry(cells[0], new(cells[1], cells[2]), new(next[0], next[1])))) throw new FormatException($"{cells[0]} stands twice in the list of errors.");
        }
        return entries;
    }

    private static IReadOnlyDictionary<string, ErrorEntry> Load()
    {
        using var reader = new StreamReader(typeof(ErrorGuide).Assembly.GetManifestResourceStream("errors.md") ?? throw new InvalidOperationException("docs/errors.md is not built in."));
        return Read(reader);
    }

    [GeneratedRegex(@"^\| [A-Z]{3}-[A-Z0-9-]+ \|")]
    private static partial Regex Row();

    /// <summary>A bar that is not escaped, as in GitHub's tables.</summary>
    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Border();
}
