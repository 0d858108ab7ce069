using Microsoft.AspNetCore.Components;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Accounts;

/// <summary>A page that changes other people's accounts.</summary>
public abstract class AccountFormPage : FormPage
{
    [Inject]
    public AccountBook Book { get; set; } = null!;

    [Inject]
    public AccountData Data { get; set; } = null!;

    [Inject]
    public OrganisationRegister Organisation { get; set; } = null!;

    /// <summary>Whoever makes the change.</summary>
    protected Account By { get; private set; } = null!;

    protected IReadOnlyList<Unit> Units { get; private set; } = [];

    /// <summary>The one-time link that was just made; shown once.</summary>
    protected string? Link { get; private set; }

    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        var person = CurrentPerson.Of(HttpContext);
        By = await Data.FindAsync(person.Account, Cancel) ?? throw new InvalidOperationException("The signed-in account is gone.");
        Units = (await Organisation.ReadAsync(person.Municipality, Dates.DayOf(Viewer.Now), null, Cancel)).Units;
        await LoadAsync();
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Reads what else the page shows.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <summary>What was entered; null, with messages at the fields, when it isn't in order.</summary>
    protected AccountForm? Form()
    {
        var roles = new List<Role>();
        foreach (var untrusted in Many("roles"))
        {
            if (Roles.TryParse(untrusted, out var role)) roles.Add(role);
        }
        Guid? unit = null;
        if (Text("unit") is { Length: > 0 } chosen)
        {
            if (Guid.TryParse(chosen, out var id)) unit = id;
            else Wrong(AccountRefusal.UnitUnknown);
        }
        return HasErrors ? null : new AccountForm(Text("login"), Text("displayName"), roles, unit);
    }

    /// <summary>The account as it is now; null, with the message, when a rule said no.</summary>
    protected Account? Take(AccountOutcome outcome) => outcome.Match<Account?>(
        done =>
        {
            if (done.LinkSecret is { } secret) Link = HttpContext.RequestServices.GetRequiredService<PublicAddress>().To(HttpContext.Request, $"/invitation/{secret}");
            return done.Account;
        },
        refused => { Wrong(refused.Refusal); return null; });
}
