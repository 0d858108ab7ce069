using System.Text;
using System.Text.Encodings.Web;
using Sekisho.Records;
using Sekisho.Records.Registers;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Registers;

/// <summary>What the pages of registers fetch besides pages: what is offered while somebody types.</summary>
public static class RegisterFiles
{
    public static void MapRegisterFiles(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/registers/{key}/choices/{field}", ChoicesAsync).RequireAuthorization(Allowed.WriteRegisters).ExcludeFromDescription();

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
