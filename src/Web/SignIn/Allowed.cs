using Microsoft.AspNetCore.Authorization;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>Names of the authorisation policies that pages and API endpoints ask for. Without one, signing in is asked for.</summary>
public static class Allowed
{
    /// <summary>Anybody who is signed in. Also what holds where an endpoint says nothing.</summary>
    public const string Everyone = "everyone";

    /// <summary>Running the policy: uploads, ties, statements, waivers. Officers.</summary>
    public const string RunPolicy = "run-policy";

    /// <summary>Reading what only the office and auditors read: the ledger, findings. Officers and auditors.</summary>
    public const string ReadAssurance = "read-assurance";

    /// <summary>Reading evidence and the proof that it is in the ledger: officers, auditors, and managers, whose sections the provisions bind. Attached files and the ledger itself: <see cref="ReadAssurance"/>.</summary>
    public const string ReadEvidence = "read-evidence";

    /// <summary>Following what concerns the people of a section: managers their own, officers and auditors all.</summary>
    public const string FollowSection = "follow-section";

    /// <summary>Reading accounts and organisation in full. Officers, administrators, auditors.</summary>
    public const string ReadAccounts = "read-accounts";

    /// <summary>Changing accounts and organisation. Officers and administrators.</summary>
    public const string ManageAccounts = "manage-accounts";

    /// <summary>Reading registers: officers and auditors all of them, managers and staff their units' entries. Administrators none by that role alone.</summary>
    public const string ReadRegisters = "read-registers";

    /// <summary>Writing in registers: officers, and managers in those that sections keep.</summary>
    public const string WriteRegisters = "write-registers";

    /// <summary>Asking for take-outs, bringing back, recording who enters a room: everybody of the office. Who approves follows from posts.</summary>
    public const string TakeOut = "take-out";

    /// <summary>Handing files over to another zone, and deciding on those of others: everybody of the office. Who decides follows from posts.</summary>
    public const string Cross = "cross";

    /// <summary>Looking at what crossed: one's own, and that of the sections in sight.</summary>
    public const string ReadCrossings = "read-crossings";

    /// <summary>Handing in evidence as a system: an evidence token, or an officer's.</summary>
    public const string HandInEvidence = "hand-in-evidence";

    /// <summary>Declares the policies.</summary>
    public static void Declare(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        options.AddPolicy(Everyone, options.DefaultPolicy);
        Add(RunPolicy, Role.Officer);
        Add(ReadAssurance, Role.Officer, Role.Auditor);
        Add(ReadEvidence, Role.Officer, Role.Manager, Role.Auditor);
        Add(FollowSection, Role.Officer, Role.Manager, Role.Auditor);
        Add(ReadAccounts, Role.Officer, Role.Administrator, Role.Auditor);
        Add(ManageAccounts, Role.Officer, Role.Administrator);
        Add(HandInEvidence, Role.Officer);
        Add(ReadRegisters, Role.Officer, Role.Manager, Role.Staff, Role.Auditor);
        Add(WriteRegisters, Role.Officer, Role.Manager);
        Add(TakeOut, Role.Officer, Role.Manager, Role.Staff);
        // Systems have no role; which of these endpoints they may use says SystemKeyAttribute, and RequestGuard keeps them to it.
        AddWithSystems(Cross, Role.Officer, Role.Manager, Role.Staff);
        AddWithSystems(ReadCrossings, Role.Officer, Role.Manager, Role.Staff, Role.Auditor);

        void Add(string name, params Role[] roles) =>
            options.AddPolicy(name, policy => policy.RequireAuthenticatedUser().RequireRole([.. roles.Select(static role => role.Key())]));

        void AddWithSystems(string name, params Role[] roles) =>
            options.AddPolicy(name, policy => policy.RequireAuthenticatedUser().RequireAssertion(c => roles.Any(role => c.User.IsInRole(role.Key())) || c.User.HasClaim(static claim => claim.Type == CurrentPerson.SystemClaim)));
    }
}

/// <summary>Marks an endpoint whose changes concern nothing but the person's own sign-in, so that auditors may use it too (sign-out, own devices).</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OwnAccountAttribute : Attribute;

/// <summary>Marks the endpoint that an evidence token may use.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class EvidenceTokenAttribute : Attribute;

/// <summary>Marks an endpoint that a system may use with its own key (業務システム, 複合機). Without this mark there is nothing for it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SystemKeyAttribute : Attribute;
