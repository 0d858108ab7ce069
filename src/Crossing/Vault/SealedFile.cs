using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sekisho.Crossing.Vault;

/// <summary>How a file lies in the vault: chunks of 64 KiB, each nonce ‖ ciphertext ‖ tag under AES-256-GCM, tied to its place and to being the last (docs/adr/0093).</summary>
/// <remarks>Cut short, put in another order or taken from another file, it doesn't open. Memory is one chunk, whatever the length.</remarks>
internal static class SealedFile
{
    public const int ChunkBytes = 1 << 16;

    private const int Nonce = 12, Tag = 16;

    /// <summary>Bytes on disk of a full chunk.</summary>
    public const int SealedChunkBytes = Nonce + ChunkBytes + Tag;

    /// <summary>Chunks that stand in the file itself when so much was received: the last one, full or not, is kept apart until the end is known.</summary>
    public static long WholeChunks(long received) => received == 0 ? 0 : (received - 1) / ChunkBytes;

    public static void Seal(AesGcm aes, ReadOnlySpan<byte> plain, long index, bool last, Span<byte> sealedChunk)
    {
        RandomNumberGenerator.Fill(sealedChunk[..Nonce]);
        Span<byte> place = stackalloc byte[9];
        Place(place, index, last);
        aes.Encrypt(sealedChunk[..Nonce], plain, sealedChunk.Slice(Nonce, plain.Length), sealedChunk.Slice(Nonce + plain.Length, Tag), place);
    }

    /// <exception cref="CryptographicException">It isn't the chunk of this place.</exception>
    public static void Open(AesGcm aes, ReadOnlySpan<byte> sealedChunk, long index, bool last, Span<byte> plain)
    {
        Span<byte> place = stackalloc byte[9];
        Place(place, index, last);
        aes.Decrypt(sealedChunk[..Nonce], sealedChunk[Nonce..^Tag], sealedChunk[^Tag..], plain, place);
    }

    public static int SealedLength(int plain) => Nonce + plain + Tag;

    public static AesGcm Cipher(byte[] key) => new(key, Tag);

    private static void Place(Span<byte> place, long index, bool last)
    {
        BinaryPrimitives.WriteInt64BigEndian(place, index);
        place[8] = last ? (byte)1 : (byte)0;
    }
}

/// <summary>Writes a file of the vault, in one go or in pieces with pauses between that survive a crash.</summary>
internal sealed class SealedWriter : Stream
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly AesGcm aes;
    private readonly FileStream file;
    private readonly string path;
    private readonly byte[] tail = new byte[SealedFile.ChunkBytes];
    private readonly byte[] sealedChunk = new byte[SealedFile.SealedChunkBytes];
    private int inTail;
    private long index;

    private SealedWriter(string path, byte[] key, FileStream file) => (this.path, aes, this.file) = (path, SealedFile.Cipher(key), file);

    /// <summary>Bytes of content taken in so far, of earlier pieces too.</summary>
    public long Received => (index * SealedFile.ChunkBytes) + inTail;

    public static SealedWriter Create(string path, byte[] key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Own);
        return new(path, key, Open(path, FileMode.CreateNew));
    }

    /// <summary>Goes on where <see cref="PauseAsync"/> stopped at this length; what was written after that and never confirmed is forgotten.</summary>
    /// <exception cref="CryptographicException">What lies there was not written with this key.</exception>
    /// <exception cref="IOException">What was confirmed isn't there.</exception>
    /// <param name="mayTakeOver">Asked under the lock, where another writer may have been at it; false: it is left as it is, and null is returned.</param>
    public static async Task<SealedWriter?> ResumeAsync(string path, byte[] key, long received, Func<Task<bool>> mayTakeOver)
    {
        if (received == 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, Own);
            try
            {
                return new(path, key, Open(path, FileMode.CreateNew));
            }
            catch (IOException) when (File.Exists(path))
            {
                // Somebody has begun with it.
            }
        }
        // Locked against a second writer, by the kernel: two connections must not send the same file at once.
        var writer = new SealedWriter(path, key, Open(path, FileMode.Open));
        try
        {
            if (!await mayTakeOver().ConfigureAwait(false))
            {
                writer.Dispose();
                return null;
            }
            writer.index = SealedFile.WholeChunks(received);
            var whole = writer.index * SealedFile.SealedChunkBytes;
            if (writer.file.Length < whole) throw new EndOfStreamException("chunks are missing");
            writer.file.SetLength(whole);
            writer.file.Position = whole;
            writer.inTail = (int)(received - (writer.index * SealedFile.ChunkBytes));
            if (writer.inTail > 0)
            {
                var kept = File.ReadAllBytes(TailOf(path, received));
                if (kept.Length != SealedFile.SealedLength(writer.inTail)) throw new EndOfStreamException("the last chunk is cut short");
                SealedFile.Open(writer.aes, kept, writer.index, last: true, writer.tail.AsSpan(0, writer.inTail));
            }
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Makes what was received durable without closing the file: after this it can go on from <see cref="Received"/>.</summary>
    public async Task PauseAsync(CancellationToken cancel)
    {
        if (inTail > 0)
        {
            SealedFile.Seal(aes, tail.AsSpan(0, inTail), index, last: true, sealedChunk);
            using var kept = Open(TailOf(path, Received), FileMode.Create);
            await kept.WriteAsync(sealedChunk.AsMemory(0, SealedFile.SealedLength(inTail)), cancel).ConfigureAwait(false);
            kept.Flush(flushToDisk: true);
        }
        await file.FlushAsync(cancel).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Seals the last chunk as the last and makes all durable. Nothing can be added after it.</summary>
    public async Task CompleteAsync(CancellationToken cancel)
    {
        await EndAsync(cancel).ConfigureAwait(false);
        Sync();
    }

    /// <summary>Seals the last chunk as the last; durable once <see cref="Sync"/> returns.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        SealedFile.Seal(aes, tail.AsSpan(0, inTail), index, last: true, sealedChunk);
        await file.WriteAsync(sealedChunk.AsMemory(0, SealedFile.SealedLength(inTail)), cancel).ConfigureAwait(false);
        await file.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Waits for the disk. Several files at once share its turns.</summary>
    public void Sync() => file.Flush(flushToDisk: true);

    /// <summary>Removes what pauses left beside a file, but for the one that it would go on from.</summary>
    public static void ForgetTails(string path, long? but = null)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder)) return;
        foreach (var old in Directory.EnumerateFiles(folder, Path.GetFileName(path) + ".at-*"))
            if (but is not { } received || old != TailOf(path, received)) File.Delete(old);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            // A full chunk goes out only when more follows: whether it is the last is part of it.
            if (inTail == SealedFile.ChunkBytes)
            {
                SealedFile.Seal(aes, tail, index, last: false, sealedChunk);
                await file.WriteAsync(sealedChunk, cancellationToken).ConfigureAwait(false);
                index++;
                inTail = 0;
            }
            var part = Math.Min(buffer.Length, SealedFile.ChunkBytes - inTail);
            buffer[..part].CopyTo(tail.AsMemory(inTail));
            inTail += part;
            buffer = buffer[part..];
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Received;

    public override long Position { get => Received; set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            aes.Dispose();
            CryptographicOperations.ZeroMemory(tail);
        }
        base.Dispose(disposing);
    }

    private static string TailOf(string path, long received) => $"{path}.at-{received}";

    private static FileStream Open(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous,
        UnixCreateMode = mode == FileMode.Open ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}

/// <summary>Reads a file of the vault from its beginning to its end. What it gives out was checked; at a chunk that isn't right it fails.</summary>
internal sealed class SealedReader : Stream
{
    private readonly BlobId id;
    private readonly AesGcm aes;
    private readonly FileStream file;
    private readonly long length;
    private readonly byte[] sealedChunk = new byte[SealedFile.SealedChunkBytes];
    private readonly byte[] chunk = new byte[SealedFile.ChunkBytes];
    private long index;
    private long given;
    private int at, inChunk;

    private SealedReader(BlobId id, byte[] key, FileStream file, long length) => (this.id, aes, this.file, this.length) = (id, SealedFile.Cipher(key), file, length);

    /// <param name="length">Of the content, as the record says.</param>
    /// <exception cref="VaultException">It is gone, or longer or shorter than it should be.</exception>
    public static SealedReader Open(BlobId id, string path, byte[] key, long length)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (FileNotFoundException e)
        {
            // Gone from a shelf that is there. Anything else (the share is away, too many files open) is the machine's trouble, and passes.
            throw new VaultException(id, "is gone", e);
        }
        var whole = SealedFile.WholeChunks(length);
        var expected = (whole * SealedFile.SealedChunkBytes) + SealedFile.SealedLength((int)(length - (whole * SealedFile.ChunkBytes)));
        var found = file.Length;
        if (found == expected) return new(id, key, file, length);
        file.Dispose();
        throw new VaultException(id, $"has {found} bytes instead of {expected}");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || (at == inChunk && !await NextAsync(cancellationToken).ConfigureAwait(false))) return 0;
        var part = Math.Min(buffer.Length, inChunk - at);
        chunk.AsMemory(at, part).CopyTo(buffer);
        at += part;
        return part;
    }

    private async Task<bool> NextAsync(CancellationToken cancel)
    {
        if (index > SealedFile.WholeChunks(length)) return false;
        var last = index == SealedFile.WholeChunks(length);
        var plain = last ? (int)(length - given) : SealedFile.ChunkBytes;
        var sealedLength = SealedFile.SealedLength(plain);
        (at, inChunk) = (0, 0);
        try
        {
            await file.ReadExactlyAsync(sealedChunk.AsMemory(0, sealedLength), cancel).ConfigureAwait(false);
            SealedFile.Open(aes, sealedChunk.AsSpan(0, sealedLength), index, last, chunk.AsSpan(0, plain));
        }
        catch (Exception e) when (e is CryptographicException or EndOfStreamException)
        {
            throw new VaultException(id, $"chunk {index} isn't what was written", e);
        }
        inChunk = plain;
        index++;
        given += plain;
        return inChunk > 0;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => given - (inChunk - at); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            aes.Dispose();
            CryptographicOperations.ZeroMemory(chunk);
        }
        base.Dispose(disposing);
    }
}
