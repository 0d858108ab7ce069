using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Ooxml.Xml;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <summary>Text of sheets that aren't written stands in the strings that all sheets share (共有文字列): what no kept sheet shows is emptied, its place kept.</summary>
internal static class UnusedStrings
{
    public static byte[] Empty(PackageReader package, byte[] strings, string place)
    {
        var used = new HashSet<int>();
        foreach (var sheet in package.Parts.Where(static p => p.Type == PartType.Worksheet)) Collect(new XmlPull(package.Content(sheet), sheet.Source), used);
        var pull = new XmlPull(strings, place);
        using var to = new MemoryStream(strings.Length);
        var (copied, number) = (-1, 0);
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what != XmlEvent.Start) continue;
            if (copied < 0) copied = pull.Tag.Offset; // the root: what stands before it says how the rest was coded
            if (!pull.Tag.Is("x:si")) continue;
            var (start, name) = (pull.Tag.Offset, pull.Tag.RawName);
            pull.Skip();
            if (used.Contains(number++)) continue;
            to.Write(pull.Bytes.AsSpan(copied, start - copied));
            to.Write(Encoding.UTF8.GetBytes($"<{name}/>"));
            copied = pull.Position;
        }
        to.Write(pull.Bytes.AsSpan(copied, pull.Position - copied));
        return to.ToArray();
    }

    private static void Collect(XmlPull pull, HashSet<int> used)
    {
        var (isShared, isValue) = (false, false);
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what == XmlEvent.Start && pull.Tag.Is("x:c")) isShared = pull.Tag["t"] == "s";
            isValue = what == XmlEvent.Start ? isShared && pull.Tag.Is("x:v") : isValue && what == XmlEvent.Text;
            if (what == XmlEvent.Text && isValue && int.TryParse(pull.Text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)) used.Add(number);
        }
    }
}
