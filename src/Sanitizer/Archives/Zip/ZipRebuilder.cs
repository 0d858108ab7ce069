using System.Buffers.Binary;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Archives.Zip;

/// <summary>Zip (ZIP 書庫): members stored or packed by Deflate, bzip2, LZMA, xz or Zstandard, also with passwords (ZipCrypto, WinZip's AES), with names in UTF-8 or CP932.</summary>
internal sealed class ZipRebuilder : IRebuilder
{
    private const int MostInMemory = 4 << 20;

    public IEnumerable<FileKind> Kinds => [FileKind.Zip];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var zip = ZipDirectory.Read(untrusted, job.Budget, static (_, _) => "");
        var entries = Named(zip.Entries, job);
        if (job.Budget.WouldBurst(entries.Sum(static e => Math.Min(e.Bytes, 1L << 50)))) throw Refusals.Bomb("", entries.Max(static e => e.Bytes));
        TellRemnants(zip, job);

        var packing = new Repacking(job, output);
        var passwords = new ZipPasswords(job.Passwords);
        foreach (var entry in entries)
        {
            job.Budget.Check();
            if (entry.IsFolder)
            {
                if (entry.Bytes == 0) packing.Folder(entry.Name);
                else packing.Refused(entry.Name, "Z-12", Refusals.Broken("", "SAN-ARC-005", "フォルダーに中身があります", "a folder has content"));
            }
            else if (entry.IsSpecial)
            {
                packing.Refused(entry.Name, "Z-03", Refusals.Broken("", "SAN-ARC-003", "リンクか特殊なファイルです", "it is a link or a special file"));
            }
            else if (packing.Wants(entry.Name))
            {
                Member(zip, entry, packing, passwords, job);
            }
        }
        return packing.Finish(kind);
    }

    private static void Member(ZipDirectory zip, ZipEntry entry, Repacking packing, ZipPasswords passwords, Job job)
    {
        Source content;
        Scratch? scratch = null;
        try
        {
            if (entry.IsEncrypted)
            {
                scratch = passwords.Open(zip, entry, job);
                content = scratch.AsSource();
            }
            else if (entry.Bytes <= MostInMemory)
            {
                content = Source.Of(zip.ReadWhole(entry, everyMethod: true));
            }
            else
            {
                scratch = job.NewScratch();
                using var stream = zip.Open(entry, everyMethod: true);
                stream.CopyTo(scratch);
                content = scratch.AsSource();
            }
        }
        catch (RefusedException e) when (e.Refusal.IsOf("SAN-ZIP") || e.Refusal.Code == "SAN-KIND-006")
        {
            // This member can't be read; the others can.
            scratch?.Dispose();
            packing.Refused(entry.Name, e.Refusal.Code switch { "SAN-KIND-006" => "Z-01", "SAN-ZIP-003" => "Z-10", "SAN-ZIP-020" => "Z-01", _ => "Z-12" }, e);
            return;
        }
        using (scratch) packing.File(entry.Name, content);
    }

    private static List<ZipEntry> Named(IReadOnlyList<ZipEntry> raw, Job job)
    {
        var names = new ArchiveNames(raw.Where(static e => (e.Flags & 0x800) == 0).Select(static e => e.RawName));
        var named = new List<ZipEntry>(raw.Count);
        foreach (var entry in raw)
        {
            string? name = null;
            if ((entry.Flags & 0x800) != 0 && (name = ArchiveNames.TryDecode(Encodings.StrictUtf8, entry.RawName)) is null) job.Remove("Z-05", "", "name declared as UTF-8 that is none");
            var (unicode, mismatch) = UnicodePath(entry);
            if (mismatch) job.Remove("Z-05", "", "Unicode path of another name");
            named.Add(entry with { Name = name ?? unicode ?? names.Decode(entry.RawName) });
        }
        return named;
    }

    /// <summary>Info-ZIP's Unicode path (0x7075): a UTF-8 name that holds only for the name whose CRC it carries.</summary>
    private static (string? Name, bool Mismatch) UnicodePath(ZipEntry entry)
    {
        ReadOnlySpan<byte> extra = entry.Extra;
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4) break;
            var field = extra.Slice(4, length);
            if (id == 0x7075 && length > 5 && field[0] == 1)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) != Crc32.Of(entry.RawName)) return (null, true);
                return (ArchiveNames.TryDecode(Encodings.StrictUtf8, field[5..].ToArray()), false);
            }
            extra = extra[(4 + length)..];
        }
        return (null, false);
    }

    private static void TellRemnants(ZipDirectory zip, Job job)
    {
        if (zip.HasStray) job.Remove("Z-09", "", "bytes that belong to no member");
        if (zip.HasComment) job.Remove("Z-13", "", "comment of the archive");
        var (extra, times, encrypted) = (0, 0, 0);
        foreach (var entry in zip.Entries)
        {
            if (entry.Extra.Length > 0) extra++;
            if (entry.DosTime != 0 || entry.DosDate != 0x21) times++;
            if (entry.IsEncrypted) encrypted++;
        }
        if (extra > 0) job.Remove("Z-13", "", $"extra fields ×{extra}");
        if (times > 0) job.Remove("Z-13", "", $"times ×{times}");
        if (encrypted > 0) job.Note("SAN-NOTE-DECRYPTED", "", "パスワード付きの書庫でした。出力にはパスワードがありません。", "The archive had a password; what came out has none.");
    }
}
