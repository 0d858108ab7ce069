namespace Sekisho.Sanitizer.Ooxml.Xml;

/// <summary>Elements that a rule looks at; all others are written as they are.</summary>
internal enum Special
{
    None,
    AlternateContent,
    FieldMark,
    FieldInstruction,
    FieldSimple,
    WordObject,
    WordDrawing,
    WordLink,
    SheetLink,
    Click,
    DataBinding,
    Comment,
    TrackedInsert,
    TrackedDelete,
    TrackedMark,
    TrackedRow,
    Formula,
    Guarded,
    GuardedName,
    WorkbookView,
    Sheet,
    Slide,
    GraphicFrame,
    Anchor,
    VmlShape,
    BeforeDrawing,
    Table,
    Linked,
    CalculatedItem,
    RichMetadata,
    LoseRelation,
    DrawingRoot,
    SheetRoot,
    RevisionIds,
}

/// <summary>Ties names to what is done with them.</summary>
internal static class SpecialNames
{
    public static void Apply(Vocabulary vocabulary)
    {
        Set(Special.AlternateContent, "mc:AlternateContent");
        Set(Special.FieldMark, "w:fldChar");
        Set(Special.FieldInstruction, "w:instrText", "w:delInstrText");
        Set(Special.FieldSimple, "w:fldSimple");
        Set(Special.WordObject, "w:object");
        Set(Special.WordDrawing, "w:drawing");
        Set(Special.WordLink, "w:hyperlink");
        Set(Special.SheetLink, "x:hyperlink");
        Set(Special.Click, "a:hlinkClick", "a:hlinkHover", "a:hlinkMouseOver");
        Set(Special.DataBinding, "w:dataBinding", "w15:dataBinding");
        Set(Special.Comment, "w:commentRangeStart", "w:commentRangeEnd", "w:commentReference");
        Set(Special.TrackedInsert, "w:ins", "w:moveTo");
        Set(Special.TrackedDelete, "w:del", "w:moveFrom");
        Set(Special.TrackedMark, "w:moveFromRangeStart", "w:moveFromRangeEnd", "w:moveToRangeStart", "w:moveToRangeEnd", "w:rPrChange", "w:pPrChange", "w:sectPrChange", "w:tblPrChange", "w:tcPrChange", "w:trPrChange", "w:tblGridChange",
            "w:numberingChange", "w:tblPrExChange", "w:cellIns", "w:cellDel", "w:cellMerge");
        Set(Special.TrackedRow, "w:tr");
        Set(Special.Formula, "x:f", "x:calculatedColumnFormula", "x:totalsRowFormula", "c:f", "cx:f", "c15:f", "c15:sqref");
        Set(Special.Guarded, "x:cfRule", "x14:cfRule", "x:dataValidation", "x14:dataValidation", "x14:sparkline");
        Set(Special.GuardedName, "x:definedName");
        Set(Special.WorkbookView, "x:workbookView", "x:customWorkbookView");
        Set(Special.Sheet, "x:sheet");
        Set(Special.Slide, "p:sld");
        Set(Special.GraphicFrame, "p:graphicFrame");
        Set(Special.Anchor, "xdr:twoCellAnchor", "xdr:oneCellAnchor", "xdr:absoluteAnchor");
        Set(Special.VmlShape, "v:shape", "v:rect", "v:oval", "v:line", "v:roundrect", "v:polyline", "v:arc", "v:curve", "v:image");
        Set(Special.BeforeDrawing, "x:legacyDrawing", "x:legacyDrawingHF", "x:picture", "x:oleObjects", "x:controls", "x:webPublishItems", "x:tableParts", "x:extLst", "x:drawingHF");
        Set(Special.Table, "x:table", "x:tableColumn");
        Set(Special.Linked, "xdr:sp", "cdr:sp", "x:cacheField");
        Set(Special.CalculatedItem, "x:calculatedItem");
        Set(Special.RichMetadata, "x:futureMetadata");
        Set(Special.LoseRelation, "a:blip", "v:imagedata", "v:fill", "v:stroke", "o:fill", "o:left", "o:right", "o:top", "o:bottom", "o:column", "c:userShapes");
        Set(Special.RevisionIds, "w:rsids");
        Set(Special.DrawingRoot, "xdr:wsDr");
        Set(Special.SheetRoot, "x:worksheet");
        foreach (var name in (ReadOnlySpan<string>)["x:conditionalFormatting", "x14:conditionalFormatting", "x:dataValidations", "x14:dataValidations", "x14:conditionalFormattings", "x14:sparklines", "x14:sparklineGroup", "x14:sparklineGroups", "x:definedNames",
            "x:hyperlinks", "x:tableParts", "x:pivotCaches", "x:customProperties", "p:childTnLst", "p:subTnLst", "p:bldLst", "x14:slicerList", "x14:slicerCaches", "x15:slicerCaches", "x15:timelineCacheRefs", "x15:timelineRefs", "w:pict", "x:calculatedItems", "x:metadataStrings"])
        {
            if (vocabulary.Find(name) is { } rule) rule.Lazy = true;
        }

        void Set(Special special, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (vocabulary.Find(name) is { } rule) rule.Special = special;
            }
        }
    }
}
