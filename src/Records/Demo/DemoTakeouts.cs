using Sekisho.Assurance;
using Sekisho.Records.Incidents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Demo;

/// <summary>What left the made-up town's buildings, and how it came back.</summary>
internal sealed class DemoTakeouts(RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, DemoOrganisation organisation, Func<int, DateOnly> dayOf)
{
    private static readonly ReturnCheck AllBack = new(true, true, "");

    private readonly DemoEntries entries = new(slices, town);
    private readonly Dictionary<string, TakeoutId> asked = [];

    private Actor Clerk => people["clerk"];

    private Actor Assessor => people["assessor"];

    private Actor Tax => people["tax"];

    private Actor Digital => people["digital"];

    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps()
    {
        // One sheet left behind: an incident, found again and closed by another than who lost it.
        yield return (-330, 9, c => AskAsync("lost", "welfare", Clerk, Paper("訪問調査票（4 世帯分）", "世帯への訪問調査", "対象の世帯", -330, 0), c));
        yield return (-330, 9.3, c => ApproveAsync("lost", Digital, c));
        yield return (-330, 10, c => OutAsync("lost", Clerk, c));
        yield return (-330, 15, async c => (await slices.Takeouts.LoseAsync(town, asked["lost"], new(JapaneseTime.StartOf(dayOf(-330)).AddHours(14.5), "潮風公園の東屋", "調査票を一枚、置き忘れた。上司に電話し、戻って探している。", 3), null, Clerk, c)).OrThrow());
        yield return (-330, 16, c => FollowAsync(async incident => await slices.Incidents.AssignAsync(town, incident.Id, await HandlerAsync(incident, c), dayOf(-327), null, people["officer"], c), c));
        yield return (-329, 9, c => FollowAsync(incident => slices.Incidents.NoteAsync(town, incident.Id, "東屋の管理人から届いた。封は開いていなかった。三人に事情を説明した。", dayOf(-325), null, Digital, c), c));
        yield return (-327, 10, c => FollowAsync(incident => slices.Incidents.CloseAsync(town, incident.Id, "枚数を数えずに片付けた。", "訪問先を出るときに枚数を声に出して確かめる。", null, Digital, c), c));
        // On paper, there and back in a day.
        foreach (var (day, what) in new[] { (-300, "訪問調査票（10 世帯分）"), (-214, "訪問調査票（8 世帯分）"), (-88, "訪問調査票（12 世帯分）") })
        {
            var key = $"visit{day}";
            yield return (day, 9, c => AskAsync(key, "welfare", Clerk, Paper(what, "世帯への訪問調査", "対象の世帯", day, 0), c));
            yield return (day, 9.3, c => ApproveAsync(key, Digital, c));
            yield return (day, 10, c => OutAsync(key, Clerk, c));
            yield return (day, 16, c => BackAsync(key, Clerk, c));
            yield return (day, 17, c => BackAsync(key, Digital, c));
        }
        // On a medium: over its day, chased, back on the fourth.
        yield return (-164, 10, c => AskAsync("late", "tax", Assessor, Medium("固定資産の評価一覧", "県との評価の打合せ", "県庁", "貸出用 USB メモリ 02", -163, 2), c));
        yield return (-164, 11, c => ApproveAsync("late", Tax, c));
        yield return (-163, 9, c => OutAsync("late", Assessor, c));
        foreach (var day in new[] { -160, -159, -158 }) yield return (day, 8, async c => await slices.Takeouts.ChaseAsync(town, c));
        yield return (-157, 9, c => BackAsync("late", Assessor, c));
        yield return (-157, 9.5, c => BackAsync("late", Tax, c));
        // Inside the building, with My Number information; and one more day asked for and given.
        yield return (-110, 13, c => AskAsync("inside", "tax", Assessor, 
            new(new(default, "個人番号の突合表", [], "3B", "福祉課との突合作業", "福祉課 事務室", true, true, Carrier.Paper, null, ["direct", "sealed"], dayOf(-110), dayOf(-110)), null), c));
        yield return (-110, 13.2, c => ApproveAsync("inside", Tax, c));
        yield return (-110, 13.4, c => OutAsync("inside", Assessor, c));
        yield return (-110, 15, c => BackAsync("inside", Assessor, c));
        yield return (-110, 15.5, c => BackAsync("inside", Tax, c));
        yield return (-62, 10, c => AskAsync("longer", "tax", Assessor, Medium("償却資産の一覧", "税務署との照合", "税務署", "貸出用 USB メモリ 04", -62, 1), c));
        yield return (-62, 11, c => ApproveAsync("longer", Tax, c));
        yield return (-62, 13, c => OutAsync("longer", Assessor, c));
        yield return (-61, 15, async c => (await slices.Takeouts.AskExtensionAsync(town, asked["longer"], dayOf(-58), "照合が一日では終わらなかったため。", null, Assessor, c)).OrThrow());
        yield return (-61, 16, async c => (await slices.Takeouts.DecideExtensionAsync(town, asked["longer"], true, "", null, Tax, c)).OrThrow());
        yield return (-58, 14, c => BackAsync("longer", Assessor, c));
        yield return (-58, 16, c => BackAsync("longer", Tax, c));
        yield return (-45, 9, c => AskAsync("refused", "welfare", Clerk, Paper("受給者台帳の写し", "自宅での集計", "自宅", -45, 3), c));
        yield return (-45, 10, async c => (await slices.Takeouts.RefuseAsync(town, asked["refused"], "庁内の端末で足りる。自宅への持ち出しは認めない。", null, Digital, c)).OrThrow());
        yield return (-33, 9, c => AskAsync("given up", "tax", Assessor, Paper("調査対象の一覧", "現地調査", "町内", -32, 0), c));
        yield return (-33, 15, async c => (await slices.Takeouts.WithdrawAsync(town, asked["given up"], null, Assessor, c)).OrThrow());
        // As it stands today: one back and not looked at, one outside, one that may go, one that waits.
        yield return (-3, 9, c => AskAsync("back", "welfare", Clerk, Paper("訪問調査票（6 世帯分）", "世帯への訪問調査", "対象の世帯", -2, 0), c));
        yield return (-3, 10, c => ApproveAsync("back", Digital, c));
        yield return (-2, 9, c => OutAsync("back", Clerk, c));
        yield return (-2, 16, c => BackAsync("back", Clerk, c));
        yield return (-2, 10, c => AskAsync("out", "tax", Assessor, Medium("家屋調査の図面", "新築家屋の調査", "町内 12 棟", "貸出用 USB メモリ 02", -1, 4), c));
        yield return (-2, 11, c => ApproveAsync("out", Tax, c));
        yield return (-1, 9, c => OutAsync("out", Assessor, c));
        yield return (-1, 13, c => AskAsync("next", "residents", people["residents"], Medium("人口の統計表", "県への提出", "県庁", "貸出用 USB メモリ 05", 2, 1), c));
        yield return (-1, 15, c => ApproveAsync("next", people["ciso"], c));
        yield return (-1, 16, c => AskAsync("waiting", "tax", Assessor, Medium("滞納者の訪問先一覧", "訪問による納付の相談", "町内", "貸出用 USB メモリ 06", 1, 2), c));
    }

    /// <summary>What is asked for, and the name of the medium that carries it.</summary>
    private sealed record Wish(TakeoutDraft Draft, string? Medium);

    private Wish Paper(string what, string why, string where, int from, int days) =>
        new(new(default, what, [], "2", why, where, false, false, Carrier.Paper, null, ["direct", "counted", "sealed"], dayOf(from), dayOf(from + days)), null);

    private Wish Medium(string what, string why, string where, string medium, int from, int days) =>
        new(new(default, what, [], "2", why, where, false, false, Carrier.Medium, null, ["direct", "encrypted", "locked"], dayOf(from), dayOf(from + days)), medium);

    private async Task AskAsync(string key, string unit, Actor by, Wish wish, CancellationToken cancel)
    {
        var carried = wish.Medium is { } medium ? (await entries.ListAsync(TerminalRegisters.Media, cancel)).Single(m => m.Title == medium).Id : (EntryId?)null;
        asked[key] = (await slices.Takeouts.AskAsync(town, wish.Draft with { Unit = organisation.UnitOf(unit), CarriedBy = carried }, null, by, cancel)).OrThrow().Id;
    }

    private async Task ApproveAsync(string key, Actor by, CancellationToken cancel) => (await slices.Takeouts.ApproveAsync(town, asked[key], "", null, by, cancel)).OrThrow();

    private async Task OutAsync(string key, Actor by, CancellationToken cancel) => (await slices.Takeouts.GoOutAsync(town, asked[key], null, by, cancel)).OrThrow();

    private async Task FollowAsync(Func<Incident, Task<Outcome<Incident>>> act, CancellationToken cancel) =>
        (await act((await slices.Incidents.OfAsync(town, IncidentOrigin.Takeout, asked["lost"].Value, null, cancel))!)).OrThrow();

    private async Task<PersonId> HandlerAsync(Incident incident, CancellationToken cancel) =>
        (await slices.Incidents.ReadAsync(town, incident.Id, null, cancel))!.Candidates.First(c => c.Name == Digital.Name).Person;

    private async Task BackAsync(string key, Actor by, CancellationToken cancel) => (await slices.Takeouts.BackAsync(town, asked[key], AllBack, null, by, cancel)).OrThrow();
}
