namespace Sekisho.Policy.Obligations;

/// <summary>The data files that are built into this assembly (data/*.yaml).</summary>
internal static class DataFile
{
    public static string Text(string name)
    {
        using var stream = typeof(DataFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built into the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
