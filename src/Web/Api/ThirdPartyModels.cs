using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.ThirdParties;
using Sekisho.Web.Pages.ThirdParties;

namespace Sekisho.Web.Api;

/// <summary>How a contractor stands today.</summary>
/// <param name="ConfirmBy">Null: nothing runs.</param>
public sealed record ContractorModel(Guid Id, string Number, string Name, int Running, bool WithoutSelection, bool WithoutClauses, DateOnly? ConfirmBy, bool Unconfirmed, IReadOnlyList<Guid> Contracts, IReadOnlyList<ConfirmationStateModel> Confirmations)
{
    public static ContractorModel Of(ContractorStanding c) => new(c.Contractor.Id.Value, c.Contractor.Number, c.Contractor.Title, c.Running.Count, c.IsWithoutSelection, c.IsWithoutClauses, c.ConfirmBy, c.IsUnconfirmed,
        [.. c.Contracts.Select(static x => x.Contract.Id.Value)], [.. c.Confirmations.Select(static x => new ConfirmationStateModel(x.Id, x.State, x.DueOn))]);
}

/// <summary>How far a confirmation is.</summary>
public sealed record ConfirmationStateModel(Guid Id, ConfirmationState State, DateOnly DueOn);

/// <summary>Link and code of a confirmation, given once: hand them over by two separate ways.</summary>
public sealed record IssuedModel(Guid Id, string Link, string Code, DateOnly DueOn)
{
    public static IssuedModel Of(IssuedConfirmation issued, HttpContext context, ConfirmAddress published) => new(issued.Summary.Id,
        new Uri(published.Address ?? new Uri($"{context.Request.Scheme}://{context.Request.Host}/"), $"/confirm/{issued.Link}").AbsoluteUri, issued.Code, issued.Summary.DueOn);
}

/// <summary>A confirmation with its answers.</summary>
/// <param name="Failed">Wrong codes since the code was made.</param>
public sealed record ConfirmationModel(Guid Id, Guid Contractor, ConfirmationState State, DateOnly DueOn, int Failed, DateTimeOffset? AnsweredAt, string? AnsweredBy, IReadOnlyList<AnsweredQuestionModel> Questions)
{
    public static ConfirmationModel Of(ConfirmationDetail d) => new(d.Summary.Id, d.Contractor.Id.Value, d.Summary.State, d.Summary.DueOn, d.Summary.Failed, d.Summary.AnsweredAt, d.Summary.AnsweredBy,
        [.. d.Questions.Select(q => new AnsweredQuestionModel(q.Key, q.Asks, d.AnswerTo(q.Key)?.Value, d.AnswerTo(q.Key)?.Remark, [.. d.Files.Where(f => f.Question == q.Key).Select(static f => f.FileName)]))]);
}

/// <param name="Answer">Empty: not answered yet.</param>
public sealed record AnsweredQuestionModel(string Key, Bilingual Asks, string? Answer, string? Remark, IReadOnlyList<string> Files);

/// <summary>How a contract stands today.</summary>
public sealed record ContractModel(Guid Id, string Number, string Name, Guid? Contractor, DateOnly BeginsOn, DateOnly EndsOn, bool Running, bool Unreturned, SheetModel? Selection, SheetModel? Clauses, SheetStandingModel SelectionStanding, SheetStandingModel ClausesStanding, IReadOnlyList<ContractEventModel> Events)
{
    public static ContractModel Of(ContractStanding c) => new(c.Contract.Id.Value, c.Contract.Number, c.Contract.Title, c.Contractor?.Value, c.BeginsOn, c.EndsOn, c.IsRunning, c.IsUnreturned,
        c.SelectionSheet is null ? null : SheetModel.Of(c.SelectionSheet), c.ClauseSheet is null ? null : SheetModel.Of(c.ClauseSheet), SheetStandingModel.Of(c.Selection), SheetStandingModel.Of(c.Clauses), [.. c.Events.Select(ContractEventModel.Of)]);
}

/// <summary>What is asked of a sheet today, and what of it is missing.</summary>
public sealed record SheetStandingModel(int Required, int Fulfilled, IReadOnlyList<string> Missing, IReadOnlyList<string> Failed, IReadOnlyList<string> Later)
{
    public static SheetStandingModel Of(SheetStanding s) => new(s.Required, s.Fulfilled, [.. s.Missing.Select(static i => i.Key)], [.. s.Failed.Select(static i => i.Key)], [.. s.Later.Select(static i => i.Key)]);
}

/// <summary>A sheet as it was filled in.</summary>
public sealed record SheetModel(Guid Id, SheetKind Sheet, DateTimeOffset SavedAt, string By, IReadOnlyList<SheetAnswerModel> Answers)
{
    public static SheetModel Of(FilledSheet s) => new(s.Id, s.Kind, s.SavedAt, s.By.Name, [.. s.Answers.Select(static a => new SheetAnswerModel(a.Item, a.Mark, a.Place, a.Reason))]);
}

/// <param name="Place">The article of the contract.</param>
public sealed record SheetAnswerModel(string Item, SheetMark Mark, string? Place = null, string? Reason = null);

/// <param name="Seen">Id of the sheet that is replaced; null when there is none yet.</param>
public sealed record SheetRequest(IReadOnlyList<SheetAnswerModel> Answers, Guid? Seen = null);

/// <summary>Something that happened with a contract.</summary>
public sealed record ContractEventModel(Guid Id, EventKind Kind, Guid? Closes, DateOnly Day, string Title, string Body, DateOnly? DueOn, DateTimeOffset RecordedAt, string By, IReadOnlyList<string> Files)
{
    public static ContractEventModel Of(ContractEvent e) => new(e.Id, e.Kind, e.Closes, e.Day, e.Title, e.Body, e.DueOn, e.RecordedAt, e.By.Name, [.. e.Files.Select(static f => f.FileName)]);
}

public sealed record ContractEventRequest(EventKind Kind, DateOnly Day, string? Title = null, string? Body = null, DateOnly? DueOn = null, Guid? Closes = null, IReadOnlyList<EventFileRequest>? Files = null);

/// <param name="Content">In base 64.</param>
public sealed record EventFileRequest(string Name, byte[] Content);

public sealed record DueRequest(DateOnly DueOn);

public sealed record ThirdPartyNote(string Note);

/// <summary>How an external service stands today.</summary>
/// <param name="Content">Digest of what a decision is about.</param>
/// <param name="Obstacles">Why nobody may approve it as it is.</param>
public sealed record ServiceModel(Guid Id, string Number, string Name, string Content, bool Unapproved, bool Expired, DateOnly? DueOn, IReadOnlyList<Bilingual> Obstacles, IReadOnlyList<ServiceDecisionModel> Decisions)
{
    public static ServiceModel Of(ServiceStanding s) => new(s.Service.Id.Value, s.Service.Number, s.Service.Title, s.Content.ToString(), s.IsUnapproved, s.IsExpired, s.DueOn, s.Obstacles, [.. s.Decisions.Select(ServiceDecisionModel.Of)]);
}

/// <summary>A decision about a service.</summary>
public sealed record ServiceDecisionModel(Guid Id, bool Approved, Guid Person, string Name, Post Post, DateOnly? Until, string Note, DateTimeOffset At, string EnteredBy)
{
    public static ServiceDecisionModel Of(ServiceDecision d) => new(d.Id, d.Approved, d.Person.Value, d.By, d.Post, d.Until, d.Note, d.At, d.EnteredBy.Name);
}

/// <param name="Content">Of what was on the screen, as <see cref="ServiceModel"/> gives it.</param>
/// <param name="Person">Who decided, in the right post.</param>
public sealed record ServiceDecisionRequest(string Content, bool Approve, Guid Person, DateOnly? Until = null, string? Note = null);

/// <summary>A post of an official account.</summary>
public sealed record SocialPostModel(Guid Id, Guid Account, PostState State, string Body, DateTimeOffset DraftedAt, string DraftedBy, string? DecidedBy, string Note, DateTimeOffset? PostedAt, string? Address)
{
    public static SocialPostModel Of(SocialPost p) => new(p.Id, p.Account.Value, p.State, p.Body, p.DraftedAt, p.DraftedBy.Name, p.DecidedBy?.Name, p.Note, p.PostedAt, p.Address);
}

public sealed record PostDraftRequest(string Body);

public sealed record PostDecisionRequest(bool Approve, string? Note = null);

public sealed record PostedRequest(string? Address = null);
