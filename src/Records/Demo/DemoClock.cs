namespace Sekisho.Records.Demo;

/// <summary>The clock of a year that is told in a minute. It only goes forward.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now;

    public void MoveTo(DateTimeOffset moment)
    {
        if (moment > now) now = moment;
    }
}
