using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage.Cluster;

namespace Sekisho.Storage;

/// <summary>
/// The database of this installation (保存先). It gives out transactions only, each as the role that the work needs: one municipality's application,
/// the sign-in, or the owner. What a role may not see, PostgreSQL itself withholds.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    internal const string OwnerRole = "sekisho_owner", AppRole = "sekisho_app", SignInRole = "sekisho_signin", Name = "sekisho";

    private readonly PrivateCluster? cluster;
    private readonly NpgsqlDataSource owner;
    private readonly NpgsqlDataSource app;
    private readonly NpgsqlDataSource signIn;

    /// <summary>Of the owner, the application and the sign-in.</summary>
    private readonly NpgsqlConnectionStringBuilder[] addresses;

    private Database(PrivateCluster? cluster, params NpgsqlConnectionStringBuilder[] addresses)
    {
        this.cluster = cluster;
        this.addresses = addresses;
        (owner, app, signIn) = (NpgsqlDataSource.Create(addresses[0]), NpgsqlDataSource.Create(addresses[1]), NpgsqlDataSource.Create(addresses[2]));
    }

    static Database() => DapperTypes.Register();

    /// <summary>Starts or joins the private cluster, or goes to the server of the options; brings the schema up to date; checks that municipalities are kept apart.</summary>
    /// <param name="sets">Applied in this order, each in the order of its numbers.</param>
    /// <exception cref="StorageException">It can't be used; says why and what to do.</exception>
    public static async Task<Database> OpenAsync(StorageOptions options, IReadOnlyList<MigrationSet> sets, ILogger logger, CancellationToken cancel)
    {
        if (options.ConnectionString is { } address)
            return await OpenServerAsync(address, options, sets, logger, cancel).ConfigureAwait(false);
        var cluster = await PrivateCluster.OpenAsync(Path.Combine(options.DataFolder, "postgres"), ClusterDurability.Durable, logger, cancel).ConfigureAwait(false);
        try
        {
            await ClusterDatabase.PrepareAsync(cluster, Name, cancel).ConfigureAwait(false);
            return await OpenInAsync(cluster, Name, sets, logger, cancel).ConfigureAwait(false);
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens one database of a private cluster, which the result then owns.</summary>
    /// <param name="isCopy">For tests only: a copy of a database that this process has prepared and checked with the same sets; it is taken as it is.</param>
    internal static async Task<Database> OpenInAsync(PrivateCluster cluster, string name, IReadOnlyList<MigrationSet> sets, ILogger logger, CancellationToken cancel, bool ownsCluster = true, bool isCopy = false)
    {
        var database = new Database(
            ownsCluster ? cluster : null,
            new(cluster.ConnectionString(OwnerRole, name, maxPoolSize: 10)),
            new(cluster.ConnectionString(AppRole, name, maxPoolSize: 60)),
            new(cluster.ConnectionString(SignInRole, name, maxPoolSize: 20)));
        if (!isCopy) await database.PrepareAsync(sets, grantsToSelf: false, logger, cancel).ConfigureAwait(false);
        return database;
    }

    private static async Task<Database> OpenServerAsync(string address, StorageOptions options, IReadOnlyList<MigrationSet> sets, ILogger logger, CancellationToken cancel)
    {
        var ownerAddress = PostgresAddress.Read(address, "SEKISHO_DATABASE");
        var reduced = options.AppConnectionString is null || options.SignInConnectionString is null;
        var database = new Database(
            null,
            ownerAddress,
            options.AppConnectionString is { } a ? PostgresAddress.Read(a, "SEKISHO_DATABASE_APP") : Reduced(ownerAddress, AppRole),
            options.SignInConnectionString is { } s ? PostgresAddress.Read(s, "SEKISHO_DATABASE_SIGNIN") : Reduced(ownerAddress, SignInRole));
        await database.PrepareAsync(sets, grantsToSelf: reduced, logger, cancel).ConfigureAwait(false);
        return database;
    }

    /// <summary>The same database over connections of its own, which keep their statements planned and aren't reset between transactions: for one writer that says the same few hundred statements many thousand times, and then is done.</summary>
    /// <remarks>Nothing outlives a transaction but plans: the municipality is set for the transaction, locks are its own, roles come with the connection. A plan for all values suits small tables; elsewhere each statement is planned for its values.</remarks>
    public Database ForManyAlike() => new(null, [.. addresses.Select(static a => new NpgsqlConnectionStringBuilder(a.ConnectionString) { MaxAutoPrepare = 400, AutoPrepareMinUsages = 2, NoResetOnClose = true, MaxPoolSize = 8 })]);

    /// <summary>The owner's login, started as a lesser role: also what a returned connection is reset to.</summary>
    private static NpgsqlConnectionStringBuilder Reduced(NpgsqlConnectionStringBuilder owner, string role) =>
        new(owner.ConnectionString) { Options = $"{owner.Options} -c role={role}".Trim() };

    private async Task PrepareAsync(IReadOnlyList<MigrationSet> sets, bool grantsToSelf, ILogger logger, CancellationToken cancel)
    {
        try
        {
            await new MigrationRunner(owner, logger).ApplyAsync(sets, grantsToSelf, cancel).ConfigureAwait(false);
            await CheckRoleAsync(app, AppRole, cancel).ConfigureAwait(false);
            await CheckRoleAsync(signIn, SignInRole, cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await DisposeSourcesAsync().ConfigureAwait(false);
            if (e is NpgsqlException && StorageException.Explain(e) is { } explained) throw explained;
            throw;
        }
    }

    /// <summary>Row-level security doesn't bind superusers, roles that bypass it, and owners that can switch it off: none of them may do the application's work.</summary>
    private static async Task CheckRoleAsync(NpgsqlDataSource source, string role, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var (user, bound, member) = await connection.QuerySingleAsync<(string, bool, bool)>(new CommandDefinition(
            """
            SELECT current_user::text, NOT (rolsuper OR rolbypassrls OR pg_has_role(current_user, nspowner, 'USAGE')), pg_has_role(current_user, @role, 'USAGE')
            FROM pg_roles, pg_namespace WHERE rolname = current_user AND nspname = 'storage'
            """, new { role }, cancellationToken: cancel)).ConfigureAwait(false);
        if (bound && member) return;
        throw new StorageException("STO-ROLE-002",
            new($"データベースの利用者 {user} では、自治体どうしの区切りを守れません。", $"Database user {user} does not keep municipalities apart."),
            new($"{role} 自身か、その一員で、superuser・BYPASSRLS・表の所有者のいずれでもない利用者を使ってください（docs/operations/database.md）。", $"Use {role}, or a member of it that is neither superuser, nor BYPASSRLS, nor the owner of the tables (docs/operations/database.md)."));
    }

    /// <summary>A transaction as the application, with the municipality set: it sees and writes that municipality's rows only.</summary>
    /// <exception cref="StorageException">The database can't be reached.</exception>
    public Task<TenantTransaction> EnterAsync(MunicipalityId municipality, CancellationToken cancel) =>
        BeginAsync(app, async (connection, transaction) =>
        {
            await SetMunicipalityAsync(connection, transaction, municipality, cancel).ConfigureAwait(false);
            return new TenantTransaction(connection, transaction, municipality);
        }, cancel);

    /// <summary>A transaction as the sign-in: the accounts and names of all municipalities, nothing else.</summary>
    /// <exception cref="StorageException">The database can't be reached.</exception>
    public Task<SignInTransaction> EnterSignInAsync(CancellationToken cancel) =>
        BeginAsync(signIn, async (connection, transaction) =>
        {
            await ProbeAsync(connection, transaction, cancel).ConfigureAwait(false);
            return new SignInTransaction(connection, transaction);
        }, cancel);

    /// <summary>A transaction as the owner: municipalities, installation settings, data that belongs to no municipality.</summary>
    /// <exception cref="StorageException">The database can't be reached.</exception>
    public Task<OwnerTransaction> EnterOwnerAsync(CancellationToken cancel) =>
        BeginAsync(owner, async (connection, transaction) =>
        {
            await ProbeAsync(connection, transaction, cancel).ConfigureAwait(false);
            return new OwnerTransaction(connection, transaction);
        }, cancel);

    internal static async Task SetMunicipalityAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, MunicipalityId municipality, CancellationToken cancel)
    {
        var command = new NpgsqlCommand("SELECT set_config('sekisho.municipality', $1, true)", connection, transaction);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = municipality.Value.ToString() });
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Sends the BEGIN, so that a connection that died in the pool shows here, where it can be replaced.</summary>
    private static async Task ProbeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        var command = new NpgsqlCommand("SELECT 1", connection, transaction);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private async Task<T> BeginAsync<T>(NpgsqlDataSource source, Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> enter, CancellationToken cancel)
    {
        try
        {
            return await TryBeginAsync(source, enter, cancel).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (StorageException.Explain(e) is { RetryCanHelp: true } and not { Code: "STO-DISK-001" })
        {
            // The server was restarted or failed over, or our own ended by itself: once more over a new connection.
            try
            {
                if (cluster is not null) await cluster.RecoverAsync(cancel).ConfigureAwait(false);
                source.Clear();
                return await TryBeginAsync(source, enter, cancel).ConfigureAwait(false);
            }
            catch (NpgsqlException again) when (StorageException.Explain(again) is { } explained)
            {
                throw explained;
            }
        }
    }

    private static async Task<T> TryBeginAsync<T>(NpgsqlDataSource source, Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> enter, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
            return await enter(connection, transaction).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes all connections; the last process that uses a private cluster stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        await DisposeSourcesAsync().ConfigureAwait(false);
        if (cluster is not null) await cluster.DisposeAsync().ConfigureAwait(false);
    }

    private async Task DisposeSourcesAsync()
    {
        await app.DisposeAsync().ConfigureAwait(false);
        await signIn.DisposeAsync().ConfigureAwait(false);
        await owner.DisposeAsync().ConfigureAwait(false);
    }
}
