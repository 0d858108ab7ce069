using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Registers;

/// <summary>Identity of an entry of a register.</summary>
public readonly record struct EntryId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>An entry as somebody saw it: what they decide about is that version and no later one.</summary>
public readonly record struct EntryVersion(EntryId Id, int Version);

/// <summary>One thing that a register keeps (台帳の一件).</summary>
/// <param name="Number">管理番号, given by the register: never changes, never given again.</param>
/// <param name="Unit">担当課; null: seen by those who see everything.</param>
/// <param name="Title">What its title field says.</param>
/// <param name="Version">1, and one more with each change; a confirmation is none.</param>
/// <param name="Confirmed">The last yearly confirmation.</param>
public sealed record RegisterEntry(
    EntryId Id, string Register, string Number, UnitId? Unit, string Title, FieldValues Fields, int Version,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, Actor UpdatedBy, Confirmation? Confirmed, Retirement? Retired)
{
    public EntryVersion Seen => new(Id, Version);

    /// <summary>Changed since its last confirmation, or never confirmed.</summary>
    public bool IsNewSinceConfirmation => Confirmed is null || UpdatedAt > Confirmed.At;

    public string? Text(string key) => Fields.Text(key);

    public DateOnly? Day(string key) => Fields.Day(key);

    public bool? YesNo(string key) => Fields.YesNo(key);

    public IReadOnlyList<string> Choices(string key) => Fields.Choices(key);

    public PersonId? Person(string key) => Fields.Person(key);

    public EntryId? Entry(string key) => Fields.Entry(key);

    public IReadOnlyList<EntryId> Entries(string key) => Fields.Entries(key);
}

/// <summary>Somebody looked at an entry and said that it is right (確認).</summary>
public sealed record Confirmation(DateTimeOffset At, Actor By);

/// <summary>An entry was taken out of use; it stays readable (廃止).</summary>
public sealed record Retirement(DateTimeOffset At, Actor By, string Why);

/// <summary>What a person asks an entry to be (記入), from a form, the API or a sheet: texts, unchecked.</summary>
/// <param name="Untrusted">
/// By the key of the field, and <see cref="RegisterDefinition.UnitKey"/>. A key that is absent leaves the field as it is (or gives a new entry its default);
/// a key without texts, or with blank ones, empties it.
/// </param>
public sealed record EntryDraft(IReadOnlyDictionary<string, IReadOnlyList<string>> Untrusted)
{
    public static EntryDraft Of(params ReadOnlySpan<(string Key, string Value)> fields)
    {
        var untrusted = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (key, value) in fields) untrusted[key] = [.. untrusted.GetValueOrDefault(key) ?? [], value];
        return new(untrusted);
    }

    public EntryDraft With(string key, params IReadOnlyList<string> values) => new(new Dictionary<string, IReadOnlyList<string>>(Untrusted, StringComparer.Ordinal) { [key] = values });
}

/// <summary>What is wrong with one field of what was asked for: what it is and what to write instead.</summary>
/// <param name="Field">Key of the field, or <see cref="RegisterDefinition.UnitKey"/>.</param>
public sealed record FieldProblem(string Field, Bilingual What);

/// <summary>What came of writing in a register. Nothing is kept unless it is <see cref="Kept"/>.</summary>
public abstract record EntryOutcome
{
    private EntryOutcome()
    {
    }

    public abstract T Match<T>(Func<Kept, T> kept, Func<Wrong, T> wrong, Func<Overtaken, T> overtaken, Func<Refused, T> refused);

    /// <summary>It is kept; where nothing differed, nothing was written and the entry is as it was.</summary>
    public sealed record Kept(RegisterEntry Entry) : EntryOutcome
    {
        public override T Match<T>(Func<Kept, T> kept, Func<Wrong, T> wrong, Func<Overtaken, T> overtaken, Func<Refused, T> refused) => kept(this);
    }

    /// <summary>Fields are to be corrected; each at most once.</summary>
    public sealed record Wrong(IReadOnlyList<FieldProblem> Problems) : EntryOutcome
    {
        public override T Match<T>(Func<Kept, T> kept, Func<Wrong, T> wrong, Func<Overtaken, T> overtaken, Func<Refused, T> refused) => wrong(this);
    }

    /// <summary>Somebody else changed it meanwhile.</summary>
    /// <param name="Present">As it is now, to show both.</param>
    public sealed record Overtaken(RegisterEntry Present, Refusal Why) : EntryOutcome
    {
        public override T Match<T>(Func<Kept, T> kept, Func<Wrong, T> wrong, Func<Overtaken, T> overtaken, Func<Refused, T> refused) => overtaken(this);
    }

    public sealed record Refused(Refusal Why) : EntryOutcome
    {
        public override T Match<T>(Func<Kept, T> kept, Func<Wrong, T> wrong, Func<Overtaken, T> overtaken, Func<Refused, T> refused) => refused(this);
    }

    public static implicit operator EntryOutcome(Refusal why) => new Refused(why);

    /// <summary>The same for callers that show one sentence.</summary>
    public Outcome<RegisterEntry> Plain() => Match<Outcome<RegisterEntry>>(k => k.Entry, w => Refusals.WrongFields(w.Problems), o => o.Why, r => r.Why);

    /// <summary>The entry; for callers that know that the rules hold, such as tests and the demo.</summary>
    /// <exception cref="InvalidOperationException">It was not kept.</exception>
    public RegisterEntry OrThrow() => Plain().OrThrow();
}

/// <summary>What to list.</summary>
/// <param name="Text">Words, all of which have to be found; folded (<see cref="SearchFold"/>).</param>
/// <param name="Unit">Of these units only, below the limit of what the person sees; null: any.</param>
/// <param name="Standing">Whether retired ones are listed.</param>
/// <param name="NotConfirmedSince">Only those not confirmed at or after this moment.</param>
/// <param name="Sort">Key of a field, or <c>number</c>, <c>title</c>, <c>unit</c>, <c>updated</c>, <c>confirmed</c>.</param>
/// <param name="Page">From 1.</param>
public sealed record RegisterQuery(
    string? Text = null, IReadOnlyList<RegisterFilter>? Filters = null, IReadOnlyList<UnitId>? Unit = null, Standing Standing = Standing.InUse,
    DateTimeOffset? NotConfirmedSince = null, string Sort = "number", bool Descending = false, int Page = 1, int PageSize = 50)
{
    public const int MaxPageSize = 1000;
}

/// <summary>Which entries by their retirement.</summary>
public enum Standing
{
    InUse,
    Retired,
    All,
}

/// <summary>A narrowing by one field (絞込み).</summary>
/// <param name="AnyOf">One of these texts as <see cref="FieldValue.Texts"/> writes them; an empty text stands for an empty field. Null: any.</param>
/// <param name="From">Of a date: this day or later.</param>
/// <param name="Until">Of a date: this day or earlier.</param>
public sealed record RegisterFilter(string Field, IReadOnlyList<string>? AnyOf = null, DateOnly? From = null, DateOnly? Until = null);

/// <summary>One page of a list.</summary>
/// <param name="Total">Of all pages.</param>
/// <param name="Names">Of everything that these entries point to.</param>
public sealed record RegisterPage(IReadOnlyList<RegisterEntry> Entries, long Total, int Page, int PageSize, RegisterNames Names)
{
    public int Pages => (int)Math.Max(1, (Total + PageSize - 1) / PageSize);
}

/// <summary>Something that points to an entry (参照元).</summary>
/// <param name="Field">By which of its fields.</param>
public sealed record Reference(EntryId Id, string Register, string Number, string Title, string Field, bool IsRetired);

/// <summary>What came of confirming several entries at once.</summary>
/// <param name="Confirmed">How many.</param>
/// <param name="Overtaken">Not confirmed, since they changed after the person saw them: as they are now.</param>
public sealed record ConfirmedEntries(int Confirmed, IReadOnlyList<RegisterEntry> Overtaken);

/// <summary>What came of taking several out of use (一括廃止).</summary>
/// <param name="Overtaken">As they are now: changed after they were seen, or out of use already; left out.</param>
public sealed record RetiredEntries(int Retired, IReadOnlyList<RegisterEntry> Overtaken);

/// <summary>One change of an entry (変更の履歴), from the ledger.</summary>
/// <param name="Kind">Of the ledger's entry: <c>entry.changed</c>.</param>
/// <param name="Fields">What changed; of an addition, what was entered.</param>
/// <param name="Why">Of a retirement.</param>
/// <param name="LedgerIndex">Where the ledger says so.</param>
public sealed record EntryChange(DateTimeOffset At, Actor By, string Kind, int Version, IReadOnlyList<FieldChange> Fields, string? Why, long LedgerIndex);

/// <summary>One field, old → new, as people read it; null: empty.</summary>
public sealed record FieldChange(string Key, Bilingual Label, Bilingual? From, Bilingual? To);
