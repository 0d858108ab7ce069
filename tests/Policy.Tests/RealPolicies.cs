namespace Sekisho.Policy.Tests;

/// <summary>The five real policies, where they lie beside the repository.</summary>
internal static class RealPolicies
{
    /// <summary>Skips the test where the folder isn't there.</summary>
    public static PolicyDocument Read(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Sekisho.slnx"))) root = root.Parent;
        var folder = Path.Combine(root!.Parent!.FullName, "shared", "seeds");
        if (!Directory.Exists(folder)) Assert.Skip("The real policies are not here.");
        return PolicyText.Read(File.ReadAllText(Path.Combine(folder, name + ".txt"))).Match(static r => r.Document, static r => throw new InvalidOperationException(r.Error.ToString()));
    }
}
