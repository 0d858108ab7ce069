namespace Sekisho.Agent;

/// <summary>A Linux machine under a folder: <c>/</c> for the one we run on, any other for tests.</summary>
/// <remarks>Everything comes from files that the kernel and the distribution leave readable for everybody; no program is started and nothing is written.</remarks>
public sealed class FolderMachine(string root, string hostName, TimeProvider clock) : IMachine
{
    /// <summary>Configuration files are far smaller.</summary>
    private const long MostText = 16L << 20;

    public string HostName => hostName;

    public bool IsWindows => false;

    public DateTimeOffset Now => clock.GetUtcNow();

    public Reading<string> ReadText(string path) => Try(() =>
    {
        using var stream = File.OpenRead(Under(path));
        using var reader = new StreamReader(stream);
        var text = new System.Text.StringBuilder();
        var buffer = new char[8192];
        for (int read; (read = reader.Read(buffer)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (text.Length > MostText) throw new IOException("Too large.");
        }
        return text.ToString();
    });

    public Reading<Stream> Open(string path) => Try<Stream>(() => File.OpenRead(Under(path)));

    public Reading<IReadOnlyList<string>> List(string folder) => Try<IReadOnlyList<string>>(() =>
        [.. Directory.EnumerateFileSystemEntries(Under(folder)).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)]);

    public Reading<DateTimeOffset> ChangedAt(string path) => Try(() =>
        File.Exists(Under(path)) ? new DateTimeOffset(File.GetLastWriteTimeUtc(Under(path)), TimeSpan.Zero) : throw new FileNotFoundException());

    public Reading<RegistryData> Value(string key, string name) => new Reading<RegistryData>.Absent();

    public Reading<IReadOnlyList<string>> Keys(string key) => new Reading<IReadOnlyList<string>>.Absent();

    public Reading<IReadOnlyList<string>> Values(string key) => new Reading<IReadOnlyList<string>>.Absent();

    /// <summary>From /proc, where the names are cut at 15 characters by the kernel.</summary>
    public IReadOnlyList<string> Processes() =>
        [.. (List("/proc").OrNull() ?? []).Where(n => n.All(char.IsAsciiDigit)).Select(n => ReadText($"/proc/{n}/comm").OrNull()?.Trim()).OfType<string>().Distinct()];

    private string Under(string path) => Path.Combine(root, path.TrimStart('/'));

    private static Reading<T> Try<T>(Func<T> read)
    {
        try
        {
            return new Reading<T>.There(read());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Reading<T>.Absent();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new Reading<T>.Unreadable();
        }
    }
}
