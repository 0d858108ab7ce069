using Microsoft.AspNetCore.Components;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Web.Components;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.SignIn;

/// <summary>A page with a form: what was posted, and what is wrong with it, by field. Works without any script.</summary>
public abstract class FormPage : ConsoleComponent
{
    private readonly Dictionary<string, Bilingual> wrong = [];

    [CascadingParameter]
    public HttpContext HttpContext { get; set; } = null!;

    [Inject]
    public NavigationManager Navigation { get; set; } = null!;

    /// <summary>Stops the work when the person goes away.</summary>
    protected CancellationToken Cancel => HttpContext.RequestAborted;

    /// <summary>Messages by field name, in the person's language. The key "" concerns the whole form.</summary>
    protected IReadOnlyDictionary<string, string> Errors => wrong.Where(static e => e.Key.Length > 0).ToDictionary(static e => e.Key, e => T(e.Value));

    /// <summary>What is wrong with the whole.</summary>
    protected string? WholeError => wrong.TryGetValue("", out var message) ? T(message) : null;

    protected bool HasErrors => wrong.Count > 0;

    /// <summary>What was posted in a field; null when nothing was.</summary>
    protected string? Posted(string field) =>
        HttpMethods.IsPost(HttpContext.Request.Method) && HttpContext.Request.HasFormContentType && HttpContext.Request.Form.TryGetValue(field, out var values) ? values.ToString() : null;

    /// <summary>What was posted in a field, or an empty text.</summary>
    protected string Text(string field) => Posted(field) ?? "";

    /// <summary>All values of a field that may be there several times.</summary>
    protected IReadOnlyList<string> Many(string field) =>
        HttpContext.Request.HasFormContentType ? [.. HttpContext.Request.Form[field].OfType<string>()] : [];

    protected string? Error(string field) => wrong.TryGetValue(field, out var message) ? T(message) : null;

    /// <summary>Refuses what was posted; the page comes back with everything that was typed.</summary>
    protected void Wrong(string field, Bilingual message)
    {
        wrong[field] = message;
        HttpContext.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
    }

    protected void Wrong(AccountRefusal refusal) => Wrong(refusal.Field, refusal.Message);

    /// <summary>Where to go after signing in: the address asked for, when it is one of this server's.</summary>
    protected string Back
    {
        get
        {
            var untrusted = HttpContext.Request.Query["back"].ToString();
            return LanguageSwitch.IsLocal(untrusted) && !untrusted.StartsWith("/sign-in", StringComparison.Ordinal) && !untrusted.StartsWith("/signout", StringComparison.Ordinal) ? untrusted : "/";
        }
    }

    /// <summary>The address of a step, taking <see cref="Back"/> along.</summary>
    protected string Step(string path) => Back == "/" ? path : $"{path}?back={Uri.EscapeDataString(Back)}";

    /// <summary>Goes to a page of this server (303: what was posted isn't posted again).</summary>
    protected void Go(string path) => Navigation.NavigateTo(path);
}
