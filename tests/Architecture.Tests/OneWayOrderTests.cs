using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sekisho.Architecture.Tests;

public partial class OneWayOrderTests
{
    [Fact]
    public void Projects_lean_downward_only()
    {
        var projects = House.Projects();

        Assert.True(projects.Count >= 8, "The projects under src/ were not found.");
        Assert.Empty(House.Violations(projects));
    }

    [Theory]
    [InlineData("Policy", "Ledger", "Policy leans on Ledger, which is not below it.")]
    [InlineData("Assurance", "Policy", "Assurance leans on Policy, which is not below it.")]
    [InlineData("Records", "Web", "Records leans on Web, which is not below it.")]
    [InlineData("Records", "Crossing", "Records leans on Crossing, which is not below it.")]
    [InlineData("Auditor", "Ledger", "Auditor must share no code with the server, but references Ledger.")]
    [InlineData("Web", "Auditor", "Only Cli may call Auditor, not Web.")]
    [InlineData("Web", "SanitizerWorker", "Web takes SanitizerWorker along, but only Cli publishes it: two of it don't go into one folder.")]
    [InlineData("Common", "Assurance", "Common has no storey in the house: say where it belongs.")]
    public void A_planted_upward_reference_is_named(string from, string to, string expected)
    {
        var planted = House.Projects().Where(p => p.Name != from).Append(new Project(from, [to], [])).ToArray();

        Assert.Contains(expected, House.Violations(planted));
    }

    [Theory]
    [InlineData("Policy", "Npgsql", "Policy is an engine and must not use Npgsql.")]
    [InlineData("Ledger", "Microsoft.AspNetCore.App", "Ledger is an engine and must not use Microsoft.AspNetCore.App.")]
    [InlineData("Assurance", "Dapper", "Assurance takes no packages, but asks for Dapper.")]
    public void A_planted_package_in_an_engine_is_named(string project, string package, string expected)
    {
        Assert.Contains(expected, House.Violations([new Project(project, [], [package])]));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_none_is_missing()
    {
        var listed = XDocument.Load(Path.Combine(House.Root, "Sekisho.slnx")).Descendants("Project").Select(p => (string)p.Attribute("Path")!).Order(StringComparer.Ordinal);
        var present = new[] { "src", "tests", "benchmarks", "samples" }
            .Select(f => Path.Combine(House.Root, f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.csproj", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(House.Root, f)).Order(StringComparer.Ordinal);

        Assert.Equal(present, listed);
    }

    [Fact]
    public void No_project_or_folder_is_a_drawer_for_everything()
    {
        var drawers = Directory.EnumerateDirectories(Path.Combine(House.Root, "src"), "*", SearchOption.AllDirectories)
            .Select(d => Path.GetRelativePath(House.Root, d))
            .Where(d => !Generated().IsMatch(d) && Drawer().IsMatch(Path.GetFileName(d)));

        Assert.Empty(drawers);
    }

    [Fact]
    public void No_source_file_grows_beyond_reading()
    {
        var files = Directory.EnumerateFiles(Path.Combine(House.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !Generated().IsMatch(Path.GetRelativePath(House.Root, f))).ToArray();

        Assert.NotEmpty(files);
        // 600 lines: past that a newcomer no longer reads a file from top to bottom.
        Assert.Empty(files.Where(f => File.ReadLines(f).Count() > 600).Select(f => Path.GetRelativePath(House.Root, f)));
    }

    [Fact]
    public void Cases_of_a_closed_set_are_nested_in_it()
    {
        var strays = Directory.EnumerateFiles(AppContext.BaseDirectory, "Sekisho.*.dll")
            .Where(f => !f.Contains(".Tests", StringComparison.Ordinal))
            .SelectMany(f => System.Reflection.Assembly.LoadFrom(f).GetTypes())
            .Where(t => t.BaseType is { IsAbstract: true, IsClass: true } b && b.Assembly == t.Assembly && IsClosed(b) && t.DeclaringType != b)
            .Select(t => t.FullName);

        Assert.Empty(strays);
    }

    // A closed set keeps its constructor to itself; a record's copy constructor is protected by the compiler.
    private static bool IsClosed(Type type) =>
        type.GetConstructors(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public)
            .Any(c => c.IsPrivate);

    [GeneratedRegex(@"(^|/)(bin|obj|node_modules|wwwroot)(/|$)")]
    private static partial Regex Generated();

    [GeneratedRegex(@"^(Utils?|Common|Helpers?|Misc|Shared|Core)$", RegexOptions.IgnoreCase)]
    private static partial Regex Drawer();
}
