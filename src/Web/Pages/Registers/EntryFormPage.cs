using Sekisho.Records.Registers;
using Sekisho.Web.Components.Registers;

namespace Sekisho.Web.Pages.Registers;

/// <summary>A page with the form of one entry.</summary>
public abstract class EntryFormPage : RegisterPageBase
{
    /// <summary>What stands in the form: what was typed, once something was.</summary>
    protected FormTexts Texts { get; set; } = FormTexts.Empty;

    /// <summary>How the form was shown at first; what differs from it is what the person did.</summary>
    protected FormTexts Shown { get; set; } = FormTexts.Empty;

    protected IReadOnlyList<UnitChoice> Units { get; private set; } = [];

    /// <summary>One who sees own units only can't enter what belongs to none.</summary>
    protected bool UnitNeeded => Within is not null;

    protected async Task LoadUnitsAsync() => Units = await UnitsAsync();

    /// <summary>Takes what was posted into the form again.</summary>
    protected void TakePosted(RegisterDefinition register)
    {
        Texts = FormTexts.Posted(register, Many);
        Shown = FormTexts.Unpack(Text("shown"));
    }

    /// <summary>Says beside each field what is wrong with it.</summary>
    protected void Say(IEnumerable<FieldProblem> problems)
    {
        foreach (var problem in problems) Wrong(FormTexts.NameOf(problem.Field), problem.What);
    }
}
