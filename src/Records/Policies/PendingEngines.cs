using Sekisho.Assurance;
using Sekisho.Policy;

namespace Sekisho.Records.Policies;

/// <summary>Parts of the policy engine that arrive with the reader, lint and diff; this file goes when they do.</summary>
internal static class PendingEngines
{
    public static IReadOnlyList<Finding> Check(PolicyDocument document, DateTimeOffset at) => document is null || at == default ? [] : [];
}
