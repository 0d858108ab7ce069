using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Documents;

/// <summary>What a document of the policy set is (文書の種別).</summary>
public enum DocumentKind
{
    /// <summary>情報セキュリティ基本方針: what residents are told.</summary>
    BasicPolicy,

    /// <summary>対策基準: what is to be kept to, under the policy.</summary>
    Standard,

    /// <summary>実施手順: how it is done, under a standard.</summary>
    Procedure,

    /// <summary>様式: the paper that a procedure asks to fill in.</summary>
    Form,

    /// <summary>緊急時対応計画.</summary>
    EmergencyPlan,

    /// <summary>委任に基づく定め: made by the officer whom a provision names.</summary>
    DelegatedRule,

    /// <summary>その他の規程.</summary>
    Other,
}

/// <summary>Who may open a document inside the office while it is withheld from disclosure (閲覧できる人).</summary>
public enum Readers
{
    /// <summary>The security office, auditors and whoever approves it.</summary>
    Office,

    /// <summary>Section managers, too.</summary>
    Managers,

    /// <summary>Everybody who signs in: what residents don't see, staff may have to follow.</summary>
    Everyone,
}

/// <summary>Who approves a version before it can be in force (承認者).</summary>
public abstract record Approver
{
    private Approver()
    {
    }

    public abstract T Match<T>(Func<None, T> none, Func<Holder, T> holder, Func<Delegate, T> @delegate);

    /// <summary>Nobody is named: putting it in force asks for no approval here.</summary>
    public sealed record None : Approver
    {
        public override T Match<T>(Func<None, T> none, Func<Holder, T> holder, Func<Delegate, T> @delegate) => none(this);
    }

    /// <summary>Whoever holds a post on the day, of the document's unit or above it where the post belongs to units.</summary>
    public sealed record Holder(Post Post) : Approver
    {
        public override T Match<T>(Func<None, T> none, Func<Holder, T> holder, Func<Delegate, T> @delegate) => holder(this);
    }

    /// <summary>The officer whom the delegating provision names (副町長 …), and the person who holds that office.</summary>
    public sealed record Delegate(string Title, PersonId Person) : Approver
    {
        public override T Match<T>(Func<None, T> none, Func<Holder, T> holder, Func<Delegate, T> @delegate) => @delegate(this);
    }

    /// <summary>Posts that can be named.</summary>
    public static IReadOnlyList<Post> Posts { get; } = [Post.Ciso, Post.GeneralOfficer, Post.SecurityOfficer, Post.SecurityManager, Post.SystemManager];

    /// <summary>As people say it; null when nobody is named.</summary>
    public Bilingual? Name => Match(static _ => (Bilingual?)null, static h => h.Post.Name(), static d => Bilingual.Same(d.Title));
}

/// <summary>What a person enters about a document; its versions are brought separately.</summary>
/// <param name="UntrustedKey">For its address; null: made from the kind.</param>
/// <param name="Unit">所管課; null: the whole municipality.</param>
public sealed record DocumentDraft(DocumentKind Kind, string UntrustedName, UnitId? Unit, Approver Approver, Readers Readers = Readers.Office, string? UntrustedKey = null);

/// <summary>A document of the policy set with where it stands (文書).</summary>
/// <param name="Key">Its part of addresses.</param>
/// <param name="InForce">The version in force; null when none is.</param>
/// <param name="Newest">The version brought last; null when there is none yet.</param>
/// <param name="Stage">Of the newest version.</param>
public sealed record KeptDocument(
    string Key, DocumentKind Kind, string Name, UnitId? Unit, string? UnitName, Approver Approver, Readers Readers, DateTimeOffset? RetiredAt,
    VersionSummary? InForce, VersionSummary? Newest, DocumentStage Stage, int Versions)
{
    /// <summary>The version that counts: the one in force, else the newest.</summary>
    public VersionSummary? Shown => InForce ?? Newest;
}

/// <summary>Where a version stands on its way (手続の段階).</summary>
public enum DocumentStage
{
    /// <summary>起案中.</summary>
    Drafting,

    /// <summary>審査待ち.</summary>
    Submitted,

    /// <summary>承認待ち.</summary>
    Reviewed,

    /// <summary>差戻し.</summary>
    Returned,

    /// <summary>承認済み, here or on paper before.</summary>
    Approved,
}

/// <summary>What a person did with a version.</summary>
public enum StepKind
{
    /// <summary>審査の依頼.</summary>
    Submitted,

    /// <summary>審査.</summary>
    Reviewed,

    /// <summary>差戻し.</summary>
    Returned,

    /// <summary>承認.</summary>
    Approved,

    /// <summary>決裁済みの記録: decided on paper before the version came here.</summary>
    Adopted,
}

/// <summary>One step of a version's way (手続の記録).</summary>
/// <param name="Content">Digest of the content that the step was about.</param>
/// <param name="Capacity">As what: the post or office; empty for who only submitted.</param>
/// <param name="DecidedOn">Of <see cref="StepKind.Adopted"/>: the day of the decision on paper.</param>
public sealed record DocumentStep(StepKind Kind, Sha256 Content, string Capacity, string Note, DateOnly? DecidedOn, DateTimeOffset At, Actor By, long LedgerIndex);

/// <summary>The names of kinds, stages and steps, as people say them.</summary>
public static class DocumentWords
{
    public static Bilingual Name(this DocumentKind kind) => kind switch
    {
        DocumentKind.BasicPolicy => new("基本方針", "basic policy"),
        DocumentKind.Standard => new("対策基準", "standard"),
        DocumentKind.Procedure => new("実施手順", "procedure"),
        DocumentKind.Form => new("様式", "form"),
        DocumentKind.EmergencyPlan => new("緊急時対応計画", "emergency plan"),
        DocumentKind.DelegatedRule => new("委任に基づく定め", "delegated rule"),
        DocumentKind.Other => new("その他の規程", "other rule"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static Bilingual Name(this Readers readers) => readers switch
    {
        Readers.Office => new("セキュリティ担当・監査人・承認者", "security office, auditors, approver"),
        Readers.Managers => new("上に加えて課室長", "those and section managers"),
        Readers.Everyone => new("サインインできる人すべて", "everybody who signs in"),
        _ => throw new ArgumentOutOfRangeException(nameof(readers), readers, null),
    };

    public static Bilingual Name(this DocumentStage stage) => stage switch
    {
        DocumentStage.Drafting => new("起案中", "drafting"),
        DocumentStage.Submitted => new("審査待ち", "waiting for review"),
        DocumentStage.Reviewed => new("承認待ち", "waiting for approval"),
        DocumentStage.Returned => new("差戻し", "returned"),
        DocumentStage.Approved => new("承認済み", "approved"),
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, null),
    };

    public static Bilingual Name(this StepKind kind) => kind switch
    {
        StepKind.Submitted => new("審査の依頼", "submitted for review"),
        StepKind.Reviewed => new("審査", "reviewed"),
        StepKind.Returned => new("差戻し", "returned"),
        StepKind.Approved => new("承認", "approved"),
        StepKind.Adopted => new("決裁済みの記録", "decided on paper"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
