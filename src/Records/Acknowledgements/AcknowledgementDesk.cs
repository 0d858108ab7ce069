using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Acknowledgements;

/// <summary>Bringing a version to everyone in scope, and who has read it (周知・確認).</summary>
public sealed class AcknowledgementDesk
{
    /// <summary>How long a link for somebody without an account can be used.</summary>
    public static TimeSpan LinkValidity { get; } = TimeSpan.FromDays(30);

    private const int MaxText = 2000, MaxSigned = 1000;

    private readonly RecordKeeper keeper;

    internal AcknowledgementDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Opens a campaign for a version: from now on everyone in scope finds it among what is theirs to do.</summary>
    public async Task<Outcome<Campaign>> OpenAsync(MunicipalityId municipality, CampaignDraft draft, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.campaign/' || $1::text, 0))", cancel, draft.Version.Value);
        var at = keeper.Clock.Now();
        if (draft.Kinds.Count == 0 || draft.DueOn < JapaneseTime.Day(at) || draft.Message.Length > MaxText) return Refusals.BadScope;
        if (await VersionRows.FindAsync(tx, draft.Version, at, cancel) is not { } version) return Policies.Refusals.UnknownVersion;
        if (version.EffectiveOn is null) return Refusals.NotInForce;
        if (draft.Unit is { } unit && await OrganisationRows.UnitAsync(tx, unit, cancel) is null) return Organisation.Refusals.UnknownUnit;
        if ((await AcknowledgementRows.CampaignsAsync(tx, null, null, at, cancel)).Any(c => c.Version == draft.Version)) return Refusals.AlreadyOpen;
        var id = new CampaignId(RecordKeeper.NewId(at));
        var kinds = draft.Kinds.Distinct().Order().Select(static k => k.ToString()).ToArray();
        var index = await keeper.AppendAsync(tx, at, "campaign.opened", actor, $"campaign/{id}",
            new { version.PolicyKey, version.Number, version.Title, digest = version.Original, kinds, unit = draft.Unit, draft.DueOn, message = draft.Message.Trim() }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.campaign (municipality_id, id, version_id, kinds, unit_id, due_on, message, opened_at, opened_by, opened_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, cancel, municipality.Value, id.Value, draft.Version.Value, kinds, draft.Unit?.Value, draft.DueOn, draft.Message.Trim(), at, actor.Account, actor.Name, index);
        var made = (await AcknowledgementRows.CampaignsAsync(tx, id.Value, null, at, cancel))[0];
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, AcknowledgementSource.Kind);
        return made;
    }

    /// <summary>Campaigns, newest first, with how far they have come among the people seen.</summary>
    public async Task<IReadOnlyList<Campaign>> ListAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await AcknowledgementRows.CampaignsAsync(tx, null, within, keeper.Clock.Now(), cancel);
    }

    /// <summary>One campaign with its sections, those with most people missing first; null when there is none.</summary>
    public async Task<(Campaign Campaign, IReadOnlyList<CampaignSection> Sections)?> ReadAsync(MunicipalityId municipality, CampaignId campaign, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var found = await AcknowledgementRows.CampaignsAsync(tx, campaign.Value, within, at, cancel);
        return found.Count == 0 ? null : (found[0], await AcknowledgementRows.SectionsAsync(tx, campaign, within, JapaneseTime.Day(at), cancel));
    }

    /// <summary>People of a campaign, a page at a time.</summary>
    public async Task<CampaignPeople> PeopleAsync(MunicipalityId municipality, CampaignId campaign, CampaignQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await AcknowledgementRows.PeopleAsync(tx, campaign, query, within, JapaneseTime.Day(keeper.Clock.Now()), cancel);
    }

    /// <summary>What concerns the person behind an account: first what is still to be read, by due day. Versions that were replaced ask nothing any more.</summary>
    public async Task<IReadOnlyList<OwnAcknowledgement>> OwnAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return [];
        var own = (await AcknowledgementRows.OfPersonAsync(tx, person, JapaneseTime.Day(at), cancel)).ToDictionary(static o => o.Campaign, static o => o.Given);
        if (own.Count == 0) return [];
        return
        [
            .. (await AcknowledgementRows.CampaignsAsync(tx, null, [], at, cancel))
                .Where(c => own.TryGetValue(c.Id, out var given) && (given is not null || c.State is VersionState.InForce or VersionState.Scheduled))
                .Select(c => new OwnAcknowledgement(c, own[c.Id]))
                .OrderBy(static o => o.Given is not null).ThenBy(static o => o.Campaign.DueOn),
        ];
    }

    /// <summary>Says, in person, that one has read a version and will keep to it.</summary>
    public async Task<Outcome<Acknowledgement>> AcknowledgeAsync(MunicipalityId municipality, CampaignId campaign, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if ((await AcknowledgementRows.CampaignsAsync(tx, campaign.Value, [], keeper.Clock.Now(), cancel)).Count == 0) return Refusals.UnknownCampaign;
        if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return Documents.Refusals.NotLinked;
        var outcome = await GiveAsync(tx, campaign, [person], AcknowledgementWay.Self, "", actor, null, cancel);
        return await FinishAsync(tx, municipality, outcome, cancel);
    }

    /// <summary>A manager signs for people without an account, and says how they were told. All or none.</summary>
    /// <param name="within">Units whose people the signer may sign for; null: all.</param>
    public async Task<Outcome<Acknowledgement>> SignForAsync(
        MunicipalityId municipality, CampaignId campaign, IReadOnlyCollection<PersonId> people, string how, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (people.Count is 0 or > MaxSigned || string.IsNullOrWhiteSpace(how) || how.Length > MaxText) return Refusals.HowMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await FinishAsync(tx, municipality, await GiveAsync(tx, campaign, people, AcknowledgementWay.ByManager, how.Trim(), actor, within, cancel), cancel);
    }

    /// <summary>Makes a link with which one person without an account acknowledges; an earlier one stops working.</summary>
    /// <returns>Its secret: shown once, kept as a hash.</returns>
    public async Task<Outcome<string>> IssueLinkAsync(MunicipalityId municipality, CampaignId campaign, PersonId person, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if ((await CheckAsync(tx, campaign, [person], AcknowledgementWay.Link, within, at, cancel)) is { } no) return no;
        var secret = OneTimeSecret.Create();
        await tx.RunAsync("""
            INSERT INTO records.acknowledgement_link (municipality_id, token_hash, campaign_id, person_id, issued_at, issued_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (municipality_id, campaign_id, person_id) DO UPDATE SET token_hash = $2, issued_at = $5, issued_by = $6, expires_at = $7
            """, cancel, municipality.Value, OneTimeSecret.Hash(secret), campaign.Value, person.Value, at, actor.Account, at + LinkValidity);
        await keeper.AppendAsync(tx, at, "acknowledgement.link", actor, $"campaign/{campaign}", new { person, expiresAt = at + LinkValidity }, cancel);
        await tx.CommitAsync(cancel);
        return secret;
    }

    /// <summary>What a link leads to; null when it was used, replaced, has expired, or never was one.</summary>
    public async Task<LinkedAcknowledgement?> FindLinkAsync(MunicipalityId municipality, string untrustedSecret, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await LinkAsync(tx, untrustedSecret, at, cancel) is not { } link) return null;
        var person = await AcknowledgementRows.FindPeopleAsync(tx, link.Campaign, [link.Person], JapaneseTime.Day(at), cancel);
        return person is [{ Given: null } one] ? new((await AcknowledgementRows.CampaignsAsync(tx, link.Campaign.Value, [], at, cancel))[0], one, link.ExpiresAt) : null;
    }

    /// <summary>Acknowledges by a link, which is used up with it.</summary>
    public async Task<Outcome<Acknowledgement>> UseLinkAsync(MunicipalityId municipality, string untrustedSecret, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await LinkAsync(tx, untrustedSecret, at, cancel) is not { } link
            || await tx.RunAsync("DELETE FROM records.acknowledgement_link WHERE token_hash = $1", cancel, OneTimeSecret.Hash(untrustedSecret)) != 1) return Refusals.BadLink;
        var name = await tx.FirstAsync("SELECT name FROM records.person WHERE id = $1", r => r.GetString(0), cancel, link.Person.Value);
        var outcome = await GiveAsync(tx, link.Campaign, [link.Person], AcknowledgementWay.Link, "", new Actor($"person:{link.Person}", name!), null, cancel);
        return await FinishAsync(tx, municipality, outcome, cancel);
    }

    private static async Task<(CampaignId Campaign, PersonId Person, DateTimeOffset ExpiresAt)?> LinkAsync(TenantTransaction tx, string untrustedSecret, DateTimeOffset at, CancellationToken cancel)
    {
        var found = await tx.ListAsync("SELECT campaign_id, person_id, expires_at FROM records.acknowledgement_link WHERE token_hash = $1 AND expires_at > $2",
            r => (new CampaignId(r.GetGuid(0)), new PersonId(r.GetGuid(1)), r.Moment(2)), cancel, OneTimeSecret.Hash(untrustedSecret), at);
        return found.Count == 0 ? null : found[0];
    }

    private async Task<Outcome<Acknowledgement>> FinishAsync(TenantTransaction tx, MunicipalityId municipality, Outcome<Acknowledgement> outcome, CancellationToken cancel)
    {
        if (outcome is Outcome<Acknowledgement>.Refused) return outcome;
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, AcknowledgementSource.Kind);
        return outcome;
    }

    private async Task<Outcome<Acknowledgement>> GiveAsync(
        TenantTransaction tx, CampaignId campaign, IReadOnlyCollection<PersonId> people, AcknowledgementWay way, string note, Actor actor, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.acknowledgement/' || $1::text, 0))", cancel, campaign.Value);
        var at = keeper.Clock.Now();
        PersonId[] distinct = [.. people.Distinct()];
        if (await CheckAsync(tx, campaign, distinct, way, within, at, cancel) is { } no) return no;
        var version = (await AcknowledgementRows.CampaignsAsync(tx, campaign.Value, [], at, cancel))[0];
        var index = await keeper.AppendAsync(tx, at, way == AcknowledgementWay.ByManager ? "acknowledgement.signed" : "acknowledgement.given", actor, $"campaign/{campaign}",
            new { version.Version, version.Title, version.VersionNumber, people = distinct.Select(static p => p.Value), way, note }, cancel);
        var given = new Acknowledgement(way, note, at, actor, index);
        await AcknowledgementRows.GiveAsync(tx, campaign, distinct, given, cancel);
        return given;
    }

    private static async Task<Refusal?> CheckAsync(
        TenantTransaction tx, CampaignId campaign, PersonId[] people, AcknowledgementWay way, IReadOnlyList<UnitId>? within, DateTimeOffset at, CancellationToken cancel)
    {
        if ((await AcknowledgementRows.CampaignsAsync(tx, campaign.Value, [], at, cancel)).Count == 0) return Refusals.UnknownCampaign;
        var found = await AcknowledgementRows.FindPeopleAsync(tx, campaign, people, JapaneseTime.Day(at), cancel);
        if (found.Count != people.Length) return way == AcknowledgementWay.Self ? Refusals.NotConcerned : Refusals.HowMissing;
        if (found.Find(static p => p.Given is not null) is not null) return Refusals.AlreadyGiven;
        if (way == AcknowledgementWay.Self) return null;
        if (within is not null && found.Exists(p => !within.Contains(p.Unit))) return Refusals.OutsideUnit;
        return way == AcknowledgementWay.ByManager && found.Find(static p => p.HasAccount) is { } one ? Refusals.HasAccount(one.Name) : null;
    }
}
