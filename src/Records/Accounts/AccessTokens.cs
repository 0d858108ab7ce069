using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>What a program may do with a token, never more than the person it belongs to.</summary>
public enum TokenScope
{
    /// <summary>Read what the person can read.</summary>
    Read,

    /// <summary>Change what the person can change.</summary>
    Write,

    /// <summary>Hand in evidence as a system (システムの証跡), and nothing else.</summary>
    Evidence,
}

/// <summary>Names of scopes.</summary>
public static class TokenScopes
{
    /// <summary>The name kept in the database and spoken by the API.</summary>
    public static string Key(TokenScope scope) => scope switch
    {
        TokenScope.Read => "read",
        TokenScope.Write => "write",
        TokenScope.Evidence => "evidence",
        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
    };

    /// <summary>False when there is no such scope.</summary>
    public static bool TryParse(string? untrusted, out TokenScope scope)
    {
        foreach (var candidate in Enum.GetValues<TokenScope>())
        {
            if (!string.Equals(Key(candidate), untrusted, StringComparison.Ordinal)) continue;
            scope = candidate;
            return true;
        }
        scope = default;
        return false;
    }
}

/// <summary>A personal access token (APIトークン) without its secret.</summary>
public sealed record AccessToken(Guid Id, string Name, TokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>Tokens with which programs use the API in a person's name: hashed, scoped, with an end, shown once.</summary>
public sealed class AccessTokens(Database database, TimeProvider time)
{
    /// <summary>Start of every token, so that scanners of leaked secrets know it.</summary>
    public const string Prefix = "sekisho_";

    /// <summary>The longest life of a token.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(366);

    private static readonly TimeSpan Touch = TimeSpan.FromMinutes(1);

    /// <returns>The token, which can't be shown again, and what is kept about it.</returns>
    public async Task<(string Secret, AccessToken Token)> IssueAsync(Account account, string name, TokenScope scope, TimeSpan life, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(life, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(life, Longest);
        var secret = Prefix + OneTimeSecret.Create();
        var now = time.GetUtcNow();
        var token = new AccessToken(Guid.CreateVersion7(now), name, scope, now, now + life, null);
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            INSERT INTO signin.access_token (id, municipality_id, account_id, name, token_hash, scope, created_at, expires_at)
            VALUES (@id, @municipality, @account, @name, @hash, @scope, @now, @expires)
            """, tenant.Connection, tenant.Transaction);
        var p = command.Parameters;
        p.AddWithValue("id", token.Id);
        p.AddWithValue("municipality", account.Municipality.Value);
        p.AddWithValue("account", account.Id.Value);
        p.AddWithValue("name", name);
        p.AddWithValue("hash", OneTimeSecret.Hash(secret));
        p.AddWithValue("scope", TokenScopes.Key(scope));
        p.AddWithValue("now", now);
        p.AddWithValue("expires", token.ExpiresAt);
        await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
        return (secret, token);
    }

    /// <summary>Who a token speaks for, as the account is now; null when it is unknown, revoked, expired, or the account is closed.</summary>
    public async Task<(Account Account, AccessToken Token)?> FindAsync(string untrustedSecret, CancellationToken cancel)
    {
        if (!untrustedSecret.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var now = time.GetUtcNow();
        Account account;
        AccessToken token;
        await using (var lookUp = await database.EnterSignInAsync(cancel))
        {
            await using var command = new NpgsqlCommand($"""
                SELECT {AccountRow.Columns}, t.id, t.name, t.scope, t.created_at, t.expires_at, t.last_used_at FROM signin.access_token t
                JOIN signin.account a ON a.municipality_id = t.municipality_id AND a.id = t.account_id
                WHERE t.token_hash = @hash AND t.revoked_at IS NULL AND t.expires_at > @now AND a.disabled_at IS NULL
                """, lookUp.Connection, lookUp.Transaction);
            command.Parameters.AddWithValue("hash", OneTimeSecret.Hash(untrustedSecret));
            command.Parameters.AddWithValue("now", now);
            await using var row = await command.ExecuteReaderAsync(cancel);
            if (!await row.ReadAsync(cancel)) return null;
            account = AccountRow.Read(row);
            token = Read(row, 19);
        }
        if (token.LastUsedAt is null || now - token.LastUsedAt > Touch)
            await ChangeAsync(account.Municipality, "UPDATE signin.access_token SET last_used_at = @now WHERE id = @id", cancel, ("id", token.Id), ("now", now));
        return (account, token);
    }

    /// <summary>Those that still work, latest first.</summary>
    public async Task<IReadOnlyList<AccessToken>> ListAsync(Account account, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            SELECT id, name, scope, created_at, expires_at, last_used_at FROM signin.access_token
            WHERE account_id = @account AND revoked_at IS NULL AND expires_at > @now ORDER BY created_at DESC
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("account", account.Id.Value);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var list = new List<AccessToken>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel)) list.Add(Read(row, 0));
        return list;
    }

    /// <summary>Stops a token of the account. False when the account has no such token.</summary>
    public async Task<bool> RevokeAsync(Account account, Guid token, CancellationToken cancel) =>
        await ChangeAsync(account.Municipality, "UPDATE signin.access_token SET revoked_at = @now WHERE id = @id AND account_id = @account AND revoked_at IS NULL",
            cancel, ("id", token), ("account", account.Id.Value), ("now", time.GetUtcNow())) == 1;

    private static AccessToken Read(NpgsqlDataReader row, int first) => new(
        row.GetGuid(first), row.GetString(first + 1), TokenScopes.TryParse(row.GetString(first + 2), out var scope) ? scope : throw new InvalidOperationException("Unknown scope in signin.access_token."),
        row.GetFieldValue<DateTimeOffset>(first + 3), row.GetFieldValue<DateTimeOffset>(first + 4), AccountRow.Moment(row, first + 5));

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
