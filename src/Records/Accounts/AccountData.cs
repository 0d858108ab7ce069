using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>Accounts and their credentials as rows: what ASP.NET Core Identity's stores stand on.</summary>
/// <remarks>
/// Looking up happens as role sekisho_signin, because the municipality isn't known yet; every change is made inside the account's
/// municipality.
/// </remarks>
public sealed class AccountData(Database database, TimeProvider time)
{
    /// <summary>Null when there is no such account.</summary>
    public Task<Account?> FindAsync(AccountId id, CancellationToken cancel) =>
        LookUpAsync($"SELECT {AccountRow.Columns} FROM signin.account a WHERE a.id = @key", id.Value, cancel);

    /// <param name="loginNormalized">As <see cref="Account.LoginNormalized"/>.</param>
    /// <param name="cancel">Stops the look-up.</param>
    public Task<Account?> FindByLoginAsync(string loginNormalized, CancellationToken cancel) =>
        LookUpAsync($"SELECT {AccountRow.Columns} FROM signin.account a WHERE a.login_normalized = @key", loginNormalized, cancel);

    /// <param name="credentialId">As the authenticator gave it.</param>
    /// <param name="cancel">Stops the look-up.</param>
    public Task<Account?> FindByPasskeyAsync(byte[] credentialId, CancellationToken cancel) =>
        LookUpAsync($"""
            SELECT {AccountRow.Columns} FROM signin.passkey k
            JOIN signin.account a ON a.municipality_id = k.municipality_id AND a.id = k.account_id
            WHERE k.credential_id = @key
            """, credentialId, cancel);

    /// <summary>Keeps the whole account. False when somebody else changed it meanwhile: nothing is written then.</summary>
    public async Task<bool> UpdateAsync(Account account, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        var kept = await UpdateAsync(tenant, account, time, cancel);
        if (kept) await tenant.CommitAsync(cancel);
        return kept;
    }

    /// <summary>The same inside a transaction that does more.</summary>
    internal static async Task<bool> UpdateAsync(TenantTransaction tenant, Account account, TimeProvider time, CancellationToken cancel)
    {
        var next = Guid.CreateVersion7(time.GetUtcNow());
        await using var command = new NpgsqlCommand("""
            UPDATE signin.account SET login = @login, login_normalized = @login_normalized, display_name = @display_name, roles = @roles, unit_id = @unit_id,
                password_hash = @password_hash, security_stamp = @security_stamp, version = @next, authenticator_key = @authenticator_key,
                authenticator_at = @authenticator_at, language = @language, disabled_at = @disabled_at
            WHERE id = @id AND version = @version
            """, tenant.Connection, tenant.Transaction);
        AccountRow.Write(command.Parameters, account);
        command.Parameters.AddWithValue("version", account.Version);
        command.Parameters.AddWithValue("next", next);
        if (await command.ExecuteNonQueryAsync(cancel) == 0) return false;
        account.Version = next;
        return true;
    }

    /// <summary>Adds an account. False when its login name is taken.</summary>
    internal static async Task<bool> InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Account account, TimeProvider time, CancellationToken cancel)
    {
        account.Version = Guid.CreateVersion7(time.GetUtcNow());
        await using var command = new NpgsqlCommand("""
            INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, unit_id, password_hash, security_stamp, version,
                authenticator_key, authenticator_at, language, created_at, disabled_at)
            VALUES (@id, @municipality, @login, @login_normalized, @display_name, @roles, @unit_id, @password_hash, @security_stamp, @version,
                @authenticator_key, @authenticator_at, @language, @created_at, @disabled_at)
            ON CONFLICT (login_normalized) DO NOTHING
            """, connection, transaction);
        AccountRow.Write(command.Parameters, account);
        command.Parameters.AddWithValue("version", account.Version);
        return await command.ExecuteNonQueryAsync(cancel) == 1;
    }

    /// <summary>Marks a time step of the authenticator app as used. False when it, or a later one, was used before (replay).</summary>
    /// <param name="account">Whose.</param>
    /// <param name="step">Seconds since 1970 divided by 30 (RFC 6238).</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<bool> AcceptStepAsync(Account account, long step, CancellationToken cancel) =>
        await ChangeAsync(account.Municipality, "UPDATE signin.account SET totp_last_step = @step WHERE id = @id AND totp_last_step < @step",
            cancel, ("id", account.Id.Value), ("step", step)) == 1;

    /// <summary>Counts a wrong password or code, and locks the account when there were too many in a row.</summary>
    /// <remarks>One statement, so that guesses made at the same time are all counted.</remarks>
    public async Task CountFailureAsync(Account account, int allowed, TimeSpan lockout, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            UPDATE signin.account SET
                lockout_end = CASE WHEN failed_count + 1 >= @allowed THEN @until ELSE lockout_end END,
                failed_count = CASE WHEN failed_count + 1 >= @allowed THEN 0 ELSE failed_count + 1 END
            WHERE id = @id RETURNING failed_count, lockout_end
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", account.Id.Value);
        command.Parameters.AddWithValue("allowed", allowed);
        command.Parameters.AddWithValue("until", now + lockout);
        await using (var row = await command.ExecuteReaderAsync(cancel))
        {
            if (await row.ReadAsync(cancel)) (account.FailedCount, account.LockoutEnd) = (row.GetInt32(0), AccountRow.Moment(row, 1));
        }
        await tenant.CommitAsync(cancel);
    }

    /// <summary>Forgets wrong passwords and codes, and unlocks.</summary>
    public async Task ForgetFailuresAsync(Account account, CancellationToken cancel)
    {
        await ChangeAsync(account.Municipality, "UPDATE signin.account SET failed_count = 0, lockout_end = NULL WHERE id = @id AND (failed_count <> 0 OR lockout_end IS NOT NULL)",
            cancel, ("id", account.Id.Value));
        (account.FailedCount, account.LockoutEnd) = (0, null);
    }

    /// <summary>Puts new recovery codes in the place of all old ones.</summary>
    public async Task ReplaceRecoveryCodesAsync(Account account, IReadOnlyList<byte[]> hashes, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            WITH gone AS (DELETE FROM signin.recovery_code WHERE account_id = @id)
            INSERT INTO signin.recovery_code (municipality_id, account_id, code_hash) SELECT @municipality, @id, unnest(@hashes)
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", account.Id.Value);
        command.Parameters.AddWithValue("municipality", account.Municipality.Value);
        command.Parameters.AddWithValue("hashes", hashes.ToArray());
        await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
    }

    /// <summary>Uses a recovery code up. False when it isn't one, or was used before.</summary>
    public async Task<bool> RedeemRecoveryCodeAsync(Account account, byte[] hash, CancellationToken cancel) =>
        await ChangeAsync(account.Municipality, "UPDATE signin.recovery_code SET used_at = @now WHERE account_id = @id AND code_hash = @hash AND used_at IS NULL",
            cancel, ("id", account.Id.Value), ("hash", hash), ("now", time.GetUtcNow())) == 1;

    /// <summary>How many recovery codes are left.</summary>
    public async Task<int> CountRecoveryCodesAsync(Account account, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("SELECT count(*)::int FROM signin.recovery_code WHERE account_id = @id AND used_at IS NULL", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", account.Id.Value);
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task<Account?> LookUpAsync(string sql, object key, CancellationToken cancel)
    {
        await using var lookUp = await database.EnterSignInAsync(cancel);
        await using var command = new NpgsqlCommand(sql, lookUp.Connection, lookUp.Transaction);
        command.Parameters.AddWithValue("key", key);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? AccountRow.Read(row) : null;
    }

    private async Task<int> ChangeAsync(MunicipalityId municipality, string sql, CancellationToken cancel, params (string Name, object Value)[] parameters)
    {
        await using var tenant = await database.EnterAsync(municipality, cancel);
        await using var command = new NpgsqlCommand(sql, tenant.Connection, tenant.Transaction);
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        var count = await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
        return count;
    }
}
