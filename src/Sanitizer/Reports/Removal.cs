namespace Sekisho.Sanitizer.Reports;

/// <summary>One element that was taken out (除去した要素).</summary>
/// <param name="Threat">Id of the table in docs/formats/threats.md: <c>X-01</c>. Stable.</param>
/// <param name="Place">Where it was: a part, an object, a member, outermost first, divided by <c> › </c>.</param>
/// <param name="What">What it was, in the format's own words, at most 200 characters; never the content itself.</param>
/// <param name="Count">How often, at this place.</param>
public sealed record Removal(string Threat, string Place, string What, int Count = 1);
