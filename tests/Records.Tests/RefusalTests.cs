using System.Reflection;
using System.Text.RegularExpressions;

namespace Sekisho.Records.Tests;

public sealed partial class RefusalTests
{
    [Fact]
    public void Every_refusal_of_the_records_is_explained_in_the_list_of_errors()
    {
        var codes = typeof(RecordSlices).Assembly.GetTypes().SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Static))
            .Where(p => p.PropertyType == typeof(Refusal)).Select(p => ((Refusal)p.GetValue(null)!).Code).ToArray();
        Assert.True(codes.Length > 30, $"{codes.Length} refusals found");
        Assert.Equal(codes.Distinct().Count(), codes.Length);
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sekisho.slnx"))) folder = folder.Parent!;
        var listed = Code().Matches(File.ReadAllText(Path.Combine(folder.FullName, "docs", "errors.md"))).Select(m => m.Value).ToHashSet();
        Assert.Equal([], codes.Where(c => !listed.Contains(c)));
        Assert.DoesNotContain("REC-POL-999", listed);
    }

    [GeneratedRegex("REC-[A-Z]+-[0-9]{3}")]
    private static partial Regex Code();
}
