using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;

namespace Sekisho.Web.Tests.ThirdParties;

/// <summary>What a town entrusts to others: a contractor with two contracts, an external service, an official account.</summary>
public sealed record OutsideTown(UnitId Section, Records.Organisation.Person Ciso, RegisterEntry Contractor, RegisterEntry Contract, RegisterEntry Service, RegisterEntry Account, SocialPost Draft, IssuedConfirmation Asked)
{
    public static Actor By { get; } = new("outside-1", "担当 花子");

    public static async Task<OutsideTown> AddAsync(ConsoleServer server, MunicipalityId town, UnitId? section = null)
    {
        var records = server.Services.GetRequiredService<RecordSlices>();
        var today = JapaneseTime.Day(server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        if (section is null)
        {
            var agency = (await records.Organisation.AddUnitAsync(town, null, UnitKind.Agency, "町長部局", today, By, default)).OrThrow();
            section = (await records.Organisation.AddUnitAsync(town, agency.Id, UnitKind.Section, "住民課", today, By, default)).OrThrow().Id;
        }
        var ciso = (await records.Organisation.AddPersonAsync(town, section.Value, "磯部 修", null, StaffKind.Staff, today, By, default)).OrThrow();
        (await records.Organisation.AppointAsync(town, Post.Ciso, null, ciso.Id, today, By, default)).OrThrow();
        var contractor = await EnterAsync("contractors", ("name", "潮見情報サービス株式会社"), ("contact", "山田 太郎"), ("certificates", "isms"), ("certificates_until", Say(today.AddDays(40))));
        var contract = await EnterAsync("contracts", ("name", "住民情報システム運用保守業務"), ("unit", section.Value.ToString()), ("contractor", contractor.Id.ToString()), ("begins_on", Say(today.AddDays(-200))),
            ("ends_on", Say(today.AddDays(165))), ("entrusted", "specific"), ("entrusted", "personal"), ("entrusted", "system"), ("subcontracting", "approved"));
        await EnterAsync("contracts", ("name", "納税通知書の印刷・封入業務"), ("unit", section.Value.ToString()), ("contractor", contractor.Id.ToString()), ("begins_on", Say(today.AddDays(-400))),
            ("ends_on", Say(today.AddDays(20))), ("entrusted", "personal"));
        foreach (var kind in new[] { SheetKind.Selection, SheetKind.Clauses })
        {
            var asked = ThirdPartyData.Load().SheetsOf(kind).SelectMany(s => s.Items).Where(i => i.NeedOf(ContractShape.Of(contract), today) == ItemNeed.Required).ToList();
            (await records.Contracts.SaveSheetAsync(town, contract.Id, kind, null, [.. asked.Take(asked.Count - (kind == SheetKind.Clauses ? 4 : 0)).Select((item, n) =>
                kind == SheetKind.Selection && n == 2 ? new SheetAnswer(item.Key, SheetMark.No, "", "研修は新年度から。実績は書面で確かめた。") : new SheetAnswer(item.Key, SheetMark.Yes, kind == SheetKind.Clauses ? $"特記仕様書 第{n + 1}条" : "", ""))], null, By, default)).OrThrow();
        }
        (await records.Contracts.RecordAsync(town, contract.Id, new(EventKind.Subcontract, today.AddDays(-3), "渚データ株式会社", "帳票の印刷。個人情報は渡さない。"), null, By, default)).OrThrow();
        (await records.Contracts.RecordAsync(town, contract.Id, new(EventKind.Inspection, today.AddDays(-30), "潮見センター", "入退室の記録に空欄があった。", today.AddDays(10), null, [new("点検の写真.jpg", "jpeg"u8.ToArray())]), null, By, default)).OrThrow();
        var service = await EnterAsync("cloud-services", ("name", "会議録作成支援サービス"), ("unit", section.Value.ToString()), ("purpose", "会議録の下書き"), ("class", "2"), ("terms", "contract"), ("provider", "渚クラウド"), ("region", "japan"), ("registration", "ismap-liu"));
        await EnterAsync("cloud-services", ("name", "無料の日程調整"), ("unit", section.Value.ToString()), ("purpose", "会議の日程調整"), ("class", "2"), ("terms", "standard"), ("provider", "どこか"), ("region", "unknown"));
        var account = await EnterAsync("social-media", ("name", "浜町公式（@hama_town）"), ("service", "X"), ("unit", section.Value.ToString()), ("officer", ciso.Id.ToString()), ("procedure", "ソーシャルメディア運用手順"),
            ("may_send", "公表済みの催し・防災の情報"), ("sign_in", "two-factor"), ("drilled_on", Say(today.AddDays(-320))));
        var post = (await records.Posts.DraftAsync(town, account.Id, "今夜の花火大会は、強風のため中止します。", null, By, default)).OrThrow();
        var issued = (await records.Confirmations.AskAsync(town, contractor.Id, today.AddDays(21), By, default)).OrThrow();
        return new(section.Value, ciso, contractor, contract, service, account, post, issued);

        async Task<RegisterEntry> EnterAsync(string register, params (string, string)[] fields) => (await records.Registers.AddAsync(town, register, EntryDraft.Of(fields), null, By, default)).OrThrow();
        static string Say(DateOnly day) => day.ToString("yyyy-MM-dd");
    }
}
