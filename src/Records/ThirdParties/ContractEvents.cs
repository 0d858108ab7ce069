using Sekisho.Assurance;

namespace Sekisho.Records.ThirdParties;

/// <summary>What is recorded while a contract runs, and at its end (契約の記録).</summary>
public enum EventKind
{
    /// <summary>再委託の申請.</summary>
    Subcontract,

    SubcontractApproved,
    SubcontractRefused,

    /// <summary>従事者: somebody of the contractor's who works on it.</summary>
    Staff,

    StaffLeft,

    /// <summary>実地の確認.</summary>
    Inspection,

    /// <summary>What an inspection found was put right.</summary>
    Corrected,

    /// <summary>委託先での事故.</summary>
    Incident,

    IncidentClosed,

    /// <summary>情報の返却を受けた.</summary>
    Returned,

    /// <summary>消去の証明書を受けた.</summary>
    Deleted,

    /// <summary>委託先に渡した情報はなかった.</summary>
    NothingHeld,
}

/// <summary>One thing that happened with a contract.</summary>
/// <param name="Closes">The earlier one that this settles.</param>
/// <param name="Title">Of a person, an inspection, an incident: its name.</param>
/// <param name="DueOn">Until when an inspection's findings are to be put right.</param>
public sealed record ContractEvent(
    Guid Id, Guid Contract, EventKind Kind, Guid? Closes, DateOnly Day, string Title, string Body, DateOnly? DueOn, DateTimeOffset RecordedAt, Actor By, IReadOnlyList<ThirdPartyFile> Files);

/// <summary>What somebody asks to be recorded.</summary>
public sealed record ContractEventDraft(EventKind Kind, DateOnly Day, string UntrustedTitle, string UntrustedBody, DateOnly? DueOn = null, Guid? Closes = null, IReadOnlyList<UploadedFile>? Files = null);

/// <summary>A file as it came in; its content is looked at by nobody here.</summary>
public sealed record UploadedFile(string UntrustedName, ReadOnlyMemory<byte> Content);

/// <summary>A file kept with a contract or a confirmation.</summary>
/// <param name="Question">Of a confirmation: to which question.</param>
public sealed record ThirdPartyFile(Guid Id, string Question, string FileName, int SizeBytes, Sha256 Digest);

/// <summary>Names of events, and what they are to each other.</summary>
public static class EventWords
{
    public static Bilingual Name(this EventKind kind) => kind switch
    {
        EventKind.Subcontract => new("再委託の申請", "Request to re-subcontract"),
        EventKind.SubcontractApproved => new("再委託の承認", "Re-subcontracting approved"),
        EventKind.SubcontractRefused => new("再委託の不承認", "Re-subcontracting refused"),
        EventKind.Staff => new("従事者", "Person working on it"),
        EventKind.StaffLeft => new("従事者の離任", "Person left"),
        EventKind.Inspection => new("実地の確認", "On-site inspection"),
        EventKind.Corrected => new("是正の確認", "Findings put right"),
        EventKind.Incident => new("委託先での事故", "Incident at the contractor's"),
        EventKind.IncidentClosed => new("事故の終結", "Incident closed"),
        EventKind.Returned => new("情報の返却", "Information returned"),
        EventKind.Deleted => new("消去の証明", "Deletion certified"),
        EventKind.NothingHeld => new("渡した情報なし", "Nothing had been handed over"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>As the ledger names it.</summary>
    internal static string LedgerKind(this EventKind kind) => "contract." + kind switch
    {
        EventKind.Subcontract => "subcontract-asked",
        EventKind.SubcontractApproved => "subcontract-approved",
        EventKind.SubcontractRefused => "subcontract-refused",
        EventKind.Staff => "staff-named",
        EventKind.StaffLeft => "staff-left",
        EventKind.Inspection => "inspected",
        EventKind.Corrected => "corrected",
        EventKind.Incident => "incident",
        EventKind.IncidentClosed => "incident-closed",
        EventKind.Returned => "returned",
        EventKind.Deleted => "deleted",
        EventKind.NothingHeld => "nothing-held",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>What an event of this kind settles; null: nothing.</summary>
    internal static EventKind? Settles(this EventKind kind) => kind switch
    {
        EventKind.SubcontractApproved or EventKind.SubcontractRefused => EventKind.Subcontract,
        EventKind.StaffLeft => EventKind.Staff,
        EventKind.Corrected => EventKind.Inspection,
        EventKind.IncidentClosed => EventKind.Incident,
        _ => null,
    };

    /// <summary>That the information came back, or is no more.</summary>
    public static bool EndsContract(this EventKind kind) => kind is EventKind.Returned or EventKind.Deleted or EventKind.NothingHeld;
}
