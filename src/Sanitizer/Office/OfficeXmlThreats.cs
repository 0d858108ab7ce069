using System.Xml;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Ooxml.Rules;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Looks at the XML formats of Office 2003: what they hold as base64, and what leads outside .</summary>
internal static class OfficeXmlThreats
{
    /// <exception cref="RefusedException">It is no XML, or has entities of its own.</exception>
    public static void Tell(Source untrusted, Job job)
    {
        var fields = new Fields(job.Policy);
        try
        {
            using var reader = XmlSource.Open(MarkupText.Decode(untrusted, job), job, "X-25");
            while (reader.Read())
            {
                job.Budget.Check();
                if (reader.NodeType != XmlNodeType.Element) continue;
                var name = reader.LocalName;
                switch (name)
                {
                    case "binData" or "docOleData" or "binaryData" or "oleObject":
                        job.Remove("X-36", reader.Name, Cut(reader.GetAttribute("name", reader.NamespaceURI) ?? "base64"));
                        break;
                    case "OLEObject":
                        job.Remove("X-36", reader.Name, Cut(reader.GetAttribute("ProgID") ?? "object"));
                        break;
                    case "docSuppData" or "SupBook" or "ExternName" or "DdeLink" or "QueryTable" or "MapInfo":
                        job.Remove(name is "SupBook" or "ExternName" or "DdeLink" ? "X-11" : "X-36", reader.Name, name);
                        break;
                    case "attachedTemplate":
                        job.Remove("X-05", reader.Name, "attached template");
                        break;
                    case "mailMerge":
                        job.Remove("X-26", reader.Name, "mail merge");
                        break;
                    case "subDoc" or "altChunk" or "frameset":
                        job.Remove("X-18", reader.Name, name);
                        break;
                }
                Attributes(reader, fields, job);
            }
        }
        catch (XmlException)
        {
            throw XmlSource.Broken();
        }
    }

    private static void Attributes(XmlReader reader, Fields fields, Job job)
    {
        var element = reader.Name;
        while (reader.MoveToNextAttribute())
        {
            switch (reader.LocalName)
            {
                case "macrosPresent" or "embeddedObjPresent" or "ocxPresent" when reader.Value is "yes" or "1" or "true" or "on":
                    job.Remove("X-36", element, reader.LocalName);
                    break;
                case "HRef" or "href" or "src" when reader.Value.Length > 0 && reader.Value[0] != '#' && !reader.Value.StartsWith("wordml://", StringComparison.Ordinal) && !job.Policy.Allows(reader.Value):
                    job.Remove("X-19", element, reader.LocalName);
                    break;
                case "instr" when fields.Judge(reader.Value) is { } wrong:
                    job.Remove(wrong.Threat, element, wrong.What);
                    break;
                case "Formula" when reader.Value.Contains('|', StringComparison.Ordinal) && reader.Value.Contains('!', StringComparison.Ordinal):
                    job.Remove("X-11", element, "DDE formula");
                    break;
            }
        }
        reader.MoveToElement();
    }

    private static string Cut(string text) => SafeName.Show(text.Length > 60 ? text[..60] : text);
}
