using System.Collections.Concurrent;
using Npgsql;
using Sekisho.Agent;
using Sekisho.Agent.Settings;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Terminals;

/// <summary>Terminals as they report (端末の状態): tokens for agents, their reports, and the settings handed out.</summary>
public sealed class TerminalDesk
{
    /// <summary>Start of every reporting token, so that scanners of leaked secrets know it.</summary>
    public const string TokenPrefix = "sekisho_agent_";

    /// <summary>The longest life of a token.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(366 * 2);

    /// <summary>In the morning all machines report at once: evidence is looked at again once a minute, and by the hourly round.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private const int MaxName = 100;

    private static readonly string[] Watched = [TerminalSource.Media, TerminalSource.Authentication, TerminalSource.Posture];

    private readonly RecordKeeper keeper;
    private readonly ConcurrentDictionary<MunicipalityId, DateTimeOffset> looked = new();

    internal TerminalDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Makes a token for agents to report with.</summary>
    /// <returns>The token, which can't be shown again, and what is kept about it.</returns>
    public async Task<Outcome<(string Secret, Enrolment Enrolment)>> EnrolAsync(MunicipalityId municipality, string untrustedName, TimeSpan life, Actor actor, CancellationToken cancel)
    {
        var name = untrustedName.Trim();
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl)) return Refusals.NameMissing;
        if (life <= TimeSpan.Zero || life > LongestLife) return Refusals.BadLife;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        // The municipality is part of the token: it is looked up as that municipality and as nobody else.
        var secret = $"{TokenPrefix}{municipality.Value:N}_{OneTimeSecret.Create()}";
        var made = new Enrolment(new(RecordKeeper.NewId(at)), name, at, actor, RecordedTime.Cut(at + life), null, 0);
        await tx.RunAsync("""
            INSERT INTO records.agent_enrolment (municipality_id, id, name, token_hash, created_at, created_by, created_by_name, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, cancel, municipality.Value, made.Id.Value, name, OneTimeSecret.Hash(secret), at, actor.Account, actor.Name, made.ExpiresAt);
        await keeper.AppendAsync(tx, at, "agent.enrolled", actor, $"enrolment/{made.Id}", new { name, made.ExpiresAt }, cancel);
        await tx.CommitAsync(cancel);
        return (secret, made);
    }

    /// <summary>Stops a token at once.</summary>
    public async Task<Outcome<EnrolmentId>> RevokeAsync(MunicipalityId municipality, EnrolmentId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await tx.RunAsync("UPDATE records.agent_enrolment SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", cancel, id.Value, at) == 0) return Refusals.UnknownEnrolment;
        await keeper.AppendAsync(tx, at, "agent.revoked", actor, $"enrolment/{id}", new { }, cancel);
        await tx.CommitAsync(cancel);
        return id;
    }

    /// <summary>All tokens, newest first, with how many machines reported by each.</summary>
    public async Task<IReadOnlyList<Enrolment>> EnrolmentsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync("""
            SELECT e.id, e.name, e.created_at, e.created_by, e.created_by_name, e.expires_at, e.revoked_at, (SELECT count(*) FROM records.agent_report r WHERE r.enrolment_id = e.id)::int
            FROM records.agent_enrolment e ORDER BY e.created_at DESC, e.id DESC
            """, r => new Enrolment(new(r.GetGuid(0)), r.GetString(1), r.Moment(2), r.By(3), r.Moment(5), r.MomentOrNull(6), r.GetInt32(7)), cancel);
    }

    /// <summary>Whose token it is; null when there is none such, or it was stopped, or is over.</summary>
    public async Task<(MunicipalityId Municipality, EnrolmentId Enrolment)?> FindAsync(string untrustedToken, CancellationToken cancel)
    {
        if (!untrustedToken.StartsWith(TokenPrefix, StringComparison.Ordinal) || untrustedToken.Length > 200) return null;
        var rest = untrustedToken[TokenPrefix.Length..];
        if (rest.Length < 34 || rest[32] != '_' || !Guid.TryParseExact(rest[..32], "N", out var untrustedId)) return null;
        var municipality = new MunicipalityId(untrustedId);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var found = await tx.ListAsync("SELECT id FROM records.agent_enrolment WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2", r => r.GetGuid(0), cancel, OneTimeSecret.Hash(untrustedToken), keeper.Clock.Now());
        return found is [var id] ? (municipality, new EnrolmentId(id)) : null;
    }

    /// <summary>Takes a report, in place of the machine's last one.</summary>
    /// <returns>The terminal that it is, by number or name; null: listed to be adopted.</returns>
    public async Task<Outcome<RegisterEntry?>> TakeAsync(MunicipalityId municipality, EnrolmentId enrolment, ReadOnlyMemory<byte> untrusted, CancellationToken cancel)
    {
        if (PostureReport.Parse(untrusted.Span) is not { } report || SearchFold.Of(report.HostName) is not { Length: > 0 and <= 200 } host) return Refusals.NoReport;
        var at = keeper.Clock.Now();
        RegisterEntry? terminal;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            try
            {
                await tx.RunAsync("""
                    INSERT INTO records.agent_report (municipality_id, id, host, enrolment_id, reported_at, received_at, report) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
                    ON CONFLICT (municipality_id, host) DO UPDATE SET enrolment_id = $4, reported_at = $5, received_at = $6, report = $7::jsonb
                    WHERE agent_report.reported_at <= $5
                    """, cancel, municipality.Value, RecordKeeper.NewId(at), host, enrolment.Value, report.At < at ? report.At : at, at, report.ToJson());
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UntranslatableCharacter)
            {
                return Refusals.NoReport; // a NUL, which PostgreSQL's texts can't hold
            }
            var kept = await tx.FirstAsync("SELECT r.id, r.terminal_id, r.reported_at, r.received_at, r.report::text FROM records.agent_report r WHERE r.host = $1", PostureReading.Report, cancel, host);
            var terminals = await RegisterRows.InUseAsync(tx, TerminalRegisters.Terminals, cancel);
            var matched = PostureReading.Match(terminals, [kept!]);
            terminal = terminals.Find(t => matched.ContainsKey(t.Id));
            await tx.CommitAsync(cancel);
        }
        if (!looked.TryGetValue(municipality, out var last) || at - last >= Pause)
        {
            looked[municipality] = at;
            await keeper.ChangedAsync(municipality, cancel, Watched);
        }
        return terminal;
    }

    /// <summary>Says which terminal a machine is, for good.</summary>
    public async Task<Outcome<ReportId>> AdoptAsync(MunicipalityId municipality, ReportId report, EntryId terminal, Actor actor, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            var at = keeper.Clock.Now();
            if ((await RegisterRows.InUseAsync(tx, TerminalRegisters.Terminals, cancel)).Find(t => t.Id == terminal) is not { } entry) return Refusals.UnknownTerminal;
            var host = await tx.FirstAsync("UPDATE records.agent_report SET terminal_id = $2 WHERE id = $1 RETURNING host", r => r.GetString(0), cancel, report.Value, terminal.Value);
            if (host is null) return Refusals.UnknownReport;
            await keeper.AppendAsync(tx, at, "agent.adopted", actor, $"register/{TerminalRegisters.Terminals}/{terminal}", new { host, entry.Number }, cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, Watched);
        return report;
    }

    /// <summary>Every terminal that the person sees, with what is known of its state.</summary>
    public async Task<PostureView> ReadAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await PostureReading.ReadAsync(tx, keeper.Clock.Now(), within, cancel);
    }

    /// <summary>The settings that keep media out of the terminals of a zone, with the media that the register lets through there (配る設定).</summary>
    /// <returns>Null for a zone that there is not.</returns>
    public async Task<SettingsFile?> SettingsAsync(MunicipalityId municipality, string untrustedZone, SettingsTarget target, CancellationToken cancel)
    {
        if (!TerminalRegisters.Zones.Contains(untrustedZone)) return null;
        return EnforcedSettings.Write(target, [.. (await ExceptionsAsync(municipality, untrustedZone, cancel)).Select(m => new AllowedMedium(m.Number, m.Text("serial") ?? "", m.Text("device_id")))]);
    }

    /// <summary>The media that may be written at the terminals of a zone: encrypted, and not over.</summary>
    public async Task<IReadOnlyList<RegisterEntry>> ExceptionsAsync(MunicipalityId municipality, string zone, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var day = JapaneseTime.Day(keeper.Clock.Now());
        return [.. (await RegisterRows.InUseAsync(tx, TerminalRegisters.Media, cancel)).Where(m => m.Choices("exception_zones").Contains(zone) && m.YesNo("encrypted") == true && !(m.Day("exception_until") < day))];
    }
}
