using Sekisho.Assurance;
using Sekisho.Policy.Threats;
using Sekisho.Records.Risks;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Risks;

/// <summary>A page about risk: words for states and levels, and the answer to a form.</summary>
public abstract class RiskPage : MunicipalPage
{
    /// <summary>Class of a cell or badge by its level: under the line, from the line on, half again over it.</summary>
    internal static string Tone(int level, RiskScale scale) => level >= scale.Line * 3 / 2 ? "risk-high" : level >= scale.Line ? "risk-over" : level * 2 >= scale.Line ? "risk-middle" : "risk-low";

    protected static string StateTone(RiskState state) => state switch
    {
        RiskState.Open or RiskState.Overdue or RiskState.AcceptanceLapsed => "risk-state-open",
        RiskState.UnderTreatment or RiskState.Accepted => "risk-state-busy",
        _ => "risk-state-calm",
    };

    /// <summary>3 年に一度: the step and what the office calls it.</summary>
    protected string Step(int step, IReadOnlyList<Bilingual> words) => step <= words.Count ? $"{step} {T(words[step - 1])}" : $"{step}";
}
