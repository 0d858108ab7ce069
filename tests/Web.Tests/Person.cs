using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Tests;

/// <summary>Somebody with an account, a password and an authenticator app.</summary>
public sealed record Person(AccountId Id, MunicipalityId Municipality, string Login, string Password, byte[] Key)
{
    public const string GoodPassword = "horse battery staple river";

    /// <summary>The first officer, as the first page makes one.</summary>
    public static async Task<Person> FirstAsync(ConsoleServer server)
    {
        using var scope = server.Services.CreateScope();
        var manager = scope.ServiceProvider.GetRequiredService<AccountManager>();
        var outcome = await server.Services.GetRequiredService<FirstStart>().CompleteAsync(
            new MunicipalityForm("浜町", "hama", new Dictionary<string, string>()), new AccountForm("officer@hama", "担当 花子", [Role.Officer], null),
            account => manager.PasswordHasher.HashPassword(account, GoodPassword), default);
        var officer = outcome.Match(done => done.Officer, refused => throw new InvalidOperationException(refused.ToString()));
        return await EnrolAsync(scope.ServiceProvider, officer);
    }

    /// <summary>Another one, of any municipality.</summary>
    public static async Task<Person> AddAsync(ConsoleServer server, MunicipalityId municipality, string login, Role role, Guid? unit = null)
    {
        using var scope = server.Services.CreateScope();
        var manager = scope.ServiceProvider.GetRequiredService<AccountManager>();
        var by = new Account { Id = new AccountId(Guid.NewGuid()), Municipality = municipality, Login = "set-up", LoginNormalized = "set-up", DisplayName = "set-up", Roles = [Role.Administrator], CreatedAt = default };
        var outcome = await server.Services.GetRequiredService<AccountBook>().InviteAsync(by, new AccountForm(login, login, [role], unit), default);
        var account = outcome.Match(done => done.Account, refused => throw new InvalidOperationException(refused.ToString()));
        account.PasswordHash = manager.PasswordHasher.HashPassword(account, GoodPassword);
        return await EnrolAsync(scope.ServiceProvider, account);
    }

    /// <summary>The six digits that the app shows at a moment.</summary>
    public string Code(DateTimeOffset at) => Totp.Code(Key, Totp.StepAt(at));

    /// <summary>The value of a session cookie, over a session that is really kept.</summary>
    public async Task<string> SessionAsync(ConsoleServer server)
    {
        var account = (await server.Services.GetRequiredService<AccountData>().FindAsync(Id, default))!;
        var session = await server.Services.GetRequiredService<Sessions>().StartAsync(account, "test", "", "", default);
        var principal = CurrentPerson.Principal(account, IdentityConstants.ApplicationScheme, [new(CurrentPerson.SessionClaim, session.ToString())]);
        var options = server.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme);
        var now = server.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        return options.TicketDataFormat.Protect(new AuthenticationTicket(principal, new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now.AddHours(12) }, IdentityConstants.ApplicationScheme));
    }

    /// <summary>An API token of this person.</summary>
    public async Task<string> TokenAsync(ConsoleServer server, TokenScope scope)
    {
        var account = (await server.Services.GetRequiredService<AccountData>().FindAsync(Id, default))!;
        return (await server.Services.GetRequiredService<AccessTokens>().IssueAsync(account, "test", scope, TimeSpan.FromDays(1), default)).Secret;
    }

    private static async Task<Person> EnrolAsync(IServiceProvider services, Account account)
    {
        var manager = services.GetRequiredService<AccountManager>();
        var secret = manager.GenerateNewAuthenticatorKey();
        account.AuthenticatorAt = account.CreatedAt;
        await manager.SetAuthenticatorKeyAsync(account, secret);
        if (!await services.GetRequiredService<AccountData>().UpdateAsync(account, default)) throw new InvalidOperationException("not kept");
        return new Person(account.Id, account.Municipality, account.Login, GoodPassword, Totp.FromBase32(secret)!);
    }
}
