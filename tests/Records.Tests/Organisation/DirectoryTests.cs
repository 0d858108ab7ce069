using System.Text;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Directory;
using Sekisho.Records.Organisation.Transfers;

namespace Sekisho.Records.Tests.Organisation;

/// <summary>People from a real directory server, over LDAPS.</summary>
public sealed class DirectoryTests
{
    private static readonly DateOnly Today = new(2026, 4, 1);

    private static CancellationToken Cancel => Office.Cancel;

    private static string Ldif(params (string Number, string Name, string Unit, string Title)[] people)
    {
        static string B64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var ldif = new StringBuilder("dn: dc=minato,dc=example\nobjectClass: dcObject\nobjectClass: organization\ndc: minato\no: minato\n\n");
        var known = new HashSet<string>();
        foreach (var (number, name, unit, title) in people)
        {
            var dn = "dc=minato,dc=example";
            foreach (var part in unit.Split('/'))
            {
                dn = $"ou={part.Replace(",", "\\,", StringComparison.Ordinal)},{dn}";
                if (known.Add(dn)) ldif.Append($"dn:: {B64(dn)}\nobjectClass: organizationalUnit\nou:: {B64(part)}\n\n");
            }
            ldif.Append($"dn:: {B64($"uid=u{number},{dn}")}\nobjectClass: inetOrgPerson\nuid: u{number}\ncn:: {B64(name)}\nsn:: {B64(name)}\nemployeeNumber: {number}\ntitle:: {B64(title)}\n\n");
        }
        return ldif.ToString();
    }

    private static DirectorySettings Settings(Slapd slapd, string? ca = null, string filter = "(employeeNumber=*)") =>
        new("127.0.0.1", slapd.Port, ca ?? slapd.CaFolder, Slapd.Root, "env:LDAP", "dc=minato,dc=example", filter, "employeeNumber", ["displayName", "cn"], null, "title", []);

    private static string Code<T>(Outcome<T> outcome) => outcome.Match(_ => "", r => r.Code);

    [Fact]
    public async Task Staff_come_in_from_a_directory_by_preview_and_commit_and_follow_it()
    {
        await using var slapd = await Slapd.StartAsync(Ldif([("1001", "山田 花子", "企画部/情報政策課", "課長"), ("1002", "鈴木 太郎", "企画部/総務, 文書課", "主事"),
            .. Enumerable.Range(2000, 1200).Select(i => ($"{i}", $"職員 {i}", "企画部/情報政策課", "主事"))]));
        await using var office = await Office.OpenAsync();
        var register = office.Slices.Organisation;
        var mayor = (await register.AddUnitAsync(office.Town, null, UnitKind.Agency, "市長部局", Today, office.Officer, Cancel)).OrThrow();
        var planning = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Department, "企画部", Today, office.Officer, Cancel)).OrThrow();
        var it = (await register.AddUnitAsync(office.Town, planning.Id, UnitKind.Section, "情報政策課", Today, office.Officer, Cancel)).OrThrow();
        (await register.AddUnitAsync(office.Town, planning.Id, UnitKind.Section, "総務, 文書課", Today, office.Officer, Cancel)).OrThrow();
        var gone = (await register.AddPersonAsync(office.Town, it.Id, "去る 人", "0900", StaffKind.Staff, Today, office.Officer, Cancel)).OrThrow();

        var sheet = DirectoryReader.Read(Settings(slapd), _ => Slapd.Password).OrThrow();
        var import = (await office.Slices.Transfers.UploadAsync(office.Town, new(StaffImportKind.Roster, sheet, "ldap.csv", Today, EndMissing: false, StaffImportOrigin.Directory), office.Officer, Cancel)).OrThrow();
        var plan = (await office.Slices.Transfers.PreviewAsync(office.Town, import.Id, Cancel)).OrThrow();
        Assert.Empty(plan.Notes);
        Assert.Equal(1202, plan.Count(PlannedKind.Join));     // more than two pages of the search
        Assert.Equal([gone.Id], plan.Missing.Select(p => p.Id));
        (await office.Slices.Transfers.CommitAsync(office.Town, import.Id, plan.Digest, false, office.Officer, Cancel)).OrThrow();
        var hanako = (await register.ReadAsync(office.Town, Today, null, Cancel)).People.Single(p => p.Number == "1001");
        Assert.Equal((it.Id, "課長", "山田 花子"), (hanako.Unit, hanako.Title, hanako.Name));

        // Who isn't trusted, isn't let in, or isn't there is said in words, and nothing is sent in clear.
        Assert.Equal("REC-ORG-033", Code(DirectoryReader.Read(Settings(slapd, slapd.EmptyFolder), _ => Slapd.Password)));
        Assert.Equal("REC-ORG-032", Code(DirectoryReader.Read(Settings(slapd), _ => "wrong")));
        Assert.Equal("REC-ORG-031", Code(DirectoryReader.Read(Settings(slapd), _ => null)));
        Assert.Equal("REC-ORG-034", Code(DirectoryReader.Read(Settings(slapd, filter: "(employeeNumber=none)"), _ => Slapd.Password)));
        Assert.Equal("REC-ORG-033", Code(DirectoryReader.Read(Settings(slapd, filter: "((("), _ => Slapd.Password)));
    }

    [Theory]
    [InlineData("uid=a,ou=情報政策課,ou=企画部,dc=x", "企画部/情報政策課")]
    [InlineData(@"uid=a\,b,ou=総務\, 文書課,dc=x", "総務, 文書課")]
    [InlineData(@"cn=a,OU=\E4\BC\81\E7\94\BB,dc=x", "企画")]
    [InlineData("cn=a,dc=x", "")]
    public void The_unit_is_in_the_name(string name, string unit) => Assert.Equal(unit, DirectoryReader.UnitOf(name));

    [Fact]
    public void Settings_hold_no_password_and_say_what_is_wrong_by_line()
    {
        const string Good = "format: 1\nserver: ldap.example:1636\nca: /ca\nbind: cn=a\npassword: env:P\nbase: dc=x\nnumber: employeeNumber\nname: [cn]\nunit: [department]\n";
        Assert.Equal(("ldap.example", 1636, "(objectClass=person)"), DirectorySettings.Parse(Good, out _) is { } s ? (s.Host, s.Port, s.Filter) : default);
        Assert.Null(DirectorySettings.Parse(Good.Replace("env:P", "secret", StringComparison.Ordinal).Replace(":1636", ":ldap", StringComparison.Ordinal), out var problems));
        Assert.Equal(2, problems.Count);
    }
}
