using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Messages that programs read differently: boundaries without end or that begin alike, headers twice, names in two ways, line ends of all kinds, encodings with junk. Each part holds a word of its own (<c>mk12z</c>), so that whoever reads it can be told.</summary>
/// <remarks>After the differences that research on mail smuggling lists (part seen by one reader and not by the other). A seed gives the same message always.</remarks>
internal sealed class BrokenMail
{
    private readonly Random random;
    private readonly int oddness;
    private int marks;

    private BrokenMail(int seed)
    {
        random = new Random(seed);
        // One in so many places is odd: few oddities stand alone, many meet.
        oddness = (seed % 3) switch { 0 => 40, 1 => 15, _ => 6 };
    }

    public static byte[] Make(int seed)
    {
        var mail = new BrokenMail(seed);
        var text = new StringBuilder();
        foreach (var header in (string[])["From: Taro <taro@example.jp>", "To: hanako@example.jp", "Subject: test", "MIME-Version: 1.0"]) text.Append(mail.Odd() ? header.Replace(": ", " :  ", StringComparison.Ordinal) : header).Append('\n');
        if (mail.Odd()) text.Append("X-Odd: ").Append('\u0083', 3).Append(mail.Pick("\0", "\xFF", "=?utf-8?b?", "\t")).Append('\n');
        text.Append(mail.random.Next(8) == 0 ? mail.Leaf() : mail.Multipart("", 0));
        return mail.Bytes(text.ToString());
    }

    private bool Odd() => random.Next(oddness) == 0;

    private string Pick(params ReadOnlySpan<string> of) => of[random.Next(of.Length)];

    private string Mark() => string.Create(CultureInfo.InvariantCulture, $"mk{++marks}z");

    /// <summary>Headers, an empty line and a body, without the line end behind it.</summary>
    private string Entity(string outer, int depth) => random.Next(10) switch
    {
        0 or 1 or 2 when depth < 3 => Multipart(outer, depth + 1),
        3 when depth < 2 => Inner(outer, depth + 1),
        _ => Leaf(),
    };

    private string Inner(string outer, int depth)
    {
        var message = $"From: x@example.jp\nTo: y@example.jp\nSubject: inner\nMIME-Version: 1.0\n{(random.Next(2) == 0 ? Leaf() : Multipart(outer, depth))}";
        return Odd() ? $"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{Lines(Convert.ToBase64String(Encoding.Latin1.GetBytes(message.ReplaceLineEndings("\r\n"))))}" : $"Content-Type: message/rfc822\n\n{message}";
    }

    private string Multipart(string outer, int depth)
    {
        var boundary = outer.Length > 0 && Odd() ? outer : outer.Length > 0 && Odd() ? outer + Pick("x", "--", " x", "-") : outer.Length > 1 && Odd() ? outer[..^1] : Pick("b", "=_next", "----=_Part_1.2", "Apple Mail") + depth.ToString(CultureInfo.InvariantCulture);
        var kind = Pick("mixed", "mixed", "mixed", "alternative", "related", "digest", "signed", "report", "parallel", "x-unknown");
        var quoted = $"\"{boundary.Replace("\\", "\\\\", StringComparison.Ordinal)}\"";
        var parameter = !Odd() ? $"boundary={quoted}" : Pick($"boundary={boundary}", $"BOUNDARY={quoted}", $"boundary=\"other\"; boundary={quoted}", $"boundary={quoted}; boundary=\"other\"", $"boundary*0=\"{boundary[..1]}\"; boundary*1=\"{boundary[1..]}\"", $"boundary*=us-ascii''{Uri.EscapeDataString(boundary)}", $"boundary (x) = {quoted}", $"boundary={quoted[..^1]}", $"charset=utf-8 boundary={quoted}", $"boundary=\"{boundary} \"");
        var type = $"multipart/{kind}{(Odd() ? Pick(" ", ";", "", "\n\t") : ";")} {parameter}";
        var head = new StringBuilder();
        if (Odd()) head.Append(Pick("Content-Type: text/plain\n", "Content-Type: text/html; charset=utf-8\n", "Content-Type: multipart/mixed; boundary=\"other\"\n", "Content-Type:\n"));
        head.Append(Odd() ? Pick("Content-Type : ", "CONTENT-TYPE:", "Content-Type:\n ") : "Content-Type: ").Append(type).Append('\n');
        if (Odd()) head.Append(Pick("Content-Type: text/plain\n", "Content-Type: multipart/mixed; boundary=\"other\"\n", "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n", "not a header\n", " \n", "Content-Disposition: attachment; filename=a.txt\n"));
        head.Append('\n');
        var body = new StringBuilder();
        if (Odd()) body.Append("This is a multi-part message in MIME format.\n");
        for (var i = random.Next(1, 4); i > 0; i--) body.Append(Delimiter(boundary)).Append(Entity(boundary, depth)).Append(Odd() ? "" : "\n");
        if (!Odd()) body.Append("--").Append(boundary).Append("--").Append(Odd() ? Pick(" \t", " x", "x", "--") : "").Append('\n');
        // A part behind the end: some read on.
        if (Odd()) body.Append(Delimiter(boundary)).Append(Leaf()).Append("\n--").Append(boundary).Append("--\n");
        return head.Append(body).ToString();
    }

    private string Delimiter(string boundary) => $"{(Odd() ? Pick(" ", "\n", "x", "-") : "")}--{boundary}{(Odd() ? Pick(" ", "\t ", " junk", "-", ";") : "")}\n";

    private string Leaf()
    {
        var mark = Mark();
        if (random.Next(14) == 0) return $"Content-Type: text/plain\n\nbefore\n{Uuencode($"{mark}.txt", $"{mark}\r\n")}after\n";
        var isFile = random.Next(2) == 0;
        var kind = isFile ? Pick("text/plain", "application/octet-stream", "text/csv", "application/x-unknown") : Pick("text/plain", "text/plain", "text/html", "");
        // Enough that two forms of one text are told apart.
        var words = new string([.. Enumerable.Range(0, 40).Select(_ => (char)random.Next('a', 'z' + 1))]);
        var content = kind == "text/html" ? $"<p>{mark} {words}</p>\r\n" : $"{mark} の 内容 {words}\r\n{(random.Next(3) == 0 ? string.Concat(Enumerable.Repeat("=a line that is somewhat longer than others = \t\r\n", 3)) : "")}";
        var head = new StringBuilder();
        var name = isFile ? Name(mark) : "";
        var charset = kind.StartsWith("text", StringComparison.Ordinal) ? Odd() ? Pick("; charset=us-ascii", "; charset=\"utf-8", "; charset=unknown-8bit", "; charset*=''utf-8", "") : "; charset=utf-8" : "";
        if (kind.Length > 0 && Odd()) head.Append(Pick("Content-Type: text/html\n", "Content-Type: application/octet-stream\n", "Content-Type: text/plain; charset=utf-8\n", "Content-Type: message/rfc822\n"));
        if (kind.Length > 0) head.Append("Content-Type: ").Append(Odd() ? Pick(kind.ToUpperInvariant(), kind + " ", kind.Split('/')[0], "(x) " + kind, kind + ";;") : kind).Append(charset).Append(isFile && random.Next(2) == 0 ? $"; {name.Replace("filename", "name", StringComparison.Ordinal)}" : "").Append('\n');
        if (isFile) head.Append(Odd() ? "Content-Disposition: attachment\n" : "").Append("Content-Disposition: attachment; ").Append(name).Append('\n');
        var encoding = random.Next(4) switch { 0 => "8bit", 1 => "quoted-printable", _ => "base64" };
        if (Odd()) head.Append(Pick("Content-Transfer-Encoding: 7bit\n", "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n"));
        head.Append(Odd() ? "Content-transfer-encoding : " : "Content-Transfer-Encoding: ").Append(Odd() ? Pick(encoding.ToUpperInvariant(), encoding + " ", $"\"{encoding}\"", $"{encoding} (comment)", encoding + ";", $"x-{encoding}") : encoding).Append('\n');
        if (Odd()) head.Append(Pick("not a header\n", " \n", "\t\n", "X-Long: " + new string('x', 1200) + "\n", "X-\0: y\n"));
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(content));
        return $"{head}\n{encoding switch { "8bit" => bytes.ReplaceLineEndings("\n"), "base64" => Base64(content), _ => Printable(bytes) }}".TrimEnd('\n');
    }

    private string Name(string mark) => !Odd() ? $"filename=\"{mark}.txt\"" : Pick($"filename={mark}.txt", $"filename=\"{mark}.txt\"; filename*=UTF-8''{mark}%E8%A1%A8.txt", $"filename*0*=UTF-8''{mark}%E8; filename*1*=%A1%A8.txt", $"filename*1=\"b.txt\"; filename*0=\"{mark}\"", $"filename=\"=?utf-8?b?{Convert.ToBase64String(Encoding.UTF8.GetBytes(mark + "表.txt"))}?=\"", $"filename=\"{mark}.txt\"; filename=\"{mark}.csv\"", $"filename=\"{mark}.txt", $"filename=\"{mark}\0.txt\"", $"filename=\"\u0095\u005C{mark}.txt\"", $"filename*=iso-2022-jp''%1B%24BI%3D%1B%28B{mark}.txt", $"filename=\"C:\\\\{mark}.txt\"");

    private string Base64(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        if (!Odd()) return Lines(Convert.ToBase64String(bytes));
        var text = Convert.ToBase64String(bytes);
        var cut = random.Next(1, bytes.Length);
        return random.Next(7) switch
        {
            0 => text.TrimEnd('='),
            1 => string.Join('\n', text.Chunk(7).Select(static c => new string(c))),
            2 => text.Insert(random.Next(text.Length), Pick("!", "-", "\0", " \t", "\u0080")),
            // Pieces that were encoded one by one.
            3 => Convert.ToBase64String(bytes[..cut]) + Pick("", "\n") + Convert.ToBase64String(bytes[cut..]),
            4 => text + "\n\n" + Pick("-- \nfooter", "====", "AAAA"),
            5 => text[..^1],
            _ => "\n\n" + text,
        };
    }

    private string Printable(string latin)
    {
        var text = new StringBuilder();
        foreach (var line in latin.ReplaceLineEndings("\n").Split('\n'))
        {
            var column = 0;
            foreach (var c in line)
            {
                var one = c is > ' ' and < '\x7F' and not '=' || (c == ' ' && !Odd()) ? c.ToString() : $"={(Odd() ? ((int)c).ToString("x2", CultureInfo.InvariantCulture) : ((int)c).ToString("X2", CultureInfo.InvariantCulture))}";
                if ((column += one.Length) > 70)
                {
                    text.Append(Odd() ? Pick("=  \n", "=\t\n", "=\n") : "=\n");
                    column = one.Length;
                }
                text.Append(one);
            }
            text.Append(Odd() ? Pick("  \n", "=0D\n", "=\n", "==\n", "=Z\n") : "\n");
        }
        return text.ToString();
    }

    private string Uuencode(string name, string content)
    {
        var bytes = Encoding.ASCII.GetBytes(content);
        var line = new StringBuilder().Append((char)(32 + bytes.Length));
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var group = (bytes[i] << 16) | (i + 1 < bytes.Length ? bytes[i + 1] << 8 : 0) | (i + 2 < bytes.Length ? bytes[i + 2] : 0);
            for (var shift = 18; shift >= 0; shift -= 6) line.Append((group >> shift & 63) is var six and not 0 ? (char)(32 + six) : '`');
        }
        return $"begin {Pick("644", "0644", "600")} {name}\n{line}\n`\n{(Odd() ? "" : "end\n")}";
    }

    private static string Lines(string base64) => string.Join('\n', base64.Chunk(76).Select(static c => new string(c)));

    private byte[] Bytes(string text)
    {
        var end = random.Next(4) == 0 ? "\n" : "\r\n";
        var bytes = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c != '\n') bytes.Append(c);
            else bytes.Append(Odd() && Odd() ? Pick("\r", "\n", "\r\r\n", "\r\n") : end);
        }
        return Encoding.Latin1.GetBytes(bytes.ToString());
    }
}
