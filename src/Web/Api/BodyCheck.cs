using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Sekisho.Web.Api;

/// <summary>Finds what no body may hold and the reader of JSON lets pass: null inside a list, U+0000 inside a text. The place is named; nothing of the endpoint has run.</summary>
internal static class BodyCheck
{
    private static readonly ConcurrentDictionary<Type, Member[]> Known = new();

    /// <summary>For each endpoint that reads a body.</summary>
    public static EndpointFilterDelegate Filter(EndpointFilterFactoryContext endpoint, EndpointFilterDelegate next)
    {
        var bodies = endpoint.MethodInfo.GetParameters().Where(static p => p.GetCustomAttribute<FromBodyAttribute>() is not null || p.ParameterType.Namespace == typeof(BodyCheck).Namespace).ToList();
        if (bodies.Count == 0) return next;
        var places = bodies.ConvertAll(static p => (p.Position, Says: new NullabilityInfoContext().Create(p)));
        return context =>
        {
            foreach (var (position, says) in places)
                if (Wrong(context.Arguments[position], says, "$") is { } place) return ValueTask.FromResult<object?>(ApiProblems.Unreadable(place));
            return next(context);
        };
    }

    /// <summary>Where the first thing is that may not be there, like <c>$.assets[1]</c>; null when all is well.</summary>
    internal static string? Wrong(object? untrusted, NullabilityInfo? says, string place) => untrusted switch
    {
        null => null, // its holder says whether it may be
        string text => text.Contains('\0', StringComparison.Ordinal) ? place : null,
        JsonElement json => InJson(json, place),
        IDictionary entries => InEntries(entries, says, place),
        IEnumerable list => InList(list, says, place),
        _ => InRecord(untrusted, place),
    };

    private static string? InList(IEnumerable list, NullabilityInfo? says, string place)
    {
        var each = says?.ElementType ?? says?.GenericTypeArguments.FirstOrDefault();
        var i = 0;
        foreach (var one in list)
        {
            var its = $"{place}[{i++}]";
            if (one is null && each?.ReadState == NullabilityState.NotNull) return its;
            if (Wrong(one, each, its) is { } wrong) return wrong;
        }
        return null;
    }

    private static string? InEntries(IDictionary entries, NullabilityInfo? says, string place)
    {
        var each = says?.GenericTypeArguments.ElementAtOrDefault(1);
        foreach (DictionaryEntry entry in entries)
        {
            var its = $"{place}.{entry.Key}";
            if ((entry.Value is null && each?.ReadState == NullabilityState.NotNull) || (entry.Key is string key && key.Contains('\0', StringComparison.Ordinal))) return its.Replace("\0", "", StringComparison.Ordinal);
            if (Wrong(entry.Value, each, its) is { } wrong) return wrong;
        }
        return null;
    }

    private static string? InRecord(object record, string place)
    {
        foreach (var member in Known.GetOrAdd(record.GetType(), MembersOf))
            if (Wrong(member.Property.GetValue(record), member.Says, $"{place}.{member.Name}") is { } wrong) return wrong;
        return null;
    }

    private static string? InJson(JsonElement json, string place) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!.Contains('\0', StringComparison.Ordinal) ? place : null,
        JsonValueKind.Array => json.EnumerateArray().Select((one, i) => InJson(one, $"{place}[{i}]")).FirstOrDefault(static p => p is not null),
        JsonValueKind.Object => json.EnumerateObject().Select(one => one.Name.Contains('\0', StringComparison.Ordinal) ? place : InJson(one.Value, $"{place}.{one.Name}")).FirstOrDefault(static p => p is not null),
        _ => null,
    };

    /// <summary>Members that can hold text or lists, of our own types; everything else was read by its own rules.</summary>
    private static Member[] MembersOf(Type type)
    {
        if (type.Namespace?.StartsWith(nameof(Sekisho), StringComparison.Ordinal) != true || type.IsEnum) return [];
        var nullability = new NullabilityInfoContext();
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.GetMethod is not null && p.GetIndexParameters().Length == 0 && !p.PropertyType.IsPrimitive && !p.PropertyType.IsEnum && p.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(p => new Member(p, nullability.Create(p), JsonNamingPolicy.CamelCase.ConvertName(p.Name)))];
    }

    private sealed record Member(PropertyInfo Property, NullabilityInfo Says, string Name);
}
