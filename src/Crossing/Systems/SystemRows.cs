using System.Net;
using Npgsql;
using Sekisho.Crossing.Folders;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Systems;

/// <summary>Rows of systems.</summary>
internal static class SystemRows
{
    public const string Select = """
        SELECT id, name, routes, unit_id, addresses, made_at, made_by, made_by_name, expires_at, revoked_at, revoked_by, revoked_by_name, last_used_at, last_used_from, misused_at, misused_from, senders FROM crossing.system_key
        """;

    public static Task<CrossingSystem?> ReadAsync(TenantTransaction tx, SystemId id, CancellationToken cancel) => tx.FirstAsync(Select + " WHERE id = $1", Row, cancel, id.Value);

    /// <summary>The account of the person who stands behind an applicant: of a system, who registered it and so held its key; of a watched folder, who set it up.</summary>
    public static async Task<string> PersonsAccountAsync(TenantTransaction tx, string account, CancellationToken cancel) =>
        SystemId.Of(account) is { } system ? (await ReadAsync(tx, system, cancel))?.MadeBy.Account ?? account
        : FolderId.Of(account) is { } folder ? (await FolderDesk.ReadAsync(tx, folder, cancel))?.MadeBy.Account ?? account
        : account;

    public static CrossingSystem Row(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), r.GetString(1), r.GetFieldValue<string[]>(2), new(r.GetGuid(3)), [.. r.GetFieldValue<string[]>(4).Select(IPNetwork.Parse)], r.Moment(5), r.By(6), r.Moment(8),
        r.MomentOrNull(9), r.ByOrNull(10), r.MomentOrNull(12), r.TextOrNull(13), r.MomentOrNull(14), r.TextOrNull(15)) { Senders = r.GetFieldValue<string[]>(16) };
}
