using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Terminals;

/// <summary>Puts together what is known of each terminal: its own report, or what an asset tool exported; whichever is newer (端末の状態の突き合わせ).</summary>
internal static class PostureReading
{
    private const string SelectReports = "SELECT r.id, r.terminal_id, r.reported_at, r.received_at, r.report::text FROM records.agent_report r ORDER BY r.host";

    /// <summary>Period of a terminal for which the register says nothing.</summary>
    private const int ReportHours = 24;

    private static readonly (string Key, string Field)[] Imported =
    [
        (PostureKeys.MediaBlocked, "media_blocked"), (PostureKeys.TwoFactor, "two_factor"), (PostureKeys.DiskEncrypted, "disk_encrypted"), (PostureKeys.Patched, "patched"), (PostureKeys.MalwareProtected, "protected"),
    ];

    public static async Task<PostureView> ReadAsync(TenantTransaction tx, DateTimeOffset at, IReadOnlyList<Organisation.UnitId>? within, CancellationToken cancel)
    {
        var terminals = await RegisterRows.InUseAsync(tx, TerminalRegisters.Terminals, cancel);
        var media = await RegisterRows.InUseAsync(tx, TerminalRegisters.Media, cancel);
        var reports = await tx.ListAsync(SelectReports, Report, cancel);
        var matched = Match(terminals, reports);
        var taken = matched.Values.Select(r => r.Id).ToHashSet();
        var day = JapaneseTime.Day(at);
        // By the number that devices report: a medium in use, encrypted, and allowed today.
        var allowed = media.Where(m => m.YesNo("encrypted") == true && m.Text("serial") is not null && !(m.Day("exception_until") < day)).ToLookup(m => m.Text("serial")!, StringComparer.OrdinalIgnoreCase);
        return new(
            [.. terminals.Where(t => within is null || t.Unit is { } unit && within.Contains(unit)).Select(t => Of(t, matched.GetValueOrDefault(t.Id), at,
                serial => allowed[serial].Any(m => m.Choices("exception_zones").Contains(t.Text("zone") ?? ""))))],
            within is null ? [.. reports.Where(r => !taken.Contains(r.Id))] : []);
    }

    /// <summary>Which machine is which terminal: as a person said, else by the number told to the agent, else by name. Two that fit are none.</summary>
    internal static Dictionary<EntryId, KeptReport> Match(IReadOnlyList<RegisterEntry> terminals, IReadOnlyList<KeptReport> reports)
    {
        var byId = terminals.ToDictionary(t => t.Id);
        var byNumber = terminals.SelectMany(t => new[] { t.Number, t.Text("asset_number") }.OfType<string>().Select(n => (Key: SearchFold.Of(n), t.Id))).Distinct().ToLookup(x => x.Key, x => x.Id, StringComparer.Ordinal);
        var byName = terminals.ToLookup(t => SearchFold.Of(t.Title), t => t.Id, StringComparer.Ordinal);
        var matched = new Dictionary<EntryId, KeptReport>();
        foreach (var report in reports.OrderByDescending(r => r.Adopted is not null).ThenByDescending(r => r.At))
        {
            EntryId? terminal = report.Adopted is { } adopted && byId.ContainsKey(adopted) ? adopted
                : Only(report.Report.Number is { } number ? byNumber[SearchFold.Of(number)] : []) ?? Only(byName[SearchFold.Of(report.Report.HostName)]) ?? Only(byName[SearchFold.Of(report.Report.HostName.Split('.')[0])]);
            if (terminal is { } id) matched.TryAdd(id, report);
        }
        return matched;

        static EntryId? Only(IEnumerable<EntryId> ids) => ids.Take(2).ToList() is [var only] ? only : null;
    }

    private static TerminalPosture Of(RegisterEntry terminal, KeptReport? report, DateTimeOffset at, Func<string, bool> isAllowed)
    {
        var period = TimeSpan.FromHours((double)(terminal.Fields.Number("report_hours") ?? ReportHours));
        // A day without an hour is taken at its beginning: never younger than it was.
        var imported = terminal.Day("seen_on") is { } seen ? JapaneseTime.StartOf(seen) : (DateTimeOffset?)null;
        var newest = report is not null && (imported is null || report.At >= imported) ? report.At : imported;
        var isFresh = newest is { } n && at - n <= period && n <= at;
        IReadOnlyList<KnownFact> facts = [.. PostureKeys.All.Select(key => Fact(key))];
        return new(terminal, report, newest, isFresh, facts);

        KnownFact Fact(string key)
        {
            if (newest is null) return new(key, Answer.Unknown, new("まだ一度も報告がありません。", "It has never reported."));
            if (!isFresh) return new(key, Answer.Unknown, new($"最後の報告（{JapaneseTime.Moment(newest.Value).Ja}）が古くなりました。", $"Its last report ({JapaneseTime.Moment(newest.Value).En}) is too old."));
            if (report is not null && newest == report.At)
            {
                if (report.Report.Find(key) is not { } said) return new(key, Answer.Unknown, new("報告に含まれていません。", "Its report doesn't say."));
                if (said.Answer == Answer.Yes && said.Exceptions.Where(e => !isAllowed(e)).ToList() is { Count: > 0 } unknown)
                    return new(key, Answer.No, new($"台帳で許していない媒体が使えます（製造番号 {FirstFew.Of(unknown).Ja}）。", $"Media that the register doesn't allow can be used (serial {FirstFew.Of(unknown).En})."));
                return new(key, said.Answer, said.How);
            }
            var field = Imported.FirstOrDefault(i => i.Key == key).Field;
            return (field is null ? null : terminal.YesNo(field)) switch
            {
                true => new(key, Answer.Yes, new("資産管理ソフトから取り込みました。", "Imported from the asset tool.")),
                false => new(key, Answer.No, new("資産管理ソフトから取り込みました。", "Imported from the asset tool.")),
                _ => new(key, Answer.Unknown, new("取り込んだ表にありません。", "The imported sheet doesn't say.")),
            };
        }
    }

    internal static KeptReport Report(Npgsql.NpgsqlDataReader r) => new(new(r.GetGuid(0)), r.IsDBNull(1) ? null : new EntryId(r.GetGuid(1)), r.Moment(2), r.Moment(3),
        PostureReport.Parse(System.Text.Encoding.UTF8.GetBytes(r.GetString(4))) ?? throw new InvalidOperationException("A kept report can't be read."));
}
