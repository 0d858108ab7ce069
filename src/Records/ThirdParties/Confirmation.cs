using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.ThirdParties;

/// <summary>A question as it was put, so that its answer keeps its meaning when the data changes.</summary>
public sealed record PutQuestion(string Key, string Ja, string En, AnswerKind Answer)
{
    public Bilingual Asks => new(Ja, En);
}

/// <summary>An answer of a contractor, as it was written.</summary>
/// <param name="Value">yes or no; a text; a day as yyyy-MM-dd; a number. Empty: not answered yet.</param>
public sealed record GivenAnswer(string Key, string Value, string Remark);

/// <summary>A confirmation with its answers and files.</summary>
public sealed record ConfirmationDetail(ConfirmationSummary Summary, RegisterEntry Contractor, IReadOnlyList<PutQuestion> Questions, IReadOnlyList<GivenAnswer> Answers, IReadOnlyList<ThirdPartyFile> Files, IReadOnlyList<Reminder> Reminders)
{
    /// <summary>Questions answered with "no": what somebody has to decide about.</summary>
    public IReadOnlyList<PutQuestion> Worrying => [.. Questions.Where(q => q.Answer == AnswerKind.YesNo && AnswerTo(q.Key)?.Value == "no")];

    public GivenAnswer? AnswerTo(string question) => Answers.FirstOrDefault(a => a.Key == question);
}

/// <summary>A contractor was asked again (督促).</summary>
public sealed record Reminder(string Note, DateTimeOffset At, Actor By);

/// <summary>What is handed over to the contractor, by two separate ways; shown once.</summary>
/// <param name="Link">Secret part of the address.</param>
/// <param name="Code">To be entered there.</param>
public sealed record IssuedConfirmation(ConfirmationSummary Summary, string Link, string Code);

/// <summary>That somebody entered the code of a confirmation. Stands until the code is made anew.</summary>
/// <param name="Stamp">Of that code.</param>
public sealed record ConfirmationTicket(MunicipalityId Municipality, Guid Id, string Stamp);

/// <summary>The form as the contractor sees it.</summary>
/// <param name="CanAnswer">False once it was sent and not given back.</param>
public sealed record ConfirmationForm(
    string Municipality, string Contractor, DateOnly DueOn, bool CanAnswer, string? ReturnedNote, DateTimeOffset? SavedAt, DateTimeOffset? AnsweredAt, string? AnsweredBy,
    IReadOnlyList<PutQuestion> Questions, IReadOnlyList<GivenAnswer> Answers, IReadOnlyList<ThirdPartyFile> Files)
{
    public GivenAnswer? AnswerTo(string question) => Answers.FirstOrDefault(a => a.Key == question);
}

/// <summary>What came of sending answers.</summary>
/// <param name="Problems">By the key of the question; empty when they were taken.</param>
public sealed record SentAnswers(bool Taken, IReadOnlyDictionary<string, Bilingual> Problems);
