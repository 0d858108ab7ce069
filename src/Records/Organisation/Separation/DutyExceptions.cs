using Npgsql;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Separation;

/// <summary>An exception as asked for (兼務の例外): why, who approved it, and until when.</summary>
/// <param name="ApprovedBy">A person in a post that the rule names, and not the one whom it is for.</param>
/// <param name="EndsOn">The first day without it; a year at most.</param>
public sealed record DutyExceptionDraft(string Reason, PersonId ApprovedBy, DateOnly EndsOn);

/// <summary>An exception as recorded.</summary>
public sealed record DutyException(Guid Id, string Rule, PersonId Person, string Reason, PersonId ApprovedBy, DateOnly BeginsOn, DateOnly EndsOn, DateTimeOffset RecordedAt, Actor RecordedBy)
{
    public bool HoldsOn(DateOnly day) => BeginsOn <= day && day < EndsOn;
}

internal static class DutyExceptions
{
    private const int MaxReason = 2000, MaxDays = 366;

    private const string Select = "SELECT id, rule_id, person_id, reason, approved_by, begins_on, ends_on, recorded_at, recorded_by, recorded_by_name FROM records.duty_exception";

    /// <summary>Those that hold on a day.</summary>
    public static Task<List<DutyException>> OnAsync(TenantTransaction tx, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync(Select + " WHERE begins_on <= $1 AND ends_on > $1 ORDER BY recorded_at, id", Row, cancel, day);

    /// <summary>Keeps it with its entry, or says which rule of exceptions it breaks.</summary>
    public static async Task<Refusal?> RecordAsync(
        TenantTransaction tx, RecordKeeper keeper, DateTimeOffset at, PostRule rule, Person person, DateOnly beginsOn, DutyExceptionDraft untrusted, Actor actor, CancellationToken cancel)
    {
        var reason = untrusted.Reason.Trim();
        if (reason.Length is 0 or > MaxReason || untrusted.EndsOn <= beginsOn || untrusted.EndsOn > beginsOn.AddDays(MaxDays)) return Refusals.BadException;
        if (untrusted.ApprovedBy == person.Id || rule.Except.Count == 0 || await OrganisationRows.CountAsync(tx, """
            SELECT count(*) FROM records.appointment a WHERE a.person_id = $1 AND a.post = ANY ($2) AND a.begins_on <= $3 AND (a.ends_on IS NULL OR a.ends_on > $3)
            """, cancel, untrusted.ApprovedBy.Value, rule.Except.Select(p => p.ToString()).ToArray(), beginsOn) == 0) return Refusals.BadApprover;
        var id = RecordKeeper.NewId(at);
        var approver = await OrganisationRows.PersonAsync(tx, untrusted.ApprovedBy, cancel);
        var index = await keeper.AppendAsync(tx, at, "separation.excepted", actor, $"person/{person.Id}",
            new { rule = rule.Id, person.Name, reason, approvedBy = untrusted.ApprovedBy, approvedByName = approver?.Name, beginsOn, untrusted.EndsOn }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.duty_exception (municipality_id, id, rule_id, person_id, reason, approved_by, begins_on, ends_on, recorded_at, recorded_by, recorded_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, cancel, tx.Municipality.Value, id, rule.Id, person.Id.Value, reason, untrusted.ApprovedBy.Value, beginsOn, untrusted.EndsOn, at, actor.Account, actor.Name, index);
        return null;
    }

    private static DutyException Row(NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.GetString(1), new(r.GetGuid(2)), r.GetString(3), new(r.GetGuid(4)), r.GetFieldValue<DateOnly>(5), r.GetFieldValue<DateOnly>(6), r.Moment(7), r.By(8));
}
