using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Records.Organisation.Directory;

/// <summary>Where a directory is and how its entries are read (LDAP・Active Directory の設定): a YAML file, without any password in it.</summary>
/// <param name="CaFolder">Folder of trusted certificates, named by their hashes (<c>openssl rehash</c>). There is no way to switch the check off.</param>
/// <param name="PasswordSource">env:NAME or file:PATH.</param>
/// <param name="Unit">Empty: the ou= parts of an entry's name, from the outside in; else the attributes whose values make the unit's name.</param>
public sealed record DirectorySettings(
    string Host, int Port, string CaFolder, string BindName, string PasswordSource, string Base, string Filter,
    string Number, IReadOnlyList<string> Name, string? Kind, string? Title, IReadOnlyList<string> Unit)
{
    private const int LdapsPort = 636;

    /// <returns>Null with what is wrong, each with its line.</returns>
    public static DirectorySettings? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        DirectorySettings? read = null;
        if (YamlTree.Read(untrusted, errors) is { } root
            && YamlFields.Of(root, errors, "format", "server", "ca", "bind", "password", "base", "filter?", "number", "name", "kind?", "title?", "unit?") is { } f)
        {
            var server = (f.Text("server") ?? "").Split(':');
            var port = LdapsPort;
            if (server.Length > 2 || server[0].Length == 0 || (server.Length == 2 && !int.TryParse(server[1], NumberStyles.None, CultureInfo.InvariantCulture, out port)))
                errors.Wrong(f.PlaceOf("server"), "サーバは「名前:ポート」で書いてください（LDAPS だけです）", "Write the server as name:port (LDAPS only)");
            var password = f.Text("password") ?? "";
            if (!password.StartsWith("env:", StringComparison.Ordinal) && !password.StartsWith("file:", StringComparison.Ordinal))
                errors.Wrong(f.PlaceOf("password"), "パスワードそのものは書かず、env:名前 か file:パス で示してください", "Don't write the password itself: name env:NAME or file:PATH");
            if (f.Text("ca") is { } ca && f.Text("bind") is { } bind && f.Text("base") is { } under && f.Text("number") is { } number && f.Words("name") is { Count: > 0 } name)
                read = new(server[0], port, ca, bind, password, under, f["filter"] is null ? "(objectClass=person)" : f.Text("filter") ?? "", number, name,
                    f["kind"] is null ? null : f.Text("kind"), f["title"] is null ? null : f.Text("title"), f["unit"] is null ? [] : f.Words("unit"));
        }
        problems = errors.InOrder();
        return errors.Any ? null : read;
    }
}
