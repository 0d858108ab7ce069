namespace Sekisho.Crossing.Queue;

/// <summary>Wakes who waits for something to happen in this process. However often it was rung, one look finds all of it.</summary>
internal sealed class Bell : IDisposable
{
    private readonly SemaphoreSlim rung = new(0);

    public void Ring()
    {
        if (rung.CurrentCount == 0) rung.Release();
    }

    /// <summary>Returns when it was rung, or after that time.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        if (!await rung.WaitAsync(atMost, cancel).ConfigureAwait(false)) return;
        while (rung.Wait(0, CancellationToken.None))
        {
        }
    }

    public void Dispose() => rung.Dispose();
}
