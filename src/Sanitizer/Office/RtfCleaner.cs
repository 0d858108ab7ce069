using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Ooxml.Rules;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Writes RTF anew without objects, links, dangerous fields, hidden stores and binary runs, before the office program sees it (RTF の作り直し).</summary>
/// <remarks>What comes of it is converted and then rebuilt from the allow list of OOXML; this keeps the importers of embedded things out of the way and tells exactly what was there.</remarks>
internal sealed class RtfCleaner
{
    // {\*\…} that carries text, lists, styles, pictures, notes, changes or formulas. All others are left out.
    private static readonly FrozenSet<string> Kept = (
        "listtable listoverridetable listpicture pnseclvl pn shppict shpinst shptxt picprop bkmkstart bkmkend cs ds ts tsrowd fldinst falt panose background do latentstyles ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn annotation atnid atnauthor atnref atndate " +
        "atrfstart atrfend atnparent revtbl ud nesttableprops fchars lchars footnote endnote formfield ffname ffdeftext ffformat ffhelptext ffstattext ffl pgdsctbl hyphen cchs listname liststylename defchp defpap pgptbl moMath moMathPara moMathParaPr " +
        "mmathPr mmathFont headerf footerf").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Threats = new Dictionary<string, string>
    {
        ["objdata"] = "R-01", ["objautlink"] = "R-02", ["objlink"] = "R-02", ["objhtml"] = "R-02", ["objocx"] = "R-02", ["objsub"] = "R-02", ["objpub"] = "R-02", ["objalias"] = "R-02", ["objsect"] = "R-02", ["linkval"] = "R-02",
        ["nextfile"] = "R-02", ["filetbl"] = "R-02", ["mailmerge"] = "R-02", ["hl"] = "R-02", ["objupdate"] = "R-03", ["template"] = "R-04", ["oleclsid"] = "R-06", ["datastore"] = "R-08", ["themedata"] = "R-08", ["xmlnstbl"] = "R-08",
        ["colorschememapping"] = "R-08", ["docvar"] = "R-08", ["private"] = "R-08", ["htmltag"] = "R-08", ["mhtmltag"] = "R-08", ["htmlrtf"] = "R-08", ["writereservation"] = "R-08", ["writereservhash"] = "R-08", ["passwordhash"] = "R-08", ["datafield"] = "R-08",
        ["ffentrymcr"] = "R-08", ["ffexitmcr"] = "R-08", ["info"] = "R-10", ["userprops"] = "R-10", ["rsidtbl"] = "R-10", ["generator"] = "R-10", ["company"] = "R-10", ["copyright"] = "R-10", ["protusertbl"] = "R-10", ["fontemb"] = "R-11", ["fontfile"] = "R-11",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Say how another object or group is to be taken; nothing by themselves, and nothing without them.
    private static readonly FrozenSet<string> DroppedWords = Threats.Keys.Concat("objemb objcfg objtime objicemb objattph objsetsize objlock objw objh objscalex objscaley objcropt objcropb objcropl objcropr linkself fldlock flddirty fldedit fldpriv".Split(' ')).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> LinkedShapes = new[] { "pibName", "pibFlags", "fillBlipName", "fillBlipFlags", "lineFillBlipName", "lineFillBlipFlags", "pihlShape", "wzScript", "wzScriptExtAttr", "scriptLang", "wzFormulaeRTF" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly RtfTree tree;
    private readonly Job job;
    private readonly Fields fields;
    private readonly ArrayBufferWriter<byte> to = new(1 << 16);

    private RtfCleaner(RtfTree tree, Job job) => (this.tree, this.job, fields) = (tree, job, new(job.Policy));

    /// <exception cref="RefusedException">It is no RTF.</exception>
    public static byte[] Clean(ReadOnlyMemory<byte> untrusted, Job job)
    {
        var tree = RtfTree.Read(untrusted, job);
        foreach (var oddity in tree.Oddities) job.Remove("R-07", "rtf", oddity);
        var cleaner = new RtfCleaner(tree, job);
        cleaner.Tell(tree.Root, inPicture: false);
        cleaner.to.Write("{\\rtf1"u8);
        cleaner.Items(tree.Root, from: 1, inPicture: false);
        cleaner.to.Write("}"u8);
        return cleaner.to.WrittenSpan.ToArray();
    }

    /// <summary>Every control word is looked at, also in groups that are left out.</summary>
    private void Tell(RtfGroup group, bool inPicture)
    {
        job.Budget.Check();
        inPicture |= group.Destination == "pict";
        if (group.Destination == "objclass") TellClass(tree.Text(group, 256).Trim());
        if (group.Destination == "objdata") TellObject(group);
        if (group.IsOptional && group.Destination.Length > 0 && !IsKept(group.Destination) && !Threats.ContainsKey(group.Destination) && !IsObject(group.Destination) && !IsQuiet(group.Destination)) job.Remove("R-08", "rtf", "\\*\\" + group.Destination);
        foreach (var item in group.Items)
        {
            if (item.Kind == RtfKind.Word && Threats.TryGetValue(item.Name, out var threat)) job.Remove(threat, "rtf", "\\" + item.Name);
            else if (item.Kind == RtfKind.Binary && !inPicture) job.Remove("R-09", "rtf", "\\bin");
            else if (item.Kind == RtfKind.Group) Tell(item.Group!, inPicture);
        }
    }

    // Groups of formulas all begin with m.
    private static bool IsKept(string destination) => Kept.Contains(destination) || (destination.StartsWith('m') && !Threats.ContainsKey(destination));

    private static bool IsObject(string destination) => destination is "objclass" or "objname" or "objtime";

    // Of every document that Word writes, and nobody's secret: styles of tables, groups of paragraphs, identities of pictures.
    private static bool IsQuiet(string destination) => destination is "wgrffmtfilter" or "blipuid" or "pgdsc" or "hsv" or "aftnnrlc" or "ftnbj" or "pnaiu" or "bliptag" or "levelmarker" or "shpgrp" or "shprslt" or "nonshppict";

    private void Group(RtfGroup group, bool inPicture)
    {
        var destination = group.Destination;
        if (Threats.ContainsKey(destination) || IsObject(destination) || (group.IsOptional && !IsKept(destination))) return;
        if (destination == "object")
        {
            // The picture of it, as text and pictures like any others.
            foreach (var shown in group.Groups.Where(static g => g.Destination == "result")) Within(shown, 1);
            return;
        }
        if (destination == "field" && Wrong(group) is { } wrong)
        {
            job.Remove("R-05", "rtf", wrong);
            foreach (var shown in group.Groups.Where(static g => g.Destination == "fldrslt")) Within(shown, 1);
            return;
        }
        if (destination == "sp" && group.Groups.FirstOrDefault(static g => g.Destination == "sn") is { } name && LinkedShapes.Contains(tree.Text(name, 64).Trim()))
        {
            job.Remove("R-02", "rtf", "linked shape");
            return;
        }
        Within(group, 0, inPicture);
    }

    private void Within(RtfGroup group, int from, bool inPicture = false)
    {
        to.Write("{"u8);
        Items(group, from, inPicture || group.Destination == "pict");
        to.Write("}"u8);
    }

    private void Items(RtfGroup group, int from, bool inPicture)
    {
        for (var i = from; i < group.Items.Count; i++)
        {
            var item = group.Items[i];
            switch (item.Kind)
            {
                case RtfKind.Group:
                    Group(item.Group!, inPicture);
                    break;
                case RtfKind.Word:
                    if (!DroppedWords.Contains(item.Name)) to.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\{item.Name}{item.Number} ")));
                    break;
                case RtfKind.Symbol:
                    if (item.Start != '*' || i == 0) to.Write([(byte)'\\', (byte)item.Start]);
                    break;
                case RtfKind.Hex:
                    to.Write(Encoding.ASCII.GetBytes($"\\'{item.Start:x2}"));
                    break;
                case RtfKind.Text:
                    to.Write(tree.Bytes(item));
                    break;
                case RtfKind.Binary when inPicture:
                    to.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(tree.Bytes(item))));
                    break;
            }
        }
    }

    /// <summary>Why a field is not written; null for a harmless one.</summary>
    private string? Wrong(RtfGroup field)
    {
        var instructions = field.Groups.Where(static g => g.Destination == "fldinst").ToList();
        if (instructions.Count != 1) return "a field without one instruction";
        // Anything else that hangs between: a reader could take it as a part of the instruction.
        if (fields.Judge(tree.Text(instructions[0])) is not { } judged) return null;
        return judged.What;
    }

    private void TellClass(string name)
    {
        if (DangerousClasses.ByName(name) is { } known) job.Remove("R-06", "rtf", known);
    }

    /// <summary>The class that an OLE 1 object or the compound file in it says. Source: [MS-OLEDS] §2.2.</summary>
    private void TellObject(RtfGroup group)
    {
        var hex = tree.Text(group, 1 << 20);
        var bytes = new List<byte>(hex.Length / 2);
        var high = -1;
        foreach (var c in hex)
        {
            if (!char.IsAsciiHexDigit(c)) continue;
            var digit = Convert.ToInt32(c.ToString(), 16);
            if (high < 0) high = digit;
            else
            {
                bytes.Add((byte)((high << 4) | digit));
                high = -1;
            }
        }
        var data = bytes.ToArray();
        if (data.Length > 12 && BitConverter.ToInt32(data, 8) is > 0 and < 256 and var length && 12 + length <= data.Length) TellClass(Encoding.Latin1.GetString(data, 12, length).TrimEnd('\0'));
        var at = data.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
        if (at < 0) return;
        try
        {
            foreach (var entry in CompoundFile.Read(Source.Of(data.AsMemory(at)), 1 << 20).Entries)
            {
                if (DangerousClasses.ByClsid(entry.Clsid) is { } known) job.Remove("R-06", "rtf", known);
            }
        }
        catch (RefusedException)
        {
            // Damaged or cut off: left out all the same, and told as R-01.
        }
    }
}
