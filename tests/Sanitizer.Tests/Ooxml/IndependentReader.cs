using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Sekisho.Sanitizer.Tests.Images;

namespace Sekisho.Sanitizer.Tests.Ooxml;

/// <summary>A second look at a document by code that shares nothing with the sanitiser: System.IO.Compression, LINQ to XML, and a deny list of its own.</summary>
internal sealed partial class IndependentReader
{
    private static readonly string[] BadRelations = ["vbaProject", "wordVbaData", "attachedTemplate", "oleObject", "control", "activeXControlBinary", "ctrlProp", "externalLink", "externalLinkPath", "connections", "queryTable", "xlMacrosheet", "xlIntlMacrosheet", "webextension",
        "webextensiontaskpanes", "aFChunk", "subDocument", "frame", "font", "printerSettings", "extensibility", "customization", "userCustomization", "attachedToolbars", "keyMapCustomizations", "mailMergeSource", "recipientData", "video", "audio", "media", "origin", "signature",
        "volatileDependencies", "xmlMaps", "tableSingleCells", "custom-properties", "thumbnail", "calcChain", "customProperty", "tags", "revisionHeaders"];

    private static readonly HashSet<string> BadElements = new(StringComparer.Ordinal)
    {
        "OLEObject", "oleObj", "oleObject", "control", "attachedTemplate", "mailMerge", "docVars", "altChunk", "subDoc", "frameset", "externalReference", "ddeLink", "oleLink", "connection", "customUI", "webextension", "saveThroughXslt", "attachedSchema", "smartTag", "embedRegular", "embeddedFont",
        "FmlaMacro", "ScriptText", "binData", "videoFile", "audioFile", "wavAudioFile", "entryMacro", "exitMacro", "contentPart", "svgBlip", "cmd", "rsids", "movie", "fldData", "singleXmlCells",
    };

    public List<string> Findings { get; } = [];

    public Dictionary<string, byte[]> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>All that is in the file, unpacked and decoded: text to search in.</summary>
    public string Everything { get; private set; } = "";

    public static IndependentReader Look(byte[] document)
    {
        var reader = new IndependentReader();
        reader.Open(document);
        return reader;
    }

    /// <summary>Everything in a zip as one text.</summary>
    public static string Text(byte[] document)
    {
        using var zip = new ZipArchive(new MemoryStream(document));
        var text = new StringBuilder();
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            text.Append('\n').Append(entry.FullName).Append('\n').Append(Encoding.Latin1.GetString(content.ToArray())).Append(Encoding.UTF8.GetString(content.ToArray()));
        }
        return text.ToString();
    }

    public XDocument Xml(string part) => XDocument.Load(XmlReader.Create(new MemoryStream(Parts[part]), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit }), LoadOptions.PreserveWhitespace);

    private void Open(byte[] document)
    {
        using (var zip = new ZipArchive(new MemoryStream(document)))
        {
            foreach (var entry in zip.Entries)
            {
                using var stream = entry.Open();
                using var content = new MemoryStream();
                stream.CopyTo(content);
                if (!Parts.TryAdd(entry.FullName, content.ToArray())) Findings.Add($"twice {entry.FullName}");
            }
        }
        Everything = Text(document);
        var types = Xml("[Content_Types].xml").Root!.Elements().ToList();
        foreach (var type in types.Select(static t => (string)t.Attribute("ContentType")!))
        {
            if (Active().IsMatch(type)) Findings.Add($"content type {type}");
        }
        var reached = new HashSet<string>(StringComparer.Ordinal) { "[Content_Types].xml" };
        Follow("", reached);
        // Metafiles: only drawing records, by a reader of their own.
        foreach (var (part, bytes) in Parts)
        {
            if (part.EndsWith("mf", StringComparison.OrdinalIgnoreCase) || MetafileReader.IsEmf(bytes) || MetafileReader.IsWmf(bytes)) Findings.AddRange(MetafileReader.Findings(bytes).Distinct().Select(f => $"{part}: {f}"));
        }
        foreach (var part in Parts.Keys.Where(p => !reached.Contains(p))) Findings.Add($"not reached {part}");
        foreach (var part in Parts.Keys.Where(static p => !p.EndsWith(".rels", StringComparison.Ordinal) && p != "[Content_Types].xml"))
        {
            if (!types.Exists(t => ((string?)t.Attribute("PartName"))?.TrimStart('/') == part || part.EndsWith("." + (string?)t.Attribute("Extension"), StringComparison.Ordinal))) Findings.Add($"no content type {part}");
        }
    }

    private void Follow(string part, HashSet<string> reached)
    {
        var slash = part.LastIndexOf('/') + 1;
        var rels = $"{part[..slash]}_rels/{part[slash..]}.rels";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var targets = new List<string>();
        if (Parts.ContainsKey(rels))
        {
            reached.Add(rels);
            foreach (var relation in Xml(rels).Root!.Elements())
            {
                var (type, target) = ((string)relation.Attribute("Type")!, (string)relation.Attribute("Target")!);
                ids.Add((string)relation.Attribute("Id")!);
                var name = type[(type.LastIndexOf('/') + 1)..];
                if (BadRelations.Contains(name)) Findings.Add($"relationship {name} in {rels}");
                if ((string?)relation.Attribute("TargetMode") == "External")
                {
                    if (name != "hyperlink" || !Link().IsMatch(target)) Findings.Add($"external {name} → {target}");
                    continue;
                }
                var uri = new Uri(new Uri("http://x/" + part), target);
                targets.Add(Uri.UnescapeDataString(uri.AbsolutePath[1..]));
            }
        }
        if (part.Length > 0) LookInside(part, ids);
        foreach (var target in targets)
        {
            if (!Parts.ContainsKey(target)) Findings.Add($"{part} leads to {target}, which is missing");
            else if (reached.Add(target)) Follow(target, reached);
        }
    }

    private void LookInside(string part, HashSet<string> ids)
    {
        if (part.EndsWith(".xlsx", StringComparison.Ordinal))
        {
            Findings.AddRange(Look(Parts[part]).Findings.Select(f => $"{part}: {f}"));
            return;
        }
        if (!part.EndsWith(".xml", StringComparison.Ordinal) && !part.EndsWith(".vml", StringComparison.Ordinal))
        {
            var head = Encoding.Latin1.GetString(Parts[part].AsSpan(0, Math.Min(12, Parts[part].Length)));
            if (!head.StartsWith("\x89PNG", StringComparison.Ordinal) && !head.StartsWith("\xFF\xD8\xFF", StringComparison.Ordinal) && !head.StartsWith("GIF8", StringComparison.Ordinal) && !head.StartsWith("BM", StringComparison.Ordinal) && !head.StartsWith("II*", StringComparison.Ordinal) && !head.StartsWith("MM\0*", StringComparison.Ordinal) && !head.StartsWith("RIFF", StringComparison.Ordinal)
                && !MetafileReader.IsEmf(Parts[part]) && !MetafileReader.IsWmf(Parts[part]))
                Findings.Add($"{part} is no picture");
            return;
        }
        if (part.StartsWith("customXml/", StringComparison.Ordinal) || part.StartsWith("docProps/", StringComparison.Ordinal)) return;
        var field = new StringBuilder();
        foreach (var element in Xml(part).Root!.DescendantsAndSelf())
        {
            var name = element.Name.LocalName;
            if (BadElements.Contains(name)) Findings.Add($"{part} <{name}>");
            if (name is "instrText") field.Append(element.Value);
            if (name == "fldChar")
            {
                if (Field().IsMatch(field.ToString().TrimStart())) Findings.Add($"{part} field {field}");
                field.Clear();
            }
            if (name is "f" or "formula" or "formula1" or "formula2" or "definedName" && Formula().IsMatch(Literal().Replace(element.Value, ""))) Findings.Add($"{part} formula {element.Value}");
            if (name == "definedName" && Auto().IsMatch((string?)element.Attribute("name") ?? "")) Findings.Add($"{part} name {element.Attribute("name")}");
            foreach (var attribute in element.Attributes())
            {
                var space = attribute.Name.NamespaceName;
                if ((space.EndsWith("/relationships", StringComparison.Ordinal) || attribute.Name.LocalName == "relid") && !attribute.IsNamespaceDeclaration && attribute.Value.Length > 0 && !ids.Contains(attribute.Value)) Findings.Add($"{part} dangling {name}@{attribute.Name.LocalName}={attribute.Value}");
                if (attribute.Name.LocalName is "macro" or "gfxdata" or "FmlaMacro" or "althref" && attribute.Value.Length > 0) Findings.Add($"{part} {name}@{attribute.Name.LocalName}");
                if (attribute.Name.LocalName == "action" && Action().IsMatch(attribute.Value)) Findings.Add($"{part} action {attribute.Value}");
                if (attribute.Name.LocalName == "instr" && Field().IsMatch(attribute.Value.TrimStart())) Findings.Add($"{part} field {attribute.Value}");
            }
        }
    }

    [GeneratedRegex("macroEnabled|vbaProject|vbaData|activeX|oleObject|macrosheet|externalLink|connections|queryTable|ms-office.*customUI|webextension|printerSettings|obfuscatedFont|signature|svg|octet-stream", RegexOptions.IgnoreCase)]
    private static partial Regex Active();

    [GeneratedRegex("^(https?://|mailto:|#)", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex("^(DDE|DDEAUTO|INCLUDE|LINK|EMBED|DATABASE|MACROBUTTON|GOTOBUTTON|PRINT |ADDIN|CONTROL|RD |ASK|FILLIN|IMPORT|QUOTE)", RegexOptions.IgnoreCase)]
    private static partial Regex Field();

    [GeneratedRegex(@"\b(WEBSERVICE|CALL|REGISTER(\.ID)?|RTD|EXEC|IMAGE|FILTERXML|CUBE\w+|SQL\.REQUEST)\s*\(|\|'?|(^|[^\w\]\[@])'?\[\d+\]", RegexOptions.IgnoreCase)]
    private static partial Regex Formula();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Literal();

    [GeneratedRegex("^(_xlnm\\.)?Auto_(Open|Close|Activate|Deactivate)", RegexOptions.IgnoreCase)]
    private static partial Regex Auto();

    [GeneratedRegex("ppaction://(program|macro|ole|hlinkfile|hlinkpres|media)", RegexOptions.IgnoreCase)]
    private static partial Regex Action();
}
