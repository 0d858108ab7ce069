using Microsoft.Extensions.Logging;
using Sekisho.Crossing.Pictures;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Retention;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Traces;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Isolation;

namespace Sekisho.Crossing;

/// <summary>The slices of the crossing, made to work together (授受). One for the whole process; each slice is safe to share.</summary>
public sealed class CrossingSlices : IDisposable
{
    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly WorkQueue queue;
    private readonly ProgressWatch watch;

    /// <param name="limits">How much may wait; null: as the environment says.</param>
    public CrossingSlices(RecordKeeper keeper, RecordSlices records, FileVault vault, WaitingLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        ArgumentNullException.ThrowIfNull(records);
        (this.keeper, this.vault) = (keeper, vault);
        queue = new WorkQueue(keeper.Database);
        watch = new ProgressWatch(keeper);
        Routes = new RouteBook(keeper, records.Waivers);
        Requests = new RequestDesk(keeper, vault, Routes, queue, limits ?? WaitingLimits.FromEnvironment(), watch);
        Inspections = new InspectionDesk(keeper, vault, Requests);
        Pictures = new PictureDesk(keeper, vault, Requests);
        Retention = new RetentionRound(keeper, vault, Requests, Pictures);
        Traces = new TraceDesk(keeper);
    }

    public RouteBook Routes { get; }

    public RequestDesk Requests { get; }

    public InspectionDesk Inspections { get; }

    public RetentionRound Retention { get; }

    public TraceDesk Traces { get; }

    public PictureDesk Pictures { get; }

    /// <summary>A worker over a pool of sandboxes; it runs when it is started.</summary>
    /// <param name="pool">Asked for when there is a file to do.</param>
    public SanitiseRound Worker(Func<CancellationToken, Task<SanitizerPool>> pool, ILogger logger) => new(queue, new SanitiseDesk(keeper, vault), vault, pool, watch.Changed, logger, TimeProvider.System);

    /// <summary>How many files wait or are worked on, of all municipalities.</summary>
    public Task<long> WaitingAsync(CancellationToken cancel) => queue.LengthAsync(cancel);

    public void Dispose()
    {
        queue.Dispose();
        Pictures.Dispose();
        watch.Dispose();
    }
}
