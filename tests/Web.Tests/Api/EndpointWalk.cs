using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Sekisho.Web.Tests.Api;

/// <summary>Every endpoint of the running server, from the server itself: a new one can't be forgotten.</summary>
public static class EndpointWalk
{
    public sealed record Stop(RouteEndpoint Endpoint, string Method, string Path)
    {
        public bool Is<T>() where T : class => Endpoint.Metadata.GetMetadata<T>() is not null;

        public bool IsOpen => Is<IAllowAnonymous>();

        public override string ToString() => $"{Method} {Endpoint.RoutePattern.RawText}";
    }

    /// <param name="server">The server.</param>
    /// <param name="value">What to put for a parameter (by name); null takes a value of the right kind that names nothing.</param>
    public static IReadOnlyList<Stop> All(ConsoleServer server, Func<string, string?>? value = null)
    {
        var stops = server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]).Select(method => new Stop(endpoint, method, Path(endpoint.RoutePattern, value))))
            .OrderBy(stop => stop.ToString(), StringComparer.Ordinal).ToList();
        Assert.True(stops.Count > 80, $"only {stops.Count} endpoints found");
        return stops;
    }

    private static string Path(RoutePattern pattern, Func<string, string?>? value) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter => value?.Invoke(parameter.Name) ?? Nothing(parameter),
        _ => "",
    }))));

    private static string Nothing(RoutePatternParameterPart parameter) => parameter.ParameterPolicies.Select(p => p.Content).FirstOrDefault() switch
    {
        "guid" => "0198a000-0000-7000-8000-000000000000",
        "int" or "long" => "404",
        _ => parameter.Name == "language" ? "en" : "nothing",
    };
}
