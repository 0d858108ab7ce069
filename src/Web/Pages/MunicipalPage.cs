using Microsoft.AspNetCore.Components;
using Sekisho.Assurance;
using Sekisho.Policy.Words;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages;

/// <summary>A page of the signed-in person's municipality.</summary>
public abstract class MunicipalPage : FormPage
{
    [Inject]
    public RecordSlices Records { get; set; } = null!;

    private CurrentPerson? person;

    protected CurrentPerson Person => person ??= CurrentPerson.Of(HttpContext);

    protected MunicipalityId Municipality => Person.Municipality;

    /// <summary>Who does what is done on this page, as kept in the records and the ledger.</summary>
    protected Actor Actor => new(Person.Account.ToString(), Person.Name);

    /// <summary>May change the policy and its evidence; others see the page without its buttons.</summary>
    protected bool MayRun => Person.Has(Role.Officer);

    /// <summary>May read findings, ties, files attached to evidence, and the ledger.</summary>
    protected bool MayReadAll => Person.Has(Role.Officer) || Person.Has(Role.Auditor);

    /// <summary>May open evidence, with the proof that it is in the ledger.</summary>
    protected bool MayReadEvidence => MayReadAll || Person.Has(Role.Manager);

    /// <summary>A text whose terms in braces are spoken in the municipality's own words, once <see cref="LoadWordsAsync"/> has been called.</summary>
    protected string Spoken(string ja, string en) => T(Words.Speak(ja), en);

    /// <summary>The municipality's own words.</summary>
    protected PolicyWords Words => words ?? throw new InvalidOperationException("The words are not loaded.");

    private PolicyWords? words;

    protected async Task LoadWordsAsync() => words = await Records.Words.SpokenAsync(Municipality, Cancel);

    /// <summary>Today in Japan.</summary>
    protected DateOnly Today => Dates.DayOf(Viewer.Now);

    /// <summary>Nothing of that name, or not for this person: the page says so, and so does the answer.</summary>
    protected void NotThere() => HttpContext.Response.StatusCode = StatusCodes.Status404NotFound;

    /// <summary>There is such a thing, and this person may not do that.</summary>
    protected void NotAllowed() => HttpContext.Response.StatusCode = StatusCodes.Status403Forbidden;

    /// <summary>Reads a day of the form; says what to do where it isn't one.</summary>
    /// <param name="blankIsToday">An empty field means today.</param>
    protected bool TryDay(string field, out DateOnly day, bool blankIsToday = false)
    {
        day = Today;
        if (blankIsToday && string.IsNullOrWhiteSpace(Text(field)) || Dates.TryRead(Text(field), Today, out day)) return true;
        Wrong(field, new("日付として読めません。「あした」「11/25」「令和8年11月25日」のように書いてください。", "Not a day. Write it like tomorrow, 11/25 or 2026-11-25."));
        return false;
    }

    /// <summary>A rule said no: shows what and what to do, keeps what was typed.</summary>
    protected void Wrong(Refusal refusal, string field = "") => Wrong(field, refusal.What + refusal.Next);

    /// <summary>What was just done, from the address after a form was taken; null on any other visit.</summary>
    [SupplyParameterFromQuery(Name = "done")]
    public string? DoneWhat { get; set; }
}
