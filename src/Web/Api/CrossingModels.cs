using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Retention;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Web.Api;

/// <summary>A route (経路).</summary>
public sealed record RouteModel(
    string Key, int Version, bool IsOpen, Bilingual Name, Zone From, Zone To, RouteKind Kind, string SanitisePolicy, Approval Needs, IReadOnlyList<ApprovalRule> Rules,
    int ExpiryDays, int RetentionDays, Quota Quota, bool AsksPurpose, bool AsksAssets, bool HasExceptionPath, Guid? Waiver, MailTerms? Mail, Urgency Urgency, Urgency MostUrgent)
{
    public static RouteModel Of(Sekisho.Crossing.Routes.Route r) => new(r.Definition.Key, r.Version, r.IsOpen, r.Definition.Name, r.Definition.From, r.Definition.To, r.Definition.Kind, r.Definition.SanitisePolicy, r.Definition.Needs, r.Definition.Rules,
        r.Definition.ExpiryDays, r.Definition.RetentionDays, r.Definition.Quota, r.Definition.AsksPurpose, r.Definition.AsksAssets, r.Definition.HasExceptionPath, r.Definition.Waiver, r.Definition.Mail, r.Definition.Urgency, r.Definition.MostUrgent);
}

/// <summary>A route to lay down.</summary>
/// <param name="Version">The one that was looked at; 0 for a new one.</param>
public sealed record RouteRequest(
    int Version, bool IsOpen, Bilingual Name, Zone From, Zone To, Approval Needs, int ExpiryDays, int RetentionDays, RouteKind Kind = RouteKind.Files, string SanitisePolicy = "", IReadOnlyList<ApprovalRule>? Rules = null,
    Quota? Quota = null, bool AsksPurpose = false, bool AsksAssets = false, bool HasExceptionPath = false, Guid? Waiver = null, MailTerms? Mail = null, Urgency Urgency = Urgency.Ordinary,
    Urgency? MostUrgent = null)
{
    public RouteDefinition Definition(string key) => new(key, Name, From, To, Kind, SanitisePolicy, Needs, Rules ?? [], ExpiryDays, RetentionDays, Quota ?? new(null, null, null), AsksPurpose, AsksAssets, HasExceptionPath, Waiver, Mail, Urgency, MostUrgent ?? Urgency);
}

/// <summary>How much more may be sent on a route now (あとどれだけ送れるか).</summary>
/// <param name="Files">Today; null: any number.</param>
/// <param name="Bytes">The least of all bounds.</param>
/// <param name="BytesToday">What is left of one's own for today; null: no bound.</param>
/// <param name="BytesHeld">Till as much of one's own is kept as the route lets; null: no bound.</param>
/// <param name="SectionToday">Of the section for today.</param>
/// <param name="SectionHeld">Of the section, as <paramref name="BytesHeld"/>.</param>
/// <param name="Share">Of the vault: room is left for others.</param>
public sealed record AllowanceModel(long? Files, long Bytes, long? BytesToday, long? BytesHeld, long? SectionToday, long? SectionHeld, long Share)
{
    public static AllowanceModel Of(Allowance a) => new(a.FilesToday, a.Bytes, a.BytesToday, a.BytesHeld, a.SectionToday, a.SectionHeld, Math.Min(a.Share, a.TownShare ?? long.MaxValue));
}

/// <summary>A policy of the sanitiser, as YAML.</summary>
public sealed record SanitisePolicyRequest(string Yaml);

/// <summary>A request to open.</summary>
/// <param name="Assets">Entries of the register of assets; for what leaves.</param>
/// <param name="Origin">From whom it was received.</param>
/// <param name="Urgency">How soon it is wished to go through; the route bounds it. Null: as the route has it.</param>
public sealed record CrossingOpenRequest(string Route, Guid? Unit = null, string? Purpose = null, string? Recipient = null, IReadOnlyList<Guid>? Assets = null, string? Origin = null, Urgency? Urgency = null);

/// <summary>What opens encrypted files among those handed in; forgotten as soon as they are through.</summary>
public sealed record CrossingSubmitRequest(IReadOnlyList<string>? Passwords = null);

public sealed record ExceptionRequest(string Why);

public sealed record ExceptionDecisionRequest(bool LetThrough, string Reason);

public sealed record OriginalInspectionRequest(string Reason);

/// <summary>A request (授受の申請).</summary>
public sealed record CrossingModel(
    Guid Id, string Number, string Route, RequestState State, Guid? Unit, DateTimeOffset OpenedAt, string AskedBy, DateTimeOffset? SubmittedAt, DateTimeOffset ExpiresAt, string Purpose, string Recipient, string? Class, Approval? Needs, Urgency Urgency)
{
    public static CrossingModel Of(CrossingRequest q) => new(q.Id.Value, q.Number, q.Definition.Key, q.State, q.Unit?.Value, q.OpenedAt, q.AskedBy.Name, q.SubmittedAt, q.ExpiresAt, q.Purpose, q.Recipient, q.Class, q.Needs, q.Urgency);
}

/// <summary>What waits for the sanitiser, or is in it now.</summary>
/// <param name="Mine">Files of your own.</param>
/// <param name="Municipality">Files of the municipality.</param>
/// <param name="LongestSeconds">How long the first of them has waited; 0 when nothing waits.</param>
public sealed record CrossingQueueModel(long Mine, long Municipality, long LongestSeconds)
{
    public static CrossingQueueModel Of(WaitingNow now, DateTimeOffset at) => new(now.Mine, now.Town, now.Since is { } since && since < at ? (long)(at - since).TotalSeconds : 0);
}

public sealed record CrossingsModel(IReadOnlyList<CrossingLineModel> Requests, int Total);

/// <summary>A line of the list.</summary>
public sealed record CrossingLineModel(CrossingModel Request, int Files, int Out);

/// <summary>A file of a request.</summary>
/// <param name="Report">As in docs/formats/sanitize-report.md; null until it is through.</param>
/// <param name="Parts">Of a message: files that are fetched by themselves.</param>
public sealed record CrossingFileModel(Guid Id, string Path, long Bytes, long Received, ItemState State, string? OutputPath, string? Refusal, System.Text.Json.JsonElement? Report, IReadOnlyList<CrossingPartModel> Parts)
{
    public static CrossingFileModel Of(CrossingItem i) => new(i.Id.Value, i.Path, i.Bytes, i.Received, i.State, i.OutputPath, i.RefusalCode, i.Report is null ? null : System.Text.Json.JsonDocument.Parse(ReportJson.Write(i.Report)).RootElement,
        [.. i.Parts.Select(static p => new CrossingPartModel(p.Number, p.Path, p.Kind, p.Bytes, p.Digest.ToString()))]);
}

/// <summary>A file of a message that waits by itself (取り置いた添付).</summary>
/// <param name="Path">What lay in an archive stands below the archive's name.</param>
public sealed record CrossingPartModel(int Number, string Path, string Kind, long Bytes, string Sha256);

/// <summary>A request with its files and steps.</summary>
/// <param name="Message">Of a request of mail; null for files.</param>
public sealed record CrossingDetailModel(CrossingModel Request, IReadOnlyList<CrossingFileModel> Files, IReadOnlyList<CrossingStepModel> Steps, IReadOnlyList<string> Assets, MessageDetailModel? Message)
{
    public static CrossingDetailModel Of(RequestDetail d, MessageDetail? message) => new(CrossingModel.Of(d.Request), [.. d.Items.Select(CrossingFileModel.Of)],
        [.. d.Steps.Select(s => new CrossingStepModel(s.Kind, s.At, s.By.Name, s.Note, s.LedgerIndex, s.AsDeputyOf))], [.. d.Assets.Select(a => a.Number)], message is null ? null : MessageDetailModel.Of(message));
}

/// <param name="AsDeputyOf">In whose place it was decided.</param>
public sealed record CrossingStepModel(string Kind, DateTimeOffset At, string By, string Note, long LedgerIndex, Sekisho.Records.Organisation.Post? AsDeputyOf = null);

/// <summary>An inspection of an original (原本の調査).</summary>
public sealed record OriginalInspectionModel(Guid Id, Guid File, string Reason, DateTimeOffset AskedAt, string AskedBy, DateTimeOffset? AllowedAt, string? AllowedBy)
{
    public static OriginalInspectionModel Of(Inspection i) => new(i.Id.Value, i.Item.Value, i.Reason, i.AskedAt, i.AskedBy.Name, i.AllowedAt, i.AllowedBy?.Name);
}
