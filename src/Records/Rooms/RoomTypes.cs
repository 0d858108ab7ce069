using Sekisho.Records.Registers;

namespace Sekisho.Records.Rooms;

/// <summary>Identity of an entry into a room.</summary>
public readonly record struct RoomEntryId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Somebody came into a room (入退室の記録).</summary>
/// <param name="LeftAt">Null: still inside, or not recorded.</param>
/// <param name="BelongsTo">Section or company.</param>
/// <param name="Escort">Who went along; empty for staff on their own.</param>
public sealed record RoomEntry(RoomEntryId Id, EntryId Room, DateTimeOffset CameAt, DateTimeOffset? LeftAt, string Who, string BelongsTo, string Escort, string Purpose, bool IsImported, Actor RecordedBy);

/// <summary>An entry to record.</summary>
public sealed record RoomEntryDraft(DateTimeOffset CameAt, DateTimeOffset? LeftAt, string Who, string BelongsTo, string Escort, string Purpose);

/// <summary>A device looked for in a room.</summary>
public sealed record RoomDevice(EntryId Id, string Register, string Number, string Title);

/// <summary>An inspection of a room (区域の点検).</summary>
/// <param name="EntriesChecked">The entries since the last inspection were looked through.</param>
/// <param name="Findings">Empty: none.</param>
/// <param name="Missing">Devices that should have been there and weren't.</param>
public sealed record Inspection(Guid Id, EntryId Room, DateOnly InspectedOn, string Inspector, bool EntriesChecked, string Findings, int Present, IReadOnlyList<RoomDevice> Missing, Actor RecordedBy, long LedgerIndex);

/// <summary>An inspection to record.</summary>
/// <param name="Present">Devices that were there, of those that belong in the room; the others were missing.</param>
public sealed record InspectionDraft(DateOnly InspectedOn, string Inspector, bool EntriesChecked, string Findings, IReadOnlyList<EntryId> Present);

/// <summary>A room with what was recorded of it.</summary>
/// <param name="Devices">Terminals and media that belong in it.</param>
/// <param name="InspectedOn">The last time; null: never.</param>
/// <param name="DueOn">When the next is due; null: at once.</param>
public sealed record RoomState(RegisterEntry Room, DateOnly? InspectedOn, DateOnly? DueOn, IReadOnlyList<RoomDevice> Devices, IReadOnlyList<RoomDevice> Missing)
{
    public bool IsOverdue(DateOnly day) => DueOn is null || DueOn < day;
}

/// <summary>What came of taking in a file of an access-control system.</summary>
/// <param name="Added">New entries.</param>
/// <param name="Known">There already.</param>
public sealed record EntriesTaken(int Added, int Known);
