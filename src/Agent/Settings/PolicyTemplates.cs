using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using Sekisho.Assurance;

namespace Sekisho.Agent.Settings;

/// <summary>Windows settings as administrative templates of group policy (管理用テンプレート): one .admx, and an .adml for each language.</summary>
/// <remarks>The order of elements is that of Microsoft's schema of policy definitions, version 1.0. Every policy, once enabled, writes the values of the .reg file, and disabled it takes them away.</remarks>
internal static class PolicyTemplates
{
    private const string Schema = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions", Namespace = "Sekisho.Policies.Media", Prefix = "sekisho", Category = "SekishoMedia", Windows10 = "SUPPORTED_Windows10";

    public const string FileName = "sekisho-media";

    /// <summary>A zip with the three files where group policy looks for them. The same settings give the same bytes.</summary>
    public static byte[] Zip(IReadOnlyList<WindowsSetting> settings)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Put(zip, $"{FileName}.admx", xml => Definitions(xml, settings));
            Put(zip, $"ja-JP/{FileName}.adml", xml => Resources(xml, settings, static b => b.Ja));
            Put(zip, $"en-US/{FileName}.adml", xml => Resources(xml, settings, static b => b.En));
        }
        return bytes.ToArray();
    }

    private static void Put(ZipArchive zip, string name, Action<XmlWriter> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\r\n" });
        write(xml);
    }

    private static void Definitions(XmlWriter xml, IReadOnlyList<WindowsSetting> settings)
    {
        xml.WriteStartElement("policyDefinitions", Schema);
        Versions(xml);
        using (Element(xml, "policyNamespaces")) Empty(xml, "target", ("prefix", Prefix), ("namespace", Namespace));
        Empty(xml, "resources", ("minRequiredRevision", "1.0"));
        using (Element(xml, "supportedOn"))
        using (Element(xml, "definitions")) Empty(xml, "definition", ("name", Windows10), ("displayName", Ref(Windows10)));
        using (Element(xml, "categories")) Empty(xml, "category", ("name", Category), ("displayName", Ref(Category)));
        using (Element(xml, "policies"))
        {
            foreach (var setting in settings)
            {
                using (Element(xml, "policy", ("name", setting.Id), ("class", "Machine"), ("displayName", Ref(setting.Id)), ("explainText", Ref(setting.Id + "_Explain")), ("key", setting.Values[0].Key)))
                {
                    Empty(xml, "parentCategory", ("ref", Category));
                    Empty(xml, "supportedOn", ("ref", Windows10));
                    Values(xml, "enabledList", setting.Values);
                    Values(xml, "disabledList", [.. setting.Values.Select(v => RegistryValue.None(v.Key, v.Name))]);
                }
            }
        }
        xml.WriteEndElement();
    }

    private static void Values(XmlWriter xml, string list, IReadOnlyList<RegistryValue> values)
    {
        using (Element(xml, list))
        {
            foreach (var value in values)
            {
                using (Element(xml, "item", ("key", value.Key), ("valueName", value.Name)))
                using (Element(xml, "value"))
                {
                    if (value.Number is { } number) Empty(xml, "decimal", ("value", number.ToString(CultureInfo.InvariantCulture)));
                    else if (value.Text is { } text) xml.WriteElementString("string", Schema, text);
                    else Empty(xml, "delete");
                }
            }
        }
    }

    private static void Resources(XmlWriter xml, IReadOnlyList<WindowsSetting> settings, Func<Bilingual, string> say)
    {
        xml.WriteStartElement("policyDefinitionResources", Schema);
        Versions(xml);
        xml.WriteElementString("displayName", Schema, say(new("Sekisho 持ち出し防止", "Sekisho: keeping media out")));
        xml.WriteElementString("description", Schema, say(new("取り外せる媒体への書込みを止める設定です。媒体台帳から作られました。", "Settings that keep removable media out, written from the register of media.")));
        using (Element(xml, "resources"))
        using (Element(xml, "stringTable"))
        {
            Say(Windows10, new("Windows 10・Windows Server 2016 以降（階層評価は 2021年8月の更新以降）", "Windows 10 or Windows Server 2016 and later (the layered order since the updates of August 2021)"));
            Say(Category, new("Sekisho 持ち出し防止", "Sekisho: keeping media out"));
            foreach (var setting in settings)
            {
                Say(setting.Id, setting.Name);
                Say(setting.Id + "_Explain", new($"{setting.Does.Ja}\n\n確かめ方：{setting.Check.Ja}", $"{setting.Does.En}\n\nTo check: {setting.Check.En}"));
            }
        }
        xml.WriteEndElement();

        void Say(string id, Bilingual text)
        {
            xml.WriteStartElement("string", Schema);
            xml.WriteAttributeString("id", id);
            xml.WriteString(say(text));
            xml.WriteEndElement();
        }
    }

    private static void Versions(XmlWriter xml)
    {
        xml.WriteAttributeString("revision", "1.0");
        xml.WriteAttributeString("schemaVersion", "1.0");
    }

    private static string Ref(string id) => $"$(string.{id})";

    private static void Empty(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes) => Element(xml, name, attributes).Dispose();

    private static Open Element(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name, Schema);
        foreach (var (attribute, value) in attributes) xml.WriteAttributeString(attribute, value);
        return new(xml);
    }

    /// <summary>An element that is ended when its block is.</summary>
    private readonly struct Open(XmlWriter xml) : IDisposable
    {
        public void Dispose() => xml.WriteEndElement();
    }
}
