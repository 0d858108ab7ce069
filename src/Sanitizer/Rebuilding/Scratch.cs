namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>What is being written: in memory, and in a file of the job's own folder once it grows.</summary>
/// <param name="folder">Null: memory only.</param>
internal sealed class Scratch(string? folder) : Stream
{
    private const int MostInMemory = 32 << 20;

    private Stream inner = new MemoryStream();
    private bool isFile;

    /// <summary>All that was written, as the next step's input. Valid until this is disposed.</summary>
    public Source AsSource()
    {
        if (inner is FileStream file)
        {
            file.Flush();
            return Source.Of(file.SafeFileHandle);
        }
        var memory = (MemoryStream)inner;
        return Source.Of(memory.GetBuffer().AsMemory(0, (int)memory.Length));
    }

    public override bool CanRead => false;
    public override bool CanSeek => true;
    public override bool CanWrite => true;
    public override long Length => inner.Length;
    public override long Position { get => inner.Position; set => inner.Position = value; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!isFile && folder is not null && inner.Position + buffer.Length > MostInMemory) Spill();
        inner.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value) => inner.SetLength(value);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private void Spill()
    {
        Directory.CreateDirectory(folder!);
        // Not with FileOptions.DeleteOnClose alone: a worker that is killed leaves its folder to the host, which deletes it whole.
        var file = new FileStream(Path.Combine(folder!, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 1 << 16, FileOptions.DeleteOnClose);
        var memory = (MemoryStream)inner;
        memory.Position = 0;
        memory.CopyTo(file);
        memory.Dispose();
        inner = file;
        isFile = true;
    }
}
