using System.Net;
using System.Text;
using Sekisho.Records.Accounts;
using Sekisho.Web.Tests.Api;

namespace Sekisho.Web.Tests.Authorisation;

/// <summary>Who may what, for every address of the server: who-may.txt says it, the running server is held to it.</summary>
public sealed class AuthorisationTests(AuthorisationTown town) : IClassFixture<AuthorisationTown>
{
    private static readonly string[] OnlyOfHama = ["浜町", "officer@hama", "担当 花子", "税務課", "浜田 一郎", "研修の会場が工事中"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Rows => [.. WhoMay.All.Select(r => r.ToString())];

    [Fact]
    public void Each_endpoint_has_its_row_and_each_row_its_endpoint()
    {
        var there = EndpointWalk.All(town.Server).Select(WhoMay.NameOf).Distinct().ToHashSet();
        var told = WhoMay.All.SelectMany(r => r.Endpoints).ToList();
        Assert.True(told.Distinct().Count() == told.Count, "Said twice: " + string.Join(", ", told.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => g.Key)));
        // The planted one shows that a new endpoint is noticed.
        var missing = there.Except(told).Order(StringComparer.Ordinal).ToList();
        Assert.True(missing.Remove($"GET {AuthorisationTown.Planted}"), "A new endpoint would not be noticed.");
        Assert.True(missing.Count == 0, $"Say in {WhoMay.FileName} who may use:\n{string.Join('\n', missing.Select(m => m + " | ? | ?"))}");
        var gone = told.Except(there).ToList();
        Assert.True(gone.Count == 0, $"These rows of {WhoMay.FileName} lead nowhere: {string.Join(", ", gone)}");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_person_gets_what_the_table_says(string name)
    {
        var row = WhoMay.All.First(r => r.ToString() == name);
        var wrong = await HoldAsync(row);
        Assert.True(wrong.Count == 0, $"{row}:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public async Task An_endpoint_that_is_too_open_is_told()
    {
        var wrong = await HoldAsync(Assert.Single(WhoMay.Read($"GET {AuthorisationTown.Planted} | officer | 404")));
        foreach (var role in new[] { "manager", "staff", "auditor", "administrator" }) Assert.Contains($"GET: {role} may not, but got 200", wrong);
        Assert.Contains("GET: shows 浜町 to another municipality", wrong);
        Assert.Contains("GET: an officer of another municipality got 200 instead of 404", wrong);
        Assert.DoesNotContain(wrong, w => w.Contains("officer may", StringComparison.Ordinal) || w.Contains("isn't signed in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_systems_key_opens_what_the_table_says_and_nothing_else()
    {
        using var system = town.Server.Client(followRedirects: false);
        system.DefaultRequestHeaders.Authorization = new("Bearer", town.SystemKey);
        var wrong = new List<string>();
        foreach (var row in WhoMay.All.Where(r => !r.Anonymous && !r.Who.Split(' ').Contains("agents")))
            foreach (var method in row.Method == "PAGE" ? ["GET", "POST"] : new[] { row.Method })
            {
                using var answer = await SendAsync(system, row, method, method == "GET" ? town.Real : AuthorisationTown.Missing);
                var got = (int)answer.StatusCode;
                if (row.Who.Split(' ').Contains("systems") ? got is 401 or 403 or >= 500 : got != (row.IsApi ? 403 : 401)) wrong.Add($"{method} {row.Route}: a system got {got}");
                // Not even of its own section.
                if (got < 300 && (await answer.Content.ReadAsStringAsync(Cancel)).Contains("浜町への回答", StringComparison.Ordinal)) wrong.Add($"{method} {row.Route}: shows a system what others sent");
            }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(WhoMay.All.Count(r => r.Who.Split(' ').Contains("systems")) > 5);
    }

    /// <summary>What the server does otherwise than this row says.</summary>
    private async Task<List<string>> HoldAsync(WhoMay row)
    {
        var wrong = new List<string>();
        foreach (var method in row.Method == "PAGE" ? ["GET", "POST"] : new[] { row.Method })
        {
            await NobodyAsync(row, method, wrong);
            foreach (var role in Roles.All) await PersonAsync(row, method, role, wrong);
            if (row.Section is { } status) await OtherSectionAsync(row, method, status, wrong);
            await StrangerAsync(row, method, wrong);
        }
        return wrong;
    }

    private async Task NobodyAsync(WhoMay row, string method, List<string> wrong)
    {
        using var answer = await SendAsync(town.Client("nobody", row.IsApi), row, method, method == "GET" ? town.Real : AuthorisationTown.Missing);
        var got = (int)answer.StatusCode;
        if (row.Anonymous)
        {
            if (got is 401 or 403 or >= 500) wrong.Add($"{method}: anybody may, but without sign-in it gave {got}");
        }
        else if (row.IsApi ? got != 401 : got != 302 || !LeadsToSignIn(answer))
        {
            wrong.Add($"{method}: gave {got} to somebody who isn't signed in");
        }
    }

    private async Task PersonAsync(WhoMay row, string method, Role role, List<string> wrong)
    {
        // What ends one's own session is done by somebody who isn't needed any more.
        using var spare = row.Oneself && method != "GET" ? await town.SpareAsync(role) : null;
        // A change is tried on something that isn't there, so that no row disturbs the next; reading asks for what is.
        Func<string, string, string> value = method == "GET" ? (route, name) => town.RealOf(role.Key(), route, name) : AuthorisationTown.Missing;
        using var answer = await SendAsync(spare ?? town.Client(role.Key(), row.IsApi), row, method, value);
        var got = (int)answer.StatusCode;
        var may = row.Allows(role, method);
        var gets = method == "GET" ? got is >= 200 and < 400 && !LeadsToSignIn(answer) : got is not (401 or 403 or >= 500);
        if (row.Anonymous && got is not (401 or 403 or >= 500)) return;
        if (may && !gets) wrong.Add($"{method}: {role.Key()} may, but got {got}");
        if (!may && got != 403) wrong.Add($"{method}: {role.Key()} may not, but got {got}");
    }

    private async Task OtherSectionAsync(WhoMay row, string method, int status, List<string> wrong)
    {
        foreach (var role in new[] { Role.Manager, Role.Staff }.Where(r => row.Allows(r, method)))
        {
            using var answer = await SendAsync(town.Client("other " + role.Key(), row.IsApi), row, method, town.Real);
            var expected = !row.IsApi && method == "POST" ? 400 : status; // a form without its token is refused before it is read
            if ((int)answer.StatusCode != expected) wrong.Add($"{method}: {role.Key()} of another section got {(int)answer.StatusCode} instead of {expected}");
        }
    }

    private async Task StrangerAsync(WhoMay row, string method, List<string> wrong)
    {
        if (row.Oneself && method != "GET") return; // names nothing of anybody else's, and would end the stranger's own session
        using var answer = await SendAsync(town.Client("stranger", row.IsApi), row, method, town.Real);
        var got = (int)answer.StatusCode;
        if (row.Elsewhere == "same") return;
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        wrong.AddRange(OnlyOfHama.Where(w => text.Contains(w, StringComparison.Ordinal)).Select(w => $"{method}: shows {w} to another municipality"));
        if (row.Elsewhere == "own" ? got is 401 or 403 or >= 500 : !row.IsApi && method == "POST" ? got != 400 : got != int.Parse(row.Elsewhere))
            wrong.Add($"{method}: an officer of another municipality got {got} instead of {row.Elsewhere}");
    }

    private static bool LeadsToSignIn(HttpResponseMessage answer) => answer.Headers.Location is { } to && to.OriginalString.Contains("/sign-in", StringComparison.Ordinal);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, WhoMay row, string method, Func<string, string, string> value)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), row.Address(value));
        if (method is "POST" or "PUT")
            request.Content = !row.IsApi ? new FormUrlEncodedContent([]) : row.Body.Contains('/', StringComparison.Ordinal) && row.Body[0] != '{' ? new StringContent("", Encoding.UTF8, row.Body) : new StringContent(row.Body.Length > 0 ? Fill(row.Body, value) : "{}", Encoding.UTF8, "application/json");
        return await client.SendAsync(request, Cancel);
    }

    /// <summary>A body may name things, too: <c>{"unit":"$/units id"}</c>.</summary>
    private static string Fill(string body, Func<string, string, string> value) =>
        System.Text.RegularExpressions.Regex.Replace(body, @"\$(/[\w/{}]+) (\w+)", m => value($"{m.Groups[1].Value}/{{{m.Groups[2].Value}}}", m.Groups[2].Value));
}
