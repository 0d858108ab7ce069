using System.Globalization;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Ooxml.Xml;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <content>Rules that look at one element.</content>
internal sealed partial class PartFilter
{
    private const string Jump = "ppaction://hlinkshowjump?jump=";

    private static readonly string[] ShowJumps = ["nextslide", "previousslide", "firstslide", "lastslide", "lastslideviewed", "endshow"];

    private readonly HashSet<string> keptShared = new(StringComparer.Ordinal);
    private readonly HashSet<int> deletedRows = [];

    private Fate Judge(XmlTag tag, ElementRule rule)
    {
        switch (rule.Special)
        {
            case Special.AlternateContent or Special.Guarded or Special.GuardedName or Special.Formula or Special.GraphicFrame or Special.Anchor:
                return Fate.Hold;
            case Special.VmlShape:
                return part.Type == PartType.Vml ? Fate.Hold : Fate.Keep;
            case Special.FieldMark:
                return JudgeFieldMark(tag);
            case Special.FieldInstruction:
                return JudgeInstruction();
            case Special.FieldSimple:
                return JudgeSimpleField(tag);
            case Special.WordObject:
                // What is left of an embedded object is the picture that stood for it.
                job.Remove("X-06", place, "w:object");
                tag.Rule = vocabulary.Find("w:pict");
                tag.Count = 0;
                return Fate.Keep;
            case Special.WordDrawing:
                return Parent?.Local == "pict" ? Fate.Drop : Fate.Keep;
            case Special.WordLink:
                return JudgeWordLink(tag);
            case Special.SheetLink:
                return JudgeSheetLink(tag);
            case Special.Click:
                return JudgeClick(tag);
            case Special.DataBinding:
                return JudgeBinding(tag, rule);
            case Special.Comment:
                return job.Policy.KeepComments ? Fate.Keep : Fate.Drop;
            case Special.TrackedInsert:
                return !job.Policy.AcceptTrackedChanges ? Fate.Keep : Parent?.Local is "rPr" or "trPr" ? Fate.Drop : Fate.Unwrap;
            case Special.TrackedDelete or Special.TrackedMark:
                if (!job.Policy.AcceptTrackedChanges) return Fate.Keep;
                job.Remove("X-24", place, rule.Name);
                return Fate.Drop;
            case Special.TrackedRow:
                return deletedRows.Contains(tag.Offset) ? Fate.Drop : Fate.Keep;
            case Special.WorkbookView:
                Renumber(tag, "activeTab");
                Renumber(tag, "firstSheet");
                Renumber(tag, "activeSheetId");
                return Fate.Keep;
            case Special.Slide:
                JudgeSlide(tag);
                return Fate.Keep;
            case Special.Table:
                JudgeTable(tag);
                return Fate.Keep;
            case Special.Linked:
                JudgeFormulaAttribute(tag, "textlink");
                JudgeFormulaAttribute(tag, "formula");
                return Fate.Keep;
            case Special.CalculatedItem:
                return tag["formula"] is { } formula && package.Formulas.Judge(formula) is { } wrong ? Tell(wrong) : Fate.Keep;
            case Special.RevisionIds:
                return job.Policy.KeepMetadata ? Fate.Keep : Tell(("X-24", "rsid"));
            case Special.RichMetadata:
                return tag["name"] == "XLRICHVALUE" ? Tell(("X-20", "XLRICHVALUE")) : Fate.Keep;
            default:
                return Fate.Keep;
        }
    }

    private Fate Tell((string Threat, string What) wrong)
    {
        job.Remove(wrong.Threat, place, wrong.What);
        return Fate.Drop;
    }

    private Fate JudgeWordLink(XmlTag tag)
    {
        if (tag["r:id"] is not { } id || part.Relation(id) is { IsKept: true }) return Fate.Keep;
        job.Remove(part.Relation(id)?.Threat ?? "X-29", place, "w:hyperlink");
        if (tag["w:anchor"] is null) return Fate.Unwrap;
        tag.Remove("r:id");
        return Fate.Keep;
    }

    private Fate JudgeSheetLink(XmlTag tag)
    {
        var location = tag["location"];
        if (location is not null && (location.AsSpan().IndexOfAny("|[\\") >= 0 || location.Contains("://", StringComparison.Ordinal)))
        {
            tag.Remove("location");
            job.Remove("X-19", place, "x:hyperlink@location");
            location = null;
        }
        if (tag["r:id"] is { } id && part.Relation(id) is not { IsKept: true })
        {
            tag.Remove("r:id");
            job.Remove(part.Relation(id)?.Threat ?? "X-29", place, "x:hyperlink");
            if (location is null) return Fate.Drop;
        }
        return location is null && tag["r:id"] is null ? Fate.Drop : Fate.Keep;
    }

    private Fate JudgeClick(XmlTag tag)
    {
        var action = tag["action"] ?? "";
        if (tag["invalidUrl"] is { Length: > 0 })
        {
            tag.Remove("invalidUrl");
            job.Remove("X-19", place, $"{tag.Rule!.Name}@invalidUrl");
        }
        var harmless = action is "" or "ppaction://noaction" or "ppaction://hlinksldjump" || (action.StartsWith(Jump, StringComparison.OrdinalIgnoreCase) && ShowJumps.Contains(action[Jump.Length..], StringComparer.OrdinalIgnoreCase));
        if (!harmless) return Tell(("X-27", $"{tag.Rule!.Name} {(action.IndexOf('?', StringComparison.Ordinal) is > 0 and var q ? action[..q] : action)}"));
        return Fate.Keep;
    }

    private Fate JudgeBinding(XmlTag tag, ElementRule rule)
    {
        var store = tag["w:storeItemID"] ?? "";
        var isProperty = Stores.IsOfProperties(store);
        if (isProperty ? job.Policy.KeepMetadata : package.HasStore(store)) return Fate.Keep;
        return Tell((isProperty ? "X-24" : "X-21", rule.Name));
    }

    private void JudgeSlide(XmlTag tag)
    {
        if (tag["show"] is not ("0" or "false")) return;
        if (job.Policy.RefuseHidden) throw OoxmlRefusals.Hidden(place);
        job.Note("SAN-NOTE-HIDDEN", place, "非表示のスライドがあります。", "There is a hidden slide.");
    }

    private void JudgeTable(XmlTag tag)
    {
        if (tag["tableType"] is not { } type || type == "worksheet") return;
        tag.Remove("tableType");
        job.Remove("X-14", place, $"x:table@tableType={type}");
    }

    private void JudgeFormulaAttribute(XmlTag tag, string name)
    {
        if (tag[name] is not { Length: > 0 } formula || package.Formulas.Judge(formula) is not { } wrong) return;
        tag.Remove(name);
        job.Remove(wrong.Threat, place, $"{tag.Rule!.Name}@{name}: {wrong.What}");
    }

    private void Renumber(XmlTag tag, string name)
    {
        if (package.Book.Sheets.TrueForAll(static s => s.IsKept) || !int.TryParse(tag[name], out var old)) return;
        tag.Set(name, Math.Max(0, package.Book.NumberOf(old)).ToString(CultureInfo.InvariantCulture));
    }

    private void FindDeletedRows(XmlPull first)
    {
        var rows = new Stack<int>();
        var openNames = new Stack<ElementRule?>();
        var inProperties = false;
        for (var what = first.Next(); what != XmlEvent.Over; what = first.Next())
        {
            if (what == XmlEvent.Start)
            {
                if (first.Tag.Is("w:tr")) rows.Push(first.Tag.Offset);
                inProperties = first.Tag.Is("w:trPr") || inProperties;
                if (inProperties && first.Tag.Is("w:del") && rows.Count > 0) deletedRows.Add(rows.Peek());
                openNames.Push(first.Tag.Rule);
            }
            else if (what == XmlEvent.End)
            {
                var ended = openNames.Pop();
                if (ended?.Name == "w:tr") rows.Pop();
                if (ended?.Name == "w:trPr") inProperties = false;
            }
        }
    }
}
