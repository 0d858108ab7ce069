using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>Places in the vault for the files of one message that come out by themselves. Nobody knows of them until they are recorded with the message.</summary>
internal sealed class PartsKept
{
    private readonly List<Blob> blobs = [];

    /// <summary>In the order in which they came out.</summary>
    public IReadOnlyList<Blob> Blobs => blobs;

    /// <summary>A place for the next one; whole once it is disposed.</summary>
    public Stream Open(FileVault vault, MunicipalityId town, DateTimeOffset at)
    {
        var blob = FileVault.New(town, at);
        var place = new Place(vault.Write(blob));
        blobs.Add(blob);
        return place;
    }

    /// <summary>Waits for the disk. They were closed as they came: hundreds would be hundreds of open files.</summary>
    public void Sync(FileVault vault) => blobs.ForEach(vault.Sync);

    /// <summary>Seals the end of a file when no more comes.</summary>
    private sealed class Place(SealedWriter writer) : Stream
    {
        private bool isOver;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => writer.Length;

        public override long Position { get => writer.Position; set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => writer.WriteAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => writer.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            if (isOver) return;
            isOver = true;
            await using (writer.ConfigureAwait(false)) await writer.EndAsync(CancellationToken.None).ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>Rows of files that wait on the page of a message.</summary>
internal static class PartRows
{
    private const int MostPath = 1000;

    /// <summary>Makes the parts of messages known, in the transaction that records their results.</summary>
    public static async Task AddAsync(TenantTransaction tx, FileVault vault, IReadOnlyList<Finished> through, DateTimeOffset at, CancellationToken cancel)
    {
        var parts = through.SelectMany(static f => Named(f).Zip(f.Parts, (n, blob) => (f.Claim.Item.Id, n.Path, n.File, Blob: blob)).Select(static (p, number) => (p.Id, Number: number, p.Path, p.File, p.Blob))).ToList();
        if (parts.Count == 0) return;
        await vault.RecordAsync(tx, BlobPurpose.Result, parts.ConvertAll(static p => (p.Blob, p.File.OutputBytes!.Value, p.File.OutputSha256!.Value)), at, cancel).ConfigureAwait(false);
        await tx.RunAsync("INSERT INTO crossing.part (municipality_id, item_id, number, path, kind, blob_id) SELECT $1, p.* FROM unnest($2, $3, $4, $5, $6) AS p",
            cancel, tx.Municipality.Value, parts.Select(static p => p.Id.Value).ToArray(), parts.Select(static p => p.Number).ToArray(), parts.Select(static p => p.Path).ToArray(),
            parts.Select(static p => p.File.OutputType ?? p.File.Type).ToArray(), parts.Select(static p => p.Blob.Id.Value).ToArray()).ConfigureAwait(false);
    }

    /// <summary>Those of a request, by their files.</summary>
    public static async Task<ILookup<ItemId, CrossingPart>> ReadAsync(TenantTransaction tx, RequestId request, CancellationToken cancel) =>
        (await tx.ListAsync("""
            SELECT p.item_id, p.number, p.path, p.kind, b.bytes, b.sha256, p.blob_id FROM crossing.part p JOIN crossing.item i ON i.municipality_id = p.municipality_id AND i.id = p.item_id
            JOIN crossing.blob b ON b.municipality_id = p.municipality_id AND b.id = p.blob_id WHERE i.request_id = $1 ORDER BY i.position, p.number
            """, static r => (Item: new ItemId(r.GetGuid(0)), Part: new CrossingPart(r.GetInt32(1), r.GetString(2), r.GetString(3), r.GetInt64(4), r.Digest(5)) { Blob = new(r.GetGuid(6)) }), cancel, request.Value).ConfigureAwait(false))
        .ToLookup(static p => p.Item, static p => p.Part);

    /// <summary>What lay in an archive is shown below its name.</summary>
    private static IEnumerable<(string Path, Sanitizer.Reports.FileReport File)> Named(Finished its) => its.Report.Members.SelectMany(static m =>
        m.IsApart ? [(Cut(m.Output!), m)] : m.ApartFiles.Select(i => (Cut($"{Path.GetFileNameWithoutExtension(m.Output ?? m.File)}/{i.Output}"), i)));

    private static string Cut(string path) => path.Length <= MostPath ? path : path[^MostPath..];
}
