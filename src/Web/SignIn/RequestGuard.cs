using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Sekisho.Records.Accounts;
using Sekisho.Web.Api;

namespace Sekisho.Web.SignIn;

/// <summary>What no endpoint has to remember: auditors never write, a token never does more than its scope, a system never more than what is marked for systems, and a cookie alone can't change anything through the API.</summary>
public static class RequestGuard
{
    public static IApplicationBuilder UseRequestGuard(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
        var person = CurrentPerson.From(context.User);
        var metadata = context.GetEndpoint()?.Metadata;
        if (person is not null && metadata is not null)
        {
            // Public endpoints (sign-in) change nothing of the municipality's: they look at what is sent, not at who is signed in.
            var open = metadata.GetMetadata<IAllowAnonymous>() is not null;
            var mayWrite = open
                || (person.Has(Role.Auditor) ? metadata.GetMetadata<OwnAccountAttribute>() is not null && person.Token is null
                : person.Token switch
                {
                    null or TokenScope.Write => true,
                    TokenScope.Evidence => metadata.GetMetadata<EvidenceTokenAttribute>() is not null,
                    _ => false,
                });
            if (person.System is not null && !open && metadata.GetMetadata<SystemKeyAttribute>() is null)
            {
                await ApiProblems.SystemsMayNot.WriteAsync(context);
                return;
            }
            if (!reads && !mayWrite || person.Token == TokenScope.Evidence && metadata.GetMetadata<EvidenceTokenAttribute>() is null)
            {
                await ForbidAsync(context, person);
                return;
            }
            if (!reads && !open && person is { Token: null, System: null } && SessionCookie.IsApi(context.Request)
                && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
            {
                await ApiProblems.FormTokenMissing.WriteAsync(context);
                return;
            }
        }
        await next(context);
    });

    private static Task ForbidAsync(HttpContext context, CurrentPerson person)
    {
        if (SessionCookie.IsApi(context.Request)) return (person.Has(Role.Auditor) ? ApiProblems.AuditorsRead : ApiProblems.TokenScope).WriteAsync(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden; // the console's page for it follows
        return Task.CompletedTask;
    }
}
