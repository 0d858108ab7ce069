using Sekisho.Assurance;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Requests;

/// <summary>Identity of a request.</summary>
public readonly record struct RequestId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Identity of a file of a request.</summary>
public readonly record struct ItemId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Where a request stands (状態).</summary>
public enum RequestState
{
    /// <summary>作成中: files are being handed over.</summary>
    Draft,

    /// <summary>無害化中.</summary>
    Working,

    /// <summary>承認待ち.</summary>
    Waiting,

    /// <summary>受け取れます.</summary>
    Delivered,

    /// <summary>すべて遮断: no file could be made harmless.</summary>
    NothingOut,

    /// <summary>却下.</summary>
    Refused,

    /// <summary>取下げ.</summary>
    Withdrawn,

    /// <summary>期限切れ: what could be fetched is destroyed.</summary>
    Expired,
}

/// <summary>Where a file stands.</summary>
public enum ItemState
{
    /// <summary>送信中.</summary>
    Receiving,

    /// <summary>送信済み: all bytes are safe on the disk.</summary>
    Received,

    /// <summary>順番待ち.</summary>
    Queued,

    /// <summary>無害化中.</summary>
    Working,

    /// <summary>無害化済み.</summary>
    Out,

    /// <summary>遮断.</summary>
    Refused,

    /// <summary>特例の承認待ち.</summary>
    ExceptionAsked,

    /// <summary>特例で取込み: let through as it came, by a named person.</summary>
    Admitted,

    /// <summary>廃棄済み.</summary>
    Destroyed,
}

/// <summary>What a person asks for.</summary>
/// <param name="Route">Key of the route.</param>
/// <param name="Unit">The section for which it is; its manager decides. Null: only 統括責任者 and CISO can decide.</param>
/// <param name="Purpose">Why, where the route asks for it; at most 500 characters.</param>
/// <param name="Recipient">To whom it goes, for what leaves; at most 200 characters.</param>
/// <param name="Origin">From whom it was received, as the applicant states it; at most 200 characters.</param>
public sealed record RequestDraft(string Route, UnitId? Unit, string Purpose = "", string Recipient = "", IReadOnlyList<EntryId>? Assets = null, string Origin = "")
{
    /// <summary>How soon it is wished to go through; the route bounds it. Null: as the route has it.</summary>
    public Urgency? Wish { get; init; }
}

/// <summary>A request (授受の申請).</summary>
/// <param name="Number">For people: 授受-000123.</param>
/// <param name="Class">The highest confidentiality among the named assets; null where none is asked for.</param>
/// <param name="Needs">Whose leave; known once every file is through.</param>
/// <param name="ExpiresAt">A draft is given up then; results are destroyed then.</param>
public sealed record CrossingRequest(
    RequestId Id, string Number, RouteId Route, int RouteVersion, RouteDefinition Definition, RequestState State, UnitId? Unit, DateTimeOffset OpenedAt, Actor AskedBy, DateTimeOffset? SubmittedAt, DateTimeOffset? SettledAt,
    DateTimeOffset ExpiresAt, string Purpose, string Recipient, string? Class, Approval? Needs)
{
    /// <summary>From whom it was received, as the applicant stated it; empty: nothing was said.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Where it stands among the municipality's own; as it was wished, within the route's bound.</summary>
    public Urgency Urgency { get; init; }
}

/// <summary>A file of a request.</summary>
/// <param name="Path">As it came, made harmless: folders kept, with <c>/</c>.</param>
/// <param name="Received">Bytes that are safe on the disk.</param>
/// <param name="Report">What became of it; null until it is through.</param>
public sealed record CrossingItem(
    ItemId Id, RequestId Request, int Position, string Path, long Bytes, long Received, ItemState State, string? OutputPath, FileReport? Report, string? RefusalCode, string? ExceptionWhy, Actor? ExceptionBy, DateTimeOffset? DoneAt)
{
    /// <summary>What a scanner found, or nobody could scan or read, isn't let through by anybody's word.</summary>
    public bool CanBeExcepted => State == ItemState.Refused && !IsTakenBack && Report?.Refusal is { } why && !why.IsOf("SAN-SCAN") && !why.IsOf("XNG-POISON") && !why.IsOf("XNG-VAULT");

    /// <summary>A scan found something in it when it was, or was about to be, let through as it came.</summary>
    public bool IsTakenBack => RefusalCode == Exceptions.Refusals.TakenBack.Code;

    /// <summary>Files of a message that wait here instead of travelling with it, or that a password opened.</summary>
    public IReadOnlyList<CrossingPart> Parts { get; init; } = [];

    internal BlobId Original { get; init; }

    internal BlobId? Result { get; init; }
}

/// <summary>A file of a message that is fetched by itself (取り置いた添付).</summary>
/// <param name="Path">Its name; what lay in an archive stands below the archive's name.</param>
/// <param name="Kind">Of the sanitiser.</param>
public sealed record CrossingPart(int Number, string Path, string Kind, long Bytes, Sha256 Digest)
{
    internal BlobId Blob { get; init; }
}

/// <summary>A step of a request, as it is in the ledger.</summary>
/// <param name="AsDeputyOf">In whose place it was decided (代理); null: by the own post, or no post was asked for.</param>
public sealed record CrossingStep(string Kind, DateTimeOffset At, Actor By, string Note, long LedgerIndex, Post? AsDeputyOf = null);

/// <summary>A request with its files and what happened to it.</summary>
public sealed record RequestDetail(CrossingRequest Request, IReadOnlyList<CrossingItem> Items, IReadOnlyList<CrossingStep> Steps, IReadOnlyList<RegisterEntry> Assets);

/// <summary>A line of a list.</summary>
/// <param name="Files">How many files, and how many of them came out.</param>
public sealed record RequestLine(CrossingRequest Request, int Files, int Out, string FirstFile);

/// <summary>Whose requests a list shows.</summary>
public enum RequestView
{
    /// <summary>自分の申請.</summary>
    Mine,

    /// <summary>承認待ち: what this person may decide now.</summary>
    ToDecide,

    /// <summary>すべて: of the sections that this person sees.</summary>
    All,
}

/// <summary>A file that may be handed out.</summary>
/// <param name="Content">The caller disposes it; reading may throw <see cref="VaultException"/>.</param>
public sealed record HandedOut(string FileName, long Bytes, Sha256 Digest, Stream Content);
