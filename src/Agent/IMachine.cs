namespace Sekisho.Agent;

/// <summary>What came of reading something of a machine. Nothing there and no right to look are not the same.</summary>
public abstract record Reading<T>
{
    private Reading()
    {
    }

    public abstract TResult Match<TResult>(Func<T, TResult> there, Func<TResult> absent, Func<TResult> unreadable);

    public sealed record There(T Value) : Reading<T>
    {
        public override TResult Match<TResult>(Func<T, TResult> there, Func<TResult> absent, Func<TResult> unreadable) => there(Value);
    }

    public sealed record Absent : Reading<T>
    {
        public override TResult Match<TResult>(Func<T, TResult> there, Func<TResult> absent, Func<TResult> unreadable) => absent();
    }

    /// <summary>No right to read it, larger than it can be, or damaged.</summary>
    public sealed record Unreadable : Reading<T>
    {
        public override TResult Match<TResult>(Func<T, TResult> there, Func<TResult> absent, Func<TResult> unreadable) => unreadable();
    }

    /// <summary>The value; null when absent or unreadable.</summary>
    public T? OrNull() => this is There there ? there.Value : default;
}

/// <summary>A machine as the agent may look at it: files and registry, read only. Tests give it a folder or a recorded export.</summary>
public interface IMachine
{
    string HostName { get; }

    bool IsWindows { get; }

    DateTimeOffset Now { get; }

    /// <param name="path">Absolute, with slashes.</param>
    Reading<string> ReadText(string path);

    /// <summary>For large files; the caller closes it.</summary>
    Reading<Stream> Open(string path);

    /// <summary>Names in a folder, in order.</summary>
    Reading<IReadOnlyList<string>> List(string folder);

    Reading<DateTimeOffset> ChangedAt(string path);

    /// <summary>A value under HKEY_LOCAL_MACHINE: number, text, texts or bytes.</summary>
    Reading<RegistryData> Value(string key, string name);

    /// <summary>Names of the keys under a key of HKEY_LOCAL_MACHINE.</summary>
    Reading<IReadOnlyList<string>> Keys(string key);

    /// <summary>Names of the values of a key of HKEY_LOCAL_MACHINE.</summary>
    Reading<IReadOnlyList<string>> Values(string key);

    /// <summary>Names of running programs.</summary>
    IReadOnlyList<string> Processes();
}

/// <summary>What a registry value holds.</summary>
/// <param name="Number">Of REG_DWORD and REG_QWORD.</param>
/// <param name="Text">Of REG_SZ and REG_EXPAND_SZ.</param>
/// <param name="Bytes">Of REG_BINARY.</param>
public sealed record RegistryData(long? Number, string? Text, byte[]? Bytes);
