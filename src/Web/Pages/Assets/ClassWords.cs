using Sekisho.Records;
using Sekisho.Records.Assets;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Assets;

/// <summary>How the pages of assets say classes (区分の言い方).</summary>
internal static class ClassWords
{
    /// <summary>The municipality's labels for somebody who speaks in them; null for officers and auditors, and where it has none.</summary>
    public static async Task<LabelScheme?> LabelsForAsync(this RecordSlices records, HttpContext context)
    {
        var person = CurrentPerson.Of(context);
        return person.SpeaksInLabels() && await records.AssetLabels.ReadAsync(person.Municipality, context.RequestAborted) is { Labels.Count: > 0 } labels ? labels : null;
    }
}
