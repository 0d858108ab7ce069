using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>Names that deceive nobody and that every system can keep (ファイル名の無害化; G-06).</summary>
internal static class SafeName
{
    // The limit of Linux file systems; Windows counts 255 UTF-16 units, which is never fewer bytes.
    private const int MostBytes = 255;

    private static readonly HashSet<string> Reserved = new[] { "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "CONIN$", "CONOUT$", "CLOCK$", "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³" }
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    // Notes, settings, tables, logs, sources: whatever opens them shows them.
    private static readonly HashSet<string> PlainExtensions = (
        "txt text md markdown log ini prj cpg cfg conf cnf list lst dat data asc nfo readme rst adoc tex bib sql css yaml yml toml properties srt vtt ass lrc csv tsv tab diff patch out err dic idx me 1st old bak orig org todo note memo " +
        "c h cc cpp hpp cs java go rs swift kt f f90 pas r m sas po pot strings sub wkt sym def map fasta gpx obj stl ply xyz pts asc dem tfw jgw pgw wld ctl").Split(' ').ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The last part of a name, without what deceives: folders, control, direction and zero-width characters, characters that Windows refuses, blanks and dots at the ends, reserved names, more than 255 bytes.</summary>
    /// <remarks>Deterministic, and clean names stay as they are (in NFC).</remarks>
    public static string Clean(string untrustedName) => IsPlain(untrustedName) ? untrustedName : CleanLong(untrustedName);

    /// <summary>The same by looking at every character.</summary>
    internal static string CleanLong(string untrustedName)
    {
        var last = untrustedName.LastIndexOfAny(['/', '\\']) is var slash and >= 0 ? untrustedName[(slash + 1)..] : untrustedName;
        var clean = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes())
        {
            if (Deceives(rune)) continue;
            clean.Append(rune.Value is '"' or '*' or ':' or '<' or '>' or '?' or '|' or 0xFFFD ? "_" : rune.ToString());
        }
        var name = clean.ToString();
        if (!name.IsNormalized(NormalizationForm.FormC)) name = name.Normalize(NormalizationForm.FormC);
        name = OneBlank(name).Trim(' ', '\u3000').TrimEnd('.', ' ', '\u3000');
        if (name.Length == 0) name = "file";
        var stem = name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? name[..dot] : name;
        // Settings of folders that Windows reads by itself.
        if (Reserved.Contains(stem.TrimEnd()) || name.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase)) name = "_" + name;
        return Shorten(name);
    }

    /// <summary>Short names of letters, digits, kana and kanji, which most are: nothing in them deceives, and they are asked about often.</summary>
    private static bool IsPlain(string name)
    {
        if (name.Length is 0 or > 80 || name[0] == ' ' || name[^1] is ' ' or '.') return false;
        var stem = name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : name.Length;
        // Could be reserved: looked at the long way.
        if (stem is >= 3 and <= 8 && (name[0] | 0x20) is 'a' or 'c' or 'd' or 'l' or 'n' or 'p') return false;
        var before = '.';
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or ' ' or '(' or ')' or (>= '\u3041' and <= '\u3096') or (>= '\u30A1' and <= '\u30FA') or '\u30FC' or (>= '\u4E00' and <= '\u9FA5'))) return false;
            if (c == ' ' && before == ' ') return false;
            before = c;
        }
        return true;
    }

    /// <summary>"report.pdf        .exe": blanks of any kind push the truth out of sight. Of several, the first stays.</summary>
    private static string OneBlank(string name)
    {
        var one = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var blank = char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator;
            if (!blank || one.Length == 0 || char.GetUnicodeCategory(one[^1]) != UnicodeCategory.SpaceSeparator) one.Append(blank && c is not ('\u3000' or ' ') ? ' ' : c);
        }
        return one.ToString();
    }

    /// <summary>As <see cref="Clean"/>, folders kept: no absolute paths, no drives, no ways up.</summary>
    public static string CleanPath(string untrustedPath) =>
        string.Join('/', untrustedPath.Split('/', '\\').Where(static p => p is not ("" or "." or "..")).Select(Clean).DefaultIfEmpty("file"));

    /// <summary>Lower case, without the dot; empty when there is none.</summary>
    public static string ExtensionOf(string name) => name.LastIndexOf('.') is var dot and > 0 && dot < name.Length - 1 && name.Length - dot <= 12 ? name[(dot + 1)..].ToLowerInvariant() : "";

    /// <summary>The name under which a file leaves: unchanged where its extension tells the truth, else corrected.</summary>
    public static string WithExtension(string name, FileKind was, FileKind isNow)
    {
        if (isNow == FileKind.Empty) return name;
        var extension = ExtensionOf(name);
        // "text" covers notes, settings and logs: whatever they are called, unless they are called what they are not.
        if (isNow.Agrees(extension) || (isNow == FileKind.Text && was == FileKind.Text && StaysText(name))) return name;
        var stem = extension.Length > 0 && (was.Agrees(extension) || IsKnown(extension)) ? name[..^(extension.Length + 1)] : name;
        // "list.csv.gz" leaves as list.csv, "set.tar.gz" as set.zip.
        if (was == FileKind.Gzip && isNow.Agrees(ExtensionOf(stem))) return stem;
        if (was == FileKind.Gzip && FileKind.Tar.Agrees(ExtensionOf(stem))) stem = stem[..^4];
        return Shorten($"{stem}.{isNow.Extension}");
    }

    /// <summary>For a report: what can't be seen is written as its number.</summary>
    public static string Show(string untrustedName)
    {
        if (IsPlain(untrustedName) || !untrustedName.EnumerateRunes().Any(Deceives)) return untrustedName;
        var shown = new StringBuilder();
        foreach (var rune in untrustedName.EnumerateRunes()) shown.Append(Deceives(rune) ? $"\\u{{{rune.Value:X}}}" : rune.ToString());
        return shown.ToString();
    }

    /// <summary>True for a name under which no program takes a text for more than a text: allowed extensions, or none.</summary>
    private static bool StaysText(string name)
    {
        var dot = name.LastIndexOf('.');
        if (dot < 0 || dot == name.Length - 1) return true;
        var extension = name[(dot + 1)..];
        // "第1回.議事録", "11.21 memo": a dot in a name is no extension.
        return extension.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '+' or '~')) || PlainExtensions.Contains(extension) || extension.All(char.IsAsciiDigit);
    }

    private static bool IsKnown(string extension) => FileKind.All.Values.Any(k => k.Agrees(extension));

    private static bool Deceives(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
        // Letters and signs that nobody sees: fillers of Hangul, the empty sign of Braille, the joiner of graphemes.
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x034F or 0x17B4 or 0x17B5
        || (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format && rune.Value is not 0x200D); // joins emoji

    private static string Shorten(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MostBytes) return name;
        var extension = ExtensionOf(name);
        var tail = extension.Length > 0 ? "." + extension : "";
        var room = MostBytes - Encoding.UTF8.GetByteCount(tail);
        var kept = new StringBuilder();
        foreach (var rune in name[..^tail.Length].EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0) break;
            kept.Append(rune);
        }
        return kept.Append(tail).ToString();
    }
}
