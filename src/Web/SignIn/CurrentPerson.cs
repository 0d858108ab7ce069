using System.Security.Claims;
using Sekisho.Assurance;
using Sekisho.Crossing.Systems;
using Sekisho.Records;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>Who makes this request, as read from the checked cookie or token (サインインしている人).</summary>
/// <param name="Token">Scope of the access token; null in a browser session.</param>
/// <param name="Session">The browser session; null with a token.</param>
public sealed record CurrentPerson(AccountId Account, MunicipalityId Municipality, string Name, IReadOnlyList<Role> Roles, Guid? Unit, TokenScope? Token, Guid? Session)
{
    internal const string AccountClaim = ClaimTypes.NameIdentifier;
    internal const string MunicipalityClaim = "sekisho:municipality";
    internal const string UnitClaim = "sekisho:unit";
    internal const string SessionClaim = "sekisho:session";
    internal const string StampClaim = "sekisho:stamp";
    internal const string TokenClaim = "sekisho:token";
    internal const string SystemClaim = "sekisho:system";

    /// <summary>The system whose key was shown (業務システム, 複合機); null for people. It has no role, and its unit is the section that answers for it.</summary>
    public SystemId? System { get; init; }

    /// <summary>As whom records and the ledger name it.</summary>
    public Actor AsActor => new(System?.Account ?? Account.ToString(), Name);

    public bool Has(Role role) => Roles.Contains(role);

    /// <summary>Which units' matters this person sees.</summary>
    public UnitScope Scope => UnitScope.Of(Roles, Unit);

    /// <summary>Null when nobody is signed in.</summary>
    public static CurrentPerson? From(ClaimsPrincipal principal)
    {
        if (principal.Identity?.IsAuthenticated != true
            || !Guid.TryParse(principal.FindFirstValue(AccountClaim), out var account)
            || !Guid.TryParse(principal.FindFirstValue(MunicipalityClaim), out var municipality)) return null;
        return new CurrentPerson(
            new AccountId(account), new MunicipalityId(municipality), principal.Identity.Name ?? "",
            [.. principal.FindAll(ClaimTypes.Role).Select(static c => Records.Accounts.Roles.TryParse(c.Value, out var role) ? role : (Role?)null).OfType<Role>()],
            Guid.TryParse(principal.FindFirstValue(UnitClaim), out var unit) ? unit : null,
            TokenScopes.TryParse(principal.FindFirstValue(TokenClaim), out var scope) ? scope : null,
            Guid.TryParse(principal.FindFirstValue(SessionClaim), out var session) ? session : null)
        {
            System = Guid.TryParse(principal.FindFirstValue(SystemClaim), out var system) ? new SystemId(system) : null,
        };
    }

    /// <summary>Of an endpoint that demands sign-in.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in: the endpoint lacks its authorisation.</exception>
    public static CurrentPerson Of(HttpContext context) => From(context.User) ?? throw new InvalidOperationException("This endpoint must require sign-in.");

    /// <summary>A system that showed its key. It has no role: it may use what is marked for systems, and nothing else.</summary>
    internal static ClaimsPrincipal Principal(MunicipalityId municipality, CrossingSystem system, string scheme) => new(new ClaimsIdentity(
    [
        new(AccountClaim, system.Id.ToString()), new(ClaimTypes.Name, system.Name), new(MunicipalityClaim, municipality.ToString()), new(UnitClaim, system.Owner.ToString()), new(SystemClaim, system.Id.ToString()),
    ], scheme, ClaimTypes.Name, ClaimTypes.Role));

    internal static ClaimsPrincipal Principal(Account account, string scheme, IEnumerable<Claim> more)
    {
        var claims = new List<Claim>(more)
        {
            new(AccountClaim, account.Id.ToString()),
            new(ClaimTypes.Name, account.DisplayName),
            new(MunicipalityClaim, account.Municipality.ToString()),
            new(StampClaim, account.SecurityStamp),
        };
        claims.AddRange(account.Roles.Select(static role => new Claim(ClaimTypes.Role, role.Key())));
        if (account.Unit is { } unit) claims.Add(new(UnitClaim, unit.ToString()));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme, ClaimTypes.Name, ClaimTypes.Role));
    }
}
