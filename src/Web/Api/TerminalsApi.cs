using Microsoft.AspNetCore.Mvc;
using Sekisho.Agent;
using Sekisho.Agent.Settings;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Registers;
using Sekisho.Records.Terminals;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;
using Enrolment = Sekisho.Records.Terminals.Enrolment;

namespace Sekisho.Web.Api;

/// <summary>Terminals: their state, agents' reports and tokens, the settings to hand out.</summary>
internal static class TerminalsApi
{
    public static void MapTerminals(this IEndpointRouteBuilder api)
    {
        api.MapGet("/terminals/posture", PostureAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listPosture", "Terminals", "端末の状態の一覧", "The state of each terminal").Gives<PostureModel>();
        api.MapGet("/terminals/settings/{zone}/{target}", SettingsAsync).RequireAuthorization(Allowed.ReadAssurance)
            .Says("getSettings", "Terminals", "持ち出し不可の設定（usbguard, udev, windows-reg）", "Settings that keep media out of a zone's terminals").GivesContent(["application/octet-stream"], 404);
        // No person signs in here: the reporting token says whose report it is.
        api.MapPost("/agents/reports", ReportAsync).AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(PostureReport.MaxBytes))
            .Says("reportPosture", "Terminals", "端末の状態を報告する（報告用トークン）", "Report a machine's posture, with a reporting token").Accepts<Stream>("application/json").Gives<ReportTaken>(413, 422);
        api.MapPost("/agents/reports/{id:guid}/adopt", AdoptAsync).RequireAuthorization(Allowed.RunPolicy).Says("adoptReport", "Terminals", "報告を端末に結び付ける", "Say which terminal a machine is").GivesNothing(404);
        api.MapGet("/agents/tokens", TokensAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listReportingTokens", "Terminals", "報告用トークンの一覧", "List reporting tokens").Gives<IReadOnlyList<EnrolmentModel>>();
        api.MapPost("/agents/tokens", EnrolAsync).RequireAuthorization(Allowed.RunPolicy).Says("makeReportingToken", "Terminals", "報告用トークンを発行する", "Make a reporting token").Gives<EnrolmentMade>(422);
        api.MapPost("/agents/tokens/{id:guid}/revoke", RevokeAsync).RequireAuthorization(Allowed.RunPolicy).Says("revokeReportingToken", "Terminals", "報告用トークンを止める", "Stop a reporting token").GivesNothing(404);
    }

    private static async Task<IResult> PostureAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var view = await records.Terminals.ReadAsync(person.Municipality, await person.RegisterUnitsAsync(records.Organisation, cancel), cancel);
        return Results.Ok(new PostureModel(
            [.. view.Terminals.Select(t => new TerminalModel(t.Terminal.Id.Value, t.Terminal.Number, t.Terminal.Title, t.Zone, t.SeenAt, t.IsFresh, t.Facts.ToDictionary(f => f.Key, f => f.Answer)))],
            [.. view.Unmatched.Select(r => new MachineModel(r.Id.Value, r.Report.HostName, r.Report.Number, r.Report.SystemName, r.At))]));
    }

    private static async Task<IResult> SettingsAsync(HttpContext context, RecordSlices records, string zone, string target, CancellationToken cancel) =>
        EnforcedSettings.TryParse(target, out var chosen) && await records.Terminals.SettingsAsync(CurrentPerson.Of(context).Municipality, zone, chosen, cancel) is { } file
            ? Results.Bytes(file.Content, "application/octet-stream", file.FileName) : ApiProblems.NotFound;

    private static async Task<IResult> ReportAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        if (CurrentPerson.From(context.User) is not null) return ApiProblems.NotAllowed;
        const string Bearer = "Bearer ";
        var shown = context.Request.Headers.Authorization.ToString();
        if (!shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || await records.Terminals.FindAsync(shown[Bearer.Length..].Trim(), cancel) is not var (municipality, enrolment)) return ApiProblems.SignInNeeded;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        return (await records.Terminals.TakeAsync(municipality, enrolment, body.ToArray(), cancel)).Match<IResult>(static terminal => Results.Ok(new ReportTaken(terminal?.Number)), static refused => ApiAnswers.Problem(refused));
    }

    private static async Task<IResult> AdoptAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] AdoptTerminalRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Terminals.AdoptAsync(person.Municipality, new ReportId(id), new EntryId(request.Terminal), person.Actor(), cancel)).Match(static _ => Results.NoContent(), static refused => ApiAnswers.Problem(refused));
    }

    private static async Task<IResult> TokensAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Terminals.EnrolmentsAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(EnrolmentModel.Of));

    private static async Task<IResult> EnrolAsync(HttpContext context, RecordSlices records, [FromBody] EnrolRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Terminals.EnrolAsync(person.Municipality, request.Name, TimeSpan.FromDays(Math.Clamp(request.Days, 0, 10_000)), person.Actor(), cancel)).Answer(made => new EnrolmentMade(made.Secret, EnrolmentModel.Of(made.Enrolment)));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Terminals.RevokeAsync(person.Municipality, new EnrolmentId(id), person.Actor(), cancel)).Match(static _ => Results.NoContent(), static refused => ApiAnswers.Problem(refused));
    }
}

/// <summary>The state of the terminals that the person sees.</summary>
/// <param name="Unmatched">Machines that report and are in no register; for those who see everything.</param>
public sealed record PostureModel(IReadOnlyList<TerminalModel> Terminals, IReadOnlyList<MachineModel> Unmatched);

/// <summary>A terminal and what is known of it: yes, no, unknown.</summary>
public sealed record TerminalModel(Guid Id, string Number, string Name, string? Zone, DateTimeOffset? SeenAt, bool IsFresh, IReadOnlyDictionary<string, Answer> Facts);

/// <summary>A machine that reports and is in no register.</summary>
public sealed record MachineModel(Guid Report, string HostName, string? Number, string SystemName, DateTimeOffset At);

/// <summary>A report was taken.</summary>
/// <param name="Terminal">Number of the terminal that it is; null: waits to be adopted.</param>
public sealed record ReportTaken(string? Terminal);

public sealed record AdoptTerminalRequest(Guid Terminal);

/// <summary>A reporting token without its secret.</summary>
public sealed record EnrolmentModel(Guid Id, string Name, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, int Machines)
{
    public static EnrolmentModel Of(Enrolment e) => new(e.Id.Value, e.Name, e.CreatedAt, e.CreatedBy.Name, e.ExpiresAt, e.RevokedAt, e.Machines);
}

/// <summary>A reporting token with its secret, shown this once.</summary>
public sealed record EnrolmentMade(string Secret, EnrolmentModel Enrolment);

/// <param name="Days">How long it works.</param>
public sealed record EnrolRequest(string Name, int Days);
