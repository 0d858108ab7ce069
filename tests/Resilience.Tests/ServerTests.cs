using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Resilience.Tests;

/// <summary>kill -9 of the server while people write through the API.</summary>
public sealed class ServerTests
{
    private const int Writers = 8, Each = 3;

    private static CancellationToken Cancel => Site.Cancel;

    /// <summary>What was answered is kept and goes on; what wasn't is there as a whole or not at all; the ledger is whole.</summary>
    [Fact]
    public async Task The_server_is_killed_while_the_API_writes()
    {
        await using var site = await Site.OpenAsync();
        var (town, token) = await PrepareAsync(site);
        var handedIn = new List<Guid>();
        await using (var server = await Command.StartAsync(["up", "--data", site.Folder, "--port", "0"]))
        {
            using var client = Client(server, token);
            var writing = Enumerable.Range(0, Writers).Select(w => WriteAsync(client, w, handedIn)).ToList();
            while (Count() < Writers) await Task.Delay(5, Cancel);
            await server.KillAsync();
            await Task.WhenAll(writing);
            Assert.InRange(Count(), Writers, (Writers * Each) - 1);
        }
        await using var again = await Command.StartAsync(["up", "--data", site.Folder, "--port", "0"]);
        await site.PassAsync();
        using var after = Client(again, token);
        foreach (var id in handedIn)
        {
            JsonElement seen = default;
            for (var i = 0; i < 600; i++)
            {
                seen = await after.GetFromJsonAsync<JsonElement>($"/api/v1/crossings/{id}?wait=5", Cancel);
                if (seen.GetProperty("request").GetProperty("state").GetString() != "working") break;
            }
            Assert.Equal("delivered", seen.GetProperty("request").GetProperty("state").GetString());
            var file = seen.GetProperty("files")[0];
            Assert.Equal($"{file.GetProperty("path").GetString()} の中身\n", await after.GetStringAsync($"/api/v1/crossings/files/{file.GetProperty("id").GetGuid()}/content", Cancel));
        }
        await site.CheckLedgerAsync(town);

        int Count()
        {
            lock (handedIn) return handedIn.Count;
        }
    }

    /// <summary>A first officer, and a token of theirs.</summary>
    private static async Task<(MunicipalityId Town, string Token)> PrepareAsync(Site site)
    {
        await using var app = await WebHost.BuildAsync(new WebHostOptions(new Storage.StorageOptions(site.Folder, null), ["http://127.0.0.1:0"], TimeProvider.System) { Sanitise = null, ProgramFolder = AppContext.BaseDirectory }, Cancel);
        await using var scope = app.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<AccountManager>();
        var officer = (await scope.ServiceProvider.GetRequiredService<FirstStart>().CompleteAsync(new MunicipalityForm("浜町", "hama", new Dictionary<string, string>()), new AccountForm("officer@hama", "担当 花子", [Role.Officer], null),
            account => manager.PasswordHasher.HashPassword(account, "horse battery staple river"), Cancel)).Match(done => done.Officer, refused => throw new InvalidOperationException(refused.ToString()));
        officer.AuthenticatorAt = officer.CreatedAt;
        await manager.SetAuthenticatorKeyAsync(officer, manager.GenerateNewAuthenticatorKey());
        Assert.True(await scope.ServiceProvider.GetRequiredService<AccountData>().UpdateAsync(officer, Cancel));
        return (officer.Municipality, (await scope.ServiceProvider.GetRequiredService<AccessTokens>().IssueAsync(officer, "test", TokenScope.Write, TimeSpan.FromDays(1), Cancel)).Secret);
    }

    /// <summary>Opens, sends, hands in, one after another, until the server is gone.</summary>
    private static async Task WriteAsync(HttpClient client, int writer, List<Guid> handedIn)
    {
        try
        {
            for (var i = 0; i < Each; i++)
            {
                using var opened = await client.PostAsJsonAsync("/api/v1/crossings", new { route = "internet-to-lgwan" }, Cancel);
                opened.EnsureSuccessStatusCode();
                var id = (await opened.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
                var name = $"{writer}-{i}.txt";
                var content = Encoding.UTF8.GetBytes($"{name} の中身\n");
                using var create = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/crossings/{id}/uploads");
                create.Headers.Add("Tus-Resumable", "1.0.0");
                create.Headers.Add("Upload-Length", $"{content.Length}");
                create.Headers.Add("Upload-Metadata", "filename " + Convert.ToBase64String(Encoding.UTF8.GetBytes(name)));
                using var created = await client.SendAsync(create, Cancel);
                created.EnsureSuccessStatusCode();
                using var patch = new HttpRequestMessage(HttpMethod.Patch, created.Headers.Location) { Content = new ByteArrayContent(content) };
                patch.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
                patch.Headers.Add("Tus-Resumable", "1.0.0");
                patch.Headers.Add("Upload-Offset", "0");
                using var sent = await client.SendAsync(patch, Cancel);
                sent.EnsureSuccessStatusCode();
                using var submitted = await client.PostAsJsonAsync($"/api/v1/crossings/{id}/submit", new { }, Cancel);
                submitted.EnsureSuccessStatusCode();
                lock (handedIn) handedIn.Add(id);
            }
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            // The server is gone.
        }
    }

    private static HttpClient Client(Command server, string token)
    {
        var address = System.Text.RegularExpressions.Regex.Match(server.Said, @"ready: (http://\S+)").Groups[1].Value;
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
