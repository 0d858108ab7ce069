using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>What the ledger says about accounts: who may do what, decided by whom. Never a secret.</summary>
internal static class AccountLedger
{
    public static Task WriteAsync(RecordKeeper keeper, TenantTransaction tenant, string kind, Account by, Account account, CancellationToken cancel) =>
        keeper.AppendAsync(tenant, keeper.Clock.GetUtcNow(), kind, new Actor(by.Id.ToString(), by.DisplayName), account.Id.ToString(),
            new { login = account.Login, name = account.DisplayName, roles = account.Roles.Select(static role => role.Key()), unit = account.Unit }, cancel);
}
