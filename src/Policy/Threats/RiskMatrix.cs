using Sekisho.Assurance;

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

/// <summary>In which order an office gets to its risks (リスク分析の進め方).</summary>
public enum RiskMethod
{
    /// <summary>Frequency × loss, both rated (発生頻度と影響).</summary>
    Frequency,

    /// <summary>Assets are rated first: their class gives the loss, and threats are extracted for rated groups only (格付けの後に脅威を抽出).</summary>
    Rating,
}

/// <summary>How an office words and judges risk (リスクの尺度).</summary>
/// <param name="Likelihood">What each step is called, from the least; <see cref="FewestSteps"/> to <see cref="RiskMatrix.Steps"/> of them.</param>
/// <param name="Loss">The same for losses.</param>
/// <param name="Line">A risk of this or more needs a treatment.</param>
/// <param name="Months">How long an analysis is good.</param>
public sealed record RiskScale(RiskMethod Method, IReadOnlyList<Bilingual> Likelihood, IReadOnlyList<Bilingual> Loss, int Line, int Months)
{
    public const int FewestSteps = 2;

    /// <summary>A step of the catalogue (1 to <see cref="RiskMatrix.Steps"/>) on a scale of fewer steps: both ends stay ends.</summary>
    public static int Fit(int step, int steps) => (int)Math.Round(1 + (step - 1) * (steps - 1) / (double)(RiskMatrix.Steps - 1), MidpointRounding.AwayFromZero);
}
