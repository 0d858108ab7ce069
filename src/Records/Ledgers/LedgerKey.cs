using Dapper;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers;

/// <summary>The key that this installation signs its ledgers with (記録簿の署名鍵). It lives in the data folder, never in the database: who owns the database can't sign.</summary>
public static class LedgerKey
{
    /// <summary>Folder of the ledger's files within the data folder.</summary>
    public static string FolderOf(string dataFolder) => Path.Combine(dataFolder, "ledger");

    private static string FileOf(string dataFolder) => Path.Combine(FolderOf(dataFolder), "key.pem");

    /// <summary>Reads the key, or makes it at the first start.</summary>
    /// <exception cref="LedgerBrokenException">The ledgers were signed with a key that isn't in this data folder, or the file isn't a key.</exception>
    public static async Task<NoteSigner> OpenAsync(string dataFolder, Database database, TimeProvider time, CancellationToken cancel)
    {
        var owner = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        await using var _ = owner.ConfigureAwait(false);
        // One server at a time makes the key; others then find it, or are told that it is elsewhere.
        await owner.Connection.ExecuteAsync(new("LOCK TABLE ledger.signer IN SHARE ROW EXCLUSIVE MODE", cancellationToken: cancel)).ConfigureAwait(false);
        var known = (await owner.Connection.QueryAsync<byte[]>(new("SELECT spki FROM ledger.signer", cancellationToken: cancel)).ConfigureAwait(false)).ToList();
        var signer = Read(dataFolder);
        if (signer is null)
        {
            if (known.Count > 0) throw Lost(dataFolder);
            signer = Make(dataFolder);
        }
        var spki = signer.ExportPublicKey();
        if (!known.Exists(k => k.AsSpan().SequenceEqual(spki)))
        {
            if (known.Count > 0)
            {
                signer.Dispose();
                throw Lost(dataFolder);
            }
            await owner.Connection.ExecuteAsync(new("INSERT INTO ledger.signer (spki, first_used) VALUES (@spki, @at)", new { spki, at = time.GetUtcNow() }, cancellationToken: cancel)).ConfigureAwait(false);
        }
        await owner.CommitAsync(cancel).ConfigureAwait(false);
        return signer;
    }

    /// <summary>The key of the data folder; null when there is none.</summary>
    /// <exception cref="LedgerBrokenException">The file isn't a key.</exception>
    public static NoteSigner? Read(string dataFolder)
    {
        var file = FileOf(dataFolder);
        if (!File.Exists(file)) return null;
        return NoteSigner.TryFromPem(File.ReadAllText(file), out var signer) ? signer : throw new LedgerBrokenException(
            "LED-KEY-002",
            new($"署名鍵 {file} を読み取れません。", $"The signing key {file} can't be read."),
            new("控えから key.pem を戻してください。", "Restore key.pem from the backup."));
    }

    private static NoteSigner Make(string dataFolder)
    {
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var folder = FolderOf(dataFolder);
        Directory.CreateDirectory(folder, Mine | UnixFileMode.UserExecute);
        var signer = NoteSigner.Create();
        // Beside it first, then under its name: a crash leaves a whole key or none.
        var unfinished = Path.Combine(folder, $"key.{Guid.NewGuid():N}.unfinished");
        using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mine }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(signer.ToPem()));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(unfinished, FileOf(dataFolder), overwrite: false);
        }
        catch (IOException) when (File.Exists(FileOf(dataFolder)))
        {
            // Another installation over the same folder was first: its key is the folder's key.
            File.Delete(unfinished);
            signer.Dispose();
            return Read(dataFolder)!;
        }
        return signer;
    }

    private static LedgerBrokenException Lost(string dataFolder) => new(
        "LED-KEY-001",
        new($"記録簿はこれまで別の署名鍵で署名されており、その鍵が {FolderOf(dataFolder)} にありません。何も変更していません。", $"The ledgers were signed with another key, which is not in {FolderOf(dataFolder)}. Nothing was changed."),
        new("最初のサーバーのデータフォルダ、または控えから ledger/key.pem を写してください。", "Copy ledger/key.pem from the first server's data folder, or from the backup."));
}
