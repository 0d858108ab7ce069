using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Kinds;

/// <summary>Tells apart what is written in characters.</summary>
internal static partial class TextKinds
{
    private const long MostJsonBytes = 64 << 20;

    /// <summary>Null when the bytes aren't text.</summary>
    public static FileKind? Tell(ReadOnlySpan<byte> head, Source source, string extension)
    {
        if (Decode(head, source.Length > head.Length) is not { } text) return null;
        var start = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (start.StartsWith("{\\rt", StringComparison.Ordinal)) return FileKind.Rtf;
        if (start.StartsWith("BEGIN:VCALENDAR", StringComparison.OrdinalIgnoreCase)) return FileKind.Calendar;
        if (start.StartsWith("BEGIN:VCARD", StringComparison.OrdinalIgnoreCase)) return FileKind.Card;
        if (start.StartsWith("ID;P", StringComparison.Ordinal)) return FileKind.Sylk;
        if (start.StartsWith("[InternetShortcut]", StringComparison.OrdinalIgnoreCase)) return FileKind.Shortcut;
        if (start.StartsWith("#!", StringComparison.Ordinal) || start.StartsWith("<?php", StringComparison.OrdinalIgnoreCase)) return FileKind.Script;
        // Stricter by name: Windows runs it by its name, whatever is in it.
        if (FileKind.Script.Agrees(extension) || extension is "vbe" or "jse" or "wsh" or "wsc" or "sct" or "psm1" or "reg" or "scf" or "inf" or "cpl" or "py" or "pl" or "rb" or "url" or "desktop" or "command" or "xll" or "iqy" or "odc" or "rdp" or "settingcontent-ms" or "library-ms" or "search-ms" or "appref-ms" or "application")
            return FileKind.Script;
        if (start.StartsWith("ISO-10303-21;", StringComparison.Ordinal)) return text.Contains("/*SXF", StringComparison.Ordinal) || extension == "sfc" ? FileKind.SxfSfc : FileKind.SxfP21;
        if (Dxf().IsMatch(text)) return FileKind.Dxf;
        if (extension == "prj" && Array.Exists(Drawing.Shapes.CoordinateSystemRebuilder.Roots, r => start.StartsWith(r, StringComparison.OrdinalIgnoreCase) && start[r.Length..].TrimStart() is ['[' or '(', ..])) return FileKind.CoordinateSystem;
        if (start.StartsWith('<')) return Markup(start, extension);
        if (start.StartsWith('{') || start.StartsWith('[')) return FileKind.Json.Agrees(extension) || IsJson(source) ? FileKind.Json : Plain(extension);
        return IsMail(text) ? FileKind.Eml : Plain(extension);
    }

    private static FileKind Plain(string extension) =>
        FileKind.Csv.Agrees(extension) ? FileKind.Csv : FileKind.Tsv.Agrees(extension) ? FileKind.Tsv
        : FileKind.Json.Agrees(extension) ? FileKind.Json
        : FileKind.Html.Agrees(extension) ? FileKind.Html
        : FileKind.Text;

    private static FileKind Markup(string start, string extension)
    {
        var root = Root().Match(start);
        var name = root.Groups["name"].Value;
        var head = start[..Math.Min(start.Length, 4096)];
        if (Doctype().IsMatch(head) || name.Equals("html", StringComparison.OrdinalIgnoreCase)) return FileKind.Html;
        if (name.Equals("svg", StringComparison.OrdinalIgnoreCase) || name.EndsWith(":svg", StringComparison.Ordinal)) return FileKind.Svg;
        if (head.Contains("progid=\"Word.Document\"", StringComparison.Ordinal) || name.EndsWith("wordDocument", StringComparison.Ordinal) || head.Contains("schemas.microsoft.com/office/2006/xmlPackage", StringComparison.Ordinal)) return FileKind.WordXml;
        if (head.Contains("progid=\"Excel.Sheet\"", StringComparison.Ordinal) || name is "Workbook" or "ss:Workbook" || (name.EndsWith(":Workbook", StringComparison.Ordinal) && head.Contains("urn:schemas-microsoft-com:office:spreadsheet", StringComparison.Ordinal))) return FileKind.SpreadsheetXml;
        if (start.StartsWith("<?xml", StringComparison.Ordinal)) return FileKind.Xml;
        if (FileKind.Html.Agrees(extension) || HtmlTag().IsMatch(start)) return FileKind.Html;
        return FileKind.Xml.Agrees(extension) || root.Success ? FileKind.Xml : Plain(extension);
    }

    private static bool IsJson(Source source)
    {
        if (source.Length > MostJsonBytes) return false;
        try
        {
            var reader = new Utf8JsonReader(source.Whole(MostJsonBytes).Span, new JsonReaderOptions { MaxDepth = 512 });
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsMail(string text)
    {
        var found = 0;
        var lines = 0;
        var isTyped = false;
        foreach (var line in text.EnumerateLines())
        {
            if (line.IsEmpty) break;
            if (line[0] is ' ' or '\t') continue;
            if (lines++ == 0 && line.StartsWith("From ", StringComparison.Ordinal)) continue; // mbox
            var colon = line.IndexOf(':');
            if (colon <= 0 || line[..colon].ContainsAnyExceptInRange('!', '~')) return false;
            if (lines == 1 && (line[..colon].Equals("Content-Type", StringComparison.OrdinalIgnoreCase) || line[..colon].Equals("MIME-Version", StringComparison.OrdinalIgnoreCase))) isTyped = true;
            foreach (var known in Known)
            {
                if (line[..colon].Equals(known, StringComparison.OrdinalIgnoreCase)) found++;
            }
        }
        // A web archive needs no more than its type.
        return found >= 2 || isTyped;
    }

    private static readonly string[] Known = ["From", "To", "Cc", "Date", "Subject", "Received", "Message-ID", "MIME-Version", "Return-Path", "Content-Type", "Delivered-To", "Reply-To", "X-Mailer", "Sender", "Content-Transfer-Encoding"];

    /// <summary>The beginning as text; null when no encoding fits or there are bytes that no text has.</summary>
    private static string? Decode(ReadOnlySpan<byte> head, bool isCut)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return (head[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(head[..(head.Length & ~1)]);
        if (UnmarkedUtf16.Tell(head[..Math.Min(head.Length, UnmarkedUtf16.HeadBytes)]) is { } wide) return (wide == TextCode.Utf16Le ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(head[..(head.Length & ~1)]);
        if (head.ContainsAny(NotInText)) return null;
        for (var cut = 0; cut <= (isCut ? 3 : 0); cut++)
        {
            if (cut >= head.Length) break;
            if (TryDecode(Encodings.StrictUtf8, head[..^cut], out var text) || TryDecode(Encodings.StrictCp932, head[..^cut], out text)) return text;
        }
        // EUC-JP that is no CP932: of Unix, and of old pages.
        if (TextUnits.TryRead(TextCode.EucJp, head, !isCut, new TextUnit[head.Length], out _, out var read) && read > head.Length - 3) return EucJp.GetString(head[..read]);
        // Latin-1 mails, pages and texts: the family is told, the rebuilder decodes strictly, and as the policy has it.
        return Encoding.Latin1.GetString(head) is var latin && (latin.TrimStart().StartsWith('<') || IsMail(latin) || latin.StartsWith("{\\rt", StringComparison.Ordinal) || IsLatin(head)) ? latin : null;
    }

    // Words of the west have few letters beyond ASCII; pixels have many bytes there.
    private static bool IsLatin(ReadOnlySpan<byte> head)
    {
        if (head.IndexOfAnyInRange((byte)0x7F, (byte)0x9F) >= 0 || (head.Length > 2 && head[0] == 'P' && head[1] is >= (byte)'1' and <= (byte)'7' && head[2] is (byte)'\n' or (byte)' ')) return false;
        var high = 0;
        foreach (var b in head)
        {
            if (b >= 0x80) high++;
        }
        return high * 4 < head.Length;
    }

    private static bool TryDecode(Encoding encoding, ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = encoding.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    // Tab, line ends, form feed, the escape of ISO-2022-JP and the end mark of DOS are met in text.
    private static readonly SearchValues<byte> NotInText = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(static b => b is not (9 or 10 or 12 or 13 or 0x1A or 0x1B)).Select(static b => (byte)b)]);

    private static readonly Encoding EucJp = CodePagesEncodingProvider.Instance.GetEncoding(51932)!;

    [GeneratedRegex(@"\A(?:\s*999\r?\n[^\r\n]*\r?\n)*\s*0\r?\n\s*SECTION\r?\n", RegexOptions.CultureInvariant)]
    private static partial Regex Dxf();

    // Atomic: comments could else be taken together in any number of ways.
    [GeneratedRegex(@"\A(?>(?:\s*(?:<\?[^>]*\?>|<!--.*?-->|<![^>\[]*(?:\[[^\]]*\])?\s*>))*)\s*<(?<name>[A-Za-z_][\w:.\-]*)", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Root();

    [GeneratedRegex(@"<!doctype\s+html", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Doctype();

    [GeneratedRegex(@"\A<(?:html|head|body|title|meta|script|style|div|span|p|a|b|i|br|table|img|font|center|h[1-6]|ul|ol|form|iframe|object|embed|base|link|svg)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HtmlTag();
}
