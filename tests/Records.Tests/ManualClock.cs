namespace Sekisho.Records.Tests;

/// <summary>A clock that moves when the test says so.</summary>
internal sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now;

    public DateTimeOffset Move(TimeSpan by) => now += by;

    public void MoveTo(DateTimeOffset moment) => now = moment;
}
