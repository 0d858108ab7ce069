namespace Sekisho.Web.Tests;

/// <summary>A clock that the test moves.</summary>
public sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    /// <summary>The machine's time at first: Data Protection and cookies read that one too.</summary>
    public static TestClock FromNow() => new(System.GetUtcNow());

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan by) => now += by;
}
