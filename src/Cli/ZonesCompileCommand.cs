using System.CommandLine;
using System.Text;
using Sekisho.Zones.Compile;

namespace Sekisho.Cli;

/// <summary>`sekisho zones compile --policy zones.yaml --target nftables|iptables|fortigate|ios [--device NAME] --out DIR`: rules from the policy, read back and proved equal to it.</summary>
internal static class ZonesCompileCommand
{
    internal static Command Create()
    {
        var policy = ZonesQuestion.Policy();
        var target = new Option<string>("--target") { Required = true, Description = string.Join(" | ", RuleCompiler.Targets) };
        target.AcceptOnlyFromAmong([.. RuleCompiler.Targets]);
        var to = new Option<DirectoryInfo?>("--out") { Description = "書き出すフォルダ（なければ標準出力） / folder to write to (default: standard output)" };
        var device = new Option<string?>("--device") { Description = "この機器のインターフェースだけ（at の 機器/…） / only interfaces of this device" };
        var command = new Command("compile", "領域の定めから規則を作り、読み戻して等しいことを証明する / make rules from the policy and prove them equal to it") { policy, target, device, to };
        command.SetAction(async (parsed, cancel) =>
        {
            if (ZonesCommands.ReadPolicy(parsed.GetRequiredValue(policy)) is not { Policy: { } zones }) return Launch.BadInput;
            var compiled = RuleCompiler.Compile(zones, parsed.GetRequiredValue(target), ZonesCommands.Today(), cancel, parsed.GetValue(device));
            if (compiled.Missing is { } missing)
            {
                await Console.Error.WriteLineAsync($"{missing.Ja} / {missing.En}");
                return Launch.BadInput;
            }
            if (compiled.Differences.Count > 0)
            {
                await Console.Error.WriteLineAsync("作った規則を読み戻すと、領域の定めと等しくありません。書き出しません。 / What was made doesn't read back as the policy. Nothing was written.");
                foreach (var difference in compiled.Differences.Take(20)) await Console.Error.WriteLineAsync($"  {difference}");
                return ZonesCommands.Undetermined;
            }
            foreach (var file in compiled.Files)
            {
                if (parsed.GetValue(to) is { } folder)
                {
                    folder.Create();
                    await File.WriteAllTextAsync(Path.Combine(folder.FullName, file.Name), file.Text, new UTF8Encoding(false), cancel);
                }
                else
                {
                    await Console.Out.WriteAsync(file.Text);
                }
            }
            foreach (var note in compiled.Notes) await Console.Error.WriteLineAsync($"{note.Ja} / {note.En}");
            await Console.Error.WriteLineAsync("領域の定めと等しいことを証明しました。 / Proved equal to the policy.");
            return Launch.Fine;
        });
        return command;
    }
}
