using System.Globalization;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Notices;

/// <summary>One mail to one person: what waits for them.</summary>
/// <param name="Body">Plain text; lines of at most 500 characters.</param>
public sealed record Notice(string To, string Subject, string Body);

/// <summary>Sends a notice; throws when the next server can't be reached, and it is tried again.</summary>
public delegate Task NoticePost(Notice notice, CancellationToken cancel);

/// <summary>Tells approvers by mail what waits for them (承認のお知らせ): one mail for all that waits, and a reminder each day; never one a request. And tells at once of what was found to be infected.</summary>
/// <remarks>A mail carries addresses of pages, nothing that decides: who opens one signs in, and decides there.</remarks>
public sealed class NoticeRound
{
    private const int MostLines = 20;

    /// <summary>What comes within this after the first is told with it.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMinutes(2), Between = TimeSpan.FromMinutes(30), Again = TimeSpan.FromHours(24);

    private readonly RecordKeeper keeper;
    private readonly RequestDesk desk;
    private readonly NoticePost post;
    private readonly Uri site;
    private readonly ILogger logger;

    /// <param name="site">The address that people use.</param>
    internal NoticeRound(RecordKeeper keeper, RequestDesk desk, NoticePost post, Uri site, ILogger logger) => (this.keeper, this.desk, this.post, this.site, this.logger) = (keeper, desk, post, site, logger);

    /// <summary>One round over every municipality.</summary>
    /// <returns>How many mails went out.</returns>
    public async Task<int> RunAllAsync(CancellationToken cancel)
    {
        var sent = 0;
        await keeper.EachMunicipalityAsync(async town => sent += await RunAsync(town, cancel), cancel);
        return sent;
    }

    /// <summary>One round over a municipality.</summary>
    public async Task<int> RunAsync(MunicipalityId town, CancellationToken cancel) => await AlertAsync(town, cancel) + await RemindAsync(town, cancel);

    /// <summary>A file that had been let through was found to be infected: who asked for it, who let it through and the officers are told at once.</summary>
    private async Task<int> AlertAsync(MunicipalityId town, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        var found = await tx.ListAsync("""
            SELECT s.item_id, s.found, s.last_at, q.id, q.sequence, i.path, q.asked_by, i.exception_by, EXISTS (SELECT FROM crossing.step f WHERE f.municipality_id = q.municipality_id AND f.request_id = q.id AND f.kind IN ('crossing.fetched', 'crossing.fetched-by-link'))
            FROM crossing.exception_scan s JOIN crossing.item i ON i.municipality_id = s.municipality_id AND i.id = s.item_id
            JOIN crossing.request q ON q.municipality_id = i.municipality_id AND q.id = i.request_id
            WHERE s.found IS NOT NULL AND s.told_at IS NULL ORDER BY s.last_at FOR UPDATE OF s SKIP LOCKED
            """, r => (Item: r.GetGuid(0), Name: r.GetString(1), At: r.Moment(2), Request: r.GetGuid(3), Number: RequestRows.Number(r.GetInt32(4)), Path: r.GetString(5), AskedBy: r.GetString(6), GrantedBy: r.TextOrNull(7), IsFetched: r.GetBoolean(8)), cancel);
        if (found.Count == 0) return 0;
        var people = await tx.ListAsync("SELECT id, display_name, login, 'officer' = ANY (roles) FROM signin.account WHERE disabled_at IS NULL AND login LIKE '%_@_%'", r => (Account: r.GetGuid(0).ToString(), Name: r.GetString(1), To: r.GetString(2), IsOfficer: r.GetBoolean(3)), cancel);
        var sent = 0;
        try
        {
            foreach (var (account, name, to, isOfficer) in people)
            {
                var its = found.Where(f => isOfficer || f.AskedBy == account || f.GrantedBy == account).ToList();
                if (its.Count == 0) continue;
                List<string> text =
                [
                    $"{OneLine(name)} さん", "", "特例で取り込むことを認めたファイルから、あとのウイルス検査でウイルスが見つかりました。もう受け取れないようにしました。", "すでに受け取った人は、開かずに端末をネットワークから外し、情報セキュリティ担当に知らせてください。", "",
                    .. its.SelectMany(f => new[] { $"{f.Number}　{OneLine(f.Path)}　（{OneLine(f.Name)}）{(f.IsFetched ? "　受取り済みです" : "　まだ誰も受け取っていません")}", $"  {new Uri(site, $"/crossings/{f.Request}")}" }),
                    "", $"A virus was found in {Count(its.Count)} file(s) that had been let through by exception. They can't be fetched any more. Who has fetched one: don't open it, take the terminal off the network, and tell the security officer.", "", $"関所 / Sekisho　{site}", "",
                ];
                await post(new(to, $"[関所] 特例のファイルからウイルスが見つかりました {Count(its.Count)} 件 / infected", string.Join('\n', text)), cancel);
                sent++;
            }
        }
        catch (IOException e)
        {
            // Nothing is noted: the next round tells everybody.
            logger.LogWarning(e, "ウイルスのお知らせを送れませんでした。次の巡回で送ります。 / An alert could not be sent; the next round tries again.");
            return sent;
        }
        await tx.RunAsync("UPDATE crossing.exception_scan SET told_at = $2 WHERE item_id = ANY ($1)", cancel, found.Select(f => f.Item).ToArray(), keeper.Clock.Now());
        await tx.CommitAsync(cancel);
        return sent;
    }

    private async Task<int> RemindAsync(MunicipalityId town, CancellationToken cancel)
    {
        List<(string Account, string Name, string To)> people;
        await using (var tx = await keeper.EnterAsync(town, cancel))
        {
            // Nothing waits, on most rounds.
            if (await tx.FirstAsync("SELECT id FROM crossing.request q WHERE state = 'Waiting' OR (state IN ('Delivered', 'NothingOut') AND EXISTS (SELECT FROM crossing.item i WHERE i.municipality_id = q.municipality_id AND i.request_id = q.id AND i.state = 'ExceptionAsked')) LIMIT 1",
                r => r.GetGuid(0).ToString(), cancel) is null) return 0;
            // Whose login name is a mail address, and who holds a post or stands in for one.
            people = await tx.ListAsync("""
                SELECT a.id, a.display_name, a.login FROM signin.account a JOIN records.account_person p ON p.municipality_id = a.municipality_id AND p.account = a.id::text
                WHERE a.disabled_at IS NULL AND a.login LIKE '%_@_%' AND (EXISTS (SELECT FROM records.appointment h WHERE h.municipality_id = a.municipality_id AND h.person_id = p.person_id)
                  OR EXISTS (SELECT FROM records.deputy d WHERE d.municipality_id = a.municipality_id AND d.person_id = p.person_id))
                """, r => (r.GetGuid(0).ToString(), r.GetString(1), r.GetString(2)), cancel);
        }
        var sent = 0;
        foreach (var (account, name, to) in people)
        {
            var (lines, total) = await desk.ListAsync(town, RequestView.ToDecide, 1, null, new Actor(account, name), cancel);
            if (total > 0 && await TellAsync(town, account, name, to, lines, total, cancel)) sent++;
        }
        return sent;
    }

    private async Task<bool> TellAsync(MunicipalityId town, string account, string name, string to, IReadOnlyList<RequestLine> lines, int total, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        // Several servers go round: one tells, the others find that it was told.
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('crossing.notice/' || $1::text || '/' || $2, 0))", cancel, town.Value, account);
        var at = keeper.Clock.Now();
        var told = (await tx.ListAsync("SELECT request_id, last_at FROM crossing.notice WHERE account = $1", r => (Id: r.GetGuid(0), At: r.Moment(1)), cancel, account)).ToDictionary(t => t.Id, t => t.At);
        var fresh = lines.Where(l => !told.ContainsKey(l.Request.Id.Value)).ToList();
        var last = told.Count == 0 ? (DateTimeOffset?)null : told.Values.Max();
        var isReminder = fresh.Count == 0;
        if (isReminder && last is { } before && at - before < Again) return false;
        if (!isReminder && last is { } recent && at - recent < Between) return false;
        // A handful of files comes as a handful of requests: a moment is waited for the rest.
        if (!isReminder && fresh.Max(l => l.Request.SubmittedAt ?? l.Request.OpenedAt) > at - Gather) return false;
        foreach (var line in lines)
            await tx.RunAsync("INSERT INTO crossing.notice (municipality_id, account, request_id, first_at, last_at, times) VALUES ($1, $2, $3, $4, $4, 1) ON CONFLICT (municipality_id, account, request_id) DO UPDATE SET last_at = $4, times = notice.times + 1",
                cancel, town.Value, account, line.Request.Id.Value, at);
        try
        {
            await post(Write(name, to, lines, total, isReminder), cancel);
        }
        catch (IOException e)
        {
            // Nothing is noted: the next round tells it.
            logger.LogWarning(e, "承認のお知らせを送れませんでした。次の巡回で送ります。 / A notice could not be sent; the next round tries again.");
            return false;
        }
        await tx.CommitAsync(cancel);
        return true;
    }

    private Notice Write(string name, string to, IReadOnlyList<RequestLine> lines, int total, bool isReminder)
    {
        List<string> text =
        [
            $"{OneLine(name)} さん", "", $"{(isReminder ? "まだ承認を待っている授受の申請があります" : "承認を待つ授受の申請があります")}（{Count(total)} 件）。", "下のアドレスを開き、サインインして決めてください。", "",
            .. lines.Take(MostLines).SelectMany(l => new[] { $"{l.Request.Number}　{l.Request.Definition.Name.Ja}　{OneLine(l.Request.AskedBy.Name)}", $"  {new Uri(site, $"/crossings/{l.Request.Id}")}" }),
        ];
        if (total > MostLines) text.AddRange([$"ほか {Count(total - MostLines)} 件", $"  {new Uri(site, "/crossings?view=todecide")}"]);
        text.AddRange(["", $"{Count(total)} request(s) to cross wait for your approval. Open an address above, sign in, and decide there.", "", $"関所 / Sekisho　{site}", ""]);
        return new(to, $"[関所] {(isReminder ? "承認がまだの申請" : "承認を待つ申請")} {Count(total)} 件 / {Count(total)} to approve", string.Join('\n', text));
    }

    /// <summary>What others wrote adds no line to a mail of ours.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
