using Sekisho.Assurance;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>Identity of an import.</summary>
public readonly record struct StaffImportId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What a sheet is.</summary>
public enum StaffImportKind
{
    /// <summary>発令の一覧: who joins, moves, leaves.</summary>
    Transfers,

    /// <summary>全員の名簿: what differs from the register is what changes; who isn't in it is shown.</summary>
    Roster,

    /// <summary>組織改正: units set up, renamed, moved, merged, closed.</summary>
    Reform,

    /// <summary>組織の一覧: all units; what differs from the tree changes, none is closed by being left out.</summary>
    Units,
}

/// <summary>Where a sheet came from.</summary>
public enum StaffImportOrigin
{
    File,

    /// <summary>LDAP・Active Directory.</summary>
    Directory,
}

/// <summary>Where an import stands.</summary>
public enum StaffImportState
{
    /// <summary>Read and shown; nothing has changed.</summary>
    Draft,

    Done,

    /// <summary>取りやめ.</summary>
    SetAside,
}

/// <summary>A sheet as handed in.</summary>
/// <param name="EffectiveOn">Holds for rows without a day of their own.</param>
/// <param name="EndMissing">Of a roster: who is registered with a number and isn't in it leaves on that day.</param>
public sealed record StaffUpload(StaffImportKind Kind, ReadOnlyMemory<byte> Bytes, string UntrustedName, DateOnly EffectiveOn, bool EndMissing = false, StaffImportOrigin Origin = StaffImportOrigin.File);

/// <summary>An import in the list of imports.</summary>
public sealed record StaffImport(
    StaffImportId Id, StaffImportKind Kind, StaffImportOrigin Origin, string FileName, Sha256 Digest, DateOnly EffectiveOn, bool EndMissing,
    DateTimeOffset MadeAt, Actor MadeBy, StaffImportState State, IReadOnlyDictionary<string, int> Counts, DateTimeOffset? DecidedAt, Actor? DecidedBy);

/// <summary>What a row comes to.</summary>
public enum PlannedKind
{
    Join,

    Move,

    /// <summary>Name, kind or title, in the same unit.</summary>
    Change,

    Leave,

    /// <summary>兼務の開始.</summary>
    Second,

    /// <summary>兼務の終了.</summary>
    SecondEnd,

    /// <summary>As registered already.</summary>
    Nothing,

    Create,

    Rename,

    MoveUnit,

    Merge,

    Close,

    /// <summary>実施機関の種類: which agency a unit is.</summary>
    NameAgency,
}

/// <summary>One row and what it comes to.</summary>
/// <param name="Row">Of the sheet, from 1; 0 for somebody who isn't in it (a roster's leavers).</param>
/// <param name="Who">Name with number, or the unit.</param>
/// <param name="Before">Unit, title, name as they are; empty for who joins.</param>
/// <param name="After">As they will be; empty for who leaves.</param>
public sealed record PlannedChange(int Row, PlannedKind Kind, DateOnly On, string Who, string Before, string After)
{
    internal Person? Was { get; init; }

    internal Person? Becomes { get; init; }

    internal SecondPost? Second { get; init; }

    /// <summary>The person left on that very day and goes on instead.</summary>
    internal bool Reopens { get; init; }

    /// <summary>The row of the same sheet in which this person joins: then there is no id yet.</summary>
    internal int? JoinsIn { get; init; }

    /// <summary>Of units: what the ledger will say.</summary>
    internal IReadOnlyList<(string Kind, UnitId Unit, object Body)> Entries { get; init; } = [];
}

/// <summary>Why a row can't be carried out, or what is odd about it.</summary>
/// <param name="Where">Named as the sheet does: <c>D12</c>, or the row.</param>
/// <param name="Blocks">False: worth a look, and carried out all the same.</param>
public sealed record PlanNote(int Row, string Where, Bilingual Says, bool Blocks);

/// <summary>A word for a unit that nobody knows here.</summary>
public sealed record UnknownUnit(string Called, int Rows);

/// <summary>An account that no longer fits where its owner is (所属の合わなくなるアカウント).</summary>
public sealed record AccountLeftBehind(string Login, string Name, string UnitName, Bilingual Why);

/// <summary>What an import will do, looked at before it is done (取込みの下見).</summary>
/// <param name="Digest">Of all changes: the one that was looked at is the one that is done, or nothing.</param>
/// <param name="Missing">Registered with a number, here on the day, and not in a roster.</param>
/// <param name="Relieved">Posts that end because their holder goes elsewhere or leaves.</param>
/// <param name="Vacated">Posts that will have nobody, and have somebody now.</param>
public sealed record StaffPlan(
    StaffImport Import, string Format, int Rows, Sha256 Digest, IReadOnlyList<PlannedChange> Changes, IReadOnlyList<PlanNote> Notes, IReadOnlyList<UnknownUnit> UnknownUnits,
    IReadOnlyList<Person> Missing, IReadOnlyList<(Appointment Appointment, Person Person, Unit? Unit)> Relieved, IReadOnlyList<PostToFill> Vacated, IReadOnlyList<AccountLeftBehind> Accounts)
{
    /// <summary>Of units: all of it or nothing, since rows build on each other.</summary>
    public bool IsWhole => Import.Kind is StaffImportKind.Reform or StaffImportKind.Units;

    /// <summary>Everything can be carried out.</summary>
    public bool IsClean => !Notes.Any(n => n.Blocks);

    public int Count(PlannedKind kind) => Changes.Count(c => c.Kind == kind);
}
