using Npgsql;
using Sekisho.Storage;

namespace Sekisho.Records;

/// <summary>Plain SQL with positional parameters ($1 …) on a transaction of <see cref="Storage"/>.</summary>
internal static class Sql
{
    public static async Task<List<T>> ListAsync<T>(
        this DatabaseTransaction tx, string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancel, params object?[] values)
    {
        await using var command = Command(tx, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.RowsAsync(map, cancel);
    }

    /// <summary>The first row, or null.</summary>
    public static async Task<T?> FirstAsync<T>(
        this DatabaseTransaction tx, string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancel, params object?[] values)
        where T : class
    {
        await using var command = Command(tx, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? map(reader) : null;
    }

    /// <summary>Rows affected.</summary>
    public static async Task<int> RunAsync(this DatabaseTransaction tx, string sql, CancellationToken cancel, params object?[] values)
    {
        await using var command = Command(tx, sql, values);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Each row as it comes: however many there are, one is in memory.</summary>
    public static async Task EachAsync(this DatabaseTransaction tx, string sql, Action<NpgsqlDataReader> act, CancellationToken cancel, params object?[] values)
    {
        await using var command = Command(tx, sql, values);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) act(reader);
    }

    /// <summary>What is left of the present result set.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> map, CancellationToken cancel)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel)) rows.Add(map(reader));
        return rows;
    }

    public static NpgsqlBatchCommand Part(string sql, params object?[] values)
    {
        var part = new NpgsqlBatchCommand(sql);
        foreach (var value in values) part.Parameters.Add(Parameter(value));
        return part;
    }

    public static DateTimeOffset Moment(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? MomentOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Moment(column);

    public static DateOnly? DayOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateOnly>(column);

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static T Case<T>(this NpgsqlDataReader reader, int column) where T : struct, Enum => Enum.Parse<T>(reader.GetString(column));

    public static Assurance.Sha256 Digest(this NpgsqlDataReader reader, int column) => new(reader.GetFieldValue<byte[]>(column));

    /// <summary>Two columns: account and name.</summary>
    public static Actor By(this NpgsqlDataReader reader, int column) => new(reader.GetString(column), reader.GetString(column + 1));

    public static Actor? ByOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.By(column);

    /// <summary>Two columns: Japanese and English.</summary>
    public static Assurance.Bilingual Both(this NpgsqlDataReader reader, int column) => new(reader.GetString(column), reader.GetString(column + 1));

    private static NpgsqlCommand Command(DatabaseTransaction tx, string sql, object?[] values)
    {
        var command = new NpgsqlCommand(sql, tx.Connection, tx.Transaction);
        foreach (var value in values) command.Parameters.Add(Parameter(value));
        return command;
    }

    private static NpgsqlParameter Parameter(object? value) => new()
    {
        Value = value switch
        {
            null => DBNull.Value,
            // Npgsql takes timestamptz in UTC only.
            DateTimeOffset moment => RecordedTime.Cut(moment),
            Assurance.Sha256 digest => digest.ToArray(),
            Enum known => known.ToString(),
            _ => value,
        },
    };
}
