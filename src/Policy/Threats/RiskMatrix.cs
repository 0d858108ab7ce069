namespace Sekisho.Policy.Threats;

/// <summary>Risk from how often and how much (リスクの大きさ): frequency × loss, both in steps from 1.</summary>
public static class RiskMatrix
{
    /// <summary>Steps of either scale at most; an office may use fewer.</summary>
    public const int Steps = 5;

    public const int Most = Steps * Steps;

    /// <summary>1 to <see cref="Most"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A step is outside 1 to <see cref="Steps"/>.</exception>
    public static int Level(int likelihood, int loss)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(likelihood, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(likelihood, Steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(loss, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(loss, Steps);
        return likelihood * loss;
    }

    /// <summary>How far controls that hold bring a likelihood down: all of them two steps, half of them one, never under 1.</summary>
    /// <param name="holding">Controls whose obligation is met now.</param>
    /// <param name="all">All controls of the threat; without any nothing is held down.</param>
    /// <remarks>A suggestion to start from: a person rates what remains.</remarks>
    public static int Remaining(int likelihood, int holding, int all)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(holding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(holding, all);
        return all == 0 ? likelihood : Math.Max(1, likelihood - 2 * holding / all);
    }
}
