using Sekisho.Assurance;

namespace Sekisho.Records.Accounts;

/// <summary>A person who can sign in (アカウント).</summary>
/// <remarks>
/// Mutable because ASP.NET Core Identity sets one property after another and then asks the store to keep the whole
/// (<see cref="AccountData.UpdateAsync"/>, which notices two writers by <see cref="Version"/>).
/// </remarks>
public sealed class Account
{
    public required AccountId Id { get; init; }
    public required MunicipalityId Municipality { get; init; }

    /// <summary>What the person types: unique in the installation, without regard to case and width.</summary>
    public required string Login { get; set; }

    /// <summary><see cref="Login"/> in the form that is compared.</summary>
    public required string LoginNormalized { get; set; }

    public required string DisplayName { get; set; }
    public required IReadOnlyList<Role> Roles { get; set; }

    /// <summary>Organisational unit; null for those who belong to none, such as outside auditors.</summary>
    public Guid? Unit { get; set; }

    /// <summary>Null until the invitation is answered.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Changes with every credential; sessions that carry another one end.</summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>Changes with every update.</summary>
    public Guid Version { get; set; }

    public DateTimeOffset? LockoutEnd { get; set; }
    public int FailedCount { get; set; }

    /// <summary>Secret of the authenticator app, protected; only the sign-in code opens it.</summary>
    public string? AuthenticatorKey { get; set; }

    /// <summary>When the authenticator app was confirmed with a first code; null when there is none.</summary>
    public DateTimeOffset? AuthenticatorAt { get; set; }

    /// <summary>How many passkeys are registered; read with the account, never written through it.</summary>
    public int Passkeys { get; init; }

    public Language Language { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSignedInAt { get; set; }

    /// <summary>When it was closed; a closed account can't sign in.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Whether a second factor is enrolled. Without one nothing but enrolment can be reached.</summary>
    public bool HasSecondFactor => AuthenticatorAt is not null || Passkeys > 0;

    public bool Has(Role role) => Roles.Contains(role);
}
