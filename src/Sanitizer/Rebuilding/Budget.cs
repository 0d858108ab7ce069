using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>What one file may cost, shared by everything nested in it (展開の上限): bytes, members, time.</summary>
/// <param name="inputBytes">Length of the outermost file.</param>
internal sealed class Budget(SanitizeLimits limits, long inputBytes, TimeProvider time)
{
    // Below this, any ratio is fine: a blank sheet of Excel unpacks to 500 times its size.
    private const long RatioFrom = 16 << 20;

    private readonly long start = time.GetTimestamp();
    private readonly long mostExpanded = Math.Min(limits.ExpandedBytes, Math.Max(RatioFrom, inputBytes > limits.ExpandedBytes / limits.ExpansionRatio ? limits.ExpandedBytes : inputBytes * limits.ExpansionRatio));
    private long expanded;
    private int entries;

    public SanitizeLimits Limits => limits;

    public TimeSpan Elapsed => time.GetElapsedTime(start);

    /// <exception cref="RefusedException">More was unpacked than the file may.</exception>
    public void Expand(long bytes, string place)
    {
        expanded += bytes;
        if (expanded > mostExpanded) throw Refusals.Bomb(place, expanded);
        Check();
    }

    /// <summary>True when this much more would be too much: asked of sizes that a header declares, before anything is unpacked.</summary>
    public bool WouldBurst(long declaredBytes) => declaredBytes < 0 || expanded + declaredBytes > mostExpanded;

    /// <exception cref="RefusedException">It holds more members and parts than it may.</exception>
    public void Enter(string place, int count = 1)
    {
        entries += count;
        if (entries > limits.Entries) throw Refusals.TooMany(place, limits.Entries);
    }

    /// <exception cref="RefusedException">The time is over. Asked in every loop over bad input; the host kills a worker that doesn't ask.</exception>
    public void Check()
    {
        if (Elapsed > limits.Time) throw Refusals.TooSlow(limits.Time);
    }

    /// <exception cref="RefusedException">The picture is larger than it may, told from its header.</exception>
    public void Pixels(long width, long height, string place, int frames = 1)
    {
        if (width <= 0 || height <= 0 || width > int.MaxValue || height > int.MaxValue || width * height > limits.Pixels / Math.Max(1, frames)) throw Refusals.TooManyPixels(place, width, height);
    }
}
