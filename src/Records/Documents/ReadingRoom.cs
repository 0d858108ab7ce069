using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Documents;

/// <summary>What a person gets to read of a version (閲覧).</summary>
/// <param name="Text">The text with its keys; shown with the watermark behind it when there is one. Null: a PDF is handed over instead.</param>
/// <param name="Pdf">A withheld PDF with the watermark over each page.</param>
/// <param name="Watermark">Who reads it, when, under which number of the ledger; null for what isn't withheld.</param>
public sealed record OpenedVersion(VersionSummary Summary, PolicyVersion? Text, KeptFile? Pdf, Bilingual? Watermark);

/// <summary>Opening documents (閲覧): freely what isn't withheld; what is, by permitted readers, with a purpose, recorded before a byte goes out, watermarked.</summary>
/// <remarks>
/// A withheld PDF goes out with the watermark over each page; every other file that was read is shown as its text with the watermark behind it, and
/// the file stays here. Only the security office takes the file itself out, to revise it (<see cref="PolicyShelf.OriginalAsync"/>): that is
/// recorded as an opening without a watermark.
/// </remarks>
public sealed class ReadingRoom
{
    private readonly RecordKeeper keeper;
    private readonly DocumentRegister documents;
    private readonly PolicyShelf shelf;

    internal ReadingRoom(RecordKeeper keeper, DocumentRegister documents, PolicyShelf shelf) => (this.keeper, this.documents, this.shelf) = (keeper, documents, shelf);

    /// <summary>Opens a version to read it.</summary>
    /// <param name="purpose">For withheld ones; may be empty otherwise.</param>
    public async Task<Outcome<OpenedVersion>> OpenAsync(MunicipalityId municipality, PolicyVersionId version, Actor actor, IReadOnlyList<Role> roles, string purpose, CancellationToken cancel)
    {
        if (await shelf.VersionAsync(municipality, version, cancel) is not { } text) return Policies.Refusals.UnknownVersion;
        var found = text.Summary;
        if (found.WithheldGround is not { } ground) return new OpenedVersion(found, text, null, null);
        if (!await documents.MayOpenAsync(municipality, version, actor, roles, cancel)) return Policies.Refusals.Withheld(ground);
        if (string.IsNullOrWhiteSpace(purpose)) return Policies.Refusals.PurposeMissing;
        var asPdf = KeptFiles.MediaTypeOf(found.FileName) == "application/pdf";
        if (!asPdf && !found.IsRead) return Refusals.NoText;

        long index;
        ReadOnlyMemory<byte> bytes = default;
        var at = keeper.Clock.Now();
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            if (asPdf) bytes = await KeptFiles.ReadAsync(tx, found.Original, cancel);
            index = await Openings.RecordAsync(keeper, tx, found, purpose, watermarked: true, actor, at, cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, Openings.Kind);
        var moment = JapaneseTime.Moment(at);
        var mark = new Bilingual($"閲覧　{actor.Name}　{moment.Ja}　記録簿 {index}", $"Read by {actor.Name}, {moment.En}, ledger {index}");
        if (!asPdf) return new OpenedVersion(found, text, null, mark);
        // From here on the opening stays recorded, whatever comes of it.
        var time = at.ToOffset(JapaneseTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return await Watermark.StampAsync(bytes, $"閲覧　{actor.Name}", $"{time} JST  No.{index.ToString(CultureInfo.InvariantCulture)}", cancel) is { } stamped
            ? new OpenedVersion(found, null, new KeptFile(found.FileName, "application/pdf", stamped, Sha256.Of(stamped)), mark)
            : Refusals.NoWatermark;
    }
}
