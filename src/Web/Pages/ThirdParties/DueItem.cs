using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.ThirdParties;

namespace Sekisho.Web.Pages.ThirdParties;

/// <summary>Something that falls due (期限のあるもの).</summary>
internal sealed record DueItem(DateOnly Day, Bilingual What, string Name, string Href)
{
    /// <summary>All that falls due up to a day, soonest first.</summary>
    /// <param name="office">Contractors and confirmations, too: of those who see everything.</param>
    public static async Task<IReadOnlyList<DueItem>> ListAsync(RecordSlices records, MunicipalityId municipality, IReadOnlyList<UnitId>? within, bool office, DateOnly until, CancellationToken cancel)
    {
        var items = new List<DueItem>();
        foreach (var contract in await records.Contracts.ContractsAsync(municipality, within, cancel)) items.AddRange(Of(contract));
        foreach (var service in await records.Services.ListAsync(municipality, within, cancel))
            if (service.DueOn is { } due) items.Add(new(due, new("外部サービスの期限・見直し", "service: end or review"), service.Service.Title, $"/cloud-services/{service.Service.Id}"));
        foreach (var account in await records.Posts.AccountsAsync(municipality, within, cancel))
            if (account.DrillBy is { } drill) items.Add(new(drill, new("乗っ取りの訓練", "takeover drill"), account.Account.Title, $"/social-media/{account.Account.Id}"));
        if (office)
        {
            foreach (var contractor in await records.Contracts.ContractorsAsync(municipality, cancel)) items.AddRange(Of(contractor));
        }
        return [.. items.Where(i => i.Day <= until).OrderBy(i => i.Day).ThenBy(i => i.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<DueItem> Of(ContractStanding contract)
    {
        var href = $"/contracts/{contract.Contract.Id}";
        if (contract.IsUnreturned) yield return new(contract.EndsOn, new("終わった契約：返却・消去の確認", "contract over: return or deletion"), contract.Contract.Title, href);
        else if (contract.IsRunning) yield return new(contract.EndsOn, new("契約の終わり", "contract ends"), contract.Contract.Title, href);
        foreach (var finding in contract.OpenFindings) yield return new(finding.DueOn!.Value, new("実地の確認で見つかったことの是正", "findings of an inspection"), finding.Title, href);
    }

    private static IEnumerable<DueItem> Of(ContractorStanding contractor)
    {
        var (title, href) = (contractor.Contractor.Title, $"/contractors/{contractor.Contractor.Id}");
        if (contractor.Newest is { IsOut: true } asked) yield return new(asked.DueOn, new("年次確認の回答", "answers of the confirmation"), title, $"/confirmations/{asked.Id}");
        else if (contractor.Newest is { State: ConfirmationState.Answered } answered) yield return new(answered.DueOn, new("年次確認を読んで確かめる", "read and sign off"), title, $"/confirmations/{answered.Id}");
        else if (contractor.ConfirmBy is { } by) yield return new(by, new("年次確認", "yearly confirmation"), title, href);
        if (contractor.Running.Count > 0 && contractor.Contractor.Day("certificates_until") is { } until) yield return new(until, new("委託先の認証の有効期限", "certificate expires"), title, href);
    }
}
