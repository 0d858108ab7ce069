using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Cli;

/// <summary>Says what is inside a file and what would happen to it. Nothing is written.</summary>
internal static class SanitizeExplain
{
    public static async Task<int> RunAsync(SanitizeSettings settings, IReadOnlyList<string> untrustedPaths, bool json, CancellationToken cancel)
    {
        foreach (var path in untrustedPaths)
        {
            if (File.Exists(path)) continue;
            await Launch.SayAsync("SAN-CLI-007", new($"{path} が見つかりません。", $"{path} is not there."), new("名前と場所を確かめてください。", "Check the name and the place."));
            return Launch.BadInput;
        }
        await using var pool = await settings.StartAsync(untrustedPaths.Count, cancel);
        if (pool is null) return Launch.BadInput;
        var refused = false;
        await using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (var path in untrustedPaths)
        {
            await using var input = File.OpenRead(path);
            var report = await pool.SanitizeAsync(Path.GetFileName(path), input, Stream.Null, settings.Mode, settings.Passwords, cancel);
            refused |= report.Outcome == Outcome.Refused;
            if (json) await writer.WriteLineAsync(Encoding.UTF8.GetString(ReportJson.Write(report)));
            else await writer.WriteAsync(ReportText.Whole(report));
        }
        return refused ? Launch.Findings : Launch.Fine;
    }
}
