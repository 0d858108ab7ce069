using System.Runtime.InteropServices;

namespace Sekisho.Sanitizer.Pdf.Content;

/// <summary>Watches for text that nobody sees (見えない文字; P-24): drawn in no mode that shows, smaller than a point, or white where nothing dark was painted before. Told, never taken out: scans keep their words so.</summary>
internal sealed class HiddenText
{
    private const int MostAreas = 20_000, MostStates = 10_000, MostPaths = 200_000;

    private readonly List<(double Left, double Bottom, double Right, double Top)> painted = [];
    private readonly Stack<State> states = new();
    private State now = new() { Matrix = Transform.None };
    private Transform line = Transform.None, text = Transform.None;
    private (double Left, double Bottom, double Right, double Top)? path;
    private bool isPaintedAll;
    private int paths;

    /// <summary>White on white.</summary>
    public int White { get; private set; }

    /// <summary>In mode 3 or 7.</summary>
    public int Invisible { get; private set; }

    /// <summary>Under a point.</summary>
    public int Tiny { get; private set; }

    /// <summary>True for operators that say something here. A drawing of very many lines is taken as painted all over: its lines need no more looking at.</summary>
    public bool Wants(uint key)
    {
        var at = Slot(Watched, key);
        if (Watched[at] != key || key == 0) return false;
        if (!IsPath[at]) return true;
        if (++paths > MostPaths) isPaintedAll = true;
        return !isPaintedAll;
    }

    // Asked for each operator of each page: a table of words alone, which nothing has to be compiled for at a start (ADR-0095).
    private static readonly bool[] IsPath = new bool[256];
    private static readonly uint[] Watched = Table();

    private static uint[] Table()
    {
        var table = new uint[256];
        foreach (var word in "q Q cm BT Tf Tr Tm Td TD TL T* Tj TJ ' \" g rg k sc scn cs".Split(' ')) table[Slot(table, KeyOf(word))] = KeyOf(word);
        foreach (var word in "m l c v y re f F f* b b* B B* n s S Do sh BI".Split(' '))
        {
            var at = Slot(table, KeyOf(word));
            (table[at], IsPath[at]) = (KeyOf(word), true);
        }
        return table;
    }

    /// <summary>Where the key stands, or the free place where it would.</summary>
    private static int Slot(uint[] table, uint key)
    {
        var at = (int)(key * 2_654_435_769u >> 24);
        while (table[at] != 0 && table[at] != key) at = (at + 1) & 0xFF;
        return at;
    }

    /// <param name="word">The operator.</param>
    /// <param name="numbers">Its operands that are numbers, in their order.</param>
    public void Take(ReadOnlySpan<byte> word, ReadOnlySpan<double> numbers)
    {
        switch (word)
        {
            case [(byte)'q']:
                if (states.Count < MostStates) states.Push(now);
                break;
            case [(byte)'Q']:
                states.TryPop(out now!);
                now ??= new() { Matrix = Transform.None };
                break;
            case [(byte)'c', (byte)'m'] when numbers.Length == 6:
                now = now with { Matrix = Transform.Of(numbers).Then(now.Matrix) };
                break;
            case [(byte)'B', (byte)'T']:
                line = text = Transform.None;
                break;
            case [(byte)'T', (byte)'f'] when numbers.Length == 1:
                now = now with { Size = Math.Abs(numbers[0]) };
                break;
            case [(byte)'T', (byte)'r'] when numbers.Length == 1:
                now = now with { Mode = (int)Math.Clamp(numbers[0], 0, 7) };
                break;
            case [(byte)'T', (byte)'L'] when numbers.Length == 1:
                now = now with { Leading = numbers[0] };
                break;
            case [(byte)'T', (byte)'m'] when numbers.Length == 6:
                line = text = Transform.Of(numbers);
                break;
            case [(byte)'T', (byte)'d'] or [(byte)'T', (byte)'D'] when numbers.Length == 2:
                if (word[1] == 'D') now = now with { Leading = -numbers[1] };
                line = text = line.Moved(numbers[0], numbers[1]);
                break;
            case [(byte)'T', (byte)'*']:
                line = text = line.Moved(0, -now.Leading);
                break;
            case [(byte)'\''] or [(byte)'"']:
                line = text = line.Moved(0, -now.Leading);
                Shown();
                break;
            case [(byte)'T', (byte)'j'] or [(byte)'T', (byte)'J']:
                Shown();
                break;
            case [(byte)'g'] or [(byte)'r', (byte)'g'] or [(byte)'k'] or [(byte)'s', (byte)'c'] or [(byte)'s', (byte)'c', (byte)'n']:
                now = now with { IsWhite = IsWhite(numbers) };
                break;
            case [(byte)'c', (byte)'s']:
                now = now with { IsWhite = false };
                break;
            case [(byte)'m'] or [(byte)'l'] or [(byte)'c'] or [(byte)'v'] or [(byte)'y']:
                for (var i = 0; i + 1 < numbers.Length; i += 2) Reach(numbers[i], numbers[i + 1]);
                break;
            case [(byte)'r', (byte)'e'] when numbers.Length == 4:
                Reach(numbers[0], numbers[1]);
                Reach(numbers[0] + numbers[2], numbers[1]);
                Reach(numbers[0], numbers[1] + numbers[3]);
                Reach(numbers[0] + numbers[2], numbers[1] + numbers[3]);
                break;
            case [(byte)'f', ..] or [(byte)'F'] or [(byte)'b', ..] or [(byte)'B', ..] when word is not [(byte)'B', (byte)'I']:
                if (path is { } area && !now.IsWhite) Paint(area);
                path = null;
                break;
            case [(byte)'n'] or [(byte)'s'] or [(byte)'S']:
                path = null;
                break;
            case [(byte)'D', (byte)'o'] or [(byte)'B', (byte)'I']:
                // A picture fills the unit square; what is drawn at its natural size is a form of unknown extent.
                path = null;
                for (var corner = 0; corner < 4; corner++) Reach(corner & 1, corner >> 1);
                if (path is { } square && (square.Right - square.Left > 2 || square.Top - square.Bottom > 2)) Paint(square);
                else isPaintedAll = true;
                path = null;
                break;
            case [(byte)'s', (byte)'h']:
                isPaintedAll = true;
                break;
        }
    }

    private void Shown()
    {
        var place = text.Then(now.Matrix);
        if (now.Mode is 3 or 7) Invisible++;
        else if (now.Size > 0 && now.Size * place.Scale < 1) Tiny++;
        else if (now is { IsWhite: true, Mode: 0 or 4 } && !isPaintedAll && !IsPainted(place.X, place.Y, now.Size * place.Scale)) White++;
    }

    private static uint KeyOf(string word) => Operators.Key(System.Text.Encoding.ASCII.GetBytes(word));

    // A grey or red-green-blue of ones, inks of zeros.
    private static bool IsWhite(ReadOnlySpan<double> numbers) => numbers.Length switch
    {
        1 => numbers[0] >= 0.99,
        3 => numbers[0] >= 0.99 && numbers[1] >= 0.99 && numbers[2] >= 0.99,
        4 => numbers[0] <= 0.01 && numbers[1] <= 0.01 && numbers[2] <= 0.01 && numbers[3] <= 0.01,
        _ => false,
    };

    private void Reach(double x, double y)
    {
        var (atX, atY) = now.Matrix.Apply(x, y);
        path = path is { } p ? (Math.Min(p.Left, atX), Math.Min(p.Bottom, atY), Math.Max(p.Right, atX), Math.Max(p.Top, atY)) : (atX, atY, atX, atY);
    }

    private void Paint((double, double, double, double) area)
    {
        if (painted.Count < MostAreas) painted.Add(area);
        else isPaintedAll = true;
    }

    private bool IsPainted(double x, double y, double size)
    {
        foreach (ref readonly var area in CollectionsMarshal.AsSpan(painted))
        {
            if (x >= area.Left - size && x <= area.Right && y >= area.Bottom - size && y <= area.Top) return true;
        }
        return false;
    }

    private sealed record State
    {
        public required Transform Matrix { get; init; }

        public double Size { get; init; } = 12;
        public double Leading { get; init; }
        public int Mode { get; init; }
        public bool IsWhite { get; init; }
    }

    /// <summary>a b c d e f of ISO 32000-2 §8.3.3.</summary>
    private readonly record struct Transform(double A, double B, double C, double D, double X, double Y)
    {
        public static readonly Transform None = new(1, 0, 0, 1, 0, 0);

        public double Scale => Math.Sqrt(Math.Abs((A * D) - (B * C)));

        public static Transform Of(ReadOnlySpan<double> n) => new(n[0], n[1], n[2], n[3], n[4], n[5]);

        public Transform Then(Transform o) => new((A * o.A) + (B * o.C), (A * o.B) + (B * o.D), (C * o.A) + (D * o.C), (C * o.B) + (D * o.D), (X * o.A) + (Y * o.C) + o.X, (X * o.B) + (Y * o.D) + o.Y);

        public Transform Moved(double x, double y) => this with { X = (x * A) + (y * C) + X, Y = (x * B) + (y * D) + Y };

        public (double, double) Apply(double x, double y) => ((x * A) + (y * C) + X, (x * B) + (y * D) + Y);
    }
}
