namespace Sekisho.Sanitizer.Pdf.Shapes;

/// <summary>All that may stand in a PDF that Sekisho writes, type by type (許可リスト; ISO 32000-2). A key that isn't here is never written.</summary>
/// <remarks>
/// name int num bool str: a value of that kind. nums names strs: an array of them. [t]: a list of t, [t]? without those that don't fit; &lt;t&gt;: a dictionary of any keys to t; {T}: the type T; @x: built by its own code
/// (<see cref="OwnShapes"/>). t|u: the first that fits. T:B begins with the keys of B.
/// </remarks>
internal static class AllowList
{
    public const string Text = """
        Catalog: Type=name Lang=str PageLayout=name PageMode=name MarkInfo={MarkInfo} ViewerPreferences={ViewerPreferences} PageLabels=@pagelabels Names={Names} Dests=<@dest> OpenAction=@open StructTreeRoot={StructTreeRoot} OCProperties={OCProperties} OutputIntents=[{OutputIntent}] AcroForm={AcroForm}
        MarkInfo: Marked=bool UserProperties=bool Suspects=bool
        ViewerPreferences: CenterWindow=bool FitWindow=bool DisplayDocTitle=bool NonFullScreenPageMode=name Direction=name ViewArea=name ViewClip=name PrintArea=name PrintClip=name PrintScaling=name Duplex=name PickTrayByPDFSize=bool PrintPageRange=nums NumCopies=int
        Names: Dests=@destnames EmbeddedFiles=@files
        PageLabel: Type=name S=name P=str St=int
        OutputIntent: Type=name S=name OutputCondition=str OutputConditionIdentifier=str Info=str DestOutputProfile=@icc

        Page: Type=name MediaBox=nums CropBox=nums BleedBox=nums TrimBox=nums ArtBox=nums Rotate=num UserUnit=num Tabs=name StructParents=int Group={Group} Resources={Resources} Annots=[@annot]
        Group: Type=name S=name CS=@cs I=bool K=bool
        Resources: ProcSet=names ExtGState=<{ExtGState}> ColorSpace=<@cs> Pattern=<@pattern> Shading=<@shading> XObject=<@xobject> Font=<@font> Properties=<@props>

        ExtGState: Type=name LW=num LC=int LJ=int ML=num D=@dash RI=name OP=bool op=bool OPM=int Font=@fontsize FL=num SM=num SA=bool BG=@function BG2=@function|name UCR=@function UCR2=@function|name TR=@function|[@function|name]|name TR2=@function|[@function|name]|name HT=name BM=name|names SMask={SoftMask}|name CA=num ca=num AIS=bool TK=bool UseBlackPtComp=name
        SoftMask: Type=name S=name G=@form BC=nums TR=@function|name

        Form: Type=name Subtype=name Name=name FormType=int BBox=nums Matrix=nums Group={Group} Resources={Resources} StructParent=int StructParents=int OC=@oc
        Image: Type=name Subtype=name Name=name Width=int Height=int ImageMask=bool BitsPerComponent=int ColorSpace=@cs Intent=name Mask=@stencil|nums Decode=nums Interpolate=bool SMask=@softimage Matte=nums StructParent=int OC=@oc
        SoftImage: Type=name Subtype=name Name=name Width=int Height=int ImageMask=bool BitsPerComponent=int ColorSpace=@cs Decode=nums Interpolate=bool Matte=nums
        Tiling: Type=name PatternType=int PaintType=int TilingType=int BBox=nums XStep=num YStep=num Matrix=nums Resources={Resources}
        ShadingPattern: Type=name PatternType=int Matrix=nums ExtGState={ExtGState} Shading=@shading
        Shading: ShadingType=int ColorSpace=@cs Background=nums BBox=nums AntiAlias=bool Domain=nums Matrix=nums Coords=nums Extend=@bools Function=@function|[@function]
        MeshShading: ShadingType=int ColorSpace=@cs Background=nums BBox=nums AntiAlias=bool BitsPerCoordinate=int BitsPerComponent=int BitsPerFlag=int VerticesPerRow=int Decode=nums Function=@function|[@function]
        Exponential: FunctionType=int Domain=nums Range=nums C0=nums C1=nums N=num
        Stitching: FunctionType=int Domain=nums Range=nums Bounds=nums Encode=nums Functions=[@function]
        Sampled: FunctionType=int Domain=nums Range=nums Size=nums BitsPerSample=int Order=int Encode=nums Decode=nums
        Calculator: FunctionType=int Domain=nums Range=nums

        SimpleFont: Type=name Subtype=name BaseFont=name Name=name FirstChar=int LastChar=int Widths=nums Encoding={Encoding}|name FontDescriptor={FontDescriptor} ToUnicode=@cmap|name
        Type3Font: Type=name Subtype=name Name=name FontBBox=nums FontMatrix=@matrix FirstChar=int LastChar=int Widths=nums Encoding={Encoding}|name FontDescriptor={FontDescriptor} ToUnicode=@cmap|name Resources={Resources} CharProcs=<@content>
        CompositeFont: Type=name Subtype=name BaseFont=name Name=name Encoding=@cmap|name DescendantFonts=[@cidfont] ToUnicode=@cmap|name
        CidFont: Type=name Subtype=name BaseFont=name CIDSystemInfo={CidSystemInfo} FontDescriptor={FontDescriptor} DW=num W=@widths DW2=nums W2=@widths CIDToGIDMap=@gids|name
        CidSystemInfo: Registry=str Ordering=str Supplement=int
        FontDescriptor: Type=name FontName=name FontFamily=str FontStretch=name FontWeight=num Flags=num FontBBox=nums ItalicAngle=num Ascent=num Descent=num Leading=num CapHeight=num XHeight=num StemV=num StemH=num AvgWidth=num MaxWidth=num MissingWidth=num CharSet=str Lang=name FontFile=@fontfile FontFile2=@fontfile FontFile3=@fontfile Style={FontStyle}
        FontStyle: Panose=str
        Encoding: Type=name BaseEncoding=name Differences=@differences
        CMap: Type=name CMapName=name CIDSystemInfo={CidSystemInfo} WMode=int UseCMap=@cmap|name

        Annotation: Type=name Subtype=name Rect=nums Contents=str P=@page NM=str M=str F=int AP={Appearance} AS=name Border=@border C=nums StructParent=int OC=@oc CA=num ca=num BM=name Lang=str BS={BorderStyle}
        Link:Annotation: H=name QuadPoints=nums Dest=@dest A=@action
        Markup:Annotation: T=str Popup=@annot CreationDate=str IRT=@annot RT=name Subj=str IT=name Open=bool Name=name State=str StateModel=str Parent=@annot QuadPoints=nums L=nums LE=names|name IC=nums LL=num LLE=num LLO=num Cap=bool CP=name CO=nums Vertices=nums BE={BorderEffect} InkList=@strokes DA=str DS=str Q=int CL=nums RD=nums Sy=name
        BorderStyle: Type=name W=num S=name D=nums
        BorderEffect: S=name I=num
        Appearance: N=@form|<@form> R=@form|<@form> D=@form|<@form>
        AcroForm: Fields=[@field] NeedAppearances=bool DR={Resources} DA=str Q=int
        Field:Annotation: H=name MK={Characteristics} FT=name Parent=@field Kids=[@field] T=str TU=str TM=str Ff=int V=str|name|strs DV=str|name|strs Opt=@options MaxLen=int TI=int I=nums DA=str Q=int
        Characteristics: R=int BC=nums BG=nums CA=str RC=str AC=str I=@form RI=@form IX=@form IF={IconFit} TP=int
        IconFit: SW=name S=name A=nums FB=bool

        StructTreeRoot: Type=name K=@elem|[@elem] IDTree=@elemnames ParentTree=@parents ParentTreeNextKey=int RoleMap=<name> ClassMap=<@attributes>
        StructElem: Type=name S=name P=@elem ID=str Pg=@page K=@kid|[@kid] A=@attributes C=name|@classes R=int T=str Lang=str Alt=str E=str ActualText=str NS={Namespace}
        Namespace: Type=name NS=str
        MarkedRef: Type=name Pg=@page Stm=@form MCID=int
        ObjectRef: Type=name Pg=@page Obj=@annot|@xobject
        Attributes: O=name Placement=name WritingMode=name BackgroundColor=nums BorderColor=nums|@nested BorderStyle=name|names BorderThickness=num|nums Color=nums Padding=num|nums SpaceBefore=num SpaceAfter=num StartIndent=num EndIndent=num TextIndent=num TextAlign=name BBox=nums Width=num|name Height=num|name BlockAlign=name InlineAlign=name TBorderStyle=name|names TPadding=num|nums LineHeight=num|name BaselineShift=num TextDecorationColor=nums TextDecorationThickness=num TextDecorationType=name RubyAlign=name RubyPosition=name GlyphOrientationVertical=num|name ColumnCount=int ColumnGap=num|nums ColumnWidths=num|nums ListNumbering=name RowSpan=int ColSpan=int Headers=strs Scope=name Summary=str Role=name checked=name Checked=name Desc=str Type=name Subtype=name Attached=names NumberFormat=name ContinuedList=bool ContinuedFrom=str Short=str

        OCProperties: OCGs=[@oc] D={OcConfig} Configs=[{OcConfig}]
        OcConfig: Name=str BaseState=name ON=[@oc] OFF=[@oc] Intent=name|names AS=[{OcAuto}] Order=@order ListMode=name RBGroups=[[@oc]] Locked=[@oc]
        OcAuto: Event=name OCGs=[@oc] Category=names
        OcGroup: Type=name Name=str Intent=name|names Usage={OcUsage}
        OcUsage: Language={OcLanguage} Export={OcExport} Zoom={OcZoom} Print={OcPrint} View={OcView} PageElement={OcElement}
        OcLanguage: Lang=str Preferred=name
        OcExport: ExportState=name
        OcZoom: min=num max=num
        OcPrint: Subtype=name PrintState=name
        OcView: ViewState=name
        OcElement: Subtype=name
        OcMembership: Type=name OCGs=@oc|[@oc] P=name VE=@visibility
        """;

    /// <summary>Which threat a key is that was left out; P-25 for those that are only unknown.</summary>
    public static string ThreatOf(string key, string type) => key switch
    {
        "AA" => "P-02",
        "JavaScript" or "JS" => "P-03",
        "OpenAction" => "P-01",
        "A" when type is "Link" or "Field" or "Markup" or "Annotation" => "P-04",
        "PA" or "URI" or "URLS" => "P-07",
        "EmbeddedFiles" or "AF" or "EF" or "Collection" or "FS" => "P-08",
        "Renditions" or "RichMediaContent" or "RichMediaSettings" or "3DD" or "3DV" or "Movie" or "Sound" or "MediaOffset" => "P-09",
        "XFA" or "NeedsRendering" => "P-10",
        "CO" or "RV" or "DS" or "RC" => "P-11",
        "Perms" or "SigFlags" or "ByteRange" or "Lock" or "SV" or "DSS" => "P-17",
        "Metadata" or "PieceInfo" or "Thumb" or "LastModified" or "Info" or "ID" => "P-19",
        "Trans" or "Dur" or "PresSteps" or "AlternatePresentations" => "P-20",
        "PS" or "Level1" or "FontMatrix" or "HT" => "P-22",
        _ => "P-25",
    };
}
