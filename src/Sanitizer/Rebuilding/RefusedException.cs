using Sekisho.Assurance;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>Ends the work on one file: nothing of it comes out. The only exception that a rebuilder throws for bad content, caught at the file's border.</summary>
/// <remarks>An exception, not a value: a parser ten calls deep that meets what it can't understand has nothing else to say, and forgetting to look at a value would let bytes through.</remarks>
internal sealed class RefusedException(SanitizeRefusal refusal) : Exception(refusal.Code)
{
    public SanitizeRefusal Refusal => refusal;

    public RefusedException(string code, Bilingual what, Bilingual next, string place = "")
        : this(new SanitizeRefusal(code, what, next, place))
    {
    }
}
