namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Says of a test which rows of the list of threats it proves, with files made for them (ids of data/sanitizer/threats.txt).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProvesAttribute(params string[] threats) : Attribute
{
    public IReadOnlyList<string> Threats => threats;
}
