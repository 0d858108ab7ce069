using Sekisho.Assurance;

namespace Sekisho.Web.Api;

/// <summary>Every problem that the API itself can tell. Those of the records carry their own codes.</summary>
public static class ApiProblems
{
    public static ApiProblem SignInNeeded { get; } = new("API-401", 401,
        new("サインインが必要です", "Sign-in needed"),
        new("サインインするか、有効な API トークンを Authorization: Bearer で送ってください。", "Sign in, or send a valid API token as Authorization: Bearer."));

    public static ApiProblem NotAllowed { get; } = new("API-403", 403,
        new("権限がありません", "Not allowed"),
        new("この操作に必要な役割がありません。アカウントの管理者に確認してください。", "Your role doesn't allow this. Ask those who manage accounts."));

    public static ApiProblem AuditorsRead { get; } = new("API-403-AUDITOR", 403,
        new("監査人は変更できません", "Auditors don't write"),
        new("監査人のアカウントは閲覧だけができます。", "An auditor's account reads only."));

    public static ApiProblem TokenScope { get; } = new("API-403-SCOPE", 403,
        new("トークンの範囲外です", "Outside the token's scope"),
        new("このトークンではこの操作ができません。アカウント設定で、必要な範囲のトークンを発行してください。", "This token doesn't allow this. Make one with the scope needed in your account settings."));

    public static ApiProblem SystemsMayNot { get; } = new("API-403-SYSTEM", 403,
        new("システムの鍵ではできません", "Not with a system's key"),
        new("システムの鍵でできるのは、登録された経路での授受だけです。人の操作は、サインインして行ってください。", "A system's key crosses files on its own routes, and nothing else. What people do needs their sign-in."));

    public static ApiProblem FormTokenMissing { get; } = new("API-400-CSRF", 400,
        new("画面の確認用トークンがありません", "Antiforgery token missing"),
        new("ブラウザーのセッションで変更するには RequestVerificationToken ヘッダーが必要です。プログラムからは API トークンを使ってください。", "Changes in a browser session need the RequestVerificationToken header. Programs use an API token."));

    public static ApiProblem NotFound { get; } = new("API-404", 404,
        new("見つかりません", "Not found"),
        new("指定されたものはありません。番号を確かめてください。", "There is no such thing here. Check the identifier."));

    public static ApiProblem Invalid { get; } = new("API-422", 422,
        new("内容に誤りがあります", "Invalid content"),
        new("送られた内容を確かめて、もう一度送ってください。何も保存していません。", "Check what was sent and send it again. Nothing was kept."));

    public static ApiProblem FactorNotConfirmed { get; } = new("API-422-FACTOR", 422,
        new("二つ目の要素を確認できません", "The second factor is not confirmed"),
        new("次の 6 桁が出てから送り直してください。何も保存していません。", "Send it again with the next six digits. Nothing was kept."));

    public static ApiProblem Malformed { get; } = new("API-400", 400,
        new("要求を読み取れません", "Malformed request"),
        new("要求の形式を OpenAPI 文書（/api/v1/openapi.json）で確かめてください。何も保存していません。", "Check the form of the request in the OpenAPI document (/api/v1/openapi.json). Nothing was kept."));

    /// <summary>A query value, or a member of the body, that can't be read.</summary>
    public static ApiProblem Unreadable(string? parameter) => parameter is null or "" ? Malformed : Malformed.With(new(
        $"{parameter} の値を読み取れません。形式を OpenAPI 文書（/api/v1/openapi.json）で確かめてください。何も保存していません。",
        $"The value of {parameter} can't be read. Check its form in the OpenAPI document (/api/v1/openapi.json). Nothing was kept.")) with
        { Parameter = parameter };

    public static ApiProblem VersionNeeded { get; } = new("API-422-VERSION", 422,
        new("版が必要です", "Version needed"),
        new("読んだときの版を、If-Match ヘッダー（\"3\" の形）か version で送ってください。何も変更していません。", "Send the version that you read, as the header If-Match (like \"3\") or as version. Nothing was changed."));

    public static ApiProblem Refused { get; } = new("API-409", 409,
        new("この操作はできません", "Refused by a rule"),
        new("いまの状態では、この操作はできません。何も保存していません。", "As things are, this can't be done. Nothing was kept."));

    public static ApiProblem TooLarge { get; } = new("API-413", 413,
        new("大きすぎます", "Too large"),
        new("送られた内容が大きすぎます。何も保存していません。", "What was sent is too large. Nothing was kept."));

    public static ApiProblem TooMany { get; } = new("API-429", 429,
        new("回数が多すぎます", "Too many requests"),
        new("1 分ほど待ってから、もう一度送ってください。", "Wait a minute, then send it again."));

    public static ApiProblem Broken { get; } = new("API-500", 500,
        new("処理できませんでした", "Something went wrong"),
        new("関所の側の誤りです。何も保存していません。続くときは、時刻を添えて管理者に知らせてください。", "The fault is ours. Nothing was kept. If it goes on, tell the administrator the time."));

    public static ApiProblem FirstStartNeeded { get; } = new("API-503-FIRST", 503,
        new("初期設定が済んでいません", "The first start isn't done"),
        new("ブラウザーで初期設定を済ませてください。", "Finish the first start in a browser."));

    public static ApiProblem Unavailable { get; } = new("API-503", 503,
        new("いまは使えません", "Unavailable now"),
        new("保存先を使えません。少し待ってから、もう一度送ってください。", "The database can't be reached. Wait a little, then send it again."));

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<ApiProblem> All { get; } =
    [
        SignInNeeded, NotAllowed, AuditorsRead, TokenScope, SystemsMayNot, FormTokenMissing, NotFound, Invalid, FactorNotConfirmed, VersionNeeded, Malformed, Refused, TooLarge, TooMany, Broken, FirstStartNeeded, Unavailable,
    ];
}
