using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Records.Ledgers.Witnesses;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>Verifies a municipality's ledger with the installation's key against every checkpoint kept in a folder outside the database.</summary>
public sealed class LedgerExam(Database database, NoteSigner signer, StorageOptions storage, ILogger<LedgerExam> logger)
{
    public LedgerVerifier Verifier { get; } = new(database, [signer.VerifierFor("sekisho")]);

    /// <summary>Copies outside the database, read anew. A folder that can't be read (a disk that isn't mounted) is said in the log; the number of copies shows it, too.</summary>
    public IReadOnlyList<CheckpointCopy> Copies(MunicipalityId municipality)
    {
        var copies = new List<CheckpointCopy>();
        var own = WitnessList.OwnFolder(storage.DataFolder);
        foreach (var folder in WitnessList.Read(storage.DataFolder).Select(static w => w.Match<string?>(static f => f.Path, static _ => null)).OfType<string>())
        {
            if (folder == own && !Directory.Exists(own)) continue; // nothing was copied yet
            try
            {
                copies.AddRange(CheckpointFolder.Read(folder, municipality));
            }
            catch (IOException e)
            {
                logger.LogWarning("記録簿の控え {Folder} を読めません。 / The ledger's copies in {Folder} can't be read: {Why}", folder, folder, e.Message);
            }
        }
        return copies;
    }

    public Task<LedgerReport> VerifyAsync(MunicipalityId municipality, CancellationToken cancel) =>
        Verifier.VerifyAsync(municipality, Copies(municipality), cancel);
}
