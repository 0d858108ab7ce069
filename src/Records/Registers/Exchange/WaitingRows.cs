namespace Sekisho.Records.Registers.Exchange;

/// <summary>In which order rows can be taken that name one another (行の順番).</summary>
internal static class WaitingRows
{
    /// <summary>What holds what holds what …: deeper is a mistake, and each level costs its own round to the database.</summary>
    private const int MostLevels = 50;

    /// <param name="titles">What a row will be called.</param>
    /// <param name="named">What it names.</param>
    /// <returns>Rows that wait for none of the others, then those that wait for these only, and so on; and the rest, which wait for each other or in too long a line.</returns>
    public static (IReadOnlyList<IReadOnlyList<T>> Levels, IReadOnlyList<T> Others) Order<T>(IReadOnlyList<T> rows, Func<T, string> titles, Func<T, IEnumerable<string>> named)
    {
        var byTitle = Enumerable.Range(0, rows.Count).ToLookup(i => titles(rows[i]), StringComparer.Ordinal);
        var missing = new int[rows.Count];
        var waiters = new List<int>?[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var awaited in named(rows[i]).Distinct(StringComparer.Ordinal).SelectMany(t => byTitle[t]))
            {
                (waiters[awaited] ??= []).Add(i);
                missing[i]++;
            }
        }
        var levels = new List<IReadOnlyList<T>>();
        var ready = Enumerable.Range(0, rows.Count).Where(i => missing[i] == 0).ToList();
        var isTaken = new bool[rows.Count];
        while (ready.Count > 0 && levels.Count < MostLevels)
        {
            levels.Add(ready.ConvertAll(i => rows[i]));
            foreach (var i in ready) isTaken[i] = true;
            var next = new List<int>();
            foreach (var i in ready.SelectMany(i => waiters[i] ?? []))
                if (--missing[i] == 0) next.Add(i);
            next.Sort();
            ready = next;
        }
        return (levels, [.. rows.Where((_, i) => !isTaken[i])]);
    }
}
