using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests;

public sealed class KindTests
{
    [Theory]
    [InlineData("a.txt", "お知らせです。\r\n", "text")]
    [InlineData("a.csv", "番号,氏名\r\n1,山田\r\n", "csv")]
    [InlineData("a.bat", "dir\r\n", "script")]
    [InlineData("a.txt", "MZと書いてある", "text")]
    [InlineData("mail.txt", "From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\n\r\nhello", "eml")]
    [InlineData("x.doc", "{\\rtf1 hello}", "rtf")]
    [InlineData("x.txt", "<!DOCTYPE html><p>x", "html")]
    [InlineData("x.xml", "<?xml version=\"1.0\"?><a/>", "xml")]
    [InlineData("x", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "svg")]
    [InlineData("x", "{\"a\":1}", "json")]
    [InlineData("x.csv", "ID;PWXL;N;E\r\n", "slk")]
    [InlineData("x.txt", "[InternetShortcut]\r\nURL=http://example.jp\r\n", "lnk")]
    [InlineData("x", "  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "dxf")]
    [InlineData("photo.jpg", "%PDF-1.7\n", "pdf")]
    public void A_kind_is_told_from_the_content(string name, string content, string kind) => Assert.Equal(kind, KindDetector.Detect(Source.Of(Encoding.UTF8.GetBytes(content)), name).Key);

    [Theory]
    [InlineData("報告\u202Efdp.exe", "報告fdp.exe")]
    [InlineData("a.pdf          .exe", "a.pdf .exe")]
    [InlineData("..\\..\\x.txt", "x.txt")]
    [InlineData("CON.txt", "_CON.txt")]
    [InlineData("名前. . .", "名前")]
    [InlineData("\u200B", "file")]
    [InlineData("か\u3099.txt", "が.txt")]
    public void A_name_that_deceives_is_renamed_the_same_way_each_time(string name, string clean)
    {
        Assert.Equal(clean, SafeName.Clean(name));
        Assert.Equal(clean, SafeName.Clean(clean));
    }

    [Fact]
    public void The_quick_way_for_plain_names_agrees_with_the_long_one()
    {
        var random = new Random(20261121);
        string[] pieces = ["a", "Z", "9", ".", " ", "-", "_", "(", ")", "報告", "が", "ガ", "ー", "ァ", "龥", "con", "PRN", "aux.", "nul", "Com1", "lpt9", "desktop.ini", "desktop", "..", "  ", "か\u3099", "\uFF21", "\u3000", "é", "/"];
        for (var i = 0; i < 20_000; i++)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Equal(SafeName.CleanLong(name), SafeName.Clean(name));
        }
    }

    [Fact]
    public void The_default_policy_reads_and_a_misspelt_one_names_its_line()
    {
        Assert.Equal(5, SanitizePolicy.Default.Limits.Depth);
        Assert.Equal(Treatment.Refuse, SanitizePolicy.Default.For(FileKind.Jtd));
        Assert.Equal(Treatment.Admit, Bench.Policy("kinds:\n  jtd: admit\n").For(FileKind.Jtd));
        Assert.Equal(Treatment.Refuse, Bench.Policy("kinds:\n  active: admit\n").For(FileKind.Program));
        foreach (var (wrong, where) in new[] { ("mode: rebiuld", "line 1"), ("limits:\n  dept: 3", "line 2"), ("limits:\n  depth: -3", "line 2"), ("kinds:\n  docs: refuse", "line 2"), ("a: [", "line") })
        {
            var (policy, error) = PolicyFile.Read(wrong);
            Assert.Null(policy);
            Assert.Contains(where, error!.Where, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_quick_reader_of_the_default_policy_agrees_with_YAMLs_own()
    {
        var (quick, yaml) = (PolicyFile.LoadDefault(), PolicyFile.LoadDefaultAsYaml());
        Assert.Equal(yaml.Kinds.OrderBy(static k => k.Key, StringComparer.Ordinal), quick.Kinds.OrderBy(static k => k.Key, StringComparer.Ordinal));
        Assert.Equal(yaml.LinkSchemes, quick.LinkSchemes);
        Assert.Equal(yaml.Mail.OwnDomains, quick.Mail.OwnDomains);
        Assert.Equal(yaml.Mail.OwnNames, quick.Mail.OwnNames);
        Assert.Equal(yaml.Mail.KnownDomains, quick.Mail.KnownDomains);
        Assert.Equal(yaml.Mail.AuthservHosts, quick.Mail.AuthservHosts);
        var mail = yaml.Mail with { AuthservHosts = quick.Mail.AuthservHosts, OwnDomains = quick.Mail.OwnDomains, OwnNames = quick.Mail.OwnNames, KnownDomains = quick.Mail.KnownDomains };
        Assert.Equal(yaml with { Kinds = quick.Kinds, LinkSchemes = quick.LinkSchemes, Mail = mail }, quick);
    }

    [Theory]
    [InlineData("https://www.example.lg.jp/a?b=1", true)]
    [InlineData("mailto:a@example.jp", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("java\tscript:alert(1)", false)]
    [InlineData("file://server/share", false)]
    [InlineData("\\\\server\\share", false)]
    [InlineData("https://user@evil.example/", false)]
    [InlineData("ms-word:ofe|u|http://x", false)]
    [InlineData("relative/path", false)]
    public void Only_links_of_allowed_schemes_stay(string link, bool stays) => Assert.Equal(stays, SanitizePolicy.Default.Allows(link));
}
