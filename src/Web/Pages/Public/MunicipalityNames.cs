using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Web.Pages.Public;

/// <summary>A municipality as its public address names it.</summary>
public sealed record MunicipalityName(MunicipalityId Id, string Slug, string Name);

/// <summary>From public addresses to municipalities: before anybody is signed in, names are all that may be seen.</summary>
public sealed class MunicipalityNames(Database database)
{
    /// <summary>Null when there is none of that name.</summary>
    public Task<MunicipalityName?> OfSlugAsync(string untrustedSlug, CancellationToken cancel) =>
        FindAsync("SELECT id, slug, name FROM records.municipality WHERE slug = $1", untrustedSlug, cancel);

    public Task<MunicipalityName?> OfIdAsync(MunicipalityId id, CancellationToken cancel) =>
        FindAsync("SELECT id, slug, name FROM records.municipality WHERE id = $1", id.Value, cancel);

    private async Task<MunicipalityName?> FindAsync<T>(string sql, T value, CancellationToken cancel)
    {
        await using var transaction = await database.EnterSignInAsync(cancel);
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction.Transaction) { Parameters = { new NpgsqlParameter<T> { TypedValue = value } } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new MunicipalityName(new(reader.GetGuid(0)), reader.GetString(1), reader.GetString(2)) : null;
    }
}
