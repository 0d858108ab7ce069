using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Web.Hosting;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;
using Refusals = Sekisho.Records.Registers.Refusals;

namespace Sekisho.Web.Api;

/// <summary>The registers: their catalogue, entries, history, bulk changes, confirmations.</summary>
internal static class RegistersApi
{
    private const string Tag = "Registers";

    public static void MapRegisters(this IEndpointRouteBuilder api)
    {
        var registers = api.MapGroup("/registers").RequireAuthorization(Allowed.ReadRegisters);
        registers.MapGet("", CatalogueAsync).Says("listRegisters", Tag, "台帳の一覧（項目の定義と件数）", "List registers, their fields and how many entries wait").Gives<IReadOnlyList<RegisterModel>>();
        registers.MapGet("/{key}", ListAsync).Says("listRegisterEntries", Tag, "台帳の記録の一覧（f.項目= で絞り込み）", "List entries; f.<field>= narrows by a field").Gives<EntryPageModel>(404);
        registers.MapPost("/{key}", AddAsync).RequireAuthorization(Allowed.WriteRegisters).Says("addRegisterEntry", Tag, "台帳に一件を加える", "Add an entry").Produces<RegisterEntryModel>(201).Gives<RegisterEntryModel>(404, 409, 422);
        registers.MapGet("/{key}/{id:guid}", ReadAsync).Says("getRegisterEntry", Tag, "台帳の一件（ETag は版）", "One entry; its ETag is its version").Gives<RegisterEntryModel>(404);
        registers.MapPut("/{key}/{id:guid}", ChangeAsync).RequireAuthorization(Allowed.WriteRegisters).Says("changeRegisterEntry", Tag, "台帳の一件を変える（If-Match か version が要る）", "Change an entry; needs If-Match or version").Gives<RegisterEntryModel>(404, 409, 412, 422);
        registers.MapPost("/{key}/{id:guid}/retire", RetireAsync).RequireAuthorization(Allowed.WriteRegisters).Says("retireRegisterEntry", Tag, "台帳の一件を廃止する", "Retire an entry").Gives<RegisterEntryModel>(404, 409, 422);
        registers.MapPost("/{key}/{id:guid}/revive", ReviveAsync).RequireAuthorization(Allowed.WriteRegisters).Says("reviveRegisterEntry", Tag, "廃止した一件を使用中に戻す", "Put a retired entry back to use").Gives<RegisterEntryModel>(404, 409, 422);
        registers.MapGet("/{key}/{id:guid}/history", HistoryAsync).Says("getRegisterEntryHistory", Tag, "台帳の一件の変更の履歴", "History of an entry").Gives<IReadOnlyList<EntryChangeModel>>(404);
        registers.MapPost("/{key}/bulk", BulkAsync).RequireAuthorization(Allowed.WriteRegisters).Says("changeRegisterEntries", Tag, "多くの記録の同じ項目をまとめて変える", "Change the same fields of many entries").Gives<ChangedModel>(404, 409, 422);
        registers.MapPost("/{key}/confirm", ConfirmAsync).RequireAuthorization(Allowed.WriteRegisters).Says("confirmRegisterEntries", Tag, "記録がこのままで正しいことを確認する", "Confirm that entries are right").Gives<ConfirmedModel>(404, 422);
        registers.MapGet("/{key}/export.xlsx", static (string key, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) => ExportAsync(key, csv: false, context, records, time, cancel))
            .Says("exportRegister", Tag, "台帳を Excel の表として出す", "Take a register out as a workbook").GivesContent(["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], 404);
        registers.MapGet("/{key}/export.csv", static (string key, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) => ExportAsync(key, csv: true, context, records, time, cancel))
            .Says("exportRegisterCsv", Tag, "台帳を CSV（UTF-8）として出す", "Take a register out as CSV (UTF-8)").GivesContent(["text/csv"], 404);
        registers.MapPost("/{key}/import", ImportAsync).RequireAuthorization(Allowed.WriteRegisters).Accepts<Stream>("application/octet-stream")
            .Says("importRegister", Tag, "表（xlsx・xls・csv）を台帳に入れる（dryRun=true は試すだけ）", "Take a sheet (xlsx, xls, csv) in; dryRun=true only tries").Gives<ImportReportModel>(404, 413, 422);
    }

    private static async Task<IResult> CatalogueAsync(HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var today = Dates.DayOf(time.GetUtcNow());
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        var counts = await records.RegisterChoices.CountAsync(person.Municipality, ConfirmationYear.Of(today).Since, today.AddDays(ListView.DueDays), within, cancel);
        return Results.Ok(records.Registers.Catalogue.Registers.Select(r => RegisterModel.Of(r, counts.GetValueOrDefault(r.Key))));
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, RecordSlices records, TimeProvider time, string key, string? q, Guid? unit, string? due, string? standing, string? sort, bool? descending, int? page, int? pageSize, CancellationToken cancel)
    {
        if (records.Registers.Catalogue.Find(key) is not { } register) return ApiProblems.NotFound;
        var person = CurrentPerson.Of(context);
        var view = ListView.Of(context.Request.Query, register) with { Descending = descending ?? false, Page = Math.Clamp(page ?? 1, 1, 1_000_000) };
        var below = unit is { } its ? await records.Organisation.BelowAsync(person.Municipality, new UnitId(its), cancel) : null;
        var query = view.ToQuery(below, Dates.DayOf(time.GetUtcNow()), Math.Clamp(pageSize ?? ListView.PageSize, 1, RegisterQuery.MaxPageSize));
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        var found = await records.Registers.ListAsync(person.Municipality, key, query, within, cancel);
        return Results.Ok(new EntryPageModel([.. found.Entries.Select(RegisterEntryModel.Of)], found.Total, found.Page, found.PageSize));
    }

    private static async Task<IResult> ReadAsync(HttpContext context, RecordSlices records, string key, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        return await records.Registers.ReadAsync(person.Municipality, key, new EntryId(id), within, cancel) is { } entry ? Entry(context, entry) : ApiProblems.NotFound;
    }

    private static async Task<IResult> HistoryAsync(HttpContext context, RecordSlices records, string key, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        var history = await records.Registers.HistoryAsync(person.Municipality, key, new EntryId(id), within, cancel);
        return history.Count == 0 ? ApiProblems.NotFound : Results.Ok(history.Select(EntryChangeModel.Of));
    }

    private static Task<IResult> AddAsync(HttpContext context, RecordSlices records, string key, [FromBody] RegisterEntryRequest request, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
            (await records.Registers.AddAsync(person.Municipality, key, request.Draft(), within, person.Actor(), cancel)) switch
            {
                EntryOutcome.Kept kept => Results.Created($"/api/v1/registers/{key}/{kept.Entry.Id}", RegisterEntryModel.Of(kept.Entry)),
                var other => Answer(context, other, conditional: false),
            }, cancel);

    private static Task<IResult> ChangeAsync(HttpContext context, RecordSlices records, string key, Guid id, [FromBody] RegisterEntryRequest request, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
        {
            var match = context.Request.GetTypedHeaders().IfMatch;
            int? asked = match.Count == 1 && int.TryParse(match[0].Tag.AsSpan().Trim('"'), System.Globalization.CultureInfo.InvariantCulture, out var tag) ? tag : null;
            if (match.Count > 0 && asked is null || (asked ?? request.Version) is not { } version) return ApiProblems.VersionNeeded;
            var outcome = await records.Registers.ChangeAsync(person.Municipality, key, new EntryVersion(new EntryId(id), version), request.Draft(), within, person.Actor(), cancel);
            return Answer(context, outcome, conditional: asked is not null);
        }, cancel);

    private static Task<IResult> RetireAsync(HttpContext context, RecordSlices records, string key, Guid id, [FromBody] RetireRequest request, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
            Answer(context, await records.Registers.RetireAsync(person.Municipality, key, new EntryVersion(new EntryId(id), request.Version), request.Why, within, person.Actor(), cancel), conditional: false), cancel);

    private static Task<IResult> ReviveAsync(HttpContext context, RecordSlices records, string key, Guid id, [FromBody] ReviveRequest request, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
            Answer(context, await records.Registers.ReviveAsync(person.Municipality, key, new EntryVersion(new EntryId(id), request.Version), within, person.Actor(), cancel), conditional: false), cancel);

    private static Task<IResult> BulkAsync(HttpContext context, RecordSlices records, string key, [FromBody] BulkRequest request, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
            (await records.Registers.ChangeManyAsync(person.Municipality, key, [.. request.Entries.Select(static e => e.Seen)], Drafts.Of(request.Fields, request.Unit), within, person.Actor(), cancel))
            .Answer(static changed => new ChangedModel(changed)), cancel);

    private static Task<IResult> ConfirmAsync(HttpContext context, RecordSlices records, string key, [FromBody] ConfirmEntriesRequest request, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
            (await records.Registers.ConfirmAsync(person.Municipality, key, [.. request.Entries.Select(static e => e.Seen)], within, person.Actor(), cancel))
            .Answer(static done => new ConfirmedModel(done.Confirmed, [.. done.Overtaken.Select(RegisterEntryModel.Of)])), cancel);

    private static async Task<IResult> ExportAsync(string key, bool csv, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) =>
        records.Registers.Catalogue.Find(key) is null ? ApiProblems.NotFound : await RegisterFiles.ExportAsync(key, csv, context, records, time, cancel);

    /// <summary>Columns are taken for fields as the console would propose it; a required one that isn't found is told.</summary>
    private static Task<IResult> ImportAsync(
        HttpContext context, RecordSlices records, string key, string? name, bool? dryRun, string? sheet, int? headingRow, Guid? unit, CancellationToken cancel) =>
        WriteAsync(context, records, key, async (person, within) =>
        {
            if (unit is { } asked && within?.Contains(new UnitId(asked)) == false) return ApiProblems.NotFound;
            var uploaded = await records.Imports.UploadAsync(person.Municipality, key, context.Request.Body, name ?? "", person.Actor(), cancel);
            if (uploaded is not Outcome<ImportPlan>.Done { Value: var plan }) return uploaded.Answer(static _ => new object());
            try
            {
                var mapping = new ImportMapping(sheet ?? plan.Sheet, headingRow ?? (sheet is null ? plan.HeadingRow : null), null, unit is { } its ? new UnitId(its) : null);
                var tried = await records.Imports.TryAsync(person.Municipality, plan.Upload, mapping, within, person.Actor(), cancel);
                if (dryRun == true || tried is not Outcome<ImportReport>.Done { Value.Wrong: 0 }) return Report(tried, dryRun == true);
                return Report(await records.Imports.CommitAsync(person.Municipality, plan.Upload, within, person.Actor(), cancel), false);
            }
            finally
            {
                await records.Imports.ForgetAsync(person.Municipality, plan.Upload, person.Actor(), CancellationToken.None);
            }
        }, cancel);

    private static IResult Report(Outcome<ImportReport> outcome, bool dryRun) => outcome.Match(
        report => dryRun || report.Why is null ? Results.Ok(ImportReportModel.Of(report))
            : ApiAnswers.Problem(report.Why) with { Errors = [.. report.Problems.Select(static p => new FieldErrorModel(p.Cell, p.What))] },
        static refused => ApiAnswers.Problem(refused));

    /// <summary>Somebody who may write in this register, within the units that they see.</summary>
    internal static async Task<IResult> WriteAsync(HttpContext context, RecordSlices records, string key, Func<CurrentPerson, IReadOnlyList<UnitId>?, Task<IResult>> act, CancellationToken cancel)
    {
        if (records.Registers.Catalogue.Find(key) is not { } register) return ApiProblems.NotFound;
        var person = CurrentPerson.Of(context);
        return person.MayWrite(register) ? await act(person, await person.RegisterUnitsAsync(records.Organisation, cancel)) : ApiProblems.NotAllowed;
    }

    private static IResult Answer(HttpContext context, EntryOutcome outcome, bool conditional) => outcome.Match(
        kept => Entry(context, kept.Entry),
        static wrong => ApiAnswers.Problem(Refusals.WrongEntry) with { Errors = [.. wrong.Problems.Select(static p => new FieldErrorModel(p.Field, p.What))] },
        overtaken => ApiAnswers.Problem(overtaken.Why) with { Status = conditional ? StatusCodes.Status412PreconditionFailed : StatusCodes.Status409Conflict },
        static refused => ApiAnswers.Problem(refused.Why));

    private static IResult Entry(HttpContext context, RegisterEntry entry)
    {
        context.Response.Headers.ETag = $"\"{entry.Version}\"";
        return Results.Ok(RegisterEntryModel.Of(entry));
    }
}
