using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>A root that a trusted key committed to at a size.</summary>
/// <param name="Copy">The file outside the database that says so; null: a checkpoint of the database.</param>
/// <param name="Frontier">The hashes that lead to the root, where they are at hand and do.</param>
internal sealed record Commitment(ulong Size, Sha256 Root, string? Copy, Frontier? Frontier);

/// <summary>Checks checkpoints, of the database and outside it, and hands out what they commit to.</summary>
internal sealed class Commitments(MunicipalityId municipality, IReadOnlyList<NoteVerifier> trusted)
{
    private const int RowsATime = 256;

    private readonly string origin = LedgerOrigin.Of(municipality);

    /// <summary>Checkpoints read so far.</summary>
    public ulong Count { get; private set; }

    private sealed record Row(ulong Size, byte[] Root, byte[] Frontier, byte[] Note);

    /// <summary>What the checkpoints of the database commit to, by size. Faulty rows are reported, and hand out only what is signed.</summary>
    public async IAsyncEnumerable<Commitment> ReadAsync(TenantTransaction tenant, ulong size, Action<LedgerFault> report, [EnumeratorCancellation] CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<Task<(List<Commitment>, List<LedgerFault>)>>(new BoundedChannelOptions(8) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => FillAsync(tenant, size, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                var (commitments, faults) = await chunk.ConfigureAwait(false);
                foreach (var fault in faults) report(fault);
                foreach (var commitment in commitments) yield return commitment;
            }
            await reading.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FillAsync(TenantTransaction tenant, ulong size, ChannelWriter<Task<(List<Commitment>, List<LedgerFault>)>> chunks, CancellationToken cancel)
    {
        try
        {
            var copy = await RawCopy.OpenAsync(tenant.Connection, string.Create(CultureInfo.InvariantCulture,
                $"SELECT size, root, frontier, note FROM ledger.checkpoint WHERE municipality_id = '{tenant.Municipality.Value}' AND size <= {size} ORDER BY size"), cancel).ConfigureAwait(false);
            await using var _ = copy.ConfigureAwait(false);
            var fields = new Range[4];
            var rows = new List<Row>(RowsATime);
            while (copy.Read(fields))
            {
                rows.Add(new Row((ulong)BinaryPrimitives.ReadInt64BigEndian(copy.Bytes[fields[0]]), copy.Bytes[fields[1]].ToArray(), copy.Bytes[fields[2]].ToArray(), copy.Bytes[fields[3]].ToArray()));
                Count++;
                if (rows.Count < RowsATime) continue;
                await SendAsync(rows).ConfigureAwait(false);
                rows = new List<Row>(RowsATime);
            }
            if (rows.Count > 0) await SendAsync(rows).ConfigureAwait(false);
            chunks.Complete();

            ValueTask SendAsync(List<Row> full) => chunks.WriteAsync(Task.Run(() => Judge(full), cancel), cancel);
        }
        catch (Exception e)
        {
            chunks.Complete(e);
            throw;
        }
    }

    private (List<Commitment>, List<LedgerFault>) Judge(List<Row> rows)
    {
        // Keys of this chunk's own: the platform's ECDsa serves one thread at a time.
        var keys = trusted.Select(k => k.For(origin)).ToList();
        var commitments = new List<Commitment>(rows.Count);
        var faults = new List<LedgerFault>();
        foreach (var row in rows)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"checkpoint {row.Size}");
            if (Read(row.Note, keys) is not { } signed)
            {
                faults.Add(new(LedgerFaultKind.SignatureInvalid, where, new(
                    $"{row.Size} 件目までのチェックポイントに、信頼できる鍵の署名がありません。", $"The checkpoint of size {row.Size} is not signed by a trusted key.")));
                continue;
            }
            var readable = Frontier.TryRead(signed.Size, row.Frontier, out var frontier) && frontier.Root() == signed.Root;
            if (signed.Origin != origin || signed.Size != row.Size)
            {
                faults.Add(Changed("note", "別の記録簿または別の件数の署名文です。", "The signed text is of another ledger or size."));
                continue;
            }
            if (!signed.Root.ToArray().AsSpan().SequenceEqual(row.Root)) faults.Add(Changed("root", "根ハッシュの列が署名文と違います。", "The column root is not what the signed text says."));
            if (!readable) faults.Add(Changed("frontier", "途中ハッシュの列から、署名された根ハッシュになりません。", "The column frontier doesn't lead to the signed root."));
            commitments.Add(new Commitment(signed.Size, signed.Root, null, readable ? frontier : null));

            LedgerFault Changed(string column, string ja, string en) => new(LedgerFaultKind.CheckpointChanged, $"{where} {column}", new(ja, en));
        }
        foreach (var key in keys) key.Dispose();
        return (commitments, faults);
    }

    /// <summary>What copies outside commit to, by size.</summary>
    public List<Commitment> OfCopies(IReadOnlyList<CheckpointCopy> copies, Action<LedgerFault> report)
    {
        var keys = trusted.Select(k => k.For(origin)).ToList();
        var commitments = new List<Commitment>(copies.Count);
        foreach (var copy in copies)
        {
            if (Read(copy.UntrustedNote.Span, keys) is { } signed && signed.Origin == origin) commitments.Add(new Commitment(signed.Size, signed.Root, copy.Source, null));
            else report(new(LedgerFaultKind.CopyInvalid, copy.Source, new("控えを読み取れないか、この記録簿の鍵で署名されていません。", "The copy can't be read or is not signed by this ledger's key.")));
        }
        foreach (var key in keys) key.Dispose();
        commitments.Sort(static (a, b) => a.Size.CompareTo(b.Size));
        return commitments;
    }

    private static Checkpoint? Read(ReadOnlySpan<byte> note, List<NoteVerifier> keys) =>
        SignedNote.TryRead(note, out var read) && read.Judge(keys) is NoteJudgement.Verified verified && Checkpoint.TryParse(verified.Text, out var checkpoint) ? checkpoint : null;
}
