namespace Sekisho.Policy.Reading;

/// <summary>What the numbers after one say about it.</summary>
internal sealed class MarkerNeighbours(MarkerTable markers, ReadingWork work)
{
    /// <summary>How many following numbers of the same style may explain one that doesn't fit.</summary>
    internal const int LookAhead = 40;

    /// <summary>Line at which the part of the document ends: numbers behind it say nothing.</summary>
    internal int End { get; set; }

    internal bool NextIs(int at, int main)
    {
        var next = markers.Next(at);
        return next >= 0 && markers.LineOf(next) < End && markers[next].Number == new Numeral(main);
    }

    // last, x, last + 2: x is last + 1, whatever it looks like.
    internal bool ExplainedByNext(int at, Numeral last, Numeral printed)
    {
        if (last.Main == 0 || printed.Main == last.Main + 1)
            return false;
        var next = markers.Next(at);
        work.Markers++;
        return next >= 0 && markers.LineOf(next) < End && markers[next].Number == new Numeral(last.Main + 2);
    }

    // 1, 2, … k and then the number that the outer list waits for: a list of the same style inside one of its entries.
    internal bool NestedRun(int at, int awaited)
    {
        var expected = 2;
        var next = markers.Next(at);
        for (var i = 0; i < LookAhead && next >= 0 && markers.LineOf(next) < End; i++, next = markers.Next(next))
        {
            work.Markers++;
            var number = markers[next].Number;
            if (number == new Numeral(expected) && expected != awaited)
                expected++;
            else
                return number == new Numeral(awaited);
        }
        return false;
    }

    internal bool ComesAgain(int at, int number)
    {
        var expected = number + 1;
        var next = markers.Next(at);
        for (var i = 0; i < LookAhead && next >= 0 && markers.LineOf(next) < End; i++, next = markers.Next(next))
        {
            work.Markers++;
            if (markers[next].Number != new Numeral(expected))
                return markers[next].Number == new Numeral(number);
            expected++;
        }
        return false;
    }
}

/// <summary>Steps done, counted so that a test can hold the reader to linear work without a clock.</summary>
internal sealed class ReadingWork
{
    internal long Lines;
    internal long Markers;
}
