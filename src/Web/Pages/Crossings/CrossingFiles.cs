using Microsoft.Net.Http.Headers;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Crossing.Traces;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Web.Hosting;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Crossings;

/// <summary>What the pages of the crossing fetch besides pages: sheets to take out.</summary>
public static class CrossingFiles
{
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Csv = "text/csv; charset=utf-8", Cp932 = "text/csv; charset=Shift_JIS";

    public static void MapCrossingFiles(this IEndpointRouteBuilder endpoints)
    {
        foreach (var (name, format) in RegisterFiles.Formats)
        {
            endpoints.MapGet($"/crossings/traces/{name}", (HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, CancellationToken cancel) => TracesAsync(format, context, records, crossing, time, cancel))
                .RequireAuthorization(Allowed.ReadCrossings).ExcludeFromDescription();
            endpoints.MapGet($"/crossings/exceptions/{name}", (HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, CancellationToken cancel) => ExceptionsAsync(format, context, records, crossing, time, cancel))
                .RequireAuthorization(Allowed.ReadCrossings).ExcludeFromDescription();
        }
    }

    private static async Task<IResult> TracesAsync(SheetFormat format, HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var view = TraceView.Of(context.Request.Query);
        var today = Dates.DayOf(time.GetUtcNow());
        // What was typed and can't be read as a day must not widen what is taken out.
        if ((view.From is not null && TraceView.Day(view.From, today) is null) || (view.Until is not null && TraceView.Day(view.Until, today) is null)) return Results.LocalRedirect(view.Href("/crossings/traces"));
        var below = view.Unit is { } unit ? await records.Organisation.BelowAsync(person.Municipality, new UnitId(unit), cancel) : null;
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        return Hand(context, "授受の履歴", format, today, await crossing.Traces.ExportAsync(person.Municipality, view.Query(below, today), format, within, Of(person), cancel));
    }

    private static async Task<IResult> ExceptionsAsync(SheetFormat format, HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        return Hand(context, "特例で取り込んだファイル", format, Dates.DayOf(time.GetUtcNow()), await crossing.Traces.ExportExceptionsAsync(person.Municipality, format, within, Of(person), cancel));
    }

    private static Actor Of(CurrentPerson person) => new(person.Account.ToString(), person.Name);

    private static IResult Hand(HttpContext context, string title, SheetFormat format, DateOnly today, Outcome<Stream> outcome) => outcome.Match(
        file =>
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName($"{title}_{today:yyyyMMdd}.{(format == SheetFormat.Xlsx ? "xlsx" : "csv")}");
            context.Response.Headers.ContentDisposition = disposition.ToString();
            context.Response.Headers.CacheControl = "no-store";
            return Results.Stream(file, format switch { SheetFormat.Xlsx => Workbook, SheetFormat.Csv => Csv, _ => Cp932 });
        },
        static refusal => Results.Text(refusal.What.Ja + refusal.Next.Ja + "\n" + refusal.What.En + refusal.Next.En, "text/plain; charset=utf-8", System.Text.Encoding.UTF8, StatusCodes.Status422UnprocessableEntity));
}
