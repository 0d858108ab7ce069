using System.Text;

namespace Sekisho.Sanitizer.Pdf.Content;

/// <summary>All operators of content streams and what they take (ISO 32000-2 Annex A). What is not here isn't written.</summary>
/// <remarks>n number, N name, s string, a array, p property list (name or dictionary), * any count of numbers, and a name at the end with +.</remarks>
internal static class Operators
{
    private const string Table = """
        b b* B B* BT BX c:nnnnnn cm:nnnnnn CS:N cs:N d:an d0:nn d1:nnnnnn Do:N DP:Np EMC ET EX f F f* G:n g:n gs:N h i:n j:n J:n K:nnnn k:nnnn l:nn m:nn M:n MP:N
        n q Q re:nnnn RG:nnn rg:nnn ri:N s S SC:* sc:* SCN:+ scn:+ sh:N T* Tc:n Td:nn TD:nn Tf:Nn Tj:s TJ:a TL:n Tm:nnnnnn Tr:n Ts:n Tw:n Tz:n v:nnnn w:n W W* y:nnnn ':s ":nns
        BMC:N BDC:Np BI
        """;

    private static readonly Dictionary<uint, string> Known = Table.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(static t => t.Split(':')).ToDictionary(static t => Key(Encoding.ASCII.GetBytes(t[0])), static t => t.Length > 1 ? t[1] : "");

    public static readonly uint Do = Key("Do"u8);
    public static readonly uint InlineImage = Key("BI"u8);

    /// <summary>What the operator takes; null when there is none of that name.</summary>
    public static string? Takes(uint key) => Known.GetValueOrDefault(key);

    /// <summary>All operators have one to three characters.</summary>
    public static uint Key(ReadOnlySpan<byte> word) => word.Length switch
    {
        1 => word[0],
        2 => (uint)(word[0] | word[1] << 8),
        3 => (uint)(word[0] | word[1] << 8 | word[2] << 16),
        _ => 0,
    };
}
