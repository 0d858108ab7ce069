using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.EvidenceKept;

/// <summary>Evidence as rows.</summary>
internal static class EvidenceRows
{
    public const string Columns = "e.id, e.kind, e.subject, e.observed_at, e.expires_at, e.weight, e.facts::text, e.sentence_ja, e.sentence_en, e.recorded_at, e.recorded_by, e.recorded_by_name, e.ledger_index";

    /// <summary>The newest evidence of each stream (kind, subject, weight) of kinds $2 as known at $1, newest as <see cref="Judge"/> counts it.</summary>
    /// <remarks>
    /// Jumps from stream to stream by the index instead of reading a year of them: its cost follows the number of streams, not of evidence.
    /// </remarks>
    public const string Newest = $"""
        WITH RECURSIVE streams AS (
          (SELECT kind, subject, weight FROM records.evidence WHERE kind = ANY($2) ORDER BY kind, subject, weight LIMIT 1)
          UNION ALL
          SELECT n.kind, n.subject, n.weight FROM streams s CROSS JOIN LATERAL (
            SELECT kind, subject, weight FROM records.evidence
            WHERE (kind, subject, weight) > (s.kind, s.subject, s.weight) AND kind = ANY($2) ORDER BY kind, subject, weight LIMIT 1) n
        )
        SELECT {Columns} FROM streams s CROSS JOIN LATERAL (
          SELECT * FROM records.evidence e
          WHERE e.kind = s.kind AND e.subject = s.subject AND e.weight = s.weight AND e.recorded_at <= $1
          ORDER BY e.seen_at DESC, e.recorded_at DESC, e.id DESC LIMIT 1) e
        """;

    public static EvidenceRow Row(NpgsqlDataReader r) => new(Evidence(r), r.By(10), r.GetInt64(12), r.FieldCount > 13 ? r.GetInt32(13) : 0);

    public static Evidence Evidence(NpgsqlDataReader r) => new(
        new EvidenceId(r.GetGuid(0)), r.Moment(9),
        new Observation(r.GetString(1), r.GetString(2), r.Moment(3), r.MomentOrNull(4), r.Case<EvidenceWeight>(5),
            RecordJson.Read<Dictionary<string, decimal>>(r.GetString(6)), r.Both(7)));

    /// <summary>Writes a checked observation, its attachments and its ledger entry; the caller commits.</summary>
    public static async Task<EvidenceRow> InsertAsync(
        TenantTransaction tx, RecordKeeper keeper, Observation o, IReadOnlyList<Attachment> attachments, object? statement, Actor actor, DateTimeOffset at, CancellationToken cancel)
    {
        var id = new EvidenceId(RecordKeeper.NewId(at));
        var files = attachments.Select(a => (Name: KeptFiles.SafeName(a.UntrustedName), a.MediaType, a.Content, Digest: Sha256.Of(a.Content.Span))).ToArray();
        var body = Body(o, files.Select(f => new { f.Name, digest = f.Digest, bytes = f.Content.Length }), statement);
        var index = await keeper.AppendAsync(tx, at, "evidence.recorded", actor, $"evidence/{id}", body, cancel);
        await tx.RunAsync("""
            INSERT INTO records.evidence (municipality_id, id, kind, subject, weight, observed_at, expires_at, facts, sentence_ja, sentence_en, recorded_at, recorded_by, recorded_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12, $13, $14)
            """, cancel, tx.Municipality.Value, id.Value, o.Kind, o.Subject, o.Weight, o.ObservedAt, o.ExpiresAt, RecordJson.Write(o.Facts),
            o.Sentence.Ja, o.Sentence.En, at, actor.Account, actor.Name, index);
        for (var i = 0; i < files.Length; i++)
        {
            var file = files[i];
            await KeptFiles.KeepAsync(tx, file.Digest, file.Content, at, cancel);
            await tx.RunAsync("""
                INSERT INTO records.evidence_attachment (municipality_id, evidence_id, ordinal, file_name, media_type, size_bytes, sha256)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """, cancel, tx.Municipality.Value, id.Value, i, file.Name, file.MediaType, file.Content.Length, file.Digest);
        }
        return new EvidenceRow(new Evidence(id, at, o), actor, index, files.Length);
    }

    /// <summary>Writes many checked observations, each with its own moment, in one go; the caller commits.</summary>
    public static async Task InsertManyAsync(
        TenantTransaction tx, RecordKeeper keeper, IReadOnlyList<(Observation Observed, DateTimeOffset At, Actor By)> many, CancellationToken cancel)
    {
        if (many.Count == 0) return;
        var ids = many.Select(m => RecordKeeper.NewId(m.At)).ToArray();
        var first = await keeper.AppendAsync(tx,
            [.. many.Zip(ids, (m, id) => RecordKeeper.Entry(m.At, "evidence.recorded", m.By, $"evidence/{id}", Body(m.Observed, Array.Empty<object>(), null)))], cancel);
        await tx.RunAsync("""
            INSERT INTO records.evidence (municipality_id, recorded_by, recorded_by_name, id, kind, subject, weight, observed_at, expires_at, facts, sentence_ja, sentence_en, recorded_at, ledger_index)
            SELECT $1, account, name, id, kind, subject, weight, observed_at, expires_at, facts::jsonb, ja, en, recorded_at, $2 + n - 1
            FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[])
              WITH ORDINALITY AS m (id, kind, subject, weight, observed_at, expires_at, facts, ja, en, recorded_at, account, name, n)
            """, cancel, tx.Municipality.Value, first, ids,
            many.Select(m => m.Observed.Kind).ToArray(),
            many.Select(m => m.Observed.Subject).ToArray(),
            many.Select(m => m.Observed.Weight.ToString()).ToArray(),
            many.Select(m => RecordedTime.Cut(m.Observed.ObservedAt)).ToArray(),
            many.Select(m => m.Observed.ExpiresAt is { } e ? RecordedTime.Cut(e) : (DateTimeOffset?)null).ToArray(),
            many.Select(m => RecordJson.Write(m.Observed.Facts)).ToArray(),
            many.Select(m => m.Observed.Sentence.Ja).ToArray(),
            many.Select(m => m.Observed.Sentence.En).ToArray(),
            many.Select(m => RecordedTime.Cut(m.At)).ToArray(),
            many.Select(m => m.By.Account).ToArray(),
            many.Select(m => m.By.Name).ToArray());
    }

    private static object Body<T>(Observation o, IEnumerable<T> attachments, object? statement) =>
        new { o.Kind, o.Subject, o.ObservedAt, o.ExpiresAt, o.Weight, o.Facts, o.Sentence, attachments, statement };
}
