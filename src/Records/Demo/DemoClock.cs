namespace Sekisho.Records.Demo;

/// <summary>The clock of a year that is told in a minute. It only goes forward, a microsecond with each look: two acts never share their moment.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now += TimeSpan.FromMicroseconds(1);
    }

    public void MoveTo(DateTimeOffset moment)
    {
        lock (gate)
        {
            if (moment > now) now = moment;
        }
    }
}
