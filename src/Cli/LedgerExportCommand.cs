using System.CommandLine;
using System.Globalization;
using Sekisho.Records.Ledgers.Bundles;

namespace Sekisho.Cli;

/// <summary><c>sekisho ledger export</c>: a bundle for an auditor.</summary>
internal static class LedgerExportCommand
{
    public static Command Create()
    {
        var data = LedgerInstallation.DataOption();
        var municipality = LedgerInstallation.MunicipalityOption();
        var output = new Option<string>("--out") { Description = "書出し先（新しいフォルダ、または .zip） / where to: a new folder, or a .zip", Required = true };
        var command = new Command("export", "監査人に渡す束を書き出します / write a bundle for an auditor") { data, municipality, output };
        command.SetAction((parsed, cancel) => LedgerInstallation.SayBrokenAsync(() => RunAsync(parsed.GetValue(data)!, parsed.GetValue(municipality), parsed.GetRequiredValue(output), cancel)));
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, string? asked, string output, CancellationToken cancel)
    {
        await using var installation = await LedgerInstallation.OpenAsync(dataFolder, cancel);
        if (installation is null || await installation.MunicipalitiesAsync(asked, cancel) is not { } municipalities) return Launch.BadInput;
        if (municipalities.Count != 1)
        {
            await Launch.SayAsync("CLI-LEDGER-005", new("どの自治体の記録簿かを指定してください。", "Say whose ledger."),
                new($"--municipality に次のいずれかを指定してください: {string.Join(", ", municipalities.Select(static m => m.Slug))}", $"Add --municipality with one of: {string.Join(", ", municipalities.Select(static m => m.Slug))}"));
            return Launch.BadInput;
        }
        if (installation.Signer is not { } signer)
        {
            await SayEmptyAsync();
            return Launch.BadInput;
        }
        try
        {
            await using var target = BundleTarget.At(output);
            await using var tenant = await installation.Database.EnterAsync(municipalities[0].Id, cancel);
            if (await LedgerBundle.ExportAsync(tenant, signer, target, cancel) is not { } head)
            {
                await SayEmptyAsync();
                return Launch.BadInput;
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {municipalities[0].Name}  記録 {head.Size:N0} 件 / {head.Size:N0} entries"));
            Console.WriteLine($"検証鍵 / verifier key: {signer.VerifierFor(Ledger.LedgerOrigin.Of(municipalities[0].Id))}");
            return Launch.Fine;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Launch.SayAsync("CLI-LEDGER-006", new($"{output} に書き出せません。", $"Can't write to {output}."),
                new("空のフォルダか、書き込める場所の .zip を指定してください。", "Name an empty folder, or a .zip where you may write."), e.Message);
            return Launch.BadInput;
        }
    }

    private static Task SayEmptyAsync() => Launch.SayAsync("CLI-LEDGER-007", new("記録簿はまだ空です。何も書き出していません。", "The ledger is still empty. Nothing was written."),
        new("記録ができてから、もう一度実行してください。", "Run it again when something was recorded."));
}
