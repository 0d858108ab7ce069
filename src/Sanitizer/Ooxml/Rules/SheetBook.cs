using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Ooxml.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <summary>The sheets and names of a workbook: which stay, and what their numbers become when others go.</summary>
internal sealed class SheetBook
{
    private static readonly string[] AutoWords = ["open", "close", "activate", "deactivate", "remove", "add"];

    private readonly Dictionary<int, BookName> names = [];
    private readonly HashSet<string> macros = new(StringComparer.Ordinal);

    public static SheetBook None { get; } = new();

    public List<BookSheet> Sheets { get; } = [];

    /// <summary>True for the relationship of a sheet that held macros before it was converted.</summary>
    public bool IsMacro(string relation) => macros.Contains(relation);

    public static SheetBook Read(byte[] workbook, string place, IReadOnlyList<RawRelation> relations, MacroSheets macros)
    {
        var book = new SheetBook();
        var pull = new XmlPull(workbook, place);
        BookName? name = null;
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            switch (what)
            {
                case XmlEvent.Start when pull.Tag.Is("x:sheet"):
                    book.Sheets.Add(new(pull.Tag["name"] ?? "", pull.Tag["r:id"] ?? "", pull.Tag["state"] ?? "visible"));
                    break;
                case XmlEvent.Start when pull.Tag.Is("x:definedName"):
                    var tag = pull.Tag;
                    name = new(tag["name"] ?? "", int.TryParse(tag["localSheetId"], out var local) ? local : -1, IsOn(tag["function"]) || IsOn(tag["vbProcedure"]) || IsOn(tag["xlm"]));
                    book.names[tag.Offset] = name;
                    break;
                case XmlEvent.Text when name is not null:
                    name.Formula += pull.Text;
                    break;
                case XmlEvent.End:
                    name = null;
                    break;
            }
        }
        foreach (var macro in macros.Among([.. book.Sheets.Select(static s => s.Name)])) book.macros.Add(book.Sheets[macro].Relation);
        foreach (var sheet in book.Sheets.Where(s => relations.All(r => r.Id != s.Relation))) sheet.IsKept = false;
        return book;
    }

    /// <summary>Called once the workbook's relationships are decided.</summary>
    public void Settle(Part workbook, Formulas formulas, Job job)
    {
        foreach (var sheet in Sheets)
        {
            sheet.IsKept = workbook.Relation(sheet.Relation) is { Target: { } target } && (target.Type == PartType.Worksheet || target.Type == PartType.Chartsheet);
            if (!sheet.IsKept) continue;
            if (sheet.State is "hidden" or "veryHidden")
            {
                if (job.Policy.RefuseHidden) throw OoxmlRefusals.Hidden(sheet.Name);
                job.Note("SAN-NOTE-HIDDEN", sheet.Name, $"非表示のシート「{sheet.Name}」があります。", $"There is a hidden sheet “{sheet.Name}”.");
            }
        }
        formulas.Know(Sheets.Where(static s => s.IsKept).Select(static s => s.Name));
        var again = true;
        while (again)
        {
            again = false;
            foreach (var name in names.Values.Where(static n => n.Threat is null))
            {
                var (threat, what) = Judge(name, formulas);
                if (threat is null) continue;
                (name.Threat, name.What) = (threat, what);
                again |= formulas.RemovedNames.Add(name.Name);
            }
        }
    }

    /// <summary>Null when the name stays.</summary>
    public (string Threat, string What)? NameAt(int offset) => names.TryGetValue(offset, out var name) && name.Threat is { } threat ? (threat, name.What) : null;

    /// <summary>What a sheet's number is once others are gone; -1 for one that is gone.</summary>
    public int NumberOf(int sheet) => sheet < 0 || sheet >= Sheets.Count || !Sheets[sheet].IsKept ? -1 : Sheets.Take(sheet).Count(static s => s.IsKept);

    /// <summary>True for a pivot cache that is filled from outside of the workbook.</summary>
    public static bool IsExternalCache(byte[] cache, string place)
    {
        var pull = new XmlPull(cache, place);
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what != XmlEvent.Start) continue;
            if (pull.Tag.Is("x:cacheSource") && pull.Tag["type"] is not ("worksheet" or "consolidation" or "scenario")) return true;
            if (pull.Tag.Is("x:cacheSource") && pull.Tag["connectionId"] is not (null or "0")) return true;
            if ((pull.Tag.Is("x:worksheetSource") || pull.Tag.Is("x:rangeSet")) && pull.Tag["r:id"] is not null) return true;
            if (pull.Tag.Is("x:cacheFields")) return false;
        }
        return false;
    }

    private static (string? Threat, string What) Judge(BookName name, Formulas formulas)
    {
        var bare = name.Name.StartsWith("_xlnm.", StringComparison.OrdinalIgnoreCase) ? name.Name[6..] : name.Name;
        if (bare.StartsWith("Auto_", StringComparison.OrdinalIgnoreCase) && bare.Length > 5 && IsAuto(bare[5..])) return ("X-04", $"name {name.Name}");
        if (name.IsMacro) return ("X-04", $"name {name.Name}");
        return formulas.Judge(name.Formula) is { } wrong ? (wrong.Threat, $"name {name.Name}: {wrong.What}") : (null, "");
    }

    private static bool IsAuto(string rest) => AutoWords.Any(w => rest.StartsWith(w, StringComparison.OrdinalIgnoreCase));

    private static bool IsOn(string? value) => value is "1" or "true";

    private sealed class BookName(string name, int local, bool isMacro)
    {
        public string Name => name;

        public int Local => local;

        public bool IsMacro => isMacro;

        public string Formula { get; set; } = "";

        public string? Threat { get; set; }

        public string What { get; set; } = "";
    }
}

/// <summary>One sheet as the workbook lists it.</summary>
internal sealed class BookSheet(string name, string relation, string state)
{
    public string Name => name;

    public string Relation => relation;

    public string State => state;

    public bool IsKept { get; set; } = true;
}
