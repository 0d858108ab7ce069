using Sekisho.Assurance;

namespace Sekisho.Web.Hosting;

/// <summary>Who looks at the page and how: language, clock, address. One for each request.</summary>
public sealed class Viewer
{
    /// <summary>Name of the cookie that keeps the language; readable only by us, holds "ja" or "en".</summary>
    public const string LanguageCookie = "sekisho.language";

    private readonly HttpContext? context;

    public Viewer(IHttpContextAccessor accessor, TimeProvider time)
    {
        context = accessor.HttpContext;
        Now = time.GetUtcNow();
        Language = context?.Request.Cookies[LanguageCookie] == "en" ? Language.English : Language.Japanese;
    }

    /// <summary>The moment of the request; all of a page speaks of the same one.</summary>
    public DateTimeOffset Now { get; }

    public Language Language { get; }

    public bool English => Language == Language.English;

    /// <summary>The side of a text that this person reads.</summary>
    public string T(string ja, string en) => English ? en : ja;

    /// <inheritdoc cref="T(string,string)"/>
    public string T(Bilingual text) => text.In(Language);

    /// <summary>True when htmx asks for a part of the page; the part is the same markup that stands in the whole page.</summary>
    public bool Partial => context?.Request.Headers["HX-Request-Type"].ToString() == "partial";

    /// <summary>Path and query of this request: where a switch of language comes back to.</summary>
    public string Address => context is null ? "/" : context.Request.PathBase + context.Request.Path + context.Request.QueryString;

    /// <summary>Path of this request, for marking the current place in menus.</summary>
    public string Path => context?.Request.Path.Value ?? "/";

    /// <summary>Name for the head of the page; null before sign-in.</summary>
    public string? PersonName => context?.User.Identity is { IsAuthenticated: true } identity ? identity.Name ?? "" : null;

    public bool SignedIn => context?.User.Identity?.IsAuthenticated == true;

    public bool HasRole(string role) => context?.User.IsInRole(role) == true;
}
