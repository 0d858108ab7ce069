using System.Runtime.InteropServices;

namespace Sekisho.Sanitizer.Tests;

/// <summary>What the calling thread spent since <see cref="Begin"/>: a limit on it can fail for its own reason only, whatever runs beside it and however busy the machine is.</summary>
internal readonly partial struct OwnCost
{
    // Of <time.h> on Linux: the processor time of the calling thread.
    private const int ThreadTime = 3;

    private readonly double secondsBefore;
    private readonly long bytesBefore;

    private OwnCost(double seconds, long bytes) => (secondsBefore, bytesBefore) = (seconds, bytes);

    /// <summary>Seconds of processor time.</summary>
    public double Seconds => Now() - secondsBefore;

    /// <summary>Bytes allocated on the managed heap, collected or not.</summary>
    public long Bytes => GC.GetAllocatedBytesForCurrentThread() - bytesBefore;

    public static OwnCost Begin() => new(Now(), GC.GetAllocatedBytesForCurrentThread());

    private static double Now() => ReadClock(ThreadTime, out var time) == 0 ? time.Seconds + time.Nanoseconds / 1e9 : throw new InvalidOperationException("no clock of the thread");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Time time);

    private readonly record struct Time(long Seconds, long Nanoseconds);
}
