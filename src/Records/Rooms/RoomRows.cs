using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using Sekisho.Records.Terminals;
using Sekisho.Storage;

namespace Sekisho.Records.Rooms;

/// <summary>Rows of the rooms' tables.</summary>
internal static class RoomRows
{
    /// <summary>Every room in use, with its last inspection and its devices as that found them.</summary>
    public static async Task<List<RoomState>> StatesAsync(TenantTransaction tx, CancellationToken cancel)
    {
        var rooms = await RegisterRows.InUseAsync(tx, RoomDesk.Rooms, cancel);
        if (rooms.Count == 0) return [];
        var inspected = (await tx.ListAsync("SELECT room_id, max(inspected_on) FROM records.room_inspection GROUP BY room_id", r => (Room: new EntryId(r.GetGuid(0)), On: r.GetFieldValue<DateOnly>(1)), cancel)).ToDictionary(x => x.Room, x => x.On);
        var devices = (await tx.ListAsync("""
            SELECT l.to_entry, e.id, e.register, e.number, e.title FROM records.register_link l JOIN records.register_entry e ON e.municipality_id = l.municipality_id AND e.id = l.from_id
            WHERE l.field = 'room' AND l.to_entry = ANY ($1) AND e.register IN ('terminals', 'media') AND e.retired_at IS NULL ORDER BY e.register DESC, e.sequence
            """, r => (Room: new EntryId(r.GetGuid(0)), Device: Device(r, 1)), cancel, rooms.Select(r => r.Id.Value).ToArray())).ToLookup(x => x.Room, x => x.Device);
        var missing = await MissingAsync(tx, cancel);
        return rooms.ConvertAll(room =>
        {
            var before = room.Day("inspected_before_on");
            var last = inspected.TryGetValue(room.Id, out var on) ? before > on ? before : on : before;
            var its = devices[room.Id].ToList();
            return new RoomState(room, last, last?.AddMonths((int)(room.Fields.Number("inspection_months") ?? 12)), its, its.FindAll(d => missing.Contains(d.Id)));
        });
    }

    /// <summary>Devices in use of which the newest word is that they weren't there, and those lost on the way.</summary>
    public static async Task<HashSet<EntryId>> MissingAsync(TenantTransaction tx, CancellationToken cancel) =>
    [
        .. await tx.ListAsync("""
            SELECT id FROM (
              SELECT DISTINCT ON (d.device_id) d.device_id AS id, d.is_there FROM records.room_device d JOIN records.room_inspection i ON i.municipality_id = d.municipality_id AND i.id = d.inspection_id
              ORDER BY d.device_id, i.inspected_on DESC, i.recorded_at DESC, i.id DESC) newest
            WHERE NOT is_there AND EXISTS (SELECT FROM records.register_entry e WHERE e.id = newest.id AND e.retired_at IS NULL)
            """, r => new EntryId(r.GetGuid(0)), cancel),
        .. (await TakeoutRows.LostThingsAsync(tx, cancel)).Select(id => new EntryId(id)),
    ];

    public static async Task<List<Inspection>> InspectionsAsync(TenantTransaction tx, EntryId room, CancellationToken cancel)
    {
        var missing = (await tx.ListAsync("""
            SELECT d.inspection_id, e.id, e.register, e.number, e.title FROM records.room_device d JOIN records.room_inspection i ON i.municipality_id = d.municipality_id AND i.id = d.inspection_id
            JOIN records.register_entry e ON e.municipality_id = d.municipality_id AND e.id = d.device_id WHERE i.room_id = $1 AND NOT d.is_there ORDER BY e.register DESC, e.sequence
            """, r => (Inspection: r.GetGuid(0), Device: Device(r, 1)), cancel, room.Value)).ToLookup(x => x.Inspection, x => x.Device);
        return await tx.ListAsync("""
            SELECT i.id, i.inspected_on, i.inspector, i.entries_checked, i.findings, i.recorded_by, i.recorded_by_name, i.ledger_index,
              (SELECT count(*)::int FROM records.room_device d WHERE d.inspection_id = i.id AND d.is_there)
            FROM records.room_inspection i WHERE i.room_id = $1 ORDER BY i.inspected_on DESC, i.recorded_at DESC
            """, r => new Inspection(r.GetGuid(0), room, r.GetFieldValue<DateOnly>(1), r.GetString(2), r.GetBoolean(3), r.GetString(4), r.GetInt32(8), [.. missing[r.GetGuid(0)]], r.By(5), r.GetInt64(7)), cancel, room.Value);
    }

    public static Task<List<RoomEntry>> EntriesAsync(TenantTransaction tx, EntryId room, int most, CancellationToken cancel) =>
        tx.ListAsync("SELECT id, came_at, left_at, who, belongs_to, escort, purpose, source, recorded_by, recorded_by_name FROM records.room_entry WHERE room_id = $1 ORDER BY came_at DESC, id DESC LIMIT $2",
            r => new RoomEntry(new(r.GetGuid(0)), room, r.Moment(1), r.MomentOrNull(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetString(7) == "Imported", r.By(8)), cancel, room.Value, most);

    /// <returns>How many were new.</returns>
    public static Task<int> AddAsync(TenantTransaction tx, EntryId room, IReadOnlyList<(RoomEntryId Id, RoomEntryDraft Draft)> entries, bool imported, DateTimeOffset at, Actor actor, long index, CancellationToken cancel) =>
        tx.RunAsync("""
            INSERT INTO records.room_entry (municipality_id, id, room_id, came_at, left_at, who, belongs_to, escort, purpose, source, recorded_at, recorded_by, recorded_by_name, ledger_index)
            SELECT $1, id, $2, came_at, left_at, who, belongs_to, escort, purpose, $3, $4, $5, $6, $7
            FROM unnest($8::uuid[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::text[]) AS row (id, came_at, left_at, who, belongs_to, escort, purpose)
            ON CONFLICT (municipality_id, room_id, came_at, who) DO NOTHING
            """, cancel, tx.Municipality.Value, room.Value, imported ? "Imported" : "Typed", at, actor.Account, actor.Name, index,
            entries.Select(e => e.Id.Value).ToArray(), entries.Select(e => RecordedTime.Cut(e.Draft.CameAt)).ToArray(), entries.Select(e => e.Draft.LeftAt is { } left ? RecordedTime.Cut(left) : (DateTimeOffset?)null).ToArray(),
            entries.Select(e => e.Draft.Who).ToArray(), entries.Select(e => e.Draft.BelongsTo).ToArray(), entries.Select(e => e.Draft.Escort).ToArray(), entries.Select(e => e.Draft.Purpose).ToArray());

    private static RoomDevice Device(Npgsql.NpgsqlDataReader r, int column) => new(new(r.GetGuid(column)), r.GetString(column + 1), r.GetString(column + 2), r.GetString(column + 3));
}
