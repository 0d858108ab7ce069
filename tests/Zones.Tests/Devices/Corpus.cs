using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>The real configurations beside the repository (<c>../shared/corpus/net</c>); absent on some machines.</summary>
internal static class Corpus
{
    private static readonly Lazy<string?> Folder = new(Find);

    public static string? Root => Folder.Value;

    public static string Need()
    {
        Assert.SkipWhen(Root is null, "../shared/corpus/net is not here");
        return Root!;
    }

    /// <summary>Every file below a folder of the corpus; more than none, or the test fails.</summary>
    public static IReadOnlyList<string> Files(string below)
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Need(), below), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(files);
        return files;
    }

    public static ConfigReading Read(string file, string? vendor = null) =>
        ConfigDoor.Read(Path.GetRelativePath(Need(), file), File.ReadAllBytes(file), TestContext.Current.CancellationToken, vendor);

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Sekisho.slnx")))
            {
                string folder = Path.Combine(at.Parent!.FullName, "shared", "corpus", "net");
                return Directory.Exists(folder) ? folder : null;
            }
        }

        return null;
    }
}
