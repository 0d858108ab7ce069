using System.CommandLine;
using Sekisho.Ledger;

namespace Sekisho.Cli;

/// <summary><c>sekisho ledger key</c>: the public keys that auditors verify with.</summary>
internal static class LedgerKeyCommand
{
    public static Command Create()
    {
        var data = LedgerInstallation.DataOption();
        var municipality = LedgerInstallation.MunicipalityOption();
        var command = new Command("key", "監査人に渡す検証鍵を表示します / show the verifier keys for auditors") { data, municipality };
        command.SetAction((parsed, cancel) => LedgerInstallation.SayBrokenAsync(() => RunAsync(parsed.GetValue(data)!, parsed.GetValue(municipality), cancel)));
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, string? asked, CancellationToken cancel)
    {
        await using var installation = await LedgerInstallation.OpenAsync(dataFolder, cancel);
        if (installation is null || await installation.MunicipalitiesAsync(asked, cancel) is not { } municipalities) return Launch.BadInput;
        if (installation.Signer is not { } signer)
        {
            Console.Error.WriteLine("署名鍵はまだありません。最初の記録のときに作られます。 / There is no key yet; it is made at the first start of the server.");
            return Launch.Findings;
        }
        foreach (var municipality in municipalities)
        {
            using var key = signer.VerifierFor(LedgerOrigin.Of(municipality.Id));
            Console.WriteLine($"{municipality.Slug}\t{key}");
            Console.WriteLine($"\tSHA-256 {key.Fingerprint}");
        }
        return Launch.Fine;
    }
}
