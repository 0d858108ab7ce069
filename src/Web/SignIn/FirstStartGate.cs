using Sekisho.Records.Accounts;
using Sekisho.Web.Api;

namespace Sekisho.Web.SignIn;

/// <summary>Until the first officer exists, every address leads to the first page.</summary>
public sealed class FirstStartGate(FirstStart firstStart)
{
    public const string Address = "/first-start";

    private volatile bool done;

    /// <summary>Whether somebody can sign in. Once true it stays so, and isn't asked for again.</summary>
    public async ValueTask<bool> IsDoneAsync(CancellationToken cancel)
    {
        if (done) return true;
        return done = await firstStart.IsDoneAsync(cancel);
    }

    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (await IsDoneAsync(context.RequestAborted) || path.StartsWithSegments(Address) || path.StartsWithSegments("/language") || path.StartsWithSegments("/health") || path.StartsWithSegments("/error") || path.StartsWithSegments("/public"))
        {
            await next(context);
            return;
        }
        if (SessionCookie.IsApi(context.Request)) await ApiProblems.FirstStartNeeded.WriteAsync(context);
        else context.Response.Redirect(Address);
    }
}
