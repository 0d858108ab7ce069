using Npgsql;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>One transaction over one connection. Disposing without <see cref="CommitAsync"/> undoes it.</summary>
public abstract class DatabaseTransaction : IAsyncDisposable
{
    private readonly bool owns;

    private protected DatabaseTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, bool owns = true) =>
        (Connection, Transaction, this.owns) = (connection, transaction, owns);

    /// <summary>The connection, already in <see cref="Transaction"/>; Dapper works on it.</summary>
    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    /// <summary>Makes the changes durable. When it returns, they survive a crash.</summary>
    public Task CommitAsync(CancellationToken cancel) => Transaction.CommitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (!owns) return;
        try
        {
            await Transaction.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await Connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>A transaction that sees and writes one municipality's rows only: row-level security, not the query, keeps the others out.</summary>
public sealed class TenantTransaction : DatabaseTransaction
{
    internal TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, MunicipalityId municipality, bool owns = true)
        : base(connection, transaction, owns) => Municipality = municipality;

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
    /// <returns>The same transaction, as what writes a municipality's rows takes it; committing either commits both, disposing it does nothing.</returns>
    public async Task<TenantTransaction> EnterAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await Database.SetMunicipalityAsync(Connection, Transaction, municipality, cancel).ConfigureAwait(false);
        return new TenantTransaction(Connection, Transaction, municipality, owns: false);
    }
}
