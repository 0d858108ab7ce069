using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.EvidenceKept;

/// <summary>A source of evidence about one municipality.</summary>
public delegate IEvidenceSource SourceFor(MunicipalityId municipality);

/// <summary>Asks the sources of the running system and keeps what they say (証跡の収集).</summary>
/// <remarks>
/// Run hourly in the background and after every change that a source watches. An observation is kept when it differs from the newest one on
/// its subject, or when that is older than <see cref="Heartbeat"/>: evidence stays young without a row an hour for each fact (docs/adr/0043).
/// </remarks>
public sealed class EvidenceCollector
{
    /// <summary>A quarter of the shortest validity in the catalogue (24 h).</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromHours(6);

    private static readonly Actor Self = Actor.System("collector");

    private readonly RecordKeeper keeper;
    private readonly EvidenceBook evidence;
    private readonly IReadOnlyList<SourceFor> sources;

    internal EvidenceCollector(RecordKeeper keeper, EvidenceBook evidence, IReadOnlyList<SourceFor> sources)
    {
        this.keeper = keeper;
        this.evidence = evidence;
        this.sources = sources;
    }

    /// <summary>Is told of a source that failed by a fault of its own; the others go on. Where nobody is told, the fault is thrown: a test must see it.</summary>
    public Action<MunicipalityId, string, Exception>? Failed { get; set; }

    /// <summary>What these sources can say something about: the rest comes from engines and from people.</summary>
    public IReadOnlySet<string> KindsOf(MunicipalityId municipality) => sources.SelectMany(s => s(municipality).Kinds).ToHashSet(StringComparer.Ordinal);

    /// <summary>All municipalities of the installation, one after the other.</summary>
    /// <returns>How many observations were kept.</returns>
    public async Task<int> RunAllAsync(CancellationToken cancel)
    {
        var kept = 0;
        await keeper.EachMunicipalityAsync(async municipality => kept += await RunAsync(municipality, null, cancel), cancel);
        return kept;
    }

    /// <summary>One municipality.</summary>
    /// <param name="kinds">Only sources that can produce one of these; null: all.</param>
    /// <returns>How many observations were kept.</returns>
    public async Task<int> RunAsync(MunicipalityId municipality, IReadOnlyCollection<string>? kinds, CancellationToken cancel)
    {
        var kept = 0;
        foreach (var source in sources.Select(s => s(municipality)).Where(s => kinds is null || s.Kinds.Any(kinds.Contains)))
        {
            try
            {
                kept += await TakeAsync(municipality, source, cancel);
            }
            // A database that is away concerns all sources: whoever started the round deals with it.
            catch (Exception e) when (Failed is not null && e is not OperationCanceledException && StorageException.Explain(e) is null)
            {
                Failed(municipality, source.GetType().Name, e);
            }
        }
        return kept;
    }

    /// <summary>What its rounds would have kept at moments that have passed, while the registers are still as they were then: for a year that is told in a minute (the demo).</summary>
    /// <param name="kinds">Of sources whose evidence doesn't last from one told round to the next.</param>
    internal async Task<IReadOnlyList<(Observation Observed, DateTimeOffset At, Actor By)>> LookBackAsync(
        MunicipalityId municipality, IReadOnlyCollection<string> kinds, IEnumerable<DateTimeOffset> moments, CancellationToken cancel)
    {
        var asked = sources.Select(s => s(municipality)).Where(s => s.Kinds.Any(kinds.Contains)).ToList();
        var seen = new List<(Observation, DateTimeOffset, Actor)>();
        foreach (var at in moments)
            foreach (var source in asked) seen.AddRange((await source.ObserveAsync(at, cancel)).Where(o => kinds.Contains(o.Kind)).Select(o => (o, at, Self)));
        return seen;
    }

    private async Task<int> TakeAsync(MunicipalityId municipality, IEvidenceSource source, CancellationToken cancel)
    {
        var kept = 0;
        var at = keeper.Clock.Now();
        foreach (var observation in await source.ObserveAsync(at, cancel))
        {
            // Our own sources keep the rules of evidence; if one doesn't, that is a bug to be seen.
            if ((await evidence.RecordNewsAsync(municipality, observation, (tx, c) => IsNewsAsync(tx, observation, at, c), Self, cancel)).OrThrow()) kept++;
        }
        return kept;
    }

    private static async Task<bool> IsNewsAsync(TenantTransaction tx, Observation observation, DateTimeOffset at, CancellationToken cancel)
    {
        var newest = await tx.FirstAsync($"""
            SELECT {EvidenceRows.Columns} FROM records.evidence e
            WHERE e.kind = $1 AND e.subject = $2 AND e.weight = 'System' ORDER BY e.seen_at DESC, e.recorded_at DESC, e.id DESC LIMIT 1
            """, EvidenceRows.Evidence, cancel, observation.Kind, observation.Subject);
        return newest is null
            // What was observed once and for all (a meeting) doesn't get younger by being told again.
            || (at - newest.Observed.ObservedAt >= Heartbeat && observation.ObservedAt > newest.Observed.ObservedAt)
            || newest.Observed.Sentence != observation.Sentence
            || newest.Observed.Facts.Count != observation.Facts.Count
            || observation.Facts.Any(f => !newest.Observed.Facts.TryGetValue(f.Key, out var was) || was != f.Value);
    }
}
