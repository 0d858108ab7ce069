namespace Sekisho.Zones.Devices;

/// <summary>Files that say how they begin, and by that how they must end (末尾の確認): without their end they broke off on the way.</summary>
internal static class Ending
{
    /// <summary>Whether the last line can be nothing but the end of the whole: what closes one section may be followed by another.</summary>
    /// <param name="vendor">Of the reader: "end" closes a section in FortiOS.</param>
    public static bool IsMarked(ConfigText text, string vendor)
    {
        var last = text.LineCount;
        while (last > 0 && text.Line(last).Trim().IsEmpty) last--;
        if (last == 0) return false;
        var line = text.Line(last).Trim();
        return vendor switch
        {
            "ios" or "allied" => line is "end",
            "asa" => line is ": end" || line.StartsWith("Cryptochecksum:"),
            // One tree, closed: JSON, XML. (Braces of Junos and of nft text close a section.)
            "nftables" => text.Line(1).TrimStart() is ['{' or '[', ..] && line is [.., '}' or ']'],
            "panos" => line is "</config>" or "</response>",
            _ => false,
        };
    }

    /// <summary>"show running-config" of IOS ends in "end".</summary>
    public static void OfIos(FileWork work) => Need(work, ["Building configuration", "Current configuration", "! Last configuration change"], static line => line is "end");

    /// <summary>A saved configuration of ASA ends in its checksum and ": end".</summary>
    public static void OfAsa(FileWork work) => Need(work, [": Saved"], static line => line is ": end" || line.StartsWith("Cryptochecksum:"));

    /// <summary>A backup of FortiOS always holds the section of policies, also where there is none.</summary>
    public static void OfFortiOs(FileWork work) => Need(work, ["#config-version="], static line => line is "config firewall policy");

    private static void Need(FileWork work, ReadOnlySpan<string> beginnings, Func<ReadOnlySpan<char>, bool> isEnd)
    {
        var begins = false;
        for (var line = 1; line <= Math.Min(work.Text.LineCount, 40) && !begins; line++)
            foreach (var beginning in beginnings) begins |= work.Text.Line(line).StartsWith(beginning, StringComparison.Ordinal);
        if (!begins) return;
        for (var line = work.Text.LineCount; line >= 1; line--)
            if (isEnd(work.Text.Line(line).Trim())) return;
        work.Truncated(work.Text.LineCount);
    }
}
