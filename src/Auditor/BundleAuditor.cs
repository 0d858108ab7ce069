using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Auditor;

/// <summary>One thing that is wrong with a bundle.</summary>
public sealed record BundleFault(string Where, string Ja, string En);

/// <summary>What an audit of a bundle found (監査結果).</summary>
/// <param name="Fingerprint">SHA-256 of the key that was used; null when there was none.</param>
/// <param name="KeyFromBundle">The key came with the bundle itself: then it only shows that the bundle fits together, until the fingerprint was compared.</param>
public sealed record BundleReport(string Origin, ulong Size, string? Fingerprint, bool KeyFromBundle, IReadOnlyList<BundleFault> Faults)
{
    public bool Holds => Faults.Count == 0;
}

/// <summary>Verifies a ledger bundle (監査用の束の検証) with nothing but the bundle and a key.</summary>
/// <remarks>
/// Written apart from the server, from the specifications alone, and sharing no code with it: RFC 6962 §2.1 and C2SP signed-note, tlog-checkpoint, tlog-tiles.
/// Stays in memory of a few tiles whatever the length of the ledger.
/// </remarks>
public static class BundleAuditor
{
    private const int Hash = 32, Wide = 256, MostFaults = 100;

    /// <param name="path">A folder or a ZIP.</param>
    /// <param name="key">The key as text, received by another way than the bundle; null: the one in the bundle.</param>
    /// <param name="earlier">Checkpoints seen before, by file name: the bundle must be a continuation of each.</param>
    public static BundleReport Audit(string path, string? key, IReadOnlyDictionary<string, byte[]> earlier)
    {
        using var files = BundleFiles.At(path);
        if (files is null) return Refused(path, "監査用の束（フォルダまたはZIP）として開けません。", "It can't be opened as a bundle (folder or ZIP).");
        var text = key ?? (files.Read("vkey") is { Length: < 4096 } bytes ? Encoding.UTF8.GetString(bytes) : null);
        if (text is null || NoteKey.Parse(text) is not { } trusted) return Refused("vkey", "検証鍵がないか、読み取れません。", "There is no verifier key, or it can't be read.");
        if (files.Read("checkpoint") is not { } note) return Refused("checkpoint", "チェックポイントがありません。", "There is no checkpoint.");
        if (SignedCheckpoint.Read(note, trusted, out var why) is not { } checkpoint)
        {
            return why switch
            {
                "forged" => Refused("checkpoint", "署名が正しくありません。", "The signature is wrong."),
                "unsigned" => Refused("checkpoint", "この検証鍵の署名がありません。", "It is not signed by this key."),
                _ => Refused("checkpoint", "チェックポイントを読み取れません。", "It can't be read."),
            };
        }
        var faults = new List<BundleFault>();
        var walk = new Walk(files, checkpoint.Size, faults, Commitments(earlier, trusted, checkpoint, faults));
        if (walk.Run() is { } root && !root.AsSpan().SequenceEqual(checkpoint.Root))
            faults.Add(new("checkpoint", "記録から計算した根ハッシュが、署名されたものと違います。", "The root computed from the entries is not the one that was signed."));
        return new BundleReport(checkpoint.Origin, checkpoint.Size, trusted.Fingerprint, key is null, faults);

        BundleReport Refused(string where, string ja, string en) => new("", 0, null, key is null, [new BundleFault(where, ja, en)]);
    }

    private static SortedDictionary<ulong, List<(string File, byte[] Root)>> Commitments(IReadOnlyDictionary<string, byte[]> earlier, NoteKey key, SignedCheckpoint last, List<BundleFault> faults)
    {
        var due = new SortedDictionary<ulong, List<(string, byte[])>>();
        foreach (var (file, note) in earlier)
        {
            if (SignedCheckpoint.Read(note, key, out _) is not { } seen || seen.Origin != last.Origin)
                faults.Add(new(file, "この記録簿のチェックポイントではないか、署名が正しくありません。", "It is not a checkpoint of this ledger, or its signature is wrong."));
            else if (seen.Size > last.Size)
                faults.Add(new(file, $"以前は {seen.Size} 件あった記録簿が、この束では {last.Size} 件です（末尾の切捨て）。", $"The ledger once had {seen.Size} entries and has {last.Size} in this bundle (truncated)."));
            else if (seen.Size > 0)
                (due.TryGetValue(seen.Size, out var list) ? list : due[seen.Size] = []).Add((file, seen.Root));
        }
        return due;
    }

    private static byte[] HashLeaf(ReadOnlySpan<byte> entry)
    {
        var input = new byte[1 + entry.Length];
        entry.CopyTo(input.AsSpan(1));
        return SHA256.HashData(input);
    }

    private static byte[] HashChildren(byte[] left, byte[] right)
    {
        Span<byte> input = stackalloc byte[65];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[33..]);
        return SHA256.HashData(input);
    }

    /// <summary>One pass over the entries, left to right, with a stack of finished subtrees.</summary>
    private sealed class Walk(BundleFiles files, ulong size, List<BundleFault> faults, SortedDictionary<ulong, List<(string File, byte[] Root)>> due)
    {
        private readonly Stack<(int Height, byte[] Root)> done = new();

        /// <summary>Roots of the full tiles of each level: the hashes of the level above.</summary>
        private readonly List<List<byte[]>> above = [];

        /// <summary>The root; null where entries are missing, so that there is none to compute.</summary>
        public byte[]? Run()
        {
            for (ulong tile = 0; tile * Wide < size; tile++)
            {
                var width = (int)Math.Min(Wide, size - tile * Wide);
                var place = Place(tile, width);
                if (Entries(place, width) is not { } entries) return null;
                var hashes = entries.ConvertAll(static e => HashLeaf(e));
                CompareTile(tile, place, hashes);
                for (var at = 0; at < width; at++)
                {
                    Add(hashes[at]);
                    if (due.TryGetValue(tile * Wide + (ulong)at + 1, out var commitments)) Compare(commitments);
                }
                if (width == Wide) Raise(0, Fold(hashes));
                if (faults.Count > MostFaults) return null;
            }
            for (var level = 1; level <= above.Count; level++)
            {
                if (above[level - 1].Count % Wide is var rest and > 0) CheckTile(level, above[level - 1].Count / Wide, above[level - 1][^rest..]);
            }
            return Root();
        }

        private void CompareTile(ulong tile, string place, List<byte[]> hashes)
        {
            if (files.Read($"tile/0/{place}") is not { } kept || kept.Length != hashes.Count * Hash)
            {
                Fault($"tile/0/{place}", "タイルがないか、長さが違います。", "The tile is missing or has another length.");
                return;
            }
            for (var at = 0; at < hashes.Count; at++)
            {
                if (!kept.AsSpan(at * Hash, Hash).SequenceEqual(hashes[at]))
                    Fault($"tile/entries/{place} entry {(tile * Wide + (ulong)at).ToString(CultureInfo.InvariantCulture)}", "記録の内容が、タイルのハッシュと違います。", "The entry is not the one whose hash is in the tile.");
            }
        }

        private List<byte[]>? Entries(string place, int width)
        {
            var bundle = files.Read($"tile/entries/{place}");
            var entries = new List<byte[]>();
            for (var rest = bundle.AsSpan(); rest.Length > 0;)
            {
                var length = rest.Length < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(rest);
                if (length > rest.Length - 2) break;
                entries.Add(rest.Slice(2, length).ToArray());
                rest = rest[(2 + length)..];
                if (rest.Length == 0 && entries.Count == width) return entries;
            }
            Fault($"tile/entries/{place}", "記録のファイルがないか、途中で切れています。", "The file of entries is missing or cut short.");
            return null;
        }

        private void Add(byte[] root)
        {
            var height = 0;
            for (; done.TryPeek(out var left) && left.Height == height; height++) root = HashChildren(done.Pop().Root, root);
            done.Push((height, root));
        }

        private byte[] Root()
        {
            byte[]? root = null;
            foreach (var (_, left) in done) root = root is null ? left : HashChildren(left, root);
            return root ?? SHA256.HashData([]);
        }

        private static byte[] Fold(List<byte[]> hashes)
        {
            while (hashes.Count > 1) hashes = [.. Enumerable.Range(0, hashes.Count / 2).Select(i => HashChildren(hashes[2 * i], hashes[2 * i + 1]))];
            return hashes[0];
        }

        /// <summary>Notes the root of a full tile in the level above; when 256 are there, holds them against that level's tile.</summary>
        private void Raise(int level, byte[] root)
        {
            if (above.Count == level) above.Add([]);
            var hashes = above[level];
            hashes.Add(root);
            if (hashes.Count % Wide != 0) return;
            CheckTile(level + 1, hashes.Count / Wide - 1, hashes[^Wide..]);
            Raise(level + 1, Fold(hashes[^Wide..]));
        }

        private void CheckTile(int level, int index, List<byte[]> hashes)
        {
            var path = $"tile/{level.ToString(CultureInfo.InvariantCulture)}/{Place((ulong)index, hashes.Count)}";
            if (files.Read(path) is not { } kept || !kept.AsSpan().SequenceEqual(hashes.SelectMany(static h => h).ToArray()))
                Fault(path, "タイルがないか、下のタイルから求めたハッシュと違います。", "The tile is missing or isn't made of the roots of the tiles below.");
        }

        private void Compare(List<(string File, byte[] Root)> commitments)
        {
            var root = Root();
            foreach (var (file, seen) in commitments)
            {
                if (!root.AsSpan().SequenceEqual(seen))
                    Fault(file, "以前の記録簿の続きになっていません（書換え）。", "The bundle is not a continuation of the ledger as it was then (rewritten).");
            }
        }

        private void Fault(string where, string ja, string en) => faults.Add(new(where, ja, en));
    }

    /// <summary>The end of a path: index in groups of three digits, and the width where it isn't 256.</summary>
    private static string Place(ulong index, int width)
    {
        var path = (index % 1000).ToString("000", CultureInfo.InvariantCulture);
        for (var rest = index / 1000; rest > 0; rest /= 1000) path = $"x{(rest % 1000).ToString("000", CultureInfo.InvariantCulture)}/{path}";
        return width == Wide ? path : $"{path}.p/{width.ToString(CultureInfo.InvariantCulture)}";
    }
}
