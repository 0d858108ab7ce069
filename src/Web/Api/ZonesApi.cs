using System.Text;
using Microsoft.AspNetCore.Mvc;
using Sekisho.Records;
using Sekisho.Records.Waivers;
using Sekisho.Records.Zones;
using Sekisho.Web.SignIn;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Reports;

namespace Sekisho.Web.Api;

/// <summary>The separation of the zones: what is written down, the configurations, the proofs.</summary>
internal static class ZonesApi
{
    private const string Tag = "Zones";

    public static void MapZones(this IEndpointRouteBuilder api)
    {
        api.MapGet("/zones/policy", PolicyAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getZonePolicy", Tag, "領域の定め（いまの版）", "The zones as written down").Gives<ZonePolicyModel>(404);
        api.MapPut("/zones/policy", WriteAsync).RequireAuthorization(Allowed.RunPolicy).Says("writeZonePolicy", Tag, "領域の定めを書き、証明し直す", "Write the zones down and prove anew").Gives<ZonePolicyModel>(409, 422);
        api.MapGet("/zones/configs", ConfigsAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listZoneConfigs", Tag, "機器の設定の一覧", "Configurations in force").Gives<ZoneSetModel>(404);
        api.MapPut("/zones/configs/content", TakeAsync).RequireAuthorization(Allowed.RunPolicy).Accepts<Stream>("text/plain").Says("putZoneConfig", Tag, "設定を渡し、証明し直す（?path=fw-01.conf）", "Hand in a configuration and prove anew").Gives<ZoneSetModel>(413, 422);
        api.MapDelete("/zones/configs/content", RemoveAsync).RequireAuthorization(Allowed.RunPolicy).Says("deleteZoneConfig", Tag, "設定を外し、証明し直す（?path=）", "Take a configuration out and prove anew").Gives<ZoneSetModel>(404);
        api.MapGet("/zones/proofs", ProofsAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listZoneProofs", Tag, "証明の履歴（新しい順）", "Proofs, newest first").Gives<IReadOnlyList<ZoneProofModel>>();
        api.MapGet("/zones/proofs/{id:guid}/report", ReportAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getZoneReport", Tag, "証明の全文（docs/formats/zone-report.md）", "The whole proof").GivesContent(["application/json"], 404);
        api.MapPost("/zones/what-if", WhatIfAsync).RequireAuthorization(Allowed.RunPolicy).Accepts<Stream>("text/plain").Says("tryZoneConfig", Tag, "設定を変えたときの証明を試す（何も保存しない、?path=）", "What a changed configuration would do; nothing is kept").GivesContent(["application/json"], 413, 422);
        api.MapGet("/zones/rules", RulesAsync).RequireAuthorization(Allowed.ReadAssurance).Says("examineZoneRules", Tag, "規則の点検（隠れた・余分な・競合する・不要な・広すぎる規則、届かない通信）", "What is wrong with the rules, and flows that don't work").GivesContent(["application/json"], 404);
        api.MapGet("/zones/rules-to-load", CompileAsync).RequireAuthorization(Allowed.ReadAssurance).Says("makeZoneRules", Tag, "領域の定めから機器に入れる規則を作る（?target=nftables、読み戻して等しいもののほかは渡さない）", "Rules to load, made from the zones and proved equal to them").GivesContent(["text/plain"], 404, 409, 422);
        api.MapPut("/zones/flows/{flow}/waiver", ApproveAsync).RequireAuthorization(Allowed.RunPolicy).Says("approveZoneFlow", Tag, "特定通信を例外措置で認める", "Approve a flow by a waiver").Gives<ZonePolicyModel>(404, 422);
    }

    private static async Task<IResult> PolicyAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        await records.Zones.PolicyAsync(CurrentPerson.Of(context).Municipality, null, cancel) is { } kept ? Results.Ok(ZonePolicyModel.Of(kept)) : ApiProblems.NotFound;

    private static async Task<IResult> WriteAsync(HttpContext context, RecordSlices records, [FromBody] ZonePolicyRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Zones.WriteAsync(person.Municipality, r.Yaml, r.Note, r.Version, person.Actor(), cancel)).Answer(ZonePolicyModel.Of);
    }

    private static async Task<IResult> ConfigsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        await records.Zones.ConfigsAsync(CurrentPerson.Of(context).Municipality, null, cancel) is { } set ? Results.Ok(ZoneSetModel.Of(set)) : ApiProblems.NotFound;

    private static async Task<IResult> TakeAsync(HttpContext context, RecordSlices records, string path, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Zones.TakeAsync(person.Municipality, [new(path, await BodyAsync(context, cancel))], whole: false, person.Actor(), cancel)).Answer(ZoneSetModel.Of);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, RecordSlices records, string path, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Zones.RemoveAsync(person.Municipality, path, person.Actor(), cancel)).Answer(ZoneSetModel.Of);
    }

    private static async Task<IResult> ProofsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Zones.HistoryAsync(CurrentPerson.Of(context).Municipality, 1000, cancel)).Select(ZoneProofModel.Of).ToList());

    private static async Task<IResult> ReportAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        await records.Zones.ReadAsync(CurrentPerson.Of(context).Municipality, new ProofId(id), cancel) is { } proof ? Results.Text(proof.Report, "application/json", Encoding.UTF8) : ApiProblems.NotFound;

    private static async Task<IResult> WhatIfAsync(HttpContext context, RecordSlices records, string path, CancellationToken cancel)
    {
        var tried = await records.Zones.WhatIfAsync(CurrentPerson.Of(context).Municipality, [new(path, await BodyAsync(context, cancel))], cancel);
        return tried.Match(both =>
        {
            using var json = new MemoryStream();
            ZoneReportJson.Write(both.Then, json, both.Difference);
            return Results.Bytes(json.ToArray(), "application/json");
        }, refused => ((Outcome<ZoneReport>)refused).Answer(static r => r));
    }

    private static async Task<IResult> RulesAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        if (await records.Zones.ExamineAsync(CurrentPerson.Of(context).Municipality, cancel) is not { } found) return ApiProblems.NotFound;
        using var json = new MemoryStream();
        RuleReportJson.Write(found.Report, json);
        return Results.Bytes(json.ToArray(), "application/json");
    }

    /// <param name="file">One of several files (iptables: rules.v4, rules.v6); without it the first.</param>
    private static async Task<IResult> CompileAsync(HttpContext context, RecordSlices records, string target, string? device, string? file, CancellationToken cancel) =>
        (await records.Zones.CompileAsync(CurrentPerson.Of(context).Municipality, target, device, cancel)).Match<IResult>(
            made => made.Differences.Count > 0 ? ApiAnswers.Problem(Sekisho.Records.Zones.Refusals.NotEqual)
                : made.Files.FirstOrDefault(f => file is null || f.Name == file) is { } its ? Results.Text(its.Text, "text/plain", Encoding.UTF8) : ApiProblems.NotFound,
            ApiAnswers.Problem);

    private static async Task<IResult> ApproveAsync(HttpContext context, RecordSlices records, string flow, [FromBody] FlowWaiverRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Zones.ApproveFlowAsync(person.Municipality, flow, r.Waiver is { } id ? new WaiverId(id) : null, person.Actor(), cancel)).Answer(ZonePolicyModel.Of);
    }

    private static async Task<byte[]> BodyAsync(HttpContext context, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        return body.ToArray();
    }
}

/// <param name="Version">The version that was changed; 0 for the first.</param>
internal sealed record ZonePolicyRequest(string Yaml, int Version, string Note = "");

/// <param name="Waiver">Null takes the approval away.</param>
internal sealed record FlowWaiverRequest(Guid? Waiver);

internal sealed record ZonePolicyModel(int Version, string Yaml, string Note, DateTimeOffset SavedAt, string SavedBy)
{
    public static ZonePolicyModel Of(KeptZonePolicy kept) => new(kept.Version, kept.Yaml, kept.Note, kept.SavedAt, kept.SavedBy.Name);
}

internal sealed record ZoneSetModel(Guid Id, int Sequence, DateTimeOffset TakenAt, string TakenBy, IReadOnlyList<ZoneConfigModel> Configs)
{
    public static ZoneSetModel Of(ConfigSet set) => new(set.Id.Value, set.Sequence, set.TakenAt, set.TakenBy.Name, [.. set.Configs.Select(c => new ZoneConfigModel(c.Path, c.Digest.ToString(), c.Bytes, c.SeenAt))]);
}

/// <param name="Sha256">Of the masked text.</param>
internal sealed record ZoneConfigModel(string Path, string Sha256, int Bytes, DateTimeOffset? SeenAt);

internal sealed record ZoneProofModel(Guid Id, DateTimeOffset At, ProofResult Result, int Violations, int Undetermined, int PolicyVersion, int SetSequence, double Seconds)
{
    public static ZoneProofModel Of(KeptProof p) => new(p.Id.Value, p.At, p.Result, p.Violations, p.Undetermined, p.PolicyVersion, p.SetSequence, p.Took.TotalSeconds);
}
