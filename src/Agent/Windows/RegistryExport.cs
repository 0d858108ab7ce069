using System.Globalization;
using System.Text;

namespace Sekisho.Agent.Windows;

/// <summary>A Windows machine as recorded by <c>reg export</c>: what the tests read, and what shows that generated settings do what they say.</summary>
public sealed class RegistryExport : IMachine
{
    private readonly Dictionary<string, Dictionary<string, RegistryData>> keys = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<string> processes;

    private RegistryExport(string hostName, DateTimeOffset now, IReadOnlyList<string> processes) => (HostName, Now, this.processes) = (hostName, now, processes);

    public string HostName { get; }

    public bool IsWindows => true;

    public DateTimeOffset Now { get; }

    /// <param name="exports">Texts of .reg files, one after the other as if imported.</param>
    /// <exception cref="FormatException">A line isn't one of a .reg file.</exception>
    public static RegistryExport Read(string hostName, DateTimeOffset now, IReadOnlyList<string> processes, params IReadOnlyList<string> exports)
    {
        var machine = new RegistryExport(hostName, now, processes);
        foreach (var export in exports) machine.Import(export);
        return machine;
    }

    /// <summary>The text of a file as regedit writes it: UTF-16 with its mark, or UTF-8.</summary>
    public static string Text(byte[] file) => file is [0xFF, 0xFE, ..] ? Encoding.Unicode.GetString(file, 2, file.Length - 2) : Encoding.UTF8.GetString(file).TrimStart('\uFEFF');

    public Reading<string> ReadText(string path) => new Reading<string>.Absent();

    public Reading<Stream> Open(string path) => new Reading<Stream>.Absent();

    public Reading<IReadOnlyList<string>> List(string folder) => new Reading<IReadOnlyList<string>>.Absent();

    public Reading<DateTimeOffset> ChangedAt(string path) => new Reading<DateTimeOffset>.Absent();

    public Reading<RegistryData> Value(string key, string name) =>
        keys.TryGetValue(key, out var values) && values.TryGetValue(name, out var data) ? new Reading<RegistryData>.There(data) : new Reading<RegistryData>.Absent();

    public Reading<IReadOnlyList<string>> Keys(string key)
    {
        var below = keys.Keys.Where(k => k.StartsWith(key + "\\", StringComparison.OrdinalIgnoreCase)).Select(k => k[(key.Length + 1)..].Split('\\')[0]).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return below.Count > 0 || keys.ContainsKey(key) ? new Reading<IReadOnlyList<string>>.There(below) : new Reading<IReadOnlyList<string>>.Absent();
    }

    public Reading<IReadOnlyList<string>> Values(string key) =>
        keys.TryGetValue(key, out var values) ? new Reading<IReadOnlyList<string>>.There([.. values.Keys]) : new Reading<IReadOnlyList<string>>.Absent();

    public IReadOnlyList<string> Processes() => processes;

    private void Import(string text)
    {
        const string Machine = "HKEY_LOCAL_MACHINE\\";
        Dictionary<string, RegistryData>? at = null;
        // A long value goes on in the next line after a backslash.
        var lines = text.ReplaceLineEndings("\n").Replace("\\\n  ", "", StringComparison.Ordinal).Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0 && l[0] != ';').ToList();
        if (lines.Count == 0 || lines[0] is not ("Windows Registry Editor Version 5.00" or "REGEDIT4")) throw new FormatException("Not a .reg file.");
        foreach (var line in lines.Skip(1))
        {
            if (line[0] == '[')
            {
                var removes = line.StartsWith("[-", StringComparison.Ordinal);
                var name = line[(removes ? 2 : 1)..].TrimEnd(']');
                at = null;
                if (!name.StartsWith(Machine, StringComparison.OrdinalIgnoreCase)) continue; // of the user: not looked at
                name = name[Machine.Length..];
                if (removes)
                {
                    foreach (var key in keys.Keys.Where(k => k.Equals(name, StringComparison.OrdinalIgnoreCase) || k.StartsWith(name + "\\", StringComparison.OrdinalIgnoreCase)).ToList()) keys.Remove(key);
                }
                else if (!keys.TryGetValue(name, out at)) keys[name] = at = new(StringComparer.OrdinalIgnoreCase);
                continue;
            }
            var (value, data) = Line(line);
            if (at is null) continue;
            if (data is null) at.Remove(value);
            else at[value] = data;
        }
    }

    private static (string Name, RegistryData? Data) Line(string line)
    {
        var end = line[0] == '@' ? 1 : Closing(line) + 1;
        if (end <= 0 || end >= line.Length || line[end] != '=') throw new FormatException(line);
        var name = line[0] == '@' ? "" : Unquote(line[..end]);
        var said = line[(end + 1)..];
        if (said == "-") return (name, null);
        if (said.StartsWith('"')) return (name, new RegistryData(null, Unquote(said), null));
        if (said.StartsWith("dword:", StringComparison.Ordinal)) return (name, new RegistryData(long.Parse(said.AsSpan(6), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), null, null));
        var colon = said.IndexOf(':', StringComparison.Ordinal);
        if (!said.StartsWith("hex", StringComparison.Ordinal) || colon < 0) throw new FormatException(line);
        var bytes = said[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(b => byte.Parse(b, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray();
        return (name, said[..colon] switch
        {
            "hex(b)" => new RegistryData(BitConverter.ToInt64(bytes), null, null),
            "hex(2)" or "hex(1)" or "hex(7)" => new RegistryData(null, Encoding.Unicode.GetString(bytes).TrimEnd('\0').Replace('\0', '\n'), null),
            _ => new RegistryData(null, null, bytes),
        });
    }

    private static int Closing(string line)
    {
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] == '\\') i++;
            else if (line[i] == '"') return i;
        }
        return -1;
    }

    private static string Unquote(string quoted) => quoted.Length < 2 || quoted[^1] != '"' ? throw new FormatException(quoted) : quoted[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
}
