namespace Sekisho.Web.Hosting;

/// <summary>The switch between Japanese and English: a plain link that sets a cookie and comes back.</summary>
public static class LanguageSwitch
{
    /// <summary>GET /language/{ja|en}?back=/policy. Only addresses of this server are gone back to.</summary>
    public static IEndpointConventionBuilder MapLanguageSwitch(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/language/{language}", static (string language, string? back, HttpContext context) =>
        {
            if (language is not ("ja" or "en")) return Results.NotFound();
            context.Response.Cookies.Append(Viewer.LanguageCookie, language, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
                IsEssential = true,
                MaxAge = TimeSpan.FromDays(400),
            });
            return Results.LocalRedirect(IsLocal(back) ? back! : "/");
        }).AllowAnonymous();

    /// <summary>True for a path of this server; "//host" and "/\host" lead elsewhere in browsers.</summary>
    public static bool IsLocal(string? untrustedAddress) =>
        untrustedAddress is ['/', ..] && !(untrustedAddress is ['/', '/' or '\\', ..]) && !untrustedAddress.AsSpan().ContainsAny('\r', '\n', '\t');
}
