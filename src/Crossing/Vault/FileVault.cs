using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Vault;

/// <summary>Where files lie while they cross (保管庫): encrypted, each under a key of its own, and destroyed by losing that key.</summary>
/// <remarks>
/// The key of a file is sealed by its municipality's, that one by the key file outside the database: a copy of the folder, or of the database, opens nothing.
/// Several servers share the folder; every file has one writer.
/// </remarks>
public sealed class FileVault
{
    public const string KeyVariable = "SEKISHO_VAULT_KEY", FolderVariable = "SEKISHO_VAULT";

    /// <summary>Set to <c>yes</c> by who knows that the key file is lost for good: a new one is made, and what lies in the vault stays closed.</summary>
    public const string KeyLostVariable = "SEKISHO_VAULT_KEY_LOST";

    private readonly string folder;
    private readonly KeyFile master;
    private readonly RecordKeeper keeper;
    private readonly ConcurrentDictionary<(MunicipalityId, int), byte[]> keys = new();
    private readonly ConcurrentDictionary<MunicipalityId, int> current = new();

    /// <summary>One at a time reads a key beside its own transaction: many at once, each holding one connection and asking for another, would empty the pool.</summary>
    private static readonly SemaphoreSlim Beside = new(1);

    private FileVault(string folder, string keyPath, KeyFile master, RecordKeeper keeper) => (this.folder, KeyPath, this.master, this.keeper) = (folder, keyPath, master, keeper);

    /// <summary>Its folder on this server.</summary>
    public string Folder => folder;

    /// <summary>Where its key lies.</summary>
    public string KeyPath { get; }

    /// <summary>Opens the vault of a data folder, or makes it.</summary>
    /// <exception cref="StorageException">The key file is gone (XNG-KEY-001) or others can read it (XNG-KEY-002).</exception>
    public static Task<FileVault> OpenAsync(string dataFolder, RecordKeeper keeper, CancellationToken cancel) =>
        OpenAsync(dataFolder, Environment.GetEnvironmentVariable(FolderVariable), Environment.GetEnvironmentVariable(KeyVariable), keeper, cancel, Environment.GetEnvironmentVariable(KeyLostVariable) == "yes");

    internal static async Task<FileVault> OpenAsync(string dataFolder, string? folderElsewhere, string? keyElsewhere, RecordKeeper keeper, CancellationToken cancel, bool isKeyLost = false)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        var folder = folderElsewhere is { Length: > 0 } ? Path.GetFullPath(folderElsewhere) : Path.Combine(dataFolder, "vault");
        var path = keyElsewhere is { Length: > 0 } ? Path.GetFullPath(keyElsewhere) : Path.Combine(dataFolder, "vault.key");
        var isUsed = !isKeyLost && await IsUsedAsync(keeper, cancel).ConfigureAwait(false);
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(folder, own);
        var master = KeyFile.Open(path, () => isUsed,
            detail => new StorageException("XNG-KEY-001",
                new($"保管庫の鍵 {path} がないか、読み取れません。起動していません。", $"The key of the vault, {path}, is missing or can't be read. Nothing was started."),
                new("控えから戻してください。戻せないときは、保管中のファイルはもう読めません。手順は docs/operations/crossing.md にあります。", "Restore it from the backup. If it is lost, files in the vault can't be read any more; see docs/operations/crossing.md."), detail: detail),
            () => new StorageException("XNG-KEY-002",
                new($"保管庫の鍵 {path} を、ほかの利用者も読み書きできます。起動していません。", $"Others can read or write the key of the vault, {path}. Nothing was started."),
                new("chmod 600 で、所有者だけが読めるようにしてください。", "Let only its owner read it: chmod 600.")));
        return new(folder, path, master, keeper);
    }

    /// <summary>Free bytes on the disk of the vault.</summary>
    public long FreeBytes => Disk?.Invoke() ?? new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>So much of its disk stays free, in bytes: results of what is here need room, too.</summary>
    internal long Reserve { get; set; } = 1L << 30;

    /// <summary>Another disk than the real one, for tests of what happens when it is full.</summary>
    internal Func<long>? Disk { get; set; }

    /// <summary>New originals, in the caller's transaction. Their content follows.</summary>
    /// <param name="announced">For whom each counts, and its bytes as announced: they count for its holder from now on, and as many for what comes out of it.</param>
    internal async Task<IReadOnlyList<Blob>> AddAsync(TenantTransaction tx, IReadOnlyList<(Holder Holder, long Bytes)> announced, DateTimeOffset at, CancellationToken cancel)
    {
        var (number, townKey) = await CurrentKeyAsync(tx, at, cancel).ConfigureAwait(false);
        var made = announced.Select(_ => New(tx.Municipality, at)).ToList();
        await tx.RunAsync("""
            INSERT INTO crossing.blob (municipality_id, id, purpose, vault_key, sealed_key, made_at, holder, holder_route, holder_unit, room, due)
            SELECT $1, b.id, 'Original', $2, b.sealed_key, $3, b.holder, b.route, b.unit, b.bytes, b.bytes FROM unnest($4, $5, $6, $7, $8, $9) AS b (id, sealed_key, holder, route, unit, bytes)
            """, cancel, tx.Municipality.Value, number, at, made.Select(static b => b.Id.Value).ToArray(), made.Select(b => KeyFile.Seal(townKey, b.Key, About(tx.Municipality, b.Id))).ToArray(),
            announced.Select(static a => a.Holder.Name).ToArray(), announced.Select(static a => a.Holder.Route).ToArray(), announced.Select(static a => a.Holder.Unit).ToArray(), announced.Select(static a => a.Bytes).ToArray()).ConfigureAwait(false);
        return made;
    }

    /// <summary>A new file of which nobody knows yet: its content is written first, and <see cref="RecordAsync"/> makes it known when it is whole. Until then its key is in memory only: what a crash leaves behind is noise.</summary>
    internal static Blob New(MunicipalityId town, DateTimeOffset at) => new(town, new BlobId(RecordKeeper.NewId(at)), RandomNumberGenerator.GetBytes(KeyFile.KeyBytes), null, null);

    /// <summary>Makes files known that are whole and durable, in the caller's transaction.</summary>
    /// <param name="holders">Of originals: for whom each of them counts.</param>
    internal async Task RecordAsync(TenantTransaction tx, BlobPurpose purpose, IReadOnlyList<(Blob Blob, long Bytes, Sha256 Digest)> whole, DateTimeOffset at, CancellationToken cancel, IReadOnlyList<Holder>? holders = null)
    {
        var (number, townKey) = await CurrentKeyAsync(tx, at, cancel).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.blob (municipality_id, id, purpose, vault_key, sealed_key, bytes, sha256, made_at, holder, holder_route, holder_unit, room, due)
            SELECT $1, b.id, $2, $3, b.sealed_key, b.bytes, b.sha256, $4, b.holder, b.route, b.unit, CASE WHEN b.holder IS NULL THEN 0 ELSE b.bytes END, CASE WHEN b.holder IS NULL THEN 0 ELSE b.bytes END
            FROM unnest($5, $6, $7, $8, $9, $10, $11) AS b (id, sealed_key, bytes, sha256, holder, route, unit)
            """, cancel, tx.Municipality.Value, purpose, number, at, whole.Select(w => w.Blob.Id.Value).ToArray(), whole.Select(w => KeyFile.Seal(townKey, w.Blob.Key, About(tx.Municipality, w.Blob.Id))).ToArray(),
            whole.Select(w => w.Bytes).ToArray(), whole.Select(w => w.Digest.ToArray()).ToArray(), whole.Select((_, i) => holders?[i].Name).ToArray(), whole.Select((_, i) => holders?[i].Route).ToArray(), whole.Select((_, i) => holders?[i].Unit).ToArray()).ConfigureAwait(false);
    }

    /// <summary>What comes out of these originals is there, or nothing will: no more room is kept for it.</summary>
    internal static Task ThroughAsync(TenantTransaction tx, IEnumerable<BlobId> originals, CancellationToken cancel) =>
        tx.RunAsync("UPDATE crossing.blob SET due = 0 WHERE id = ANY ($1) AND due <> 0", cancel, originals.Select(o => o.Value).ToArray());

    /// <summary>Those of these files that can be read. One whose key doesn't open, or that was destroyed, isn't among them.</summary>
    internal async Task<Dictionary<BlobId, Blob>> FindAsync(TenantTransaction tx, IReadOnlyCollection<BlobId> ids, CancellationToken cancel)
    {
        var rows = await tx.ListAsync("SELECT id, vault_key, sealed_key, bytes, sha256 FROM crossing.blob WHERE id = ANY ($1) AND sealed_key IS NOT NULL",
            r => (Id: new BlobId(r.GetGuid(0)), Number: r.GetInt32(1), Sealed: r.GetFieldValue<byte[]>(2), Bytes: r.IsDBNull(3) ? (long?)null : r.GetInt64(3), Digest: r.IsDBNull(4) ? (Sha256?)null : r.Digest(4)), cancel,
            [ids.Select(i => i.Value).ToArray()]).ConfigureAwait(false);
        var found = new Dictionary<BlobId, Blob>(rows.Count);
        foreach (var row in rows)
        {
            try
            {
                var key = KeyFile.Open(await TownKeyAsync(tx, row.Number, cancel).ConfigureAwait(false), row.Sealed, About(tx.Municipality, row.Id));
                found[row.Id] = new(tx.Municipality, row.Id, key, row.Bytes, row.Digest);
            }
            catch (CryptographicException)
            {
                // Sealed by another key file: it stays closed.
            }
        }
        return found;
    }

    /// <summary>Null when there is no such file, or it was destroyed.</summary>
    /// <exception cref="VaultException">Its key was sealed by another key file.</exception>
    internal async Task<Blob?> FindAsync(TenantTransaction tx, BlobId id, CancellationToken cancel)
    {
        var row = await tx.FirstAsync("SELECT vault_key, sealed_key, bytes, sha256 FROM crossing.blob WHERE id = $1 AND sealed_key IS NOT NULL",
            r => Tuple.Create(r.GetInt32(0), r.GetFieldValue<byte[]>(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2), r.IsDBNull(3) ? (Sha256?)null : r.Digest(3)), cancel, id.Value).ConfigureAwait(false);
        if (row is null) return null;
        try
        {
            var key = KeyFile.Open(await TownKeyAsync(tx, row.Item1, cancel).ConfigureAwait(false), row.Item2, About(tx.Municipality, id));
            return new(tx.Municipality, id, key, row.Item3, row.Item4);
        }
        catch (CryptographicException e)
        {
            throw new VaultException(id, "its key doesn't open", e);
        }
    }

    /// <summary>Writes from the beginning.</summary>
    internal SealedWriter Write(Blob blob) => SealedWriter.Create(PathOf(blob.Town, blob.Id), blob.Key);

    /// <summary>Waits for the disk to have a file that was written and closed.</summary>
    internal void Sync(Blob blob)
    {
        using var file = File.OpenHandle(PathOf(blob.Town, blob.Id), FileMode.Open, FileAccess.Write);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Goes on writing where a pause was confirmed.</summary>
    /// <param name="mayTakeOver">Asked once no other writer has the file, where one may have been at it; false: nothing is touched.</param>
    /// <returns>Null when it may not be taken over.</returns>
    /// <exception cref="VaultException">What was confirmed isn't there.</exception>
    internal async Task<SealedWriter?> ResumeAsync(Blob blob, long received, Func<Task<bool>> mayTakeOver)
    {
        try
        {
            return await SealedWriter.ResumeAsync(PathOf(blob.Town, blob.Id), blob.Key, received, mayTakeOver).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new VaultException(blob.Id, "can't be gone on with", e);
        }
    }

    internal void ForgetTails(Blob blob, long? but = null) => SealedWriter.ForgetTails(PathOf(blob.Town, blob.Id), but);

    /// <summary>Reads a complete file.</summary>
    /// <exception cref="VaultException">It isn't what was put there; also thrown by reading.</exception>
    internal Stream Read(Blob blob) => SealedReader.Open(blob.Id, PathOf(blob.Town, blob.Id), blob.Key, blob.Bytes ?? throw new VaultException(blob.Id, "isn't complete"));

    /// <summary>Reads a file back that was just written, and tells its digest: what is recorded is what lies on the disk.</summary>
    internal async Task<Sha256> DigestAsync(Blob blob, long bytes, CancellationToken cancel)
    {
        using var content = SealedReader.Open(blob.Id, PathOf(blob.Town, blob.Id), blob.Key, bytes);
        return await Sha256.OfAsync(content, cancel).ConfigureAwait(false);
    }

    /// <summary>Says in the caller's transaction that contents are complete and durable.</summary>
    internal static Task CompleteAsync(TenantTransaction tx, IReadOnlyCollection<(BlobId Id, long Bytes, Sha256 Digest)> whole, CancellationToken cancel) =>
        tx.RunAsync("UPDATE crossing.blob b SET bytes = w.bytes, sha256 = w.digest FROM unnest($1, $2, $3) AS w (id, bytes, digest) WHERE b.id = w.id AND b.bytes IS NULL", cancel,
            whole.Select(static w => w.Id.Value).ToArray(), whole.Select(static w => w.Bytes).ToArray(), whole.Select(static w => w.Digest.ToArray()).ToArray());

    /// <summary>Destroys files by forgetting their keys, in the caller's transaction; <see cref="Remove"/> takes what is left off the disk after it is committed.</summary>
    /// <returns>How many there were to destroy.</returns>
    internal static Task<int> DestroyAsync(TenantTransaction tx, IReadOnlyCollection<BlobId> ids, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("UPDATE crossing.blob SET sealed_key = NULL, destroyed_at = $2 WHERE id = ANY ($1) AND sealed_key IS NOT NULL", cancel, ids.Select(i => i.Value).ToArray(), at);

    /// <summary>Takes the unreadable rest of destroyed files off the disk. May be called again.</summary>
    internal void Remove(MunicipalityId town, BlobId id)
    {
        var path = PathOf(town, id);
        if (!Directory.Exists(Path.GetDirectoryName(path))) return; // announced, and never a byte of it
        File.Delete(path);
        SealedWriter.ForgetTails(path);
    }

    /// <summary>Forgets the keys of files that belong to nothing: results of hosts that died before they were recorded.</summary>
    internal static Task<int> ForgetStraysAsync(TenantTransaction tx, DateTimeOffset olderThan, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("""
            UPDATE crossing.blob b SET sealed_key = NULL, destroyed_at = $1 WHERE b.sealed_key IS NOT NULL AND b.made_at < $2
              AND NOT EXISTS (SELECT FROM crossing.item i WHERE i.municipality_id = b.municipality_id AND (i.original_id = b.id OR i.result_id = b.id))
              AND NOT EXISTS (SELECT FROM crossing.part p WHERE p.municipality_id = b.municipality_id AND p.blob_id = b.id)
              AND NOT EXISTS (SELECT FROM crossing.picture p WHERE p.municipality_id = b.municipality_id AND p.blob_id = b.id)
            """, cancel, at, olderThan);

    /// <summary>Takes off the disk what no record knows, or knows as destroyed: rests of servers that died between writing and recording.</summary>
    /// <param name="olderThan">Younger files may belong to a write that goes on now.</param>
    /// <returns>How many files went.</returns>
    internal async Task<int> SweepAsync(MunicipalityId town, DateTimeOffset olderThan, CancellationToken cancel)
    {
        var own = Path.Combine(folder, town.ToString());
        if (!Directory.Exists(own)) return 0;
        var swept = 0;
        foreach (var shelf in Directory.EnumerateDirectories(own))
        {
            var files = Directory.EnumerateFiles(shelf).Where(f => File.GetLastWriteTimeUtc(f) < olderThan.UtcDateTime)
                .Select(f => (File: f, Id: Guid.TryParse(Path.GetFileName(f).Split('.')[0], out var id) ? id : Guid.Empty)).ToList();
            if (files.Count == 0) continue;
            await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
            var known = (await tx.ListAsync("SELECT id FROM crossing.blob WHERE id = ANY ($1) AND sealed_key IS NOT NULL", r => r.GetGuid(0), cancel, files.Select(f => f.Id).ToArray()).ConfigureAwait(false)).ToHashSet();
            foreach (var (file, id) in files)
            {
                if (known.Contains(id)) continue;
                File.Delete(file);
                swept++;
            }
        }
        return swept;
    }

    /// <summary>Seals something small that belongs to a record, such as passwords.</summary>
    internal async Task<byte[]> SealAsync(TenantTransaction tx, ReadOnlyMemory<byte> plain, Guid about, DateTimeOffset at, CancellationToken cancel)
    {
        var (number, key) = await CurrentKeyAsync(tx, at, cancel).ConfigureAwait(false);
        return [(byte)number, .. KeyFile.Seal(key, plain.Span, About(tx.Municipality, new BlobId(about)))];
    }

    /// <exception cref="CryptographicException">It belongs to something else, or was changed.</exception>
    internal async Task<byte[]> UnsealAsync(TenantTransaction tx, ReadOnlyMemory<byte> untrusted, Guid about, CancellationToken cancel)
    {
        if (untrusted.IsEmpty) throw new CryptographicException("Nothing is sealed.");
        return KeyFile.Open(await TownKeyAsync(tx, untrusted.Span[0], cancel).ConfigureAwait(false), untrusted.Span[1..], About(tx.Municipality, new BlobId(about)));
    }

    private static async Task<bool> IsUsedAsync(RecordKeeper keeper, CancellationToken cancel)
    {
        foreach (var town in await keeper.MunicipalitiesAsync(cancel).ConfigureAwait(false))
        {
            await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
            if (await tx.FirstAsync("SELECT number FROM crossing.vault_key LIMIT 1", r => Tuple.Create(r.GetInt32(0)), cancel).ConfigureAwait(false) is not null) return true;
        }
        return false;
    }

    private async Task<(int Number, byte[] Key)> CurrentKeyAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        if (current.TryGetValue(tx.Municipality, out var number)) return (number, keys[(tx.Municipality, number)]);
        // What is committed, not what this transaction sees: a key that is remembered must outlive it.
        var newest = await BesideAsync(tx.Municipality, "SELECT number, sealed FROM crossing.vault_key WHERE $1 > 0 ORDER BY number DESC LIMIT 1", 1, cancel).ConfigureAwait(false);
        number = newest?.Number ?? 0;
        if (newest is { } kept && TryOpen(tx.Municipality, number, kept.Sealed, out var known))
        {
            keys[(tx.Municipality, number)] = known;
            current[tx.Municipality] = number;
            return (number, known);
        }
        // The first, or the first under a new key file.
        number++;
        var made = RandomNumberGenerator.GetBytes(KeyFile.KeyBytes);
        // Two at once: the second waits for the first one's transaction, and takes its key where that was committed.
        var isMine = await tx.RunAsync("INSERT INTO crossing.vault_key (municipality_id, number, sealed, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            cancel, tx.Municipality.Value, number, master.Seal(made, About(tx.Municipality, number)), at).ConfigureAwait(false) > 0;
        return isMine ? (number, made) : (number, await TownKeyAsync(tx, number, cancel).ConfigureAwait(false));
    }

    private async Task<(int Number, byte[] Sealed)?> BesideAsync(MunicipalityId town, string sql, int number, CancellationToken cancel)
    {
        await Beside.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await using var fresh = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
            return await fresh.FirstAsync(sql, r => Tuple.Create(r.GetInt32(0), r.GetFieldValue<byte[]>(1)), cancel, number).ConfigureAwait(false) is { } row ? (row.Item1, row.Item2) : null;
        }
        finally
        {
            Beside.Release();
        }
    }

    private bool TryOpen(MunicipalityId town, int number, byte[] sealedKey, out byte[] key)
    {
        try
        {
            key = master.Open(sealedKey, About(town, number));
            return true;
        }
        catch (CryptographicException)
        {
            key = [];
            return false;
        }
    }

    private async Task<byte[]> TownKeyAsync(TenantTransaction tx, int number, CancellationToken cancel)
    {
        if (keys.TryGetValue((tx.Municipality, number), out var known)) return known;
        // Read outside of the caller's transaction: only what is committed may be remembered.
        if (await BesideAsync(tx.Municipality, "SELECT number, sealed FROM crossing.vault_key WHERE number = $1", number, cancel).ConfigureAwait(false) is { } kept)
            return keys[(tx.Municipality, number)] = master.Open(kept.Sealed, About(tx.Municipality, number));
        var own = await tx.FirstAsync("SELECT sealed FROM crossing.vault_key WHERE number = $1", r => r.GetFieldValue<byte[]>(0), cancel, number).ConfigureAwait(false)
            ?? throw new CryptographicException($"key {number} of the vault is missing");
        return master.Open(own, About(tx.Municipality, number));
    }

    private string PathOf(MunicipalityId town, BlobId id)
    {
        var name = id.Value.ToString("N");
        // By the end of the id: its beginning is the time.
        return Path.Combine(folder, town.ToString(), name[^2..], name);
    }

    private static byte[] About(MunicipalityId town, int number) => Encoding.ASCII.GetBytes($"sekisho vault key {town} {number}");

    private static byte[] About(MunicipalityId town, BlobId id) => Encoding.ASCII.GetBytes($"sekisho vault file {town} {id}");
}
