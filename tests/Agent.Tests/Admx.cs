using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sekisho.Agent.Tests;

/// <summary>Policy templates read as group policy would: by a reader of its own.</summary>
internal sealed partial class Admx
{
    public static readonly XNamespace Ns = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions";

    private Admx(XDocument definitions, IReadOnlyDictionary<string, XDocument> languages) => (Definitions, Languages) = (definitions, languages);

    public XDocument Definitions { get; }

    /// <summary>By the folder: ja-JP, en-US.</summary>
    public IReadOnlyDictionary<string, XDocument> Languages { get; }

    public IEnumerable<XElement> Policies => Definitions.Root!.Element(Ns + "policies")!.Elements(Ns + "policy");

    public static Admx Of(byte[] zipped)
    {
        using var zip = new ZipArchive(new MemoryStream(zipped));
        var files = zip.Entries.ToDictionary(e => e.FullName, e => { using var stream = e.Open(); return XDocument.Load(stream); });
        return new(files["sekisho-media.admx"], files.Where(f => f.Key.EndsWith(".adml", StringComparison.Ordinal)).ToDictionary(f => f.Key.Split('/')[0], f => f.Value));
    }

    /// <summary>The strings of a language that definitions point to.</summary>
    public static Dictionary<string, string> Strings(XDocument resources) =>
        resources.Root!.Element(Ns + "resources")!.Element(Ns + "stringTable")!.Elements(Ns + "string").ToDictionary(s => s.Attribute("id")!.Value, s => s.Value);

    /// <summary>Every $(string.…) of the definitions.</summary>
    public IReadOnlyList<string> References =>
        [.. Definitions.Descendants().Attributes().Select(a => a.Value).Where(v => v.StartsWith("$(", StringComparison.Ordinal)).Select(v => Reference().Match(v) is { Success: true } m ? m.Groups[1].Value : throw new FormatException(v))];

    /// <summary>What enabling (or disabling) everything writes: key and value to number, text, or null for a value taken away.</summary>
    public IReadOnlyDictionary<(string Key, string Name), string?> Values(string list = "enabledList") => Policies
        .SelectMany(p => p.Element(Ns + list)!.Elements(Ns + "item"))
        .ToDictionary(i => (i.Attribute("key")!.Value, i.Attribute("valueName")!.Value), i => i.Element(Ns + "value")!.Elements().Single() switch
        {
            { Name.LocalName: "decimal" } number => $"dword:{uint.Parse(number.Attribute("value")!.Value, System.Globalization.CultureInfo.InvariantCulture):x8}",
            { Name.LocalName: "string" } text => $"\"{text.Value.Replace(@"\", @"\\", StringComparison.Ordinal)}\"",
            { Name.LocalName: "delete" } => null,
            var other => throw new FormatException(other.Name.LocalName),
        });

    /// <summary>As regedit would write the same.</summary>
    public string AsReg() => new StringBuilder("Windows Registry Editor Version 5.00\r\n\r\n")
        .AppendJoin("\r\n", Values().GroupBy(v => v.Key.Key).Select(k => $"[HKEY_LOCAL_MACHINE\\{k.Key}]\r\n" + string.Concat(k.Select(v => $"\"{v.Key.Name}\"={v.Value ?? "-"}\r\n")))).ToString();

    [GeneratedRegex(@"^\$\(string\.([A-Za-z0-9_]+)\)$")]
    private static partial Regex Reference();
}
