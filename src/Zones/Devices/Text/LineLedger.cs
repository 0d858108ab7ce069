namespace Sekisho.Zones.Devices;

/// <summary>Every line of a file and what became of it (全行の勘定). What nobody claimed counts as not understood.</summary>
internal sealed class LineLedger
{
    private readonly Reading[] readings;

    public LineLedger(int lines) => readings = new Reading[lines + 1];

    /// <summary>Takes a line's reading in; of several the worst stays (not understood before understood before irrelevant).</summary>
    public void Add(int line, Reading reading)
    {
        if ((uint)line < (uint)readings.Length && reading > readings[line]) readings[line] = reading;
    }

    public void Add(int first, int last, Reading reading)
    {
        for (var line = first; line <= last; line++) Add(line, reading);
    }

    /// <summary>Sets a line's reading whatever it was.</summary>
    public void Set(int line, Reading reading)
    {
        if ((uint)line < (uint)readings.Length) readings[line] = reading;
    }

    public Reading this[int line] => readings[line];

    public int Lines => readings.Length - 1;

    /// <summary>Lines with this reading; a line that nobody looked at is one not understood.</summary>
    public int Count(Reading reading)
    {
        var count = 0;
        for (var line = 1; line < readings.Length; line++)
        {
            var got = readings[line] == Reading.None ? Reading.NotUnderstood : readings[line];
            if (got == reading) count++;
        }

        return count;
    }
}
