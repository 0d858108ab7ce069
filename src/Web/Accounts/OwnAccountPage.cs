using Microsoft.AspNetCore.Components;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Accounts;

/// <summary>A page on which a person changes the own sign-in. Grave changes ask for the second factor again, unless it was given minutes ago.</summary>
public abstract class OwnAccountPage : FormPage
{
    /// <summary>How long after signing in the second factor isn't asked for again: time to replace a lost device after a recovery code.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    [Inject]
    public AccountManager Manager { get; set; } = null!;

    [Inject]
    public AccountSignIn SignIn { get; set; } = null!;

    [Inject]
    public Sessions Sessions { get; set; } = null!;

    [Inject]
    internal SecondFactor Factor { get; set; } = null!;

    protected Account Account { get; private set; } = null!;

    protected Session? Session { get; private set; }

    protected IReadOnlyList<Session> AllSessions { get; private set; } = [];

    /// <summary>Whether the form shows the field for the second factor.</summary>
    protected bool AsksSecondFactor => Session is null || Viewer.Now - Session.CreatedAt > Fresh;

    /// <summary>Everything is read before the first rendering, so that no part of the page has to expect half a page model.</summary>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        var person = CurrentPerson.Of(HttpContext);
        Account = await Manager.FindByIdAsync(person.Account.ToString()) ?? throw new InvalidOperationException("The signed-in account is gone.");
        AllSessions = await Sessions.ListAsync(Account, Cancel);
        Session = AllSessions.FirstOrDefault(s => s.Id == person.Session);
        await LoadAsync();
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Reads what else the page shows.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <summary>False, with the message at the field, when it isn't confirmed that it is the person.</summary>
    protected async Task<bool> ConfirmedAsync() => !AsksSecondFactor || (await Factor.CheckAsync(Account, Text("secondFactor"))).Match(
        _ => true,
        refused => { Wrong("secondFactor", refused.Message); return false; });

    /// <summary>After a change of credentials: all other sessions have ended by the new stamp; this one goes on as a new one.</summary>
    protected async Task ContinueAsync()
    {
        await Sessions.EndAllAsync(Account, null, Cancel);
        var method = Session?.Method ?? "renewed";
        await SignIn.SignInAsync((await Manager.FindByIdAsync(Account.Id.ToString()))!, isPersistent: false, method);
    }
}
