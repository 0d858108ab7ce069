using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Rooms;

/// <summary>Whether rooms were inspected in time and every device is accounted for (入退室と点検). Silent until a room is registered.</summary>
public sealed class RoomSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Entry = "physical.entry";

    public IReadOnlyCollection<string> Kinds { get; } = [Entry];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var rooms = await RoomRows.StatesAsync(tx, cancel);
        if (rooms.Count == 0) return [];
        var day = JapaneseTime.Day(at);
        var due = rooms.FindAll(r => r.IsOverdue(day));
        var gone = await RoomRows.MissingAsync(tx, cancel);
        var facts = new Dictionary<string, decimal> { ["inspections_overdue"] = due.Count, ["devices_missing"] = gone.Count };
        if (due.Count + gone.Count == 0)
            return [new(Entry, "", at, null, EvidenceWeight.System, facts, new($"{rooms.Count} か所の区域すべてを期限内に点検し、所在不明の機器はありません。", $"All {rooms.Count} rooms were inspected in time, and no device is missing."))];
        var (ja, en) = ("", "");
        if (due.Count > 0)
        {
            var names = FirstFew.Of(due, r => r.Room.Title, "か所");
            ja = $"{rooms.Count} か所の区域のうち {due.Count} か所の点検が期限を過ぎています（{names.Ja}）。";
            en = $"The inspection of {due.Count} of {rooms.Count} rooms is overdue ({names.En}).";
        }
        if (gone.Count > 0)
        {
            var numbers = FirstFew.Of(await NumbersAsync(tx, gone, cancel));
            ja += $"所在の分からない機器・媒体が {gone.Count} 件あります（{numbers.Ja}）。";
            en = $"{en} {gone.Count} devices or media are missing ({numbers.En}).".TrimStart();
        }
        return [new(Entry, "", at, null, EvidenceWeight.System, facts, new(ja, en))];
    }

    private static async Task<List<string>> NumbersAsync(Storage.TenantTransaction tx, HashSet<EntryId> ids, CancellationToken cancel) =>
        [.. (await RegisterRows.InUseAsync(tx, TerminalRegisters.Terminals, cancel)).Concat(await RegisterRows.InUseAsync(tx, TerminalRegisters.Media, cancel)).Where(e => ids.Contains(e.Id)).Select(e => e.Number)];
}
