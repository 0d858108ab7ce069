using Sekisho.Sanitizer.Ooxml.Xml;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <content>Fields of Word: marks, instructions and what stands between them.</content>
internal sealed partial class PartFilter
{
    private readonly Fields? fields;
    private readonly Stack<(bool Removed, bool InResult)> openFields = [];

    /// <summary>Inside of an instruction that goes: nothing of a run is written but its properties.</summary>
    private bool InRemovedInstruction
    {
        get
        {
            foreach (var (removed, inResult) in openFields)
            {
                if (removed && !inResult) return true;
            }
            return false;
        }
    }

    private bool HiddenInRun(ElementRule rule) =>
        openFields.Count > 0 && rule.Local != "rPr" && path.Count > 0 && path[^1].Rule is { Local: "r", Space.Prefix: "w" } && InRemovedInstruction;

    private Fate JudgeFieldMark(XmlTag tag)
    {
        var mark = fields?.At(tag.Offset);
        var hidden = InRemovedInstruction;
        if (mark is null || mark.Type == "stray") return Tell(("X-10", "a stray field mark"));
        var removed = mark.Threat is not null;
        switch (mark.Type)
        {
            case "begin":
                openFields.Push((removed, false));
                if (!removed) return hidden ? Fate.Drop : Fate.Keep;
                job.Remove(mark.Threat!, place, mark.What);
                if (!hidden && mark.Text.Length > 0 && path[^1].Written)
                {
                    var text = vocabulary.Find("w:t")!;
                    to.Start(text);
                    to.Attribute(text.Attributes.Values.First(static a => a.Name == "xml:space"), "preserve");
                    to.Text(mark.Text);
                    to.End();
                }
                return Fate.Drop;
            case "separate":
                if (openFields.Count > 0 && openFields.TryPop(out var now)) openFields.Push(now with { InResult = true });
                // The outer one may still be in its instruction.
                return removed || InRemovedInstruction ? Fate.Drop : Fate.Keep;
            default:
                if (openFields.Count > 0) openFields.Pop();
                return removed || InRemovedInstruction ? Fate.Drop : Fate.Keep;
        }
    }

    private Fate JudgeInstruction()
    {
        // Outside of every field, or after its separator, an instruction has no business.
        if (openFields.Count > 0 && openFields.Peek() is { Removed: false, InResult: false } && !InRemovedInstruction) return Fate.Keep;
        if (openFields.Count == 0 || openFields.Peek().InResult) job.Remove("X-10", place, "a stray instruction");
        return Fate.Drop;
    }

    private Fate JudgeSimpleField(XmlTag tag)
    {
        var wrong = new Fields(job.Policy).Judge(tag["w:instr"] ?? "");
        if (wrong is null) return Fate.Keep;
        job.Remove(wrong.Value.Threat, place, wrong.Value.What);
        return Fate.Unwrap;
    }
}
