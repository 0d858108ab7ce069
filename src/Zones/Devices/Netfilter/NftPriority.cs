using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Priorities of base chains: numbers, and the names for them.</summary>
internal static class NftPriority
{
    /// <summary>Source: nft(8), "Standard priority names": raw −300, mangle −150, dstnat −100, filter 0, security 50, srcnat 100.</summary>
    public static bool TryRead(List<string> words, int from, out int priority)
    {
        priority = 0;
        var any = false;
        var sign = 1;
        foreach (var word in words.Skip(from))
        {
            switch (word)
            {
                case "raw":
                    priority += -300;
                    break;
                case "mangle":
                    priority += -150;
                    break;
                case "dstnat":
                    priority += -100;
                    break;
                case "filter":
                    break;
                case "security":
                    priority += 50;
                    break;
                case "srcnat":
                    priority += 100;
                    break;
                case "out":
                    priority += 100;
                    break;
                case "+":
                    sign = 1;
                    continue;
                case "-":
                    sign = -1;
                    continue;
                default:
                    if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                        return any && word is "device" or "policy" or "comment";

                    priority += sign * number;
                    sign = 1;
                    break;
            }

            any = true;
        }

        return any;
    }
}
