using Npgsql;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>One transaction over one connection. Disposing without <see cref="CommitAsync"/> undoes it.</summary>
public abstract class DatabaseTransaction : IAsyncDisposable
{
    private protected DatabaseTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (Connection, Transaction) = (connection, transaction);

    /// <summary>The connection, already in <see cref="Transaction"/>; Dapper works on it.</summary>
    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    /// <summary>Makes the changes durable. When it returns, they survive a crash.</summary>
    public Task CommitAsync(CancellationToken cancel) => Transaction.CommitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Transaction.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await Connection.DisposeAsync().ConfigureAwait(false);
        }
        GC.SuppressFinalize(this);
    }
}

/// <summary>A transaction that sees and writes one municipality's rows only: row-level security, not the query, keeps the others out.</summary>
public sealed class TenantTransaction : DatabaseTransaction
{
    internal TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, MunicipalityId municipality)
        : base(connection, transaction) => Municipality = municipality;

    public MunicipalityId Municipality { get; }
}

/// <summary>A transaction of the sign-in: the accounts and names of all municipalities, and nothing else.</summary>
public sealed class SignInTransaction : DatabaseTransaction
{
    internal SignInTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : base(connection, transaction) { }
}

/// <summary>A transaction of the owner: municipalities, installation settings, data that belongs to no municipality. Sees no municipality's rows either, until <see cref="EnterAsync"/>.</summary>
public sealed class OwnerTransaction : DatabaseTransaction
{
    internal OwnerTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : base(connection, transaction) { }

    /// <summary>From here to its end this transaction also sees and writes that municipality's rows: to make a municipality and its first rows at once.</summary>
    public Task EnterAsync(MunicipalityId municipality, CancellationToken cancel) => Database.SetMunicipalityAsync(Connection, Transaction, municipality, cancel);
}
