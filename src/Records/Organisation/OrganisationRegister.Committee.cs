using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>A meeting of the security committee (情報セキュリティ委員会の開催).</summary>
/// <param name="Decisions">What was decided; empty when nothing is written down.</param>
/// <param name="Attendees">Who was there, by name.</param>
/// <param name="Minutes">The newest minutes; null while there are none.</param>
public sealed record CommitteeMeeting(Guid Id, DateOnly HeldOn, string Agenda, Actor RecordedBy, string Decisions = "")
{
    public IReadOnlyList<Person> Attendees { get; init; } = [];

    public MeetingMinutes? Minutes { get; init; }
}

/// <summary>Minutes of a meeting as kept (議事録).</summary>
public sealed record MeetingMinutes(string FileName, int SizeBytes, Sha256 Digest, DateTimeOffset KeptAt, Actor KeptBy);

/// <summary>A meeting as entered.</summary>
public sealed record MeetingDraft(DateOnly HeldOn, string Agenda, string Decisions, IReadOnlyList<PersonId> Attendees, MinutesFile? Minutes);

/// <summary>A file that somebody hands in as minutes.</summary>
public sealed record MinutesFile(string UntrustedName, ReadOnlyMemory<byte> Bytes);

public sealed partial class OrganisationRegister
{
    private const int MaxAgenda = 2000, MaxDecisions = 4000, MaxAttendees = 500;

    private const string SelectMeetings = """
        SELECT m.id, m.held_on, m.agenda, m.recorded_by, m.recorded_by_name, m.decisions, n.file_name, n.size_bytes, n.sha256, n.kept_at, n.kept_by, n.kept_by_name
        FROM records.committee_meeting m
        LEFT JOIN LATERAL (SELECT * FROM records.committee_minutes n WHERE n.municipality_id = m.municipality_id AND n.meeting_id = m.id ORDER BY kept_at DESC, ledger_index DESC LIMIT 1) n ON true
        """;

    /// <summary>Records that the committee met.</summary>
    public Task<Outcome<CommitteeMeeting>> RecordMeetingAsync(MunicipalityId municipality, DateOnly heldOn, string untrustedAgenda, Actor actor, CancellationToken cancel) =>
        RecordMeetingAsync(municipality, new MeetingDraft(heldOn, untrustedAgenda, "", [], null), actor, cancel);

    /// <inheritdoc cref="RecordMeetingAsync(MunicipalityId, DateOnly, string, Actor, CancellationToken)"/>
    public Task<Outcome<CommitteeMeeting>> RecordMeetingAsync(MunicipalityId municipality, MeetingDraft untrusted, Actor actor, CancellationToken cancel) =>
        InAsync<CommitteeMeeting>(municipality, async (tx, at) =>
        {
            var (agenda, decisions) = (untrusted.Agenda.Trim(), untrusted.Decisions.Trim());
            if (agenda.Length is 0 or > MaxAgenda || decisions.Length > MaxDecisions || untrusted.HeldOn > JapaneseTime.Day(at)) return Refusals.BadMeeting;
            var attendees = untrusted.Attendees.Distinct().Select(a => a.Value).ToArray();
            if (attendees.Length > MaxAttendees
                || await OrganisationRows.CountAsync(tx, "SELECT count(*) FROM records.person WHERE id = ANY ($1)", cancel, attendees) != attendees.Length) return Refusals.UnknownPerson;
            if (untrusted.Minutes is { } file && Refuse(file) is { } wrong) return wrong;
            var id = RecordKeeper.NewId(at);
            await tx.RunAsync("INSERT INTO records.committee_meeting (municipality_id, id, held_on, agenda, recorded_at, recorded_by, recorded_by_name, decisions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", cancel,
                municipality.Value, id, untrusted.HeldOn, agenda, at, actor.Account, actor.Name, decisions);
            await tx.RunAsync("INSERT INTO records.committee_attendance (municipality_id, meeting_id, person_id) SELECT $1, $2, unnest($3::uuid[])", cancel, municipality.Value, id, attendees);
            await keeper.AppendAsync(tx, at, "committee.met", actor, $"meeting/{id}", new { untrusted.HeldOn, agenda, decisions, attendees }, cancel);
            if (untrusted.Minutes is { } minutes) await KeepMinutesAsync(tx, at, id, minutes, actor, cancel);
            return (await MeetingsAsync(tx, id, cancel))[0];
        }, cancel);

    /// <summary>Adds the minutes of a meeting, or corrected ones; earlier ones stay kept.</summary>
    public Task<Outcome<CommitteeMeeting>> AddMinutesAsync(MunicipalityId municipality, Guid meeting, MinutesFile untrusted, Actor actor, CancellationToken cancel) =>
        InAsync<CommitteeMeeting>(municipality, async (tx, at) =>
        {
            if ((await MeetingsAsync(tx, meeting, cancel)).Count == 0) return Refusals.UnknownMeeting;
            if (Refuse(untrusted) is { } wrong) return wrong;
            await KeepMinutesAsync(tx, at, meeting, untrusted, actor, cancel);
            return (await MeetingsAsync(tx, meeting, cancel))[0];
        }, cancel);

    /// <summary>Meetings of the committee, newest first.</summary>
    public async Task<IReadOnlyList<CommitteeMeeting>> MeetingsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await MeetingsAsync(tx, null, cancel);
    }

    /// <summary>One meeting; null when there is none.</summary>
    public async Task<CommitteeMeeting?> MeetingAsync(MunicipalityId municipality, Guid id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await MeetingsAsync(tx, id, cancel) is [var meeting, ..] ? meeting : null;
    }

    /// <summary>The newest minutes of a meeting as a file.</summary>
    public async Task<Outcome<KeptFile>> MinutesAsync(MunicipalityId municipality, Guid meeting, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await MeetingsAsync(tx, meeting, cancel) is not [{ Minutes: { } minutes }, ..]) return Refusals.UnknownMeeting;
        return new KeptFile(minutes.FileName, KeptFiles.MediaTypeOf(minutes.FileName), await KeptFiles.ReadAsync(tx, minutes.Digest, cancel), minutes.Digest);
    }

    private static Refusal? Refuse(MinutesFile file) => file.Bytes.Length is 0 or > KeptFiles.MaxBytes ? Refusals.BadMinutes : null;

    private async Task KeepMinutesAsync(TenantTransaction tx, DateTimeOffset at, Guid meeting, MinutesFile file, Actor actor, CancellationToken cancel)
    {
        var (digest, name) = (Sha256.Of(file.Bytes.Span), KeptFiles.SafeName(file.UntrustedName));
        await KeptFiles.KeepAsync(tx, digest, file.Bytes, at, cancel);
        var index = await keeper.AppendAsync(tx, at, "committee.minutes", actor, $"meeting/{meeting}", new { name, size = file.Bytes.Length, digest }, cancel);
        await tx.RunAsync("INSERT INTO records.committee_minutes (municipality_id, id, meeting_id, file_name, size_bytes, sha256, kept_at, kept_by, kept_by_name, ledger_index) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", cancel,
            tx.Municipality.Value, RecordKeeper.NewId(at), meeting, name, file.Bytes.Length, digest, at, actor.Account, actor.Name, index);
    }

    private static async Task<IReadOnlyList<CommitteeMeeting>> MeetingsAsync(TenantTransaction tx, Guid? only, CancellationToken cancel)
    {
        var meetings = await tx.ListAsync(SelectMeetings + " WHERE $1::uuid IS NULL OR m.id = $1 ORDER BY m.held_on DESC, m.recorded_at DESC", Meeting, cancel, only);
        var present = (await tx.ListAsync("""
            SELECT a.meeting_id, p.id, p.unit_id, p.name, p.number, p.kind, p.begins_on, p.ends_on, p.title
            FROM records.committee_attendance a JOIN records.person p ON p.municipality_id = a.municipality_id AND p.id = a.person_id
            WHERE $1::uuid IS NULL OR a.meeting_id = $1 ORDER BY p.name, p.id
            """, r => (Meeting: r.GetGuid(0), Person: new Person(new(r.GetGuid(1)), new(r.GetGuid(2)), r.GetString(3), r.TextOrNull(4), r.Case<StaffKind>(5), r.GetFieldValue<DateOnly>(6), r.DayOrNull(7), r.GetString(8))), cancel, only))
            .ToLookup(a => a.Meeting, a => a.Person);
        return [.. meetings.Select(m => m with { Attendees = [.. present[m.Id]] })];
    }

    private static CommitteeMeeting Meeting(NpgsqlDataReader r) => new(r.GetGuid(0), r.GetFieldValue<DateOnly>(1), r.GetString(2), r.By(3), r.GetString(5))
    {
        Minutes = r.IsDBNull(6) ? null : new MeetingMinutes(r.GetString(6), r.GetInt32(7), r.Digest(8), r.Moment(9), r.By(10)),
    };
}
