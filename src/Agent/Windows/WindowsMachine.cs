using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace Sekisho.Agent.Windows;

/// <summary>The Windows machine we run on. Everything is read from keys that every user may read.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsMachine(string hostName, TimeProvider clock) : IMachine
{
    public string HostName => hostName;

    public bool IsWindows => true;

    public DateTimeOffset Now => clock.GetUtcNow();

    public Reading<string> ReadText(string path) => new Reading<string>.Absent();

    public Reading<Stream> Open(string path) => new Reading<Stream>.Absent();

    public Reading<IReadOnlyList<string>> List(string folder) => new Reading<IReadOnlyList<string>>.Absent();

    public Reading<DateTimeOffset> ChangedAt(string path) => new Reading<DateTimeOffset>.Absent();

    public Reading<RegistryData> Value(string key, string name) => In(key, at => at.GetValue(name, null, RegistryValueOptions.DoNotExpandEnvironmentNames) switch
    {
        int number => new RegistryData(unchecked((uint)number), null, null),
        long number => new RegistryData(number, null, null),
        string text => new RegistryData(null, text, null),
        string[] texts => new RegistryData(null, string.Join('\n', texts), null),
        byte[] bytes => new RegistryData(null, null, bytes),
        _ => null,
    });

    public Reading<IReadOnlyList<string>> Keys(string key) => In<IReadOnlyList<string>>(key, at => at.GetSubKeyNames());

    public Reading<IReadOnlyList<string>> Values(string key) => In<IReadOnlyList<string>>(key, at => at.GetValueNames());

    public IReadOnlyList<string> Processes() => [.. Process.GetProcesses().Select(p =>
    {
        using (p) return p.ProcessName;
    }).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static Reading<T> In<T>(string key, Func<RegistryKey, T?> read) where T : class
    {
        try
        {
            // The 64-bit view also from a 32-bit process: policies are kept there.
            using var machine = RegistryKey.OpenBaseKey(RegistryHive.LocalMachine, RegistryView.Registry64);
            using var at = machine.OpenSubKey(key, writable: false);
            return at is null || read(at) is not { } value ? new Reading<T>.Absent() : new Reading<T>.There(value);
        }
        catch (Exception e) when (e is SecurityException or UnauthorizedAccessException or IOException)
        {
            return new Reading<T>.Unreadable();
        }
    }
}
