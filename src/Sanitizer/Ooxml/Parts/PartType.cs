
namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>How a part is written anew.</summary>
internal enum PartForm
{
    /// <summary>Through the allow list of names.</summary>
    Xml,

    /// <summary>Through the rebuilder of pictures.</summary>
    Picture,

    /// <summary>A document inside (the data of a chart): through the whole sanitiser.</summary>
    Package,

    /// <summary>Data that content controls show.</summary>
    Store,
    StoreProperties,
}

/// <summary>One type of part: which relationship leads to it, from which other types, what it must be, and where it is written.</summary>
/// <param name="Key">Its name in the tables below.</param>
/// <param name="From">Keys of the parts that may lead to it; a group's name stands for all of its members.</param>
/// <param name="Relation">Relationship type: a whole address, or the last word of those of ISO/IEC 29500.</param>
/// <param name="ContentType">What it is written as; others in <paramref name="Accepted"/> are read too.</param>
/// <param name="Root">Canonical name of its root element.</param>
/// <param name="Path">Where it is written: {f} is the folder of the format; # is always a number, ? only from the second on.</param>
internal sealed record PartType(string Key, string From, string Relation, string ContentType, string Root, string Path, PartForm Form = PartForm.Xml, params string[] Accepted)
{
    private const string Open = "application/vnd.openxmlformats-officedocument.", Word = Open + "wordprocessingml.", Sheet = Open + "spreadsheetml.", Show = Open + "presentationml.", Draw = Open + "drawingml.", Ms = "http://schemas.microsoft.com/office/";

    private const string WordTexts = "document glossary header footer footnotes endnotes wcomments", Slides = "slide slideLayout slideMaster notesSlide notesMaster handoutMaster", Canvas = WordTexts + " drawing userShapes " + Slides;

    public static readonly PartType Document = new("document", "", "officeDocument", Word + "document.main+xml", "w:document", "word/document.xml");
    public static readonly PartType Workbook = new("workbook", "", "officeDocument", Sheet + "sheet.main+xml", "x:workbook", "xl/workbook.xml");
    public static readonly PartType Presentation = new("presentation", "", "officeDocument", Show + "presentation.main+xml", "p:presentation", "ppt/presentation.xml");

    public static readonly PartType Picture = new("picture", Canvas + " numbering theme chart chartEx diagramData diagramDrawing diagramLayout vml worksheet chartsheet", "image", "image/png", "", "{f}/media/image#", PartForm.Picture);
    public static readonly PartType Worksheet = new("worksheet", "workbook", "worksheet", Sheet + "worksheet+xml", "x:worksheet", "xl/worksheets/sheet#.xml");
    public static readonly PartType Chartsheet = new("chartsheet", "workbook", "chartsheet", Sheet + "chartsheet+xml", "x:chartsheet", "xl/chartsheets/sheet#.xml");
    public static readonly PartType Drawing = new("drawing", "worksheet chartsheet", "drawing", Open + "drawing+xml", "xdr:wsDr", "xl/drawings/drawing#.xml");
    public static readonly PartType Vml = new("vml", "worksheet chartsheet", "vmlDrawing", Open + "vmlDrawing", "xml", "xl/drawings/vmlDrawing#.vml");
    public static readonly PartType Slide = new("slide", "presentation slide notesSlide viewProps", "slide", Show + "slide+xml", "p:sld", "ppt/slides/slide#.xml");
    public static readonly PartType PivotTable = new("pivotTable", "worksheet", "pivotTable", Sheet + "pivotTable+xml", "x:pivotTableDefinition", "xl/pivotTables/pivotTable#.xml");
    public static readonly PartType PivotCache = new("pivotCache", "workbook pivotTable", "pivotCacheDefinition", Sheet + "pivotCacheDefinition+xml", "x:pivotCacheDefinition", "xl/pivotCache/pivotCacheDefinition#.xml");
    public static readonly PartType Store = new("store", "document", "customXml", "application/xml", "", "customXml/item#.xml", PartForm.Store);
    public static readonly PartType StoreProperties = new("storeProps", "store", "customXmlProps", Open + "customXmlProperties+xml", "", "customXml/itemProps#.xml", PartForm.StoreProperties);
    public static readonly PartType Package = new("package", "chart chartEx", "package", "", "", "{f}/embeddings/Microsoft_Excel_Worksheet#", PartForm.Package);
    public static readonly PartType WordComments = new("wcomments", "document", "comments", Word + "comments+xml", "w:comments", "word/comments?.xml");

    /// <summary>All but the main parts.</summary>
    public static readonly IReadOnlyList<PartType> All =
    [
        Picture, Worksheet, Chartsheet, Drawing, Vml, Slide, PivotTable, PivotCache, Store, StoreProperties, Package, WordComments,
        new("glossary", "document", "glossaryDocument", Word + "document.glossary+xml", "w:glossaryDocument", "word/glossary/document?.xml"),
        new("wstyles", "document glossary", "styles", Word + "styles+xml", "w:styles", "word/styles?.xml"),
        new("wstylesEffects", "document glossary", Ms + "2007/relationships/stylesWithEffects", "application/vnd.ms-word.stylesWithEffects+xml", "w:styles", "word/stylesWithEffects?.xml"),
        new("wsettings", "document glossary", "settings", Word + "settings+xml", "w:settings", "word/settings?.xml"),
        new("wwebSettings", "document glossary", "webSettings", Word + "webSettings+xml", "w:webSettings", "word/webSettings?.xml"),
        new("fontTable", "document glossary", "fontTable", Word + "fontTable+xml", "w:fonts", "word/fontTable?.xml"),
        new("numbering", "document glossary", "numbering", Word + "numbering+xml", "w:numbering", "word/numbering?.xml"),
        new("header", "document glossary", "header", Word + "header+xml", "w:hdr", "word/header#.xml"),
        new("footer", "document glossary", "footer", Word + "footer+xml", "w:ftr", "word/footer#.xml"),
        new("footnotes", "document glossary", "footnotes", Word + "footnotes+xml", "w:footnotes", "word/footnotes?.xml"),
        new("endnotes", "document glossary", "endnotes", Word + "endnotes+xml", "w:endnotes", "word/endnotes?.xml"),
        new("wcommentsEx", "document", Ms + "2011/relationships/commentsExtended", Word + "commentsExtended+xml", "w15:commentsEx", "word/commentsExtended?.xml"),
        new("wcommentsIds", "document", Ms + "2016/09/relationships/commentsIds", Word + "commentsIds+xml", "w16cid:commentsIds", "word/commentsIds?.xml"),
        new("wcommentsExt", "document", Ms + "2018/08/relationships/commentsExtensible", Word + "commentsExtensible+xml", "w16cex:commentsExtensible", "word/commentsExtensible?.xml"),
        new("theme", "document workbook presentation slideMaster notesMaster handoutMaster glossary", "theme", Open + "theme+xml", "a:theme", "{f}/theme/theme#.xml"),
        new("chart", Canvas, "chart", Draw + "chart+xml", "c:chartSpace", "{f}/charts/chart#.xml"),
        new("chartEx", Canvas, Ms + "2014/relationships/chartEx", "application/vnd.ms-office.chartex+xml", "cx:chartSpace", "{f}/charts/chartEx#.xml"),
        new("chartStyle", "chart chartEx", Ms + "2011/relationships/chartStyle", "application/vnd.ms-office.chartstyle+xml", "cs:chartStyle", "{f}/charts/style#.xml"),
        new("chartColors", "chart chartEx", Ms + "2011/relationships/chartColorStyle", "application/vnd.ms-office.chartcolorstyle+xml", "cs:colorStyle", "{f}/charts/colors#.xml"),
        new("userShapes", "chart", "chartUserShapes", Draw + "chartshapes+xml", "c:userShapes", "{f}/drawings/userShapes#.xml"),
        new("themeOverride", "chart slide slideLayout notesSlide", "themeOverride", Open + "themeOverride+xml", "a:themeOverride", "{f}/theme/themeOverride#.xml"),
        new("diagramData", Canvas, "diagramData", Draw + "diagramData+xml", "dgm:dataModel", "{f}/diagrams/data#.xml"),
        new("diagramLayout", Canvas, "diagramLayout", Draw + "diagramLayout+xml", "dgm:layoutDef", "{f}/diagrams/layout#.xml"),
        new("diagramStyle", Canvas, "diagramQuickStyle", Draw + "diagramStyle+xml", "dgm:styleDef", "{f}/diagrams/quickStyle#.xml"),
        new("diagramColors", Canvas, "diagramColors", Draw + "diagramColors+xml", "dgm:colorsDef", "{f}/diagrams/colors#.xml"),
        new("diagramDrawing", Canvas, Ms + "2007/relationships/diagramDrawing", "application/vnd.ms-office.drawingml.diagramDrawing+xml", "dsp:drawing", "{f}/diagrams/drawing#.xml"),
        new("sharedStrings", "workbook", "sharedStrings", Sheet + "sharedStrings+xml", "x:sst", "xl/sharedStrings?.xml"),
        new("xstyles", "workbook", "styles", Sheet + "styles+xml", "x:styleSheet", "xl/styles?.xml"),
        new("xmetadata", "workbook", "sheetMetadata", Sheet + "sheetMetadata+xml", "x:metadata", "xl/metadata?.xml"),
        new("pivotRecords", "pivotCache", "pivotCacheRecords", Sheet + "pivotCacheRecords+xml", "x:pivotCacheRecords", "xl/pivotCache/pivotCacheRecords#.xml"),
        new("table", "worksheet", "table", Sheet + "table+xml", "x:table", "xl/tables/table#.xml"),
        new("xcomments", "worksheet", "comments", Sheet + "comments+xml", "x:comments", "xl/comments#.xml"),
        new("threads", "worksheet", Ms + "2017/10/relationships/threadedComment", "application/vnd.ms-excel.threadedcomments+xml", "xltc:ThreadedComments", "xl/threadedComments/threadedComment#.xml"),
        new("persons", "workbook", Ms + "2017/10/relationships/person", "application/vnd.ms-excel.person+xml", "xltc:personList", "xl/persons/person?.xml"),
        new("slicer", "worksheet", Ms + "2007/relationships/slicer", "application/vnd.ms-excel.slicer+xml", "x14:slicers", "xl/slicers/slicer#.xml"),
        new("slicerCache", "workbook", Ms + "2007/relationships/slicerCache", "application/vnd.ms-excel.slicerCache+xml", "x14:slicerCacheDefinition", "xl/slicerCaches/slicerCache#.xml"),
        new("timeline", "worksheet", Ms + "2011/relationships/timeline", "application/vnd.ms-excel.timeline+xml", "x15:timelines", "xl/timelines/timeline#.xml"),
        new("timelineCache", "workbook", Ms + "2011/relationships/timelineCache", "application/vnd.ms-excel.timelineCache+xml", "x15:timelineCacheDefinition", "xl/timelineCaches/timelineCache#.xml"),
        new("sheetViews", "worksheet", Ms + "2019/04/relationships/namedSheetView", "application/vnd.ms-excel.namedsheetviews+xml", "xnsv:namedSheetViews", "xl/namedSheetViews/namedSheetView#.xml"),
        new("slideMaster", "presentation slideLayout", "slideMaster", Show + "slideMaster+xml", "p:sldMaster", "ppt/slideMasters/slideMaster#.xml"),
        new("slideLayout", "slideMaster slide", "slideLayout", Show + "slideLayout+xml", "p:sldLayout", "ppt/slideLayouts/slideLayout#.xml"),
        new("notesMaster", "presentation notesSlide", "notesMaster", Show + "notesMaster+xml", "p:notesMaster", "ppt/notesMasters/notesMaster#.xml"),
        new("notesSlide", "slide", "notesSlide", Show + "notesSlide+xml", "p:notes", "ppt/notesSlides/notesSlide#.xml"),
        new("handoutMaster", "presentation", "handoutMaster", Show + "handoutMaster+xml", "p:handoutMaster", "ppt/handoutMasters/handoutMaster#.xml"),
        new("presProps", "presentation", "presProps", Show + "presProps+xml", "p:presentationPr", "ppt/presProps?.xml"),
        new("viewProps", "presentation", "viewProps", Show + "viewProps+xml", "p:viewPr", "ppt/viewProps?.xml"),
        new("tableStyles", "presentation", "tableStyles", Show + "tableStyles+xml", "a:tblStyleLst", "ppt/tableStyles?.xml"),
        new("pcomments", "slide", "comments", Show + "comments+xml", "p:cmLst", "ppt/comments/comment#.xml"),
        new("pauthors", "presentation", "commentAuthors", Show + "commentAuthors+xml", "p:cmAuthorLst", "ppt/commentAuthors?.xml"),
        new("modernComments", "slide slideLayout slideMaster notesSlide", Ms + "2018/10/relationships/comments", "application/vnd.ms-powerpoint.comments+xml", "p188:cmLst", "ppt/comments/modernComment#.xml"),
        new("modernAuthors", "presentation", Ms + "2018/10/relationships/authors", "application/vnd.ms-powerpoint.authors+xml", "p188:authorLst", "ppt/authors?.xml"),
    ];

    private static readonly HashSet<string> Comments = new[] { "wcomments", "wcommentsEx", "wcommentsIds", "wcommentsExt", "xcomments", "threads", "persons", "pcomments", "pauthors", "modernComments", "modernAuthors" }.ToHashSet(StringComparer.Ordinal);

    private static readonly Dictionary<string, PartType> ByRelation = IndexByRelation();

    public bool IsComment => Comments.Contains(Key);

    /// <summary>The type that this relationship leads to from that part; null when it may not.</summary>
    public static PartType? Find(PartType from, string relation) => ByRelation.GetValueOrDefault($"{from.Key} {relation}");

    // Keys are words: pairs as keys, and queries over pairs, are compiled at each start (ADR-0095).
    private static Dictionary<string, PartType> IndexByRelation()
    {
        var index = new Dictionary<string, PartType>(StringComparer.Ordinal);
        foreach (var type in All)
        {
            foreach (var from in type.From.Split(' ')) index.Add($"{from} {type.Relation}", type);
        }
        return index;
    }

    /// <summary>Where a relationship of this type leads, told by its threat when it isn't followed.</summary>
    public static string ThreatOf(string relation, bool external) => relation[(relation.LastIndexOf('/') + 1)..] switch
    {
        "vbaProject" => "X-01",
        "wordVbaData" or "vbaProjectSignature" or "vbaProjectSignatureAgile" or "vbaProjectSignatureV3" => "X-02",
        "xlMacrosheet" or "xlIntlMacrosheet" or "dialogsheet" => "X-04",
        "attachedTemplate" => "X-05",
        "oleObject" => external ? "X-07" : "X-06",
        "package" => external ? "X-07" : "X-08",
        "control" or "activeXControlBinary" or "ctrlProp" => "X-09",
        "externalLink" or "externalLinkPath" or "externalLinkLong" or "xlExternalLinkPath/xlPathMissing" or "xlPathMissing" or "xlStartup" or "xlAlternateStartup" or "xlLibrary" => "X-12",
        "volatileDependencies" => "X-13",
        "connections" or "queryTable" or "xmlMaps" or "tableSingleCells" or "powerPivotData" or "customDataProps" => "X-14",
        "extensibility" or "ui" or "userCustomization" or "attachedToolbars" or "keyMapCustomizations" or "customUI" => "X-15",
        "webextension" or "webextensiontaskpanes" => "X-16",
        "image" or "video" or "audio" or "media" when external => "X-17",
        "video" or "audio" or "media" => "X-17",
        "aFChunk" or "subDocument" or "frame" or "htmlPubSaveAs" or "webPublish" => "X-18",
        "hyperlink" => "X-19",
        _ when external => "X-20",
        "customXml" or "customXmlProps" or "customProperty" or "tags" => "X-21",
        "font" => "X-22",
        "printerSettings" => "X-23",
        "core-properties" or "extended-properties" or "extendedProperties" or "custom-properties" or "customProperties" or "thumbnail" or "auxThumbnail" or "people" or "revisionHeaders" or "revisionLog" or "usernames" or "revisionInfo" or "comments"
            or "commentsExtended" or "commentsIds" or "commentsExtensible" or "threadedComment" or "person" or "commentAuthors" or "authors" or "changesInfo" => "X-24",
        "recipientData" or "mailMergeSource" or "mailMergeHeaderSource" => "X-26",
        "origin" or "signature" or "certificate" => "X-31",
        _ => "X-29",
    };
}
