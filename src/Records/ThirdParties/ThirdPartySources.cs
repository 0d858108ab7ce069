using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.ThirdParties;

/// <summary>Whether contractors are held to the same level (委託先の確認): selection, clauses, yearly confirmation, end.</summary>
public sealed class ContractorSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Confirmation = "contractors.confirmation";

    public IReadOnlyCollection<string> Kinds { get; } = [Confirmation];

    /// <summary>Silent until the first contractor is entered.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (!await RegisterRows.IsBegunAsync(tx, ThirdPartyRows.Contractors, cancel)) return [];
        var all = await ThirdPartyRows.ContractorsAsync(tx, JapaneseTime.Day(at), null, cancel);
        // One without any contract in the register has none that could hold it to anything.
        var counted = all.Where(c => c.Running.Count > 0 || c.Contracts.Count == 0 && c.Contractor.Retired is null).ToList();
        var selection = counted.FindAll(c => c.Contracts.Count == 0 || c.IsWithoutSelection);
        var clauses = counted.FindAll(c => c.Contracts.Count == 0 || c.IsWithoutClauses);
        var unconfirmed = counted.FindAll(c => c.IsUnconfirmed);
        var contracts = all.SelectMany(c => c.Contracts).ToList();
        var unreturned = contracts.FindAll(c => c.IsUnreturned);
        var undecided = contracts.FindAll(c => c.IsRunning && c.UndecidedSubcontracts.Count > 0);
        var facts = new Dictionary<string, decimal>
        {
            ["contractors"] = counted.Count, ["without_selection"] = selection.Count, ["without_clauses"] = clauses.Count, ["unconfirmed"] = unconfirmed.Count,
            ["unreturned"] = unreturned.Count, ["undecided_subcontracts"] = undecided.Count,
        };
        var faults = new List<Bilingual>();
        if (selection.Count > 0) faults.Add(new($"選定の記録がない委託先が {selection.Count} 者{Offenders.Ja(selection, c => c.Contractor.Title)}", $"{selection.Count} without selection{Offenders.En(selection, c => c.Contractor.Title)}"));
        if (clauses.Count > 0) faults.Add(new($"契約に要件が欠ける委託先が {clauses.Count} 者{Offenders.Ja(clauses, c => c.Contractor.Title)}", $"{clauses.Count} without all clauses{Offenders.En(clauses, c => c.Contractor.Title)}"));
        if (unconfirmed.Count > 0) faults.Add(new($"年次確認が済んでいない委託先が {unconfirmed.Count} 者{Offenders.Ja(unconfirmed, c => c.Contractor.Title)}", $"{unconfirmed.Count} not confirmed within the year{Offenders.En(unconfirmed, c => c.Contractor.Title)}"));
        if (unreturned.Count > 0) faults.Add(new($"終わった契約で返却・消去を確かめていないものが {unreturned.Count} 件{Offenders.Ja(unreturned, c => c.Contract.Title)}", $"{unreturned.Count} contracts over without return or deletion{Offenders.En(unreturned, c => c.Contract.Title)}"));
        if (undecided.Count > 0) faults.Add(new($"再委託を決めていない契約が {undecided.Count} 件{Offenders.Ja(undecided, c => c.Contract.Title)}", $"{undecided.Count} contracts with undecided re-subcontracting{Offenders.En(undecided, c => c.Contract.Title)}"));
        return [new(Confirmation, "", at, null, EvidenceWeight.System, facts, faults.Count == 0
            ? counted.Count == 0 ? new("いま続いている委託はありません。", "Nothing is entrusted at present.")
                : new($"委託先 {counted.Count} 者すべてに、選定の記録、契約の要件、年次確認があります。", $"Selection, clauses and yearly confirmation exist for all {counted.Count} contractors.")
            : Offenders.Sentence($"委託先 {counted.Count} 者のうち、", $"Of {counted.Count} contractors: ", faults))];
    }
}

/// <summary>Whether external services are used by rule (外部サービスの登録).</summary>
public sealed class ServiceSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Register = "services.register";

    public IReadOnlyCollection<string> Kinds { get; } = [Register];

    /// <summary>Silent until the first service is entered.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (!await RegisterRows.IsBegunAsync(tx, ThirdPartyRows.Services, cancel)) return [];
        var services = (await ServiceDesk.StandingsAsync(tx, await RegisterRows.AllAsync(tx, ThirdPartyRows.Services, null, retired: false, cancel), JapaneseTime.Day(at), cancel)).ToList();
        var (unapproved, expired) = (services.FindAll(s => s.IsUnapproved), services.FindAll(s => s.IsExpired));
        var facts = new Dictionary<string, decimal> { ["services"] = services.Count, ["unapproved"] = unapproved.Count, ["expired"] = expired.Count };
        var faults = new List<Bilingual>();
        if (unapproved.Count > 0) faults.Add(new($"承認のないものが {unapproved.Count} 件{Offenders.Ja(unapproved, s => s.Service.Title)}", $"{unapproved.Count} without approval{Offenders.En(unapproved, s => s.Service.Title)}"));
        if (expired.Count > 0) faults.Add(new($"期限か年次の見直しを過ぎたものが {expired.Count} 件{Offenders.Ja(expired, s => s.Service.Title)}", $"{expired.Count} out of date{Offenders.En(expired, s => s.Service.Title)}"));
        return [new(Register, "", at, null, EvidenceWeight.System, facts, faults.Count == 0
            ? services.Count == 0 ? new("いま使っている外部サービスはありません。", "No external service is in use.")
                : new($"利用中の外部サービス {services.Count} 件は、すべて承認され期限内です。", $"All {services.Count} services in use are approved and in date.")
            : Offenders.Sentence($"外部サービス {services.Count} 件のうち、", $"Of {services.Count} services: ", faults))];
    }
}

/// <summary>Whether social media are used by procedure (ソーシャルメディアの登録).</summary>
public sealed class AccountSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Register = "sns.register";

    public IReadOnlyCollection<string> Kinds { get; } = [Register];

    /// <summary>Silent until the first account is entered.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (!await RegisterRows.IsBegunAsync(tx, ThirdPartyRows.Accounts, cancel)) return [];
        var accounts = (await PostDesk.StandingsAsync(tx, await RegisterRows.AllAsync(tx, ThirdPartyRows.Accounts, null, retired: false, cancel), JapaneseTime.Day(at), cancel)).ToList();
        var (procedure, scope, officer) = (accounts.FindAll(a => a.IsWithoutProcedure), accounts.FindAll(a => a.IsWithoutScope), accounts.FindAll(a => a.IsWithoutOfficer));
        var facts = new Dictionary<string, decimal> { ["accounts"] = accounts.Count, ["without_procedure"] = procedure.Count, ["without_scope"] = scope.Count, ["without_officer"] = officer.Count };
        var faults = new List<Bilingual>();
        if (procedure.Count > 0) faults.Add(new($"運用手順のないものが {procedure.Count} 件{Offenders.Ja(procedure, a => a.Account.Title)}", $"{procedure.Count} without procedure{Offenders.En(procedure, a => a.Account.Title)}"));
        if (scope.Count > 0) faults.Add(new($"発信できる情報を定めていないものが {scope.Count} 件{Offenders.Ja(scope, a => a.Account.Title)}", $"{scope.Count} without saying what may be sent{Offenders.En(scope, a => a.Account.Title)}"));
        if (officer.Count > 0) faults.Add(new($"責任者のいないものが {officer.Count} 件{Offenders.Ja(officer, a => a.Account.Title)}", $"{officer.Count} without a responsible officer{Offenders.En(officer, a => a.Account.Title)}"));
        return [new(Register, "", at, null, EvidenceWeight.System, facts, faults.Count == 0
            ? accounts.Count == 0 ? new("いま使っているアカウントはありません。", "No account is in use.")
                : new($"アカウント {accounts.Count} 件すべてに、運用手順、発信できる情報、責任者が定まっています。", $"Procedure, what may be sent and responsible officer are laid down for all {accounts.Count} accounts.")
            : Offenders.Sentence($"アカウント {accounts.Count} 件のうち、", $"Of {accounts.Count} accounts: ", faults))];
    }
}

/// <summary>The first few by name (違反の例示).</summary>
internal static class Offenders
{
    public static string Ja<T>(List<T> of, Func<T, string> name) => $"（{FirstFew.Of(of, x => Short(name(x))).Ja}）";

    public static string En<T>(List<T> of, Func<T, string> name) => $" ({FirstFew.Of(of, x => Short(name(x))).En})";

    public static Bilingual Sentence(string ja, string en, List<Bilingual> faults) => new(ja + string.Join("、", faults.Select(f => f.Ja)) + "です。", en + string.Join("; ", faults.Select(f => f.En)) + ".");

    private static string Short(string name) => name.Length <= 40 ? name : name[..39] + "…";
}
