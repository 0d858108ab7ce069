using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Crossing.Routes;

/// <summary>The routes that a municipality begins with. Data: data/crossing/routes.yaml.</summary>
internal static class StandardRoutes
{
    private static readonly Lazy<IReadOnlyList<(RouteDefinition Route, bool IsOpen)>> Shipped = new(static () =>
    {
        using var stream = typeof(StandardRoutes).Assembly.GetManifestResourceStream("crossing/routes.yaml") ?? throw new InvalidOperationException("data/crossing/routes.yaml is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), out var problems) ?? throw new InvalidOperationException("data/crossing/routes.yaml is broken: " + string.Join("; ", problems));
    });

    public static IReadOnlyList<(RouteDefinition Route, bool IsOpen)> Load() => Shipped.Value;

    /// <returns>Null with the problems, each with its line.</returns>
    internal static IReadOnlyList<(RouteDefinition, bool)>? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var routes = new List<(RouteDefinition, bool)>();
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "source", "date", "routes") is { } file)
        {
            foreach (var f in file.Items("routes").Select(i => YamlFields.Of(i, errors, "key", "name", "from", "to", "mail?", "needs", "rules?", "expiry-days", "retention-days", "files-a-day", "megabytes-a-file", "gigabytes-a-day?", "gigabytes-held?", "section-gigabytes-a-day?", "section-gigabytes-held?", "asks", "exceptions", "open")).OfType<YamlFields>())
            {
                var rules = f["rules"] is null ? [] : f.Items("rules").Select(i => YamlFields.Of(i, errors, "class", "needs")).OfType<YamlFields>()
                    .Select(r => new ApprovalRule(null, null, [.. r.Words("class")], Case<Approval>(r, "needs"))).ToArray();
                if (f.Text("key") is not { } key || f.Both("name") is not { } name) continue;
                var asks = f.Words("asks");
                routes.Add((new(key, name, Case<Zone>(f, "from"), Case<Zone>(f, "to"), f["mail"] is null ? RouteKind.Files : RouteKind.Mail, "", Case<Approval>(f, "needs"), rules, Number(f, "expiry-days"), Number(f, "retention-days"),
                    new(Number(f, "files-a-day"), Gigabytes(f, "gigabytes-a-day"), Number(f, "megabytes-a-file") * 1024L * 1024, Gigabytes(f, "gigabytes-held"), Gigabytes(f, "section-gigabytes-a-day"), Gigabytes(f, "section-gigabytes-held")), asks.Contains("purpose"), asks.Contains("assets"), f.Text("exceptions") == "yes", Mail: Mail(f["mail"])), f.Text("open") == "yes"));
            }
        }
        problems = errors.InOrder();
        return errors.Any ? null : routes;

        MailTerms? Mail(YamlValue? value) =>
            value is not null && YamlFields.Of(value, errors, "hold-minutes", "with-attachments", "when-doubtful", "tells-sender", "files-by-link?") is { } f
                ? new(Number(f, "hold-minutes"), Case<Approval>(f, "with-attachments"), Case<Approval>(f, "when-doubtful"), f.Text("tells-sender") == "yes", f.Text("files-by-link") == "yes")
                : null;

        int Number(YamlFields f, string key)
        {
            if (int.TryParse(f.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
            errors.Wrong(f.PlaceOf(key), "数を書いてください", "Write a number");
            return 0;
        }

        long? Gigabytes(YamlFields f, string key) => f[key] is null ? null : Number(f, key) * 1024L * 1024 * 1024;

        T Case<T>(YamlFields f, string key) where T : struct, Enum
        {
            if (Enum.TryParse<T>(f.Text(key), out var value) && Enum.IsDefined(value)) return value;
            errors.Undefined(f.PlaceOf(key), f.Text(key) ?? "");
            return default;
        }
    }
}
