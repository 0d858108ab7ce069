using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>A signed-in browser (セッション).</summary>
/// <param name="EndsAt">Absolute limit, whatever happens.</param>
/// <param name="Method">How the person signed in: <c>password+totp</c>, <c>password+passkey</c>, <c>passkey</c>, <c>password+recovery</c>, <c>enrolment</c>.</param>
/// <param name="Address">Where from, as the server saw it.</param>
/// <param name="Device">What the browser called itself, shortened.</param>
public sealed record Session(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset EndsAt, string Method, string Address, string Device);

/// <summary>How long a session lives.</summary>
/// <param name="Idle">After the last request.</param>
/// <param name="Absolute">After signing in.</param>
public sealed record SessionLimits(TimeSpan Idle, TimeSpan Absolute)
{
    /// <summary>30 minutes of quiet, and one working day with overtime.</summary>
    public static SessionLimits Default { get; } = new(TimeSpan.FromMinutes(30), TimeSpan.FromHours(12));
}

/// <summary>Sessions, kept on the server so that they can be ended from anywhere.</summary>
public sealed class Sessions(Database database, TimeProvider time, SessionLimits limits)
{
    /// <summary>Requests within this time of the last don't write: one row update a minute a person is enough to know who is there.</summary>
    private static readonly TimeSpan Touch = TimeSpan.FromMinutes(1);

    public async Task<Guid> StartAsync(Account account, string method, string untrustedAddress, string untrustedDevice, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            INSERT INTO signin.session (id, municipality_id, account_id, created_at, last_seen_at, ends_at, method, address, device)
            VALUES (@id, @municipality, @account, @now, @now, @ends, @method, @address, @device);
            UPDATE signin.account SET last_signed_in_at = @now WHERE id = @account;
            DELETE FROM signin.session WHERE account_id = @account AND ends_at < @old
            """, tenant.Connection, tenant.Transaction);
        var p = command.Parameters;
        p.AddWithValue("id", id);
        p.AddWithValue("municipality", account.Municipality.Value);
        p.AddWithValue("account", account.Id.Value);
        p.AddWithValue("now", now);
        p.AddWithValue("ends", now + limits.Absolute);
        p.AddWithValue("method", method);
        p.AddWithValue("address", Shorten(untrustedAddress, 64));
        p.AddWithValue("device", Shorten(untrustedDevice, 200));
        p.AddWithValue("old", now - TimeSpan.FromDays(90)); // what was kept for "did somebody else sign in?"
        await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
        return id;
    }

    /// <summary>The account behind a session that is still alive, as it is now; null when the session has ended, was idle too long, or its account is closed.</summary>
    public async Task<Account?> SeeAsync(MunicipalityId municipality, Guid session, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var tenant = await database.EnterAsync(municipality, cancel);
        await using var command = new NpgsqlCommand($"""
            SELECT {AccountRow.Columns}, s.last_seen_at FROM signin.session s
            JOIN signin.account a ON a.municipality_id = s.municipality_id AND a.id = s.account_id
            WHERE s.id = @session AND s.ended_at IS NULL AND s.ends_at > @now AND s.last_seen_at > @idle AND a.disabled_at IS NULL
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("session", session);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("idle", now - limits.Idle);
        Account account;
        DateTimeOffset seen;
        await using (var row = await command.ExecuteReaderAsync(cancel))
        {
            if (!await row.ReadAsync(cancel)) return null;
            account = AccountRow.Read(row);
            seen = row.GetFieldValue<DateTimeOffset>(19);
        }
        if (now - seen < Touch) return account;
        await using var touch = new NpgsqlCommand("UPDATE signin.session SET last_seen_at = @now WHERE id = @session", tenant.Connection, tenant.Transaction);
        touch.Parameters.AddWithValue("session", session);
        touch.Parameters.AddWithValue("now", now);
        await touch.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
        return account;
    }

    /// <summary>Those that are alive, latest first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Account account, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            SELECT id, created_at, last_seen_at, ends_at, method, address, device FROM signin.session
            WHERE account_id = @account AND ended_at IS NULL AND ends_at > @now AND last_seen_at > @idle ORDER BY last_seen_at DESC
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("account", account.Id.Value);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("idle", now - limits.Idle);
        var list = new List<Session>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            list.Add(new Session(row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3),
                row.GetString(4), row.GetString(5), row.GetString(6)));
        }
        return list;
    }

    /// <summary>Ends one session of the account; nothing happens when it isn't the account's.</summary>
    public Task EndAsync(Account account, Guid session, CancellationToken cancel) => EndAsync(account, session, except: null, cancel);

    /// <summary>Ends all sessions of the account (どこからもサインアウト).</summary>
    /// <param name="account">Whose.</param>
    /// <param name="except">One that stays; null ends all.</param>
    /// <param name="cancel">Stops it.</param>
    public Task EndAllAsync(Account account, Guid? except, CancellationToken cancel) => EndAsync(account, session: null, except, cancel);

    private async Task EndAsync(Account account, Guid? session, Guid? except, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(account.Municipality, cancel);
        await using var command = new NpgsqlCommand("""
            UPDATE signin.session SET ended_at = @now
            WHERE account_id = @account AND ended_at IS NULL AND (@session::uuid IS NULL OR id = @session) AND (@except::uuid IS NULL OR id <> @except)
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("account", account.Id.Value);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.Add(new NpgsqlParameter("session", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)session ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("except", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)except ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancel);
        await tenant.CommitAsync(cancel);
    }

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..length];
}
