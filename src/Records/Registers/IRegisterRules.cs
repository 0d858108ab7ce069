using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>What a slice adds to a register of its own (台帳ごとの規則): values that follow from others, and checks across fields.</summary>
/// <remarks>Asked at every way in: form, API, bulk edit and sheet; in a sheet once a row, so it must be quick and ask the database nothing.</remarks>
public interface IRegisterRules
{
    /// <summary>Key of the register.</summary>
    string Register { get; }

    /// <summary>True when <see cref="EntryCandidate.Referred"/> is needed: what the candidate points to is then read beforehand.</summary>
    bool ReadsReferences => false;

    /// <summary>True when municipalities have labels of their own for choices of this register: <see cref="SpokenAsync"/> is then asked.</summary>
    bool HasLabels => false;

    /// <summary>The register with the municipality's own labels (<see cref="RegisterDefinition.WithLabels"/>): what people write is read by it.</summary>
    Task<RegisterDefinition> SpokenAsync(TenantTransaction tx, RegisterDefinition register, CancellationToken cancel) => Task.FromResult(register);

    /// <summary>Fills in what follows from the rest. Before the check of required fields; must give the same when asked twice.</summary>
    FieldValues Derive(EntryCandidate candidate) => candidate.Values;

    /// <summary>What doesn't fit together, after <see cref="Derive"/>; each field by itself is already right.</summary>
    IEnumerable<FieldProblem> Check(EntryCandidate candidate) => [];

    /// <summary>True when what <see cref="FollowAsync"/> looks at must not change meanwhile: who writes in this register then waits for whoever is writing in it.</summary>
    bool WritesAlone => false;

    /// <summary>What follows beyond the entries themselves: checks over the whole register, and derived fields of these and other entries.</summary>
    /// <param name="tx">The transaction in which the entries were just written: it sees them as they will be.</param>
    Task<Consequences> FollowAsync(TenantTransaction tx, RegisterDefinition register, IReadOnlyList<EntryStep> steps, CancellationToken cancel) => Task.FromResult(Consequences.None);
}

/// <summary>An entry before and after it was written: added, changed, retired or revived.</summary>
/// <param name="Before">Null for a new one.</param>
public sealed record EntryStep(RegisterEntry? Before, RegisterEntry After);

/// <summary>What follows from writing entries (波及).</summary>
/// <param name="Problems">When there are any, nothing is kept.</param>
/// <param name="Derived">All derived fields of each entry where one of them differs; a field that is absent is emptied. No change in the sense of versions: nobody wrote it.</param>
public sealed record Consequences(IReadOnlyList<(EntryId Entry, FieldProblem Problem)> Problems, IReadOnlyDictionary<EntryId, FieldValues> Derived)
{
    public static Consequences None { get; } = new([], new Dictionary<EntryId, FieldValues>());
}

/// <summary>An entry as it would be kept.</summary>
/// <param name="Before">As it is kept now; null for a new one.</param>
/// <param name="Day">Today in Japan.</param>
/// <param name="References">Entries that its fields point to, by id; filled only for rules that ask for them.</param>
public sealed record EntryCandidate(
    RegisterDefinition Register, RegisterEntry? Before, Organisation.UnitId? Unit, FieldValues Values, DateOnly Day, IReadOnlyDictionary<EntryId, RegisterEntry> References)
{
    /// <summary>Null for an id that the candidate doesn't point to.</summary>
    public RegisterEntry? Referred(EntryId id) => References.GetValueOrDefault(id);
}
