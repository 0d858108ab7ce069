using Sekisho.Assurance;
using Sekisho.Policy;

namespace Sekisho.Records.Policies;

/// <summary>Parts of the policy engine that arrive with the reader, lint and diff; this file goes when they do.</summary>
internal static class PendingEngines
{
    public static Task<PolicyReading> ReadAsync(ReadOnlyMemory<byte> untrusted, string untrustedName, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult<PolicyReading>(new PolicyReading.Refused(new ReadError("POL-READ-000", untrustedName,
            new($"読込みはまだ使えません（{untrusted.Length}）。", $"Reading is not there yet ({untrusted.Length})."), new("お待ちください。", "Wait."))));
    }

    public static IReadOnlyList<Finding> Check(PolicyDocument document, DateTimeOffset at) => document is null || at == default ? [] : [];
}
