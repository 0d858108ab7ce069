using System.Text;
using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's information assets (data/demo/shiokaze-assets.tsv): entered, classified, confirmed by the sections, disposed of.</summary>
/// <param name="unit">Of a unit's key.</param>
internal sealed class DemoAssets(RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, Func<string, UnitId> unit)
{
    /// <summary>Who haven't come round to this year's confirmation.</summary>
    private static readonly string[] Late = ["construction", "water"];

    /// <summary>Entered without a class at first.</summary>
    private static readonly string[] Unclassified = ["industry"];

    private readonly Dictionary<string, (EntryId Id, string Unit)> entered = [];
    private DisposalId tape;

    private RecordKeeper Keeper => slices.Registers.Keeper;

    private Actor Officer => people["officer"];

    private Actor Digital => people["digital"];

    private sealed record Row(
        string Unit, string Name, string Kind, string Zone, string Personal, string MyNumber, string Persons, string Within, string Place, string Retention,
        string Confidentiality, string Why, string Scope, string Excluded);

    /// <summary>The rules first; then containers, then what lies in them.</summary>
    public async Task EnterAsync(CancellationToken cancel)
    {
        await new MunicipalityRegister(Keeper).SetAsync(town, AssetOffice.PeriodSetting, JsonSerializer.SerializeToElement(300), Officer, cancel);
        (await slices.Handling.AdoptAsync(town, Officer, cancel)).OrThrow();
        var rows = Rows();
        var added = new HashSet<string>();
        while (added.Count < rows.Count)
        {
            var ready = rows.Where(r => !added.Contains(r.Name) && (r.Within.Length == 0 || added.Contains(r.Within))).ToList();
            await AddAsync(ready, cancel);
            added.UnionWith(ready.Select(r => r.Name));
        }
    }

    /// <summary>Each section confirms its own.</summary>
    /// <param name="again">The second round, which two sections have not come to.</param>
    public async Task ConfirmAsync(bool again, CancellationToken cancel)
    {
        var without = again ? Late : Unclassified;
        await ConfirmAsync(entered.Values.Where(e => !without.Contains(e.Unit)).Select(e => e.Id), cancel);
    }

    /// <summary>The section that had left its assets without a class decides on them.</summary>
    public async Task ClassifyAsync(CancellationToken cancel)
    {
        var ids = entered.Values.Where(e => Unclassified.Contains(e.Unit)).Select(e => e.Id).ToList();
        foreach (var id in ids)
        {
            var asset = (await slices.Registers.ReadAsync(town, AssetRules.Key, id, null, cancel))!;
            (await slices.Registers.ChangeAsync(town, AssetRules.Key, asset.Seen, Classes(AssetRules.SuggestionFor(asset.Fields), EntryDraft.Of()), null, Officer, cancel)).OrThrow();
        }
        await ConfirmAsync(ids, cancel);
    }

    /// <summary>A lent medium is missing from the shelf …</summary>
    public async Task RetireWithoutDisposalAsync(CancellationToken cancel)
    {
        var medium = (await slices.Registers.ReadAsync(town, AssetRules.Key, entered["貸出用 USB メモリ 08"].Id, null, cancel))!;
        (await slices.Registers.RetireAsync(town, AssetRules.Key, medium.Seen, "棚卸しで見当たらなかった。", null, Digital, cancel)).OrThrow();
    }

    /// <summary>… and was with the neighbouring town all along.</summary>
    public async Task ExplainAsync(CancellationToken cancel) =>
        (await slices.Disposals.ExplainAsync(town, [entered["貸出用 USB メモリ 08"].Id], "隣の町との共同作業のため、正式に移管していた（移管書を確認）。", null, Officer, cancel)).OrThrow();

    public async Task ApplyAsync(DateOnly planned, CancellationToken cancel) =>
        tape = (await slices.Disposals.ApplyAsync(town, new([entered["バックアップテープ（内部情報）"].Id], "tape", "degauss", "装置の更新により、使わなくなったため。", planned), null, Digital, cancel)).OrThrow().Id;

    public async Task ApproveAsync(CancellationToken cancel) => (await slices.Disposals.ApproveAsync(town, tape, "新しい装置への移行を確認した。", null, Officer, cancel)).OrThrow();

    public async Task DoneAsync(DateOnly on, CancellationToken cancel) =>
        (await slices.Disposals.DoneAsync(town, tape, new(on, null, "帆足 健", "業者の消磁装置により、庁内で実施した。",
            new("消磁作業証明書.txt", Encoding.UTF8.GetBytes("消磁作業証明書\n\n磁気テープ 6 巻\n（架空の資料です。）\n"))), null, Digital, cancel)).OrThrow();

    /// <summary>One that still waits for somebody to decide.</summary>
    public async Task AskAsync(DateOnly planned, CancellationToken cancel) =>
        (await slices.Disposals.ApplyAsync(town, new([entered["税証明の申請書つづり"].Id], "paper", "dissolve", "保存期間（1年）の満了。", planned), null, people["tax"], cancel)).OrThrow();

    /// <summary>What a section has changed and added since it was last confirmed.</summary>
    public async Task ChangeAsync(CancellationToken cancel)
    {
        var desk = (await slices.Registers.ReadAsync(town, AssetRules.Key, entered["滞納整理の記録"].Id, null, cancel))!;
        (await slices.Registers.ChangeAsync(town, AssetRules.Key, desk.Seen, EntryDraft.Of(("persons", "702")), null, people["tax"], cancel)).OrThrow();
        await AddAsync([new("tax", "森林環境税 課税資料", "data", "mynumber", "yes", "yes", "11300", "税務システム", "税務システム", "7年", "", "", "", "")], cancel);
    }

    private async Task ConfirmAsync(IEnumerable<EntryId> ids, CancellationToken cancel)
    {
        var wanted = ids.ToHashSet();
        var page = await slices.Registers.ListAsync(town, AssetRules.Key, new(PageSize: RegisterQuery.MaxPageSize), null, cancel);
        (await slices.Registers.ConfirmAsync(town, AssetRules.Key, [.. page.Entries.Where(e => wanted.Contains(e.Id)).Select(e => e.Seen)], null, Officer, cancel)).OrThrow();
    }

    /// <summary>Many in one transaction, by the rules of every other way in.</summary>
    private async Task AddAsync(List<Row> rows, CancellationToken cancel)
    {
        var entries = (await slices.Registers.AddManyAsync(town, AssetRules.Key, [.. rows.Select(Draft)], null, Officer, cancel)).OrThrow();
        foreach (var (row, entry) in rows.Zip(entries)) entered[row.Name] = (entry.Id, row.Unit);
    }

    private EntryDraft Draft(Row row)
    {
        var draft = EntryDraft.Of(("unit", unit(row.Unit).ToString()), ("name", row.Name), ("kind", row.Kind), ("zone", row.Zone), ("personal", row.Personal), ("mynumber", row.MyNumber), ("persons", row.Persons),
            ("containers", row.Within.Length == 0 ? "" : entered[row.Within].Id.ToString()), ("place", row.Place), ("retention", row.Retention));
        if (row.Scope.Length > 0) draft = draft.With("scope", row.Scope).With("excluded_why", row.Excluded.Split('|')[0]).With("excluded_ground", row.Excluded.Split('|')[1]);
        if (Unclassified.Contains(row.Unit)) return draft;
        var suggested = AssetClasses.Load().Suggest(new(row.Kind, row.Zone.Length == 0 ? null : row.Zone, row.Personal switch { "yes" => true, "no" => false, _ => null }, row.MyNumber == "yes" ? true : null,
            int.TryParse(row.Persons, System.Globalization.CultureInfo.InvariantCulture, out var persons) ? persons : null, row.Name));
        draft = Classes(suggested, draft);
        return row.Confidentiality.Length == 0 ? draft : draft.With("confidentiality", row.Confidentiality).With("lower_why", row.Why);
    }

    private static EntryDraft Classes(ClassSuggestion suggested, EntryDraft draft) =>
        Enum.GetValues<AssetAspect>().Aggregate(draft, (d, aspect) => suggested.Of(aspect) is { } its ? d.With(aspect.Key(), its.Key) : d);

    private static List<Row> Rows() =>
    [
        .. DemoScript.Text("shiokaze-assets.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r').Split('\t'))
            .Select(c => new Row(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13])),
    ];
}
