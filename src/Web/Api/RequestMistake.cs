using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Sekisho.Ledger;

namespace Sekisho.Web.Api;

/// <summary>Something about a request that can't be read (読み取れない要求): the sender's mistake, so never a 500.</summary>
/// <param name="Status">400, or what the server said: 413, 415.</param>
/// <param name="Parameter">Name of the query value or member of the body; null where it can't be told.</param>
public sealed partial record RequestMistake(int Status, string? Parameter)
{
    /// <summary>Null where the exception is not about the request.</summary>
    public static RequestMistake? Of(Exception? exception) => exception switch
    {
        BadHttpRequestException bad => new(bad.StatusCode, Member(bad.InnerException as JsonException) ?? Name(bad.Message)),
        // U+0000 can't be kept in PostgreSQL, and nobody types it.
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } => new(StatusCodes.Status400BadRequest, null),
        // A text that is kept whole in the ledger; what has a bound of its own says it before.
        EntryTooLongException => new(StatusCodes.Status413PayloadTooLarge, null),
        _ => null,
    };

    /// <summary>The query value that carries U+0000; empty for the path; null where none does.</summary>
    public static string? WithNul(HttpRequest request)
    {
        if (request.Path.Value?.Contains('\0', StringComparison.Ordinal) == true) return "";
        if (request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) != true) return null;
        foreach (var (name, values) in request.Query)
            if (values.Any(static value => value?.Contains('\0', StringComparison.Ordinal) == true)) return name;
        return null;
    }

    private static string? Name(string message) => Named().Match(message) is { Success: true } match ? match.Groups["name"].Value : null;

    /// <summary>$.expiresAt as it is; for one that is missing, its name.</summary>
    private static string? Member(JsonException? exception) => exception switch
    {
        null => null,
        { Path: { Length: > 1 } path } => path,
        _ => Missing().Match(exception.Message) is { Success: true } match ? "$." + match.Groups["name"].Value : null,
    };

    /// <summary>The framework's sentences: <c>Failed to bind parameter "Nullable&lt;int&gt; limit" from "x"</c>, <c>Required parameter "ulong index" was not provided</c>.</summary>
    [GeneratedRegex("parameter \"[^\"]* (?<name>[A-Za-z0-9_]+)\" (from \"|was not provided from (query|route|header))")]
    private static partial Regex Named();

    [GeneratedRegex("missing required properties including: '(?<name>[^']+)'")]
    private static partial Regex Missing();
}
