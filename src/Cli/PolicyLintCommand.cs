using System.CommandLine;
using System.Globalization;
using System.Text;
using Sekisho.Policy;
using Sekisho.Policy.Lint;

namespace Sekisho.Cli;

/// <summary>`sekisho policy lint FILE [--json] [--date YYYY-MM-DD]`: exit code 1 when there is a warning or an error.</summary>
internal static class PolicyLintCommand
{
    private static readonly TimeSpan JapanStandardTime = TimeSpan.FromHours(9);

    internal static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "規程の文書 / the policy document" };
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON" };
        var date = new Option<string?>("--date") { Description = "この日に施行されている法令で点検（既定は今日、YYYY-MM-DD） / law in force on this day (default: today)" };
        var command = new Command("lint", "規程の文言を点検する / check the text of a policy") { file, json, date };
        command.Validators.Add(result =>
        {
            if (result.GetValue(date) is { } text && !TryDate(text, out _))
                result.AddError("--date は 2026-04-01 のように書いてください。 / Write --date as 2026-04-01.");
        });
        command.SetAction((parsed, cancel) =>
        {
            var on = TryDate(parsed.GetValue(date), out var given) ? given : DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().ToOffset(JapanStandardTime).DateTime);
            return LintAsync(parsed.GetRequiredValue(file), parsed.GetValue(json), on, cancel);
        });
        return command;
    }

    private static bool TryDate(string? text, out DateOnly date) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private static async Task<int> LintAsync(FileInfo file, bool json, DateOnly on, CancellationToken cancel) =>
        (await PolicyFile.ReadAsync(file, cancel)).Match(
            read =>
            {
                // What the reader repaired is a flaw of the document as well.
                var findings = read.Document.Findings.Concat(PolicyLint.Check(read.Document, NationalModel.Load(), on)).ToList();
                using var output = Console.OpenStandardOutput();
                if (json)
                {
                    LintJson.Write(findings, output);
                    output.WriteByte((byte)'\n');
                }
                else
                {
                    using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
                    Write(findings, writer);
                }
                return findings.Exists(static f => f.Severity != FindingSeverity.Info) ? 1 : 0;
            },
            static refused => PolicyFile.Say(refused.Error));

    private static void Write(List<Finding> findings, TextWriter to)
    {
        foreach (var finding in findings)
        {
            var severity = finding.Severity switch { FindingSeverity.Error => "誤り", FindingSeverity.Warning => "注意", _ => "参考" };
            to.WriteLine($"{finding.Code} {severity}{(finding.Where.Length > 0 ? $" {finding.Where}" : "")}: {finding.Message.Ja}");
            to.WriteLine($"    → {finding.Next.Ja}");
        }
        int Count(FindingSeverity s) => findings.Count(f => f.Severity == s);
        to.WriteLine(findings.Count == 0 ? "指摘はありません。" : $"誤り {Count(FindingSeverity.Error)}件、注意 {Count(FindingSeverity.Warning)}件、参考 {Count(FindingSeverity.Info)}件");
    }
}
