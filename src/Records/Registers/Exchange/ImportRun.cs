using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>One pass over the rows of a sheet, tried or for good.</summary>
internal sealed class ImportRun(
    EntryWriter writer, RegisterDefinition register, Dictionary<int, (string Field, string Heading)> columns, IReadOnlyList<MergedCells> merged,
    UnitId? unit, IReadOnlyList<UnitId>? within, Actor actor, DateTimeOffset at, bool keep, ImportProgress? progress)
{
    /// <summary>Rows that are checked and written together.</summary>
    private const int Together = 1000;

    /// <summary>Entries of the ledger that are appended together.</summary>
    private const int SaidTogether = 4096;

    private readonly List<CellProblem> problems = [], notes = [];
    private readonly List<RowChange> changes = [];
    private readonly List<NewEntry> said = [];
    private readonly HashSet<int> numbers = [];
    private readonly HashSet<int> wrongRows = [];
    private readonly List<Row> waiting = [];
    private HashSet<string> titlesWaiting = [];
    private bool hasWaited;
    private int problemCount, added, changed, same;

    private readonly Dictionary<string, int> columnOf = columns.ToDictionary(c => c.Value.Field, c => c.Key, StringComparer.Ordinal);

    /// <summary>A row as it was read.</summary>
    private sealed record Row(int Number, SheetRow Cells, int? Sequence, string? Asked, int? Version, Dictionary<string, string> Texts)
    {
        /// <summary>Its version was compared; what changed the entry since was this import itself.</summary>
        public bool IsSeen { get; set; }
    }

    /// <returns>Why the file can't be read to its end; null when it was.</returns>
    public async Task<Refusal?> RowsAsync(TenantTransaction tx, SheetFile file, string sheet, int headingRow, CancellationToken cancel)
    {
        var together = new List<Row>(Together);
        var hasRows = false;
        var firstRow = headingRow + 1;
        foreach (var cells in merged.Where(m => m.LastRow >= firstRow && m.FirstRow != m.LastRow | m.FirstColumn != m.LastColumn).OrderBy(m => m.FirstRow).ThenBy(m => m.FirstColumn))
        {
            var column = Enumerable.Range(cells.FirstColumn, Math.Min(cells.LastColumn - cells.FirstColumn + 1, SheetRows.MostColumns)).Where(columns.ContainsKey).Select(c => (int?)c).FirstOrDefault();
            if (column is { } its) Wrong(cells.ToString(), Math.Max(cells.FirstRow, firstRow), columns[its].Heading, CellWords.Merged(cells.ToString()));
        }
        using var rows = file.Open(sheet);
        while (rows.Next() is { } row)
        {
            if (row.Number <= headingRow || Read(row) is not { } read) continue;
            hasRows = true;
            together.Add(read);
            if (together.Count < Together) continue;
            await TakeAsync(tx, together, cancel);
            together.Clear();
        }
        if (rows.Broken is { } broken) return broken;
        if (!hasRows && wrongRows.Count == 0) return Refusals.NoRows;
        if (together.Count > 0) await TakeAsync(tx, together, cancel);
        await WaitingAsync(tx, cancel);
        return null;
    }

    /// <summary>Rows that name entries which only other rows of this file bring: taken once those are in, level by level.</summary>
    private async Task WaitingAsync(TenantTransaction tx, CancellationToken cancel)
    {
        if (waiting.Count == 0) return;
        hasWaited = true;
        var (levels, rest) = WaitingRows.Order(waiting, r => Title(r), r => Named(r));
        foreach (var level in levels)
            foreach (var some in level.Chunk(Together)) await TakeAsync(tx, [.. some], cancel);
        // Their turn never comes, since they name each other.
        titlesWaiting = rest.Select(Title).ToHashSet(StringComparer.Ordinal);
        foreach (var some in rest.Chunk(Together)) await TakeAsync(tx, [.. some], cancel);
    }

    private string Title(Row row) => SearchFold.Of(row.Texts.GetValueOrDefault(register.Title.Key) ?? "");

    /// <summary>Titles that a row gives in fields which name entries of this register.</summary>
    private IEnumerable<string> Named(Row row) => register.Fields.Where(IsOfOurs).SelectMany(f => FieldReader.Pieces([row.Texts.GetValueOrDefault(f.Key) ?? ""], f.IsMany)).Select(SearchFold.Of);

    private bool IsOfOurs(RegisterField field) => field.Kind is FieldKind.Entry or FieldKind.Entries && field.Of == register.Key;

    /// <summary>All that is wrong with the row are entries of this register that aren't there: another row may bring them.</summary>
    private bool MayWait(ReadDraft draft) => !hasWaited && draft.Problems.All(p => register.Find(p.Field) is { } field && IsOfOurs(field));

    private Bilingual Said(FieldProblem problem, Row row) =>
        register.Find(problem.Field) is { } field && IsOfOurs(field) && titlesWaiting.Contains(Title(row)) && Named(row).Any(titlesWaiting.Contains) ? CellWords.EachOther : problem.What;

    public ImportReport Report(int rows) => new(
        rows, added, changed, same, wrongRows.Count, problemCount, [.. problems.OrderBy(p => p.Row)], notes, changes, keep && wrongRows.Count == 0);

    /// <summary>The texts of a row; null for one without anything in a column that counts.</summary>
    private Row? Read(SheetRow row)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var readable = true;
        foreach (var cell in row.Cells)
        {
            if (!columns.TryGetValue(cell.Column, out var column)) continue;
            if (cell.Kind == CellKind.Error)
            {
                Wrong(CellName.Of(cell.Column, row.Number), row.Number, column.Heading, cell.IsFormula && cell.Text.Length == 0 ? CellWords.NotCalculated : CellWords.ErrorValue(cell.Text));
                readable = false;
                continue;
            }
            if (cell.IsFormula && notes.Count < ImportReport.MostNotes) notes.Add(new(CellName.Of(cell.Column, row.Number), row.Number, column.Heading, CellWords.Formula(cell.Text)));
            texts[column.Field] = cell.For(register.Find(column.Field)?.Kind ?? FieldKind.Text);
        }
        if (!readable || texts.Count == 0 || texts.Keys.All(k => k == Headings.VersionKey)) return null;
        var asked = texts.GetValueOrDefault(Headings.NumberKey);
        int? sequence = null;
        if (!string.IsNullOrWhiteSpace(asked))
        {
            var number = FieldReader.NumberAtStart(asked.Trim());
            if (number is null || !number.StartsWith(register.Code + "-", StringComparison.Ordinal) || !int.TryParse(number.AsSpan(register.Code.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var its))
            {
                Wrong(Headings.NumberKey, row.Number, CellWords.NotANumberOfOurs(asked, register.NumberOf(1)));
                return null;
            }
            if (!numbers.Add(its))
            {
                Wrong(Headings.NumberKey, row.Number, CellWords.NumberTwice(register.NumberOf(its)));
                return null;
            }
            sequence = its;
        }
        var version = texts.TryGetValue(Headings.VersionKey, out var seen) && int.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : (int?)null;
        texts.Remove(Headings.NumberKey);
        texts.Remove(Headings.VersionKey);
        return new Row(row.Number, row, sequence, asked, version, texts);
    }

    private async Task TakeAsync(TenantTransaction tx, List<Row> rows, CancellationToken cancel)
    {
        await CheckAsync(tx, rows, cancel);
        if (progress is not null) progress.Looked += rows.Count;
    }

    private async Task CheckAsync(TenantTransaction tx, List<Row> rows, CancellationToken cancel)
    {
        var asked = rows.Where(r => r.Sequence is not null).Select(r => r.Sequence!.Value).ToArray();
        var before = asked.Length == 0 ? [] : (await tx.ListAsync(
            $"{RegisterRows.Select} WHERE e.register = $1 AND e.sequence = ANY ($2){(within is null ? "" : " AND e.unit_id = ANY ($3)")} ORDER BY e.id FOR UPDATE",
            r => RegisterRows.Entry(r, register), cancel, [register.Key, asked, .. within is null ? Array.Empty<object>() : [RegisterRows.Ids(within)]])).ToDictionary(e => e.Number, StringComparer.Ordinal);
        var names = before.Count == 0 ? RegisterNames.None : await RegisterNames.LoadAsync(tx, register, [.. before.Values.Select(e => e.Fields)], ofUnits: true, cancel);
        var drafts = new List<(RegisterEntry? Before, EntryDraft Draft)>(rows.Count);
        var taken = new List<Row>(rows.Count);
        foreach (var row in rows)
        {
            RegisterEntry? entry = null;
            if (row.Sequence is { } sequence)
            {
                var number = register.NumberOf(sequence);
                if (!before.TryGetValue(number, out entry))
                {
                    Wrong(Headings.NumberKey, row.Number, CellWords.UnknownNumber(number));
                    continue;
                }
                if (entry.Retired is not null)
                {
                    Wrong(Headings.NumberKey, row.Number, CellWords.RetiredNumber(number));
                    continue;
                }
                if (row.Version is { } version && version != entry.Version && !row.IsSeen && !IsSame(entry, row, names))
                {
                    Wrong(Headings.NumberKey, row.Number, CellWords.ChangedSince(entry));
                    continue;
                }
            }
            drafts.Add((entry, Draft(entry, row, names)));
            taken.Add(row);
        }
        if (drafts.Count == 0) return;
        var read = await writer.ReadAsync(tx, drafts, within, JapaneseTime.Day(at), cancel);
        var (ready, readyRows) = (new List<ReadDraft>(read.Count), new List<int>(read.Count));
        for (var i = 0; i < read.Count; i++)
        {
            if (read[i].Problems.Count > 0 && MayWait(read[i]))
            {
                taken[i].IsSeen = true;
                waiting.Add(taken[i]);
                continue;
            }
            foreach (var problem in read[i].Problems) Wrong(problem.Field, taken[i].Number, Said(problem, taken[i]));
            if (read[i].Problems.Count > 0) continue;
            ready.Add(read[i]);
            readyRows.Add(taken[i].Number);
            if (read[i].Before is not { } was) added++;
            else if (read[i].IsSame) same++;
            else Changing(was, read[i], taken[i].Number);
        }
        if (ready.Count == 0) return;
        // Once something is wrong the rest is only checked; rows are still written, since later ones may name them.
        var kept = await writer.KeepAsync(tx, ready, at, actor, cancel);
        if (kept.Problems.Count > 0)
        {
            var rowOf = kept.Entries.Zip(readyRows).ToDictionary(p => p.First.Id, p => p.Second);
            // What the rules find may be about an entry that the sheet doesn't have: then it is told at the first row of those that led to it.
            foreach (var (entry, problem) in kept.Problems) Wrong(problem.Field, rowOf.TryGetValue(entry, out var its) ? its : readyRows[0], problem.What);
        }
        if (keep && wrongRows.Count == 0) said.AddRange(kept.Said.Select(NewEntry.Of));
        await ShowAsync(tx, cancel);
    }

    private readonly List<(RegisterEntry Was, ReadDraft Now, int Row)> toShow = [];

    private void Changing(RegisterEntry was, ReadDraft now, int row)
    {
        changed++;
        if (changes.Count + toShow.Count < ImportReport.MostChanges) toShow.Add((was, now, row));
    }

    private async Task ShowAsync(TenantTransaction tx, CancellationToken cancel)
    {
        if (toShow.Count == 0) return;
        var names = await RegisterNames.LoadAsync(tx, register, [.. toShow.SelectMany(c => new[] { c.Was.Fields, c.Now.Values })], ofUnits: true, cancel);
        foreach (var (was, now, row) in toShow)
        {
            var fields = new List<FieldChange>();
            if (was.Unit != now.Unit) fields.Add(new(RegisterDefinition.UnitKey, RegisterWords.UnitLabel, Say(was.Unit), Say(now.Unit)));
            fields.AddRange(register.Fields.Where(f => !Equals(was.Fields[f.Key], now.Values[f.Key])).Select(f => new FieldChange(f.Key, f.Label, names.Say(f, was.Fields[f.Key]), names.Say(f, now.Values[f.Key]))));
            changes.Add(new(row, was.Number, was.Title, fields));
        }
        toShow.Clear();

        Bilingual? Say(UnitId? of) => of is { } id ? Bilingual.Same(names.Unit(id)) : null;
    }

    private EntryDraft Draft(RegisterEntry? entry, Row row, RegisterNames names)
    {
        var untrusted = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (_, (key, _)) in columns)
        {
            if (key is Headings.NumberKey or Headings.VersionKey) continue;
            var text = row.Texts.GetValueOrDefault(key) ?? "";
            if (key == RegisterDefinition.UnitKey)
            {
                if (entry is not null && CellText.IsWritten(CellText.UnitOf(entry, names), text)) continue;
                untrusted[key] = text.Length == 0 && entry is null && unit is { } its ? [its.ToString()] : [text];
            }
            else
            {
                var field = register.Find(key)!;
                if (field.IsDerived) continue;
                // As it was written out: what it points to may have been closed since, and a name may have become ambiguous.
                if (entry is not null && CellText.Says(field, entry.Fields[key], names, text)) continue;
                if (entry is null && text.Length == 0 && field.Default is not null) continue;
                untrusted[key] = [text];
            }
        }
        if (entry is null && unit is { } chosen && !untrusted.ContainsKey(RegisterDefinition.UnitKey)) untrusted[RegisterDefinition.UnitKey] = [chosen.ToString()];
        return new(untrusted);
    }

    /// <summary>Nothing in the row differs from the present entry: then it doesn't matter that somebody changed it.</summary>
    private bool IsSame(RegisterEntry entry, Row row, RegisterNames names) => Draft(entry, row, names).Untrusted.Count == 0;

    private void Wrong(string field, int row, Bilingual what)
    {
        var column = columnOf.TryGetValue(field, out var its) ? its : (int?)null;
        var label = RegisterImport.LabelOf(register, field);
        if (column is { } covered && merged.Any(m => row >= m.FirstRow && row <= m.LastRow && covered >= m.FirstColumn && covered <= m.LastColumn))
        {
            // Said of the merged cells already.
            wrongRows.Add(row);
            return;
        }
        Wrong(column is { } at ? CellName.Of(at, row) : string.Create(CultureInfo.InvariantCulture, $"{row}"), row, column is { } of ? columns[of].Heading : label.Ja,
            column is null ? new($"「{label.Ja}」の列がありません。{what.Ja}", $"There is no column for {label.En}. {what.En}") : what);
    }

    private void Wrong(string cell, int row, string? heading, Bilingual what)
    {
        problemCount++;
        wrongRows.Add(row);
        if (problems.Count < ImportReport.MostProblems) problems.Add(new(cell, row, heading, what));
    }

    /// <summary>One entry of the ledger for each record, and one for the file. Last in the transaction: appending holds the ledger.</summary>
    public async Task SayAsync(TenantTransaction tx, RecordKeeper keeper, string fileName, Sha256 digest, CancellationToken cancel)
    {
        said.Add(NewEntry.Of(RecordKeeper.Entry(at, "register.imported", actor, $"register/{register.Key}", new { file = fileName, sha256 = digest, added, changed, same, by = actor.Name })));
        for (var i = 0; i < said.Count; i += SaidTogether) await keeper.AppendAsync(tx, said[i..Math.Min(i + SaidTogether, said.Count)], cancel);
    }
}
