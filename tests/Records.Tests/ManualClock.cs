namespace Sekisho.Records.Tests;

/// <summary>A clock that moves when the test says so, and a microsecond with each look: as in life, no two acts share their moment.</summary>
internal sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now += TimeSpan.FromMicroseconds(1);

    public DateTimeOffset Move(TimeSpan by) => now += by;

    public void MoveTo(DateTimeOffset moment) => now = moment;
}
