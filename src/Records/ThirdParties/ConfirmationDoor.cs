using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Storage;

namespace Sekisho.Records.ThirdParties;

/// <summary>The yearly confirmation as the contractor sees it (委託先の回答口): no account, a link and a code.</summary>
/// <remarks>
/// Whoever stands outside learns nothing but "it opens" or "it doesn't": one refusal for an unknown link, a wrong code, an expired one, a locked one, after the same
/// work. Five wrong codes shut a link for a quarter of an hour, twenty for good, until the office makes a new one (docs/adr/0076).
/// </remarks>
public sealed class ConfirmationDoor
{
    public const int TriesBeforePause = 5, TriesAltogether = 20;

    /// <summary>Of one answer; files ever taken for one confirmation, dropped ones included, since their bytes stay.</summary>
    private const int MaxAnswer = 500, MostFilesEver = 40;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);

    private static readonly byte[] NobodysSalt = ConfirmationCode.Salt();

    private readonly RecordKeeper keeper;

    internal ConfirmationDoor(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Opens a confirmation with its link and code.</summary>
    public async Task<Outcome<ConfirmationTicket>> OpenAsync(string untrustedLink, string untrustedCode, CancellationToken cancel)
    {
        (MunicipalityId Municipality, Guid Id)? found = null;
        if (untrustedLink.Length <= 100)
        {
            await using var all = await keeper.Database.EnterSignInAsync(cancel);
            var rows = await all.ListAsync("SELECT municipality_id, id FROM records.confirmation WHERE link_hash = $1", r => (new MunicipalityId(r.GetGuid(0)), r.GetGuid(1)), cancel, OneTimeSecret.Hash(untrustedLink));
            if (rows.Count == 1) found = rows[0];
        }
        var code = untrustedCode.Length <= 100 ? untrustedCode : "";
        if (found is not { } there)
        {
            ConfirmationCode.Hash(code, NobodysSalt);
            return Refusals.DoorClosed;
        }
        await using var tx = await keeper.EnterAsync(there.Municipality, cancel);
        var at = keeper.Clock.Now();
        // One after the other: guesses at one link don't run side by side.
        var kept = await tx.FirstAsync("SELECT code_salt, code_hash, failed_count, locked_until, expires_at, withdrawn_at, signed_at, opened_at, contractor_id FROM records.confirmation WHERE id = $1 FOR UPDATE", Lock.Of, cancel, there.Id);
        var isRight = CryptographicOperations.FixedTimeEquals(ConfirmationCode.Hash(code, kept?.Salt ?? NobodysSalt), kept?.Hash ?? new byte[32]);
        if (kept is null || !kept.MayBeTriedAt(at)) return Refusals.DoorClosed;
        if (!isRight)
        {
            var failed = kept.Failed + 1;
            await tx.RunAsync("UPDATE records.confirmation SET failed_count = $2, locked_until = $3 WHERE id = $1", cancel, there.Id, failed, failed % TriesBeforePause == 0 ? at + Pause : kept.LockedUntil);
            if (failed == TriesAltogether) await keeper.AppendAsync(tx, at, "confirmation.shut", Actor.System("confirmation-door"), ConfirmationDesk.Subject(new(kept.Contractor), there.Id), new { failed }, cancel);
            await tx.CommitAsync(cancel);
            return Refusals.DoorClosed;
        }
        await tx.RunAsync("UPDATE records.confirmation SET locked_until = NULL, opened_at = coalesce(opened_at, $2) WHERE id = $1", cancel, there.Id, at);
        if (kept.OpenedAt is null) await keeper.AppendAsync(tx, at, "confirmation.opened", Outside(there.Id, ""), ConfirmationDesk.Subject(new(kept.Contractor), there.Id), new { }, cancel);
        await tx.CommitAsync(cancel);
        return new ConfirmationTicket(there.Municipality, there.Id, Stamp(kept.Hash));
    }

    /// <summary>Null when the ticket opens nothing any more: a new code was made, it expired, was withdrawn or signed off.</summary>
    public async Task<ConfirmationForm?> ReadAsync(ConfirmationTicket ticket, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(ticket.Municipality, cancel);
        return await EnterAsync(tx, ticket, cancel) is { } detail ? await FormAsync(tx, detail, cancel) : null;
    }

    /// <summary>Keeps what is written so far, right or not; it isn't sent.</summary>
    public Task<Outcome<SentAnswers>> SaveAsync(ConfirmationTicket ticket, IReadOnlyList<GivenAnswer> untrusted, IReadOnlyList<(string Question, UploadedFile File)> files, CancellationToken cancel) =>
        WriteAsync(ticket, untrusted, files, null, cancel);

    /// <summary>Sends the answers; what isn't right comes back by question, and what was entered is kept.</summary>
    public Task<Outcome<SentAnswers>> SendAsync(ConfirmationTicket ticket, IReadOnlyList<GivenAnswer> untrusted, IReadOnlyList<(string Question, UploadedFile File)> files, string untrustedName, CancellationToken cancel) =>
        WriteAsync(ticket, untrusted, files, untrustedName.Trim(), cancel);

    /// <summary>Takes a file out again before sending.</summary>
    public async Task<Outcome<bool>> DropFileAsync(ConfirmationTicket ticket, Guid file, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(ticket.Municipality, cancel);
        if (await EnterAsync(tx, ticket, cancel) is not { Summary.IsOut: true }) return Refusals.DoorClosed;
        var dropped = await tx.RunAsync("UPDATE records.third_party_file SET dropped_at = $3 WHERE id = $1 AND confirmation_id = $2 AND dropped_at IS NULL", cancel, file, ticket.Id, keeper.Clock.Now());
        await tx.CommitAsync(cancel);
        return dropped == 1;
    }

    private async Task<Outcome<SentAnswers>> WriteAsync(ConfirmationTicket ticket, IReadOnlyList<GivenAnswer> untrusted, IReadOnlyList<(string Question, UploadedFile File)> files, string? sender, CancellationToken cancel)
    {
        SentAnswers sent;
        await using (var tx = await keeper.EnterAsync(ticket.Municipality, cancel))
        {
            var at = keeper.Clock.Now();
            if (await EnterAsync(tx, ticket, cancel) is not { Summary.IsOut: true } detail) return Refusals.DoorClosed;
            var byKey = untrusted.GroupBy(a => a.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            var answers = detail.Questions.Where(q => q.Answer != AnswerKind.File).Select(q => byKey.TryGetValue(q.Key, out var a) ? new GivenAnswer(q.Key, Cut(a.Value), Cut(a.Remark)) : detail.AnswerTo(q.Key) ?? new(q.Key, "", "")).ToList();
            if (files.Any(f => f.File.Content.Length is 0 or > ContractBook.MostFileBytes || detail.Questions.All(q => q.Key != f.Question))) return Refusals.BadFile;
            if (detail.Files.Count + files.Count > ContractBook.MostFiles) return Refusals.BadFile;
            var ever = (await tx.ListAsync("SELECT count(*) FROM records.third_party_file WHERE confirmation_id = $1", r => r.GetInt64(0), cancel, ticket.Id))[0];
            if (ever + files.Count > MostFilesEver) return Refusals.BadFile;
            foreach (var (question, file) in files) await ThirdPartyRows.KeepFilesAsync(tx, [file], null, ticket.Id, question, at, cancel);
            await tx.RunAsync("UPDATE records.confirmation SET answers = $2::jsonb, saved_at = $3 WHERE id = $1", cancel, ticket.Id, RecordJson.Write(answers), at);
            var problems = sender is null ? [] : Problems(detail.Questions, answers, sender, JapaneseTime.Day(at));
            sent = new SentAnswers(sender is not null && problems.Count == 0, problems);
            if (sent.Taken)
            {
                await tx.RunAsync("UPDATE records.confirmation SET answered_at = $2, answered_by_name = $3 WHERE id = $1", cancel, ticket.Id, at, sender);
                var all = (await ConfirmationDesk.ReadAsync(tx, ticket.Id, cancel))!;
                await keeper.AppendAsync(tx, at, "confirmation.answered", Outside(ticket.Id, sender!), ConfirmationDesk.Subject(detail.Summary.Contractor, ticket.Id), new
                {
                    contractor = detail.Contractor.Title, by = sender, answers, files = all.Files.Select(f => new { f.Question, f.FileName, f.SizeBytes, f.Digest }),
                }, cancel);
            }
            await tx.CommitAsync(cancel);
        }
        if (sent.Taken) await keeper.ChangedAsync(ticket.Municipality, cancel, ContractorSource.Confirmation);
        return sent;
    }

    private static Dictionary<string, Bilingual> Problems(IReadOnlyList<PutQuestion> questions, IReadOnlyList<GivenAnswer> answers, string sender, DateOnly day)
    {
        var problems = new Dictionary<string, Bilingual>(StringComparer.Ordinal);
        foreach (var answer in answers)
        {
            var kind = questions.First(q => q.Key == answer.Key).Answer;
            Bilingual? wrong = kind switch
            {
                _ when answer.Value.Length == 0 => new("答えを入力してください。", "Give an answer."),
                AnswerKind.YesNo when answer.Value is not ("yes" or "no") => new("はい・いいえのどちらかを選んでください。", "Choose yes or no."),
                AnswerKind.YesNo when answer.Value == "no" && answer.Remark.Length == 0 => new("「いいえ」のときは、いまの状況と対応の予定を書いてください。", "With “no”, write how it is now and what you will do."),
                AnswerKind.Date when !DateOnly.TryParseExact(answer.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var on) || on > day => new("今日までの日付を入力してください。", "Enter a day, today or before."),
                AnswerKind.Number when !int.TryParse(answer.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _) => new("数字だけを入力してください。", "Enter digits only."),
                _ => null,
            };
            if (wrong is not null) problems[answer.Key] = wrong;
        }
        if (sender.Length is 0 or > 100 || sender.Any(char.IsControl)) problems[""] = new("回答した方の氏名を 100 字までで入力してください。", "Enter your name, 100 characters at most.");
        return problems;
    }

    private async Task<ConfirmationDetail?> EnterAsync(TenantTransaction tx, ConfirmationTicket ticket, CancellationToken cancel)
    {
        var kept = await tx.FirstAsync("SELECT code_salt, code_hash, failed_count, locked_until, expires_at, withdrawn_at, signed_at, opened_at, contractor_id FROM records.confirmation WHERE id = $1 FOR UPDATE", Lock.Of, cancel, ticket.Id);
        // Wrong codes from somewhere else don't throw out whoever is inside already.
        return kept is not null && kept.IsAliveAt(keeper.Clock.Now()) && Stamp(kept.Hash) == ticket.Stamp ? await ConfirmationDesk.ReadAsync(tx, ticket.Id, cancel) : null;
    }

    private static async Task<ConfirmationForm> FormAsync(TenantTransaction tx, ConfirmationDetail detail, CancellationToken cancel)
    {
        var municipality = (await tx.ListAsync("SELECT name FROM records.municipality", r => r.GetString(0), cancel))[0];
        var s = detail.Summary;
        return new(municipality, detail.Contractor.Title, s.DueOn, s.IsOut, s.ReturnedNote, s.SavedAt, s.AnsweredAt, s.AnsweredBy, detail.Questions, detail.Answers, detail.Files);
    }

    private static string Cut(string untrusted)
    {
        var text = string.Concat(untrusted.ReplaceLineEndings("\n").Where(c => c == '\n' || !char.IsControl(c))).Trim();
        return text.Length <= MaxAnswer ? text : text[..MaxAnswer];
    }

    private static string Stamp(byte[] codeHash) => Convert.ToHexString(SHA256.HashData(codeHash).AsSpan(0, 16));

    private static Actor Outside(Guid id, string name) => new($"contractor:{id}", name.Length > 0 ? name : "委託先");

    private sealed record Lock(byte[] Salt, byte[] Hash, int Failed, DateTimeOffset? LockedUntil, DateTimeOffset ExpiresAt, DateTimeOffset? WithdrawnAt, DateTimeOffset? SignedAt, DateTimeOffset? OpenedAt, Guid Contractor)
    {
        public bool IsAliveAt(DateTimeOffset at) => WithdrawnAt is null && SignedAt is null && at < ExpiresAt;

        public bool MayBeTriedAt(DateTimeOffset at) => IsAliveAt(at) && Failed < TriesAltogether && (LockedUntil is not { } until || until <= at);

        public static Lock Of(NpgsqlDataReader r) => new(r.GetFieldValue<byte[]>(0), r.GetFieldValue<byte[]>(1), r.GetInt32(2), r.MomentOrNull(3), r.Moment(4), r.MomentOrNull(5), r.MomentOrNull(6), r.MomentOrNull(7), r.GetGuid(8));
    }
}
