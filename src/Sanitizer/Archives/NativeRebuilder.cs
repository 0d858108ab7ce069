using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Archives;

/// <summary>7z and RAR (7z・RAR 書庫), read by libarchive as a stream, one format allowed at a time; their files leave as zip. It opens no passwords of these formats.</summary>
internal sealed unsafe class NativeRebuilder : IRebuilder
{
    private const int LocaleOfCharacters = 0; // LC_CTYPE

    public IEnumerable<FileKind> Kinds => [FileKind.SevenZip, FileKind.Rar];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        try
        {
            return Read(untrusted, kind, output, job);
        }
        catch (DllNotFoundException)
        {
            throw NoLibrary();
        }
    }

    internal static RefusedException NoLibrary() =>
        new("SAN-ENV-003", new("書庫を読む部品（libarchive13）が入っていません。", "The library that reads archives (libarchive13) is not installed."), new("apt-get install libarchive13 で入れてから、もう一度実行してください。", "Install it (apt-get install libarchive13) and run this again."));

    private static Written Read(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        // Without a locale of UTF-8 it drops names that aren't ASCII.
        LibArchive.SetLocale(LocaleOfCharacters, "C.UTF-8");
        var input = new Input(untrusted, job.Budget);
        var self = GCHandle.Alloc(input);
        var archive = LibArchive.New();
        try
        {
            var supported = kind == FileKind.SevenZip ? LibArchive.Support7Zip(archive) : untrusted.Head(8) is [.., 1, 0] ? LibArchive.SupportRar5(archive) : LibArchive.SupportRar(archive);
            if (supported is not (LibArchive.Ok or LibArchive.Warn)) throw Unreadable(input);
            if (kind == FileKind.Rar) LibArchive.SetOptions(archive, "rar:hdrcharset=CP932"); // old ones; the fifth has UTF-8 alone
            LibArchive.SetRead(archive, &OnRead);
            LibArchive.SetSeek(archive, &OnSeek);
            LibArchive.SetData(archive, GCHandle.ToIntPtr(self));
            if (LibArchive.Open(archive) != LibArchive.Ok) throw Unreadable(input);
            return Members(archive, kind, input, output, job);
        }
        finally
        {
            LibArchive.Free(archive);
            self.Free();
        }
    }

    private static Written Members(nint archive, FileKind kind, Input input, Scratch output, Job job)
    {
        var packing = new Repacking(job, output);
        while (true)
        {
            job.Budget.Check();
            var result = LibArchive.NextHeader(archive, out var entry);
            if (result == LibArchive.EndOfArchive) break;
            if (result is not (LibArchive.Ok or LibArchive.Warn)) throw LibArchive.HasEncrypted(archive) > 0 ? Refusals.Password(kind) : Unreadable(input);
            var raw = LibArchive.PathUtf8(entry) is var utf8 and not 0 ? utf8 : LibArchive.Path(entry);
            var name = raw == 0 ? "" : Name(raw);
            job.Budget.Enter(SafeName.Show(name));
            var type = (int)LibArchive.FileType(entry) & LibArchive.AnyKind;
            if (type == LibArchive.Folder) packing.Folder(name);
            else if (type is not (0 or LibArchive.RegularFile) || LibArchive.HardLink(entry) != 0) packing.Refused(name, "Z-03", Refusals.Broken("", "SAN-ARC-003", "リンクか特殊なファイルです", "it is a link or a special file"));
            else if (LibArchive.IsEncrypted(entry) != 0) packing.Refused(name, "Z-01", Refusals.Password(kind));
            else if (packing.Wants(name)) Member(archive, entry, name, packing, input, job);
        }
        return packing.Finish(kind);
    }

    private static void Member(nint archive, nint entry, string name, Repacking packing, Input input, Job job)
    {
        var declared = LibArchive.Size(entry);
        if (job.Budget.WouldBurst(declared)) throw Refusals.Bomb(SafeName.Show(name), declared);
        using var content = job.NewScratch();
        var buffer = new byte[(int)Math.Clamp(declared, 1024, 1 << 18)];
        fixed (byte* at = buffer)
        {
            nint read;
            while ((read = LibArchive.ReadData(archive, at, buffer.Length)) > 0)
            {
                job.Budget.Expand((long)read, SafeName.Show(name));
                content.Write(buffer, 0, (int)read);
            }
            if (read < 0)
            {
                input.Rethrow();
                packing.Refused(name, "Z-12", Refusals.Broken("", "SAN-ARC-006", "圧縮された中身が読めません", "the packed content can't be read"));
                return;
            }
        }
        packing.File(name, content.AsSource());
    }

    private static string Name(nint raw)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)raw).ToArray();
        return new ArchiveNames([bytes]).Decode(bytes);
    }

    // Never asks the library whether it is encrypted: that crashes where opening has failed.
    private static RefusedException Unreadable(Input input)
    {
        input.Rethrow();
        return Refusals.Broken("", "SAN-ARC-007", "書庫が読めません", "the archive can't be read");
    }

    [UnmanagedCallersOnly]
    private static nint OnRead(nint archive, nint data, nint* block) => ((Input)GCHandle.FromIntPtr(data).Target!).Read(block);

    [UnmanagedCallersOnly]
    private static long OnSeek(nint archive, nint data, long offset, int whence) => ((Input)GCHandle.FromIntPtr(data).Target!).Seek(offset, whence);

    /// <summary>Feeds the library. No exception may pass through it: the first is kept and thrown behind it.</summary>
    private sealed class Input(Source source, Budget budget)
    {
        private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);
        private Exception? thrown;
        private long at;

        public nint Read(nint* block)
        {
            try
            {
                budget.Check();
                var read = source.Read(at, buffer);
                at += read;
                *block = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
                return read;
            }
            catch (Exception e)
            {
                thrown = e;
                return -30; // ARCHIVE_FATAL
            }
        }

        public long Seek(long offset, int whence)
        {
            var to = whence switch { 0 => offset, 1 => at + offset, _ => source.Length + offset };
            if (to < 0 || to > source.Length) return -30;
            return at = to;
        }

        public void Rethrow()
        {
            if (thrown is RefusedException refused) throw new RefusedException(refused.Refusal);
        }
    }
}
