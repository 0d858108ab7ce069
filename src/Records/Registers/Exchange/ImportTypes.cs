using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>A file on its way into a register.</summary>
public readonly record struct UploadId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What was found in an uploaded file, and which column seems to be which field (取込みの下見).</summary>
/// <param name="Format">For people: <c>xlsx</c>, <c>csv (CP932)</c>.</param>
/// <param name="Sheets">Visible ones; a CSV has one.</param>
/// <param name="HeadingRow">From 1.</param>
/// <param name="Rows">Rows below the headings that hold anything.</param>
/// <param name="IsOurs">Written out from this register: its columns are known and not asked about.</param>
/// <param name="Missing">Required fields that no column seems to stand for.</param>
public sealed record ImportPlan(
    UploadId Upload, string Register, string FileName, string Format, IReadOnlyList<string> Sheets, string Sheet, int HeadingRow,
    IReadOnlyList<ImportColumn> Columns, int Rows, bool IsOurs, IReadOnlyList<Bilingual> Missing)
{
    /// <summary>What is proposed, to be tried as it is or corrected.</summary>
    public ImportMapping Proposed => new(Sheet, HeadingRow, Columns.ToDictionary(c => c.Index, c => c.Field));
}

/// <summary>A column of an uploaded sheet.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Letter">As sheets show it: C.</param>
/// <param name="Samples">The first few values.</param>
/// <param name="Field">Key of the field that it seems to stand for, <c>unit</c> or <c>number</c>; null: none, it is left out.</param>
public sealed record ImportColumn(int Index, string Letter, string Heading, IReadOnlyList<string> Samples, string? Field, ImportMatch By);

/// <summary>Why a column is taken for a field.</summary>
public enum ImportMatch
{
    None,

    /// <summary>Its name is much like the field's.</summary>
    Alike,

    /// <summary>Its name is the field's, or one of its usual other names.</summary>
    Same,

    /// <summary>Somebody said so in an earlier import.</summary>
    Learnt,

    /// <summary>The file was written out from this register.</summary>
    Key,
}

/// <summary>Which column is which field, as a person decided.</summary>
/// <param name="Sheet">Null: the one of the plan.</param>
/// <param name="HeadingRow">From 1; null: as found.</param>
/// <param name="Columns">Key of the field by index of the column, null for one that is left out; a column that isn't named is left out as well. Null: as proposed.</param>
/// <param name="Unit">For new entries where the sheet has no column for it, or an empty cell.</param>
public sealed record ImportMapping(string? Sheet = null, int? HeadingRow = null, IReadOnlyDictionary<int, string?>? Columns = null, UnitId? Unit = null);

/// <summary>What taking a file in comes to, tried or done (取込みの結果).</summary>
/// <param name="Wrong">Rows with something to correct.</param>
/// <param name="ProblemCount">All there are; <paramref name="Problems"/> holds the first <see cref="MostProblems"/>.</param>
/// <param name="Notes">What was taken differently from how it looks, e.g. formulas.</param>
/// <param name="Changes">The first <see cref="MostChanges"/> entries that change, old → new.</param>
/// <param name="IsKept">Done; otherwise nothing was changed.</param>
public sealed record ImportReport(
    int Rows, int Added, int Changed, int Same, int Wrong, int ProblemCount, IReadOnlyList<CellProblem> Problems, IReadOnlyList<CellProblem> Notes,
    IReadOnlyList<RowChange> Changes, bool IsKept)
{
    public const int MostProblems = 500, MostNotes = 100, MostChanges = 100;

    /// <summary>Why it can't be taken in; null when it can.</summary>
    public Refusal? Why => Wrong == 0 ? null : Refusals.WrongRows;
}

/// <summary>Something about one cell.</summary>
/// <param name="Cell">C12; B5:B8 for cells made one; <c>12</c> where a row lacks a column.</param>
/// <param name="Heading">What stands over the column; null where there is none.</param>
public sealed record CellProblem(string Cell, int Row, string? Heading, Bilingual What);

/// <summary>A row that changes an entry.</summary>
public sealed record RowChange(int Row, string Number, string Title, IReadOnlyList<FieldChange> Fields);
