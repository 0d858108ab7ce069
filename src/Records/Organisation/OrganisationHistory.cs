using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>One change of a unit or a person, as the ledger has it.</summary>
/// <param name="On">From when it counts; null where the kind has no day of its own.</param>
/// <param name="ByName">Who recorded it, by today's name of the account.</param>
/// <param name="Says">What happened, as a sentence.</param>
public sealed record OrganisationEvent(ulong Index, DateTimeOffset At, string Kind, DateOnly? On, string ByName, Bilingual Says);

/// <summary>The history of units and people, read from the ledger (組織の履歴).</summary>
internal static class OrganisationHistory
{
    /// <summary>Newest; a unit of hundreds of people over many years stays readable.</summary>
    private const int Most = 200;

    public static async Task<IReadOnlyList<OrganisationEvent>> ReadAsync(TenantTransaction tx, string subject, string appointments, Guid id, CancellationToken cancel)
    {
        var subjects = (await tx.ListAsync(appointments, r => $"appointment/{r.GetGuid(0)}", cancel, id)).Append(subject).ToArray();
        var rows = await tx.ListAsync("SELECT idx, data FROM ledger.entry WHERE municipality_id = $1 AND subject = ANY ($2) ORDER BY idx DESC LIMIT $3",
            r => ((ulong)r.GetInt64(0), r.GetFieldValue<byte[]>(1)), cancel, tx.Municipality.Value, subjects, Most);
        var accounts = (await tx.ListAsync("SELECT id::text, display_name FROM signin.account", r => (r.GetString(0), r.GetString(1)), cancel)).ToDictionary(a => a.Item1, a => a.Item2);
        var units = (await tx.ListAsync("SELECT id::text, name FROM records.unit", r => (r.GetString(0), r.GetString(1)), cancel)).ToDictionary(u => u.Item1, u => u.Item2);
        var people = (await tx.ListAsync("SELECT p.id::text, p.name FROM records.person p WHERE p.id IN (SELECT person_id FROM records.appointment WHERE 'appointment/' || id = ANY ($1))", r => (r.GetString(0), r.GetString(1)), cancel, new object[] { subjects }))
            .ToDictionary(p => p.Item1, p => p.Item2);
        var events = new List<OrganisationEvent>();
        foreach (var (index, bytes) in rows)
        {
            if (!LedgerEntry.TryRead(bytes, out var entry)) continue;   // a row that was tampered with is told by the ledger's own page
            var body = new Body(entry.Body, units, people);
            events.Add(new(index, entry.At, entry.Kind, body.Day("on") ?? body.Day("endsOn") ?? body.Day("beginsOn"), accounts.GetValueOrDefault(entry.Actor, entry.Actor), Say(entry.Kind, body)));
        }
        return events;
    }

    private static Bilingual Say(string kind, Body b) => kind switch
    {
        "unit.added" => new($"「{b["name"]}」を置きました。", $"“{b["name"]}” was set up."),
        "unit.changed" => b.Was("name") is { } was && was != b["name"] ? new($"「{was}」を「{b["name"]}」に改めました。", $"“{was}” became “{b["name"]}”.")
            : new($"「{b.Unit("parent") ?? "最上位"}」の下に移しました。", $"Moved under “{b.Unit("parent") ?? "the top"}”."),
        "unit.closed" => b["into"] is null ? new("廃止しました。", "It was closed.") : new($"「{b["intoName"]}」に統合しました。", $"It was merged into “{b["intoName"]}”."),
        "unit.agency" => new("実施機関としての種類を変えました。", "Which agency it is was changed."),
        "person.added" => new($"「{b.Unit("unit")}」に入りました。", $"Joined “{b.Unit("unit")}”."),
        "person.moved" => new($"「{b["fromName"] ?? b.Unit("from")}」から「{b["toName"] ?? b.Unit("to")}」へ異動しました。", $"Moved from “{b["fromName"] ?? b.Unit("from")}” to “{b["toName"] ?? b.Unit("to")}”."),
        "person.changed" => b.Was("name") is { } was && was != b["name"] ? new($"氏名を「{was}」から「{b["name"]}」に変えました。", $"The name changed from “{was}” to “{b["name"]}”.")
            : new($"区分・職を変えました（{b["title"]}）。", $"Kind or title changed ({b["title"]})."),
        "person.ended" => new("離任しました。", "Left."),
        "person.second-post" => new($"「{b["unitName"]}」の兼務を始めました。", $"Second post in “{b["unitName"]}” began."),
        "person.second-post-ended" => new($"「{b["unitName"]}」の兼務を終えました。", $"Second post in “{b["unitName"]}” ended."),
        "officer.appointed" => new($"{b.Person()}を{b.Post().Ja}に任命しました。", $"{b.Person()} was appointed {b.Post().En}."),
        "officer.relieved" => new($"{b.Person()}の{b.Post().Ja}の任を解きました。", $"{b.Person()} is no longer {b.Post().En}."),
        "separation.excepted" => new($"兼務の例外を承認しました（承認: {b["approvedByName"]}）。", $"An exception to the separation of duties was approved by {b["approvedByName"]}."),
        _ => Bilingual.Same(kind),
    };

    private sealed class Body(JsonElement json, Dictionary<string, string> units, Dictionary<string, string> people)
    {
        public string? this[string name] => Text(json, name);

        public string? Was(string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("was", out var was) ? Text(was, name) : null;

        public DateOnly? Day(string name) => DateOnly.TryParse(this[name], System.Globalization.CultureInfo.InvariantCulture, out var day) ? day : null;

        /// <summary>The unit under this name of the body, by what it is called today.</summary>
        public string? Unit(string name) => this[name] is { } id ? units.GetValueOrDefault(id, id) : null;

        public string Person() => this["personName"] ?? (this["person"] is { } id ? people.GetValueOrDefault(id, id) : "");

        public Bilingual Post() => Enum.TryParse<Post>(this["post"], out var post) ? post.Name() : Bilingual.Same(this["post"] ?? "");

        private static string? Text(JsonElement from, string name) =>
            from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
