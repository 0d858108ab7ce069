using System.DirectoryServices.Protocols;
using System.Net;
using System.Text;

namespace Sekisho.Records.Organisation.Directory;

/// <summary>Reads people from a directory over LDAPS, and makes a staff list of them: the same sheet that a file would be (職員の同期).</summary>
/// <remarks>
/// LDAPS only, with a folder of trusted certificates: libldap's StartTLS failed in every try here, and binding after a failure would send the password in clear.
/// libldap checks "localhost" against the machine's own name; name the server as its certificate does.
/// </remarks>
public static class DirectoryReader
{
    private const int PageSize = 500, MostEntries = 60_000, MostText = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The sheet as CSV; its headings are those of the import.</summary>
    /// <param name="environment">Looks a variable up; for passwords that come by one.</param>
    public static Outcome<byte[]> Read(DirectorySettings settings, Func<string, string?> environment)
    {
        if (Password(settings.PasswordSource, environment) is not { Length: > 0 } password) return Refusals.NoDirectoryPassword;
        try
        {
            using var connection = new LdapConnection(new LdapDirectoryIdentifier(settings.Host, settings.Port, fullyQualifiedDnsHostName: true, connectionless: false), null, AuthType.Basic) { Timeout = Patience };
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            connection.SessionOptions.SecureSocketLayer = true;
            connection.SessionOptions.TrustedCertificatesDirectory = settings.CaFolder;
            connection.SessionOptions.StartNewTlsSessionContext();
            connection.Bind(new NetworkCredential(settings.BindName, password));
            return Search(connection, settings);
        }
        catch (LdapException e)
        {
            const int InvalidCredentials = 49;
            return e.ErrorCode == InvalidCredentials ? Refusals.DirectoryRefusesPassword : Refusals.DirectoryUnreachable(settings.Host);
        }
        catch (DirectoryException)
        {
            return Refusals.DirectoryUnreachable(settings.Host);
        }
    }

    private static Outcome<byte[]> Search(LdapConnection connection, DirectorySettings settings)
    {
        var wanted = new[] { settings.Number, settings.Kind, settings.Title }.Concat(settings.Name).Concat(settings.Unit).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var csv = new StringBuilder("職員番号,氏名,所属,職,職員区分\r\n");
        var page = new PageResultRequestControl(PageSize);
        var request = new SearchRequest(settings.Base, settings.Filter, SearchScope.Subtree, wanted);
        request.Controls.Add(page);
        var count = 0;
        do
        {
            var answer = (SearchResponse)connection.SendRequest(request, Patience);
            foreach (SearchResultEntry entry in answer.Entries)
            {
                if (++count > MostEntries) return Refusals.TooManyRows(MostEntries);
                string Of(string? attribute) => attribute is null ? "" : entry.Attributes[attribute] is { Count: > 0 } values && values[0] is { } value ? value as string ?? Encoding.UTF8.GetString((byte[])value) : "";
                var unit = settings.Unit.Count == 0 ? UnitOf(entry.DistinguishedName) : string.Join('/', settings.Unit.Select(Of).Where(u => u.Length > 0));
                Line(csv, Of(settings.Number), settings.Name.Select(Of).FirstOrDefault(n => n.Length > 0) ?? "", unit, Of(settings.Title), Of(settings.Kind));
            }
            page.Cookie = answer.Controls.OfType<PageResultResponseControl>().FirstOrDefault()?.Cookie ?? [];
        }
        while (page.Cookie.Length > 0);
        return count == 0 ? Refusals.DirectoryEmpty : Encoding.UTF8.GetBytes(csv.ToString());
    }

    /// <summary>The ou= parts of a name from the outside in: uid=x,ou=情報政策課,ou=企画部,dc=… is 企画部/情報政策課.</summary>
    internal static string UnitOf(string distinguishedName)
    {
        var units = new Stack<string>();
        foreach (var part in Parts(distinguishedName).Skip(1))
        {
            if (part.StartsWith("ou=", StringComparison.OrdinalIgnoreCase)) units.Push(Unescape(part[3..]));
        }
        return string.Join('/', units);
    }

    /// <summary>A name at its commas, but not at those that a backslash makes text (RFC 4514).</summary>
    private static IEnumerable<string> Parts(string name)
    {
        var part = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '\\' && i + 1 < name.Length) part.Append(name[i]).Append(name[++i]);
            else if (name[i] == ',')
            {
                yield return part.ToString().Trim();
                part.Clear();
            }
            else part.Append(name[i]);
        }
        yield return part.ToString().Trim();
    }

    /// <summary>\, is a comma; \E4\BC\81 are bytes of UTF-8.</summary>
    private static string Unescape(string value)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 >= value.Length) bytes.AddRange(Encoding.UTF8.GetBytes(value, i, char.IsHighSurrogate(value[i]) && i + 1 < value.Length ? 2 : 1));
            else if (i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes.Add(Convert.ToByte(value.Substring(i + 1, 2), 16));
                i += 2;
                continue;
            }
            else bytes.AddRange(Encoding.UTF8.GetBytes(value[++i].ToString()));
            if (char.IsHighSurrogate(value[i])) i++;
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string? Password(string source, Func<string, string?> environment)
    {
        if (source.StartsWith("env:", StringComparison.Ordinal)) return environment(source[4..]);
        try
        {
            return File.ReadAllText(source[5..]).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static void Line(StringBuilder csv, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) csv.Append(',');
            var text = cells[i].Length > MostText ? cells[i][..MostText] : cells[i];
            csv.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        csv.Append("\r\n");
    }
}
