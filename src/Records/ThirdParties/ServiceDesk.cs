using System.Text;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.ThirdParties;

/// <summary>A decision about an external service (利用の承認).</summary>
/// <param name="Content">What was decided about; an entry that says something else isn't covered.</param>
/// <param name="By">Who decided, in which post.</param>
/// <param name="EnteredBy">Who wrote the decision down.</param>
public sealed record ServiceDecision(Guid Id, Sha256 Content, bool Approved, PersonId Person, string By, Post Post, DateOnly? Until, string Note, DateTimeOffset At, Actor EnteredBy);

/// <summary>An external service as it stands on a day (外部サービスの状況).</summary>
/// <param name="Decisions">Newest first.</param>
public sealed record ServiceStanding(RegisterEntry Service, DateOnly Day, IReadOnlyList<ServiceDecision> Decisions)
{
    /// <summary>The fields that an approval is about: when one of them changes, it falls.</summary>
    private static readonly string[] Decisive = ["name", "purpose", "class", "personal", "terms", "provider", "registration", "judged", "region", "foreign_law"];

    /// <summary>Of what the entry says in its decisive fields.</summary>
    public Sha256 Content { get; } = Sha256.Of(Encoding.UTF8.GetBytes(string.Join('\n', Decisive.Select(k => $"{k}={string.Join('\u001f', Service.Fields[k]?.Texts ?? [])}"))));

    public ServiceDecision? Newest => Decisions.Count > 0 ? Decisions[0] : null;

    /// <summary>The decision that stands: the newest, when it approved what the entry still says.</summary>
    public ServiceDecision? Approval => Newest is { Approved: true } newest && newest.Content == Content ? newest : null;

    /// <summary>Approved once, and changed since.</summary>
    public bool HasChangedSince => Approval is null && Newest is { Approved: true };

    public bool IsUnapproved => Approval is null || Obstacles.Count > 0;

    /// <summary>The day after which it is no longer in order: end of use, of the approval, or of the year since it was last looked at. Null while unapproved.</summary>
    public DateOnly? DueOn => Approval is { } approval ? new[] { Service.Day("ends_on") ?? DateOnly.MaxValue, approval.Until ?? DateOnly.MaxValue, ReviewBy(approval) }.Min() : Service.Day("ends_on");

    public bool IsExpired => DueOn < Day;

    private DateOnly ReviewBy(ServiceDecision approval)
    {
        var looked = Service.Confirmed is { } confirmed && confirmed.At > approval.At ? confirmed.At : approval.At;
        return JapaneseTime.Day(looked + ThirdPartyData.Load().Approval.Review);
    }

    /// <summary>Why nobody may approve it as it is.</summary>
    public IReadOnlyList<Bilingual> Obstacles => obstacles ??= [.. Find()];

    private IReadOnlyList<Bilingual>? obstacles;

    private IEnumerable<Bilingual> Find()
    {
        var isConfidential = Service.Text("class") != "1";
        if (Service.Text("terms") == "standard" && isConfidential)
            yield return new("約款型のサービスに、機密性2以上の情報は置けません。", "Nothing of confidentiality 2 or more may be put in a service on standard terms.");
        if (!isConfidential && Service.YesNo("personal") == true)
            yield return new("個人情報は機密性1では扱えません。置いてよい情報の区分を直してください。", "Personal information isn't of confidentiality 1; correct the class.");
        if (isConfidential && Service.Choices("registration").All(r => r == "none") && string.IsNullOrWhiteSpace(Service.Text("judged")))
            yield return new("評価制度（ISMAPなど）への登録か、登録がないときの判断を書いてください。", "Name a registration such as ISMAP, or write why it may be used without.");
        if (isConfidential && Service.Text("region") == "unknown")
            yield return new("データのある場所を確かめてください。", "Find out where the data lies.");
        if (isConfidential && Service.Text("region") is "abroad" or "both" && string.IsNullOrWhiteSpace(Service.Text("foreign_law")))
            yield return new("外国法による開示の恐れをどう考えたか書いてください。", "Write how disclosure under foreign law was weighed.");
    }
}

/// <summary>External services and their approval (外部サービスの承認).</summary>
public sealed class ServiceDesk
{
    private const int MaxNote = 1000;

    private static readonly string[] Watched = [ServiceSource.Register];

    private readonly RecordKeeper keeper;

    internal ServiceDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Services in use that the person sees, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<ServiceStanding>> ListAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await StandingsAsync(tx, await RegisterRows.AllAsync(tx, ThirdPartyRows.Services, within, retired: false, cancel), JapaneseTime.Day(keeper.Clock.Now()), cancel);
    }

    /// <summary>Null when there is none, or not for this person.</summary>
    public async Task<ServiceStanding?> ReadAsync(MunicipalityId municipality, EntryId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Services, id, within, cancel) is { } service
            ? (await StandingsAsync(tx, [service], JapaneseTime.Day(keeper.Clock.Now()), cancel))[0] : null;
    }

    /// <summary>Who may decide about this service today: holders of the posts that its class asks for, of the whole municipality or of its own units.</summary>
    public async Task<IReadOnlyList<ServiceDecider>> DecidersAsync(MunicipalityId municipality, RegisterEntry service, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(service);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await DecidersAsync(tx, service, JapaneseTime.Day(keeper.Clock.Now()), cancel);
    }

    /// <summary>Keeps a decision. The decider holds the right post; neither they nor who enters it is the applicant, who last wrote the entry.</summary>
    /// <param name="seen">The entry's content that was on the screen.</param>
    /// <param name="until">Of an approval.</param>
    public Task<Outcome<ServiceDecision>> DecideAsync(
        MunicipalityId municipality, EntryId id, Sha256 seen, bool approve, PersonId decider, DateOnly? until, string untrustedNote, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<ServiceDecision>(municipality, Watched, async (tx, at) =>
        {
            var note = untrustedNote.Trim();
            if (note.Length > MaxNote || !approve && note.Length == 0) return Refusals.WhyRefused;
            var day = JapaneseTime.Day(at);
            if (await ThirdPartyRows.EntryAsync(tx, ThirdPartyRows.Services, id, within, cancel, lockRow: true) is not { } service) return Registers.Refusals.UnknownEntry;
            if (service.Retired is not null) return Registers.Refusals.IsRetired;
            var standing = (await StandingsAsync(tx, [service], day, cancel))[0];
            if (standing.Content != seen) return Refusals.ServiceChanged;
            if (approve && (until is not { } last || last <= day || last > day.AddDays((int)ThirdPartyData.Load().Approval.Longest.TotalDays))) return Refusals.BadUntil;
            if (approve && standing.Obstacles.Count > 0) return Refusals.Obstacles(standing.Obstacles);
            if ((await DecidersAsync(tx, service, day, cancel)).FirstOrDefault(d => d.Person == decider) is not { } by) return Refusals.WrongPost;
            if (service.UpdatedBy.Account == actor.Account || await IsAsync(tx, service.UpdatedBy, by, cancel)) return Refusals.OwnService;
            var decision = new ServiceDecision(RecordKeeper.NewId(at), standing.Content, approve, decider, by.Name, by.Post, approve ? until : null, note, at, actor);
            await tx.RunAsync("""
                INSERT INTO records.service_decision (municipality_id, id, service_id, content, approved, person_id, post, until_on, note, applied_by, applied_by_name, decided_at, decided_by, decided_by_name)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """, cancel, municipality.Value, decision.Id, id.Value, decision.Content, approve, decider.Value, by.Post, decision.Until, note, service.UpdatedBy.Account, service.UpdatedBy.Name, at, actor.Account, actor.Name);
            await keeper.AppendAsync(tx, at, approve ? "service.approved" : "service.refused", actor, $"register/{ThirdPartyRows.Services}/{id}", new
            {
                service.Number, service.Title, service.Version, content = decision.Content, decider, name = by.Name, post = by.Post, decision.Until, note, appliedBy = service.UpdatedBy.Name, by = actor.Name,
            }, cancel);
            return decision;
        }, cancel);

    /// <summary>Whether an account is this person's: by its link, or, where nobody has linked it, by the name.</summary>
    private static async Task<bool> IsAsync(TenantTransaction tx, Actor account, ServiceDecider person, CancellationToken cancel) =>
        await AccountPeople.PersonOfAsync(tx, account.Account, cancel) is { } linked ? linked == person.Person : Plain(account.Name) == Plain(person.Name);

    private static string Plain(string name) => SearchFold.Of(name).Replace(" ", "", StringComparison.Ordinal);

    internal static async Task<IReadOnlyList<ServiceStanding>> StandingsAsync(TenantTransaction tx, IReadOnlyList<RegisterEntry> services, DateOnly day, CancellationToken cancel)
    {
        var decisions = (await tx.ListAsync("""
            SELECT d.service_id, d.id, d.content, d.approved, d.person_id, p.name, d.post, d.until_on, d.note, d.decided_at, d.decided_by, d.decided_by_name FROM records.service_decision d
            JOIN records.person p ON p.municipality_id = d.municipality_id AND p.id = d.person_id WHERE d.service_id = ANY ($1) ORDER BY d.decided_at DESC, d.id DESC
            """, r => (Service: r.GetGuid(0), Decision: Decision(r)), cancel, services.Select(s => s.Id.Value).ToArray())).ToLookup(d => d.Service, d => d.Decision);
        return [.. services.Select(s => new ServiceStanding(s, day, [.. decisions[s.Id.Value]]))];
    }

    private static async Task<IReadOnlyList<ServiceDecider>> DecidersAsync(TenantTransaction tx, RegisterEntry service, DateOnly day, CancellationToken cancel)
    {
        var posts = ThirdPartyData.Load().Approval.PostsFor(service.Text("class"));
        var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var above = new HashSet<UnitId>();
        for (var unit = service.Unit; unit is { } id && above.Add(id);) unit = chart.Units.FirstOrDefault(u => u.Id == id)?.Parent;
        return [.. chart.Appointments.Where(a => posts.Contains(a.Post) && (a.Unit is not { } of || above.Contains(of)))
            .Select(a => (a.Post, Person: chart.People.FirstOrDefault(p => p.Id == a.Person))).Where(a => a.Person is not null)
            .OrderBy(a => a.Post).Select(a => new ServiceDecider(a.Person!.Id, a.Person.Name, a.Post)).DistinctBy(d => d.Person)];
    }

    private static ServiceDecision Decision(NpgsqlDataReader r) =>
        new(r.GetGuid(1), r.Digest(2), r.GetBoolean(3), new(r.GetGuid(4)), r.GetString(5), r.Case<Post>(6), r.DayOrNull(7), r.GetString(8), r.Moment(9), r.By(10));
}

/// <summary>Somebody who may decide about a service, and in which post.</summary>
public sealed record ServiceDecider(PersonId Person, string Name, Post Post);
