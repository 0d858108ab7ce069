namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>Which sheets of a workbook hold Excel 4.0 macros, by name and by place (マクロシート).</summary>
internal sealed class MacroSheets
{
    private readonly List<(int Place, string Name)> sheets = [];

    /// <summary>All sheets that the workbook had.</summary>
    public int Count { get; private set; }

    /// <summary>A sheet in the order of the workbook.</summary>
    public void Add(string name, bool isMacro)
    {
        if (isMacro) sheets.Add((Count, name));
        Count++;
    }

    /// <summary>Which of these, the sheets of the converted workbook, were macro sheets: by name, and by place where a name was changed.</summary>
    public IEnumerable<int> Among(IReadOnlyList<string> names)
    {
        foreach (var (place, name) in sheets)
        {
            var found = false;
            for (var i = 0; i < names.Count; i++)
            {
                if (!names[i].Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
                found = true;
                yield return i;
            }
            if (!found && names.Count == Count) yield return place;
        }
    }
}
