namespace Sekisho.Records.Demo;

/// <summary>The clock of a year that is told in a minute. It only goes forward, a microsecond with each look: two acts never share their moment.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now += TimeSpan.FromMicroseconds(1);

    public void MoveTo(DateTimeOffset moment)
    {
        if (moment > now) now = moment;
    }
}
