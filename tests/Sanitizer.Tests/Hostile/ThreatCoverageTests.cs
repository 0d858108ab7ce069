using System.Reflection;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>The list of threats and its proofs are held against each other.</summary>
public sealed partial class ThreatCoverageTests
{
    private static readonly HashSet<string> Listed = [.. ThreatCatalogue.All.Keys];

    [Fact]
    public void Every_threat_of_the_list_has_a_file_made_for_it_or_a_test_that_says_so()
    {
        Assert.True(Listed.Count > 150);
        var proven = Gallery.All.Select(static f => f.Threat).Concat(Marked().SelectMany(static m => m.Threats)).ToHashSet();
        Assert.Equal([], Listed.Except(proven).Order());
        Assert.Equal([], proven.Except(Listed).Order());
    }

    [Fact]
    public void Every_hostile_file_has_a_key_of_its_own_and_carries_what_it_is_searched_for()
    {
        Assert.Equal([], Gallery.All.GroupBy(static f => f.Key).Where(static g => g.Count() > 1).Select(static g => g.Key));
        foreach (var file in Gallery.All) Assert.True(file.Needles.Length > 0 || file.Refused is not null || file.Told is not null, file.Key);
    }

    [Fact]
    public void A_mark_stands_on_tests_only()
    {
        foreach (var (method, _) in Marked()) Assert.True(method.IsDefined(typeof(FactAttribute), inherit: true), $"{method.DeclaringType!.Name}.{method.Name}");
    }

    [Fact]
    public void The_list_is_the_one_that_was_agreed()
    {
        var folder = Bench.Corpus is { } corpus ? Path.GetFullPath(Path.Combine(corpus, "..", "..", "THREATS.md")) : null;
        Assert.SkipUnless(File.Exists(folder), "../shared/THREATS.md is not on this machine");
        var agreed = Row().Matches(File.ReadAllText(folder!)).Select(static m => m.Groups[1].Value).ToHashSet();
        Assert.True(agreed.Count > 150);
        Assert.Equal(agreed.Order(), Listed.Order());
    }

    private static IEnumerable<(MethodInfo Method, IReadOnlyList<string> Threats)> Marked() =>
        from type in typeof(ThreatCoverageTests).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let mark = method.GetCustomAttribute<ProvesAttribute>()
        where mark is not null
        select (method, mark.Threats);

    [GeneratedRegex(@"^\| ([A-Z]-\d{2}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
