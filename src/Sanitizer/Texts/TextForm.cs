using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Texts;

/// <summary>How a whole text is written: its code, and what was met in it. Found by reading it through once, strictly.</summary>
/// <param name="Mark">Bytes of the byte order mark; 0 without one.</param>
/// <param name="IsClean">Nothing in it would be dropped.</param>
/// <param name="CrLf">Line ends by their form.</param>
internal sealed record TextForm(TextCode Code, int Mark, bool IsClean, long CrLf, long Lf, long Cr)
{
    private const int Chunk = 1 << 16;
    private const long MostSevenBit = 64 << 20; // ISO-2022-JP is of mail; it is held in memory

    /// <summary>A CR alone stands for a line end only in a file that has no other: else programs and people read different lines.</summary>
    public bool CrIsLineEnd => CrLf == 0 && Lf == 0;

    public string LineEnd => CrIsLineEnd ? "\r" : CrLf >= Lf ? "\r\n" : "\n";

    /// <exception cref="RefusedException">No code fits.</exception>
    public static TextForm Find(Source untrusted, Budget budget) => Find(untrusted, budget, false, false);

    /// <summary>As the policy has it: also the codes that are told by what they hold alone.</summary>
    public static TextForm Find(Source untrusted, Job job) => Find(untrusted, job.Budget, job.Policy.KeepUnmarkedUtf16, job.Policy.KeepLatin1);

    private static TextForm Find(Source untrusted, Budget budget, bool takesUnmarked, bool takesLatin1)
    {
        var head = untrusted.Head(4);
        if (head is [0xFF, 0xFE, 0, 0] or [0, 0, 0xFE, 0xFF]) throw Unreadable(0);
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Scan(TextCode.Utf16Le, untrusted, 2, budget, out _, out var wrong) ?? throw Unreadable(wrong);
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Scan(TextCode.Utf16Be, untrusted, 2, budget, out _, out var wrong) ?? throw Unreadable(wrong);
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return ScanUtf8(untrusted, 3, budget, out _, out var wrong) ?? throw Unreadable(wrong);

        // No other code has a NUL: whether this one is taken is the policy's to say.
        if (UnmarkedUtf16.Tell(untrusted.Head(UnmarkedUtf16.HeadBytes)) is { } unmarked)
            return takesUnmarked && untrusted.Length % 2 == 0 && Scan(unmarked, untrusted, 0, budget, out _, out _) is { IsClean: true } wide ? wide : throw Unreadable(0);

        var utf8 = ScanUtf8(untrusted, 0, budget, out var seen, out var wrongUtf8);
        if (utf8 is not null)
        {
            // Seven bits with escapes: mail's code, where its escapes and pairs are right throughout.
            if (seen.Escapes > 0 && seen.Others == 0 && untrusted.Length <= MostSevenBit && Iso2022Jp.ToEuc(untrusted.Whole(MostSevenBit).Span) is { } euc
                && Scan(TextCode.EucJp, Source.Of(euc), 0, budget, out _, out _) is { } jis) return jis with { Code = TextCode.Iso2022Jp };
            return utf8;
        }
        var cp932 = Scan(TextCode.Cp932, untrusted, 0, budget, out var inCp932, out var wrongCp932);
        var eucJp = Scan(TextCode.EucJp, untrusted, 0, budget, out var inEuc, out _);
        // The pairs of EUC are half-width kana to CP932: two readings, and only one of them has words.
        if (eucJp is not null && (cp932 is null || (inCp932.HalfKana * 2 > inCp932.Others && inEuc.HalfKana * 2 < inEuc.Others))) return eucJp;
        return cp932 ?? (takesLatin1 ? Scan(TextCode.Latin1, untrusted, 0, budget, out _, out _) : null) ?? throw Unreadable(Math.Max(wrongUtf8, wrongCp932));
    }

    /// <summary>The characters' bytes, without the mark: ISO-2022-JP as EUC-JP.</summary>
    public (Source Bytes, long Start, TextCode Code) Open(Source untrusted) =>
        Code == TextCode.Iso2022Jp ? (Source.Of(Iso2022Jp.ToEuc(untrusted.Whole(MostSevenBit).Span)), 0, TextCode.EucJp) : (untrusted, Mark, Code);

    /// <summary>As <see cref="Scan"/>, many bytes at a step: only those that could begin a character that is dropped are looked at one by one.</summary>
    private static TextForm? ScanUtf8(Source untrusted, int mark, Budget budget, out Seen seen, out long wrongAt)
    {
        seen = default;
        wrongAt = -1;
        var (clean, crLf, lf, cr) = (true, 0L, 0L, 0L);
        var bytes = new byte[(int)Math.Min(Chunk, Math.Max(16, untrusted.Length))];
        for (long at = mark; ;)
        {
            budget.Check();
            var filled = untrusted.Read(at, bytes);
            if (filled == 0) return new(TextCode.Utf8, mark, clean, crLf, lf, cr);
            ReadOnlySpan<byte> block = bytes.AsSpan(0, filled);
            if (at + filled < untrusted.Length)
            {
                // Whole characters, and no CR parted from its LF.
                var cut = filled - 1;
                while (cut > filled - 4 && (block[cut] & 0xC0) == 0x80) cut--;
                if (block[cut] is >= 0x80 or (byte)'\r') block = block[..cut];
            }
            if (!System.Text.Unicode.Utf8.IsValid(block))
            {
                var units = new TextUnit[block.Length];
                TextUnits.TryRead(TextCode.Utf8, block, true, units, out _, out var good);
                wrongAt = at + good;
                return null;
            }
            at += block.Length;
            var pairs = block.Count("\r\n"u8);
            crLf += pairs;
            lf += block.Count((byte)'\n') - pairs;
            cr += block.Count((byte)'\r') - pairs;
            if (!System.Text.Ascii.IsValid(block)) seen.Others++;
            for (int found; (found = block.IndexOfAny(Suspicious)) >= 0;)
            {
                block = block[found..];
                System.Text.Rune.DecodeFromUtf8(block, out var rune, out var length);
                if (rune.Value == 0x1B) seen.Escapes++;
                if (clean && Characters.IsDropped(rune.Value)) clean = false;
                block = block[length..];
            }
        }
    }

    // Controls, and the first bytes of all that Characters drops.
    private static readonly System.Buffers.SearchValues<byte> Suspicious = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 256).Where(static b => b < 0x20 && b is not (9 or 10 or 13) || b is 0x7F or 0xC2 or 0xD8 or 0xE1 or 0xE2 or 0xEF or >= 0xF0).Select(static b => (byte)b)]);

    private static TextForm? Scan(TextCode code, Source untrusted, int mark, Budget budget, out Seen seen, out long wrongAt)
    {
        seen = default;
        var (clean, crLf, lf, cr, afterCr) = (true, 0L, 0L, 0L, false);
        var reader = new UnitReader(untrusted, mark, code);
        while (reader.Read(budget, out var units, out _))
        {
            foreach (var unit in units)
            {
                var rune = unit.Rune;
                if (rune is >= 0x20 and < 0x7F)
                {
                    afterCr = false;
                    continue;
                }
                if (rune == '\n')
                {
                    if (afterCr)
                    {
                        cr--;
                        crLf++;
                    }
                    else
                    {
                        lf++;
                    }
                }
                afterCr = rune == '\r';
                if (afterCr) cr++;
                else if (rune >= 0x80) seen.Others++;
                if (rune is >= 0xFF61 and <= 0xFF9F) seen.HalfKana++;
                if (rune == 0x1B) seen.Escapes++;
                if (clean && Characters.IsDropped(rune)) clean = false;
            }
        }
        wrongAt = reader.WrongAt;
        return reader.WrongAt >= 0 ? null : new(code, mark, clean, crLf, lf, cr);
    }

    internal static RefusedException Unreadable(long at) =>
        Refusals.Broken($"{at:N0} byte", "SAN-TEXT-001", "文字コードとして読めないバイトがあります", "it has bytes that are no character in any known encoding");

    private struct Seen
    {
        public long Others, HalfKana, Escapes;
    }

    /// <summary>Reads a source as characters, a block at a time.</summary>
    internal sealed class UnitReader(Source source, long start, TextCode code)
    {
        private readonly byte[] bytes = new byte[(int)Math.Min(Chunk, Math.Max(16, source.Length))];
        private readonly TextUnit[] units = new TextUnit[(int)Math.Min(Chunk, Math.Max(16, source.Length))];
        private long at = start;

        /// <summary>Where bytes mean nothing; -1 as long as there were none.</summary>
        public long WrongAt { get; private set; } = -1;

        /// <summary>The next characters and the bytes that they stand in; false at the end or at wrong bytes.</summary>
        public bool Read(Budget budget, out ReadOnlySpan<TextUnit> read, out ReadOnlySpan<byte> raw)
        {
            read = default;
            raw = default;
            budget.Check();
            var filled = source.Read(at, bytes);
            if (filled == 0) return false;
            var isRight = TextUnits.TryRead(code, bytes.AsSpan(0, filled), at + filled >= source.Length, units, out var count, out var consumed);
            if (!isRight || consumed == 0)
            {
                WrongAt = at + consumed;
                return false;
            }
            at += consumed;
            read = units.AsSpan(0, count);
            raw = bytes.AsSpan(0, consumed);
            return true;
        }
    }
}
