using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;

namespace Sekisho.Records.Tests.ThirdParties;

/// <summary>An office that entrusts work to others: two sections, a CISO, a policy that speaks of contractors, services and social media.</summary>
internal sealed class ThirdPartyOffice : IAsyncDisposable
{
    public const string PolicyText = """
        いそべ村情報セキュリティ基本方針

        （目的）
        第１条　この方針は、村の情報資産を守るため、基本となる事項を定めることを目的とする。

        （業務委託）
        第２条　業務委託を行う場合には、委託事業者を選定し、情報セキュリティ要件を明記した契約を締結し、委託事業者において必要なセキュリティ対策が確保されていることを確認する。

        （外部サービスの利用）
        第３条　外部サービスを利用する場合には、利用に係る規定を整備し対策を講じる。

        （ソーシャルメディアサービスの利用）
        第４条　ソーシャルメディアサービスを利用する場合には、ソーシャルメディアサービスの運用手順を定め、発信できる情報を規定し、利用するソーシャルメディアサービスごとの責任者を定める。

        附　則
        この方針は、令和６年４月１日から施行する。
        """;

    private ThirdPartyOffice(Office office, Unit section, Unit other, Person ciso, Person clerk) => (Office, Section, Other, Ciso, Clerk) = (office, section, other, ciso, clerk);

    public Office Office { get; }

    public Unit Section { get; }

    public Unit Other { get; }

    public Person Ciso { get; }

    public Person Clerk { get; }

    public RecordSlices Slices => Office.Slices;

    public MunicipalityId Town => Office.Town;

    public Actor Officer => Office.Officer;

    public Actor Manager => Office.Manager;

    public DateOnly Today => JapaneseTime.Day(Office.Clock.Now());

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ThirdPartyOffice> OpenAsync()
    {
        var office = await Office.OpenAsync();
        var organisation = office.Slices.Organisation;
        var day = JapaneseTime.Day(Office.Start);
        var mayor = (await organisation.AddUnitAsync(office.Town, null, UnitKind.Agency, "村長部局", day, office.Officer, Cancel)).OrThrow();
        var section = (await organisation.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "税務課", day, office.Officer, Cancel)).OrThrow();
        var other = (await organisation.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "福祉課", day, office.Officer, Cancel)).OrThrow();
        var ciso = (await organisation.AddPersonAsync(office.Town, mayor.Id, "磯部 修", "1", StaffKind.Staff, day, office.Officer, Cancel)).OrThrow();
        var clerk = (await organisation.AddPersonAsync(office.Town, section.Id, "汐見 ゆい", "2", StaffKind.Staff, day, office.Officer, Cancel)).OrThrow();
        (await organisation.AppointAsync(office.Town, Post.Ciso, null, ciso.Id, day, office.Officer, Cancel)).OrThrow();
        await office.EnforceAsync(PolicyText);
        return new ThirdPartyOffice(office, section, other, ciso, clerk);
    }

    public async Task<RegisterEntry> ContractorAsync(string name = "潮見情報サービス株式会社") =>
        (await Slices.Registers.AddAsync(Town, "contractors", EntryDraft.Of(("name", name)), null, Officer, Cancel)).OrThrow();

    public async Task<RegisterEntry> ContractAsync(RegisterEntry contractor, string entrusted = "personal", string subcontracting = "none", string begins = "2026-04-01", string ends = "2027-03-31", string transitional = "false", UnitId? unit = null) =>
        (await Slices.Registers.AddAsync(Town, "contracts", EntryDraft.Of(("name", "住民情報システム運用保守業務"), ("unit", (unit ?? Section.Id).ToString()), ("contractor", contractor.Id.ToString()),
            ("begins_on", begins), ("ends_on", ends), ("subcontracting", subcontracting), ("transitional", transitional)).With("entrusted", entrusted.Split(' ')), null, Officer, Cancel)).OrThrow();

    /// <summary>Every line of a sheet that is asked for, fulfilled.</summary>
    public static IReadOnlyList<SheetAnswer> Full(SheetKind kind, RegisterEntry contract, DateOnly day) =>
        [.. ThirdPartyData.Load().SheetsOf(kind).SelectMany(s => s.Items).Where(i => i.NeedOf(ContractShape.Of(contract), day) == ItemNeed.Required)
            .Select((item, n) => new SheetAnswer(item.Key, SheetMark.Yes, kind == SheetKind.Clauses ? $"第{n + 1}条" : "", ""))];

    public async Task<FilledSheet> FillAsync(SheetKind kind, RegisterEntry contract)
    {
        var seen = await Slices.Contracts.ContractAsync(Town, contract.Id, null, Cancel);
        var before = kind == SheetKind.Selection ? seen!.SelectionSheet : seen!.ClauseSheet;
        return (await Slices.Contracts.SaveSheetAsync(Town, contract.Id, kind, before?.Id, Full(kind, contract, Today), null, Officer, Cancel)).OrThrow();
    }

    /// <summary>Right answers to all that was asked.</summary>
    public IReadOnlyList<GivenAnswer> Answers(ConfirmationForm form) => [.. form.Questions.Where(q => q.Answer != AnswerKind.File).Select(q => new GivenAnswer(q.Key, q.Answer switch
    {
        AnswerKind.YesNo => "yes",
        AnswerKind.Date => Today.ToString("yyyy-MM-dd"),
        AnswerKind.Number => "3",
        _ => "山田 責任者",
    }, ""))];

    public async Task ConfirmAsync(RegisterEntry contractor)
    {
        var issued = (await Slices.Confirmations.AskAsync(Town, contractor.Id, Today.AddDays(30), Officer, Cancel)).OrThrow();
        var ticket = (await Slices.ConfirmationDoor.OpenAsync(issued.Link, issued.Code, Cancel)).OrThrow();
        var form = (await Slices.ConfirmationDoor.ReadAsync(ticket, Cancel))!;
        Assert.True((await Slices.ConfirmationDoor.SendAsync(ticket, Answers(form), [], "山田 太郎", Cancel)).OrThrow().Taken);
        (await Slices.Confirmations.SignOffAsync(Town, issued.Summary.Id, "", Officer, Cancel)).OrThrow();
    }

    public async Task<Verdict> VerdictAsync(string obligation)
    {
        await Slices.Collector.RunAsync(Town, null, Cancel);
        return DutyWalk.Seen(obligation, (await Slices.Verdicts.ObligationsAsync(Town, null, Cancel)).Single(l => l.Standing.Obligation.Id.Value == obligation).Standing.Verdict);
    }

    public static string Code<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Refused>(outcome).Why.Code;

    public ValueTask DisposeAsync() => Office.DisposeAsync();
}
