namespace Sekisho.Zones.Devices;

/// <summary>The words of one line, taken one after the other without copying.</summary>
internal ref struct Cursor
{
    private ReadOnlySpan<char> rest;

    public Cursor(ReadOnlySpan<char> line) => rest = line.TrimStart(" \t");

    /// <summary>What has not been taken yet, without leading blanks.</summary>
    public readonly ReadOnlySpan<char> Rest => rest;

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>The next word, not taken; empty at the end.</summary>
    public readonly ReadOnlySpan<char> Peek
    {
        get
        {
            var end = rest.IndexOfAny(' ', '\t', '\r');
            return end < 0 ? rest : rest[..end];
        }
    }

    /// <summary>Takes the next word; empty at the end.</summary>
    public ReadOnlySpan<char> Next()
    {
        var word = Peek;
        rest = rest[word.Length..].TrimStart(" \t\r");
        return word;
    }

    /// <summary>Takes the next word when it is <paramref name="word"/>.</summary>
    public bool Take(ReadOnlySpan<char> word)
    {
        if (!Peek.SequenceEqual(word)) return false;
        Next();
        return true;
    }

    public bool TakeIgnoreCase(ReadOnlySpan<char> word)
    {
        if (!Peek.Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
        Next();
        return true;
    }

    /// <summary>Takes a word that may stand in quotes; the quotes are not part of it. A backslash keeps the next character as it is.</summary>
    public string NextQuoted()
    {
        if (rest.IsEmpty || rest[0] is not ('"' or '\'')) return Next().ToString();
        var quote = rest[0];
        var word = new System.Text.StringBuilder();
        var i = 1;
        while (i < rest.Length && rest[i] != quote)
        {
            if (rest[i] == '\\' && i + 1 < rest.Length) i++;
            word.Append(rest[i]);
            i++;
        }

        rest = rest[Math.Min(rest.Length, i + 1)..].TrimStart(" \t\r");
        return word.ToString();
    }

    public void SkipAll() => rest = default;
}
