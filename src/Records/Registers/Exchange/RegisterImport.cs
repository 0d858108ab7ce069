using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Takes sheets into registers (台帳の取込み): look at the file, try it, take it in; all of it or nothing.</summary>
/// <remarks>
/// A dry run does everything that the real one does, in a transaction that is then undone, so that it can't promise what the real one refuses.
/// Rows are read as a stream and written by the thousand; what grows with the file is the list of what the ledger is to say, which is appended last.
/// </remarks>
public sealed class RegisterImport(RegisterBook book)
{
    /// <summary>Rows of one import.</summary>
    public const int MostRows = 50_000;

    private RecordKeeper Keeper => book.Keeper;

    /// <summary>Keeps a file for a day and says what is in it.</summary>
    /// <param name="untrusted">Read to its end, 50 MB at most.</param>
    public async Task<Outcome<ImportPlan>> UploadAsync(MunicipalityId municipality, string register, Stream untrusted, string untrustedName, Actor actor, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(untrusted);
        if (book.Catalogue.Find(register) is not { } definition) return Registers.Refusals.UnknownRegister;
        if (await BytesAsync(untrusted, cancel) is not { } bytes) return Refusals.TooLarge;
        var name = KeptFiles.SafeName(untrustedName);
        var at = Keeper.Clock.Now();
        var id = new UploadId(RecordKeeper.NewId(at));
        await using var tx = await Keeper.EnterAsync(municipality, cancel);
        var plan = await PlanAsync(tx, definition, id, bytes, name, null, null, cancel);
        if (plan is Outcome<ImportPlan>.Refused { Why: var why } && !IsAboutHeadings(why)) return plan;
        await UploadShelf.KeepAsync(tx, id, register, name, bytes, at, actor, cancel);
        await tx.CommitAsync(cancel);
        return plan;
    }

    /// <summary>The same file looked at again: another sheet, or another row of headings.</summary>
    public async Task<Outcome<ImportPlan>> PlanAsync(MunicipalityId municipality, UploadId upload, string? sheet, int? headingRow, Actor actor, CancellationToken cancel)
    {
        await using var tx = await Keeper.EnterAsync(municipality, cancel);
        if (await UploadShelf.ReadAsync(tx, upload, Keeper.Clock.Now(), actor, cancel) is not { } kept || book.Catalogue.Find(kept.Register) is not { } definition) return Refusals.UnknownUpload;
        return await PlanAsync(tx, definition, upload, kept.Bytes, kept.FileName, sheet, headingRow, cancel);
    }

    /// <summary>What would come of taking the file in; nothing is changed. The mapping is kept for <see cref="CommitAsync"/>.</summary>
    public async Task<Outcome<ImportReport>> TryAsync(
        MunicipalityId municipality, UploadId upload, ImportMapping mapping, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel, ImportProgress? progress = null)
    {
        Outcome<ImportReport> report;
        await using (var tx = await Keeper.EnterAsync(municipality, cancel))
        {
            report = await RunAsync(tx, upload, mapping, within, actor, keep: false, progress, cancel);
        }
        if (report is Outcome<ImportReport>.Done)
        {
            await using var tx = await Keeper.EnterAsync(municipality, cancel);
            await UploadShelf.MapAsync(tx, upload, mapping, cancel);
            await tx.CommitAsync(cancel);
        }
        return report;
    }

    /// <summary>Takes the file in as it was tried last. When something became wrong since, nothing is changed and the report says what.</summary>
    public Task<Outcome<ImportReport>> CommitAsync(MunicipalityId municipality, UploadId upload, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        CommitAsync(municipality, upload, within, actor, null, null, cancel);

    /// <param name="last">Done in the same transaction when everything is in: whoever does this in the background says there that it is done.</param>
    internal async Task<Outcome<ImportReport>> CommitAsync(
        MunicipalityId municipality, UploadId upload, IReadOnlyList<UnitId>? within, Actor actor, ImportProgress? progress, Func<TenantTransaction, ImportReport, Task>? last, CancellationToken cancel)
    {
        Outcome<ImportReport> report;
        IReadOnlyList<string> evidence;
        await using (var tx = await Keeper.EnterAsync(municipality, cancel))
        {
            var kept = await UploadShelf.ReadAsync(tx, upload, Keeper.Clock.Now(), actor, cancel);
            evidence = kept is null ? [] : book.Catalogue.Find(kept.Register)?.Evidence ?? [];
            report = await RunAsync(tx, upload, kept?.Mapping ?? new(), within, actor, keep: true, progress, cancel);
            if (report is not Outcome<ImportReport>.Done { Value: { IsKept: true } done }) return report;
            if (last is not null) await last(tx, done);
            await tx.CommitAsync(cancel);
        }
        await Keeper.ChangedAsync(municipality, cancel, evidence);
        return report;
    }

    /// <summary>Gives a file up.</summary>
    public async Task ForgetAsync(MunicipalityId municipality, UploadId upload, Actor actor, CancellationToken cancel)
    {
        await using var tx = await Keeper.EnterAsync(municipality, cancel);
        await UploadShelf.ForgetAsync(tx, upload, actor, cancel);
        await tx.CommitAsync(cancel);
    }

    private static bool IsAboutHeadings(Refusal why) => why.Code == Refusals.NoHeadings.Code || why.Code == Refusals.NoRows.Code;

    private static async Task<byte[]?> BytesAsync(Stream untrusted, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = await untrusted.ReadAsync(buffer, cancel)) > 0;)
        {
            if (bytes.Length + read > SheetFiles.MostBytes) return null;
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    }

    private static async Task<Outcome<ImportPlan>> PlanAsync(
        TenantTransaction tx, RegisterDefinition definition, UploadId id, byte[] bytes, string name, string? sheet, int? headingRow, CancellationToken cancel)
    {
        var (file, why) = SheetFiles.Open(bytes, name);
        if (file is null) return why!;
        using (file)
        {
            if (sheet is not null && !file.Sheets.Contains(sheet)) return Refusals.UnknownSheet;
            var headings = new Headings(definition, await LearntAsync(tx, definition, cancel));
            // A book's first sheet may be a cover: the first one with rows under headings that are known is meant.
            var chosen = sheet ?? file.Sheets[0];
            var found = headings.Find(file, chosen, headingRow, MostRows);
            if (sheet is null && found.Why is { } notHere && IsAboutHeadings(notHere))
            {
                foreach (var other in file.Sheets.Skip(1))
                {
                    var there = headings.Find(file, other, headingRow, MostRows);
                    if (there.Why is not null) continue;
                    (chosen, found) = (other, there);
                    break;
                }
            }
            if (found.Why is { } no) return no;
            var mapped = found.Columns.Select(c => c.Field).ToHashSet();
            var missing = definition.Fields.Where(f => f.IsRequired && f.Default is null && !mapped.Contains(f.Key)).Select(f => f.Label).ToList();
            if (definition.Unit == UnitNeed.Required && !mapped.Contains(RegisterDefinition.UnitKey)) missing.Insert(0, RegisterWords.UnitLabel);
            return new ImportPlan(id, definition.Key, name, file.Format, file.Sheets, chosen, found.HeadingRow, found.Columns, found.Rows, found.IsOurs, missing);
        }
    }

    private static async Task<Dictionary<string, string?>> LearntAsync(TenantTransaction tx, RegisterDefinition definition, CancellationToken cancel) =>
        (await tx.ListAsync("SELECT heading, field FROM records.register_mapping WHERE register = $1", r => (Heading: r.GetString(0), Field: r.TextOrNull(1)), cancel, definition.Key))
        .ToDictionary(m => m.Heading, m => m.Field, StringComparer.Ordinal);

    private async Task<Outcome<ImportReport>> RunAsync(
        TenantTransaction tx, UploadId upload, ImportMapping mapping, IReadOnlyList<UnitId>? within, Actor actor, bool keep, ImportProgress? progress, CancellationToken cancel)
    {
        var at = Keeper.Clock.Now();
        if (await UploadShelf.ReadAsync(tx, upload, at, actor, cancel) is not { } kept || book.Catalogue.Find(kept.Register) is not { } definition) return Refusals.UnknownUpload;
        var planned = await PlanAsync(tx, definition, upload, kept.Bytes, kept.FileName, mapping.Sheet, mapping.HeadingRow, cancel);
        if (planned is not Outcome<ImportPlan>.Done { Value: var plan }) return planned.Match(_ => throw new InvalidOperationException(), r => r);
        if (progress is not null) progress.Rows = plan.Rows;
        var columns = new Dictionary<int, (string Field, string Heading)>();
        foreach (var column in plan.Columns)
        {
            var field = plan.IsOurs || mapping.Columns is null ? column.Field : mapping.Columns.GetValueOrDefault(column.Index);
            if (field is not null) columns[column.Index] = (field, column.Heading);
        }
        if (Fits(definition, plan, columns, mapping, within) is { } unfit) return unfit;
        var unit = mapping.Unit ?? (within is [var only] ? only : null);
        var (file, why) = SheetFiles.Open(kept.Bytes, kept.FileName);
        if (file is null) return why!;
        using (file)
        {
            var (merged, broken) = file.Merged(plan.Sheet);
            if (broken is not null) return broken;
            await book.LockToWriteAsync(tx, definition, cancel);
            var spoken = await book.SpokenAsync(tx, definition, cancel);
            var run = new ImportRun(book.Writer(spoken), spoken, columns, merged, unit, within, actor, at, keep, progress);
            if (await run.RowsAsync(tx, file, plan.Sheet, plan.HeadingRow, cancel) is { } ended) return ended;
            var report = run.Report(plan.Rows);
            if (!report.IsKept) return report;
            if (!plan.IsOurs) await LearnAsync(tx, definition, plan, columns, at, actor, cancel);
            await UploadShelf.ForgetAsync(tx, upload, actor, cancel);
            await run.SayAsync(tx, Keeper, kept.FileName, Sha256.Of(kept.Bytes), cancel);
            return report;
        }
    }

    private static Refusal? Fits(RegisterDefinition definition, ImportPlan plan, Dictionary<int, (string Field, string Heading)> columns, ImportMapping mapping, IReadOnlyList<UnitId>? within)
    {
        var known = plan.Columns.Select(c => c.Index).ToHashSet();
        if (!plan.IsOurs && mapping.Columns?.Keys.Any(k => !known.Contains(k)) == true) return Refusals.UnknownColumn;
        foreach (var (_, (field, _)) in columns)
            if (field is not (Headings.NumberKey or Headings.VersionKey or RegisterDefinition.UnitKey) && definition.Find(field) is null) return Refusals.UnknownColumn;
        foreach (var twice in columns.GroupBy(c => c.Value.Field).Where(g => g.Count() > 1))
        {
            var names = string.Join("、", twice.Select(c => $"{CellName.Column(c.Key)} 列「{c.Value.Heading}」"));
            return Refusals.ColumnTwice.About($"「{LabelOf(definition, twice.Key).Ja}」に {names} が対応しています。", $"{LabelOf(definition, twice.Key).En}: {names}.");
        }
        // With numbers, rows may only change what is there: then nothing has to be in the sheet but what changes.
        var mapped = columns.Values.Select(c => c.Field).ToHashSet(StringComparer.Ordinal);
        if (mapped.Contains(Headings.NumberKey)) return null;
        var missing = definition.Fields.Where(f => f.IsRequired && f.Default is null && !mapped.Contains(f.Key)).Select(f => f.Label).ToList();
        if (definition.Unit == UnitNeed.Required && !mapped.Contains(RegisterDefinition.UnitKey) && mapping.Unit is null && within is not [_]) missing.Insert(0, RegisterWords.UnitLabel);
        return missing.Count == 0 ? null
            : Refusals.ColumnMissing.About($"足りない列：{string.Join("、", missing.Select(m => $"「{m.Ja}」"))}。", $"Missing: {string.Join(", ", missing.Select(m => m.En))}.");
    }

    internal static Bilingual LabelOf(RegisterDefinition definition, string field) => field switch
    {
        RegisterDefinition.UnitKey => RegisterWords.UnitLabel,
        Headings.NumberKey => RegisterWords.NumberLabel,
        _ => definition.Find(field)?.Label ?? Bilingual.Same(field),
    };

    private static Task<int> LearnAsync(
        TenantTransaction tx, RegisterDefinition definition, ImportPlan plan, Dictionary<int, (string Field, string Heading)> columns, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var learnt = plan.Columns.Select(c => (Heading: Headings.Full(c.Heading), Field: columns.TryGetValue(c.Index, out var its) ? its.Field : null))
            .Where(l => l.Heading.Length is > 0 and <= 200).DistinctBy(l => l.Heading).ToList();
        return tx.RunAsync("""
            INSERT INTO records.register_mapping (municipality_id, register, heading, field, learnt_at, learnt_by, learnt_by_name)
            SELECT $1, $2, heading, field, $3, $4, $5 FROM unnest($6::text[], $7::text[]) AS row (heading, field)
            ON CONFLICT (municipality_id, register, heading) DO UPDATE SET field = EXCLUDED.field, learnt_at = EXCLUDED.learnt_at, learnt_by = EXCLUDED.learnt_by, learnt_by_name = EXCLUDED.learnt_by_name
            """, cancel, tx.Municipality.Value, definition.Key, at, actor.Account, actor.Name, learnt.Select(l => l.Heading).ToArray(), learnt.Select(l => l.Field).ToArray());
    }
}
