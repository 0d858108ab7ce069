using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Net.Http.Headers;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Registers;

/// <summary>What the pages of registers fetch besides pages: what is offered while somebody types, and sheets to take out.</summary>
public static class RegisterFiles
{
    /// <summary>The ways in which tables are taken out, by the end of their addresses.</summary>
    internal static readonly (string Name, SheetFormat Format)[] Formats = [("export.xlsx", SheetFormat.Xlsx), ("export.csv", SheetFormat.Csv), ("export-cp932.csv", SheetFormat.CsvCp932)];

    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Csv = "text/csv; charset=utf-8";

    public static void MapRegisterFiles(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/registers/{key}/choices/{field}", ChoicesAsync).RequireAuthorization(Allowed.WriteRegisters).ExcludeFromDescription();
        endpoints.MapGet("/registers/{key}/export.xlsx", static (string key, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) => ExportAsync(key, csv: false, context, records, time, cancel))
            .RequireAuthorization(Allowed.ReadRegisters).ExcludeFromDescription();
        endpoints.MapGet("/registers/{key}/export.csv", static (string key, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) => ExportAsync(key, csv: true, context, records, time, cancel))
            .RequireAuthorization(Allowed.ReadRegisters).ExcludeFromDescription();
    }

    /// <summary>What the list of this address shows, all pages of it, as a sheet.</summary>
    internal static async Task<IResult> ExportAsync(string key, bool csv, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel)
    {
        if (records.Registers.Catalogue.Find(key) is not { } register) return Results.NotFound();
        var person = CurrentPerson.Of(context);
        var view = ListView.Of(context.Request.Query, register);
        var below = view.Unit is { } unit ? await records.Organisation.BelowAsync(person.Municipality, new UnitId(Guid.Parse(unit)), cancel) : null;
        var today = Dates.DayOf(time.GetUtcNow());
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        var query = view.ToQuery(below, today);
        var file = csv ? await records.Exports.CsvAsync(person.Municipality, key, query, within, cancel, person.SpeaksInLabels())
            : await records.Exports.WorkbookAsync(person.Municipality, key, query, within, cancel, person.SpeaksInLabels());
        if (file is null) return Results.NotFound();
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"{register.Name.Ja}_{today:yyyyMMdd}.{(csv ? "csv" : "xlsx")}");
        context.Response.Headers.ContentDisposition = disposition.ToString();
        return Results.Stream(file, csv ? Csv : Workbook);
    }

    /// <summary>Options for the list of a field that points to people or entries: those that what was typed finds.</summary>
    private static async Task<IResult> ChoicesAsync(string key, string field, HttpContext context, RecordSlices records, HtmlEncoder encoder, CancellationToken cancel)
    {
        if (records.Registers.Catalogue.Find(key) is not { } register || register.Find(field) is not { } its) return Results.NotFound();
        var person = CurrentPerson.Of(context);
        var typed = context.Request.Query[Components.Registers.FormTexts.NameOf(field)].ToString();
        if (typed.Length > 200) typed = typed[..200];
        var day = Dates.DayOf(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        var offered = its switch
        {
            { Kind: FieldKind.Person } => await records.RegisterChoices.PeopleAsync(person.Municipality, typed, day, cancel),
            { Of: { } of } => await records.RegisterChoices.EntriesAsync(person.Municipality, of, typed, cancel),
            _ => [],
        };
        var html = new StringBuilder();
        foreach (var one in offered) html.Append("<option value=\"").Append(encoder.Encode(one)).Append("\"></option>");
        return Results.Content(html.ToString(), "text/html; charset=utf-8");
    }
}
