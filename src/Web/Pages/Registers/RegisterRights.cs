using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Registers;

/// <summary>Who sees and who writes which entries of a register; the pages and the API ask the same.</summary>
public static class RegisterRights
{
    /// <summary>
    /// The units whose entries this person sees; null: all. Officers and auditors all, managers and staff their own unit and below.
    /// An administrator keeps accounts and the organisation, and sees by that role alone no entry.
    /// </summary>
    public static Task<IReadOnlyList<UnitId>?> RegisterUnitsAsync(this CurrentPerson person, OrganisationRegister organisation, CancellationToken cancel) =>
        // A system sees what is its own, and nothing of its section's.
        person.System is not null ? Task.FromResult<IReadOnlyList<UnitId>?>([]) : UnitScope.Of([.. person.Roles.Where(static r => r != Role.Administrator)], person.Unit).UnitsAsync(organisation, person.Municipality, cancel);

    /// <summary>Sections say classes by the municipality's own labels; officers and auditors by those of the definition, which tell more apart.</summary>
    public static bool SpeaksInLabels(this CurrentPerson person) => !person.Has(Role.Officer) && !person.Has(Role.Auditor);

    /// <summary>Officers write in every register, managers in those that the sections keep. Which entries: those that they see.</summary>
    public static bool MayWrite(this CurrentPerson person, RegisterDefinition register) =>
        person.Has(Role.Officer) || person.Has(Role.Manager) && register.KeptBy == RegisterKeptBy.Sections;
}
