namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>The text of a message as it comes after DATA: dots taken off, its end found (RFC 5321 §4.5.2).</summary>
/// <remarks>Only CRLF.CRLF ends it. A CR or LF that stands alone ends no line; that there was one is remembered, and the message is refused for it.</remarks>
internal struct DotDecoder
{
    private At at;
    private int inLine;

    private enum At
    {
        LineStart,
        Text,
        Cr,
        Dot,
        DotCr,
    }

    /// <summary>A CR or LF stood alone.</summary>
    public bool HasBare { get; private set; }

    /// <summary>Of the longest line so far, in bytes.</summary>
    public int LongestLine { get; private set; }

    /// <param name="plain">Room for one byte more than <paramref name="untrusted"/> has.</param>
    /// <returns>What was read and written; the end is behind what was read.</returns>
    public (int Read, int Written, bool IsEnd) Push(ReadOnlySpan<byte> untrusted, Span<byte> plain)
    {
        var (read, written) = (0, 0);
        while (read < untrusted.Length)
        {
            if (at == At.Text)
            {
                // Most bytes are here: up to the next line end in one go.
                var run = untrusted[read..].IndexOfAny((byte)'\r', (byte)'\n');
                if (run < 0) run = untrusted.Length - read;
                untrusted.Slice(read, run).CopyTo(plain[written..]);
                (read, written, inLine) = (read + run, written + run, inLine + run);
                if (inLine > LongestLine) LongestLine = inLine;
                if (read == untrusted.Length) break;
            }
            var b = untrusted[read++];
            switch (at)
            {
                case At.LineStart when b == '.':
                    at = At.Dot;
                    continue;
                case At.Dot when b == '\r':
                    at = At.DotCr;
                    continue;
                case At.DotCr when b == '\n':
                    return (read, written, true);
                case At.DotCr:
                    HasBare = true;
                    plain[written++] = (byte)'\r';
                    break;
                case At.Cr when b == '\n':
                    plain[written++] = b;
                    (at, inLine) = (At.LineStart, 0);
                    continue;
                case At.Cr:
                    HasBare = true;
                    break;
            }
            if (b == '\n') HasBare = true;
            plain[written++] = b;
            at = b == '\r' ? At.Cr : At.Text;
        }
        return (read, written, false);
    }
}

/// <summary>The text of a message as it goes out after DATA: lines end with CRLF whatever they ended with, dots doubled, at last the end.</summary>
internal struct DotEncoder
{
    private bool isInLine, isAfterCr;

    /// <param name="wire">Room for twice as many bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Push(ReadOnlySpan<byte> plain, Span<byte> wire)
    {
        var written = 0;
        var read = 0;
        while (read < plain.Length)
        {
            if (isInLine && !isAfterCr)
            {
                var run = plain[read..].IndexOfAny((byte)'\r', (byte)'\n');
                if (run < 0) run = plain.Length - read;
                plain.Slice(read, run).CopyTo(wire[written..]);
                read += run;
                written += run;
                if (read == plain.Length) break;
            }
            var b = plain[read++];
            if (isAfterCr)
            {
                isAfterCr = false;
                if (b == '\n') continue; // its line end is written already
            }
            if (b is (byte)'\r' or (byte)'\n')
            {
                wire[written++] = (byte)'\r';
                wire[written++] = (byte)'\n';
                isInLine = false;
                isAfterCr = b == '\r';
                continue;
            }
            if (!isInLine && b == '.') wire[written++] = (byte)'.';
            wire[written++] = b;
            isInLine = true;
        }
        return written;
    }

    /// <summary>The end, on a line of its own.</summary>
    public readonly ReadOnlyMemory<byte> End() => isInLine ? "\r\n.\r\n"u8.ToArray() : ".\r\n"u8.ToArray();
}
