using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>The organisation of a municipality (組織の登録): units, people, who holds which post.</summary>
/// <remarks>Everything takes effect on a day, past or to come; reading a day gives what is so on that day (docs/adr/0058).</remarks>
public sealed partial class OrganisationRegister(RecordKeeper keeper)
{
    /// <summary>Kinds of evidence that look different after a change here.</summary>
    internal static readonly string[] Watched = [OrganisationSource.Appointments, OrganisationSource.Committee, Agencies.AgencySource.Scope, Acknowledgements.AcknowledgementSource.Kind];

    private const int MaxUnitName = 200, MaxPersonName = 100, MaxTitle = 100, MaxNumber = 40;

    /// <summary>The organisation on a day: units parents first, people and appointments that stand then.</summary>
    /// <param name="within">Only these units' people and appointments, and these units themselves; null: all. A section manager's scope.</param>
    public async Task<OrganisationChart> ReadAsync(MunicipalityId municipality, DateOnly day, IReadOnlyCollection<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await OrganisationRows.ChartAsync(tx, day, within, cancel);
    }

    /// <summary>A unit and all below it, on any day: what a manager of that unit sees.</summary>
    public async Task<IReadOnlyList<UnitId>> BelowAsync(MunicipalityId municipality, UnitId unit, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return [.. (await tx.ListAsync("""
            WITH RECURSIVE below AS (
              SELECT id FROM records.unit WHERE id = $1
              UNION SELECT u.id FROM records.unit u JOIN below b ON u.parent_id = b.id
            ) SELECT id FROM below
            """, r => new UnitId(r.GetGuid(0)), cancel, unit.Value))];
    }

    /// <summary>A unit as it is today, whenever it stands or stood; null when there is no such unit.</summary>
    public async Task<Unit?> UnitAsync(MunicipalityId municipality, UnitId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await OrganisationRows.UnitAsync(tx, id, cancel);
    }

    /// <summary>A person as today, here or gone; null when there is no such person.</summary>
    public async Task<Person?> PersonAsync(MunicipalityId municipality, PersonId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await OrganisationRows.PersonAsync(tx, id, cancel);
    }

    /// <summary>All appointments and second units of a person, of any time, newest first.</summary>
    public async Task<(IReadOnlyList<Appointment> Appointments, IReadOnlyList<SecondPost> SecondPosts)> CareerAsync(MunicipalityId municipality, PersonId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (
            await tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 ORDER BY begins_on DESC, id DESC", OrganisationRows.Appointment, cancel, id.Value),
            await tx.ListAsync(OrganisationRows.SelectSecondPosts + " WHERE person_id = $1 ORDER BY begins_on DESC, id DESC", OrganisationRows.SecondPost, cancel, id.Value));
    }

    /// <summary>What was done to a unit or a person, from the ledger, newest first. What takes effect later is there as soon as it is decided.</summary>
    public Task<IReadOnlyList<OrganisationEvent>> HistoryAsync(MunicipalityId municipality, UnitId unit, CancellationToken cancel) =>
        HistoryAsync(municipality, $"unit/{unit}", "SELECT id FROM records.appointment WHERE unit_id = $1", unit.Value, cancel);

    /// <inheritdoc cref="HistoryAsync(MunicipalityId, UnitId, CancellationToken)"/>
    public Task<IReadOnlyList<OrganisationEvent>> HistoryAsync(MunicipalityId municipality, PersonId person, CancellationToken cancel) =>
        HistoryAsync(municipality, $"person/{person}", "SELECT id FROM records.appointment WHERE person_id = $1", person.Value, cancel);

    private async Task<IReadOnlyList<OrganisationEvent>> HistoryAsync(MunicipalityId municipality, string subject, string appointments, Guid id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await OrganisationHistory.ReadAsync(tx, subject, appointments, id, cancel);
    }

    /// <summary>Brings the names and places that other registers show up to the present day. Called hourly.</summary>
    public async Task TurnAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await OrganisationRows.TurnAsync(tx, JapaneseTime.Day(keeper.Clock.Now()), cancel);
        await tx.CommitAsync(cancel);
    }

    /// <summary>The same for every municipality of the installation.</summary>
    public Task TurnAllAsync(CancellationToken cancel) => keeper.EachMunicipalityAsync(municipality => TurnAsync(municipality, cancel), cancel);

    /// <summary>One change under the lock of the tree: done and kept, or refused and nothing kept.</summary>
    private Task<Outcome<T>> InAsync<T>(MunicipalityId municipality, Func<TenantTransaction, DateTimeOffset, Task<Outcome<T>>> act, CancellationToken cancel) =>
        ChangeAsync(keeper, municipality, act, cancel);

    internal static Task<Outcome<T>> ChangeAsync<T>(RecordKeeper keeper, MunicipalityId municipality, Func<TenantTransaction, DateTimeOffset, Task<Outcome<T>>> act, CancellationToken cancel) =>
        keeper.ActAsync(municipality, Watched, async (tx, _) =>
        {
            await OrganisationRows.LockTreeAsync(tx, cancel);
            // Whoever waited for the lock acts now and not when they came.
            var at = keeper.Clock.Now();
            var outcome = await act(tx, at);
            if (outcome is Outcome<T>.Done) await OrganisationRows.TurnAsync(tx, JapaneseTime.Day(at), cancel);
            return outcome;
        }, cancel);
}
