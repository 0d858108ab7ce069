namespace Sekisho.Web.Hosting;

/// <summary>Headers of every answer: nothing from outside, nothing inline, no framing, nothing kept by shared machines.</summary>
public static class SecurityHeaders
{
    /// <summary>Content-Security-Policy of every page. No 'unsafe-inline' for scripts or styles: pages carry neither.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (string.IsNullOrEmpty(headers.ContentSecurityPolicy)) headers.ContentSecurityPolicy = ContentSecurityPolicy;
            // A town hall's machines are shared: what a signed-in person saw is not kept. Assets and public pages set their own.
            if (string.IsNullOrEmpty(headers.CacheControl)) headers.CacheControl = "no-store";
            // The same address answers a whole page or a part of it, in one of two languages.
            headers.Append("Vary", "HX-Request-Type, Cookie");
            return Task.CompletedTask;
        }, context);
        return next(context);
    });
}
