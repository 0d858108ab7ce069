using System.IO.Compression;

namespace Sekisho.Records.Ledgers.Bundles;

/// <summary>Where a bundle is written: a new folder, or a ZIP.</summary>
public abstract class BundleTarget : IAsyncDisposable
{
    /// <summary>Writes one file, once. Folders in the path are made.</summary>
    public abstract Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel);

    /// <summary>Call when all is written: until then a ZIP has no name.</summary>
    public abstract Task FinishAsync();

    public abstract ValueTask DisposeAsync();

    /// <param name="path">Ends in .zip: a ZIP, replacing one that is there. Otherwise a folder, which must be new or empty.</param>
    /// <exception cref="IOException">It can't be written, or the folder holds something.</exception>
    public static BundleTarget At(string path) => path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? new Zip(path) : new Folder(path);

    /// <summary>A ZIP that is sent while it is written; at most one file of it is held here. The stream is written to asynchronously only, as a web server asks for.</summary>
    /// <param name="stream">Stays open. Needs no seeking.</param>
    public static BundleTarget Into(Stream stream) => new Sent(stream);

    /// <summary>Hashes don't compress; entries do, well.</summary>
    private static ZipArchiveEntry NewEntry(ZipArchive archive, string path)
    {
        var entry = archive.CreateEntry(path, path.StartsWith("tile/entries/", StringComparison.Ordinal) ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
        entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(10);
        return entry;
    }

    private sealed class Folder : BundleTarget
    {
        private readonly string root;

        public Folder(string root)
        {
            this.root = root;
            if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()) throw new IOException($"{root} is not empty.");
            Directory.CreateDirectory(root);
        }

        public override async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel)
        {
            var file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content, cancel).ConfigureAwait(false);
        }

        public override Task FinishAsync() => Task.CompletedTask;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Zip : BundleTarget
    {
        private readonly string path, unfinished;
        private ZipArchive? archive;

        public Zip(string path)
        {
            this.path = path;
            unfinished = path + ".unfinished";
            archive = new ZipArchive(new FileStream(unfinished, FileMode.Create, FileAccess.Write), ZipArchiveMode.Create);
        }

        public override async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel)
        {
            using var stream = NewEntry(archive!, path).Open();
            await stream.WriteAsync(content, cancel).ConfigureAwait(false);
        }

        public override Task FinishAsync()
        {
            archive?.Dispose();
            archive = null;
            File.Move(unfinished, path, overwrite: true);
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            if (archive is null) return ValueTask.CompletedTask;
            archive.Dispose();
            File.Delete(unfinished);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Sent : BundleTarget
    {
        private readonly Stream stream;
        private readonly Outbox outbox = new();
        private readonly ZipArchive archive;

        public Sent(Stream stream)
        {
            this.stream = stream;
            archive = new ZipArchive(outbox, ZipArchiveMode.Create, leaveOpen: true);
        }

        public override async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel)
        {
            using (var entry = NewEntry(archive, path).Open()) entry.Write(content.Span);
            await outbox.EmptyIntoAsync(stream, cancel).ConfigureAwait(false);
        }

        public override Task FinishAsync()
        {
            archive.Dispose(); // writes the table of contents
            return outbox.EmptyIntoAsync(stream, CancellationToken.None);
        }

        /// <summary>Broken off, what was sent has no table of contents: nobody can take a part for the whole.</summary>
        public override ValueTask DisposeAsync()
        {
            archive.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Takes what the ZIP writer writes, until it is sent on. Says that it can't seek, so that nothing already sent is gone back to.</summary>
    private sealed class Outbox : Stream
    {
        private readonly MemoryStream waiting = new();
        private long sent;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => sent + waiting.Length; set => throw new NotSupportedException(); }

        public async Task EmptyIntoAsync(Stream stream, CancellationToken cancel)
        {
            await stream.WriteAsync(waiting.GetBuffer().AsMemory(0, (int)waiting.Length), cancel).ConfigureAwait(false);
            sent += waiting.Length;
            waiting.SetLength(0);
        }

        public override void Write(byte[] buffer, int offset, int count) => waiting.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => waiting.Write(buffer);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
