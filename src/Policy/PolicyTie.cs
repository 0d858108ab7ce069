using Sekisho.Assurance;

namespace Sekisho.Policy;

/// <summary>That a provision creates an obligation (結び付き), as proposed from the provision's own words.</summary>
/// <param name="ProvisionId">See <see cref="Provision.Id"/>.</param>
/// <param name="Path">See <see cref="Provision.Path"/>.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Reason">Which words led to it.</param>
public sealed record PolicyTie(string ProvisionId, string Path, ObligationId Obligation, double Confidence, Bilingual Reason);
