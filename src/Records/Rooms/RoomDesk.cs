using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Rooms;

/// <summary>Rooms as they are entered and inspected (管理区域の入退室と点検).</summary>
public sealed class RoomDesk
{
    public const string Rooms = "rooms";

    private static readonly string[] Watched = [RoomSource.Entry];

    private readonly RecordKeeper keeper;

    internal RoomDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>The rooms that a person sees, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<RoomState>> ListAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return [.. (await RoomRows.StatesAsync(tx, cancel)).Where(s => Sees(s.Room, within))];
    }

    /// <summary>Null when there is none such, or not for this person.</summary>
    public async Task<RoomState?> ReadAsync(MunicipalityId municipality, EntryId room, IReadOnlyList<UnitId>? within, CancellationToken cancel) =>
        (await ListAsync(municipality, within, cancel)).FirstOrDefault(s => s.Room.Id == room);

    /// <summary>Inspections of a room, newest first.</summary>
    public async Task<IReadOnlyList<Inspection>> InspectionsAsync(MunicipalityId municipality, EntryId room, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RoomRows.InspectionsAsync(tx, room, cancel);
    }

    /// <summary>Entries into a room, newest first.</summary>
    public async Task<IReadOnlyList<RoomEntry>> EntriesAsync(MunicipalityId municipality, EntryId room, int most, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RoomRows.EntriesAsync(tx, room, most, cancel);
    }

    /// <summary>Records an inspection: of the devices that belong in the room, those not seen are missing from then on.</summary>
    public async Task<Outcome<Inspection>> InspectAsync(MunicipalityId municipality, EntryId room, InspectionDraft untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        var (inspector, findings) = (untrusted.Inspector.Trim(), untrusted.Findings.Trim());
        Inspection made;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            var at = keeper.Clock.Now();
            if (inspector.Length is 0 or > 100 || findings.Length > 2000 || untrusted.InspectedOn > JapaneseTime.Day(at)) return Refusals.BadInspection;
            if ((await RoomRows.StatesAsync(tx, cancel)).FirstOrDefault(s => s.Room.Id == room) is not { } state || !Sees(state.Room, within)) return Refusals.UnknownRoom;
            var present = untrusted.Present.ToHashSet();
            if (present.Any(p => state.Devices.All(d => d.Id != p))) return Refusals.UnknownDevice;
            var missing = state.Devices.Where(d => !present.Contains(d.Id)).ToList();
            var id = RecordKeeper.NewId(at);
            var index = await keeper.AppendAsync(tx, at, "room.inspected", actor, $"register/{Rooms}/{room}", new
            {
                room = state.Room.Number, name = state.Room.Title, untrusted.InspectedOn, inspector, untrusted.EntriesChecked, findings,
                present = state.Devices.Where(d => present.Contains(d.Id)).Select(d => d.Number), missing = missing.ConvertAll(d => d.Number),
            }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.room_inspection (municipality_id, id, room_id, inspected_on, inspector, entries_checked, findings, recorded_at, recorded_by, recorded_by_name, ledger_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                """, cancel, municipality.Value, id, room.Value, untrusted.InspectedOn, inspector, untrusted.EntriesChecked, findings, at, actor.Account, actor.Name, index);
            await tx.RunAsync("INSERT INTO records.room_device (municipality_id, inspection_id, device_id, is_there) SELECT $1, $2, d.id, d.there FROM unnest($3::uuid[], $4::boolean[]) AS d (id, there)", cancel,
                municipality.Value, id, state.Devices.Select(d => d.Id.Value).ToArray(), state.Devices.Select(d => present.Contains(d.Id)).ToArray());
            made = new(id, room, untrusted.InspectedOn, inspector, untrusted.EntriesChecked, findings, present.Count, missing, actor, index);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, Watched);
        return made;
    }

    /// <summary>Records that somebody came in.</summary>
    public async Task<Outcome<RoomEntryId>> EnterAsync(MunicipalityId municipality, EntryId room, RoomEntryDraft untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var draft = untrusted with { Who = untrusted.Who.Trim(), BelongsTo = untrusted.BelongsTo.Trim(), Escort = untrusted.Escort.Trim(), Purpose = untrusted.Purpose.Trim() };
        if (draft.Who.Length is 0 or > 100 || draft.BelongsTo.Length > 200 || draft.Escort.Length > 100 || draft.Purpose.Length > 200 || draft.CameAt > at || draft.LeftAt > at || draft.LeftAt < draft.CameAt) return Refusals.BadEntry;
        if (await RoomAsync(tx, room, within, cancel) is not { } its) return Refusals.UnknownRoom;
        var id = new RoomEntryId(RecordKeeper.NewId(at));
        var index = await keeper.AppendAsync(tx, at, "room.entered", actor, $"register/{Rooms}/{room}", new { room = its.Number, draft.Who, draft.BelongsTo, draft.Escort, draft.Purpose, draft.CameAt, draft.LeftAt }, cancel);
        if (await RoomRows.AddAsync(tx, room, [(id, draft)], imported: false, at, actor, index, cancel) == 0) return Refusals.BadEntry;
        await tx.CommitAsync(cancel);
        return id;
    }

    /// <summary>Records that somebody who is inside has left now.</summary>
    public async Task<Outcome<RoomEntryId>> LeaveAsync(MunicipalityId municipality, RoomEntryId entry, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var found = await tx.ListAsync("SELECT room_id, who FROM records.room_entry WHERE id = $1 AND left_at IS NULL FOR UPDATE", r => (Room: new EntryId(r.GetGuid(0)), Who: r.GetString(1)), cancel, entry.Value);
        if (found is not [var its] || await RoomAsync(tx, its.Room, within, cancel) is not { } room) return Refusals.UnknownEntry;
        await tx.RunAsync("UPDATE records.room_entry SET left_at = greatest($2, came_at) WHERE id = $1", cancel, entry.Value, at);
        await keeper.AppendAsync(tx, at, "room.left", actor, $"register/{Rooms}/{its.Room}", new { room = room.Number, its.Who, leftAt = at }, cancel);
        await tx.CommitAsync(cancel);
        return entry;
    }

    /// <summary>Takes in a file of an access-control system, all of it or nothing; what is there already is passed over.</summary>
    public async Task<Outcome<EntriesTaken>> TakeFileAsync(MunicipalityId municipality, EntryId room, byte[] untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await RoomAsync(tx, room, within, cancel) is not { } its) return Refusals.UnknownRoom;
        var file = EntryFile.Read(untrusted);
        if (file is Outcome<IReadOnlyList<RoomEntryDraft>>.Refused refused) return refused.Why;
        var read = (Outcome<IReadOnlyList<RoomEntryDraft>>.Done)file;
        if (read.Value.FirstOrDefault(e => e.CameAt > at) is { } future) return Refusals.UnreadableFile($"これからの日時があります（{JapaneseTime.Moment(future.CameAt).Ja}）。", $"There is a time in the future ({JapaneseTime.Moment(future.CameAt).En}).");
        var index = await keeper.AppendAsync(tx, at, "room.imported", actor, $"register/{Rooms}/{room}", new { room = its.Number, rows = read.Value.Count, sha256 = Sha256.Of(untrusted).ToString() }, cancel);
        var added = await RoomRows.AddAsync(tx, room, [.. read.Value.Select(d => (new RoomEntryId(RecordKeeper.NewId(at)), d))], imported: true, at, actor, index, cancel);
        await tx.CommitAsync(cancel);
        return new EntriesTaken(added, read.Value.Count - added);
    }

    private static bool Sees(RegisterEntry room, IReadOnlyList<UnitId>? within) => within is null || room.Unit is { } unit && within.Contains(unit);

    private static async Task<RegisterEntry?> RoomAsync(TenantTransaction tx, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel) =>
        (await RegisterRows.ReadAsync(tx, RegisterCatalogue.Load()[Rooms], [id], within, lockRows: false, cancel)).FirstOrDefault() is { Retired: null } room ? room : null;
}
