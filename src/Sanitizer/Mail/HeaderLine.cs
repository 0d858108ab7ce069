using System.Text;

namespace Sekisho.Sanitizer.Mail;

/// <summary>One header as it is written (RFC 5322 §2.2.3, RFC 2047): ASCII, folded at 78 where a blank lets it, never longer than 998, and no line end that isn't its own.</summary>
internal sealed class HeaderLine
{
    private const int MostColumns = 78, MostWord = 75, MostToken = 900;

    private readonly StringBuilder line = new();
    private int column;

    private HeaderLine(string name)
    {
        line.Append(name).Append(':');
        column = name.Length + 1;
    }

    /// <summary>A line of text: as it stands where it is short ASCII, else in encoded words.</summary>
    /// <param name="text">One line, no controls.</param>
    public static string Text(string name, string text)
    {
        var header = new HeaderLine(name);
        if (IsPlain(text)) header.Tokens(text.Split(' '));
        else header.Words(text);
        return header.End();
    }

    /// <summary>Words parted by blanks, none of which may be broken: ids, tokens.</summary>
    public static string Plain(string name, IEnumerable<string> tokens)
    {
        var header = new HeaderLine(name);
        header.Tokens(tokens);
        return header.End();
    }

    public static string People(string name, IReadOnlyList<Mailbox> people)
    {
        var header = new HeaderLine(name);
        for (var i = 0; i < people.Count; i++)
        {
            var comma = i < people.Count - 1 ? "," : "";
            var (shown, address) = people[i];
            if (shown.Length == 0)
            {
                header.Token(address + comma);
                continue;
            }
            if (IsPlain(shown) && shown.Length < 60) header.Token(shown.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '\'') ? shown : $"\"{shown.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
            else header.Words(shown);
            header.Token($"<{address}>{comma}");
        }
        return header.End();
    }

    private static bool IsPlain(string text)
    {
        var run = 0;
        foreach (var c in text)
        {
            if (c is < ' ' or > '~') return false;
            run = c == ' ' ? 0 : run + 1;
            if (run > MostToken) return false;
        }
        return !text.Contains("=?", StringComparison.Ordinal);
    }

    private void Tokens(IEnumerable<string> tokens)
    {
        foreach (var token in tokens)
        {
            if (token.Length is > 0 and <= MostToken) Token(token);
        }
    }

    private void Token(string token)
    {
        if (column + 1 + token.Length > MostColumns && column > 1)
        {
            line.Append("\r\n");
            column = 0;
        }
        line.Append(' ').Append(token);
        column += 1 + token.Length;
    }

    private void Words(string text)
    {
        const string Open = "=?UTF-8?B?", Close = "?=";
        var piece = new List<byte>();
        var whole = 0; // of these bytes base64 needs no padding
        var rune = new byte[4];
        foreach (var next in text.EnumerateRunes())
        {
            var length = next.EncodeToUtf8(rune);
            // Beside what stands on this line, or on one of its own where not even a few letters would fit.
            var room = Math.Min(MostWord, MostColumns - 2 - column) - Open.Length - Close.Length;
            if (room < 12) room = MostWord - Open.Length - Close.Length;
            // Some readers put the words together before they decode them, and end at the first padding: broken where none is needed.
            if (piece.Count > 0 && (piece.Count + length + 2) / 3 * 4 > room) Flush(whole > 0 ? whole : piece.Count);
            piece.AddRange(rune.AsSpan(0, length));
            if (piece.Count % 3 == 0) whole = piece.Count;
        }
        if (piece.Count > 0) Flush(piece.Count);

        void Flush(int count)
        {
            Token(Open + Convert.ToBase64String([.. piece.Take(count)]) + Close);
            piece.RemoveRange(0, count);
            whole = 0;
        }
    }

    private string End() => line.Append("\r\n").ToString();
}

/// <summary>Somebody on a message, as it is written: an address that is one.</summary>
/// <param name="Name">Empty without one; one line.</param>
internal sealed record Mailbox(string Name, string Address);
