using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>One-time links with which a person sets a password and enrols a second factor (招待).</summary>
public sealed class Invitations(Database database, TimeProvider time)
{
    /// <summary>How long a link can be used: handed over on paper today, used by the end of the week.</summary>
    public static TimeSpan Validity { get; } = TimeSpan.FromDays(7);

    /// <summary>Makes a link's secret; earlier ones of the account stop working.</summary>
    internal static async Task<string> IssueAsync(TenantTransaction tenant, Account account, AccountId by, TimeProvider time, CancellationToken cancel)
    {
        var secret = OneTimeSecret.Create();
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand("""
            DELETE FROM signin.invitation WHERE account_id = @account;
            INSERT INTO signin.invitation (token_hash, municipality_id, account_id, created_by, created_at, expires_at) VALUES (@hash, @municipality, @account, @by, @now, @expires)
            """, tenant.Connection, tenant.Transaction);
        var p = command.Parameters;
        p.AddWithValue("account", account.Id.Value);
        p.AddWithValue("municipality", account.Municipality.Value);
        p.AddWithValue("hash", OneTimeSecret.Hash(secret));
        p.AddWithValue("by", by.Value);
        p.AddWithValue("now", now);
        p.AddWithValue("expires", now + Validity);
        await command.ExecuteNonQueryAsync(cancel);
        return secret;
    }

    /// <summary>The account that a link invites; null when the link was used, replaced, has expired, or never was one.</summary>
    public async Task<Account?> FindAsync(string untrustedSecret, CancellationToken cancel)
    {
        await using var lookUp = await database.EnterSignInAsync(cancel);
        await using var command = new NpgsqlCommand($"""
            SELECT {AccountRow.Columns} FROM signin.invitation i
            JOIN signin.account a ON a.municipality_id = i.municipality_id AND a.id = i.account_id
            WHERE i.token_hash = @hash AND i.used_at IS NULL AND i.expires_at > @now AND a.disabled_at IS NULL
            """, lookUp.Connection, lookUp.Transaction);
        command.Parameters.AddWithValue("hash", OneTimeSecret.Hash(untrustedSecret));
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? AccountRow.Read(row) : null;
    }

    /// <summary>Uses a link up. False when somebody else was faster.</summary>
    public async Task<bool> UseAsync(MunicipalityId municipality, string untrustedSecret, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(municipality, cancel);
        await using var command = new NpgsqlCommand("UPDATE signin.invitation SET used_at = @now WHERE token_hash = @hash AND used_at IS NULL AND expires_at > @now", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("hash", OneTimeSecret.Hash(untrustedSecret));
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var used = await command.ExecuteNonQueryAsync(cancel) == 1;
        await tenant.CommitAsync(cancel);
        return used;
    }
}
