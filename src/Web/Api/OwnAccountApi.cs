using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Whoever asks: who they are, their sessions and tokens. Tokens are made in the console only, with the second factor.</summary>
internal static class OwnAccountApi
{
    public static void MapOwnAccount(this IEndpointRouteBuilder api)
    {
        var me = api.MapGroup("/me");
        me.MapGet("", GetAsync).Says("getMe", "Own account", "自分のアカウント", "Who I am").Gives<MeModel>();
        me.MapGet("/tokens", TokensAsync).Says("listMyTokens", "Own account", "自分の API トークンの一覧", "List my API tokens").Gives<IReadOnlyList<TokenModel>>();
        me.MapDelete("/tokens/{id:guid}", RevokeAsync).WithMetadata(new OwnAccountAttribute()).Says("revokeMyToken", "Own account", "自分の API トークンを無効にする", "Revoke one of my API tokens").GivesNothing(404);
        me.MapGet("/sessions", SessionsAsync).Says("listMySessions", "Own account", "自分のセッションの一覧", "List my sessions").Gives<IReadOnlyList<SessionModel>>();
        me.MapDelete("/sessions", EndAllAsync).WithMetadata(new OwnAccountAttribute()).Says("endMySessions", "Own account", "すべての端末でサインアウトする", "Sign out everywhere").GivesNothing();
        me.MapDelete("/sessions/{id:guid}", EndAsync).WithMetadata(new OwnAccountAttribute()).Says("endMySession", "Own account", "セッションを終わらせる", "End one of my sessions").GivesNothing();
    }

    private static IResult GetAsync(HttpContext context)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok(new MeModel(person.Account.Value, person.Name, person.Municipality.Value, [.. person.Roles.Select(static role => role.Key())], person.Unit, person.Token is { } scope ? TokenScopes.Key(scope) : null));
    }

    private static async Task<IResult> TokensAsync(HttpContext context, AccountData data, AccessTokens tokens, CancellationToken cancel) =>
        Results.Ok((await tokens.ListAsync(await AccountsApi.ByAsync(context, data), cancel)).Select(static t => new TokenModel(t.Id, t.Name, TokenScopes.Key(t.Scope), t.CreatedAt, t.ExpiresAt, t.LastUsedAt)));

    private static async Task<IResult> RevokeAsync(HttpContext context, AccountData data, AccessTokens tokens, Guid id, CancellationToken cancel) =>
        await tokens.RevokeAsync(await AccountsApi.ByAsync(context, data), id, cancel) ? Results.NoContent() : ApiProblems.NotFound;

    private static async Task<IResult> SessionsAsync(HttpContext context, AccountData data, Sessions sessions, CancellationToken cancel) =>
        Results.Ok((await sessions.ListAsync(await AccountsApi.ByAsync(context, data), cancel)).Select(static s => new SessionModel(s.Id, s.CreatedAt, s.LastSeenAt, s.EndsAt, s.Method, s.Address, s.Device)));

    private static async Task<IResult> EndAllAsync(HttpContext context, AccountData data, Sessions sessions, CancellationToken cancel)
    {
        await sessions.EndAllAsync(await AccountsApi.ByAsync(context, data), null, cancel);
        return Results.NoContent();
    }

    private static async Task<IResult> EndAsync(HttpContext context, AccountData data, Sessions sessions, Guid id, CancellationToken cancel)
    {
        await sessions.EndAsync(await AccountsApi.ByAsync(context, data), id, cancel);
        return Results.NoContent();
    }
}

/// <summary>Whoever asks.</summary>
/// <param name="Token">Scope of the token; null in a browser session.</param>
public sealed record MeModel(Guid Account, string Name, Guid Municipality, IReadOnlyList<string> Roles, Guid? Unit, string? Token);

/// <summary>An API token without its secret.</summary>
public sealed record TokenModel(Guid Id, string Name, string Scope, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>A signed-in browser.</summary>
public sealed record SessionModel(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset EndsAt, string Method, string Address, string Device);
