using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Waivers;
using Sekisho.Records.Zones;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Scanning;
using Sekisho.Storage;

namespace Sekisho.Crossing.Routes;

/// <summary>The routes of a municipality (授受の経路): what may cross, by whose leave, under which policy of the sanitiser.</summary>
public sealed class RouteBook
{
    /// <summary>The obligation that a route of the My Number zone is an exception from.</summary>
    public static ObligationId MyNumberIsolation => ZoneDesk.MyNumberIsolation;

    private const string Select = """
        SELECT r.id, r.version, v.definition::text, r.is_open FROM crossing.route r
        JOIN crossing.route_version v ON v.municipality_id = r.municipality_id AND v.route_id = r.id AND v.version = r.version
        """;

    private readonly RecordKeeper keeper;
    private readonly WaiverDesk waivers;

    internal RouteBook(RecordKeeper keeper, WaiverDesk waivers) => (this.keeper, this.waivers) = (keeper, waivers);

    /// <summary>All routes; the standard ones are made at the first look.</summary>
    public async Task<IReadOnlyList<Route>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            var kept = await tx.ListAsync(Select + " ORDER BY r.key", Row, cancel);
            if (HasStandard(kept)) return kept;
        }
        return await BeginAsync(municipality, cancel);
    }

    /// <summary>Null when there is no such route.</summary>
    public async Task<Route?> FindAsync(MunicipalityId municipality, string key, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
            if (await ReadAsync(tx, key, cancel) is { } kept) return kept;
        // Perhaps a standard one that nobody has looked for yet.
        return (await ListAsync(municipality, cancel)).FirstOrDefault(r => r.Definition.Key == key);
    }

    /// <summary>Lays down a route: a new one, or a new version of the one with its key.</summary>
    /// <param name="version">The one that was looked at; 0 for a new route.</param>
    public async Task<Outcome<Route>> LayDownAsync(MunicipalityId municipality, RouteDefinition untrusted, bool isOpen, int version, Actor actor, CancellationToken cancel)
    {
        if (Wrong(untrusted) is { } wrong) return wrong;
        await ListAsync(municipality, cancel); // the standard ones stand beside one's own
        if (isOpen && untrusted.TouchesMyNumber && !await IsExceptedAsync(municipality, untrusted, cancel)) return Refusals.NeedsWaiver;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (untrusted.SanitisePolicy.Length > 0 && await PolicyYamlAsync(tx, untrusted.SanitisePolicy, cancel) is null) return Refusals.UnknownPolicy;
        var at = keeper.Clock.Now();
        var present = await tx.FirstAsync(Select + " WHERE r.key = $1 FOR UPDATE OF r", Row, cancel, untrusted.Key);
        if ((present?.Version ?? 0) != version) return Refusals.Overtaken;
        var route = new Route(present?.Id ?? new RouteId(RecordKeeper.NewId(at)), version + 1, untrusted, isOpen);
        try
        {
            await WriteAsync(tx, route, at, actor, cancel);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Refusals.Overtaken;
        }
        await tx.CommitAsync(cancel);
        return route;
    }

    /// <summary>True when the waiver that a route of the My Number zone stands on is in force now. Routes of other zones stand by themselves.</summary>
    public async Task<bool> IsExceptedAsync(MunicipalityId municipality, RouteDefinition route, CancellationToken cancel)
    {
        if (!route.TouchesMyNumber) return true;
        return route.Waiver is { } waiver && (await waivers.ListAsync(municipality, MyNumberIsolation, keeper.Clock.Now(), cancel)).Any(w => w.Id.Value == waiver && w.State == WaiverState.InForce);
    }

    /// <summary>Where files of a route are scanned for viruses; null when nowhere.</summary>
    public async Task<ScannerAddress?> ScannerAsync(MunicipalityId municipality, RouteDefinition route, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(route);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return PolicyFile.Read(await PolicyYamlAsync(tx, route.SanitisePolicy, cancel) ?? "").Policy?.Scanner;
    }

    /// <summary>Keeps a policy of the sanitiser under a name; the newest of a name is used.</summary>
    public async Task<Outcome<string>> KeepPolicyAsync(MunicipalityId municipality, string key, string untrustedYaml, Actor actor, CancellationToken cancel)
    {
        if (!IsKey(key)) return Refusals.BadKey;
        var read = PolicyFile.Read(untrustedYaml);
        if (read.Policy is null) return Refusals.BadPolicy(read.Error!.What);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var index = await keeper.AppendAsync(tx, at, "sanitiser.policy", actor, $"sanitise-policy/{key}", new { key, yaml = Sha256.Of(System.Text.Encoding.UTF8.GetBytes(untrustedYaml)) }, cancel);
        await tx.RunAsync("""
            INSERT INTO crossing.sanitise_policy (municipality_id, key, version, yaml, at, by, by_name, ledger_index)
            SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7 FROM crossing.sanitise_policy WHERE key = $2
            """, cancel, municipality.Value, key, untrustedYaml, at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        return key;
    }

    /// <summary>The YAML of a policy; empty for the default, null when there is none of that name.</summary>
    internal static async Task<string?> PolicyYamlAsync(TenantTransaction tx, string key, CancellationToken cancel) =>
        key.Length == 0 ? "" : await tx.FirstAsync("SELECT yaml FROM crossing.sanitise_policy WHERE key = $1 ORDER BY version DESC LIMIT 1", r => r.GetString(0), cancel, key);

    internal static Task<Route?> ReadAsync(TenantTransaction tx, string key, CancellationToken cancel) => tx.FirstAsync(Select + " WHERE r.key = $1", Row, cancel, key);

    private async Task<IReadOnlyList<Route>> BeginAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        // Two people look for the first time at once: the second waits and finds them made. A new version of the product may bring more of them.
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('crossing.route/' || $1::text, 0))", cancel, municipality.Value);
        var kept = await tx.ListAsync(Select + " ORDER BY r.key", Row, cancel);
        if (HasStandard(kept)) return kept;
        var at = keeper.Clock.Now();
        var made = StandardRoutes.Load().Where(s => !kept.Exists(k => k.Definition.Key == s.Route.Key)).Select(s => new Route(new RouteId(RecordKeeper.NewId(at)), 1, s.Route, s.IsOpen)).ToList();
        foreach (var route in made) await WriteAsync(tx, route, at, Actor.System("crossing"), cancel);
        await tx.CommitAsync(cancel);
        return [.. kept.Concat(made).OrderBy(r => r.Definition.Key, StringComparer.Ordinal)];
    }

    private static bool HasStandard(List<Route> kept) => StandardRoutes.Load().All(s => kept.Exists(k => k.Definition.Key == s.Route.Key));

    private async Task WriteAsync(TenantTransaction tx, Route route, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        await tx.RunAsync("""
            INSERT INTO crossing.route (municipality_id, id, key, version, is_open) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (municipality_id, id) DO UPDATE SET version = $4, is_open = $5
            """, cancel, tx.Municipality.Value, route.Id.Value, route.Definition.Key, route.Version, route.IsOpen);
        var index = await keeper.AppendAsync(tx, at, "route.laid-down", actor, $"route/{route.Id}", new { route.Version, route.IsOpen, route.Definition }, cancel);
        await tx.RunAsync("""
            INSERT INTO crossing.route_version (municipality_id, route_id, version, definition, is_open, at, by, by_name, ledger_index) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9)
            """, cancel, tx.Municipality.Value, route.Id.Value, route.Version, RecordJson.Write(route.Definition), route.IsOpen, at, actor.Account, actor.Name, index);
    }

    private static Refusal? Wrong(RouteDefinition d)
    {
        if (!IsKey(d.Key)) return Refusals.BadKey;
        if (d.Name.Ja.Trim().Length is 0 or > 100 || d.Name.En.Length > 100) return Refusals.BadRoute(new("名前は 1 から 100 文字で書いてください。", "The name has 1 to 100 characters."));
        if (d.From == d.To) return Refusals.BadRoute(new("出る領域と入る領域を、別にしてください。", "It must lead from one zone to another."));
        if (d.ExpiryDays is < 1 or > 90 || d.RetentionDays is < 0 or > 400) return Refusals.BadRoute(new("受け取れる日数は 1〜90 日、原本の保存は 0〜400 日です。", "Results can be fetched for 1 to 90 days, originals kept for 0 to 400."));
        if (d.Quota is { FilesADay: < 1 } or { BytesADay: < 1 } or { BytesAFile: < 1 } or { BytesHeld: < 1 } or { SectionBytesADay: < 1 } or { SectionBytesHeld: < 1 }) return Refusals.BadRoute(new("上限は 1 以上にしてください。", "Bounds are 1 or more."));
        if (!Enum.IsDefined(d.Urgency) || !Enum.IsDefined(d.MostUrgent) || d.MostUrgent < d.Urgency) return Refusals.BadRoute(new("申請する人が選べる急ぎの度合いは、経路の度合い以上にしてください。", "What an applicant may ask for is at least as urgent as the route itself."));
        if ((d.Kind == RouteKind.Mail) != (d.Mail is not null)) return Refusals.BadRoute(new("メールの経路には、保留と承認の定め（mail）が要ります。", "A route of mail, and no other, has terms for mail."));
        if (d.Mail is { } mail) return WrongMail(d, mail) ?? WrongRule(d);
        // What leaves always has somebody's leave.
        if (!d.IsInward && (d.Needs == Approval.None || d.Rules.Any(r => r.Needs == Approval.None))) return Refusals.BadRoute(new("持ち出しの経路には、承認が必要です。", "Nothing leaves without somebody's leave."));
        if (!d.IsInward && !(d.AsksPurpose && d.AsksAssets)) return Refusals.BadRoute(new("持ち出しの経路では、目的・渡す相手・情報資産を必ず尋ねます。", "What leaves always says what for, to whom and which assets."));
        if (!d.IsInward && d.HasExceptionPath) return Refusals.BadRoute(new("持ち出しの経路には、特例の承認を付けられません。", "An outward route has no way around the sanitiser."));
        return WrongRule(d);
    }

    private static Refusal? WrongMail(RouteDefinition d, MailTerms mail)
    {
        if (d.TouchesMyNumber) return Refusals.BadRoute(new("マイナンバー利用事務系とメールはやり取りできません。", "No mail goes into or out of the My Number zone."));
        if (mail.HoldMinutes is < 0 or > 1440) return Refusals.BadRoute(new("保留は 0〜1,440 分です。", "Mail is held for 0 to 1,440 minutes."));
        if (d.AsksPurpose || d.AsksAssets) return Refusals.BadRoute(new("メールの経路では、目的や情報資産を尋ねられません。", "A route of mail can't ask for purpose or assets."));
        if (d.HasExceptionPath && !d.IsInward) return Refusals.BadRoute(new("特例の承認は、取り込みの経路にだけ付けられます。", "Only an inward route has an exception path."));
        return null;
    }

    private static Refusal? WrongRule(RouteDefinition d)
    {
        // However two people come to be needed: one alone must not let in what was refused.
        var asksTwo = d.Needs == Approval.TwoPeople || d.Rules.Any(r => r.Needs == Approval.TwoPeople) || d.Mail is { WithAttachments: Approval.TwoPeople } or { WhenDoubtful: Approval.TwoPeople };
        if (d.HasExceptionPath && asksTwo) return Refusals.BadRoute(new("二人の承認が要ることのある経路には、一人で認める特例を付けられません。", "A route that may need two people has no exception by one."));
        foreach (var rule in d.Rules)
        {
            if (rule.Kinds?.FirstOrDefault(k => !IsKind(k)) is { } kind) return Refusals.BadRoute(new($"ファイルの種類 {kind} はありません。", $"There is no kind of file {kind}."));
            if (rule.UpToBytes is < 1 || rule.Kinds is { Count: 0 } || rule.Classes is { Count: 0 }) return Refusals.BadRoute(new("承認の条件が空です。", "A condition is empty."));
        }
        return null;
    }

    private static bool IsKind(string key) => FileKind.All.ContainsKey(key) || Enum.GetValues<FileFamily>().Any(f => PolicyFile.FamilyKey(f) == key);

    private static bool IsKey(string key) => key.Length is > 0 and <= 60 && key.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && key[0] != '-' && key[^1] != '-' && !key.Contains("--", StringComparison.Ordinal);

    private static Route Row(NpgsqlDataReader r) => new(new(r.GetGuid(0)), r.GetInt32(1), RouteJson.Read(r.GetString(2)), r.GetBoolean(3));
}
