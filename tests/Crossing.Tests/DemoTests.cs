using System.Diagnostics;
using Sekisho.Assurance;
using Sekisho.Crossing.Demo;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Traces;
using Sekisho.Records;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Isolation;

namespace Sekisho.Crossing.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task The_made_up_towns_year_has_crossings_of_every_kind_by_the_real_machinery()
    {
        await using var gate = await Gate.OpenAsync();
        (await gate.Records.Registers.AddAsync(gate.Town, "assets", EntryDraft.Of(("unit", gate.Tax.Id.ToString()), ("name", "地籍図・公図の写し"), ("kind", "data"), ("confidentiality", "2")), null, gate.Officer, Gate.Cancel)).OrThrow();
        var people = new Dictionary<string, Actor> { ["clerk"] = gate.Staff, ["assessor"] = gate.Colleague, ["residents"] = gate.Staff, ["tax"] = gate.Manager, ["digital"] = gate.Head, ["officer"] = gate.Officer };
        var start = JapaneseTime.StartOf(JapaneseTime.Day(gate.Clock.GetUtcNow())).AddDays(367).ToUniversalTime();
        var spent = Stopwatch.GetTimestamp();
        await using (var crossings = await DemoCrossings.StartAsync(gate.Folder, Isolation.Bubblewrap, AppContext.BaseDirectory, Gate.Cancel))
        {
            foreach (var (day, hour, act) in crossings.Steps(new(gate.Keeper, gate.Records, gate.Town, people, _ => gate.Tax.Id)).OrderBy(s => s.Day).ThenBy(s => s.Hour))
            {
                gate.Clock.Move(start.AddDays(day).AddHours(hour) - gate.Clock.GetUtcNow());
                await act(Gate.Cancel);
            }
        }
        TestContext.Current.SendDiagnosticMessage($"the crossings of the demo took {Stopwatch.GetElapsedTime(spent).TotalSeconds:F1} s");

        await using var tx = await gate.Keeper.Database.EnterAsync(gate.Town, Gate.Cancel);
        var states = await tx.ListAsync("SELECT DISTINCT state FROM crossing.request", r => r.Case<RequestState>(0), Gate.Cancel);
        Assert.Superset(new HashSet<RequestState> { RequestState.Delivered, RequestState.Waiting, RequestState.Refused, RequestState.Expired, RequestState.NothingOut }, states.ToHashSet());
        var outcomes = await tx.ListAsync("SELECT outcome, count(*) FROM crossing.trace GROUP BY outcome", r => (Outcome: r.Case<TraceOutcome>(0), Files: r.GetInt64(1)), Gate.Cancel);
        Assert.Superset(new HashSet<TraceOutcome> { TraceOutcome.Delivered, TraceOutcome.Blocked, TraceOutcome.Declined, TraceOutcome.Pending, TraceOutcome.Excepted }, outcomes.Select(o => o.Outcome).ToHashSet());
        Assert.True(outcomes.Sum(o => o.Files) > 40);
        var families = await tx.ListAsync("SELECT DISTINCT family FROM crossing.trace_family", r => r.GetString(0), Gate.Cancel);
        Assert.Superset(new HashSet<string> { "macro", "script", "external" }, families.ToHashSet());
        // What is not meant to be blocked wasn't: the files are what they say.
        Assert.Equal(["SAN-KIND-001", "SAN-KIND-003"], await tx.ListAsync("SELECT DISTINCT refusal_code FROM crossing.item WHERE refusal_code IS NOT NULL ORDER BY 1", r => r.GetString(0), Gate.Cancel));
    }
}
