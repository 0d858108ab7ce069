using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Web.Api;

namespace Sekisho.Web.Tests.Api;

public sealed partial class ErrorGuideTests
{
    [Fact]
    public void Every_code_that_the_program_can_say_is_explained_in_the_list_and_every_code_of_the_list_can_be_said()
    {
        var said = CodesIn(Sources());
        var listed = ErrorGuide.All.Select(static entry => entry.Code).ToHashSet(StringComparer.Ordinal);
        Assert.True(said.Count > 150, $"only {said.Count} codes found in the source");
        Assert.Equal("", string.Join(" ", said.Except(listed).Order(StringComparer.Ordinal)));
        Assert.Equal("", string.Join(" ", listed.Except(said).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_code_that_nobody_listed_would_be_found()
    {
        var planted = CodesIn([("Planted.cs", "return new Refusal(\"REC-XYZ-001\", what, next);")]);
        Assert.Equal(["REC-XYZ-001"], planted);
        Assert.Null(ErrorGuide.Find("REC-XYZ-001"));
    }

    [Fact]
    public void Each_explanation_says_in_both_languages_what_happened_and_what_to_do()
    {
        foreach (var entry in ErrorGuide.All)
        {
            Assert.True(HasKana(entry.What.Ja) && HasKana(entry.Next.Ja), $"{entry.Code}: no Japanese");
            Assert.True(IsEnglish(entry.What.En) && IsEnglish(entry.Next.En), $"{entry.Code}: no English: {entry.What.En} {entry.Next.En}");
            Assert.False(entry.Next.Ja.Contains("同上", StringComparison.Ordinal), $"{entry.Code} can't be read by itself");
        }
    }

    [Fact]
    public void The_list_says_the_same_as_the_refusal_itself()
    {
        var refusals = typeof(RecordSlices).Assembly.GetTypes().SelectMany(static type => type.GetProperties(BindingFlags.Public | BindingFlags.Static))
            .Where(static property => property.PropertyType == typeof(Refusal)).Select(static property => (Refusal)property.GetValue(null)!).ToList();
        Assert.NotEmpty(refusals);
        foreach (var refusal in refusals)
        {
            var entry = ErrorGuide.Find(refusal.Code);
            Assert.True(entry is not null, $"{refusal.Code} is not listed");
            Assert.True(entry.What == refusal.What && entry.Next == refusal.Next, $"{refusal.Code} says\n  {refusal.What} {refusal.Next}\nand docs/errors.md\n  {entry.What} {entry.Next}");
        }
        foreach (var problem in ApiProblems.All) Assert.Equal((problem.Title, problem.Detail), (ErrorGuide.Find(problem.Code)!.What, ErrorGuide.Find(problem.Code)!.Next));
    }

    [Theory]
    [InlineData("| REC-AAA-001 | あ | a | い |")]
    [InlineData("| REC-AAA-001 | あ | a | い / b | c |")]
    [InlineData("| REC-AAA-001 | あ |  | い / b |")]
    [InlineData("| REC-AAA-001 | あ | a | い / b |\n| REC-AAA-001 | あ | a | い / b |")]
    public void A_row_that_people_could_misread_is_refused(string markdown) => Assert.Throws<FormatException>(() => ErrorGuide.Read(new StringReader(markdown)));

    [Fact]
    public async Task Programs_are_told_what_any_code_means_without_signing_in()
    {
        await using var server = await ConsoleServer.StartAsync(limits: Web.SignIn.SignInLimitOptions.Default with { ApiPerMinute = 100_000 });
        using var client = server.Client();
        foreach (var entry in ErrorGuide.All)
        {
            var told = await client.GetFromJsonAsync<JsonElement>($"/api/v1/problems/{entry.Code}", TestContext.Current.CancellationToken);
            Assert.Equal(entry.Code, told.GetProperty("code").GetString());
            Assert.Equal(entry.What.Ja, told.GetProperty("title").GetProperty("ja").GetString());
            Assert.Equal(entry.Next.En, told.GetProperty("detail").GetProperty("en").GetString());
        }
        using var unknown = await client.GetAsync("/api/v1/problems/REC-XYZ-001", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private static HashSet<string> CodesIn(IEnumerable<(string Name, string Text)> sources)
    {
        var codes = sources.SelectMany(static source => Code().Matches(source.Text)).Select(static match => match.Groups["code"].Value).ToHashSet(StringComparer.Ordinal);
        // The one family whose numbers are counted from an enumeration.
        if (codes.Remove("LED-VERIFY-")) codes.UnionWith(Enum.GetValues<Records.Ledgers.Verification.LedgerFaultKind>().Select(static kind => new Records.Ledgers.Verification.LedgerFault(kind, "", new("", "")).Code));
        return codes;
    }

    private static IEnumerable<(string Name, string Text)> Sources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        return new DirectoryInfo(Path.Combine(folder.FullName, "src")).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(static file => file.Extension is ".cs" or ".razor" && !file.FullName.Contains("/obj/", StringComparison.Ordinal) && !file.FullName.Contains("/bin/", StringComparison.Ordinal))
            .Select(static file => (file.Name, File.ReadAllText(file.FullName)));
    }

    /// <summary>English may quote a Japanese word or give one as an example.</summary>
    private static bool IsEnglish(string text) => text.Count(char.IsAsciiLetter) > 2 * text.Count(static letter => HasKana(letter.ToString()));

    private static bool HasKana(string text) => text.Any(static letter => letter is >= '\u3041' and <= '\u30ff' or >= '\u4e00' and <= '\u9fff');

    /// <summary>A code as a text of its own: three capitals, a family, and a number or word; names of hashes look the same.</summary>
    [GeneratedRegex("\"(?<code>(?!SHA-)[A-Z]{3}-(?:[A-Z]+-(?:[0-9]{3})?|[0-9]{3}(?:-[A-Z]+)?))[\"{ ]")]
    private static partial Regex Code();
}
