using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Policies;
using Sekisho.Records.Statements;
using Sekisho.Records.Ties;
using Sekisho.Records.Verdicts;
using Sekisho.Records.Waivers;

namespace Sekisho.Records.Demo;

/// <summary>What the people of the made-up town did in their year.</summary>
internal sealed class DemoStory(RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, DemoScript script, DateTimeOffset start)
{
    internal sealed record Step(DateTimeOffset At, Func<CancellationToken, Task> Act);

    private const int FirstImport = -365, SecondImport = -120, SecondInForce = -90;

    private PolicyVersionId first, second;
    private WaiverId late, counter, refused;

    private readonly DemoOrganisation organisation = new(slices.Organisation, slices.Transfers, town, script, people["admin"]);

    private DemoDocuments? documents;

    /// <summary>The policy set under the policy, and who has read it.</summary>
    private DemoDocuments Documents => documents ??= new DemoDocuments(slices, town, people, organisation, DayOf, () => first, () => second, SecondInForce, async (version, cancel) =>
    {
        await ConfirmAsync(version, cancel);
        await AnswerAsync(version, cancel);
    });
    private DemoAssets Assets => assets ??= new(slices, town, people, organisation.Unit);

    private DemoAssets? assets;

    private DemoThirdParties thirdParties = null!;

    private Actor Officer => people["officer"];

    private Actor Ciso => people["ciso"];

    private Actor Digital => people["digital"];

    /// <summary>In any order; the hour is Japan's.</summary>
    public IEnumerable<Step> Steps()
    {
        yield return On(FirstImport, 9.2, async c => first = await ImportAsync("shiokaze-1.txt", "しおかぜ町情報セキュリティ基本方針.txt", PolicyKeys.Basic, c));
        yield return On(FirstImport, 9.4, async c => (await slices.Policies.PutInForceAsync(town, first, new DateOnly(2023, 4, 1), Officer, c)).OrThrow());
        yield return On(FirstImport, 9.6, async c => await PublishAsync(first, 1, c));
        yield return On(-364, 13.5, c => ConfirmAsync(first, c));
        yield return On(-363, 10, c => AnswerAsync(first, c));

        yield return On(-192, 11, async c => late = await AskAsync("technical", -191, -180, "基幹システムの更新と重なり、9 台の更新を 1 週間遅らせる必要があります。", "対象の 9 台はインターネット系から切り離し、毎日ログを確認します。", Digital, c));
        yield return On(-192, 15.5, async c => (await slices.Waivers.ApproveAsync(town, late, "切り離しを確認した。", Ciso, c)).OrThrow());
        yield return On(-183, 16, async c => (await slices.Waivers.EndAsync(town, late, "予定より早く更新を終えた。", Digital, c)).OrThrow());

        yield return On(SecondImport, 10.3, async c => second = await ImportAsync("shiokaze-2.txt", "しおかぜ町情報セキュリティ基本方針（改正案）.txt", PolicyKeys.Basic, c));
        yield return On(-118, 14, c => ConfirmAsync(second, c));
        yield return On(-117, 10.5, c => AnswerAsync(second, c));
        yield return On(-100, 17, async c => (await slices.Policies.PutInForceAsync(town, second, DayOf(SecondInForce), Officer, c)).OrThrow());
        yield return On(-88, 9.1, async c => await PublishAsync(second, 2, c));
        yield return On(-95, 11, async c => (await slices.Exclusions.RecordAsync(town, new ObligationId("sns-control"), "町として公式のソーシャルメディアのアカウントを開設していないため。", Officer, c)).OrThrow());

        foreach (var (day, hour, act) in Documents.Steps()) yield return On(day, hour, act);

        yield return On(-60, 11.2, async c => counter = await AskAsync("strong-authentication", -60, 40, "総合窓口に増設した 2 台の認証装置の納品が遅れています。", "2 台は専用の鍵付き区画に置き、所属長の立会いで使用を開始し、使用簿に記録します。", people["residents"], c));
        yield return On(-58, 16.4, async c => (await slices.Waivers.ApproveAsync(town, counter, "代替措置を現地で確認した。納品後すぐに取り消すこと。", Ciso, c)).OrThrow());
        yield return On(-20, 10.1, async c => refused = await AskAsync("takeout-block", -19, 30, "集計作業のため、通常の USB メモリを使いたい。", "使用後に所属長が内容を消去します。", people["tax"], c));
        yield return On(-18, 9.8, async c => (await slices.Waivers.RefuseAsync(town, refused, "暗号化機能付きの媒体を貸し出すことで足りる。", Ciso, c)).OrThrow());
        yield return On(-1, 16.2, async c => await AskAsync("asset-inventory", 0, 20, "建設課と水道事業の台帳の確認が、災害対応のため遅れています。", "確認の済んだ課の分で、持出しの審査を続けます。", Digital, c));

        yield return On(-366, 9, c => organisation.SetUpAsync(DayOf(-366), c));
        yield return On(-365, 10, c => (thirdParties = new DemoThirdParties(slices, town, organisation, Officer, Digital, start)).SetUpAsync(c));
        yield return On(-260, 9.5, c => thirdParties.UseUnapprovedAsync(c));
        yield return On(-247, 9.5, c => thirdParties.ApproveSchedulingAsync(c));
        yield return On(-210, 10, c => thirdParties.AskAsync(-160, c));
        yield return On(-190, 11, c => thirdParties.AnswerAsync(late: false, c));
        yield return On(-180, 15, c => thirdParties.SignOffAsync(late: false, c));
        yield return On(-153, 10, c => thirdParties.RemindAsync(c));
        yield return On(-147, 11, c => thirdParties.AnswerAsync(late: true, c));
        yield return On(-136, 15, c => thirdParties.SignOffAsync(late: true, c));
        yield return On(-38, 10, c => thirdParties.ReceiveCertificateAsync(c));
        yield return On(-20, 16, c => thirdParties.ReviewAsync(c));
        yield return On(-240, 16, c => organisation.TransferAsync(DayOf(-233), c));
        yield return On(-229, 8.6, c => organisation.FillAsync(DayOf(-229), c));
        yield return On(-330, 16, c => organisation.MeetAsync(DayOf(-330), "今年度の対策の計画", c));
        yield return On(-35, 16, c => organisation.MeetAsync(DayOf(-35), "上半期の状況と是正措置", c));
        var rooms = new DemoRooms(slices, town, people, organisation, start);
        yield return On(-353, 16, c => rooms.PlaceMediaAsync(c));
        foreach (var (day, hour, act) in new DemoTerminals(slices, town, people, organisation, DayOf).Steps()
            .Concat(rooms.Steps())
            .Concat(new DemoZones(slices, town, people, DayOf).Steps())
            .Concat(new DemoTakeouts(slices, town, people, organisation, DayOf).Steps())
            .Concat(new DemoRisks(slices, town, Officer, DayOf).Steps())) yield return On(day, hour, act);
        var laws = new DemoLaws(slices, town, Officer, Digital);
        yield return On(-350, 11, c => laws.EnterAsync(DayOf(-350), c));
        yield return On(-100, 11, c => laws.AddAsync(c));
        yield return On(-84, 11, c => laws.ReviewAsync(DayOf(-84), c));
        yield return On(-345, 10, c => Assets.EnterAsync(c));
        yield return On(-320, 16, c => Assets.ConfirmAsync(again: false, c));
        yield return On(-281, 11, c => Assets.ClassifyAsync(c));
        yield return On(-205, 15, c => Assets.RetireWithoutDisposalAsync(c));
        yield return On(-201, 10, c => Assets.ExplainAsync(c));
        yield return On(-150, 10, c => Assets.ApplyAsync(DayOf(-145), c));
        yield return On(-149, 9, c => Assets.ApproveAsync(c));
        yield return On(-145, 14, c => Assets.DoneAsync(DayOf(-145), c));
        yield return On(-40, 17, c => Assets.ConfirmAsync(again: true, c));
        yield return On(-6, 10, c => Assets.ChangeAsync(c));
        yield return On(-4, 13, c => Assets.AskAsync(DayOf(10), c));
        foreach (var signed in script.Statements) yield return On(signed.Day, 15, c => SignAsync(signed, c));
        // The running system looks at itself; every six days keeps the story short and its evidence in date (it holds for seven).
        for (var day = FirstImport; day <= 0; day += 6) yield return On(day, 20, async c => await slices.Collector.RunAsync(town, null, c));
    }

    /// <summary>What others tell, in the same days and hours.</summary>
    public IEnumerable<Step> Steps(IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> more) => more.Select(m => On(m.Day, m.Hour, m.Act));

    public Organisation.UnitId Unit(string key) => organisation.UnitOf(key);

    private Step On(int day, double hour, Func<CancellationToken, Task> act) => new(start.AddDays(day).AddHours(hour), act);

    private DateOnly DayOf(int day) => JapaneseTime.Day(start.AddDays(day));

    private async Task<PolicyVersionId> ImportAsync(string resource, string name, string key, CancellationToken cancel)
    {
        var text = DemoScript.Text(resource)
            .Replace("{改正日}", DemoScript.Printed(DayOf(SecondImport + 10)), StringComparison.Ordinal)
            .Replace("{施行日}", DemoScript.Printed(DayOf(SecondInForce)), StringComparison.Ordinal);
        var outcome = await slices.Policies.ImportAsync(town, new PolicyUpload(Encoding.UTF8.GetBytes(text), name, key), Officer, cancel);
        return outcome.Match(
            imported => imported.Version.Id,
            kept => kept.Version.Id,
            unreadable => throw new InvalidOperationException($"{resource}: {unreadable.Error}"),
            no => throw new InvalidOperationException($"{resource}: {no.Why}"));
    }

    private async Task PublishAsync(PolicyVersionId version, int number, CancellationToken cancel) =>
        (await slices.Publications.PublishAsync(town, version, new Uri($"https://www.town.shiokaze.example/policy/{number}"), Officer, cancel)).OrThrow();

    /// <summary>The officer goes through the ties: what the words leave in doubt is rejected with a reason, the rest confirmed; two stay open.</summary>
    private async Task ConfirmAsync(PolicyVersionId version, CancellationToken cancel)
    {
        var open = (await slices.Ties.OfVersionAsync(town, version, null, cancel)).Where(t => t.State == TieState.Proposed || t.TextChanged).ToArray();
        var doubtful = open.Where(t => t.Confidence < 0.6).ToArray();
        foreach (var tie in doubtful.Take(2))
            (await slices.Ties.RejectAsync(town, tie.Id, "条文は趣旨を述べるもので、この義務を定めるものではない。", Officer, cancel)).OrThrow();
        var leave = version == second ? 2 : 0;
        (await slices.Ties.ConfirmAllAsync(town, [.. open.Except(doubtful.Take(2)).SkipLast(leave).Select(t => t.Id)], Officer, cancel)).OrThrow();
    }

    private async Task AnswerAsync(PolicyVersionId version, CancellationToken cancel)
    {
        var open = (await slices.Findings.FindingsAsync(town, version, null, cancel)).Where(f => f.Answer is null && f.Found.Severity != FindingSeverity.Info);
        var number = 0;
        foreach (var finding in open)
        {
            var answer = (FindingAnswer)(number++ % 3);
            var note = answer switch
            {
                FindingAnswer.Accepted => "承知のうえで、このままとする。",
                FindingAnswer.WillFix => "次の改正で直す。",
                _ => "実務に支障はなく、問題ない。",
            };
            (await slices.Findings.AnswerAsync(town, finding.Id, answer, note, Officer, cancel)).OrThrow();
        }
    }

    private async Task<WaiverId> AskAsync(string obligation, int from, int until, string reason, string measures, Actor by, CancellationToken cancel) =>
        (await slices.Waivers.RequestAsync(town, new WaiverRequest(new ObligationId(obligation), start.AddDays(from), start.AddDays(until), reason, measures), by, cancel)).OrThrow().Id;

    private async Task SignAsync(DemoScript.Signed signed, CancellationToken cancel)
    {
        var at = start.AddDays(signed.Day).AddHours(15);
        var expires = signed.ValidDays > 0 ? at.AddDays(signed.ValidDays) : BoardState.EndOfMonth(start).AddSeconds(-1);
        var file = new Attachment(signed.File, "text/plain", Encoding.UTF8.GetBytes($"{signed.File}\n\n{signed.Text}\n（架空の資料です。）\n"));
        (await slices.Statements.SignAsync(town,
            new StatementDraft(new ObligationId(signed.Obligation), signed.Criterion, Holds: true, signed.Text, expires, [file], at), people[signed.By], cancel)).OrThrow();
    }
}
