using Sekisho.Assurance;

namespace Sekisho.Sanitizer.Kinds;

/// <summary>What a file is by its content (ファイルの種類), never by its name.</summary>
/// <param name="Key">Stable key of reports and of the policy file: <c>docx</c>, <c>jpeg</c>.</param>
/// <param name="Extension">The extension that a file of this kind leaves with, without the dot.</param>
/// <param name="Family">How it is treated.</param>
/// <param name="Name">For people.</param>
/// <param name="Others">Other extensions under which it is met and which say the same.</param>
public sealed record FileKind(string Key, string Extension, FileFamily Family, Bilingual Name, params string[] Others)
{
    private static readonly List<FileKind> Made = [];

    public static readonly FileKind Docx = Office("docx", "Word 文書", "Word document");
    public static readonly FileKind Docm = Office("docm", "マクロ付き Word 文書", "Word document with macros");
    public static readonly FileKind Dotx = Office("dotx", "Word テンプレート", "Word template");
    public static readonly FileKind Dotm = Office("dotm", "マクロ付き Word テンプレート", "Word template with macros");
    public static readonly FileKind Xlsx = Office("xlsx", "Excel ブック", "Excel workbook");
    public static readonly FileKind Xlsm = Office("xlsm", "マクロ付き Excel ブック", "Excel workbook with macros");
    public static readonly FileKind Xltx = Office("xltx", "Excel テンプレート", "Excel template");
    public static readonly FileKind Xltm = Office("xltm", "マクロ付き Excel テンプレート", "Excel template with macros");
    public static readonly FileKind Xlam = Office("xlam", "Excel アドイン", "Excel add-in");
    public static readonly FileKind Pptx = Office("pptx", "PowerPoint プレゼンテーション", "PowerPoint presentation");
    public static readonly FileKind Pptm = Office("pptm", "マクロ付き PowerPoint プレゼンテーション", "PowerPoint presentation with macros");
    public static readonly FileKind Potx = Office("potx", "PowerPoint テンプレート", "PowerPoint template");
    public static readonly FileKind Potm = Office("potm", "マクロ付き PowerPoint テンプレート", "PowerPoint template with macros");
    public static readonly FileKind Ppsx = Office("ppsx", "PowerPoint スライドショー", "PowerPoint show");
    public static readonly FileKind Ppsm = Office("ppsm", "マクロ付き PowerPoint スライドショー", "PowerPoint show with macros");
    public static readonly FileKind Ppam = Office("ppam", "PowerPoint アドイン", "PowerPoint add-in");

    public static readonly FileKind Xlsb = Legacy("xlsb", "Excel バイナリ ブック", "Excel binary workbook");
    public static readonly FileKind Doc = Legacy("doc", "Word 97-2003 文書", "Word 97-2003 document", "dot");
    public static readonly FileKind Xls = Legacy("xls", "Excel 97-2003 ブック", "Excel 97-2003 workbook", "xlt");
    public static readonly FileKind Ppt = Legacy("ppt", "PowerPoint 97-2003 プレゼンテーション", "PowerPoint 97-2003 presentation", "pps", "pot");
    public static readonly FileKind Rtf = Legacy("rtf", "リッチテキスト", "rich text", "doc");
    public static readonly FileKind Odt = Legacy("odt", "OpenDocument 文書", "OpenDocument text", "ott");
    public static readonly FileKind Ods = Legacy("ods", "OpenDocument 表計算", "OpenDocument spreadsheet", "ots");
    public static readonly FileKind Odp = Legacy("odp", "OpenDocument プレゼンテーション", "OpenDocument presentation", "otp");
    public static readonly FileKind WordXml = Legacy("wordml", "Word 2003 XML 文書", "Word 2003 XML document", "xml", "doc");
    public static readonly FileKind SpreadsheetXml = Legacy("spreadsheetml", "Excel 2003 XML ブック", "Excel 2003 XML workbook", "xml", "xls");

    public static readonly FileKind Pdf = Of("pdf", FileFamily.Pdf, "PDF", "PDF");

    public static readonly FileKind Png = Image("png", "PNG 画像", "PNG image");
    public static readonly FileKind Jpeg = Add(new("jpeg", "jpg", FileFamily.Image, new("JPEG 画像", "JPEG image"), "jpeg", "jpe", "jfif"));
    public static readonly FileKind Gif = Image("gif", "GIF 画像", "GIF image");
    public static readonly FileKind Bmp = Image("bmp", "BMP 画像", "BMP image", "dib");
    public static readonly FileKind Tiff = Add(new("tiff", "tif", FileFamily.Image, new("TIFF 画像", "TIFF image"), "tiff"));
    public static readonly FileKind Webp = Image("webp", "WebP 画像", "WebP image");

    public static readonly FileKind Emf = Of("emf", FileFamily.Metafile, "拡張メタファイル", "enhanced metafile");
    public static readonly FileKind Wmf = Of("wmf", FileFamily.Metafile, "メタファイル", "Windows metafile");

    public static readonly FileKind Svg = Of("svg", FileFamily.Markup, "SVG 図形", "SVG drawing");
    public static readonly FileKind Html = Of("html", FileFamily.Markup, "HTML", "HTML", "htm", "xhtml");
    public static readonly FileKind Xml = Of("xml", FileFamily.Markup, "XML", "XML", "xsd", "gml", "kml");
    public static readonly FileKind Json = Of("json", FileFamily.Markup, "JSON", "JSON", "geojson");

    public static readonly FileKind Csv = Of("csv", FileFamily.Text, "CSV", "CSV");
    public static readonly FileKind Tsv = Of("tsv", FileFamily.Text, "TSV", "TSV", "tab");
    public static readonly FileKind Text = Add(new("text", "txt", FileFamily.Text, new("テキスト", "plain text"), "text", "md", "log", "ini", "prj", "cpg"));

    public static readonly FileKind Calendar = Of("ics", FileFamily.Text, "予定表（iCalendar）", "calendar (iCalendar)", "ifb", "vcs", "ical");
    public static readonly FileKind Card = Of("vcf", FileFamily.Text, "名刺（vCard）", "card (vCard)", "vcard");

    public static readonly FileKind Zip = Archive("zip", "ZIP 書庫", "ZIP archive");
    public static readonly FileKind Lzh = Archive("lzh", "LZH 書庫", "LZH archive", "lha");
    public static readonly FileKind SevenZip = Archive("7z", "7z 書庫", "7z archive");
    public static readonly FileKind Tar = Archive("tar", "TAR 書庫", "TAR archive");
    public static readonly FileKind Gzip = Archive("gz", "gzip 圧縮", "gzip", "tgz");
    public static readonly FileKind Rar = Archive("rar", "RAR 書庫", "RAR archive");

    public static readonly FileKind Eml = Of("eml", FileFamily.Mail, "メール", "mail message");
    public static readonly FileKind Msg = Of("msg", FileFamily.Mail, "Outlook メール", "Outlook message");
    public static readonly FileKind Tnef = Add(new("tnef", "dat", FileFamily.Mail, new("TNEF 添付（winmail.dat）", "TNEF attachment (winmail.dat)"), "tnef"));

    public static readonly FileKind Dxf = Of("dxf", FileFamily.Drawing, "DXF 図面", "DXF drawing");
    public static readonly FileKind SxfP21 = Of("p21", FileFamily.Drawing, "SXF 図面（P21）", "SXF drawing (P21)");
    public static readonly FileKind SxfSfc = Of("sfc", FileFamily.Drawing, "SXF 図面（SFC）", "SXF drawing (SFC)");
    public static readonly FileKind Shp = Of("shp", FileFamily.Drawing, "シェープファイル", "shapefile");
    public static readonly FileKind Shx = Of("shx", FileFamily.Drawing, "シェープファイルの索引", "shapefile index");
    public static readonly FileKind CoordinateSystem = Of("prj", FileFamily.Drawing, "座標系の定義", "coordinate system");
    public static readonly FileKind Dbf = Of("dbf", FileFamily.Drawing, "dBASE 表", "dBASE table");

    public static readonly FileKind Package = Sealed("opc", "種類の分からない OPC ファイル（Visio・XPS など）", "OPC package of an unknown kind (Visio, XPS and others)", "vsdx", "vsdm", "vstx", "xps", "oxps");
    public static readonly FileKind Jtd = Sealed("jtd", "一太郎文書", "Ichitaro document", "jtt", "jtdc", "jttc", "jhd");
    public static readonly FileKind Xdw = Sealed("xdw", "DocuWorks 文書", "DocuWorks document", "xbd", "xct");
    public static readonly FileKind Dwg = Sealed("dwg", "AutoCAD 図面", "AutoCAD drawing");
    public static readonly FileKind Jww = Sealed("jww", "Jw_cad 図面", "Jw_cad drawing");
    public static readonly FileKind Heic = Sealed("heic", "HEIC 画像", "HEIC image", "heif", "avif");
    public static readonly FileKind Psd = Sealed("psd", "Photoshop 画像", "Photoshop image");
    public static readonly FileKind Ico = Sealed("ico", "アイコン", "icon", "cur");
    public static readonly FileKind Eps = Sealed("eps", "PostScript", "PostScript", "ps");
    public static readonly FileKind Sqlite = Sealed("sqlite", "SQLite データベース（GeoPackage など）", "SQLite database (GeoPackage and others)", "gpkg", "db");
    public static readonly FileKind OneNote = Sealed("one", "OneNote", "OneNote");
    public static readonly FileKind Access = Sealed("mdb", "Access データベース", "Access database", "accdb");
    public static readonly FileKind Media = Sealed("media", "音声・動画", "audio or video", "mp4", "mp3", "wav", "avi", "wmv", "m4a", "mov");
    public static readonly FileKind Font = Sealed("font", "フォント", "font", "ttf", "otf", "ttc", "woff", "woff2");

    public static readonly FileKind EncryptedOffice = Of("encrypted-office", FileFamily.Encrypted, "パスワード付き Office 文書", "password-protected Office document");
    public static readonly FileKind Compound = Sealed("ole2", "種類の分からない OLE2 ファイル", "OLE2 file of an unknown kind");
    public static readonly FileKind Program = Active("program", "実行ファイル", "program", "exe", "dll", "scr", "elf");
    public static readonly FileKind Script = Active("script", "スクリプト", "script", "bat", "cmd", "ps1", "vbs", "js", "hta", "wsf", "sh", "php");
    public static readonly FileKind Shortcut = Active("lnk", "ショートカット", "shortcut", "url");
    public static readonly FileKind DiskImage = Active("disk-image", "ディスクイメージ", "disk image", "iso", "vhd", "vhdx", "img");
    public static readonly FileKind Cabinet = Active("cab", "キャビネット", "cabinet", "msi");
    public static readonly FileKind Help = Active("chm", "HTML ヘルプ", "HTML help");
    public static readonly FileKind Sylk = Active("slk", "SYLK 表", "SYLK sheet");
    public static readonly FileKind Empty = Of("empty", FileFamily.Unknown, "空のファイル", "empty file");
    public static readonly FileKind Unknown = Of("unknown", FileFamily.Unknown, "種類の分からないファイル", "file of an unknown kind");

    /// <summary>All kinds by their key. No frozen collection here or where a worker starts: each costs 2 ms to make, more than it ever saves.</summary>
    public static IReadOnlyDictionary<string, FileKind> All { get; } = Made.ToDictionary(k => k.Key, StringComparer.Ordinal);

    /// <summary>True when a name with this extension (no dot, any case) tells the truth about a file of this kind.</summary>
    public bool Agrees(string extension) =>
        extension.Equals(Extension, StringComparison.OrdinalIgnoreCase) || Array.Exists(Others, o => o.Equals(extension, StringComparison.OrdinalIgnoreCase));

    /// <summary>A zip of parts tied by relationships (ISO/IEC 29500).</summary>
    public bool IsOoxml => Family == FileFamily.Ooxml;

    public override string ToString() => Key;

    public bool Equals(FileKind? other) => other is not null && Key == other.Key;

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    private static FileKind Add(FileKind kind)
    {
        Made.Add(kind);
        return kind;
    }

    private static FileKind Of(string key, FileFamily family, string ja, string en, params string[] others) => Add(new(key, key, family, new(ja, en), others));

    private static FileKind Office(string key, string ja, string en) => Of(key, FileFamily.Ooxml, ja, en);

    private static FileKind Legacy(string key, string ja, string en, params string[] others) => Of(key, FileFamily.LegacyOffice, ja, en, others);

    private static FileKind Image(string key, string ja, string en, params string[] others) => Of(key, FileFamily.Image, ja, en, others);

    private static FileKind Archive(string key, string ja, string en, params string[] others) => Of(key, FileFamily.Archive, ja, en, others);

    private static FileKind Sealed(string key, string ja, string en, params string[] others) => Of(key, FileFamily.NotRebuildable, ja, en, others);

    private static FileKind Active(string key, string ja, string en, params string[] others) => Of(key, FileFamily.Active, ja, en, others);
}

/// <summary>How the kinds of a family are treated.</summary>
public enum FileFamily
{
    /// <summary>docx, xlsx, pptx and their macro and template kinds: rebuilt part by part.</summary>
    Ooxml,

    /// <summary>Converted to OOXML by the office program in its own sandbox, then rebuilt.</summary>
    LegacyOffice,

    Pdf,
    Image,

    /// <summary>EMF and WMF: drawn to a picture.</summary>
    Metafile,

    /// <summary>svg, html, xml, json.</summary>
    Markup,

    /// <summary>csv, tsv, txt.</summary>
    Text,

    Archive,
    Mail,

    /// <summary>Drawings and maps whose text or table form is parsed and written anew.</summary>
    Drawing,

    /// <summary>Known, but nobody can write it anew: refused unless the policy admits it through an approval.</summary>
    NotRebuildable,

    /// <summary>Needs a password.</summary>
    Encrypted,

    /// <summary>A program or what starts one: never comes out.</summary>
    Active,

    Unknown,
}
