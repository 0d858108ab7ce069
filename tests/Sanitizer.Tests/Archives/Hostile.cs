using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Archives;

namespace Sekisho.Sanitizer.Tests.Archives;

/// <summary>A zip written field by field, so that each can be made wrong.</summary>
internal sealed class RawZip
{
    private readonly List<byte> body = [], directory = [];
    private int count;

    public byte[] Comment { get; init; } = [];

    public RawZip Add(string name, string content, int mode = 0, ushort flags = 0x800, ushort? method = null, byte[]? extra = null) => Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(content), mode, flags, method, extra);

    public RawZip Add(byte[] name, byte[] content, int mode = 0, ushort flags = 0, ushort? method = null, byte[]? extra = null, byte[]? packedAs = null)
    {
        var packed = packedAs ?? (method is null or 8 ? Deflate(content) : content);
        Entry(name, packed, content.Length, Crc32.Of(content), mode, flags, method ?? 8, extra ?? []);
        return this;
    }

    public void Entry(byte[] name, byte[] packed, int length, uint crc, int mode, ushort flags, ushort method, byte[] extra)
    {
        var offset = body.Count;
        var common = new byte[26];
        BinaryPrimitives.WriteUInt16LittleEndian(common, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(2), flags);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(4), method);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(8), 0x21);
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(10), crc);
        BinaryPrimitives.WriteInt32LittleEndian(common.AsSpan(14), packed.Length);
        BinaryPrimitives.WriteInt32LittleEndian(common.AsSpan(18), length);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(22), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(24), (ushort)extra.Length);
        body.AddRange("PK\u0003\u0004"u8);
        body.AddRange(common);
        body.AddRange(name);
        body.AddRange(extra);
        body.AddRange(packed);
        Central(common, name, extra, mode, offset);
    }

    /// <summary>A directory entry alone, for a member that lies elsewhere.</summary>
    public void Central(byte[] common, byte[] name, byte[] extra, int mode, int offset)
    {
        directory.AddRange("PK\u0001\u0002"u8);
        directory.AddRange(new byte[] { 20, 3 });
        directory.AddRange(common);
        var tail = new byte[14];
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(6), (uint)mode << 16);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(10), offset);
        directory.AddRange(tail);
        directory.AddRange(name);
        directory.AddRange(extra);
        count++;
    }

    public byte[] Finish()
    {
        var end = new byte[22];
        "PK\u0005\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), directory.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), body.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(20), (ushort)Comment.Length);
        return [.. body, .. directory, .. end, .. Comment];
    }

    public static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(content);
        return packed.ToArray();
    }
}

/// <summary>What came out, as .NET's own reader sees it; and other programs' opinion of it.</summary>
internal static class Opened
{
    public static Dictionary<string, byte[]> Members(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip), ZipArchiveMode.Read, false, Encoding.UTF8);
        return archive.Entries.ToDictionary(static e => e.FullName, static e =>
        {
            using var stream = e.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
    }

    public static string Text(byte[] zip, string name) => Encoding.UTF8.GetString(Members(zip)[name]);

    /// <summary>Python's zipfile tests each member and prints the names.</summary>
    public static string ByPython(byte[] zip)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, zip);
            return Run("python3", "-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; sys.stdout.buffer.write('\\n'.join(z.namelist()).encode())", path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {error.Result}");
        return output;
    }
}
