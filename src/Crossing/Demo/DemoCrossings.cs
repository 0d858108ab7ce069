using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Demo;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Isolation;

namespace Sekisho.Crossing.Demo;

/// <summary>What crossed in the made-up town's year: real files through the real sanitiser, into the real vault.</summary>
public sealed class DemoCrossings : IAsyncDisposable
{
    private readonly string dataFolder;
    private readonly SanitizerPool pool;
    private CrossingSlices? crossing;
    private SanitiseRound? worker;

    private DemoCrossings(string dataFolder, SanitizerPool pool) => (this.dataFolder, this.pool) = (dataFolder, pool);

    /// <exception cref="NoSandboxException">The sanitiser can't be shut in on this machine.</exception>
    public static async Task<DemoCrossings> StartAsync(string dataFolder, Isolation isolation, string workerFolder, CancellationToken cancel) =>
        new(dataFolder, await SanitizerPool.StartAsync(new() { Isolation = isolation, WorkerFolder = workerFolder }, TimeProvider.System, cancel));

    /// <summary>Its part of the story, for <see cref="DemoTown.EnsureAsync"/>.</summary>
    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps(DemoTelling told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var (clerk, assessor, residents, tax, digital) = (told.People["clerk"], told.People["assessor"], told.People["residents"], told.People["tax"], told.People["digital"]);
        for (var month = 0; month < 12; month++)
        {
            // The year ends with yesterday; more comes in towards the end of a fiscal year.
            var (day, n, busy) = (-338 + (month * 30), month + 1, month % 4 == 3);
            if (n % 2 == 1) yield return (day, 9.5, c => InAsync(told, "tax", assessor, c, ($"県税務課からの回答（第{n}号）.docm", DemoFiles.Document($"固定資産の評価について（第{n}号）", true)), ($"照会一覧_{n}.csv", DemoFiles.Csv("番号,氏名,税目", [$"{n},山本 一,固定資産税"], n % 3 == 0)), ($"様式_{n}.pdf", DemoFiles.Pdf($"Form {n}", true))));
            else yield return (day + 6, 13.2, c => InAsync(told, "welfare", clerk, c, ($"事業所からの名簿（{n}月分）.zip", DemoFiles.Zip(($"名簿_{n}.csv", DemoFiles.Csv("氏名,区分", ["小川 二郎,新規"], true)), ($"送付状_{n}.pdf", DemoFiles.Pdf($"Cover letter {n}", n % 4 == 0)))), ($"依頼文_{n}.docx", DemoFiles.Document($"名簿の提出について（{n}月分）", false))));
            yield return (day + 13, 10.1, c => InAsync(told, "residents", residents, c, ($"国からの通知（第{n}報）.html", DemoFiles.Page($"制度改正のお知らせ（第{n}報）")), ($"参考資料_{n}.pdf", DemoFiles.Pdf($"Annex {n}", n % 3 == 1))));
            if (busy) yield return (day + 15, 11.7, c => InAsync(told, "tax", assessor, c, ($"写真_{n}.jpg", DemoFiles.Program()), ($"調査メモ_{n}.txt", DemoFiles.Text("現地調査の記録\n"))));
            if (n % 3 == 0)
            {
                yield return (day + 18, 15, c => OutAsync(told, $"out{n}", assessor, $"県税務課からの照会（第{n}号）への回答", c, ($"照会回答_{n}.csv", DemoFiles.Csv("番号,回答", [$"{n},該当なし"], false))));
                yield return (day + 18, 16.2, async c => (await Crossing.Requests.ApproveAsync(told.Town, asked[$"out{n}"], "照会文と突き合わせた。", tax, c)).OrThrow());
            }
        }
        yield return (-40, 15, c => OutAsync(told, "declined", assessor, "委託先への確認", c, ("滞納者の一覧.csv", DemoFiles.Csv("氏名,税額", ["（架空）,0"], false))));
        yield return (-40, 16, async c => (await Crossing.Requests.RefuseAsync(told.Town, asked["declined"], "氏名は要らないはずです。番号だけの一覧にしてください。", tax, c)).OrThrow());
        yield return (-9, 10, async c =>
        {
            asked["drawing"] = await InAsync(told, "tax", assessor, c, ("家屋調査図.jww", DemoFiles.Drawing()), ("調査の依頼.txt", DemoFiles.Text("図面を添えて依頼します。\n")));
            await AskExceptionAsync(told, "drawing", "家屋調査図.jww", "測量会社の図面で、ほかの形式がないため。", assessor, c);
        });
        yield return (-9, 14.5, async c => (await Crossing.Requests.DecideExceptionAsync(told.Town, (await FileAsync(told, "drawing", "家屋調査図.jww", c)).Id, true, "測量会社に電話で確かめた。図面を見る端末だけで開くこと。", digital, c)).OrThrow());
        yield return (-3, 9.3, async c =>
        {
            asked["ready"] = await InAsync(told, "welfare", clerk, c, ("県からの調査票一式.zip", DemoFiles.Zip(("調査票.docm", DemoFiles.Document("生活実態調査票", true)), ("記入例.pdf", DemoFiles.Pdf("Example", true)), ("一覧.csv", DemoFiles.Csv("番号,世帯", ["1,2"], true)))),
                ("依頼文.docx", DemoFiles.Document("調査への協力のお願い", true)));
            await (await Crossing.Requests.HandOutAsync(told.Town, (await FileAsync(told, "ready", "依頼文.docx", c)).Id, clerk, c)).OrThrow().Content.DisposeAsync();
        });
        yield return (-2, 11, async c =>
        {
            asked["form"] = await InAsync(told, "welfare", clerk, c, ("給付システム連絡図.jww", DemoFiles.Drawing()));
            await AskExceptionAsync(told, "form", "給付システム連絡図.jww", "事業者の様式が変わらず、この形式でしか届かないため。", clerk, c);
        });
        yield return (-1, 14, c => OutAsync(told, "waiting", assessor, "県税務課からの照会（第13号）への回答", c, ("照会回答_13.csv", DemoFiles.Csv("番号,回答", ["13,別紙のとおり"], false)), ("別紙.docx", DemoFiles.Document("照会への回答（別紙）", true))));
        yield return (-1, 15.5, c => OutAsync(told, "waiting too", assessor, "町のホームページへの掲載", c, ("評価替えのお知らせ.docx", DemoFiles.Document("評価替えのお知らせ", false))));
        // What could be fetched for seven days is over, as the round of every hour would have found.
        yield return (-1, 20, async c => await Crossing.Retention.RunAsync(told.Town, c));
    }

    private readonly Dictionary<string, RequestId> asked = [];

    private CrossingSlices Crossing => crossing ?? throw new InvalidOperationException("Nothing has crossed yet.");

    public async ValueTask DisposeAsync()
    {
        if (worker is not null) await worker.DisposeAsync();
        crossing?.Dispose();
        await pool.DisposeAsync();
    }

    private Task<RequestId> InAsync(DemoTelling told, string unit, Actor by, CancellationToken cancel, params IReadOnlyList<(string Name, byte[] Content)> files) =>
        AskAsync(told, new("internet-to-lgwan", told.Unit(unit)), by, files, cancel);

    private async Task OutAsync(DemoTelling told, string key, Actor by, string purpose, CancellationToken cancel, params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        var unit = told.Unit("tax");
        var asset = (await told.Records.Registers.ListAsync(told.Town, "assets", new RegisterQuery(Unit: [unit], PageSize: 100), null, cancel)).Entries.Single(a => a.Title == "地籍図・公図の写し");
        asked[key] = await AskAsync(told, new("lgwan-to-internet", unit, purpose, "県税務課", [asset.Id]), by, files, cancel);
    }

    private async Task<RequestId> AskAsync(DemoTelling told, RequestDraft draft, Actor by, IReadOnlyList<(string Name, byte[] Content)> files, CancellationToken cancel)
    {
        if (crossing is null)
        {
            crossing = new CrossingSlices(told.Keeper, told.Records, await FileVault.OpenAsync(dataFolder, told.Keeper, cancel));
            worker = crossing.Worker(_ => Task.FromResult(pool), NullLogger.Instance);
            worker.Start(Environment.ProcessorCount);
        }
        var request = (await crossing.Requests.OpenAsync(told.Town, draft, null, by, cancel)).OrThrow();
        foreach (var (name, content) in files)
        {
            var item = (await crossing.Requests.AddFileAsync(told.Town, request.Id, name, content.Length, by, cancel)).OrThrow();
            (await crossing.Requests.AppendAsync(told.Town, item.Id, 0, new MemoryStream(content), by, cancel)).OrThrow();
        }
        (await crossing.Requests.SubmitAsync(told.Town, request.Id, [], by, cancel)).OrThrow();
        // The next act is told when this one is over: the clock of the story stands still meanwhile.
        while ((await crossing.Requests.LookAsync(told.Town, request.Id, null, by, cancel))!.Request.State == RequestState.Working) await Task.Delay(10, cancel);
        return request.Id;
    }

    private async Task AskExceptionAsync(DemoTelling told, string key, string file, string why, Actor by, CancellationToken cancel) =>
        (await Crossing.Requests.AskExceptionAsync(told.Town, (await FileAsync(told, key, file, cancel)).Id, why, by, cancel)).OrThrow();

    private async Task<FileLook> FileAsync(DemoTelling told, string key, string file, CancellationToken cancel) =>
        (await Crossing.Requests.LookAsync(told.Town, asked[key], null, told.People["officer"], cancel))!.Files.Single(f => f.Path == file);
}
