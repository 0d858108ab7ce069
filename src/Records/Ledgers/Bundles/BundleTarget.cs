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
            // Hashes don't compress; entries do, well.
            var entry = archive!.CreateEntry(path, path.StartsWith("tile/entries/", StringComparison.Ordinal) ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
            entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(10);
            using var stream = entry.Open();
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
}
