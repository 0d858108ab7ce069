using System.Runtime.InteropServices;

namespace Sekisho.Sanitizer.Tests.Archives;

/// <summary>libarchive as a writer of 7z and as a second reader of LZH.</summary>
internal static unsafe partial class NativeArchive
{
    private const string Library = "libarchive.so.13";

    public static byte[] Write7Zip(params (string Name, byte[] Content)[] members)
    {
        Locale(0, "C.UTF-8");
        var buffer = new byte[(1 << 20) + members.Sum(static m => m.Content.Length)];
        nint used = 0;
        fixed (byte* at = buffer)
        {
            var archive = WriteNew();
            Assert.Equal(0, SetFormat7Zip(archive));
            Assert.Equal(0, OpenMemory(archive, at, buffer.Length, &used));
            foreach (var (name, content) in members)
            {
                var entry = EntryNew();
                SetPath(entry, name);
                SetSize(entry, content.Length);
                SetType(entry, name.EndsWith('/') ? 0x4000u : name.EndsWith(".link", StringComparison.Ordinal) ? 0xA000u : 0x8000u);
                SetMode(entry, name.EndsWith('/') ? 0x41EDu : name.EndsWith(".link", StringComparison.Ordinal) ? 0xA1FFu : 0x81A4u);
                if (name.EndsWith(".link", StringComparison.Ordinal)) SetSymlink(entry, "/etc/passwd");
                Assert.Equal(0, WriteHeader(archive, entry));
                fixed (byte* data = content) WriteData(archive, data, content.Length);
                EntryFree(entry);
            }
            Assert.Equal(0, WriteClose(archive));
            WriteFree(archive);
        }
        return buffer[..(int)used];
    }

    public static Dictionary<string, byte[]> ReadLha(byte[] lzh)
    {
        Locale(0, "C.UTF-8");
        var members = new Dictionary<string, byte[]>();
        fixed (byte* at = lzh)
        {
            var archive = ReadNew();
            SupportLha(archive);
            ReadOptions(archive, "lha:hdrcharset=CP932");
            Assert.Equal(0, ReadOpen(archive, at, lzh.Length));
            while (ReadHeader(archive, out var entry) is 0 or -20)
            {
                var content = new MemoryStream();
                var buffer = new byte[4096];
                fixed (byte* to = buffer)
                {
                    nint read;
                    while ((read = ReadData(archive, to, buffer.Length)) > 0) content.Write(buffer, 0, (int)read);
                    Assert.Equal(0, read);
                }
                members[Marshal.PtrToStringUTF8(PathUtf8(entry))!] = content.ToArray();
            }
            ReadFree(archive);
        }
        return members;
    }

    [LibraryImport(Library, EntryPoint = "archive_write_new")]
    private static partial nint WriteNew();

    [LibraryImport(Library, EntryPoint = "archive_write_set_format_7zip")]
    private static partial int SetFormat7Zip(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_write_open_memory")]
    private static partial int OpenMemory(nint archive, byte* buffer, nint size, nint* used);

    [LibraryImport(Library, EntryPoint = "archive_write_header")]
    private static partial int WriteHeader(nint archive, nint entry);

    [LibraryImport(Library, EntryPoint = "archive_write_data")]
    private static partial nint WriteData(nint archive, byte* data, nint size);

    [LibraryImport(Library, EntryPoint = "archive_write_close")]
    private static partial int WriteClose(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_write_free")]
    private static partial void WriteFree(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_entry_new")]
    private static partial nint EntryNew();

    [LibraryImport(Library, EntryPoint = "archive_entry_free")]
    private static partial void EntryFree(nint entry);

    [LibraryImport(Library, EntryPoint = "archive_entry_set_pathname_utf8", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetPath(nint entry, string path);

    [LibraryImport(Library, EntryPoint = "archive_entry_set_symlink", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetSymlink(nint entry, string target);

    [LibraryImport(Library, EntryPoint = "archive_entry_set_size")]
    private static partial void SetSize(nint entry, long size);

    [LibraryImport(Library, EntryPoint = "archive_entry_set_filetype")]
    private static partial void SetType(nint entry, uint type);

    [LibraryImport(Library, EntryPoint = "archive_entry_set_mode")]
    private static partial void SetMode(nint entry, uint mode);

    [LibraryImport(Library, EntryPoint = "archive_read_new")]
    private static partial nint ReadNew();

    [LibraryImport(Library, EntryPoint = "archive_read_support_format_lha")]
    private static partial void SupportLha(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_set_options", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ReadOptions(nint archive, string options);

    [LibraryImport(Library, EntryPoint = "archive_read_open_memory")]
    private static partial int ReadOpen(nint archive, byte* buffer, nint size);

    [LibraryImport(Library, EntryPoint = "archive_read_next_header")]
    private static partial int ReadHeader(nint archive, out nint entry);

    [LibraryImport(Library, EntryPoint = "archive_read_data")]
    private static partial nint ReadData(nint archive, byte* buffer, nint size);

    [LibraryImport(Library, EntryPoint = "archive_read_free")]
    private static partial void ReadFree(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_entry_pathname_utf8")]
    private static partial nint PathUtf8(nint entry);

    [LibraryImport("libc", EntryPoint = "setlocale", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Locale(int category, string locale);
}
