namespace Sekisho.Policy.Reading;

/// <summary>Every reading of every line as a number, linked by style, so that the neighbours of a number are one step away.</summary>
internal sealed class MarkerTable
{
    private readonly Marker[] _markers;
    private readonly int[] _lineOf;
    private readonly int[] _next;

    private MarkerTable(Marker[] markers, int[] lineOf, int[] next) => (_markers, _lineOf, _next) = (markers, lineOf, next);

    internal ref readonly Marker this[int index] => ref _markers[index];

    internal int Count => _markers.Length;

    internal int LineOf(int index) => _lineOf[index];

    /// <summary>The next marker of the same style, damaged ones apart; -1 after the last.</summary>
    internal int Next(int index) => _next[index];

    /// <summary>Lexes all lines; those that <paramref name="skip"/> names (the contents page) get none.</summary>
    internal static MarkerTable Build(LineSet set, Func<int, bool> skip)
    {
        var markers = new List<Marker>(set.Lines.Length);
        var lineOf = new List<int>(set.Lines.Length);
        Span<Marker> found = stackalloc Marker[MarkerLexer.MostReadings];
        for (var i = 0; i < set.Lines.Length; i++)
        {
            ref var line = ref set.Lines[i];
            line.FirstMarker = markers.Count;
            line.MarkerCount = line.Table is not null || skip(i) ? 0 : MarkerLexer.Read(line.Text, found);
            for (var k = 0; k < line.MarkerCount; k++)
            {
                markers.Add(found[k]);
                lineOf.Add(i);
            }
        }
        var next = new int[markers.Count];
        Span<int> last = stackalloc int[(int)MarkerStyle.ParenLargeLetter + 1];
        last.Fill(-1);
        for (var i = markers.Count - 1; i >= 0; i--)
        {
            next[i] = last[(int)markers[i].Style];
            if (!markers[i].Damaged)
                last[(int)markers[i].Style] = i;
        }
        return new MarkerTable(markers.ToArray(), lineOf.ToArray(), next);
    }
}
