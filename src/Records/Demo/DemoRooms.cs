using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Rooms;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's controlled rooms: who came in, and what was found when they were inspected.</summary>
/// <param name="start">The moment that day 0 begins.</param>
internal sealed class DemoRooms(RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, DemoOrganisation organisation, DateTimeOffset start)
{
    private static readonly (string Unit, string Name, string Kind, string Place, string Control, int Months)[] Plan =
    [
        ("digital", "電算室", "server", "本庁舎2階", "card", 6), ("digital", "本庁舎書庫", "archive", "本庁舎地下1階", "key", 12), ("residents", "町民課 事務室（特定個人情報）", "handling", "本庁舎1階", "staffed", 12),
        ("tax", "税務課 事務室（特定個人情報）", "handling", "本庁舎1階", "staffed", 12), ("health", "保健センター 書庫", "archive", "保健センター", "key", 12),
    ];

    private static readonly (string Who, string BelongsTo, string Escort, string Purpose)[] Visitors =
    [
        ("帆足 健", "デジタル推進課", "", "バックアップ媒体の交換"), ("浜野 ひかり", "デジタル推進課", "", "機器の点検"), ("岬 和也", "デジタル推進課", "", "機器の点検"),
        ("潮田 渉", "潮見情報サービス株式会社", "帆足 健", "住民情報システムの保守"), ("江口 透", "浦浜設備管理有限会社", "浜野 ひかり", "空調設備の点検"),
    ];

    private readonly DemoEntries entries = new(slices, town);
    private readonly List<EntryId> rooms = [];

    private Actor Digital => people["digital"];

    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps()
    {
        yield return (-354, 11, EnterAsync);
        yield return (-340, 14, c => InspectAsync(rooms, without: null, "", c));
        // A lent medium isn't on its shelf; it was with a section, and is seen again four days later.
        yield return (-158, 14, c => InspectAsync(rooms[..1], without: "貸出用 USB メモリ 03", "貸出簿に記載がない。貸出先を確認する。", c));
        yield return (-154, 10, c => InspectAsync(rooms[..1], without: null, "福祉課が借りていた。貸出簿に記載した。", c));
        yield return (-20, 14, c => InspectAsync(rooms[..1], without: null, "", c));
        foreach (var day in new[] { -270, -180, -90, -30, -3 }) yield return (day, 17, c => TakeCardsAsync(day, c));
        yield return (0, 8.6, async c => (await slices.Rooms.EnterAsync(town, rooms[0], new(Moment(0, 8.55), null, "潮田 渉", "潮見情報サービス株式会社", "帆足 健", "住民情報システムの保守"), null, people["admin"], c)).OrThrow());
    }

    private async Task EnterAsync(CancellationToken cancel)
    {
        foreach (var (unit, name, kind, place, control, months) in Plan)
            rooms.Add((await entries.AddAsync(RoomDesk.Rooms, people["officer"], cancel, ("unit", organisation.UnitOf(unit).ToString()), ("name", name), ("kind", kind), ("place", place), ("control", control),
                ("inspection_months", months.ToString(CultureInfo.InvariantCulture)), ("responsible", organisation.PersonOf(Digital.Name).ToString()))).Id);
    }

    /// <summary>The media of the vault belong in the server room.</summary>
    public async Task PlaceMediaAsync(CancellationToken cancel)
    {
        var seen = (await entries.ListAsync(TerminalRegisters.Media, cancel)).Where(m => m.Unit == organisation.UnitOf("digital")).Select(m => m.Seen).ToList();
        (await slices.Registers.ChangeManyAsync(town, TerminalRegisters.Media, seen, EntryDraft.Of(("room", rooms[0].ToString())), null, people["officer"], cancel)).OrThrow();
    }

    private async Task InspectAsync(IReadOnlyList<EntryId> which, string? without, string findings, CancellationToken cancel)
    {
        foreach (var room in which)
        {
            var state = (await slices.Rooms.ReadAsync(town, room, null, cancel))!;
            var present = state.Devices.Where(d => d.Title != without).Select(d => d.Id).ToList();
            (await slices.Rooms.InspectAsync(town, room, new(JapaneseTime.Day(slices.Registers.Keeper.Clock.Now()), "帆足 健", true, findings, present), null, Digital, cancel)).OrThrow();
        }
    }

    /// <summary>What the card reader wrote in the weeks before.</summary>
    private async Task TakeCardsAsync(int day, CancellationToken cancel)
    {
        var lines = new StringBuilder("入室日時,退室日時,カード名義,所属,立会者,目的\r\n");
        for (var n = 0; n < 14; n++)
        {
            var (who, belongs, escort, purpose) = Visitors[(n * 3 + n / 5 - day) % Visitors.Length];
            var came = Moment(day - 14 + n, 9 + (n % 6) + (n % 4 * 0.2)).ToOffset(JapaneseTime.Offset);
            lines.Append(CultureInfo.InvariantCulture, $"{came:yyyy/MM/dd HH:mm},{came.AddMinutes(20 + (n % 5 * 13)):yyyy/MM/dd HH:mm},{who},{belongs},{escort},{purpose}\r\n");
        }
        (await slices.Rooms.TakeFileAsync(town, rooms[0], Encoding.UTF8.GetBytes(lines.ToString()), null, people["admin"], cancel)).OrThrow();
    }

    private DateTimeOffset Moment(int day, double hour) => start.AddDays(day).AddHours(hour);
}
