using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>nftables: rule files, "nft list ruleset", and "nft -j list ruleset".</summary>
/// <remarks>
/// Source: nft(8), libnftables-json(5). Base chains on one hook run in the order of their priorities; accept ends one of them only,
/// drop is final. Chains on input decide about what is meant for the machine itself; those on output, about what it sends, are read and not used.
/// </remarks>
public sealed class NftablesReader : IConfigReader
{
    public string Vendor => "nftables";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 400; i++)
        {
            var line = lines[i].AsSpan().Trim();
            if (i < 5 && ((line.StartsWith("#!") && line.IndexOf("nft") > 0) || (line.StartsWith("{") && line.IndexOf("\"nftables\"") > 0)))
                return 100;

            if (line.IndexOf("\"nftables\"") >= 0 && i < 20) return 95;
            if (line.StartsWith("table ") && (line.EndsWith("{") || line.StartsWith("table ip") || line.StartsWith("table inet ")))
                score += 40;
            else if (line.StartsWith("flush ruleset") || line.StartsWith("add table ") || line.StartsWith("add chain ") || line.StartsWith("add rule ") || line.StartsWith("nft add ") || line.StartsWith("type filter hook ") || line.StartsWith("type nat hook "))
                score += 30;
            else if ((line.StartsWith("chain ") && line.EndsWith("{")) || line.StartsWith("define "))
                score += 8;
        }

        return Math.Min(score, 95);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var ruleset = new NftRuleset();
        if (work.Text.Text.AsSpan().TrimStart().StartsWith("{") || work.Text.Text.AsSpan().TrimStart().StartsWith("["))
            new NftJson(work, ruleset).Read();
        else
            new NftParser(work, ruleset).Read();

        return work.Finish([LinuxAddresses.AddTo(work, new NftModel(work, ruleset).ToDevice())]);
    }
}
