using Microsoft.AspNetCore.Mvc;
using Sekisho.Records.Accounts;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Accounts: list, invite, change, reset, close.</summary>
internal static class AccountsApi
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var accounts = api.MapGroup("/accounts");
        accounts.MapGet("", ListAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listAccounts", "Accounts", "アカウントの一覧", "List accounts").Gives<IReadOnlyList<AccountModel>>();
        accounts.MapGet("/{id:guid}", GetAsync).RequireAuthorization(Allowed.ReadAccounts).Says("getAccount", "Accounts", "一つのアカウント", "One account").Gives<AccountModel>(404);
        accounts.MapPost("", InviteAsync).RequireAuthorization(Allowed.ManageAccounts).Says("inviteAccount", "Accounts", "アカウントを作り、招待リンクを発行する", "Make an account and a one-time link").Produces<InvitedModel>(StatusCodes.Status201Created).Gives<InvitedModel>(409, 422);
        accounts.MapPut("/{id:guid}", ChangeAsync).RequireAuthorization(Allowed.ManageAccounts).Says("changeAccount", "Accounts", "アカウントを変更する", "Change an account").Gives<AccountModel>(404, 409, 422);
        accounts.MapPost("/{id:guid}/reset", ResetAsync).RequireAuthorization(Allowed.ManageAccounts).Says("resetAccount", "Accounts", "パスワードと二要素を再設定するリンクを発行する", "Take both factors away and make a new one-time link").Gives<InvitedModel>(404, 409);
        accounts.MapPost("/{id:guid}/close", CloseAsync).RequireAuthorization(Allowed.ManageAccounts).Says("closeAccount", "Accounts", "アカウントを止める", "Close an account").Gives<AccountModel>(404, 409);
        accounts.MapPost("/{id:guid}/open", OpenAsync).RequireAuthorization(Allowed.ManageAccounts).Says("openAccount", "Accounts", "止めたアカウントを再開する", "Open a closed account again").Gives<AccountModel>(404, 409);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AccountBook book, CancellationToken cancel) =>
        Results.Ok((await book.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(AccountModel.Of));

    private static async Task<IResult> GetAsync(HttpContext context, AccountBook book, Guid id, CancellationToken cancel) =>
        await book.FindAsync(CurrentPerson.Of(context).Municipality, new AccountId(id), cancel) is { } account ? Results.Ok(AccountModel.Of(account)) : ApiProblems.NotFound;

    private static async Task<IResult> InviteAsync(HttpContext context, AccountBook book, AccountData data, [FromBody] AccountRequest request, CancellationToken cancel)
    {
        if (Form(request) is not { } form) return Problem(AccountRefusal.RolesMissing);
        return (await book.InviteAsync(await ByAsync(context, data), form, cancel)).Match<IResult>(
            done => Results.Created($"/api/v1/accounts/{done.Account.Id}", Invited(context, done)), static refused => Problem(refused.Refusal));
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, AccountBook book, AccountData data, Guid id, [FromBody] AccountRequest request, CancellationToken cancel)
    {
        if (Form(request) is not { } form) return Problem(AccountRefusal.RolesMissing);
        return (await book.ChangeAsync(await ByAsync(context, data), new AccountId(id), request.Version ?? Guid.Empty, form, cancel)).Match<IResult>(
            static done => Results.Ok(AccountModel.Of(done.Account)), static refused => Problem(refused.Refusal));
    }

    private static async Task<IResult> ResetAsync(HttpContext context, AccountBook book, AccountData data, Guid id, CancellationToken cancel) =>
        (await book.ResetAsync(await ByAsync(context, data), new AccountId(id), cancel)).Match<IResult>(done => Results.Ok(Invited(context, done)), static refused => Problem(refused.Refusal));

    private static Task<IResult> CloseAsync(HttpContext context, AccountBook book, AccountData data, Guid id, CancellationToken cancel) => SetClosedAsync(context, book, data, id, closed: true, cancel);

    private static Task<IResult> OpenAsync(HttpContext context, AccountBook book, AccountData data, Guid id, CancellationToken cancel) => SetClosedAsync(context, book, data, id, closed: false, cancel);

    private static async Task<IResult> SetClosedAsync(HttpContext context, AccountBook book, AccountData data, Guid id, bool closed, CancellationToken cancel) =>
        (await book.CloseAsync(await ByAsync(context, data), new AccountId(id), closed, cancel)).Match<IResult>(
            static done => Results.Ok(AccountModel.Of(done.Account)), static refused => Problem(refused.Refusal));

    internal static async Task<Account> ByAsync(HttpContext context, AccountData data) =>
        await data.FindAsync(CurrentPerson.Of(context).Account, context.RequestAborted) ?? throw new InvalidOperationException("The signed-in account is gone.");

    private static AccountForm? Form(AccountRequest request)
    {
        var roles = new List<Role>();
        foreach (var untrusted in request.Roles)
        {
            if (!Roles.TryParse(untrusted, out var role)) return null;
            roles.Add(role);
        }
        return new AccountForm(request.Login, request.DisplayName, roles, request.Unit);
    }

    private static InvitedModel Invited(HttpContext context, AccountOutcome.Done done) =>
        new(AccountModel.Of(done.Account), context.RequestServices.GetRequiredService<PublicAddress>().To(context.Request, $"/invitation/{done.LinkSecret}"), Invitations.Validity.TotalDays);

    private static ApiProblem Problem(AccountRefusal refusal) => new(
        refusal.Code, refusal == AccountRefusal.NotFound ? 404 : refusal == AccountRefusal.LastKeeper || refusal == AccountRefusal.ChangedMeanwhile || refusal == AccountRefusal.OwnAccount || refusal == AccountRefusal.LoginTaken ? 409 : 422,
        refusal.Message, refusal.Message);
}

/// <summary>What is entered about an account.</summary>
/// <param name="Roles">Of officer, manager, staff, auditor, administrator.</param>
/// <param name="Version">Of a change: the version that was read; another one since is refused.</param>
public sealed record AccountRequest(string Login, string DisplayName, IReadOnlyList<string> Roles, Guid? Unit = null, Guid? Version = null);

/// <summary>An account (アカウント).</summary>
/// <param name="State">invited, active or closed.</param>
public sealed record AccountModel(
    Guid Id, string Login, string DisplayName, IReadOnlyList<string> Roles, Guid? Unit, string State, bool SecondFactor, DateTimeOffset CreatedAt, DateTimeOffset? LastSignedInAt, Guid Version)
{
    public static AccountModel Of(Account a) => new(
        a.Id.Value, a.Login, a.DisplayName, [.. a.Roles.Select(static role => role.Key())], a.Unit,
        a.DisabledAt is not null ? "closed" : a.PasswordHash is null || !a.HasSecondFactor ? "invited" : "active",
        a.HasSecondFactor, a.CreatedAt, a.LastSignedInAt, a.Version);
}

/// <summary>An account and the one-time link with which its owner sets the password. The link is told once.</summary>
public sealed record InvitedModel(AccountModel Account, string Link, double ValidDays);
