using Sekisho.Assurance;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Evidence;

/// <summary>What the crossing can show of itself (授受の証跡): that files went through the sanitiser, that routes and exceptions have somebody's leave, that originals go in time. Silent until the first request was handed in.</summary>
/// <remarks>Judged from what happened to each file — its result in the vault, the entries of its steps — and not from what a flag says.</remarks>
/// <param name="routes">Asked for when there is something to say: the routes know which waivers are in force.</param>
public sealed class CrossingSource(MunicipalityId municipality, RecordKeeper keeper, Func<RouteBook> routes) : IEvidenceSource
{
    public const string Sanitised = "crossing.sanitised", Control = "crossing.control", Retention = "crossing.retention";

    /// <summary>What crossed within this counts: what was wrong is seen for a month, and then known from the evidence of those days.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>Destroying runs every hour; what is still there a day later was not destroyed in time.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    public IReadOnlyCollection<string> Kinds { get; } = [Sanitised, Control, Retention];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await tx.FirstAsync("SELECT id FROM crossing.request WHERE submitted_at IS NOT NULL LIMIT 1", r => r.GetGuid(0).ToString(), cancel) is null) return [];
        var crossed = await CrossedAsync(tx, at, cancel);
        var infected = (await tx.FirstAsync("SELECT count(*)::int FROM crossing.exception_scan WHERE found IS NOT NULL AND last_at > $1", r => Tuple.Create(r.GetInt32(0)), cancel, at - Window))!.Item1;
        return [Share(crossed, at), await ControlAsync(crossed, infected, at, cancel), await KeptAsync(tx, at, cancel)];
    }

    /// <summary>What was let across: how many files, how many of them as the sanitiser made them, how many by an exception that stands on record.</summary>
    private static async Task<Crossed> CrossedAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel) => (await tx.FirstAsync("""
        WITH crossed AS (
          SELECT i.*, q.asked_by FROM crossing.item i JOIN crossing.request q ON q.municipality_id = i.municipality_id AND q.id = i.request_id
          WHERE i.result_id IS NOT NULL AND i.done_at > $1
            AND (q.state = 'Delivered' OR EXISTS (SELECT FROM crossing.step s WHERE s.municipality_id = q.municipality_id AND s.request_id = q.id AND s.kind = 'crossing.fetched'))
        ), judged AS (
          SELECT c.result_id = c.original_id AS bare,
            c.result_id <> c.original_id AND c.ledger_index IS NOT NULL AND b.purpose = 'Result' AND b.sha256 IS NOT NULL AS clean,
            EXISTS (SELECT FROM crossing.step g JOIN crossing.step a ON a.municipality_id = g.municipality_id AND a.request_id = g.request_id AND a.kind = 'crossing.exception-asked' AND a.person_id <> g.person_id
              WHERE g.municipality_id = c.municipality_id AND g.request_id = c.request_id AND g.kind = 'crossing.exception-granted' AND g.by = c.exception_by AND g.by <> c.asked_by AND g.note <> '') AS granted
          FROM crossed c JOIN crossing.blob b ON b.municipality_id = c.municipality_id AND b.id = c.result_id
        )
        SELECT count(*)::int, count(*) FILTER (WHERE clean)::int, count(*) FILTER (WHERE bare AND granted)::int, count(*) FILTER (WHERE bare)::int FROM judged
        """, r => new Crossed(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3)), cancel, at - Window))!;

    private static Observation Share(Crossed c, DateTimeOffset at)
    {
        var bare = c.All - c.Clean - c.Granted;
        var (ja, en) = c.All == 0 ? ("この 30 日に領域を越えたファイルはありません。", "No file crossed in the last 30 days.")
            : bare > 0 ? ($"この 30 日に領域を越えたファイル {c.All} 件のうち、{bare} 件は無害化も特例の承認も確かめられません。", $"Of {c.All} files that crossed in the last 30 days, {bare} are shown neither to be made harmless nor to be let through by an exception.")
            : c.Granted > 0 ? ($"この 30 日に領域を越えたファイル {c.All} 件のうち {c.Clean} 件を無害化し、{c.Granted} 件は理由を残した特例で渡しました。", $"Of {c.All} files that crossed in the last 30 days, {c.Clean} were made harmless and {c.Granted} let through by exceptions with their reasons.")
            : ($"この 30 日に領域を越えたファイル {c.All} 件をすべて無害化しました。", $"All {c.All} files that crossed in the last 30 days were made harmless.");
        return new(Sanitised, "", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["crossings"] = c.All, ["sanitised"] = c.Clean, ["excepted"] = c.Granted, ["unsanitised"] = bare }, new(ja, en));
    }

    private async Task<Observation> ControlAsync(Crossed c, int infected, DateTimeOffset at, CancellationToken cancel)
    {
        var open = (await routes().ListAsync(municipality, cancel)).Where(r => r.IsOpen).ToList();
        var loose = new List<Route>();
        foreach (var route in open)
            if (LeavesFreely(route.Definition) || !await routes().IsExceptedAsync(municipality, route.Definition, cancel)) loose.Add(route);
        var unproved = c.Bare - c.Granted;
        var (names, ja, en) = (FirstFew.Of(loose, r => r.Definition.Name.Ja, r => r.Definition.Name.En), "", "");
        if (loose.Count > 0)
        {
            ja = $"開いている経路 {open.Count} 件のうち {loose.Count} 件は、承認または例外措置がありません（{names.Ja}）。";
            en = $"{loose.Count} of {open.Count} open routes lack an approval or their waiver ({names.En}).";
        }
        if (unproved > 0)
        {
            ja += $"特例で渡したファイル {c.Bare} 件のうち {unproved} 件に、別の人の承認と理由の記録がありません。";
            en = $"{en} Of {c.Bare} files let through by exception, {unproved} lack another person's leave with its reason.".TrimStart();
        }
        if (infected > 0)
        {
            ja += $"この 30 日に、特例のファイル {infected} 件からあとのウイルス検査で見つかり、渡すのをやめました。";
            en = $"{en} In 30 days, {infected} exceptional files were found to be infected and taken back.".TrimStart();
        }
        if (ja.Length == 0) (ja, en) = ($"開いている経路 {open.Count} 件はすべて定めどおりです。この 30 日の特例は {c.Granted} 件で、どれも別の人の承認と理由があります。", $"All {open.Count} open routes are in order; {c.Granted} exceptions in 30 days, each with another person's leave and reason.");
        return new(Control, "", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["routes_open"] = open.Count, ["routes_unapproved"] = loose.Count, ["exceptions"] = c.Bare, ["exceptions_unproved"] = unproved, ["exceptions_infected"] = infected }, new(ja, en));
    }

    /// <summary>Outward, and nobody stands in its way. A mail that is held can be stopped: that is its control.</summary>
    private static bool LeavesFreely(RouteDefinition route) => !route.IsInward && (route.Needs == Approval.None || route.Rules.Any(r => r.Needs == Approval.None))
        && route.Mail is not ({ HoldMinutes: > 0, WhenDoubtful: not Approval.None } or { WithAttachments: not Approval.None, WhenDoubtful: not Approval.None });

    /// <summary>Originals that are still there after their days, and inspections that one person did alone.</summary>
    private static async Task<Observation> KeptAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        var (kept, overdue) = (await tx.FirstAsync("""
            SELECT count(*)::int, count(*) FILTER (WHERE CASE WHEN q.submitted_at IS NULL THEN q.expires_at
                ELSE q.settled_at + make_interval(days => (v.definition ->> 'expiryDays')::int + (v.definition ->> 'retentionDays')::int) END <= $1)::int
            FROM crossing.request q JOIN crossing.route_version v ON v.municipality_id = q.municipality_id AND v.route_id = q.route_id AND v.version = q.route_version
            JOIN crossing.item i ON i.municipality_id = q.municipality_id AND i.request_id = q.id
            JOIN crossing.blob b ON b.municipality_id = i.municipality_id AND b.id = i.original_id AND b.sealed_key IS NOT NULL
            """, r => Tuple.Create(r.GetInt32(0), r.GetInt32(1)), cancel, at - Grace))!;
        var (inspections, alone) = (await tx.FirstAsync("""
            SELECT count(*)::int, count(*) FILTER (WHERE NOT EXISTS (
                SELECT FROM crossing.step a JOIN crossing.step b ON b.municipality_id = a.municipality_id AND b.request_id = a.request_id AND b.kind = 'crossing.inspection-allowed' AND b.at = n.allowed_at
                LEFT JOIN records.account_person p ON p.municipality_id = a.municipality_id AND p.account = a.by
                WHERE a.municipality_id = i.municipality_id AND a.request_id = i.request_id AND a.kind = 'crossing.inspection-asked' AND a.at = n.asked_at
                  AND a.by <> b.by AND coalesce(a.person_id, p.person_id) <> b.person_id))::int
            FROM crossing.inspection n JOIN crossing.item i ON i.municipality_id = n.municipality_id AND i.id = n.item_id WHERE n.allowed_at > $1
            """, r => Tuple.Create(r.GetInt32(0), r.GetInt32(1)), cancel, at - Window))!;
        var ja = overdue > 0 ? $"保存期間を過ぎた原本が {overdue} 件残っています。" : $"原本は期限どおりに廃棄しています（保存中 {kept} 件）。";
        var en = overdue > 0 ? $"{overdue} originals are kept beyond their days." : $"Originals are destroyed in time ({kept} kept).";
        if (alone > 0) (ja, en) = ($"{ja}この 30 日の原本の調査 {inspections} 件のうち {alone} 件は、二人によることを確かめられません。", $"{en} Of {inspections} inspections of originals in 30 days, {alone} are not shown to be two people's.");
        else if (inspections > 0) (ja, en) = ($"{ja}この 30 日の原本の調査 {inspections} 件は、すべて二人によります。", $"{en} All {inspections} inspections of originals in 30 days were two people's.");
        return new(Retention, "", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["originals"] = kept, ["overdue"] = overdue, ["inspections"] = inspections, ["inspections_alone"] = alone }, new(ja, en));
    }

    /// <param name="Bare">Handed out as they came.</param>
    /// <param name="Granted">Of them, those with another person's leave and its reason.</param>
    private sealed record Crossed(int All, int Clean, int Granted, int Bare);
}
