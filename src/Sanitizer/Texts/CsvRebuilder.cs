using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Texts;

/// <summary>Tables in text: parsed into cells and each cell written anew. A cell is quoted where it was and where it must be, so that a harmless table stays the same to the byte.</summary>
/// <remarks>Source: RFC 4180, and what Excel does with files that depart from it.</remarks>
internal sealed class CsvRebuilder(TextForm form, FileKind kind, Job job)
{
    // A spreadsheet holds 32,767 characters in a cell; more than this is no cell but a quote that nobody closed.
    private const int MostCell = 1 << 20;
    private const int PeekBytes = 1 << 16;

    private enum In { Start, Bare, Quoted, Closed }

    private readonly Dropped dropped = new();
    private byte[] raw = new byte[256];
    private int[] runes = new int[256];
    private int rawLength, runesLength;
    private In state;
    private bool wasQuoted, needsQuotes, hasDelimiters;
    private long row = 1;
    private int column = 1;
    private int delimiter, foundDelimiter;
    private bool quotesForeign;
    private TextWriting to = null!;

    public void Rebuild(Source untrusted, Scratch output)
    {
        var (bytes, start, code) = form.Open(untrusted);
        var head = Peek(bytes, start, code);
        if (head.StartsWith("TABLE\r\n0,1", StringComparison.OrdinalIgnoreCase) || head.StartsWith("TABLE\n0,1", StringComparison.OrdinalIgnoreCase))
            throw Refusals.Broken("", "SAN-CSV-003", "CSV ではなく DIF 形式です", "it is no CSV but a DIF sheet");
        var skip = SepLine(head, out var separator);
        if (skip > 0) job.Remove("C-05", "row 1", "sep= line");
        (delimiter, foundDelimiter) = Delimiters(head.AsSpan(skip), separator);
        to = new TextWriting(form, output);
        Read(bytes, start, code, skip);
        to.Finish();
        dropped.Tell(job);
        // Readers guess the delimiter from the head: ours must be what they find.
        if (output.Length > form.Mark)
        {
            var again = form.Open(output.AsSource());
            var clean = Peek(again.Bytes, again.Start, again.Code);
            if (SepLine(clean, out _) > 0 || (kind == FileKind.Csv && Guess(clean) != foundDelimiter)) throw Refusals.Broken("", "SAN-CSV-004", "区切り文字を一つに決められません", "its delimiter can't be told for certain");
        }
    }

    private void Read(Source bytes, long start, TextCode code, int skip)
    {
        var reader = new TextForm.UnitReader(bytes, start, code);
        var afterCr = false;
        while (reader.Read(job.Budget, out var units, out var block))
        {
            foreach (var unit in units)
            {
                var own = block[..unit.Length];
                block = block[unit.Length..];
                var rune = unit.Rune;
                if (Characters.IsDropped(rune))
                {
                    dropped.Add(rune);
                    continue;
                }
                if (skip > 0)
                {
                    skip -= rune >= 0x10000 ? 2 : 1;
                    continue;
                }
                if (afterCr)
                {
                    afterCr = false;
                    if (rune == '\n')
                    {
                        LineEnd("\r\n");
                        continue;
                    }
                    LoneCr();
                }
                if (rune == '\r') afterCr = true;
                else if (rune == '\n') LineEnd("\n");
                else Character(rune, own);
            }
        }
        if (reader.WrongAt >= 0) throw TextForm.Unreadable(reader.WrongAt);
        if (afterCr) LoneCr();
        if (state == In.Quoted) throw Refusals.Broken($"row {row}", "SAN-CSV-001", "閉じていない引用符があります", "a quote is never closed");
        if (state != In.Start || wasQuoted) EndCell();
    }

    private void LoneCr()
    {
        if (!form.CrIsLineEnd) dropped.LoneCr++;
        LineEnd(form.LineEnd);
    }

    private void LineEnd(string end)
    {
        if (state == In.Quoted)
        {
            foreach (var c in end) Append(c, c == '\r' ? CrBytes : LfBytes);
            return;
        }
        EndCell();
        to.Ascii(end);
        row++;
        column = 1;
    }

    private void Character(int rune, ReadOnlySpan<byte> own)
    {
        switch (state)
        {
            case In.Start when rune == '"':
                state = In.Quoted;
                wasQuoted = true;
                return;
            case In.Quoted when rune == '"':
                state = In.Closed;
                return;
            case In.Closed when rune == '"':
                state = In.Quoted;
                Append(rune, own);
                return;
            case In.Closed when rune != delimiter:
                // "abc"def: a spreadsheet reads abcdef.
                job.Remove("C-05", "", "text behind a closing quote");
                state = In.Bare;
                break;
            case In.Start or In.Bare or In.Closed when rune == delimiter:
                EndCell();
                Write(foundDelimiter);
                column++;
                return;
            case In.Start:
                state = In.Bare;
                break;
        }
        if (rune == '"') needsQuotes = true;
        Append(rune, own);
    }

    private void EndCell()
    {
        var cell = runes.AsSpan(0, runesLength);
        var threat = job.Policy.QuoteFormulas ? FormulaRule.Threat(cell) : null;
        if (threat is not null) job.Remove(threat, $"row {row}, column {column}", "formula");
        var quote = wasQuoted || needsQuotes || threat is not null || (quotesForeign && hasDelimiters);
        if (quote) Write('"');
        if (threat is not null) Write('\'');
        if (quote && cell.Contains('"')) WriteDoubled(cell);
        else to.Write(raw.AsSpan(0, rawLength));
        if (quote) Write('"');
        rawLength = runesLength = 0;
        (state, wasQuoted, needsQuotes, hasDelimiters) = (In.Start, false, false, false);
    }

    // Quotes within are doubled. The bytes of each character follow one another in the same order as the numbers.
    private void WriteDoubled(ReadOnlySpan<int> cell)
    {
        var code = form.Code == TextCode.Iso2022Jp ? TextCode.EucJp : form.Code;
        var units = new TextUnit[cell.Length];
        if (!TextUnits.TryRead(code, raw.AsSpan(0, rawLength), isLast: true, units, out var count, out _) || count != cell.Length) throw new InvalidOperationException("a cell lost its characters");
        var at = 0;
        foreach (var unit in units)
        {
            if (unit.Rune == '"') Write('"');
            to.Write(raw.AsSpan(at, unit.Length));
            at += unit.Length;
        }
    }

    private void Write(int ascii)
    {
        Span<char> one = [(char)ascii];
        to.Ascii(one);
    }

    private void Append(int rune, ReadOnlySpan<byte> own)
    {
        if (runesLength == runes.Length) Array.Resize(ref runes, runes.Length * 2);
        if (runesLength >= MostCell) throw Refusals.Broken($"row {row}, column {column}", "SAN-CSV-002", "極端に長いセルがあります。引用符が閉じていないかもしれません", "a cell is too long to be one; a quote may never be closed");
        while (rawLength + own.Length > raw.Length) Array.Resize(ref raw, raw.Length * 2);
        runes[runesLength++] = rune;
        if (rune is ',' or '\t' or ';' or '|') hasDelimiters = true;
        own.CopyTo(raw.AsSpan(rawLength));
        rawLength += own.Length;
    }

    private ReadOnlySpan<byte> CrBytes => TextUnits.Ascii(form.Code, '\r');

    private ReadOnlySpan<byte> LfBytes => TextUnits.Ascii(form.Code, '\n');

    /// <summary>The beginning as text.</summary>
    private string Peek(Source bytes, long start, TextCode code)
    {
        var reader = new TextForm.UnitReader(Source.Of(bytes.Head((int)Math.Min(PeekBytes, bytes.Length))), start, code);
        var text = new StringBuilder();
        // The last character may be cut off: what was whole is enough.
        if (!reader.Read(job.Budget, out var units, out _)) return "";
        foreach (var unit in units)
        {
            if (!Characters.IsDropped(unit.Rune)) text.Append(new Rune(unit.Rune).ToString());
        }
        return text.ToString();
    }

    /// <summary>Length of a first line that tells Excel the delimiter; 0 without one.</summary>
    private static int SepLine(string head, out char separator)
    {
        separator = '\0';
        var at = head.StartsWith('"') ? 1 : 0;
        if (head.Length < at + 5 || !head.AsSpan(at, 4).Equals("sep=", StringComparison.OrdinalIgnoreCase)) return 0;
        separator = head[at + 4];
        var end = head.AsSpan(at + 4).IndexOfAny('\r', '\n');
        if (end is < 0 or > 3) return 0;
        end += at + 4;
        return head[end] == '\r' && end + 1 < head.Length && head[end + 1] == '\n' ? end + 2 : end + 1;
    }

    /// <summary>The delimiter that is read, and the one that is written.</summary>
    private (int Read, int Written) Delimiters(ReadOnlySpan<char> head, char separator)
    {
        if (kind == FileKind.Tsv) return ('\t', '\t');
        var guessed = Guess(head);
        if (separator is '\0' or '"' or '\r' or '\n' || separator >= 0x7F || separator == guessed) return (guessed, guessed);
        // Without its first line nobody would find such a delimiter.
        quotesForeign = true;
        return (separator, ',');
    }

    private static int Guess(ReadOnlySpan<char> head)
    {
        Span<int> counts = stackalloc int[4];
        var (quoted, lines) = (false, 0);
        foreach (var c in head)
        {
            if (c == '"') quoted = !quoted;
            if (quoted) continue;
            if (c == '\n' && ++lines == 20) break;
            var at = ",\t;|".IndexOf(c, StringComparison.Ordinal);
            if (at >= 0) counts[at]++;
        }
        var best = 0;
        for (var i = 1; i < 4; i++)
        {
            if (counts[i] > counts[best]) best = i;
        }
        return ",\t;|"[best];
    }
}
