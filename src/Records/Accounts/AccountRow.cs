using Npgsql;
using NpgsqlTypes;
using Sekisho.Assurance;

namespace Sekisho.Records.Accounts;

/// <summary>One row of signin.account, both ways.</summary>
internal static class AccountRow
{
    /// <summary>The columns in the order that <see cref="Read"/> expects, of a table called <c>a</c>.</summary>
    public const string Columns = """
        a.id, a.municipality_id, a.login, a.login_normalized, a.display_name, a.roles, a.unit_id, a.password_hash, a.security_stamp, a.version,
        a.lockout_end, a.failed_count, a.authenticator_key, a.authenticator_at, a.language, a.created_at, a.last_signed_in_at, a.disabled_at,
        (SELECT count(*)::int FROM signin.passkey p WHERE p.municipality_id = a.municipality_id AND p.account_id = a.id)
        """;

    public static Account Read(NpgsqlDataReader row) => new()
    {
        Id = new AccountId(row.GetGuid(0)),
        Municipality = new MunicipalityId(row.GetGuid(1)),
        Login = row.GetString(2),
        LoginNormalized = row.GetString(3),
        DisplayName = row.GetString(4),
        Roles = [.. row.GetFieldValue<string[]>(5).Select(static key => Accounts.Roles.TryParse(key, out var role) ? role : throw new InvalidOperationException($"Unknown role '{key}' in signin.account."))],
        Unit = row.IsDBNull(6) ? null : row.GetGuid(6),
        PasswordHash = Text(row, 7),
        SecurityStamp = row.GetString(8),
        Version = row.GetGuid(9),
        LockoutEnd = Moment(row, 10),
        FailedCount = row.GetInt32(11),
        AuthenticatorKey = Text(row, 12),
        AuthenticatorAt = Moment(row, 13),
        Language = row.GetString(14) == "en" ? Language.English : Language.Japanese,
        CreatedAt = row.GetFieldValue<DateTimeOffset>(15),
        LastSignedInAt = Moment(row, 16),
        DisabledAt = Moment(row, 17),
        Passkeys = row.GetInt32(18),
    };

    /// <summary>Parameters of the columns that are written as a whole. Failures, lockout and the last sign-in have statements of their own.</summary>
    public static void Write(NpgsqlParameterCollection parameters, Account account)
    {
        parameters.AddWithValue("id", account.Id.Value);
        parameters.AddWithValue("municipality", account.Municipality.Value);
        parameters.AddWithValue("login", account.Login);
        parameters.AddWithValue("login_normalized", account.LoginNormalized);
        parameters.AddWithValue("display_name", account.DisplayName);
        parameters.AddWithValue("roles", account.Roles.Select(static role => role.Key()).ToArray());
        Nullable(parameters, "unit_id", NpgsqlDbType.Uuid, account.Unit);
        Nullable(parameters, "password_hash", NpgsqlDbType.Text, account.PasswordHash);
        parameters.AddWithValue("security_stamp", account.SecurityStamp);
        Nullable(parameters, "authenticator_key", NpgsqlDbType.Text, account.AuthenticatorKey);
        Nullable(parameters, "authenticator_at", NpgsqlDbType.TimestampTz, account.AuthenticatorAt?.ToUniversalTime());
        parameters.AddWithValue("language", account.Language == Language.English ? "en" : "ja");
        parameters.AddWithValue("created_at", account.CreatedAt.ToUniversalTime());
        Nullable(parameters, "disabled_at", NpgsqlDbType.TimestampTz, account.DisabledAt?.ToUniversalTime());
    }

    public static DateTimeOffset? Moment(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static void Nullable(NpgsqlParameterCollection parameters, string name, NpgsqlDbType type, object? value) =>
        parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
}
