namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class OoxmlNamesTests
{
    private static readonly string Data = Path.Combine(Checkout(), "data", "sanitizer");

    [Fact]
    public void The_allowed_names_are_those_of_the_SDK_without_the_dangerous_ones()
    {
        var dangerous = File.ReadLines(Path.Combine(Data, "ooxml-dangerous.txt")).Where(static l => l.StartsWith("X-", StringComparison.Ordinal)).Select(static l => l.Split(' ')[1].TrimStart('~'))
            .Where(static n => !n.Contains('@', StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var made = SdkNames.Make(dangerous);
        var path = Path.Combine(Data, "ooxml-names.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(path, made);
        Assert.Equal(made, File.ReadAllText(path));
        Assert.True(made.Count(static c => c == '\n') > 3_000);
    }

    private static string Checkout()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sekisho.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
