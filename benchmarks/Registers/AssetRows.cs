using System.Globalization;
using Sekisho.Records.Registers;

namespace Sekisho.Benchmarks.Registers;

/// <summary>Sheets of assets as an office keeps them: rooms and systems, and what lies in them.</summary>
internal static class AssetRows
{
    private static readonly string[] Fields = ["name", "kind", "contents", "users", "place", "containers", "zone", "retention", "personal", "persons", "confidentiality", "integrity", "availability", "lower_why"];

    private static readonly string[] Held = ["data", "paper", "system-document"], Systems = ["system", "medium", "network"];

    /// <summary>One in fifty is a room or a system.</summary>
    private static int ContainersOf(int assets) => Math.Max(20, assets / 50);

    /// <summary>A fifth are rooms, the others stand in them.</summary>
    private static int Rooms(int assets) => ContainersOf(assets) / 5;

    public static List<string[]> Containers(int assets, IReadOnlyList<string> units)
    {
        var rooms = Rooms(assets);
        var rows = Headed();
        for (var i = 0; i < rooms; i++) rows.Add(Row(i, units[i % units.Count], "facility", null));
        return rows;
    }

    /// <summary>Systems in the rooms, then everything else in the systems and rooms; the first section has as many as one that is measured should have.</summary>
    public static List<string[]> Contents(int assets, IReadOnlyList<string> units)
    {
        var (rooms, containers) = (Rooms(assets), ContainersOf(assets));
        var rows = Headed();
        for (var i = rooms; i < assets; i++)
        {
            var unit = i - containers is >= 0 and < Prefecture.OfFirstSection ? units[0] : units[i % units.Count];
            rows.Add(i < containers ? Row(i, unit, Systems[i % Systems.Length], Number(i % rooms)) : Row(i, unit, Held[i % Held.Length], i % 3 == 0 ? null : Number(i % rooms)));
        }
        return rows;
    }

    /// <summary>New ones, from an office's own sheet; each lies in something that is there.</summary>
    public static List<string[]> New(int count, IReadOnlyList<string> units, int rooms)
    {
        var rows = Headed();
        for (var i = 0; i < count; i++) rows.Add(Row(i + 1_000_000, units[i % units.Count], Held[i % Held.Length], i % 3 == 0 ? null : Number(i % rooms)));
        return rows;
    }

    public static int RoomsOf(int assets) => Rooms(assets);

    private static string Number(int n) => string.Create(CultureInfo.InvariantCulture, $"AST-{n + 1:D4}");

    private static List<string[]> Headed()
    {
        var definition = RegisterCatalogue.Load()[Prefecture.Assets];
        return [["担当課", .. Fields.Select(f => definition.Find(f)!.Label.Ja)]];
    }

    private static string[] Row(int i, string unit, string kind, string? container)
    {
        var definition = RegisterCatalogue.Load()[Prefecture.Assets];
        var words = Prefecture.Words;
        return
        [
            unit, $"{words[i % words.Length]}{words[i / 7 % words.Length]}台帳 その{i}", Name("kind", kind), $"{words[i / 3 % words.Length]}の事務に使う。申請者の氏名・住所・決定の内容。", "担当の職員",
            $"本庁舎{i % 6}階 書庫{i % 40}", container ?? "", Choice("zone", i), Choice("retention", i / 5), i % 2 == 0 ? "はい" : "いいえ", i % 2 == 0 ? (i % 5000).ToString(CultureInfo.InvariantCulture) : "",
            Choice("confidentiality", i), Choice("integrity", i / 2), Choice("availability", i / 3), "写しであり、原本は別に保管しているため。",
        ];

        string Name(string field, string key) => definition.Find(field)!.Choice(key)!.Name.Ja;
        string Choice(string field, int n) => definition.Find(field)!.Choices[n % definition.Find(field)!.Choices.Count].Name.Ja;
    }
}
