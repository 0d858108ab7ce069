using System.Text.RegularExpressions;
using Sekisho.Policy;

namespace Sekisho.Policy.Tests;

/// <summary>Documents written down in tests, independent of the parser.</summary>
/// <remarks>
/// One provision a line, two blanks a level: <c>条3 (対象とする脅威) 次の脅威を想定し、対策を実施する。</c>
/// The first character is the kind (編章節款条項号細), then the number; a label as printed may follow a colon (<c>条3:第３条</c>).
/// </remarks>
internal static partial class Written
{
    public static PolicyDocument Policy(string lines, string title = "試験市情報セキュリティ基本方針", IReadOnlyList<Enactment>? amendments = null,
        IReadOnlyList<SupplementaryProvision>? supplementary = null, IReadOnlyList<ContentsEntry>? contents = null, string preamble = "")
    {
        var rows = lines.Split('\n').Where(static l => l.Trim().Length > 0).ToList();
        var at = 0;
        var provisions = Read(rows, ref at, 0, "", 0);
        if (at != rows.Count) throw new FormatException($"Line not understood: {rows[at]}");
        return new PolicyDocument(title, null, amendments ?? [], preamble, provisions, supplementary ?? [], contents ?? [], []);
    }

    private static List<Provision> Read(List<string> rows, ref int at, int depth, string path, int before)
    {
        _ = before;
        var result = new List<Provision>();
        while (at < rows.Count && rows[at].Length - rows[at].TrimStart().Length == depth * 2)
        {
            var line = ++at;
            var m = Row().Match(rows[line - 1].Trim());
            if (!m.Success) throw new FormatException($"Line not understood: {rows[line - 1]}");
            var kind = (ProvisionKind)"編章節款条項号細".IndexOf(m.Groups[1].Value, StringComparison.Ordinal);
            var number = m.Groups[2].Value;
            var label = m.Groups[3].Success ? m.Groups[3].Value : Label(kind, number);
            var own = kind > ProvisionKind.Article && path.Length > 0 ? $"{path}/{number}" : number;
            var text = m.Groups[5].Value.Replace("⏎", "\n", StringComparison.Ordinal);
            var children = Read(rows, ref at, depth + 1, kind >= ProvisionKind.Article ? own : "", line);
            result.Add(new Provision(kind, number, label, m.Groups[4].Value, text, $"p{line}", own, line, [], children));
        }
        return result;
    }

    private static string Label(ProvisionKind kind, string number) => kind switch
    {
        ProvisionKind.Part => $"第{number}編",
        ProvisionKind.Chapter => $"第{number}章",
        ProvisionKind.Section => $"第{number}節",
        ProvisionKind.Subsection => $"第{number}款",
        ProvisionKind.Article => $"第{number}条",
        ProvisionKind.Paragraph => number == "1" ? "" : number,
        ProvisionKind.Item => $"({number})",
        _ => "アイウエオカキクケコサシスセソ"[int.Parse(number) - 1].ToString(),
    };

    [GeneratedRegex(@"^([編章節款条項号細])([0-9_]+)(?::(\S+))?(?: \(([^)]*)\))?(?: (.*))?$")]
    private static partial Regex Row();
}
