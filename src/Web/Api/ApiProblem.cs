using System.Text.Json;
using System.Text.Json.Serialization;
using Sekisho.Assurance;

namespace Sekisho.Web.Api;

/// <summary>A problem as the API tells it: RFC 9457, with a code that never changes its meaning and both languages.</summary>
/// <param name="Code">E.g. <c>API-404</c>; docs/errors.md and GET /api/v1/problems/{code} explain each.</param>
/// <param name="Status">HTTP status.</param>
public sealed record ApiProblem(string Code, int Status, Bilingual Title, Bilingual Detail) : IResult
{
    /// <summary>Query value or member of the body that is at fault; null where it isn't one.</summary>
    public string? Parameter { get; init; }

    /// <summary>What is wrong field by field; null where that isn't it.</summary>
    public IReadOnlyList<FieldErrorModel>? Errors { get; init; }

    /// <summary>After which time the same may be asked again (the header Retry-After); null: not said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same with more to say about this case.</summary>
    public ApiProblem With(Bilingual detail) => this with { Detail = detail };

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext);

    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.Headers.ContentLanguage = English(context) ? "en" : "ja";
        if (RetryAfter is { } after) context.Response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers.Vary = "Accept-Language";
        return context.Response.WriteAsJsonAsync(For(context), ApiJson.Options, "application/problem+json", context.RequestAborted);
    }

    internal ProblemBody For(HttpContext context)
    {
        var language = English(context) ? Language.English : Language.Japanese;
        return new ProblemBody($"/api/v1/problems/{Code}", Title.In(language), Status, Detail.In(language), context.Request.Path.Value ?? "", Code, Title, Detail, Parameter, Errors);
    }

    /// <summary>The language of <c>title</c> and <c>detail</c>; <c>titles</c> and <c>details</c> carry both always.</summary>
    private static bool English(HttpContext context) =>
        context.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(static l => l.Quality ?? 1).FirstOrDefault(static l => l.Value.Length >= 2 && l.Value.Value![..2] is "ja" or "en")?.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>Members of a problem document (RFC 9457 3.1), with the product's own: code, titles, details.</summary>
/// <param name="Type">Address that explains the code.</param>
/// <param name="Title">In the language asked for.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">About this case, in the language asked for.</param>
/// <param name="Instance">Path of the request.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Parameter">Query value (<c>limit</c>) or member of the body (<c>$.expiresAt</c>) that can't be read; left out otherwise.</param>
/// <param name="Errors">What is wrong with fields of a register's entry, each at most once; left out otherwise.</param>
public sealed record ProblemBody(
    string Type, string Title, int Status, string Detail, string Instance, string Code, Bilingual Titles, Bilingual Details,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parameter = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FieldErrorModel>? Errors = null);

/// <summary>How the API writes JSON: camelCase, enums and moments as text.</summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
        // What a request leaves out or sets to null where something is needed is the caller's mistake (400), not ours.
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        // Said twice, nobody knows which is meant; other programs may read the other one.
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return options;
    }
}
