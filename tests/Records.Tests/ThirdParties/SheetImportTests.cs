using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Tests.Registers;
using static Sekisho.Records.Tests.ThirdParties.ThirdPartyOffice;

namespace Sekisho.Records.Tests.ThirdParties;

/// <summary>An office's own sheets, under its own headings, and the round trip of each register of this slice.</summary>
public sealed class SheetImportTests
{
    [Fact]
    public async Task An_offices_own_list_of_contracts_and_of_services_is_taken_in_as_it_is()
    {
        await using var office = await OpenAsync();
        await office.ContractorAsync();
        await TakeAsync(office, "contracts", Sheets.Cp932("委託業務名,委託先名,担当課,契約開始日,契約終了日,取扱情報,再委託の有無\n納税通知書の印刷,潮見情報サービス株式会社,税務課,令和8年4月1日,令和9年3月31日,個人情報,なし\n"), "委託契約一覧.csv");
        var contract = Assert.Single(await office.Slices.Contracts.ContractsAsync(office.Town, null, Cancel));
        Assert.Equal(("納税通知書の印刷", new DateOnly(2027, 3, 31), 16), (contract.Contract.Title, contract.EndsOn, contract.Clauses.Required));

        await TakeAsync(office, "cloud-services", Sheets.Cp932("クラウドサービス名,担当課,利用目的,機密性,契約形態,提供事業者,データ保存場所\n日程調整,福祉課,会議の調整,機密性2,約款型（同意するだけ）,どこか,分からない\n"), "クラウド一覧.csv");
        var service = Assert.Single(await office.Slices.Services.ListAsync(office.Town, null, Cancel));
        Assert.True(service.IsUnapproved);
        Assert.True(service.Obstacles.Count >= 2);
    }

    [Theory]
    [InlineData("contracts")]
    [InlineData("cloud-services")]
    [InlineData("social-media")]
    public async Task What_is_written_out_comes_back_without_a_change(string register)
    {
        await using var office = await OpenAsync();
        await office.ContractAsync(await office.ContractorAsync(), "specific personal", "approved");
        (await office.Slices.Registers.AddAsync(office.Town, "cloud-services", EntryDraft.Of(("name", "会議録"), ("unit", office.Section.Id.ToString()), ("purpose", "下書き\n清書"), ("class", "3B"), ("terms", "contract"), ("provider", "渚"), ("region", "both"), ("registration", "ismap"), ("registration", "dmp"), ("foreign_law", "検討した。"), ("manager", "汐見 ゆい")), null, office.Officer, Cancel)).OrThrow();
        (await office.Slices.Registers.AddAsync(office.Town, "social-media", EntryDraft.Of(("name", "村公式"), ("service", "X"), ("unit", office.Section.Id.ToString()), ("officer", "2"), ("address", "https://example.jp/x")), null, office.Officer, Cancel)).OrThrow();
        await using var file = (await new RegisterExport(office.Slices.Registers).WorkbookAsync(office.Town, register, new RegisterQuery(), null, Cancel))!;
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, Cancel);
        await TakeAsync(office, register, bytes.ToArray(), register + ".xlsx");
        Assert.Equal(1, Assert.Single((await office.Slices.Registers.ListAsync(office.Town, register, new RegisterQuery(), null, Cancel)).Entries).Version);
    }

    private static async Task TakeAsync(ThirdPartyOffice office, string register, byte[] file, string name)
    {
        var import = new RegisterImport(office.Slices.Registers);
        var plan = (await import.UploadAsync(office.Town, register, new MemoryStream(file), name, office.Officer, Cancel)).OrThrow();
        var tried = (await import.TryAsync(office.Town, plan.Upload, plan.Proposed, null, office.Officer, Cancel)).OrThrow();
        Assert.Equal("", string.Join("\n", tried.Problems.Select(p => $"{p.Cell} {p.What.Ja}")));
        (await import.CommitAsync(office.Town, plan.Upload, null, office.Officer, Cancel)).OrThrow();
    }
}
