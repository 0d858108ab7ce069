using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>What a person enters about an account.</summary>
/// <param name="Unit">Organisational unit, or null.</param>
public sealed record AccountForm(string Login, string DisplayName, IReadOnlyList<Role> Roles, Guid? Unit);

/// <summary>The accounts of a municipality, as those who manage them see and change them (アカウントの管理).</summary>
public sealed class AccountBook(RecordKeeper keeper)
{
    private readonly Database database = keeper.Database;
    private readonly TimeProvider time = keeper.Clock;

    /// <summary>Everyone, by name; closed accounts last.</summary>
    public async Task<IReadOnlyList<Account>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(municipality, cancel);
        await using var command = new NpgsqlCommand($"SELECT {AccountRow.Columns} FROM signin.account a ORDER BY a.disabled_at IS NOT NULL, a.display_name, a.login_normalized", tenant.Connection, tenant.Transaction);
        var list = new List<Account>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel)) list.Add(AccountRow.Read(row));
        return list;
    }

    /// <summary>Null when this municipality has no such account.</summary>
    public async Task<Account?> FindAsync(MunicipalityId municipality, AccountId id, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(municipality, cancel);
        return await FindAsync(tenant, id, cancel);
    }

    /// <summary>Makes an account and a one-time link with which its owner sets the password and enrols the second factor.</summary>
    public async Task<AccountOutcome> InviteAsync(Account by, AccountForm form, CancellationToken cancel)
    {
        if (Check(form) is { } refusal) return new AccountOutcome.Refused(refusal);
        var now = time.GetUtcNow();
        var account = New(by.Municipality, form, now);
        await using var tenant = await database.EnterAsync(by.Municipality, cancel);
        if (!await UnitExistsAsync(tenant, form.Unit, cancel)) return new AccountOutcome.Refused(AccountRefusal.UnitUnknown);
        if (!await AccountData.InsertAsync(tenant.Connection, tenant.Transaction, account, time, cancel)) return new AccountOutcome.Refused(AccountRefusal.LoginTaken);
        var secret = await Invitations.IssueAsync(tenant, account, by.Id, time, cancel);
        await AccountLedger.WriteAsync(keeper, tenant, "account.invited", by, account, cancel);
        await tenant.CommitAsync(cancel);
        return new AccountOutcome.Done(account, secret);
    }

    /// <summary>Changes name, roles and unit.</summary>
    /// <param name="by">Who does it.</param>
    /// <param name="id">Of whom.</param>
    /// <param name="version">The <see cref="Account.Version"/> that the person had before the eyes.</param>
    /// <param name="form">As it shall be.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<AccountOutcome> ChangeAsync(Account by, AccountId id, Guid version, AccountForm form, CancellationToken cancel)
    {
        if (Check(form) is { } refusal) return new AccountOutcome.Refused(refusal);
        await using var tenant = await database.EnterAsync(by.Municipality, cancel);
        await LockAsync(tenant, cancel);
        if (await FindAsync(tenant, id, cancel) is not { } account) return new AccountOutcome.Refused(AccountRefusal.NotFound);
        if (account.Version != version) return new AccountOutcome.Refused(AccountRefusal.ChangedMeanwhile);
        if (!await UnitExistsAsync(tenant, form.Unit, cancel)) return new AccountOutcome.Refused(AccountRefusal.UnitUnknown);
        if (!Keeps(form.Roles) && !await OthersKeepAsync(tenant, id, cancel)) return new AccountOutcome.Refused(AccountRefusal.LastKeeper);
        if (LoginName.Normalize(form.Login) is var login && login != account.LoginNormalized)
        {
            if (await LoginTakenAsync(login, cancel)) return new AccountOutcome.Refused(AccountRefusal.LoginTaken);
            (account.Login, account.LoginNormalized) = (form.Login.Trim(), login);
        }
        (account.DisplayName, account.Roles, account.Unit) = (form.DisplayName.Trim(), form.Roles, form.Unit);
        if (!await AccountData.UpdateAsync(tenant, account, time, cancel)) return new AccountOutcome.Refused(AccountRefusal.ChangedMeanwhile);
        await AccountLedger.WriteAsync(keeper, tenant, "account.changed", by, account, cancel);
        await tenant.CommitAsync(cancel);
        return new AccountOutcome.Done(account, null);
    }

    /// <summary>Takes password, second factors, sessions and tokens away and makes a new one-time link: for a lost phone or a forgotten password.</summary>
    public async Task<AccountOutcome> ResetAsync(Account by, AccountId id, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(by.Municipality, cancel);
        if (await FindAsync(tenant, id, cancel) is not { DisabledAt: null } account) return new AccountOutcome.Refused(AccountRefusal.NotFound);
        account.PasswordHash = null;
        account.AuthenticatorKey = null;
        account.AuthenticatorAt = null;
        account.SecurityStamp = OneTimeSecret.Create();
        if (!await AccountData.UpdateAsync(tenant, account, time, cancel)) return new AccountOutcome.Refused(AccountRefusal.ChangedMeanwhile);
        await StripAsync(tenant, id, withFactors: true, cancel);
        var secret = await Invitations.IssueAsync(tenant, account, by.Id, time, cancel);
        await AccountLedger.WriteAsync(keeper, tenant, "account.reset", by, account, cancel);
        await tenant.CommitAsync(cancel);
        return new AccountOutcome.Done((await FindAsync(by.Municipality, id, cancel))!, secret);
    }

    /// <summary>Closes an account, or opens it again. Closing ends its sessions and tokens at once; what it did stays.</summary>
    public async Task<AccountOutcome> CloseAsync(Account by, AccountId id, bool closed, CancellationToken cancel)
    {
        if (closed && by.Id == id) return new AccountOutcome.Refused(AccountRefusal.OwnAccount);
        await using var tenant = await database.EnterAsync(by.Municipality, cancel);
        await LockAsync(tenant, cancel);
        if (await FindAsync(tenant, id, cancel) is not { } account) return new AccountOutcome.Refused(AccountRefusal.NotFound);
        if (closed && !await OthersKeepAsync(tenant, id, cancel)) return new AccountOutcome.Refused(AccountRefusal.LastKeeper);
        account.DisabledAt = closed ? time.GetUtcNow() : null;
        account.SecurityStamp = OneTimeSecret.Create();
        if (!await AccountData.UpdateAsync(tenant, account, time, cancel)) return new AccountOutcome.Refused(AccountRefusal.ChangedMeanwhile);
        if (closed) await StripAsync(tenant, id, withFactors: false, cancel);
        await AccountLedger.WriteAsync(keeper, tenant, closed ? "account.closed" : "account.opened", by, account, cancel);
        await tenant.CommitAsync(cancel);
        return new AccountOutcome.Done(account, null);
    }

    /// <summary>Null when the form is in order.</summary>
    internal static AccountRefusal? Check(AccountForm form)
    {
        if (!LoginName.IsWellFormed(form.Login)) return AccountRefusal.LoginMalformed;
        if (form.DisplayName.Trim().Length is 0 or > 100) return AccountRefusal.NameMissing;
        if (form.Roles.Count == 0) return AccountRefusal.RolesMissing;
        return form.Roles.Contains(Role.Auditor) && form.Roles.Distinct().Count() > 1 ? AccountRefusal.AuditorAlone : null;
    }

    internal static Account New(MunicipalityId municipality, AccountForm form, DateTimeOffset now) => new()
    {
        Id = new AccountId(Guid.CreateVersion7(now)),
        Municipality = municipality,
        Login = form.Login.Trim(),
        LoginNormalized = LoginName.Normalize(form.Login),
        DisplayName = form.DisplayName.Trim(),
        Roles = [.. form.Roles.Distinct()],
        Unit = form.Unit,
        SecurityStamp = OneTimeSecret.Create(),
        CreatedAt = now,
    };

    private static bool Keeps(IReadOnlyList<Role> roles) => roles.Contains(Role.Officer) || roles.Contains(Role.Administrator);

    /// <summary>One change of "who manages accounts" at a time: two administrators can't remove each other at once.</summary>
    private static async Task LockAsync(TenantTransaction tenant, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('signin.keepers' || current_setting('sekisho.municipality'), 0))", tenant.Connection, tenant.Transaction);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<bool> OthersKeepAsync(TenantTransaction tenant, AccountId id, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM signin.account WHERE id <> @id AND disabled_at IS NULL AND password_hash IS NOT NULL AND roles && ARRAY['officer', 'administrator'])", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", id.Value);
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task<bool> UnitExistsAsync(TenantTransaction tenant, Guid? unit, CancellationToken cancel)
    {
        if (unit is null) return true;
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM records.unit WHERE id = @id)", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", unit.Value);
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task<bool> LoginTakenAsync(string loginNormalized, CancellationToken cancel)
    {
        await using var lookUp = await database.EnterSignInAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM signin.account WHERE login_normalized = @login)", lookUp.Connection, lookUp.Transaction);
        command.Parameters.AddWithValue("login", loginNormalized);
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task StripAsync(TenantTransaction tenant, AccountId id, bool withFactors, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("""
            UPDATE signin.session SET ended_at = @now WHERE account_id = @id AND ended_at IS NULL;
            UPDATE signin.access_token SET revoked_at = @now WHERE account_id = @id AND revoked_at IS NULL;
            DELETE FROM signin.invitation WHERE account_id = @id;
            UPDATE signin.account SET failed_count = 0, lockout_end = NULL WHERE id = @id;
            DELETE FROM signin.passkey WHERE account_id = @id AND @with_factors;
            DELETE FROM signin.recovery_code WHERE account_id = @id AND @with_factors
            """, tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", id.Value);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.AddWithValue("with_factors", withFactors);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<Account?> FindAsync(TenantTransaction tenant, AccountId id, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT {AccountRow.Columns} FROM signin.account a WHERE a.id = @id", tenant.Connection, tenant.Transaction);
        command.Parameters.AddWithValue("id", id.Value);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? AccountRow.Read(row) : null;
    }
}
