using System.Text.RegularExpressions;
using Sekisho.Records.Accounts;
using Sekisho.Web.Tests.Api;

namespace Sekisho.Web.Tests.Authorisation;

/// <summary>One row of who-may.txt: an address of the server, who may use it, and what people from elsewhere get.</summary>
/// <param name="Method">GET, POST …; PAGE stands for the page and the form on it.</param>
/// <param name="Route">As the server has it, with its parameters.</param>
/// <param name="Query">With the question mark; empty where none is needed.</param>
/// <param name="Who">Roles, or one of the words anybody, everyone, oneself.</param>
/// <param name="Elsewhere">What an officer of another municipality gets: "own", "same", or a status.</param>
/// <param name="Section">What a manager and a member of staff of another section get: a status; null: what they get at home.</param>
/// <param name="Body">What is sent; empty for nothing.</param>
public sealed partial record WhoMay(string Method, string Route, string Query, string Who, string Elsewhere, int? Section, string Body)
{
    public const string FileName = "tests/Web.Tests/Authorisation/who-may.txt";

    public static IReadOnlyList<WhoMay> All { get; } = Read(File.ReadAllText(Path.Combine(Root(), FileName)));

    public bool IsApi => Route.StartsWith("/api/", StringComparison.Ordinal);

    public bool Anonymous => Who == "anybody";

    /// <summary>Concerns nothing but the person's own sign-in: auditors may write it, too.</summary>
    public bool Oneself => Who == "oneself";

    /// <summary>As the server's endpoints are named: a page is two of them.</summary>
    public IEnumerable<string> Endpoints => Method == "PAGE" ? [$"GET {Route}", $"POST {Route}"] : [$"{Method} {Route}"];

    /// <summary>Whether this role may; nobody may change anything who is an auditor.</summary>
    public bool Allows(Role role, string method) => Who is "anybody" or "oneself"
        || (Who == "everyone" || Who.Split(' ').Contains(role.Key())) && (role != Role.Auditor || method == "GET");

    /// <summary>The address with its parameters filled in.</summary>
    public string Address(Func<string, string, string> value) => Parameter().Replace(Route + Query, m => value(Route + Query, m.Groups[1].Value));

    public static string NameOf(EndpointWalk.Stop stop) => $"{stop.Method} /{stop.Endpoint.RoutePattern.RawText!.Trim('/')}";

    public static IReadOnlyList<WhoMay> Read(string text)
    {
        var rows = new List<WhoMay>();
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var cells = line.Split('|', 4, StringSplitOptions.TrimEntries);
            if (cells.Length < 3) throw new FormatException($"{FileName}: needs three cells: {line}");
            var address = cells[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (var word in cells[1].Split(' '))
                if (word is not ("anybody" or "everyone" or "oneself" or "agents" or "systems") && !Roles.TryParse(word, out _)) throw new FormatException($"{FileName}: nobody is called {word}: {line}");
            var elsewhere = cells[2].Split(' ');
            if (elsewhere[0] is not ("own" or "same") && !int.TryParse(elsewhere[0], out _)) throw new FormatException($"{FileName}: own, same or a status: {line}");
            rows.Add(new(address[0], address[1], address.ElementAtOrDefault(2) ?? "", cells[1], elsewhere[0], elsewhere.Length > 2 && elsewhere[1] == "section" ? int.Parse(elsewhere[2]) : null, cells.ElementAtOrDefault(3) ?? ""));
        }
        return rows;
    }

    public override string ToString() => $"{Method} {Route}";

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder!.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
