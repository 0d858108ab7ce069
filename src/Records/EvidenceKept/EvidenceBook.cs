using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Records.Obligations;
using Sekisho.Storage;

namespace Sekisho.Records.EvidenceKept;

/// <summary>The evidence that a municipality keeps (証跡): recorded once, never changed, always with its entry in the ledger.</summary>
public sealed partial class EvidenceBook
{
    /// <summary>How far a sender's clock may run ahead.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    private const int MaxAttachments = 20, MaxFacts = 64, MaxSentence = 2000, MaxSubject = 200, MaxPage = 200;

    /// <summary>15 digits before the point: what every JSON reader keeps exactly.</summary>
    private const decimal MaxFact = 999_999_999_999_999m;

    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;

    internal EvidenceBook(RecordKeeper keeper, ObligationBook obligations) => (this.keeper, this.obligations) = (keeper, obligations);

    /// <summary>Keeps what a system observed.</summary>
    public Task<Outcome<EvidenceRow>> RecordAsync(MunicipalityId municipality, Observation observation, Actor actor, CancellationToken cancel) =>
        RecordAsync(municipality, observation, [], actor, cancel);

    /// <summary>Keeps what a system observed, with files.</summary>
    public async Task<Outcome<EvidenceRow>> RecordAsync(
        MunicipalityId municipality, Observation observation, IReadOnlyList<Attachment> attachments, Actor actor, CancellationToken cancel)
    {
        if (observation.Weight == EvidenceWeight.Statement || observation.Kind.StartsWith("statement.", StringComparison.Ordinal)) return Refusals.Statement;
        var now = keeper.Clock.Now();
        if (Refuse(observation, attachments, now) is { } refusal) return refusal;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var row = await EvidenceRows.InsertAsync(tx, keeper, Cut(observation), attachments, null, actor, keeper.Clock.Now(), cancel);
        await tx.CommitAsync(cancel);
        return row;
    }

    /// <summary>Keeps what a system observed where it is news. Several servers go round at once: who comes second finds what the first has kept.</summary>
    /// <returns>False when it is no news.</returns>
    internal async Task<Outcome<bool>> RecordNewsAsync(MunicipalityId municipality, Observation observation, Func<TenantTransaction, CancellationToken, Task<bool>> isNews, Actor actor, CancellationToken cancel)
    {
        if (Refuse(observation, [], keeper.Clock.Now()) is { } refusal) return refusal;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        // Mostly it isn't, and then nobody waits for anybody.
        if (!await isNews(tx, cancel)) return false;
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.evidence/' || $1::text || '/' || $2 || '/' || $3, 0))", cancel, municipality.Value, observation.Kind, observation.Subject);
        if (!await isNews(tx, cancel)) return false;
        await EvidenceRows.InsertAsync(tx, keeper, Cut(observation), [], null, actor, keeper.Clock.Now(), cancel);
        await tx.CommitAsync(cancel);
        return true;
    }

    /// <summary>Keeps many observations of systems at once: all of them or, when one is refused, none.</summary>
    public Task<Outcome<int>> RecordManyAsync(MunicipalityId municipality, IReadOnlyList<Observation> observations, Actor actor, CancellationToken cancel)
    {
        var now = keeper.Clock.Now();
        return RecordManyAsync(municipality, [.. observations.Select(o => (o, now, actor))], cancel);
    }

    /// <summary>The same with moments of recording and who recorded given: for data that is made up (the demo).</summary>
    internal async Task<Outcome<int>> RecordManyAsync(
        MunicipalityId municipality, IReadOnlyList<(Observation Observed, DateTimeOffset At, Actor By)> observations, CancellationToken cancel)
    {
        foreach (var (observed, at, _) in observations)
        {
            if (observed.Weight == EvidenceWeight.Statement || observed.Kind.StartsWith("statement.", StringComparison.Ordinal)) return Refusals.Statement;
            if (Refuse(observed, [], at) is { } refusal) return refusal;
        }
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        foreach (var part in observations.Chunk(1000)) await EvidenceRows.InsertManyAsync(tx, keeper, part, cancel);
        await tx.CommitAsync(cancel);
        return observations.Count;
    }

    /// <summary>One page of what is kept, newest first.</summary>
    /// <param name="size">Rows, 1 to 200.</param>
    public async Task<EvidencePage> ListAsync(MunicipalityId municipality, EvidenceFilter filter, EvidenceCursor? after, int size, CancellationToken cancel)
    {
        var rows = Math.Clamp(size, 1, MaxPage);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var sql = new StringBuilder($"""
            SELECT {EvidenceRows.Columns},
                   (SELECT count(*)::int FROM records.evidence_attachment a WHERE a.municipality_id = e.municipality_id AND a.evidence_id = e.id)
            FROM records.evidence e WHERE true
            """);
        var values = new List<object?>();
        void And(string condition, params ReadOnlySpan<object?> more)
        {
            foreach (var value in more)
            {
                values.Add(value);
                condition = ReplaceFirst(condition, "?", FormattableString.Invariant($"${values.Count}"));
            }
            sql.Append(" AND ").Append(condition);
        }
        if (filter.KindPrefix is { Length: > 0 } kind) And("starts_with(e.kind, ?)", kind);
        if (filter.Subject is { } subject) And("e.subject = ?", subject);
        if (filter.Weight is { } weight) And("e.weight = ?", weight.ToString());
        if (filter.From is { } from) And("e.recorded_at >= ?", from);
        if (filter.Until is { } until) And("e.recorded_at < ?", until);
        if (filter.Text is { Length: > 0 } text) And("strpos(lower(e.sentence_ja || ' ' || e.sentence_en || ' ' || e.subject), lower(?)) > 0", text);
        if (filter.Obligation is { } id) And("e.kind = ANY(?)", (object)await KindsOfAsync(tx, id, cancel)); // one value, not one for each kind
        if (after is { } cursor) And("(e.recorded_at, e.id) < (?, ?)", cursor.RecordedAt, cursor.Id);
        values.Add(rows + 1);
        sql.Append(FormattableString.Invariant($" ORDER BY e.recorded_at DESC, e.id DESC LIMIT ${values.Count}"));
        var found = await tx.ListAsync(sql.ToString(), EvidenceRows.Row, cancel, [.. values]);
        if (found.Count <= rows) return new EvidencePage(found, null);
        found.RemoveAt(rows);
        var last = found[^1].Evidence;
        return new EvidencePage(found, new EvidenceCursor(last.RecordedAt, last.Id.Value));
    }

    /// <summary>Kinds that occur, in order, each with its count and newest moment: for filters.</summary>
    public async Task<IReadOnlyList<(string Kind, long Count, DateTimeOffset Newest)>> KindsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync("SELECT kind, count(*), max(recorded_at) FROM records.evidence GROUP BY kind ORDER BY kind", r => (r.GetString(0), r.GetInt64(1), r.Moment(2)), cancel);
    }

    /// <summary>All that is kept of one piece, or null.</summary>
    public async Task<EvidenceDetail?> DetailAsync(MunicipalityId municipality, EvidenceId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var row = await tx.FirstAsync($"SELECT {EvidenceRows.Columns} FROM records.evidence e WHERE e.id = $1", EvidenceRows.Row, cancel, id.Value);
        if (row is null) return null;
        var attachments = await tx.ListAsync(
            "SELECT ordinal, file_name, media_type, size_bytes, sha256 FROM records.evidence_attachment WHERE evidence_id = $1 ORDER BY ordinal",
            r => new KeptAttachment(r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.Digest(4)), cancel, id.Value);
        var statement = await tx.FirstAsync(
            "SELECT obligation_id, criterion_id, text, signed_at, signed_by, signed_by_name, second_factor_at FROM records.statement WHERE evidence_id = $1",
            r => new SignedStatement(new ObligationId(r.GetString(0)), r.GetString(1), row.Evidence.Observed.Facts.GetValueOrDefault("holds") == 1, r.GetString(2), r.Moment(3), r.By(4), r.Moment(6)),
            cancel, id.Value);
        return new EvidenceDetail(row.Evidence, row.By, row.LedgerIndex, attachments, statement);
    }

    /// <summary>An attached file; its digest is checked before it goes out.</summary>
    public async Task<Outcome<Policies.KeptFile>> AttachmentAsync(MunicipalityId municipality, EvidenceId id, int ordinal, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var found = await tx.FirstAsync(
            "SELECT file_name, media_type, sha256 FROM records.evidence_attachment WHERE evidence_id = $1 AND ordinal = $2",
            r => Tuple.Create(r.GetString(0), r.GetString(1), r.Digest(2)), cancel, id.Value, ordinal);
        if (found is null) return Refusals.Unknown;
        return new Policies.KeptFile(found.Item1, found.Item2, await KeptFiles.ReadAsync(tx, found.Item3, cancel), found.Item3);
    }

    internal static Refusal? Refuse(Observation o, IReadOnlyList<Attachment> attachments, DateTimeOffset now)
    {
        if (!Kind().IsMatch(o.Kind)) return Refusals.BadKind;
        if (o.ObservedAt > now + ClockTolerance) return Refusals.FromTheFuture(o.ObservedAt);
        if (o.ExpiresAt <= o.ObservedAt) return Refusals.AlreadyExpired;
        if (o.Facts.Count > MaxFacts || o.Facts.Any(f => !Fact().IsMatch(f.Key) || Math.Abs(f.Value) > MaxFact || decimal.Round(f.Value, 6) != f.Value)) return Refusals.BadFacts;
        if (o.Subject.Length > MaxSubject || o.Sentence.Ja.Length is 0 or > MaxSentence || o.Sentence.En.Length is 0 or > MaxSentence) return Refusals.BadText;
        if (attachments.Count > MaxAttachments) return Refusals.TooManyAttachments;
        return attachments.FirstOrDefault(a => a.Content.Length > KeptFiles.MaxBytes) is { } large ? Refusals.AttachmentTooLarge(large.UntrustedName) : null;
    }

    internal static Observation Cut(Observation o) => o with
    {
        ObservedAt = RecordedTime.Cut(o.ObservedAt),
        ExpiresAt = o.ExpiresAt is { } e ? RecordedTime.Cut(e) : null,
    };

    private async Task<string[]> KindsOfAsync(TenantTransaction tx, ObligationId id, CancellationToken cancel)
    {
        var obligation = (await obligations.CatalogueAsync(tx, keeper.Clock.Now(), cancel)).Find(id);
        return obligation is null ? [] : [.. obligation.Criteria.SelectMany(c => new[] { c.EvidenceKind, Judge.StatementKind(id, c.Id) })];
    }

    private static string ReplaceFirst(string text, string what, string with)
    {
        var at = text.IndexOf(what, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), with, text.AsSpan(at + what.Length));
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{0,99}$")]
    private static partial Regex Kind();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
    private static partial Regex Fact();
}
