using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Registers;
using Sekisho.Storage;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;
using static Sekisho.Benchmarks.Registers.Figures;

namespace Sekisho.Benchmarks.Registers;

/// <summary>The pages themselves over HTTP, as somebody of one section and as an officer: from the request to the last byte.</summary>
internal static class PageTimes
{
    private const int Rounds = 40;

    public static async Task RunAsync(Database database, string folder, List<Town> towns)
    {
        var app = await WebHost.BuildAsync(new WebHostOptions(new StorageOptions(folder, null), ["http://127.0.0.1:0"], TimeProvider.System)
        {
            Database = database,
            // The hourly round would run beside what is measured.
            Services = static services => services.Remove(services.First(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType == typeof(EvidenceRound))),
        });
        await using (app)
        {
            await app.StartAsync();
            // Over and over the same town would measure its memory alone.
            var some = towns.Take(8).ToList();
            var managers = new List<(Town Town, HttpClient Client)>();
            var officers = new List<(Town Town, HttpClient Client)>();
            foreach (var (town, i) in some.Select((t, i) => (t, i)))
            {
                managers.Add((town, await ClientAsync(app, town.Id, $"manager-{i}@bench", Role.Manager, town.Sections[0].Value)));
                officers.Add((town, await ClientAsync(app, town.Id, $"officer-{i}@bench", Role.Officer, null)));
            }
            foreach (var register in RegisterCatalogue.Load().Registers) await MeasureAsync("manager", managers, _ => $"/registers/{register.Key}");
            foreach (var query in new[] { "?q=税務%20台帳", "?sort=title&page=4", "?f.confidentiality=3A", "?f.effective=3A&sort=effective&desc=1", "?due=unconfirmed", "?sort=officer" })
                await MeasureAsync("manager", managers, _ => "/registers/assets" + query);
            foreach (var path in new[] { "/registers", "/registers/assets/confirm", "/information-assets", "/information-assets/changes", "/terminals", "/takeouts", "/campaigns", "/rooms", "/third-parties" })
                await MeasureAsync("manager", managers, _ => path);
            await MeasureAsync("manager", managers, t => $"/registers/assets/confirm?unit={t.Sections[0]}");
            await MeasureAsync("manager", managers, t => $"/campaigns/{t.Campaign}");
            foreach (var path in new[] { "/policy", "/registers", "/registers/assets", "/registers/assets?q=税務%20台帳", "/registers/assets?sort=title&page=60", "/registers/terminals", "/information-assets", "/organisation", "/risks", "/ledger", "/obligations" })
                await MeasureAsync("officer", officers, _ => path);
            await MeasureAsync("officer", officers, t => $"/campaigns/{t.Campaign}");
            await app.StopAsync();
        }
    }

    private static Task MeasureAsync(string who, List<(Town Town, HttpClient Client)> people, Func<Town, string> path) =>
        MeasureAsync(
            $"{who}: {path(people[0].Town).Replace(people[0].Town.Sections[0].ToString(), "…", StringComparison.Ordinal).Replace(people[0].Town.Campaign.ToString(), "…", StringComparison.Ordinal)}",
            i => (people[i % people.Count].Client, path(people[i % people.Count].Town)));

    /// <summary>Asks for a page again and again: times, and its bytes over the wire where they are many.</summary>
    internal static async Task MeasureAsync(string what, Func<int, (HttpClient Client, string Path)> next, int rounds = Rounds)
    {
        var bytes = 0L;
        try
        {
            await ManyAsync(what, rounds, async i =>
            {
                var (client, path) = next(i);
                using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
                if (answer.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"{path}: {answer.StatusCode}");
                bytes = Math.Max(bytes, (await answer.Content.ReadAsByteArrayAsync()).LongLength);
            });
            if (bytes > 100_000) Print("  over the wire", $"{bytes / 1000} kB");
        }
        catch (InvalidOperationException e)
        {
            Print(what, $"NOT SHOWN: {e.Message}");
        }
    }

    /// <summary>A browser of somebody who has signed in already: the session is a real one, the way through the sign-in isn't measured.</summary>
    internal static async Task<HttpClient> ClientAsync(WebApplication app, MunicipalityId town, string login, Role role, Guid? unit)
    {
        var by = new Account { Id = new AccountId(Guid.NewGuid()), Municipality = town, Login = "bench", LoginNormalized = "bench", DisplayName = "bench", Roles = [Role.Administrator], CreatedAt = default };
        var account = (await app.Services.GetRequiredService<AccountBook>().InviteAsync(by, new AccountForm(login, login, [role], unit), default))
            .Match(done => done.Account, refused => throw new InvalidOperationException(refused.ToString()));
        using var scope = app.Services.CreateScope();
        var manager = scope.ServiceProvider.GetRequiredService<AccountManager>();
        account.PasswordHash = manager.PasswordHasher.HashPassword(account, "horse battery staple river");
        account.AuthenticatorAt = account.CreatedAt;
        await manager.SetAuthenticatorKeyAsync(account, manager.GenerateNewAuthenticatorKey());
        if (!await app.Services.GetRequiredService<AccountData>().UpdateAsync(account, default)) throw new InvalidOperationException("The account was not kept.");
        var session = await app.Services.GetRequiredService<Sessions>().StartAsync(account, "bench", "", "", default);
        var principal = CurrentPerson.Principal(account, IdentityConstants.ApplicationScheme, [new(CurrentPerson.SessionClaim, session.ToString())]);
        var options = app.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme);
        var now = TimeProvider.System.GetUtcNow();
        var ticket = options.TicketDataFormat.Protect(new AuthenticationTicket(principal, new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now.AddHours(12) }, IdentityConstants.ApplicationScheme));
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        handler.CookieContainer.Add(address, new Cookie("sekisho", ticket));
        var client = new HttpClient(handler) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        return client;
    }
}
