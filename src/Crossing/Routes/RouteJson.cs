using System.Collections.Concurrent;
using Sekisho.Records;

namespace Sekisho.Crossing.Routes;

/// <summary>Definitions of routes as they are kept. Every request is read with its route's: the same text is taken apart once.</summary>
internal static class RouteJson
{
    /// <summary>More than an installation has at a time; beyond, it begins anew.</summary>
    private const int Most = 1000;

    private static readonly ConcurrentDictionary<string, RouteDefinition> Known = new(StringComparer.Ordinal);

    public static RouteDefinition Read(string json)
    {
        if (Known.TryGetValue(json, out var definition)) return definition;
        if (Known.Count >= Most) Known.Clear();
        return Known[json] = RecordJson.Read<RouteDefinition>(json);
    }
}
