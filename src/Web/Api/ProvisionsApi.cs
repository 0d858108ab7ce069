using Sekisho.Records;
using Sekisho.Records.Policies;
using Sekisho.Records.Verdicts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Provisions with their verdicts, now or at any past moment.</summary>
internal static class ProvisionsApi
{
    public static void MapProvisions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/provisions", ListAsync).Says("listProvisions", "Provisions", "施行中の規程の条項と判定（?at= で過去の時点）", "Provisions in force with their verdicts, now or at a past moment").Gives<BoardModel>(404);
        api.MapGet("/provisions/{key}", GetAsync).Says("getProvision", "Provisions", "一つの条項と判定", "One provision with its verdict").Gives<ProvisionModel>(404);
        api.MapGet("/policies/{version:guid}/provisions", OfVersionAsync).Says("listVersionProvisions", "Provisions", "指定した版の条項といまの判定", "Provisions of a version, a draft too, with their verdicts now").Gives<BoardModel>(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, DateTimeOffset? at, string? policy, CancellationToken cancel) =>
        Shown(await records.Verdicts.BoardAsync(CurrentPerson.Of(context).Municipality, at, cancel, policy ?? PolicyKeys.Basic), BoardModel.Of);

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, string key, DateTimeOffset? at, string? policy, CancellationToken cancel) =>
        Shown(await records.Verdicts.BoardAsync(CurrentPerson.Of(context).Municipality, at, cancel, policy ?? PolicyKeys.Basic), board => board.Provisions.FirstOrDefault(p => p.Key == key) is { } found ? ProvisionModel.Of(found) : null);

    private static async Task<IResult> OfVersionAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel) =>
        Shown(await records.Verdicts.BoardOfVersionAsync(CurrentPerson.Of(context).Municipality, new PolicyVersionId(version), cancel), BoardModel.Of);

    /// <summary>The words of a withheld document are read with a purpose and a watermark, never here.</summary>
    private static IResult Shown(Board? board, Func<Board, object?> model) =>
        board is null ? ApiProblems.NotFound
        : board.Version.Summary.WithheldGround is { } ground ? ApiAnswers.Problem(Refusals.Withheld(ground))
        : ApiAnswers.OrNotFound(model(board));
}
