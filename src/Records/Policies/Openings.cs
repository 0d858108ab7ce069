using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>Keeps that a withheld document was opened (閲覧の記録). The transaction is committed before anything of the document goes out.</summary>
internal static class Openings
{
    /// <summary>Evidence that looks different after an opening.</summary>
    public const string Kind = DisclosureSource.Kind;

    /// <param name="watermarked">Whether what goes out carries the reader's name: false for the file itself.</param>
    /// <returns>Index in the ledger, which the watermark shows.</returns>
    public static async Task<long> RecordAsync(RecordKeeper keeper, TenantTransaction tx, VersionSummary version, string purpose, bool watermarked, Actor actor, DateTimeOffset at, CancellationToken cancel)
    {
        var index = await keeper.AppendAsync(tx, at, "document.read", actor, $"policy-version/{version.Id}",
            new { document = version.Title, version.Number, digest = version.Original, ground = version.WithheldGround, purpose = purpose.Trim(), watermarked }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.document_opening (municipality_id, id, version_id, purpose, opened_at, opened_by, opened_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, cancel, tx.Municipality.Value, RecordKeeper.NewId(at), version.Id.Value, purpose.Trim(), at, actor.Account, actor.Name, index);
        return index;
    }
}
