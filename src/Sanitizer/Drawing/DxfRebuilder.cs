using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Drawing;

/// <summary>DXF drawings (ASCII): pairs of a group code and a value, checked by the code's type and written anew; sections, entities and objects by allow list.</summary>
/// <remarks>Left out: embedded OLE, pictures and underlays from elsewhere, external references, proxies and solids of closed forms, extended data (links stand in it), thumbnails. Source: AutoCAD 2018 DXF reference.</remarks>
internal sealed class DxfRebuilder : IRebuilder
{
    private static readonly FrozenSet<string> Sections = "HEADER TABLES BLOCKS ENTITIES OBJECTS".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Entities = (
        "LINE CIRCLE ARC ELLIPSE POINT TEXT MTEXT POLYLINE VERTEX SEQEND LWPOLYLINE SPLINE INSERT ATTDEF ATTRIB DIMENSION ARC_DIMENSION LARGE_RADIAL_DIMENSION HATCH SOLID TRACE 3DFACE LEADER MULTILEADER VIEWPORT XLINE RAY MLINE TOLERANCE WIPEOUT SHAPE MESH " +
        "BLOCK ENDBLK TABLE ENDTAB VPORT LTYPE LAYER STYLE VIEW UCS APPID DIMSTYLE BLOCK_RECORD " +
        "DICTIONARY ACDBDICTIONARYWDFLT ACDBPLACEHOLDER LAYOUT MLINESTYLE SCALE GROUP SORTENTSTABLE TABLESTYLE MLEADERSTYLE VISUALSTYLE MATERIAL DICTIONARYVAR").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Personal = "$PROJECTNAME $HYPERLINKBASE $LASTSAVEDBY $FINGERPRINTGUID $VERSIONGUID $MENU $STYLESHEET".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public IEnumerable<FileKind> Kinds => [FileKind.Dxf];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        if (untrusted.Head(18).AsSpan().SequenceEqual("AutoCAD Binary DXF"u8)) throw new RefusedException("SAN-DXF-004", new("バイナリ形式の DXF は作り直せません。", "A binary DXF can't be rebuilt."), new("ASCII 形式の DXF で保存し直したものをもらってください。", "Ask for it saved as ASCII DXF."));
        var form = TextForm.Find(untrusted, job.Budget);
        if (form.Code is not (TextCode.Utf8 or TextCode.Cp932)) throw Broken("SAN-DXF-002", "文字コードが扱えません", "its encoding is not supported");
        // First which objects stay, so that no dictionary points to one that doesn't.
        var kept = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var none = new Job(new Disarmer([], new NoConverter(), TimeProvider.System), job.Policy, job.Budget, [], null);
        new Pass(untrusted, form, Stream.Null, none, kept, isFirst: true).Run();
        new Pass(untrusted, form, output, job, kept, isFirst: false).Run();
        return new(kind, Outcome.Rebuilt);
    }

    private static RefusedException Broken(string code, string ja, string en, string place = "") => Refusals.Broken(place, code, ja, en);

    private sealed class Pass(Source source, TextForm form, Stream output, Job job, HashSet<string> kept, bool isFirst)
    {
        private readonly DxfLines lines = new(source, form, job.Budget);
        private readonly Encoding encoding = form.Code == TextCode.Utf8 ? Encodings.StrictUtf8 : Encodings.StrictCp932;
        private readonly List<(int Code, string Value)> item = [];
        private readonly StringBuilder buffer = new();
        private string section = "";

        public void Run()
        {
            var ended = false;
            while (lines.Next(out var code, out var value))
            {
                if (ended)
                {
                    job.Remove("G-02", "", "data behind the end");
                    break;
                }
                if (code == 0)
                {
                    Item();
                    ended = value.Trim() == "EOF";
                }
                if (code != 999) item.Add((code, value)); // comments
                if (item.Count > 4_000_000) throw Broken("SAN-DXF-001", "仕様と合わない行があります", "a line is against the specification");
            }
            Item();
            if (!ended) throw Broken("SAN-DXF-003", "途中で切れています", "it is cut off");
            Flush();
            job.Budget.Check();
        }

        // All pairs from one 0 to the next.
        private void Item()
        {
            if (item.Count == 0) return;
            var name = item[0].Code == 0 ? item[0].Value.Trim() : "";
            switch (name)
            {
                case "SECTION":
                    section = item.Count > 1 && item[1].Code == 2 ? item[1].Value.Trim() : "";
                    if (section == "HEADER") Header();
                    else if (Sections.Contains(section)) Write();
                    else if (section != "CLASSES") job.Remove("G-05", "", "section");
                    break;
                case "ENDSEC":
                    if (Sections.Contains(section)) Write();
                    section = "";
                    break;
                case "EOF":
                    Write();
                    break;
                default:
                    if (Sections.Contains(section) && section != "HEADER" && Entities.Contains(name)) Entity(name);
                    else if (Sections.Contains(section)) job.Remove(name.StartsWith("OLE", StringComparison.Ordinal) ? "X-06" : name.Contains("IMAGE", StringComparison.Ordinal) || name.Contains("UNDERLAY", StringComparison.Ordinal) ? "X-17" : "G-05", section, name.Length < 40 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : "entity");
                    break;
            }
            item.Clear();
        }

        private void Header()
        {
            var clean = new List<(int, string)>();
            var isKept = true;
            foreach (var (code, value) in item)
            {
                if (code == 9) isKept = !Personal.Contains(value.Trim());
                if (isKept) clean.Add((code, value));
                else if (code == 9) job.Remove("G-07", "HEADER", value.Trim());
            }
            item.Clear();
            item.AddRange(clean);
            Write();
        }

        private void Entity(string name)
        {
            var isReference = name == "BLOCK" && item.Any(static p => p.Code == 70 && int.TryParse(p.Value, out var flags) && (flags & 12) != 0);
            if (isReference) job.Remove("X-20", section, "external reference");
            var clean = new List<(int Code, string Value)>(item.Count);
            for (var i = 0; i < item.Count; i++)
            {
                var (code, value) = item[i];
                if (code >= 1000)
                {
                    job.Remove("X-19", section, "extended data");
                    continue;
                }
                if (code is >= 310 and <= 319)
                {
                    job.Remove("G-05", section, "binary data");
                    continue;
                }
                if (isReference && code == 1) value = "";
                if (isReference && code == 70) value = (int.Parse(value, CultureInfo.InvariantCulture) & ~0x7C).ToString(CultureInfo.InvariantCulture);
                // A font's or a printer's path may lead to another machine.
                if ((name is "STYLE" && code is 3 or 4) || (name is "LAYOUT" && code is 2 or 7) || (name is "MLINESTYLE" or "MATERIAL" && code is 3)) value = value[(value.LastIndexOfAny(['/', '\\']) + 1)..];
                // An entry of a dictionary whose object isn't kept.
                if (name is "DICTIONARY" or "ACDBDICTIONARYWDFLT" && code == 3 && i + 1 < item.Count && item[i + 1].Code is 350 or 360 && !isFirst && !kept.Contains(item[i + 1].Value.Trim()))
                {
                    i++;
                    continue;
                }
                clean.Add((code, value));
            }
            if (isFirst && clean.FirstOrDefault(static p => p.Code is 5 or 105) is { Value: { } handle }) kept.Add(handle.Trim());
            item.Clear();
            item.AddRange(clean);
            Write();
        }

        private void Write()
        {
            if (isFirst) return;
            foreach (var (code, value) in item)
            {
                buffer.Append(CultureInfo.InvariantCulture, $"{code,3}").Append(form.LineEnd).Append(DxfValues.Checked(code, value)).Append(form.LineEnd);
                if (buffer.Length > 1 << 16) Flush();
            }
        }

        private void Flush()
        {
            if (!isFirst) output.Write(encoding.GetBytes(buffer.ToString()));
            buffer.Clear();
        }
    }
}

/// <summary>The values of DXF, by the type that the group code gives them.</summary>
internal static class DxfValues
{
    /// <summary>As it is written.</summary>
    /// <exception cref="RefusedException">It isn't of the code's type.</exception>
    public static string Checked(int code, string value)
    {
        if (code is >= 0 and <= 9 or 100 or 102 or >= 300 and <= 309 or >= 410 and <= 419 or >= 430 and <= 439 or >= 470 and <= 479) return code == 0 ? value.Trim() : value;
        var trimmed = value.Trim();
        var isRight = code switch
        {
            >= 10 and <= 59 or >= 110 and <= 149 or >= 210 and <= 239 or >= 460 and <= 469 => double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
            105 or >= 320 and <= 369 or >= 390 and <= 399 or 480 or 481 => trimmed.Length is > 0 and <= 16 && trimmed.All(char.IsAsciiHexDigit),
            >= 60 and <= 99 or >= 160 and <= 179 or >= 270 and <= 299 or >= 370 and <= 389 or >= 400 and <= 409 or >= 420 and <= 429 or >= 440 and <= 459 => long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            _ => false,
        };
        return isRight ? trimmed : throw Refusals.Broken($"{code}", "SAN-DXF-001", "仕様と合わない行があります", "a line is against the specification");
    }
}

/// <summary>Reads pairs of lines: a group code and its value.</summary>
internal sealed class DxfLines(Source source, TextForm form, Budget budget)
{
    private const int MostLine = 1 << 16;

    private readonly TextForm.UnitReader reader = new(source, form.Mark, form.Code);
    private readonly Queue<string> ready = new();
    private readonly StringBuilder line = new();
    private bool ended;

    public bool Next(out int code, out string value)
    {
        code = 0;
        value = "";
        if (!Line(out var first)) return false;
        if (first.Trim().Length == 0 && !Line(out first)) return false; // a blank last line
        if (!int.TryParse(first.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out code) || code is < -5 or > 1071 || !Line(out value)) throw Refusals.Broken("", "SAN-DXF-001", "仕様と合わない行があります", "a line is against the specification");
        return true;
    }

    private bool Line(out string next)
    {
        while (ready.Count == 0 && !ended) Fill();
        return ready.TryDequeue(out next!) || (next = "") is null;
    }

    private void Fill()
    {
        if (!reader.Read(budget, out var units, out _))
        {
            if (reader.WrongAt >= 0) throw TextForm.Unreadable(reader.WrongAt);
            if (line.Length > 0) ready.Enqueue(line.ToString());
            ended = true;
            return;
        }
        foreach (var unit in units)
        {
            if (unit.Rune == '\n' || (unit.Rune == '\r' && form.CrIsLineEnd))
            {
                ready.Enqueue(line.ToString());
                line.Clear();
            }
            else if (unit.Rune != '\r' && !Characters.IsDropped(unit.Rune))
            {
                if (line.Length > MostLine) throw Refusals.Broken("", "SAN-DXF-001", "仕様と合わない行があります", "a line is against the specification");
                line.Append(new Rune(unit.Rune).ToString());
            }
        }
    }
}
