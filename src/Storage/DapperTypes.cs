using System.Data;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>Tells Dapper how the product's types stand in PostgreSQL: moments as timestamptz in UTC, days as date, municipalities as uuid.</summary>
internal static class DapperTypes
{
    public static void Register()
    {
        Add(new MomentHandler());
        Add(new DayHandler());
        Add(new MunicipalityHandler());
    }

    private static void Add<T>(SqlMapper.TypeHandler<T> handler) where T : struct
    {
        // Else Dapper's own mapping of DateTimeOffset comes first and Npgsql refuses any offset but zero.
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(handler);
    }

    private static void Set(IDbDataParameter parameter, object value, NpgsqlDbType type)
    {
        parameter.Value = value;
        ((NpgsqlParameter)parameter).NpgsqlDbType = type;
    }

    private sealed class MomentHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value is DateTimeOffset moment ? moment : new DateTimeOffset((DateTime)value);

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => Set(parameter, value.ToUniversalTime(), NpgsqlDbType.TimestampTz);
    }

    private sealed class DayHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) => value is DateOnly day ? day : DateOnly.FromDateTime((DateTime)value);

        public override void SetValue(IDbDataParameter parameter, DateOnly value) => Set(parameter, value, NpgsqlDbType.Date);
    }

    private sealed class MunicipalityHandler : SqlMapper.TypeHandler<MunicipalityId>
    {
        public override MunicipalityId Parse(object value) => new((Guid)value);

        public override void SetValue(IDbDataParameter parameter, MunicipalityId value) => Set(parameter, value.Value, NpgsqlDbType.Uuid);
    }
}
