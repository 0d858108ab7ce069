using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Storage;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>The REST API: everything that the console does, under /api/v1 (docs/adr/0038).</summary>
public static class ApiEndpoints
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static json => ApiJson.Configure(json.SerializerOptions));
        // Unreadable requests come to the middleware below, which says what is wrong as a problem document.
        services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", ApiDocument.Configure);
        return services;
    }

    /// <summary>Before routing: whatever goes wrong under /api is told as a problem document, never as a page.</summary>
    public static IApplicationBuilder UseApiProblems(this IApplicationBuilder app) => app.UseWhen(static context => SessionCookie.IsApi(context.Request), static branch => branch.Use(static async (context, next) =>
    {
        if (RequestMistake.WithNul(context.Request) is { } parameter)
        {
            await ApiProblems.Unreadable(parameter).WriteAsync(context);
            return;
        }
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && RequestMistake.Of(e) is { } mistake)
        {
            await (mistake.Status == StatusCodes.Status413PayloadTooLarge ? ApiProblems.TooLarge : ApiProblems.Unreadable(mistake.Parameter) with { Status = mistake.Status }).WriteAsync(context);
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted && e is not OperationCanceledException)
        {
            context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiEndpoints)).LogError(e, "{Method} {Path}", context.Request.Method, context.Request.Path);
            var problem = StorageException.Explain(e) is { } down ? ApiProblems.Unavailable.With(down.What + down.Next) : ApiProblems.Broken;
            await problem.WriteAsync(context);
            return;
        }
        if (context.Response.HasStarted || context.Response.ContentType is not null || context.Response.ContentLength is > 0) return;
        var bare = context.Response.StatusCode switch
        {
            400 or 405 or 415 => ApiProblems.Malformed with { Status = context.Response.StatusCode },
            404 => ApiProblems.NotFound,
            413 => ApiProblems.TooLarge,
            _ => null,
        };
        if (bare is not null) await bare.WriteAsync(context);
    }));

    public static void MapApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi("/api/{documentName}/openapi.json").AllowAnonymous();
        var api = endpoints.MapGroup("/api/v1").RequireRateLimiting(SignInLimits.Api).AddEndpointFilterFactory(BodyCheck.Filter);
        api.MapProblems();
        api.MapPolicies();
        api.MapTies();
        api.MapProvisions();
        api.MapObligations();
        api.MapEvidence();
        api.MapWaivers();
        api.MapAssets();
        api.MapRisks();
        api.MapPublications();
        api.MapDocuments();
        api.MapAcknowledgements();
        api.MapLedger();
        api.MapOrganisation();
        api.MapOrganisationChanges();
        api.MapDeputies();
        api.MapRegisters();
        api.MapThirdParties();
        api.MapTerminals();
        api.MapTakeouts();
        api.MapIncidents();
        api.MapRooms();
        api.MapCrossings();
        api.MapCrossingTraces();
        api.MapCrossingBundle();
        api.MapCrossingSystems();
        api.MapCrossingFolders();
        api.MapCrossingLinks();
        api.MapCrossingSenders();
        api.MapCrossingZip();
        api.MapCrossingZones();
        api.MapZones();
        api.MapAccounts();
        api.MapOwnAccount();
    }

    private static void MapProblems(this IEndpointRouteBuilder api) =>
        api.MapGet("/problems/{code}", static (string code) => ErrorGuide.Find(code) is { } entry
                ? Results.Ok(new ProblemExplanation(entry.Code, entry.What, entry.Next)) : ApiProblems.NotFound)
            .AllowAnonymous()
            .Says("getProblem", "Problems", "エラーコードの意味を読む", "Read what a problem code means")
            .Gives<ProblemExplanation>(404);
}

/// <summary>What a code means: one of a problem, of a finding of a policy, or of the ledger's verification.</summary>
/// <param name="Title">What happened.</param>
/// <param name="Detail">What to do.</param>
public sealed record ProblemExplanation(string Code, Bilingual Title, Bilingual Detail);

/// <summary>How endpoints describe themselves, and how outcomes of the records become answers.</summary>
internal static class ApiAnswers
{
    /// <summary>Operation id, group and both summaries; <see cref="ApiDocument"/> puts them into the document.</summary>
    public static RouteHandlerBuilder Says(this RouteHandlerBuilder endpoint, string id, string tag, string ja, string en) =>
        endpoint.WithName(id).WithTags(tag).WithSummary($"{ja} / {en}").WithMetadata(new Bilingual(ja, en));

    /// <summary>What it answers, and the problems besides those that every operation can have.</summary>
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder endpoint, params int[] problems) => endpoint.Produces<T>().Problems(problems);

    /// <summary>The same for content that isn't JSON.</summary>
    public static RouteHandlerBuilder GivesContent(this RouteHandlerBuilder endpoint, string[] types, params int[] problems) =>
        endpoint.Produces<Stream>(200, types[0], types[1..]).Problems(problems);

    /// <summary>The same for an answer without content.</summary>
    public static RouteHandlerBuilder GivesNothing(this RouteHandlerBuilder endpoint, params int[] problems) => endpoint.Produces(StatusCodes.Status204NoContent).Problems(problems);

    public static Actor Actor(this CurrentPerson person) => person.AsActor;

    public static IResult NotFound() => ApiProblems.NotFound;

    public static IResult OrNotFound<T>(T? value) where T : class => value is null ? ApiProblems.NotFound : Results.Ok(value);

    /// <summary>Done: what the caller makes of it. Refused: the rule, by its code.</summary>
    public static IResult Answer<T>(this Outcome<T> outcome, Func<T, object> model) => outcome.Match(value => Results.Ok(model(value)), static refusal => Problem(refusal));

    /// <summary>A rule of the records as a problem.</summary>
    public static ApiProblem Problem(Refusal refusal)
    {
        var status = RefusalStatus.Of(refusal.Code);
        return new ApiProblem(refusal.Code, status, refusal.What, refusal.Next) { RetryAfter = refusal.RetryAfter };
    }

    /// <summary>Content that could not be read, as a problem.</summary>
    public static ApiProblem Problem(ReadError error) => new(error.Code, 422, error.What, error.Next);

    private static RouteHandlerBuilder Problems(this RouteHandlerBuilder endpoint, int[] more)
    {
        foreach (var status in more.Union([400, 401, 403, 429, 500, 503]).Order()) endpoint.Produces<ProblemBody>(status, "application/problem+json");
        return endpoint;
    }
}
