using Microsoft.Win32.SafeHandles;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>Bytes from outside, read at any place: held in memory, or in a file when they are many.</summary>
internal abstract class Source
{
    /// <summary>In bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Fills the span from <paramref name="offset"/> on; fewer bytes only at the end.</summary>
    public abstract int Read(long offset, Span<byte> into);

    /// <summary>All of it in memory.</summary>
    /// <exception cref="RefusedException">It is longer than <paramref name="most"/> bytes.</exception>
    public abstract ReadOnlyMemory<byte> Whole(long most);

    /// <summary>A piece as it lies in memory, without a copy; null where it doesn't.</summary>
    public virtual ReadOnlyMemory<byte>? View(long offset, int length) => null;

    /// <summary>The first bytes, at most <paramref name="count"/>.</summary>
    public byte[] Head(int count)
    {
        var head = new byte[(int)Math.Min(count, Length)];
        var read = Read(0, head);
        return read == head.Length ? head : head[..read];
    }

    /// <summary>A stream over the bytes from <paramref name="offset"/> on, at most <paramref name="length"/>.</summary>
    public Stream Open(long offset = 0, long length = long.MaxValue) => new SourceStream(this, offset, Math.Min(length, Length - offset));

    /// <summary>A part of it, as a source of its own.</summary>
    public Source Slice(long offset, long length) => new Part(this, offset, Math.Max(0, Math.Min(length, Length - offset)));

    public static Source Of(ReadOnlyMemory<byte> bytes) => new Memory(bytes);

    /// <param name="file">Stays the caller's.</param>
    public static Source Of(SafeFileHandle file) => new InFile(file);

    private sealed class Memory(ReadOnlyMemory<byte> bytes) : Source
    {
        public override long Length => bytes.Length;

        public override int Read(long offset, Span<byte> into)
        {
            if (offset >= bytes.Length) return 0;
            var from = bytes.Span[(int)offset..];
            var count = Math.Min(from.Length, into.Length);
            from[..count].CopyTo(into);
            return count;
        }

        public override ReadOnlyMemory<byte> Whole(long most) => bytes.Length <= most ? bytes : throw Refusals.TooLarge(bytes.Length, most);

        public override ReadOnlyMemory<byte>? View(long offset, int length) => offset >= 0 && length >= 0 && offset <= bytes.Length - length ? bytes.Slice((int)offset, length) : null;
    }

    private sealed class Part(Source whole, long start, long length) : Source
    {
        public override long Length => length;

        public override ReadOnlyMemory<byte>? View(long offset, int count) => offset >= 0 && count >= 0 && offset <= length - count ? whole.View(start + offset, count) : null;

        public override int Read(long offset, Span<byte> into) => offset >= length ? 0 : whole.Read(start + offset, into[..(int)Math.Min(into.Length, length - offset)]);

        public override ReadOnlyMemory<byte> Whole(long most)
        {
            if (length > most) throw Refusals.TooLarge(length, most);
            var all = GC.AllocateUninitializedArray<byte>((int)length);
            return all.AsMemory(0, Read(0, all));
        }
    }

    private sealed class InFile(SafeFileHandle file) : Source
    {
        public override long Length { get; } = RandomAccess.GetLength(file);

        public override int Read(long offset, Span<byte> into)
        {
            var done = 0;
            while (done < into.Length)
            {
                var read = RandomAccess.Read(file, into[done..], offset + done);
                if (read == 0) break;
                done += read;
            }
            return done;
        }

        public override ReadOnlyMemory<byte> Whole(long most)
        {
            if (Length > most) throw Refusals.TooLarge(Length, most);
            var all = GC.AllocateUninitializedArray<byte>((int)Length);
            return all.AsMemory(0, Read(0, all));
        }
    }

    private sealed class SourceStream(Source source, long start, long length) : Stream
    {
        private long at;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => Math.Max(0, length);
        public override long Position { get => at; set => at = value; }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, Math.Max(0, Length - at));
            var read = count == 0 ? 0 : source.Read(start + at, buffer[..count]);
            at += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => at = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => at + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
