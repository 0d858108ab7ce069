using System.CommandLine;
using Sekisho.Records.Ledgers.Witnesses;

namespace Sekisho.Cli;

/// <summary><c>sekisho ledger witness</c>: where checkpoints are copied outside the database.</summary>
internal static class LedgerWitnessCommand
{
    public static Command Create()
    {
        var command = new Command("witness", "控えの置き場（フォルダ、別の機械、URL） / where checkpoints are copied: folder, second host, URL");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Change("add", "置き場を加えます / add one", static (data, witness) => WitnessList.Add(data, witness)));
        command.Subcommands.Add(Change("remove", "置き場を外します（置いた控えは消しません） / remove one; its copies stay", static (data, witness) => WitnessList.Remove(data, witness)));
        return command;
    }

    private static Command List()
    {
        var data = LedgerInstallation.DataOption();
        var command = new Command("list", "置き場の一覧 / list them") { data };
        command.SetAction(parsed =>
        {
            foreach (var witness in WitnessList.Read(Path.GetFullPath(parsed.GetValue(data)!))) Console.WriteLine(witness.Text);
            return Launch.Fine;
        });
        return command;
    }

    private static Command Change(string name, string description, Func<string, Witness, bool> change)
    {
        var data = LedgerInstallation.DataOption();
        var place = new Argument<string>("PLACE") { Description = "絶対パスまたは http(s) のURL / absolute path or http(s) URL" };
        var command = new Command(name, description) { place, data };
        command.SetAction(async (parsed, _) =>
        {
            var text = parsed.GetRequiredValue(place);
            if (Witness.Parse(text) is not { } witness)
            {
                await Launch.SayAsync("CLI-LEDGER-008", new($"{text} は置き場として使えません。", $"{text} can't be a place for copies."), new("絶対パス、または http(s) のURLを指定してください。", "Give an absolute path or an http(s) URL."));
                return Launch.BadInput;
            }
            try
            {
                Console.WriteLine(change(Path.GetFullPath(parsed.GetValue(data)!), witness) ? $"{witness.Text}" : $"変更はありません / nothing to change: {witness.Text}");
                return Launch.Fine;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Launch.SayAsync("CLI-LEDGER-009", new("置き場の一覧を書き換えられません。", "The list of places can't be written."), new("データフォルダの権限を確かめてください。", "Check the rights of the data folder."), e.Message);
                return Launch.OutsideIsDown;
            }
        });
        return command;
    }
}
