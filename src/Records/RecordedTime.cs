namespace Sekisho.Records;

/// <summary>Moments as PostgreSQL keeps them.</summary>
public static class RecordedTime
{
    /// <summary>Now in UTC, cut to microseconds: what is read back from a timestamptz must equal what was written.</summary>
    public static DateTimeOffset Now(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return Cut(clock.GetUtcNow());
    }

    internal static DateTimeOffset Cut(DateTimeOffset moment)
    {
        var utc = moment.UtcTicks;
        return new DateTimeOffset(utc - (utc % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
