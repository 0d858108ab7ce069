using System.Text;
using Sekisho.Policy;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>Where the tests find their documents.</summary>
internal static class Files
{
    internal static string Root { get; } = FindRoot();

    internal static string Fixtures { get; } = Path.Combine(Root, "tests", "Policy.Tests", "Fixtures");

    /// <summary>Text of one of the five real policies; the test is skipped where they are not on the machine.</summary>
    internal static string Seed(string name)
    {
        var path = Path.Combine(Root, "..", "shared", "seeds", name + ".txt");
        if (!File.Exists(path))
            Assert.Skip("The five real policies are not on this machine.");
        return File.ReadAllText(path);
    }

    internal static PolicyDocument Read(string text) => PolicyText.Read(text).Match(
        static read => read.Document,
        static refused => throw new Xunit.Sdk.XunitException(refused.Error.ToString()));

    internal static async Task<PolicyDocument> ReadAsync(byte[] bytes, string name = "x")
    {
        var reading = await PolicyReader.ReadAsync(bytes, name, TestContext.Current.CancellationToken);
        return reading.Match(static read => read.Document, static refused => throw new Xunit.Sdk.XunitException(refused.Error.ToString()));
    }

    internal static async Task<string> RefusalAsync(byte[] bytes)
    {
        var reading = await PolicyReader.ReadAsync(bytes, "x", TestContext.Current.CancellationToken);
        return reading.Match(static read => "read: " + read.Document.Title, static refused => refused.Error.Code);
    }

    internal static string Json(PolicyDocument document)
    {
        using var stream = new MemoryStream();
        PolicyJson.Write(document, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    internal static Provision At(PolicyDocument document, string id) => document.All().Single(p => p.Id == id);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sekisho.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Sekisho.slnx is in no folder above the tests.");
    }
}
