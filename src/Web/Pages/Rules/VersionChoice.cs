using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Policies;

namespace Sekisho.Web.Pages.Rules;

/// <summary>Which version a page speaks of: the one in the address, else the one in force, else the newest draft.</summary>
public static class VersionChoice
{
    /// <returns>Null when the municipality has no version, or not the one in the address.</returns>
    public static async Task<VersionSummary?> FindAsync(RecordSlices records, MunicipalityId municipality, string? untrustedId, DateTimeOffset now, CancellationToken cancel)
    {
        var versions = await records.Policies.VersionsAsync(municipality, untrustedId is null ? PolicyKeys.Basic : null, now, cancel);
        return untrustedId is not null
            ? versions.FirstOrDefault(v => Guid.TryParse(untrustedId, out var id) && v.Id.Value == id)
            : versions.FirstOrDefault(v => v.State == VersionState.InForce) ?? (versions.Count > 0 ? versions[0] : null);
    }
}
