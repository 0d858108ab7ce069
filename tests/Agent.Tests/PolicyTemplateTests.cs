using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sekisho.Agent.Settings;
using Sekisho.Agent.Windows;

namespace Sekisho.Agent.Tests;

/// <summary>The templates of group policy: as Microsoft's schema wants them, complete in both languages, and one with the .reg file.</summary>
public sealed partial class PolicyTemplateTests
{
    private static readonly AllowedMedium[] Named = [new("MED-0001", "E0D55EA573F0", "0951:1666"), new("MED-0002", "AA11-2233", "0781:5583")];

    /// <summary>Children in the order that the schema's sequences have; those with ? may be missing.</summary>
    private static readonly Dictionary<string, string[]> Sequences = new()
    {
        ["policyDefinitions"] = ["policyNamespaces", "supersededAdm?", "annotation?", "resources", "supportedOn?", "categories?", "policies?"],
        ["policyNamespaces"] = ["target", "using?"],
        ["supportedOn of policyDefinitions"] = ["products?", "definitions?"],
        ["policy"] = ["annotation?", "parentCategory", "seeAlso?", "keywords?", "supportedOn", "enabledValue?", "disabledValue?", "enabledList?", "disabledList?", "elements?"],
        ["policyDefinitionResources"] = ["displayName", "description", "annotation?", "resources"],
        ["resources of policyDefinitionResources"] = ["stringTable?", "presentationTable?"],
        ["item"] = ["value"],
    };

    private static readonly Dictionary<string, string[]> Attributes = new()
    {
        ["policyDefinitions"] = ["revision", "schemaVersion"], ["policyDefinitionResources"] = ["revision", "schemaVersion"], ["target"] = ["prefix", "namespace"],
        ["policy"] = ["name", "class", "displayName", "explainText", "key"], ["category"] = ["name", "displayName"], ["definition"] = ["name", "displayName"], ["parentCategory"] = ["ref"], ["item"] = ["key", "valueName"], ["string of stringTable"] = ["id"],
    };

    public static TheoryData<int> Counts => [0, 2];

    private static Admx Written(int named) => Admx.Of(EnforcedSettings.Write(SettingsTarget.WindowsAdmx, [.. Named.Take(named)]).Content);

    [Theory]
    [MemberData(nameof(Counts))]
    public void Structure_is_that_of_the_schema_and_names_are_unique(int named)
    {
        var admx = Written(named);
        foreach (var document in admx.Languages.Values.Prepend(admx.Definitions))
        {
            Assert.Equal([Admx.Ns], document.Descendants().Select(e => e.Name.Namespace).Distinct());
            foreach (var element in document.Descendants()) Check(element);
        }
        Assert.Equal(["en-US", "ja-JP"], admx.Languages.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(named == 0 ? 1 : 4, admx.Policies.Count());
        Assert.Equal(admx.Policies.Count(), admx.Policies.Select(p => p.Attribute("name")!.Value).Distinct().Count());
        Assert.All(admx.Policies, p => Assert.Matches(Name(), p.Attribute("name")!.Value));
        Assert.All(admx.Policies, p => Assert.Equal("Machine", p.Attribute("class")!.Value));
        var categories = admx.Definitions.Descendants(Admx.Ns + "category").Select(c => c.Attribute("name")!.Value).ToList();
        var supported = admx.Definitions.Descendants(Admx.Ns + "definition").Select(c => c.Attribute("name")!.Value).ToList();
        Assert.All(admx.Policies, p => Assert.Contains(p.Element(Admx.Ns + "parentCategory")!.Attribute("ref")!.Value, categories));
        Assert.All(admx.Policies, p => Assert.Contains(p.Element(Admx.Ns + "supportedOn")!.Attribute("ref")!.Value, supported));
    }

    [Fact]
    public void A_structure_that_is_not_the_schemas_is_seen()
    {
        var policy = Written(0).Policies.First();
        var supported = policy.Element(Admx.Ns + "supportedOn")!;
        supported.Remove();
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(policy));
        policy.AddFirst(supported);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(policy));
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void Every_reference_has_its_string_in_both_languages_and_none_is_left_over(int named)
    {
        var admx = Written(named);
        var references = admx.References.ToHashSet();
        Assert.NotEmpty(references);
        foreach (var (language, document) in admx.Languages)
        {
            var strings = Admx.Strings(document);
            Assert.Equal(references.Order(StringComparer.Ordinal), strings.Keys.Order(StringComparer.Ordinal));
            Assert.All(strings.Values, s => Assert.False(string.IsNullOrWhiteSpace(s)));
            // Each says how to check it, in its own language.
            Assert.All(strings.Where(s => s.Key.EndsWith("_Explain", StringComparison.Ordinal)), s => Assert.Contains("reg query", s.Value, StringComparison.Ordinal));
            Assert.All(strings.Values, s => Assert.Equal(language == "ja-JP", Japanese().IsMatch(s)));
        }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void What_the_policies_write_is_what_the_reg_file_writes_and_the_agent_reads(int named)
    {
        var media = Named.Take(named).ToList();
        var reg = RegistryExport.Text(EnforcedSettings.Write(SettingsTarget.WindowsReg, media).Content);
        Assert.Equal(InReg(reg), Written(named).Values().Select(Line).Order(StringComparer.Ordinal));
        // Disabled, each of them is taken away again.
        Assert.All(Written(named).Values("disabledList"), v => Assert.Null(v.Value));
        Assert.Equal(Written(named).Values().Keys.Order(), Written(named).Values("disabledList").Keys.Order());
        // Everything that the templates set is looked at: without any one of them, media are no longer blocked, or the named ones no longer usable.
        var whole = Written(named).AsReg();
        foreach (var (value, set) in Written(named).Values().Where(v => v.Value is not null))
        {
            var without = whole.Replace($"\"{value.Name}\"={set}\r\n", "", StringComparison.Ordinal);
            Assert.NotEqual(whole, without);
            var fact = Look(without);
            Assert.True(fact.Answer != Answer.Yes || fact.Exceptions.Count < named, $"{value.Key}\\{value.Name}");
        }
        Assert.Equal((Answer.Yes, named), (Look(whole).Answer, Look(whole).Exceptions.Count));

        static PostureFact Look(string text) => Posture.Look(RegistryExport.Read("pc", FakeMachine.Now, [], text), PostureRules.Load(), null, null).Find(PostureKeys.MediaBlocked)!;
    }

    [Fact]
    public void The_same_settings_give_the_same_bytes() =>
        Assert.Equal(EnforcedSettings.Write(SettingsTarget.WindowsAdmx, Named).Content, EnforcedSettings.Write(SettingsTarget.WindowsAdmx, Named).Content);

    private static string Line(KeyValuePair<(string Key, string Name), string?> value) => $"{value.Key.Key}\\{value.Key.Name}={value.Value ?? "-"}";

    private static IEnumerable<string> InReg(string reg)
    {
        var (key, lines) = ("", new List<string>());
        foreach (var line in reg.Split("\r\n").Skip(1).Where(l => l.Length > 0 && !l.StartsWith("[-", StringComparison.Ordinal)))
        {
            if (line[0] == '[') key = line[1..^1].Replace(@"HKEY_LOCAL_MACHINE\", "", StringComparison.Ordinal);
            else lines.Add($"{key}\\{line[1..line.IndexOf("\"=", StringComparison.Ordinal)]}={line[(line.IndexOf("\"=", StringComparison.Ordinal) + 2)..]}");
        }
        return lines.Order(StringComparer.Ordinal);
    }

    private static void Check(XElement element)
    {
        var name = element.Name.LocalName;
        var here = element.Parent is { } parent && Sequences.ContainsKey($"{name} of {parent.Name.LocalName}") ? $"{name} of {parent.Name.LocalName}" : name;
        if (Attributes.GetValueOrDefault($"{name} of {element.Parent?.Name.LocalName}") is { } own || Attributes.TryGetValue(name, out own))
            Assert.Equal(own, element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => a.Name.LocalName));
        if (!Sequences.TryGetValue(here, out var sequence)) return;
        var at = 0;
        foreach (var child in element.Elements().Select(e => e.Name.LocalName))
        {
            while (at < sequence.Length && sequence[at].TrimEnd('?') != child)
            {
                Assert.EndsWith("?", sequence[at], StringComparison.Ordinal);
                at++;
            }
            Assert.True(at < sequence.Length, $"{child} in {here}");
            at++;
        }
        Assert.All(sequence.Skip(at), rest => Assert.EndsWith("?", rest, StringComparison.Ordinal));
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*$")]
    private static partial Regex Name();

    [GeneratedRegex("[\u3040-\u30FF\u4E00-\u9FFF]")]
    private static partial Regex Japanese();
}
