using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Hierarchy;
using Sekisho.Records.Accounts;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Traces;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's standards, procedures, forms and delegated rule: how they came into force, what carries out what, and who has read them.</summary>
/// <param name="dayOf">The day in Japan of a day of the story.</param>
/// <param name="settle">Confirms a version's ties and answers its findings.</param>
internal sealed class DemoDocuments(
    RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, DemoOrganisation organisation, Func<int, DateOnly> dayOf,
    Func<PolicyVersionId> firstPolicy, Func<PolicyVersionId> secondPolicy, int secondInForce, Func<PolicyVersionId, CancellationToken, Task> settle)
{
    private const string Ground = "しおかぜ町情報公開条例第７条第６号";

    private static readonly DateOnly Since = new(2023, 4, 1);

    private CampaignId first, second;

    private Actor Officer => people["officer"];

    private Actor Digital => people["digital"];

    private Actor Ciso => people["ciso"];

    /// <summary>Day, hour in Japan, and what was done.</summary>
    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps()
    {
        yield return (-366, 10, LinkAsync);
        // What the town had on paper before Sekisho came.
        yield return (-362, 10, c => AdoptAsync(DocumentKind.Standard, PolicyKeys.Standard, "情報セキュリティ対策基準", "shiokaze-standard.txt", Post.Ciso, "し総第４２号", Ground, c));
        yield return (-361, 9, c => AdoptAsync(DocumentKind.Procedure, "procedure-media", "実施手順（記録媒体の取扱い）", "shiokaze-procedure.txt", Post.GeneralOfficer, "し総第４４号", Ground, c));
        yield return (-361, 10, c => AdoptAsync(DocumentKind.Procedure, "procedure-account", "実施手順（利用者アカウントの管理）", "shiokaze-procedure-account.txt", Post.GeneralOfficer, "し総第４５号", Ground, c));
        yield return (-361, 11, c => AdoptAsync(DocumentKind.EmergencyPlan, "emergency-plan", "緊急時対応計画", "shiokaze-emergency.txt", Post.Ciso, "し総第４６号", Ground, c));
        yield return (-360, 9, c => AdoptAsync(DocumentKind.Form, "form-media", "記録媒体貸出簿（様式第１号）", "shiokaze-form-media.txt", Post.GeneralOfficer, "し総第４４号", null, c));
        yield return (-360, 10, c => AdoptAsync(DocumentKind.Form, "form-account", "アカウント申請書（様式第２号）", "shiokaze-form-account.txt", Post.GeneralOfficer, "し総第４５号", null, c));
        yield return (-359, 14, TraceAsync);
        yield return (-358, 9, async c => first = await CampaignAsync(firstPolicy(), -340, "基本方針です。３分ほどで読めます。", c));
        for (var day = -357; day <= -342; day += 3)
        {
            var share = (day + 357) / 3;
            yield return (day, 13, c => AcknowledgeAsync(first, share, 6, c));
        }
        yield return (-227, 9.5, c => AcknowledgeAsync(first, 0, 1, c));

        // The revised policy names the articles that the standard serves, asks for a procedure of its own, and is brought to everyone.
        yield return (secondInForce + 1, 11, TraceAsync);
        yield return (secondInForce, 9.5, async c => second = await CampaignAsync(secondPolicy(), secondInForce + 21, "第１０条の領域の分け方と、第１８条の改善の確認を改めました。", c));
        for (var day = secondInForce + 1; day <= secondInForce + 16; day += 3)
        {
            var share = (day - secondInForce - 1) / 3;
            yield return (day, 13, c => AcknowledgeAsync(second, share, 6, c));
        }
        yield return (-83, 10, c => ApproveAsync(DocumentKind.DelegatedRule, "rule-takeout", "情報資産持出し要領", "shiokaze-rule.txt", dayOf(-83), new Approver.Delegate("副町長", organisation.PersonOf(Ciso.Name)), Ciso, null, c));
        yield return (-82, 9, c => PublishAsync("rule-takeout", c));
        yield return (-81, 9, TraceAsync);
        yield return (-53, 10, c => ApproveAsync(DocumentKind.Procedure, "procedure-sns", "ソーシャルメディア利用実施手順", "shiokaze-sns.txt", dayOf(-53), new Approver.Holder(Post.GeneralOfficer), Digital, Ground, c));
        yield return (-52, 9, TraceAsync);

        yield return (-70, 10, c => ReadAsync("procedure-media", Officer, Role.Officer, "対策基準との照合", c));
        yield return (-33, 15, c => ReadAsync("procedure-media", people["auditor"], Role.Auditor, "定期監査の予備調査", c));
        // A revision that waits for its approval today.
        yield return (-2, 11, ReviseAsync);
    }

    /// <summary>Whose account is whose: by name, as the office itself proposes.</summary>
    private async Task LinkAsync(CancellationToken cancel)
    {
        foreach (var actor in people.Values)
            (await slices.AccountPeople.LinkAsync(town, actor.Account, organisation.PersonOf(actor.Name), people["admin"], cancel)).OrThrow();
    }

    private async Task AdoptAsync(DocumentKind kind, string key, string name, string text, Post approver, string reference, string? ground, CancellationToken cancel)
    {
        var version = await BringAsync(kind, key, name, text, new Approver.Holder(approver), ground, cancel);
        (await slices.Approvals.AdoptAsync(town, version, Since.AddDays(-10), approver == Post.Ciso ? "町長" : "デジタル推進課長", reference, Officer, cancel)).OrThrow();
        await EnforceAsync(version, Since, ground, cancel);
    }

    private async Task ApproveAsync(DocumentKind kind, string key, string name, string text, DateOnly on, Approver approver, Actor by, string? ground, CancellationToken cancel)
    {
        var version = await BringAsync(kind, key, name, text, approver, ground, cancel);
        await ReviewAsync(version, by == Digital ? people["residents"] : Digital, cancel);
        (await slices.Approvals.ApproveAsync(town, version, "", by, cancel)).OrThrow();
        await EnforceAsync(version, on, ground, cancel);
    }

    private async Task<PolicyVersionId> BringAsync(DocumentKind kind, string key, string name, string text, Approver approver, string? ground, CancellationToken cancel)
    {
        // Staff follow the procedures, so staff may open them; the standard is the managers'.
        var readers = kind == DocumentKind.Standard ? Readers.Managers : Readers.Everyone;
        (await slices.Documents.AddAsync(town, new(kind, name, organisation.UnitOf("digital"), approver, readers, key), Officer, cancel)).OrThrow();
        var version = await ImportAsync(key, DemoScript.Text(text), name, cancel);
        if (ground is not null) (await slices.Policies.WithholdAsync(town, version, ground, Officer, cancel)).OrThrow();
        return version;
    }

    private async Task<PolicyVersionId> ImportAsync(string key, string text, string name, CancellationToken cancel)
    {
        var printed = text.Replace("{要領日}", DemoScript.Printed(dayOf(-83)), StringComparison.Ordinal).Replace("{手順日}", DemoScript.Printed(dayOf(-53)), StringComparison.Ordinal);
        var outcome = await slices.Policies.ImportAsync(town, new PolicyUpload(Encoding.UTF8.GetBytes(printed), name + ".txt", key), Officer, cancel);
        return outcome.Match(
            imported => imported.Version.Id,
            kept => kept.Version.Id,
            unreadable => throw new InvalidOperationException($"{key}: {unreadable.Error}"),
            no => throw new InvalidOperationException($"{key}: {no.Why}"));
    }

    private async Task ReviewAsync(PolicyVersionId version, Actor reviewer, CancellationToken cancel)
    {
        (await slices.Approvals.SubmitAsync(town, version, "審査をお願いします。", Officer, cancel)).OrThrow();
        (await slices.Approvals.ReviewAsync(town, version, "用語と引用を確かめた。", reviewer, cancel)).OrThrow();
    }

    private async Task EnforceAsync(PolicyVersionId version, DateOnly on, string? ground, CancellationToken cancel)
    {
        await settle(version, cancel);
        if (ground is null) (await slices.Policies.DiscloseAsync(town, version, Officer, cancel)).OrThrow();
        (await slices.Policies.PutInForceAsync(town, version, on, Officer, cancel)).OrThrow();
    }

    private async Task PublishAsync(string key, CancellationToken cancel)
    {
        var version = (await slices.Documents.ReadAsync(town, key, cancel))!.InForce!.Id;
        (await slices.Publications.PublishAsync(town, version, new Uri($"https://www.town.shiokaze.example/policy/{key}"), Officer, cancel)).OrThrow();
    }

    /// <summary>The officer goes through what the texts suggest, and adds what only a person sees.</summary>
    private async Task TraceAsync(CancellationToken cancel)
    {
        var suggested = (await slices.Traces.SuggestAsync(town, cancel)).Where(s => s.Confidence >= 0.6).Select(s => (s.Upper, s.Lower)).ToArray();
        if (suggested.Length > 0) (await slices.Traces.DecideManyAsync(town, suggested, TraceDecision.Confirmed, "", Officer, cancel)).OrThrow();
        var map = await slices.Traces.MapAsync(town, null, cancel);
        var making = map.Needs.Where(n => !n.Satisfied && map.Place(n.Provision)!.Text.Contains("策定", StringComparison.Ordinal)).ToArray();
        foreach (var need in making)
        {
            // 「対策基準の策定」「実施手順の策定」 are carried out by the documents themselves.
            var lower = map.Documents.First(d => need.Call.Rule == CalledRule.Standard ? d.Level == 1 : d.Level == 2);
            (await slices.Traces.DecideAsync(town, need.Provision, new(lower.Document.Key, ""), TraceDecision.Confirmed, "", Officer, cancel)).OrThrow();
        }
        foreach (var (form, procedure, article) in new[] { ("form-media", "procedure-media", "第３条"), ("form-account", "procedure-account", "第２条") })
        {
            if (map.Orphans.All(o => o.Key != form)) continue;
            var upper = map.Documents.First(d => d.Document.Key == procedure).Places.First(p => p.Place == article).End;
            (await slices.Traces.DecideAsync(town, upper, new(form, ""), TraceDecision.Confirmed, "", Officer, cancel)).OrThrow();
        }
        foreach (var orphan in (await slices.Traces.MapAsync(town, null, cancel)).Orphans)
        {
            // The delegated rule stands on the article that delegates.
            var upper = map.Documents[0].Places.First(p => p.Text == (orphan.Kind == DocumentKind.DelegatedRule ? "委任" : "外部サービスの利用")).End;
            (await slices.Traces.DecideAsync(town, upper, new(orphan.Key, ""), TraceDecision.Confirmed, "", Officer, cancel)).OrThrow();
        }
    }

    private async Task<CampaignId> CampaignAsync(PolicyVersionId version, int due, string message, CancellationToken cancel) =>
        (await slices.Acknowledgements.OpenAsync(town, new(version, CampaignDraft.Usual, null, dayOf(due), message), Officer, cancel)).OrThrow().Id;

    /// <summary>One share of those who have yet to: who signs in does so in person, for the others their manager signs.</summary>
    private async Task AcknowledgeAsync(CampaignId campaign, int share, int shares, CancellationToken cancel)
    {
        var missing = (await slices.Acknowledgements.PeopleAsync(town, campaign, new CampaignQuery(Size: 500), null, cancel)).People;
        var some = missing.Take((int)Math.Ceiling(missing.Count / (double)(shares - share))).ToArray();
        var accounts = people.Values.ToDictionary(a => organisation.PersonOf(a.Name));
        foreach (var person in some.Where(p => accounts.ContainsKey(p.Person)))
            (await slices.Acknowledgements.AcknowledgeAsync(town, campaign, accounts[person.Person], cancel)).OrThrow();
        foreach (var section in some.Where(p => !accounts.ContainsKey(p.Person)).GroupBy(p => p.Unit))
            (await slices.Acknowledgements.SignForAsync(town, campaign, [.. section.Select(p => p.Person)], "朝礼で説明し、署名簿に署名を受けた。", null, Digital, cancel)).OrThrow();
    }

    private async Task ReadAsync(string key, Actor actor, Role role, string purpose, CancellationToken cancel) =>
        (await slices.Reading.OpenAsync(town, (await slices.Documents.ReadAsync(town, key, cancel))!.InForce!.Id, actor, [role], purpose, cancel)).OrThrow();

    private async Task ReviseAsync(CancellationToken cancel)
    {
        var text = DemoScript.Text("shiokaze-standard.txt").Replace("ログを１年間保存し、毎月点検", "ログを２年間保存し、毎週点検", StringComparison.Ordinal);
        await ReviewAsync(await ImportAsync(PolicyKeys.Standard, text, "情報セキュリティ対策基準（改正案）", cancel), Digital, cancel);
    }
}
