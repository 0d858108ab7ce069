using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Municipalities;

/// <summary>The municipalities that this installation serves (自治体の登録).</summary>
public sealed partial class MunicipalityRegister(RecordKeeper keeper)
{
    private const int MaxName = 200, MaxSlug = 63;

    /// <summary>Adds a municipality; its ledger begins with that.</summary>
    public async Task<Outcome<Municipality>> CreateAsync(string untrustedSlug, string untrustedName, Actor actor, CancellationToken cancel)
    {
        await using var owner = await keeper.Database.EnterOwnerAsync(cancel);
        var made = await CreateInAsync(owner, untrustedSlug, untrustedName, actor, cancel);
        if (made is Outcome<Municipality>.Done) await owner.CommitAsync(cancel);
        return made;
    }

    /// <summary>The same within a transaction of the caller, who commits; the transaction is in that municipality from then on. Refused, it can only be left.</summary>
    internal async Task<Outcome<Municipality>> CreateInAsync(OwnerTransaction owner, string untrustedSlug, string untrustedName, Actor actor, CancellationToken cancel)
    {
        var (slug, name) = (untrustedSlug.Trim(), untrustedName.Trim());
        if (name.Length is 0 or > MaxName) return Refusals.BadName;
        if (slug.Length > MaxSlug || !SlugShape().IsMatch(slug)) return Refusals.BadSlug;
        var at = keeper.Clock.Now();
        var id = new MunicipalityId(RecordKeeper.NewId(at));
        try
        {
            await owner.RunAsync("INSERT INTO records.municipality (id, slug, name, created_at) VALUES ($1, $2, $3, $4)", cancel, id.Value, slug, name, at);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Refusals.SlugTaken;
        }
        var tenant = await owner.EnterAsync(id, cancel);
        await keeper.AppendAsync(tenant, at, "municipality.created", actor, $"municipality/{id}", new { slug, name }, cancel);
        return new Municipality(id, slug, name, at, new Dictionary<string, string>(), new Dictionary<string, JsonElement>());
    }

    /// <summary>All of them by name; for administrators of the installation and the choice at sign-in. No settings, no words.</summary>
    public async Task<IReadOnlyList<MunicipalityEntry>> ListAsync(CancellationToken cancel)
    {
        await using var all = await keeper.Database.EnterSignInAsync(cancel);
        return await all.ListAsync("SELECT id, slug, name FROM records.municipality ORDER BY name, slug", Entry, cancel);
    }

    /// <summary>Null when there is none of that name in addresses.</summary>
    public async Task<MunicipalityEntry?> FindAsync(string untrustedSlug, CancellationToken cancel)
    {
        await using var all = await keeper.Database.EnterSignInAsync(cancel);
        return await all.FirstAsync("SELECT id, slug, name FROM records.municipality WHERE slug = $1", Entry, cancel, untrustedSlug);
    }

    /// <summary>Null when there is no such municipality.</summary>
    public async Task<Municipality?> ReadAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.FirstAsync("SELECT id, slug, name, created_at, words::text, settings::text FROM records.municipality", static r => new Municipality(
            new(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.Moment(3),
            RecordJson.Read<Dictionary<string, string>>(r.GetString(4)), RecordJson.Read<Dictionary<string, JsonElement>>(r.GetString(5))), cancel);
    }

    /// <summary>Changes the name: mergers and new city status happen. The name in addresses stays, since others link to it.</summary>
    public async Task<Outcome<Municipality>> RenameAsync(MunicipalityId municipality, string untrustedName, Actor actor, CancellationToken cancel)
    {
        var name = untrustedName.Trim();
        if (name.Length is 0 or > MaxName) return Refusals.BadName;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            await tx.RunAsync("UPDATE records.municipality SET name = $1", cancel, name);
            await keeper.AppendAsync(tx, keeper.Clock.Now(), "municipality.renamed", actor, $"municipality/{municipality}", new { name }, cancel);
            await tx.CommitAsync(cancel);
        }
        return (await ReadAsync(municipality, cancel))!;
    }

    /// <summary>Keeps a setting; <see cref="JsonValueKind.Null"/> takes it away.</summary>
    public async Task<Outcome<Municipality>> SetAsync(MunicipalityId municipality, string name, JsonElement value, Actor actor, CancellationToken cancel)
    {
        if (name.Length > 80 || !SettingShape().IsMatch(name)) return Refusals.BadSetting;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
                await tx.RunAsync("UPDATE records.municipality SET settings = settings - $1", cancel, name);
            else
                await tx.RunAsync("UPDATE records.municipality SET settings = settings || jsonb_build_object($1::text, $2::jsonb)", cancel, name, value.GetRawText());
            await keeper.AppendAsync(tx, keeper.Clock.Now(), "municipality.setting", actor, $"municipality/{municipality}",
                new { name, value = value.ValueKind is JsonValueKind.Undefined ? default(JsonElement?) : value }, cancel);
            await tx.CommitAsync(cancel);
        }
        return (await ReadAsync(municipality, cancel))!;
    }

    private static MunicipalityEntry Entry(NpgsqlDataReader r) => new(new(r.GetGuid(0)), r.GetString(1), r.GetString(2));

    /// <summary>As the check of records.municipality.</summary>
    [GeneratedRegex("^[a-z0-9](-?[a-z0-9])*$", RegexOptions.CultureInvariant)]
    private static partial Regex SlugShape();

    [GeneratedRegex("^[a-z][a-z0-9.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex SettingShape();
}
