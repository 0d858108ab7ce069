using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Exclusions;
using Sekisho.Records.Policies;
using Sekisho.Records.Publication;
using Sekisho.Records.Statements;
using Sekisho.Records.Waivers;

namespace Sekisho.Records.Tests;

public sealed class DecisionTests
{
    private static readonly ObligationId Duty = new("staff-duty");

    private static CancellationToken Cancel => Office.Cancel;

    private static string CodeOf<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Refused>(outcome).Why.Code;

    private static WaiverRequest Ask(Office office, int days = 30) =>
        new(Duty, office.Clock.Now(), office.Clock.Now().AddDays(days), "研修の日程が合わないため。", "所属長が個別に説明する。");

    [Fact]
    public async Task A_waiver_covers_from_its_approval_by_another_person_to_its_end()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.First);
        var verdicts = office.Slices.Verdicts;
        (await office.Slices.Evidence.RecordAsync(office.Town, Acknowledged(office, 100, 90), office.Officer, Cancel)).OrThrow();
        async Task<VerdictKind> NowAsync() => (await verdicts.ObligationAsync(office.Town, Duty, null, Cancel))!.Standing.Verdict.Kind;
        Assert.Equal(VerdictKind.NotMet, await NowAsync());

        var waiver = (await office.Slices.Waivers.RequestAsync(office.Town, Ask(office, 4), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, await NowAsync());
        Assert.Equal("REC-WVR-002", CodeOf(await office.Slices.Waivers.ApproveAsync(office.Town, waiver.Id, "", office.Officer, Cancel)));
        var requested = office.Clock.Now();
        office.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(WaiverState.InForce, (await office.Slices.Waivers.ApproveAsync(office.Town, waiver.Id, "了承", office.Manager, Cancel)).OrThrow().State);
        Assert.Equal("REC-WVR-006", CodeOf(await office.Slices.Waivers.RefuseAsync(office.Town, waiver.Id, "やはり却下する。", office.Manager, Cancel)));
        Assert.Equal(VerdictKind.Waived, await NowAsync());
        // Approved later, it doesn't cover what was shown before.
        Assert.Equal(VerdictKind.NotMet, (await verdicts.ObligationAsync(office.Town, Duty, requested, Cancel))!.Standing.Verdict.Kind);
        var covered = office.Clock.Now();
        office.Clock.Move(TimeSpan.FromDays(1));
        (await office.Slices.Waivers.EndAsync(office.Town, waiver.Id, "研修を終えた。", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, await NowAsync());
        Assert.Equal(VerdictKind.Waived, (await verdicts.ObligationAsync(office.Town, Duty, covered, Cancel))!.Standing.Verdict.Kind);
        Assert.Equal(WaiverState.InForce, Assert.Single(await office.Slices.Waivers.ListAsync(office.Town, Duty, covered, Cancel)).State);
        var spans = await verdicts.HistoryAsync(office.Town, Duty, requested.AddHours(-1), office.Clock.Now().AddHours(1), Cancel);
        Assert.Equal([VerdictKind.NoEvidence, VerdictKind.NotMet, VerdictKind.Waived, VerdictKind.NotMet], spans.Select(s => s.Verdict.Kind));
    }

    [Fact]
    public async Task Two_people_deciding_on_one_waiver_at_once_decide_it_once()
    {
        await using var office = await Office.OpenAsync();
        var waiver = (await office.Slices.Waivers.RequestAsync(office.Town, Ask(office), office.Officer, Cancel)).OrThrow();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            office.Slices.Waivers.ApproveAsync(office.Town, waiver.Id, "", new Actor($"manager-{i}", "課長"), Cancel)));
        Assert.Single(outcomes.OfType<Outcome<KeptWaiver>.Done>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(367)]
    public async Task A_waiver_has_an_end_within_a_year(int days)
    {
        await using var office = await Office.OpenAsync();
        Assert.Equal("REC-WVR-003", CodeOf(await office.Slices.Waivers.RequestAsync(office.Town, Ask(office, days), office.Officer, Cancel)));
    }

    [Fact]
    public async Task An_exclusion_puts_an_obligation_out_of_scope_until_it_is_withdrawn()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.First);
        var exclusion = (await office.Slices.Exclusions.RecordAsync(office.Town, Duty, "職員がいないため。", office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-EXC-003", CodeOf(await office.Slices.Exclusions.RecordAsync(office.Town, Duty, "もう一度記録する。", office.Officer, Cancel)));
        Assert.Equal(VerdictKind.OutOfScope, (await office.Slices.Verdicts.ObligationAsync(office.Town, Duty, null, Cancel))!.Standing.Verdict.Kind);
        var excluded = office.Clock.Now();
        office.Clock.Move(TimeSpan.FromDays(1));
        (await office.Slices.Exclusions.WithdrawAsync(office.Town, exclusion.Id, "採用した。", office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-EXC-004", CodeOf(await office.Slices.Exclusions.WithdrawAsync(office.Town, exclusion.Id, "もう一度", office.Officer, Cancel)));
        Assert.Equal(VerdictKind.NoEvidence, (await office.Slices.Verdicts.ObligationAsync(office.Town, Duty, null, Cancel))!.Standing.Verdict.Kind);
        Assert.Equal(VerdictKind.OutOfScope, (await office.Slices.Verdicts.ObligationAsync(office.Town, Duty, excluded, Cancel))!.Standing.Verdict.Kind);
    }

    [Fact]
    public async Task A_statement_needs_a_second_factor_a_file_and_an_expiry_and_is_the_weaker_kind()
    {
        await using var office = await Office.OpenAsync();
        var desk = office.Slices.Statements;
        var file = new Attachment("議事録.txt", "text/plain", Encoding.UTF8.GetBytes("議事録"));
        var draft = new StatementDraft(Duty, "acknowledged", true, "全員に説明し、署名を集めて確かめました。", office.Clock.Now().AddDays(30), [file], office.Clock.Now());
        Assert.Equal("REC-STM-001", CodeOf(await desk.SignAsync(office.Town, draft with { SecondFactorAt = null }, office.Officer, Cancel)));
        Assert.Equal("REC-STM-001", CodeOf(await desk.SignAsync(office.Town, draft with { SecondFactorAt = office.Clock.Now().AddMinutes(-16) }, office.Officer, Cancel)));
        Assert.Equal("REC-STM-002", CodeOf(await desk.SignAsync(office.Town, draft with { CriterionId = "nothing" }, office.Officer, Cancel)));
        Assert.Equal("REC-STM-003", CodeOf(await desk.SignAsync(office.Town, draft with { Text = "済" }, office.Officer, Cancel)));
        Assert.Equal("REC-STM-004", CodeOf(await desk.SignAsync(office.Town, draft with { Files = [] }, office.Officer, Cancel)));
        Assert.Equal("REC-STM-005", CodeOf(await desk.SignAsync(office.Town, draft with { ExpiresAt = office.Clock.Now().AddDays(400) }, office.Officer, Cancel)));
        var row = (await desk.SignAsync(office.Town, draft, office.Officer, Cancel)).OrThrow();

        var detail = (await office.Slices.Evidence.DetailAsync(office.Town, row.Evidence.Id, Cancel))!;
        Assert.Equal(office.Officer, detail.Statement!.By);
        Assert.Equal("議事録.txt", Assert.Single(detail.Attachments).FileName);
        Assert.Equal("議事録", Encoding.UTF8.GetString((await office.Slices.Evidence.AttachmentAsync(office.Town, row.Evidence.Id, 0, Cancel)).OrThrow().Bytes.Span));
        var met = Assert.IsType<Verdict.Met>((await office.Slices.Verdicts.ObligationAsync(office.Town, Duty, null, Cancel))!.Standing.Verdict);
        Assert.Equal(EvidenceWeight.Statement, met.Weakest);
        Assert.Equal(Duty, Assert.Single(await desk.RunningOutAsync(office.Town, office.Clock.Now().AddDays(31), Cancel)).Statement.Obligation);
        Assert.Empty(await desk.RunningOutAsync(office.Town, office.Clock.Now().AddDays(29), Cancel));

        // What a system sees outweighs it.
        (await office.Slices.Evidence.RecordAsync(office.Town, Acknowledged(office, 100, 99), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, (await office.Slices.Verdicts.ObligationAsync(office.Town, Duty, null, Cancel))!.Standing.Verdict.Kind);
        Assert.Equal("REC-EVI-008", CodeOf(await office.Slices.Evidence.RecordAsync(office.Town, Acknowledged(office, 1, 1) with { Weight = EvidenceWeight.Statement }, office.Officer, Cancel)));
    }

    [Fact]
    public async Task Evidence_from_the_future_with_wild_facts_or_without_words_is_refused()
    {
        await using var office = await Office.OpenAsync();
        async Task<string> TryAsync(Observation o) => CodeOf(await office.Slices.Evidence.RecordAsync(office.Town, o, office.Officer, Cancel));
        var fine = Acknowledged(office, 1, 1);
        Assert.Equal("REC-EVI-001", await TryAsync(fine with { Kind = "Bad Kind" }));
        Assert.Equal("REC-EVI-002", await TryAsync(fine with { ObservedAt = office.Clock.Now().AddMinutes(3) }));
        Assert.Equal("REC-EVI-003", await TryAsync(fine with { Facts = new Dictionary<string, decimal> { ["x"] = 1_000_000_000_000_000m } }));
        Assert.Equal("REC-EVI-003", await TryAsync(fine with { Facts = new Dictionary<string, decimal> { ["1x"] = 1 } }));
        Assert.Equal("REC-EVI-004", await TryAsync(fine with { Sentence = new("", "x") }));
        Assert.Equal("REC-EVI-005", await TryAsync(fine with { ExpiresAt = fine.ObservedAt }));
        Assert.Equal(0, await office.LedgerSizeAsync());
    }

    [Fact]
    public async Task Publishing_makes_the_verdict_and_withdrawing_takes_it_back()
    {
        await using var office = await Office.OpenAsync();
        var version = await office.EnforceAsync(Texts.First);
        var id = new ObligationId("policy-publication");
        async Task<VerdictKind> NowAsync() => (await office.Slices.Verdicts.ObligationAsync(office.Town, id, null, Cancel))!.Standing.Verdict.Kind;
        Assert.Equal(VerdictKind.NotMet, await NowAsync());
        Assert.Null(await office.Slices.Publications.PublicAsync(office.Town, PolicyKeys.Basic, null, Cancel));
        Assert.Equal("REC-PUB-001", CodeOf(await office.Slices.Publications.PublishAsync(office.Town, version.Id, new Uri("ftp://example.jp/"), office.Officer, Cancel)));
        var published = (await office.Slices.Publications.PublishAsync(office.Town, version.Id, new Uri("https://example.jp/policy"), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync());
        Assert.Equal("REC-PUB-004", CodeOf(await office.Slices.Publications.PublishAsync(office.Town, version.Id, new Uri("https://example.jp/policy"), office.Officer, Cancel)));
        var page = (await office.Slices.Publications.PublicAsync(office.Town, PolicyKeys.Basic, null, Cancel))!;
        Assert.Equal(version.Original, page.Digest);
        Assert.Equal(Texts.First, Encoding.UTF8.GetString((await office.Slices.Publications.PublicOriginalAsync(office.Town, PolicyKeys.Basic, 1, Cancel))!.Bytes.Span));

        office.Clock.Move(TimeSpan.FromDays(1));
        (await office.Slices.Publications.WithdrawAsync(office.Town, published.Id, "掲載先を改めるため。", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, await NowAsync());
        Assert.Null(await office.Slices.Publications.PublicAsync(office.Town, PolicyKeys.Basic, null, Cancel));
        Assert.Null(await office.Slices.Publications.PublicOriginalAsync(office.Town, PolicyKeys.Basic, 1, Cancel));
        Assert.NotNull(Assert.Single(await office.Slices.Publications.ListAsync(office.Town, null, null, Cancel)).WithdrawnAt);
        Assert.Equal(VerdictKind.Met, (await office.Slices.Verdicts.ObligationAsync(office.Town, id, office.Clock.Now().AddHours(-1), Cancel))!.Standing.Verdict.Kind);
    }

    [Fact]
    public async Task A_withheld_original_opens_to_permitted_roles_only_and_every_opening_is_in_the_ledger()
    {
        await using var office = await Office.OpenAsync();
        var version = await office.EnforceAsync(Texts.First);
        var shelf = office.Slices.Policies;
        Assert.Equal("条例第７条", (await shelf.WithholdAsync(office.Town, version.Id, "条例第７条", office.Officer, Cancel)).OrThrow().WithheldGround);
        Assert.Equal("REC-POL-007", CodeOf(await shelf.OriginalAsync(office.Town, version.Id, office.Manager, false, "見たい", Cancel)));
        Assert.Equal("REC-POL-008", CodeOf(await shelf.OriginalAsync(office.Town, version.Id, office.Manager, true, " ", Cancel)));
        Assert.Equal("REC-PUB-003", CodeOf(await office.Slices.Publications.PublishAsync(office.Town, version.Id, new Uri("https://example.jp/"), office.Officer, Cancel)));
        Assert.Empty(await shelf.OpeningsAsync(office.Town, Cancel));
        (await shelf.OriginalAsync(office.Town, version.Id, office.Manager, true, "監査のため", Cancel)).OrThrow();
        var opening = Assert.Single(await shelf.OpeningsAsync(office.Town, Cancel));
        Assert.Equal(office.Manager, opening.By);
        await using var tx = await office.Test.Database.EnterAsync(office.Town, Cancel);
        var entry = await Records.Ledgers.LedgerReader.ReadAsync(tx, (ulong)opening.LedgerIndex, Cancel);
        Assert.Equal("document.read", entry!.Entry!.Kind);
        Assert.Equal(office.Manager.Account, entry.Entry.Actor);
        Assert.Equal(VerdictKind.Met, (await office.Slices.Verdicts.ObligationAsync(office.Town, new("disclosure-control"), null, Cancel))!.Standing.Verdict.Kind);
    }

    [Fact]
    public async Task Own_obligations_count_from_when_they_are_kept()
    {
        await using var office = await Office.OpenAsync();
        const string Yaml = """
            format: 1
            evidence:
              shiokaze.drill:
                name: {ja: 津波避難時の持出し訓練, en: tsunami drill}
                facts:
                  held: {ja: 実施すれば1, en: 1 when held}
            obligations:
              - id: tsunami-drill
                name: {ja: 津波訓練, en: tsunami drill}
                requires: {ja: 年に一度、訓練を行う。, en: A drill is held once a year.}
                grounds: [{source: 地方自治法, place: 第244条の6第1項}]
                criteria:
                  - id: held
                    asks: {ja: 訓練が行われている。, en: The drill was held.}
                    evidence: shiokaze.drill
                    condition: held >= 1
                    validity: 400d
                words: [{text: 津波, confidence: 0.9}]
            """;
        var before = office.Clock.Now();
        office.Clock.Move(TimeSpan.FromDays(1));
        var kept = await office.Slices.Obligations.SetOwnAsync(office.Town, Yaml, office.Officer, Cancel);
        Assert.NotNull(kept.OrThrow().Find(new("tsunami-drill")));
        Assert.NotNull(await office.Slices.Verdicts.ObligationAsync(office.Town, new("tsunami-drill"), null, Cancel));
        Assert.Null(await office.Slices.Verdicts.ObligationAsync(office.Town, new("tsunami-drill"), before, Cancel));
        Assert.Equal("REC-OBL-002", CodeOf(await office.Slices.Obligations.SetOwnAsync(office.Town, "format: 1\nobligations:\n  - id: x\n", office.Officer, Cancel)));
        Assert.Equal(Yaml, (await office.Slices.Obligations.OwnAsync(office.Town, Cancel))!.Yaml);
    }

    [Fact]
    public async Task The_municipality_reads_its_own_words()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.First.Replace("分類", "格付け", StringComparison.Ordinal));
        Assert.Equal("格付け", (await office.Slices.Words.WordsAsync(office.Town, Cancel)).Single(w => w.Term == "分類").Spoken);
        (await office.Slices.Words.KeepAsync(office.Town, new Dictionary<string, string?> { ["分類"] = "区分" }, office.Officer, Cancel)).OrThrow();
        Assert.Equal("区分", (await office.Slices.Verdicts.BoardAsync(office.Town, null, Cancel))!.Words.For("分類"));
        Assert.Equal("REC-POL-011", CodeOf(await office.Slices.Words.KeepAsync(office.Town, new Dictionary<string, string?> { ["なにか"] = "x" }, office.Officer, Cancel)));
    }

    internal static Observation Acknowledged(Office office, int people, int acknowledged) => new(
        "staff.acknowledgement", "", office.Clock.Now(), null, EvidenceWeight.System,
        new Dictionary<string, decimal> { ["people"] = people, ["acknowledged"] = acknowledged },
        new($"{people} 人のうち {acknowledged} 人が確認しました。", $"{acknowledged} of {people} acknowledged."));
}
