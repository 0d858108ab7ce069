using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Storage;

namespace Sekisho.Records.Obligations;

/// <summary>A municipality's own obligations (独自の義務) as kept.</summary>
/// <param name="Yaml">As the person wrote it; empty when there are none.</param>
public sealed record OwnCatalogue(string Yaml, DateTimeOffset RecordedAt, Actor RecordedBy, long LedgerIndex);

/// <summary>The obligations of a municipality (義務の一覧): the catalogue of the product and what the municipality adds to it.</summary>
public sealed class ObligationBook
{
    /// <summary>1 MB of YAML: thirty times the shipped catalogue.</summary>
    private const int MaxYamlBytes = 1024 * 1024;

    // The file as it is built into the assembly of the policy engine.
    private static readonly Lazy<string> Shipped = new(static () =>
    {
        using var stream = typeof(ObligationCatalogue).Assembly.GetManifestResourceStream("obligations.yaml")
            ?? throw new InvalidOperationException("obligations.yaml is not built into the policy engine.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    private readonly RecordKeeper keeper;
    private readonly ConcurrentDictionary<(Sha256 Edition, Sha256 Own), ObligationCatalogue> read = new();

    internal ObligationBook(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Writes down that this installation runs with the shipped catalogue from now on, when it is another one than before. Called at start.</summary>
    public async Task EnsureEditionAsync(CancellationToken cancel)
    {
        var yaml = Shipped.Value;
        var digest = Sha256.Of(Encoding.UTF8.GetBytes(yaml));
        await using var tx = await keeper.Database.EnterOwnerAsync(cancel);
        // Several servers may start at once.
        await tx.RunAsync("LOCK TABLE records.catalogue_edition IN SHARE ROW EXCLUSIVE MODE", cancel);
        await tx.RunAsync("""
            INSERT INTO records.catalogue_edition (in_use_from, sha256, yaml)
            SELECT $1, $2, $3 WHERE $2 IS DISTINCT FROM (SELECT sha256 FROM records.catalogue_edition ORDER BY in_use_from DESC LIMIT 1)
            """, cancel, keeper.Clock.Now(), digest, yaml);
        await tx.CommitAsync(cancel);
    }

    /// <summary>The catalogue with the municipality's own additions, as in use at a moment (null: now).</summary>
    public async Task<ObligationCatalogue> CatalogueAsync(MunicipalityId municipality, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await CatalogueAsync(tx, at ?? keeper.Clock.Now(), cancel);
    }

    /// <summary>The municipality's own file, or null when it never had one.</summary>
    public async Task<OwnCatalogue?> OwnAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.FirstAsync(
            "SELECT yaml, recorded_at, recorded_by, recorded_by_name, ledger_index FROM records.own_catalogue ORDER BY recorded_at DESC, ledger_index DESC LIMIT 1",
            r => new OwnCatalogue(r.GetString(0), r.Moment(1), r.By(2), r.GetInt64(4)), cancel);
    }

    /// <summary>Keeps the municipality's own file, when it reads; it counts from now on. Empty takes back what there was.</summary>
    public async Task<Outcome<ObligationCatalogue>> SetOwnAsync(MunicipalityId municipality, string untrustedYaml, Actor actor, CancellationToken cancel)
    {
        if (Encoding.UTF8.GetByteCount(untrustedYaml) > MaxYamlBytes) return Refusals.TooLarge;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var shipped = await EditionAsync(tx, at, cancel);
        var reading = Extend(shipped.Catalogue, untrustedYaml);
        if (reading is CatalogueReading.Refused refused) return Refusals.BadYaml(refused.Errors);
        var digest = Sha256.Of(Encoding.UTF8.GetBytes(untrustedYaml));
        var catalogue = ((CatalogueReading.Read)reading).Catalogue;
        var index = await keeper.AppendAsync(tx, at, "catalogue.changed", actor, "own-catalogue",
            new { digest, added = catalogue.Obligations.Where(o => shipped.Catalogue.Find(o.Id) is null).Select(o => o.Id) }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.own_catalogue (municipality_id, id, yaml, sha256, recorded_at, recorded_by, recorded_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, cancel, municipality.Value, RecordKeeper.NewId(at), untrustedYaml, digest, at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        return catalogue;
    }

    internal async Task<ObligationCatalogue> CatalogueAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        var edition = await EditionAsync(tx, at, cancel);
        var own = await tx.FirstAsync(
            "SELECT yaml, sha256 FROM records.own_catalogue WHERE recorded_at <= $1 ORDER BY recorded_at DESC, ledger_index DESC LIMIT 1",
            r => (Tuple<string, Sha256>)new(r.GetString(0), r.Digest(1)), cancel, at);
        return own is null ? edition.Catalogue : Read(edition, own.Item1, own.Item2);
    }

    internal ObligationCatalogue Read((Sha256 Digest, ObligationCatalogue Catalogue) edition, string ownYaml, Sha256 ownDigest)
    {
        if (read.TryGetValue((edition.Digest, ownDigest), out var known)) return known;
        // A new edition of the product may contradict what the municipality added under the old one; what can't be read doesn't count, the shipped catalogue does.
        var catalogue = Extend(edition.Catalogue, ownYaml).Match(r => r.Catalogue, _ => edition.Catalogue);
        return read[(edition.Digest, ownDigest)] = catalogue;
    }

    internal async Task<(Sha256 Digest, ObligationCatalogue Catalogue)> EditionAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        // Before the first edition there was no policy either; the first one stands in.
        var digest = await tx.FirstAsync("""
            SELECT sha256 FROM records.catalogue_edition ORDER BY in_use_from <= $1 DESC, CASE WHEN in_use_from <= $1 THEN in_use_from END DESC, in_use_from LIMIT 1
            """, r => r.GetFieldValue<byte[]>(0), cancel, at);
        if (digest is null) return (Sha256.Of(Encoding.UTF8.GetBytes(Shipped.Value)), ObligationCatalogue.Load());
        var edition = new Sha256(digest);
        return (edition, await EditionAsync(tx, edition, cancel));
    }

    /// <summary>The catalogues in use between two moments, each with its stretch of time, in order, without gaps.</summary>
    internal async Task<IReadOnlyList<(DateTimeOffset From, DateTimeOffset To, ObligationCatalogue Catalogue)>> EditionsAsync(
        TenantTransaction tx, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        var turns = await tx.ListAsync("""
            SELECT in_use_from AS moment FROM records.catalogue_edition WHERE in_use_from > $1 AND in_use_from < $2
            UNION SELECT recorded_at FROM records.own_catalogue WHERE recorded_at > $1 AND recorded_at < $2 ORDER BY moment
            """, r => r.Moment(0), cancel, from, to);
        var stretches = new List<(DateTimeOffset, DateTimeOffset, ObligationCatalogue)>();
        var start = from;
        foreach (var end in turns.Append(to))
        {
            stretches.Add((start, end, await CatalogueAsync(tx, start, cancel)));
            start = end;
        }
        return stretches;
    }

    private async Task<ObligationCatalogue> EditionAsync(TenantTransaction tx, Sha256 digest, CancellationToken cancel)
    {
        if (read.TryGetValue((digest, default), out var known)) return known;
        if (digest == Sha256.Of(Encoding.UTF8.GetBytes(Shipped.Value))) return read[(digest, default)] = ObligationCatalogue.Load();
        var yaml = await tx.FirstAsync("SELECT yaml FROM records.catalogue_edition WHERE sha256 = $1 LIMIT 1", r => r.GetString(0), cancel, digest);
        return read[(digest, default)] = ObligationCatalogue.Parse(yaml!).Match(
            r => r.Catalogue,
            // An older edition in a form that this version no longer reads: today's is the nearest there is.
            _ => ObligationCatalogue.Load());
    }

    private static CatalogueReading Extend(ObligationCatalogue shipped, string yaml) =>
        string.IsNullOrWhiteSpace(yaml) ? new CatalogueReading.Read(shipped) : shipped.Extend(yaml);
}
