using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Agencies;
using Sekisho.Records.Organisation.Separation;
using Sekisho.Records.Organisation.Transfers;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>The organisation beyond its chart: agencies and policies, separation of duties, transfers from sheets, history, exports.</summary>
internal static class OrganisationChangesApi
{
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static void MapOrganisationChanges(this IEndpointRouteBuilder api)
    {
        var of = api.MapGroup("/organisation");
        of.MapGet("/agencies", AgenciesAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listAgencies", "Organisation", "実施機関と方針の一覧", "Agencies and the policies that they have").Gives<AgenciesModel>();
        of.MapPost("/agencies/{key}/decisions", DecideAsync).RequireAuthorization(Allowed.RunPolicy).Says("decideAgency", "Organisation", "実施機関の方針・対象外を記録する", "Record an agency's policy or exclusion").Gives<AgencyModel>(404, 422);
        of.MapGet("/conflicts", ConflictsAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listConflicts", "Organisation", "兼務の重なり", "People in posts that exclude each other").Gives<IReadOnlyList<ConflictModel>>();
        of.MapPost("/people/{id:guid}/exceptions", ExceptAsync).RequireAuthorization(Allowed.ManageAccounts).Says("exceptConflict", "Organisation", "兼務の例外を記録する", "Record an approved exception").Gives<ConflictModel>(404, 422);
        of.MapPut("/people/{id:guid}", ChangeAsync).RequireAuthorization(Allowed.ManageAccounts).Says("changePerson", "Organisation", "氏名・番号・区分・職を変える", "Change a person").Gives<PersonModel>(404, 409, 422);
        of.MapPost("/people/{id:guid}/second-posts", SecondAsync).RequireAuthorization(Allowed.ManageAccounts).Says("addSecondPost", "Organisation", "兼務を始める", "Give a person a second unit").Gives<SecondPostModel>(404, 409, 422);
        of.MapPost("/second-posts/{id:guid}/end", EndSecondAsync).RequireAuthorization(Allowed.ManageAccounts).Says("endSecondPost", "Organisation", "兼務を終える", "End a second unit").Gives<SecondPostModel>(404, 422);
        of.MapGet("/units/{id:guid}/history", UnitHistoryAsync).RequireAuthorization(Allowed.ReadAccounts).Says("getUnitHistory", "Organisation", "組織の履歴", "What was done to a unit").Gives<IReadOnlyList<OrganisationEventModel>>(404);
        of.MapGet("/people/{id:guid}/history", PersonHistoryAsync).RequireAuthorization(Allowed.ReadAccounts).Says("getPersonHistory", "Organisation", "人の履歴", "What was done to a person").Gives<IReadOnlyList<OrganisationEventModel>>(404);
        of.MapGet("/people.xlsx", (HttpContext c, OrganisationRegister r, TimeProvider t, CancellationToken cancel) => WorkbookAsync(c, r, t, true, cancel)).RequireAuthorization(Allowed.ReadAccounts).Says("exportPeopleWorkbook", "Organisation", "名簿を Excel で出す（そのまま取り込める）", "Export people as a workbook that comes in again").GivesContent([Workbook]);
        of.MapGet("/units.xlsx", (HttpContext c, OrganisationRegister r, TimeProvider t, CancellationToken cancel) => WorkbookAsync(c, r, t, false, cancel)).RequireAuthorization(Allowed.ReadAccounts).Says("exportUnitsWorkbook", "Organisation", "組織を Excel で出す（そのまま取り込める）", "Export units as a workbook that comes in again").GivesContent([Workbook]);
        of.MapGet("/people.csv", (HttpContext c, OrganisationRegister r, TimeProvider t, CancellationToken cancel) => ExportAsync(c, r, t, true, cancel)).RequireAuthorization(Allowed.ReadAccounts).Says("exportPeople", "Organisation", "名簿を CSV で出す", "Export people as CSV").GivesContent(["text/csv"]);
        of.MapGet("/units.csv", (HttpContext c, OrganisationRegister r, TimeProvider t, CancellationToken cancel) => ExportAsync(c, r, t, false, cancel)).RequireAuthorization(Allowed.ReadAccounts).Says("exportUnits", "Organisation", "組織を CSV で出す", "Export units as CSV").GivesContent(["text/csv"]);
        of.MapPost("/meetings/{id:guid}/minutes", AddMinutesAsync).RequireAuthorization(Allowed.ManageAccounts).Accepts<Stream>("application/octet-stream").Says("addMinutes", "Organisation", "議事録を添える", "Add minutes to a meeting").Gives<MeetingModel>(404, 413, 422);
        of.MapGet("/meetings/{id:guid}/minutes", MinutesAsync).RequireAuthorization(Allowed.ReadAccounts).Says("getMinutes", "Organisation", "議事録を受け取る", "Fetch the minutes of a meeting").GivesContent(["application/octet-stream"], 404);
        of.MapGet("/imports", ImportsAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listStaffImports", "Organisation", "人事異動・組織改正の取込み", "Imports of transfers and reorganisations").Gives<IReadOnlyList<StaffImportModel>>();
        of.MapPost("/imports", UploadAsync).RequireAuthorization(Allowed.ManageAccounts).Accepts<Stream>("application/octet-stream", "text/csv").Says("uploadStaffImport", "Organisation", "表を渡して下見する（まだ変わらない）", "Hand in a sheet; nothing changes yet").Gives<StaffPlanModel>(413, 422);
        of.MapGet("/imports/{id:guid}", PreviewAsync).RequireAuthorization(Allowed.ReadAccounts).Says("previewStaffImport", "Organisation", "取込みの下見", "What an import will do").Gives<StaffPlanModel>(404, 422);
        of.MapPost("/imports/{id:guid}/commit", CommitAsync).RequireAuthorization(Allowed.ManageAccounts).Says("commitStaffImport", "Organisation", "下見のとおりに実行する", "Carry out what was looked at").Gives<StaffImportModel>(404, 409, 422);
        of.MapPost("/imports/{id:guid}/set-aside", SetAsideAsync).RequireAuthorization(Allowed.ManageAccounts).Says("setStaffImportAside", "Organisation", "取込みを取りやめる", "Set an import aside").Gives<StaffImportModel>(404);
        of.MapPost("/unit-names", ExplainAsync).RequireAuthorization(Allowed.ManageAccounts).Says("explainUnitName", "Organisation", "表での組織の呼び名を登録する", "Say which unit a word of a sheet means").Gives<UnitModel>(404, 422);
    }

    private static async Task<IResult> AgenciesAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var m = await records.Agencies.MatrixAsync(CurrentPerson.Of(context).Municipality, cancel);
        return Results.Ok(new AgenciesModel([.. m.Lines.Select(AgencyModel.Of)], [.. m.ByLaw.Select(static a => a.Id)]));
    }

    private static async Task<IResult> DecideAsync(HttpContext context, RecordSlices records, string key, [FromBody] AgencyDecisionRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Agencies.DecideAsync(person.Municipality, key, request.Policy, request.Decision, request.Reason ?? "", person.Actor(), cancel)).Answer(AgencyModel.Of);
    }

    private static async Task<IResult> ConflictsAsync(HttpContext context, OrganisationRegister register, TimeProvider time, CancellationToken cancel) =>
        Results.Ok((await register.ConflictsAsync(CurrentPerson.Of(context).Municipality, Dates.DayOf(time.GetUtcNow()), cancel)).Select(ConflictModel.Of));

    private static async Task<IResult> ExceptAsync(HttpContext context, OrganisationRegister register, Guid id, [FromBody] DutyExceptionRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.ExceptAsync(person.Municipality, new PersonId(id), request.Rule, new DutyExceptionDraft(request.Reason, new PersonId(request.ApprovedBy), request.EndsOn), person.Actor(), cancel)).Answer(ConflictModel.Of);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, OrganisationRegister register, TimeProvider time, Guid id, [FromBody] PersonChangeRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.ChangePersonAsync(person.Municipality, new PersonId(id), new(request.Name, request.Number, request.Kind, request.Title, request.On ?? Dates.DayOf(time.GetUtcNow())), person.Actor(), cancel)).Answer(PersonModel.Of);
    }

    private static async Task<IResult> SecondAsync(HttpContext context, OrganisationRegister register, Guid id, [FromBody] SecondPostRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.AddSecondPostAsync(person.Municipality, new PersonId(id), new UnitId(request.Unit), request.Title, request.BeginsOn, person.Actor(), cancel)).Answer(SecondPostModel.Of);
    }

    private static async Task<IResult> EndSecondAsync(HttpContext context, OrganisationRegister register, Guid id, [FromBody] EndRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.EndSecondPostAsync(person.Municipality, id, request.EndsOn, person.Actor(), cancel)).Answer(SecondPostModel.Of);
    }

    private static async Task<IResult> UnitHistoryAsync(HttpContext context, OrganisationRegister register, Guid id, CancellationToken cancel)
    {
        var municipality = CurrentPerson.Of(context).Municipality;
        return await register.UnitAsync(municipality, new UnitId(id), cancel) is null ? ApiProblems.NotFound : Results.Ok((await register.HistoryAsync(municipality, new UnitId(id), cancel)).Select(OrganisationEventModel.Of));
    }

    private static async Task<IResult> PersonHistoryAsync(HttpContext context, OrganisationRegister register, Guid id, CancellationToken cancel)
    {
        var municipality = CurrentPerson.Of(context).Municipality;
        return await register.PersonAsync(municipality, new PersonId(id), cancel) is null ? ApiProblems.NotFound : Results.Ok((await register.HistoryAsync(municipality, new PersonId(id), cancel)).Select(OrganisationEventModel.Of));
    }

    private static async Task<IResult> ExportAsync(HttpContext context, OrganisationRegister register, TimeProvider time, bool people, CancellationToken cancel)
    {
        var file = await register.ExportAsync(CurrentPerson.Of(context).Municipality, Dates.DayOf(time.GetUtcNow()), people, cancel);
        return Results.Bytes(file.Bytes, "text/csv; charset=utf-8");
    }

    private static async Task<IResult> WorkbookAsync(HttpContext context, OrganisationRegister register, TimeProvider time, bool people, CancellationToken cancel)
    {
        var file = await register.WorkbookAsync(CurrentPerson.Of(context).Municipality, Dates.DayOf(time.GetUtcNow()), people, cancel);
        return Results.Bytes(file.Bytes, file.MediaType, file.FileName);
    }

    private static async Task<IResult> AddMinutesAsync(HttpContext context, OrganisationRegister register, Guid id, string? name, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.AddMinutesAsync(person.Municipality, id, new MinutesFile(name ?? "", await BodyAsync(context, cancel)), person.Actor(), cancel)).Answer(MeetingModel.Of);
    }

    private static async Task<IResult> MinutesAsync(HttpContext context, OrganisationRegister register, Guid id, CancellationToken cancel) =>
        (await register.MinutesAsync(CurrentPerson.Of(context).Municipality, id, cancel)).Match<IResult>(file => Results.Bytes(file.Bytes, "application/octet-stream"), static refused => ApiAnswers.Problem(refused));

    private static async Task<IResult> ImportsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Transfers.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(StaffImportModel.Of));

    private static async Task<IResult> UploadAsync(HttpContext context, RecordSlices records, StaffImportKind kind, DateOnly on, string? name, bool? endMissing, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var kept = await records.Transfers.UploadAsync(person.Municipality, new StaffUpload(kind, await BodyAsync(context, cancel), name ?? "", on, endMissing ?? false), person.Actor(), cancel);
        return kept is Outcome<StaffImport>.Done done
            ? (await records.Transfers.PreviewAsync(person.Municipality, done.Value.Id, cancel)).Answer(StaffPlanModel.Of)
            : kept.Answer(StaffImportModel.Of);
    }

    private static async Task<IResult> PreviewAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        (await records.Transfers.PreviewAsync(CurrentPerson.Of(context).Municipality, new StaffImportId(id), cancel)).Answer(StaffPlanModel.Of);

    private static async Task<IResult> CommitAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] StaffCommitRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Sha256.TryParse(request.Digest, out var looked)
            ? (await records.Transfers.CommitAsync(person.Municipality, new StaffImportId(id), looked, request.WithoutBlocked ?? false, person.Actor(), cancel)).Answer(StaffImportModel.Of)
            : ApiProblems.Malformed;
    }

    private static async Task<IResult> SetAsideAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Transfers.SetAsideAsync(person.Municipality, new StaffImportId(id), person.Actor(), cancel)).Answer(StaffImportModel.Of);
    }

    private static async Task<IResult> ExplainAsync(HttpContext context, RecordSlices records, [FromBody] UnitNameRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Transfers.ExplainAsync(person.Municipality, request.Called, new UnitId(request.Unit), person.Actor(), cancel)).Answer(UnitModel.Of);
    }

    private static async Task<byte[]> BodyAsync(HttpContext context, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, cancel);
        return content.ToArray();
    }
}

/// <summary>Agencies and policies.</summary>
/// <param name="ByLaw">Agencies that law provides for and nobody mentions.</param>
public sealed record AgenciesModel(IReadOnlyList<AgencyModel> Agencies, IReadOnlyList<string> ByLaw);

/// <summary>One agency.</summary>
public sealed record AgencyModel(string Key, Bilingual Name, bool IsNamed, IReadOnlyList<Guid> Units, int People, IReadOnlyList<AgencyPolicyModel> Policies, string? ExcludedBecause, bool Lacks)
{
    public static AgencyModel Of(AgencyLine l) => new(l.Key, l.Name, l.IsNamed, [.. l.Units.Select(static u => u.Id.Value)], l.People, [.. l.Cells.Select(static c => new AgencyPolicyModel(c.Policy.Key, c.How))], l.Exclusion?.Reason, l.Lacks);
}

/// <summary>A policy that an agency has, and how.</summary>
public sealed record AgencyPolicyModel(string Policy, CoverageKind How);

/// <summary>A person in posts that exclude each other.</summary>
/// <param name="ExceptedUntil">First day without the approved exception; null: not approved.</param>
public sealed record ConflictModel(string Rule, Bilingual Says, Guid Person, Guid One, Guid Other, DateOnly? ExceptedUntil)
{
    public static ConflictModel Of(ConflictLine l) => new(l.Conflict.Rule.Id, l.Conflict.Rule.Says, l.Conflict.Person.Id.Value, l.Conflict.One.Id.Value, l.Conflict.Other.Id.Value, l.Exception?.EndsOn);
}

/// <summary>A second unit.</summary>
public sealed record SecondPostModel(Guid Id, Guid Person, Guid Unit, string Title, DateOnly BeginsOn, DateOnly? EndsOn)
{
    public static SecondPostModel Of(SecondPost s) => new(s.Id, s.Person.Value, s.Unit.Value, s.Title, s.BeginsOn, s.EndsOn);
}

/// <summary>One change of a unit or person.</summary>
public sealed record OrganisationEventModel(ulong Index, DateTimeOffset At, string Kind, DateOnly? On, string By, Bilingual Says)
{
    public static OrganisationEventModel Of(OrganisationEvent e) => new(e.Index, e.At, e.Kind, e.On, e.ByName, e.Says);
}

/// <summary>An import.</summary>
public sealed record StaffImportModel(Guid Id, StaffImportKind Kind, StaffImportOrigin Origin, string File, DateOnly EffectiveOn, StaffImportState State, IReadOnlyDictionary<string, int> Counts)
{
    public static StaffImportModel Of(StaffImport i) => new(i.Id.Value, i.Kind, i.Origin, i.FileName, i.EffectiveOn, i.State, i.Counts);
}

/// <summary>What an import will do.</summary>
/// <param name="Digest">To be sent back when it is carried out.</param>
public sealed record StaffPlanModel(StaffImportModel Import, string Digest, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<StaffPlanNoteModel> Notes, IReadOnlyList<string> UnknownUnits, int Missing, int Vacated, int AccountsLeftBehind)
{
    public static StaffPlanModel Of(StaffPlan p) => new(StaffImportModel.Of(p.Import), p.Digest.ToString(), p.Changes.GroupBy(static c => c.Kind).ToDictionary(static g => g.Key.ToString(), static g => g.Count()),
        [.. p.Notes.Select(static n => new StaffPlanNoteModel(n.Row, n.Where, n.Says, n.Blocks))], [.. p.UnknownUnits.Select(static u => u.Called)], p.Missing.Count, p.Vacated.Count, p.Accounts.Count);
}

/// <summary>Something about one row.</summary>
public sealed record StaffPlanNoteModel(int Row, string Where, Bilingual Says, bool Blocks);

public sealed record AgencyDecisionRequest(AgencyDecisionKind Decision, string? Policy = null, string? Reason = null);

public sealed record DutyExceptionRequest(string Rule, string Reason, Guid ApprovedBy, DateOnly EndsOn);

/// <param name="On">From which day on; today when left out.</param>
public sealed record PersonChangeRequest(string Name, StaffKind Kind, string? Number = null, string? Title = null, DateOnly? On = null);

public sealed record SecondPostRequest(Guid Unit, DateOnly BeginsOn, string? Title = null);

public sealed record StaffCommitRequest(string Digest, bool? WithoutBlocked = null);

public sealed record UnitNameRequest(string Called, Guid Unit);
