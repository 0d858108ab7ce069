using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Yamaha;

/// <summary>"ip filter dynamic … filter 10 in 11 out 12": connections that others may open once one of the trigger's has begun.</summary>
/// <remarks>
/// Source: コマンドリファレンス「動的フィルターの定義」第2書式: behind "in" what comes against the direction of the trigger, behind "out" what goes along with it;
/// addresses and pass or reject of those filters don't count. The static list isn't asked for them: they stand before it, as possible.
/// </remarks>
internal sealed partial class YamahaFile
{
    /// <summary>What dynamic filters of an interface open in one of its directions.</summary>
    private List<Rule> Opened(YamahaFilters reader, bool v6, string name, bool inward)
    {
        List<Rule> opened = [];
        foreach (var list in lists.Where(one => one.V6 == v6 && one.Interface == name))
            foreach (var number in list.Dynamic)
                if (dynamic.TryGetValue((v6, number), out var said)) Opened(reader, said, number, v6, list.Inward == inward, opened);
        return opened;
    }

    private void Opened(YamahaFilters reader, (string Text, int First, int Last) said, int number, bool v6, bool along, List<Rule> opened)
    {
        var words = new Cursor(said.Text);
        var (source, destination) = (words.Next().ToString(), words.Next().ToString());
        var section = "";
        while (!words.AtEnd)
        {
            var word = words.Next();
            if (word is "filter" or "in" or "out") section = word.ToString();
            else if (section == (along ? "out" : "in") && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var of))
                opened.Add(reader.Opened(filters.TryGetValue((v6, of), out var filter) ? filter.Text : "", along ? source : destination, along ? destination : source, number, said.First, said.Last, v6));
        }
    }
}
