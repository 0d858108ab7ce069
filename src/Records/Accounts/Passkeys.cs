using Npgsql;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>A public-key credential of a person's device (パスキー).</summary>
/// <param name="SignCount">Counter of the authenticator; 0 where it keeps none.</param>
public sealed record Passkey(
    byte[] CredentialId, string Name, byte[] PublicKey, long SignCount, IReadOnlyList<string> Transports, bool UserVerified, bool BackupEligible,
    bool BackedUp, byte[] AttestationObject, byte[] ClientDataJson, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>Passkeys as rows.</summary>
public sealed class Passkeys(Database database, TimeProvider time)
{
    private const string Columns =
        "credential_id, name, public_key, sign_count, transports, user_verified, backup_eligible, backed_up, attestation_object, client_data_json, created_at, last_used_at";

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<Passkey>> ListAsync(Account account, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM signin.passkey WHERE account_id = @account ORDER BY created_at", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("account", account.Id.Value);
        var list = new List<Passkey>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            list.Add(new Passkey(row.GetFieldValue<byte[]>(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3), row.GetFieldValue<string[]>(4),
                row.GetBoolean(5), row.GetBoolean(6), row.GetBoolean(7), row.GetFieldValue<byte[]>(8), row.GetFieldValue<byte[]>(9),
                row.GetFieldValue<DateTimeOffset>(10), AccountRow.Moment(row, 11)));
        }
        return list;
    }

    /// <summary>Adds a passkey, or keeps what its use changed (counter, backup state, name). A credential of another account is left alone.</summary>
    public async Task KeepAsync(Account account, Passkey passkey, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            INSERT INTO signin.passkey (credential_id, municipality_id, account_id, name, public_key, sign_count, transports, user_verified, backup_eligible,
                backed_up, attestation_object, client_data_json, created_at)
            VALUES (@credential, @municipality, @account, @name, @key, @count, @transports, @verified, @eligible, @backed, @attestation, @client, @created)
            ON CONFLICT (credential_id) DO UPDATE SET name = excluded.name, sign_count = excluded.sign_count, user_verified = excluded.user_verified,
                backed_up = excluded.backed_up, last_used_at = @now
            WHERE signin.passkey.account_id = excluded.account_id
            """, tenant.Connection, tenant.Transaction);
        var p = command.Parameters;
        p.AddWithValue("credential", passkey.CredentialId);
        p.AddWithValue("municipality", account.Municipality.Value);
        p.AddWithValue("account", account.Id.Value);
        p.AddWithValue("name", passkey.Name);
        p.AddWithValue("key", passkey.PublicKey);
        p.AddWithValue("count", passkey.SignCount);
        p.AddWithValue("transports", passkey.Transports.ToArray());
        p.AddWithValue("verified", passkey.UserVerified);
        p.AddWithValue("eligible", passkey.BackupEligible);
        p.AddWithValue("backed", passkey.BackedUp);
        p.AddWithValue("attestation", passkey.AttestationObject);
        p.AddWithValue("client", passkey.ClientDataJson);
        p.AddWithValue("created", passkey.CreatedAt.ToUniversalTime());
        p.AddWithValue("now", time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
    }

    /// <summary>Removes one; nothing happens when it isn't there.</summary>
    public async Task RemoveAsync(Account account, byte[] credentialId, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("DELETE FROM signin.passkey WHERE account_id = @account AND credential_id = @credential", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("account", account.Id.Value);
        command.Parameters.AddWithValue("credential", credentialId);
        await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
    }
}
