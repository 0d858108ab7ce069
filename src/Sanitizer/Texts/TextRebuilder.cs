using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Texts;

/// <summary>Plain text and tables in text (テキスト・CSV・TSV): read character by character and written anew in the same code with the same line ends. Streams, so that memory doesn't grow with the file.</summary>
internal sealed class TextRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Text, FileKind.Csv, FileKind.Tsv];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var form = TextForm.Find(untrusted, job);
        if (form is { Code: TextCode.Latin1 } or { Code: TextCode.Utf16Le or TextCode.Utf16Be, Mark: 0 })
            job.Note("SAN-NOTE-TEXT-CODE", "", $"文字コードを{(form.Code == TextCode.Latin1 ? "Latin-1" : "BOM のない UTF-16")}と読みました（方針 text）。", $"It was read as {(form.Code == TextCode.Latin1 ? "Latin-1" : "UTF-16 without its mark")} (policy text).");
        if (kind == FileKind.Text)
        {
            Plain(untrusted, form, output, job);
        }
        else
        {
            new CsvRebuilder(form, kind, job).Rebuild(untrusted, output);
        }
        if (output.Length == form.Mark) throw Refusals.Broken("", "SAN-TEXT-003", "制御文字のほかに中身がありません", "it holds nothing but control characters");
        // What was dropped may have hidden the head of another format: "#", a control character, "!/bin/sh".
        if (!form.IsClean && KindDetector.Detect(output.AsSource(), "x." + kind.Extension) is var now && now != kind)
            throw Refusals.Broken("", "SAN-TEXT-002", $"制御文字を除くと{now.Name.Ja}になります", $"without its control characters it is a {now.Name.En}");
        return new(kind, Outcome.Rebuilt);
    }

    private static void Plain(Source untrusted, TextForm form, Scratch output, Job job)
    {
        var fixesCr = form.Cr > 0 && !form.CrIsLineEnd;
        if (form.IsClean && !fixesCr && form.Code != TextCode.Iso2022Jp)
        {
            // Each character was taken apart when the form was found, and all of them stay.
            Copy(untrusted, output, job);
            return;
        }
        var writer = new TextWriting(form, output);
        var (bytes, start, code) = form.Open(untrusted);
        var reader = new TextForm.UnitReader(bytes, start, code);
        var dropped = new Dropped();
        var pendingCr = false;
        while (reader.Read(job.Budget, out var units, out var raw))
        {
            foreach (var unit in units)
            {
                var own = raw[..unit.Length];
                raw = raw[unit.Length..];
                if (pendingCr)
                {
                    pendingCr = false;
                    writer.Ascii(unit.Rune == '\n' || !fixesCr ? "\r" : form.LineEnd);
                    if (unit.Rune != '\n' && fixesCr) dropped.LoneCr++;
                }
                if (unit.Rune == '\r') pendingCr = true;
                else if (Characters.IsDropped(unit.Rune)) dropped.Add(unit.Rune);
                else writer.Write(own);
            }
        }
        if (reader.WrongAt >= 0) throw TextForm.Unreadable(reader.WrongAt);
        if (pendingCr)
        {
            writer.Ascii(fixesCr ? form.LineEnd : "\r");
            if (fixesCr) dropped.LoneCr++;
        }
        writer.Finish();
        dropped.Tell(job);
    }

    private static void Copy(Source from, Scratch to, Job job)
    {
        if (from.Length <= 1 << 20 && from.View(0, (int)from.Length) is { } whole)
        {
            to.Write(whole.Span);
            return;
        }
        var buffer = new byte[(int)Math.Min(1 << 17, from.Length)];
        long at = 0;
        for (int read; (read = from.Read(at, buffer)) > 0; at += read)
        {
            job.Budget.Check();
            to.Write(buffer.AsSpan(0, read));
        }
    }
}

/// <summary>Counts what isn't written, and tells it once for each character.</summary>
internal sealed class Dropped
{
    private readonly SortedDictionary<int, int> counts = [];

    public int LoneCr { get; set; }

    public void Add(int rune) => counts[rune] = counts.GetValueOrDefault(rune) + 1;

    public void Tell(Job job)
    {
        foreach (var (rune, count) in counts) job.Remove(Characters.IsDirection(rune) ? "G-06" : "C-04", "", $"U+{rune:X4} ×{count}");
        if (LoneCr > 0) job.Remove("C-04", "", $"CR ×{LoneCr}");
    }
}

/// <summary>Writes characters in the code of a text, through a buffer.</summary>
internal sealed class TextWriting
{
    private readonly TextForm form;
    private readonly Stream output;
    private readonly Stream target; // ISO-2022-JP is gathered as EUC-JP first
    private readonly byte[] buffer = new byte[1 << 14];
    private int used;

    public TextWriting(TextForm form, Stream output)
    {
        (this.form, this.output) = (form, output);
        target = form.Code == TextCode.Iso2022Jp ? new MemoryStream() : output;
        Write(form.Code switch { _ when form.Mark == 0 => [], TextCode.Utf16Le => [0xFF, 0xFE], TextCode.Utf16Be => [0xFE, 0xFF], _ => (ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF] });
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > buffer.Length - used)
        {
            Flush();
            if (bytes.Length > buffer.Length)
            {
                target.Write(bytes);
                return;
            }
        }
        bytes.CopyTo(buffer.AsSpan(used));
        used += bytes.Length;
    }

    public void Ascii(ReadOnlySpan<char> text)
    {
        Span<byte> two = stackalloc byte[2];
        foreach (var c in text)
        {
            two[0] = form.Code == TextCode.Utf16Be ? (byte)0 : (byte)c;
            two[1] = form.Code == TextCode.Utf16Be ? (byte)c : (byte)0;
            Write(form.Code is TextCode.Utf16Le or TextCode.Utf16Be ? two : two[..1]);
        }
    }

    /// <summary>Nothing can be written after.</summary>
    public void Finish()
    {
        Flush();
        if (target is MemoryStream euc) Iso2022Jp.Write(euc.GetBuffer().AsSpan(0, (int)euc.Length), output);
    }

    private void Flush()
    {
        target.Write(buffer.AsSpan(0, used));
        used = 0;
    }
}
