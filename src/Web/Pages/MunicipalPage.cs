using Microsoft.AspNetCore.Components;
using Sekisho.Assurance;
using Sekisho.Policy.Words;
using Sekisho.Records;
using Sekisho.Records.Accounts;
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

    /// <summary>A rule said no: shows what and what to do, keeps what was typed.</summary>
    protected void Wrong(Refusal refusal, string field = "") => Wrong(field, refusal.What + refusal.Next);

    /// <summary>What was just done, from the address after a form was taken; null on any other visit.</summary>
    [SupplyParameterFromQuery(Name = "done")]
    public string? DoneWhat { get; set; }
}
