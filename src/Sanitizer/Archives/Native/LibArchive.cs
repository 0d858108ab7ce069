using System.Runtime.InteropServices;

namespace Sekisho.Sanitizer.Archives.Native;

/// <summary>The calls of libarchive 3 (BSD licence) that reading a 7z or RAR takes.</summary>
internal static unsafe partial class LibArchive
{
    private const string Library = "libarchive.so.13";

    public const int Ok = 0, EndOfArchive = 1, Warn = -20;

    public const int RegularFile = 0x8000, Folder = 0x4000, AnyKind = 0xF000;

    [LibraryImport(Library, EntryPoint = "archive_read_new")]
    public static partial nint New();

    [LibraryImport(Library, EntryPoint = "archive_read_free")]
    public static partial void Free(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_format_7zip")]
    public static partial int Support7Zip(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_format_rar")]
    public static partial int SupportRar(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_format_rar5")]
    public static partial int SupportRar5(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_format_raw")]
    public static partial int SupportRaw(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_filter_bzip2")]
    public static partial int FilterBzip2(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_filter_lzma")]
    public static partial int FilterLzma(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_filter_xz")]
    public static partial int FilterXz(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_support_filter_zstd")]
    public static partial int FilterZstd(nint archive);

    /// <summary>0 where nothing is packed.</summary>
    [LibraryImport(Library, EntryPoint = "archive_filter_code")]
    public static partial int FilterCode(nint archive, int place);

    [LibraryImport(Library, EntryPoint = "archive_read_set_options", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetOptions(nint archive, string options);

    [LibraryImport(Library, EntryPoint = "archive_read_set_read_callback")]
    public static partial void SetRead(nint archive, delegate* unmanaged<nint, nint, nint*, nint> callback);

    [LibraryImport(Library, EntryPoint = "archive_read_set_seek_callback")]
    public static partial void SetSeek(nint archive, delegate* unmanaged<nint, nint, long, int, long> callback);

    [LibraryImport(Library, EntryPoint = "archive_read_set_callback_data")]
    public static partial void SetData(nint archive, nint data);

    [LibraryImport(Library, EntryPoint = "archive_read_open1")]
    public static partial int Open(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_read_next_header")]
    public static partial int NextHeader(nint archive, out nint entry);

    [LibraryImport(Library, EntryPoint = "archive_read_data")]
    public static partial nint ReadData(nint archive, byte* buffer, nint size);

    [LibraryImport(Library, EntryPoint = "archive_read_has_encrypted_entries")]
    public static partial int HasEncrypted(nint archive);

    [LibraryImport(Library, EntryPoint = "archive_entry_pathname_utf8")]
    public static partial nint PathUtf8(nint entry);

    [LibraryImport(Library, EntryPoint = "archive_entry_pathname")]
    public static partial nint Path(nint entry);

    [LibraryImport(Library, EntryPoint = "archive_entry_filetype")]
    public static partial uint FileType(nint entry);

    [LibraryImport(Library, EntryPoint = "archive_entry_size")]
    public static partial long Size(nint entry);

    [LibraryImport(Library, EntryPoint = "archive_entry_is_encrypted")]
    public static partial int IsEncrypted(nint entry);

    [LibraryImport(Library, EntryPoint = "archive_entry_hardlink_utf8")]
    public static partial nint HardLink(nint entry);

    [LibraryImport("libc", EntryPoint = "setlocale", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint SetLocale(int category, string locale);
}
