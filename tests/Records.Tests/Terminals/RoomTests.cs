using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Rooms;

namespace Sekisho.Records.Tests.Terminals;

public sealed class RoomTests
{
    private static CancellationToken Cancel => Workplace.Cancel;

    [Fact]
    [FromEmptyToMetAndBack("physical")]
    public async Task Physical_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var place = await Workplace.OpenAsync();
        Assert.IsType<Verdict.NoEvidence>(await place.VerdictAsync("physical"));
        var room = await place.EnterAsync(RoomDesk.Rooms, ("name", "電算室"), ("kind", "server"), ("control", "card"), ("inspection_months", "6"));
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("physical"));
        var server = await place.EnterAsync("terminals", ("name", "SV-01"), ("zone", "lgwan"), ("kind", "server"), ("room", room.Number));
        var rooms = place.Slices.Rooms;
        var day = place.Today;
        (await rooms.InspectAsync(place.Town, room.Id, new(day, "課長 太郎", true, "", [server.Id]), null, place.Manager, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("physical"));

        var found = (await rooms.InspectAsync(place.Town, room.Id, new(day, "課長 太郎", true, "SV-01 が見当たらない", []), null, place.Manager, Cancel)).OrThrow();
        Assert.Equal(server.Number, Assert.Single(found.Missing).Number);
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("physical"));
        (await rooms.InspectAsync(place.Town, room.Id, new(day, "課長 太郎", true, "隣室にあった", [server.Id]), null, place.Manager, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("physical"));
        place.Office.Clock.Move(TimeSpan.FromDays(190));
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("physical"));
        Assert.Equal(3, (await rooms.InspectionsAsync(place.Town, room.Id, Cancel)).Count);

        Assert.Equal("REC-ROM-003", Workplace.CodeOf(await rooms.InspectAsync(place.Town, room.Id, new(place.Today.AddDays(1), "a", true, "", []), null, place.Manager, Cancel)));
        Assert.Equal("REC-ROM-004", Workplace.CodeOf(await rooms.InspectAsync(place.Town, room.Id, new(place.Today, "a", true, "", [room.Id]), null, place.Manager, Cancel)));
        Assert.Equal("REC-ROM-001", Workplace.CodeOf(await rooms.InspectAsync(place.Town, room.Id, new(place.Today, "a", true, "", []), [place.Welfare.Id], place.Other, Cancel)));
    }

    [Fact]
    public async Task Entries_are_typed_at_the_door_or_taken_from_a_file_once()
    {
        await using var place = await Workplace.OpenAsync();
        var room = await place.EnterAsync(RoomDesk.Rooms, ("name", "電算室"), ("kind", "server"), ("control", "card"));
        var rooms = place.Slices.Rooms;
        var now = place.Office.Clock.Now();
        var id = (await rooms.EnterAsync(place.Town, room.Id, new(now.AddMinutes(-30), null, "保守 次郎", "いそべ電算", "職員 一郎", "無停電電源の交換"), null, place.Staff, Cancel)).OrThrow();
        place.Office.Clock.Move(TimeSpan.FromHours(1));
        (await rooms.LeaveAsync(place.Town, id, null, place.Staff, Cancel)).OrThrow();
        Assert.Equal("REC-ROM-006", Workplace.CodeOf(await rooms.LeaveAsync(place.Town, id, null, place.Staff, Cancel)));
        Assert.Equal("REC-ROM-002", Workplace.CodeOf(await rooms.EnterAsync(place.Town, room.Id, new(now.AddDays(2), null, "x", "", "", ""), null, place.Staff, Cancel)));

        const string Csv = "カード名義,入室日時,退室日時,所属\r\n\"山田, 花子\",2026/3/30 9:05,2026/3/30 9:40,総務課\r\n鈴木 太郎,2026/3/31 13:00:10,,税務課\r\n";
        var cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes(Csv);
        Assert.Equal(new EntriesTaken(2, 0), (await rooms.TakeFileAsync(place.Town, room.Id, cp932, null, place.Staff, Cancel)).OrThrow());
        Assert.Equal(new EntriesTaken(0, 2), (await rooms.TakeFileAsync(place.Town, room.Id, Encoding.UTF8.GetBytes(Csv), null, place.Staff, Cancel)).OrThrow());
        Assert.Equal(["保守 次郎", "鈴木 太郎", "山田, 花子"], (await rooms.EntriesAsync(place.Town, room.Id, 10, Cancel)).Select(e => e.Who));
        foreach (var (wrong, told) in new[]
        {
            ("", "行"), ("氏名,日付\nx,y\n", "入室日時"), ("氏名,入室日時\n,2026/3/30 9:05\n", "A2"), ("氏名,入室日時\n山田,きのう\n", "B2"), ("氏名,入室日時,退室日時\n山田,2026/3/30 9:05,2026/3/30 8:00\n", "C2"),
            ("氏名,入室日時\n\"山田,2026/3/30 9:05\n", "引用符"), ("氏名,入室日時\n山田,2030/3/30 9:05\n", "これから"),
        })
        {
            var refused = Assert.IsType<Outcome<EntriesTaken>.Refused>(await rooms.TakeFileAsync(place.Town, room.Id, Encoding.UTF8.GetBytes(wrong), null, place.Staff, Cancel));
            Assert.Equal("REC-ROM-005", refused.Why.Code);
            Assert.Contains(told, refused.Why.What.Ja, StringComparison.Ordinal);
        }
    }
}
