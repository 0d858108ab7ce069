using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Sekisho.Assurance;
using Sekisho.Records.ThirdParties;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.ThirdParties;

/// <summary>Under which address contractors reach the confirmation from outside; null: nobody published it.</summary>
public sealed record ConfirmAddress(Uri? Address);

/// <summary>The public way into a confirmation (委託先の回答口): who is inside, how often somebody may try, and from where.</summary>
public sealed class ConfirmDoor(IDataProtectionProvider protection, TimeProvider time, SignInOptions options)
{
    /// <summary>Name of the rate limiter policy of these pages.</summary>
    public const string Tries = "confirm";

    /// <summary>Of one request: ten files of 10 MB, and the text.</summary>
    public const long MostBytes = 105L << 20;

    private const int TriesPerMinute = 60;

    /// <summary>As long as somebody may fill in without a pause of saving.</summary>
    private static readonly TimeSpan Inside = TimeSpan.FromHours(2);

    private readonly IDataProtector protector = protection.CreateProtector("Sekisho.Confirm.v1");

    private string Cookie => options.Https ? "__Secure-sekisho.confirm" : "sekisho.confirm";

    /// <summary>The code was right: a cookie of its own, for these pages only.</summary>
    public void Remember(HttpContext context, ConfirmationTicket ticket)
    {
        var kept = new Kept(ticket.Municipality.Value, ticket.Id, ticket.Stamp, (time.GetUtcNow() + Inside).ToUnixTimeSeconds());
        context.Response.Cookies.Append(Cookie, protector.Protect(JsonSerializer.Serialize(kept)), new CookieOptions
        {
            HttpOnly = true, Path = "/confirm", SameSite = SameSiteMode.Strict, Secure = options.Https || context.Request.IsHttps, IsEssential = true,
        });
    }

    /// <summary>Null when nobody entered a code here, or too long ago.</summary>
    public ConfirmationTicket? Recall(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { Length: < 2000 } untrusted) return null;
        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(protector.Unprotect(untrusted));
            return kept is null || kept.Until < time.GetUtcNow().ToUnixTimeSeconds() ? null : new(new MunicipalityId(kept.Municipality), kept.Id, kept.Stamp);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or JsonException)
        {
            return null;
        }
    }

    internal static void Add(IServiceCollection services, Uri? address)
    {
        services.AddSingleton(new ConfirmAddress(address));
        services.AddSingleton<ConfirmDoor>();
        services.AddOptions<RateLimiterOptions>().Configure(static limiter => limiter.AddPolicy(Tries, static context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter("c:" + (context.Connection.RemoteIpAddress?.ToString() ?? ""), static _ => new FixedWindowRateLimiterOptions { PermitLimit = TriesPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter("read")));
    }

    /// <summary>
    /// Unpublished, the confirmation answers to the inner network only. Published under a name of its own, that name shows the confirmation and nothing else of
    /// the console: what stands at the edge of the network needs no list of paths to be safe.
    /// </summary>
    internal static IApplicationBuilder UseConfirmGate(IApplicationBuilder app)
    {
        var published = app.ApplicationServices.GetRequiredService<ConfirmAddress>().Address;
        return app.Use((context, next) =>
        {
            var path = context.Request.Path;
            var isConfirm = path.StartsWithSegments("/confirm");
            var isOutside = published is not null && string.Equals(context.Request.Host.Host, published.IdnHost, StringComparison.OrdinalIgnoreCase);
            var isClosed = isOutside ? !(isConfirm || path.StartsWithSegments("/assets") || path.StartsWithSegments("/language") || path.StartsWithSegments("/error"))
                : isConfirm && published is null && !IsInner(context.Connection.RemoteIpAddress);
            if (!isClosed) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask; // the console's page for it follows
        });
    }

    /// <summary>Addresses of this machine and of private networks (RFC 1918, RFC 4193, link-local).</summary>
    internal static bool IsInner(IPAddress? address)
    {
        if (address is null) return true; // no network at all: a test host or a socket file
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal) return true;
        return address.GetAddressBytes() is { Length: 4 } b && (b[0] == 10 || b[0] == 172 && b[1] is >= 16 and < 32 || b[0] == 192 && b[1] == 168 || b[0] == 169 && b[1] == 254);
    }

    private sealed record Kept(Guid Municipality, Guid Id, string Stamp, long Until);
}
