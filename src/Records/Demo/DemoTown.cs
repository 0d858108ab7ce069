using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Terminals;
using Sekisho.Records.Zones;
using Sekisho.Storage;

namespace Sekisho.Records.Demo;

/// <summary>What others need who tell a part of the made-up town's story.</summary>
/// <param name="Keeper">With the clock of the story.</param>
/// <param name="People">By their key.</param>
/// <param name="Unit">By its key; there once the story's first day is told.</param>
public sealed record DemoTelling(RecordKeeper Keeper, RecordSlices Records, MunicipalityId Town, IReadOnlyDictionary<string, Actor> People, Func<string, Organisation.UnitId> Unit);

/// <summary>The made-up town (しおかぜ町) with a year of data that ends now: every screen full, every verdict to be seen.</summary>
/// <remarks>Inserted only by <c>sekisho up --demo</c>. What it keeps goes through the same façades as everything else, with a clock of its own; only the made-up systems' evidence carries its moments along.</remarks>
public sealed class DemoTown(Database database, NoteSigner signer, TimeProvider clock)
{
    /// <summary>Makes accounts for people; returns their account ids by <see cref="DemoPerson.Key"/>.</summary>
    public delegate Task<IReadOnlyDictionary<string, string>> MakeAccounts(MunicipalityId municipality, IReadOnlyList<DemoPerson> people, CancellationToken cancel);

    /// <summary>What is told beside the records' own story: days count from today, hours are Japan's.</summary>
    public delegate IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> More(DemoTelling told);

    /// <summary>Its part of addresses, e.g. /p/shiokaze.</summary>
    public static string Slug => Script.Value.Slug;

    public static IReadOnlyList<DemoPerson> People => Script.Value.People;

    public static IReadOnlyList<DemoUnit> Units => Script.Value.Units;

    private static readonly Lazy<DemoScript> Script = new(DemoScript.Load);

    public static Refusal RealData { get; } = new("REC-DEM-001",
        new("このデータフォルダには実際の自治体のデータがあるため、架空の町を入れませんでした。", "This data folder holds a real municipality; the made-up town was not put in."),
        new("空のフォルダを --data で指定してください。", "Name an empty folder with --data."));

    private static readonly Actor Systems = Actor.System("demo");

    private static readonly string[] Daily = [TerminalSource.Media, TerminalSource.Authentication, TerminalSource.Posture, ZoneSource.MyNumber, ZoneSource.Lgwan, ZoneSource.Internet];

    /// <summary>A made-up terminal that was silent for longer reports when the town is started again.</summary>
    private static readonly TimeSpan Silent = TimeSpan.FromHours(12);

    /// <summary>Puts the town in when it isn't there; when it is, brings its systems' evidence up to now.</summary>
    /// <param name="accounts">Null: records name the people under ids of the demo's own.</param>
    /// <param name="more">What other parts of the product add to the story, told in its order; null: nothing.</param>
    public async Task<Outcome<MunicipalityId>> EnsureAsync(MakeAccounts? accounts, CancellationToken cancel, More? more = null)
    {
        var now = clock.Now();
        var (found, others) = await FindAsync(cancel);
        if (found is { } there)
        {
            await TopUpAsync(there, now, cancel);
            return there;
        }
        // Made-up data never stands beside a real municipality's.
        if (others) return RealData;
        // Day 0 of the script is this morning's midnight in Japan: the story keeps office hours.
        var start = JapaneseTime.StartOf(JapaneseTime.Day(now)).ToUniversalTime();
        var town = await AddAsync(start.AddDays(-366), cancel);
        var ids = accounts is null ? null : await accounts(town, People, cancel);
        var story = new DemoClock(start.AddDays(-366));
        var keeper = new RecordKeeper(database, new LedgerStore(signer, story), story);
        var slices = new RecordSlices(keeper);
        await slices.Obligations.EnsureEditionAsync(cancel);
        var people = People.ToDictionary(p => p.Key, p => new Actor(ids?.GetValueOrDefault(p.Key) ?? $"demo:{p.Key}", p.Name));
        var reached = DateTimeOffset.MinValue;
        var own = new DemoStory(slices, town, people, Script.Value, start);
        foreach (var step in own.Steps().Concat(more is null ? [] : own.Steps(more(new(keeper, slices, town, people, own.Unit)))).OrderBy(s => s.At))
        {
            if (step.At > now) break;
            await FlushAsync(slices, town, start, reached, reached, step.At, cancel);
            reached = step.At;
            story.MoveTo(step.At);
            await step.Act(cancel);
        }
        await FlushAsync(slices, town, start, reached, reached, now, cancel);
        // A little before now: nothing of the year may lie in the future.
        story.MoveTo(now.AddSeconds(-1));
        await CatchUpAsync(slices, town, cancel);
        return town;
    }

    /// <summary>After some days off, the made-up systems report what they would have seen meanwhile; the sentences stay those of the last day.</summary>
    private async Task TopUpAsync(MunicipalityId town, DateTimeOffset now, CancellationToken cancel)
    {
        DateTimeOffset start, last, looked;
        await using (var tx = await database.EnterAsync(town, cancel))
        {
            var kept = await tx.FirstAsync("""
                SELECT (SELECT min(imported_at) FROM records.policy_version), coalesce((SELECT max(recorded_at) FROM records.evidence WHERE recorded_by = $1), now()),
                       coalesce((SELECT max(recorded_at) FROM records.evidence WHERE kind = ANY($2)), now())
                """, r => Tuple.Create(r.MomentOrNull(0), r.Moment(1), r.Moment(2)), cancel, Systems.Account, Daily);
            if (kept?.Item1 is not { } imported) return;
            start = JapaneseTime.StartOf(JapaneseTime.Day(imported).AddDays(365)).ToUniversalTime();
            (last, looked) = (kept.Item2, kept.Item3);
        }
        var slices = new RecordSlices(new RecordKeeper(database, new LedgerStore(signer, clock), clock));
        await FlushAsync(slices, town, start, last, looked, now, cancel);
        await CatchUpAsync(slices, town, cancel);
    }

    /// <summary>Terminals and devices answer, and the town is looked at as it stands now.</summary>
    private static async Task CatchUpAsync(RecordSlices slices, MunicipalityId town, CancellationToken cancel)
    {
        await DemoTerminals.ReportAgainAsync(slices, town, Silent, cancel);
        await slices.Zones.SeenAgainAsync(town, slices.Registers.Keeper.Clock.Now(), cancel);
        await slices.Collector.RunAsync(town, null, cancel);
    }

    /// <summary>What the made-up systems and the rounds of the real ones saw between two acts.</summary>
    private static async Task FlushAsync(RecordSlices slices, MunicipalityId town, DateTimeOffset start, DateTimeOffset after, DateTimeOffset looked, DateTimeOffset upTo, CancellationToken cancel)
    {
        var rounds = Rounds(start, looked, upTo).ToArray();
        // The town's backups run every night, and find the devices as they were.
        if (rounds.Length > 0) await slices.Zones.SeenAgainAsync(town, upTo, cancel);
        (Observation, DateTimeOffset At, Actor)[] part =
        [
            .. Script.Value.Observations(start, after, upTo).Select(o => (o.Observed, o.At, Systems))
                .Concat(await slices.Collector.LookBackAsync(town, Daily, rounds, cancel))
                .OrderBy(o => o.At),
        ];
        if (part.Length > 0) (await slices.Evidence.RecordManyAsync(town, part, cancel)).OrThrow();
    }

    /// <summary>Evidence on terminals holds for a day: a round every twenty hours keeps it without a gap.</summary>
    private static IEnumerable<DateTimeOffset> Rounds(DateTimeOffset start, DateTimeOffset after, DateTimeOffset upTo)
    {
        const int Hours = 20;
        for (var slot = Math.Max(0, (int)((after - start.AddDays(-366)).TotalHours / Hours)); start.AddDays(-366).AddHours(slot * Hours) is var at && at <= upTo; slot++)
            if (at > after) yield return at;
    }

    private async Task<(MunicipalityId? Town, bool Others)> FindAsync(CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel);
        var all = await tx.ListAsync("SELECT id, slug FROM records.municipality", r => (Id: r.GetGuid(0), Slug: r.GetString(1)), cancel);
        return (all.Where(m => m.Slug == Slug).Select(m => (MunicipalityId?)new MunicipalityId(m.Id)).FirstOrDefault(), all.Any(m => m.Slug != Slug));
    }

    private async Task<MunicipalityId> AddAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var id = new MunicipalityId(RecordKeeper.NewId(at));
        await using var tx = await database.EnterOwnerAsync(cancel);
        await tx.RunAsync("INSERT INTO records.municipality (id, slug, name, created_at, settings) VALUES ($1, $2, $3, $4, '{\"demo\": true}')",
            cancel, id.Value, Slug, Script.Value.Name, at);
        await tx.CommitAsync(cancel);
        return id;
    }
}
