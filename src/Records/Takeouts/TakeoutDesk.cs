using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Incidents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Separation;
using Sekisho.Records.Registers;
using Sekisho.Records.Rooms;
using Sekisho.Records.Terminals;
using Sekisho.Storage;

namespace Sekisho.Records.Takeouts;

/// <summary>Taking information out and bringing it back (持ち出し・持ち帰り): asked for, approved by another, out, back, checked.</summary>
/// <remarks><c>within</c> is what a person sees, as in <see cref="RegisterBook"/>: outside of it there is nothing.</remarks>
public sealed partial class TakeoutDesk
{
    public const int PageSize = 50;

    private const int MaxText = 500, MaxPlace = 200, MostAssets = 20;

    private static readonly string[] Watched = [TerminalSource.Media, RoomSource.Entry, AssetSource.Handling, IncidentSource.Deadlines];

    private readonly RecordKeeper keeper;
    private readonly IncidentDesk incidents;

    internal TakeoutDesk(RecordKeeper keeper, IncidentDesk incidents) => (this.keeper, this.incidents) = (keeper, incidents);

    /// <summary>Asks for a take-out; nothing may go out until another person approves.</summary>
    public async Task<Outcome<Takeout>> AskAsync(MunicipalityId municipality, TakeoutDraft untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        var (what, why, place) = (untrusted.What.Trim(), untrusted.Why.Trim(), untrusted.Destination.Trim());
        if (Bad(what, MaxText) || Bad(why, MaxText) || Bad(place, MaxPlace)) return Refusals.TextMissing;
        return await keeper.ActAsync<Takeout>(municipality, Watched, async (tx, at) =>
        {
            var day = JapaneseTime.Day(at);
            if (within is not null && !within.Contains(untrusted.Unit) || await OrganisationRows.UnitAsync(tx, untrusted.Unit, cancel) is not { } unit || !unit.StandsOn(day)) return Refusals.UnknownThing;
            if (untrusted.Assets.Count > MostAssets) return Refusals.UnknownThing;
            var assets = untrusted.Assets.Count == 0 ? [] : await RegisterRows.ReadAsync(tx, RegisterCatalogue.Load()["assets"], [.. untrusted.Assets.Distinct()], within, lockRows: false, cancel);
            if (assets.Count != untrusted.Assets.Distinct().Count() || assets.Exists(a => a.Retired is not null)) return Refusals.UnknownThing;
            var (carried, refused) = await CarriedAsync(tx, untrusted.Carrier, untrusted.CarriedBy, within, cancel);
            if (refused is not null) return refused;
            var isMyNumber = untrusted.IsMyNumber || assets.Exists(a => a.YesNo("mynumber") == true || a.YesNo("holds_mynumber") == true);
            // What assets say can only be raised by hand, never lowered.
            var itsClass = TakeoutRules.Highest(assets.Count == 0 ? [untrusted.Class] : [.. assets.Select(a => a.Text("effective") ?? a.Text("confidentiality")), .. untrusted.Class is null ? Array.Empty<string>() : [untrusted.Class]]);
            var rule = TakeoutRules.Load().For(itsClass, isMyNumber, untrusted.IsInside);
            if (untrusted.FromOn < day || untrusted.DueOn < untrusted.FromOn || untrusted.DueOn.DayNumber - untrusted.FromOn.DayNumber >= rule.Days) return Refusals.BadPeriod(rule.Days);
            if (Missing(rule, untrusted) is { } missing) return missing;
            var safeguards = TakeoutRules.Load().Safeguards.Where(s => untrusted.Safeguards.Contains(s.Id) && s.Carriers.Contains(untrusted.Carrier)).Select(s => s.Id).ToArray();
            var id = new TakeoutId(RecordKeeper.NewId(at));
            var sequence = await RegisterRows.TakeNumbersAsync(tx, "takeouts", 1, cancel);
            await tx.RunAsync("""
                INSERT INTO records.takeout (municipality_id, id, sequence, unit_id, state, asked_at, asked_by, asked_by_name, what, why, destination, is_inside, is_my_number, class, carrier, medium_id, terminal_id,
                  safeguards, from_on, due_on, approver)
                VALUES ($1, $2, $3, $4, 'Asked', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
                """, cancel, municipality.Value, id.Value, sequence, unit.Id.Value, at, actor.Account, actor.Name, what, why, place, untrusted.IsInside, isMyNumber, itsClass, untrusted.Carrier,
                untrusted.Carrier == Carrier.Medium ? carried?.Id.Value : null, untrusted.Carrier == Carrier.Terminal ? carried?.Id.Value : null, safeguards, untrusted.FromOn, untrusted.DueOn, rule.Approver);
            for (var i = 0; i < assets.Count; i++)
                await tx.RunAsync("INSERT INTO records.takeout_asset (municipality_id, takeout_id, position, asset_id) VALUES ($1, $2, $3, $4)", cancel, municipality.Value, id.Value, i, assets[i].Id.Value);
            await StepAsync(tx, id, "takeout.asked", at, actor, "", new
            {
                number = TakeoutRows.Number(sequence), unit = unit.Name, what, why, destination = place, untrusted.IsInside, isMyNumber, @class = itsClass, untrusted.Carrier, carried = carried?.Number,
                assets = assets.ConvertAll(a => a.Number), safeguards, untrusted.FromOn, untrusted.DueOn, rule.Approver,
            }, cancel);
            return (await TakeoutRows.ReadAsync(tx, id, null, lockRow: false, cancel))!;
        }, cancel);
    }

    /// <summary>Lets it go out. The section's manager or an officer above, never the applicant.</summary>
    public Task<Outcome<Takeout>> ApproveAsync(MunicipalityId municipality, TakeoutId id, string note, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (t.State != TakeoutState.Asked) return Refusals.WrongState;
            var (refused, asDeputyOf) = await AuthorityAsync(tx, t, at, actor, cancel);
            if (refused is not null) return refused;
            if (t.DueOn < JapaneseTime.Day(at)) return Refusals.NotInPeriod;
            await SetAsync(tx, id, "state = 'Approved'", cancel);
            await StepAsync(tx, id, "takeout.approved", at, actor, note, new { t.Number, askedBy = t.AskedBy.Account, t.FromOn, t.DueOn, asDeputyOf }, cancel);
            return null;
        }, cancel);

    /// <summary>Doesn't let it go out, with the reason.</summary>
    public Task<Outcome<Takeout>> RefuseAsync(MunicipalityId municipality, TakeoutId id, string reason, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (Bad(reason.Trim(), MaxText)) return Refusals.BadReason;
            if (t.State != TakeoutState.Asked) return Refusals.WrongState;
            var (refused, asDeputyOf) = await AuthorityAsync(tx, t, at, actor, cancel);
            if (refused is not null) return refused;
            await SetAsync(tx, id, "state = 'Refused'", cancel);
            await StepAsync(tx, id, "takeout.refused", at, actor, reason, new { t.Number, askedBy = t.AskedBy.Account, asDeputyOf }, cancel);
            return null;
        }, cancel);

    /// <summary>Takes the application back, before anything went out.</summary>
    public Task<Outcome<Takeout>> WithdrawAsync(MunicipalityId municipality, TakeoutId id, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (t.State is not (TakeoutState.Asked or TakeoutState.Approved)) return Refusals.WrongState;
            if (t.AskedBy.Account != actor.Account) return Refusals.NotYours;
            await SetAsync(tx, id, "state = 'Withdrawn'", cancel);
            await StepAsync(tx, id, "takeout.withdrawn", at, actor, "", new { t.Number }, cancel);
            return null;
        }, cancel);

    /// <summary>It leaves, within the approved days, on a medium that isn't out by another take-out.</summary>
    public Task<Outcome<Takeout>> GoOutAsync(MunicipalityId municipality, TakeoutId id, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (t.State != TakeoutState.Approved) return Refusals.WrongState;
            var day = JapaneseTime.Day(at);
            if (day < t.FromOn || day > t.DueOn) return Refusals.NotInPeriod;
            // The register may say otherwise by now: retired, no longer encrypted.
            var (_, refused) = await CarriedAsync(tx, t.Carrier, t.Medium?.Id, null, cancel);
            if (refused is not null) return refused;
            if (!await OrganisationRows.TryAsync(tx, "UPDATE records.takeout SET state = 'Out' WHERE id = $1", cancel, id.Value)) return Refusals.AlreadyOut;
            await StepAsync(tx, id, "takeout.out", at, actor, "", new { t.Number, t.DueOn, carried = t.Medium?.Number }, cancel);
            return null;
        }, cancel);

    /// <summary>It is back. Said by the applicant, it waits for another person's look; said by another, it is returned.</summary>
    public Task<Outcome<Takeout>> BackAsync(MunicipalityId municipality, TakeoutId id, ReturnCheck check, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (check.Note.Trim().Length > MaxText) return Refusals.BadReason;
            if (!check.IsHere || !check.IsWiped) return Refusals.NotAllBack;
            var byApplicant = t.AskedBy.Account == actor.Account;
            if (t.State == TakeoutState.Back && byApplicant) return Refusals.SamePerson;
            if (t.State is not (TakeoutState.Out or TakeoutState.Back)) return Refusals.WrongState;
            await SetAsync(tx, id, $"state = '{(byApplicant ? "Back" : "Returned")}', extension_on = NULL, extension_why = NULL", cancel);
            await StepAsync(tx, id, byApplicant ? "takeout.back" : "takeout.returned", at, actor, check.Note, check with { Note = check.Note.Trim() }, cancel);
            return null;
        }, cancel);

    /// <summary>Asks for more days.</summary>
    public Task<Outcome<Takeout>> AskExtensionAsync(MunicipalityId municipality, TakeoutId id, DateOnly until, string why, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (Bad(why.Trim(), MaxText)) return Refusals.BadReason;
            if (t.State != TakeoutState.Out) return Refusals.WrongState;
            if (t.AskedBy.Account != actor.Account) return Refusals.NotYours;
            var days = TakeoutRules.Load().For(t.Class, t.IsMyNumber, t.IsInside).Days;
            var day = JapaneseTime.Day(at);
            if (until <= t.DueOn || until < day || until.DayNumber - day.DayNumber > days) return Refusals.BadExtension(days);
            await SetAsync(tx, id, "extension_on = $2, extension_why = $3", cancel, until, why.Trim());
            await StepAsync(tx, id, "takeout.extension-asked", at, actor, why, new { t.Number, t.DueOn, until }, cancel);
            return null;
        }, cancel);

    /// <summary>Decides on more days, as on the application itself.</summary>
    public Task<Outcome<Takeout>> DecideExtensionAsync(MunicipalityId municipality, TakeoutId id, bool approve, string note, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            if (!approve && Bad(note.Trim(), MaxText)) return Refusals.BadReason;
            if (t.State != TakeoutState.Out || t.ExtensionOn is not { } until) return Refusals.WrongState;
            var (refused, asDeputyOf) = await AuthorityAsync(tx, t, at, actor, cancel);
            if (refused is not null) return refused;
            await SetAsync(tx, id, approve ? "due_on = extension_on, extension_on = NULL, extension_why = NULL" : "extension_on = NULL, extension_why = NULL", cancel);
            await StepAsync(tx, id, approve ? "takeout.extended" : "takeout.extension-refused", at, actor, note, new { t.Number, t.DueOn, until, asDeputyOf }, cancel);
            return null;
        }, cancel);

    /// <summary>Records a loss, at once and with what is known; it is an incident from now on.</summary>
    public Task<Outcome<Takeout>> LoseAsync(MunicipalityId municipality, TakeoutId id, Loss untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, within, async (tx, t, at) =>
        {
            var loss = untrusted with { NoticedAt = RecordedTime.Cut(untrusted.NoticedAt), Place = untrusted.Place.Trim(), Facts = untrusted.Facts.Trim() };
            if (loss.NoticedAt > at || Bad(loss.Place, MaxPlace) || loss.Facts.Length is 0 or > 2000 || loss.Persons is < 0) return Refusals.LossMissing;
            if (t.State is not (TakeoutState.Out or TakeoutState.Back)) return Refusals.WrongState;
            await SetAsync(tx, id, "state = 'Lost', lost_at = $2, extension_on = NULL, extension_why = NULL", cancel, loss.NoticedAt);
            await StepAsync(tx, id, "takeout.lost", at, actor, loss.Facts, loss, cancel);
            await incidents.OpenInAsync(tx, new(IncidentOrigin.Takeout, id.Value, id.Value, t.Unit, $"{t.What}の紛失（{t.Number}）", loss.Place, loss.Facts, loss.NoticedAt, loss.Persons, t.IsMyNumber), at, actor, cancel);
            return null;
        }, cancel);

    private static bool Bad(string text, int most) => text.Length is 0 || text.Length > most || text.Contains('\0', StringComparison.Ordinal);

    private static Refusal? Missing(TakeoutRule rule, TakeoutDraft draft)
    {
        var missing = rule.Needs.Where(s => s.Carriers.Contains(draft.Carrier) && !draft.Safeguards.Contains(s.Id)).Select(s => s.Name).ToList();
        var any = rule.AnyOf.Where(s => s.Carriers.Contains(draft.Carrier)).ToList();
        if (any.Count > 0 && !any.Exists(s => draft.Safeguards.Contains(s.Id))) missing.Add(new(string.Join("・", any.Select(s => s.Name.Ja)) + "のどれか", "one of: " + string.Join(", ", any.Select(s => s.Name.En))));
        return missing.Count == 0 ? null : Refusals.SafeguardMissing(string.Join("、", missing.Select(m => m.Ja)), string.Join(", ", missing.Select(m => m.En)));
    }

    private static async Task<(RegisterEntry? Entry, Refusal? Refused)> CarriedAsync(TenantTransaction tx, Carrier carrier, EntryId? by, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        if (carrier == Carrier.Paper) return (null, null);
        if (by is not { } id) return (null, Refusals.CarrierMissing);
        var register = RegisterCatalogue.Load()[carrier == Carrier.Medium ? TerminalRegisters.Media : TerminalRegisters.Terminals];
        if ((await RegisterRows.ReadAsync(tx, register, [id], within, lockRows: false, cancel)).FirstOrDefault() is not { Retired: null } entry) return (null, Refusals.UnknownThing);
        return carrier == Carrier.Medium && entry.YesNo("encrypted") != true ? (null, Refusals.NotEncrypted) : (entry, null);
    }

    /// <summary>Who approves: the post of the rule in the applicant's section, or one above, or their deputy; a person with an account, and never the applicant.</summary>
    private static async Task<(Refusal? Refused, Post? AsDeputyOf)> AuthorityAsync(TenantTransaction tx, Takeout t, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        if (!SeparationOfDuties.Load().Allows(Duty.Approve, actor, [new DutyDone(Duty.Apply, t.AskedBy.Account)], out _)) return (Refusals.SamePerson, null);
        var asker = await AccountPeople.PersonOfAsync(tx, t.AskedBy.Account, cancel);
        var authority = await PostAuthority.OfAsync(tx, t.Unit, actor, at, cancel, asker);
        if (authority.Person is not { } person) return (Refusals.NoAuthority, null);
        // Two accounts of one person are one person.
        if (asker == person) return (Refusals.SamePerson, null);
        var byManager = t.Approver == Post.SecurityManager;
        if (!(byManager ? authority.IsManager : authority.IsOfficer)) return (Refusals.NoAuthority, null);
        // Whoever asked must be known as a person, too: a second account of one's own, linked to nobody, would let anybody approve for themselves.
        return asker is null ? (Refusals.UnknownAsker, null) : (null, byManager ? authority.ManagerAsDeputyOf : authority.OfficerAsDeputyOf);
    }

    private static Task<int> SetAsync(TenantTransaction tx, TakeoutId id, string what, CancellationToken cancel, params IReadOnlyList<object?> values) =>
        tx.RunAsync($"UPDATE records.takeout SET {what} WHERE id = $1", cancel, [id.Value, .. values]);

    private async Task StepAsync(TenantTransaction tx, TakeoutId id, string kind, DateTimeOffset at, Actor actor, string note, object body, CancellationToken cancel)
    {
        var index = await keeper.AppendAsync(tx, at, kind, actor, $"takeout/{id}", new { note = note.Trim(), facts = body }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.takeout_step (municipality_id, takeout_id, ordinal, kind, at, by, by_name, note, facts, ledger_index)
            SELECT $1, $2, coalesce(max(ordinal), 0) + 1, $3, $4, $5, $6, $7, $8::jsonb, $9 FROM records.takeout_step WHERE takeout_id = $2
            """, cancel, tx.Municipality.Value, id.Value, kind, at, actor.Account, actor.Name, note.Trim(), RecordJson.Write(body), index);
    }

    /// <summary>Two people at once: the second waits, and finds it as the first left it.</summary>
    private Task<Outcome<Takeout>> ChangeAsync(MunicipalityId municipality, TakeoutId id, IReadOnlyList<UnitId>? within, Func<TenantTransaction, Takeout, DateTimeOffset, Task<Refusal?>> act, CancellationToken cancel) =>
        keeper.ActAsync<Takeout>(municipality, Watched, async (tx, at) =>
        {
            if (await TakeoutRows.ReadAsync(tx, id, within, lockRow: true, cancel) is not { } takeout) return Refusals.Unknown;
            return await act(tx, takeout, at) is { } refused ? refused : (await TakeoutRows.ReadAsync(tx, id, null, lockRow: false, cancel))!;
        }, cancel);
}
