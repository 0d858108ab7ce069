using System.CommandLine;
using System.Globalization;
using Sekisho.Auditor;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Records.Ledgers.Witnesses;

namespace Sekisho.Cli;

/// <summary><c>sekisho ledger verify</c>: the ledgers of this installation, or a bundle (which needs nothing of it).</summary>
internal static class LedgerVerifyCommand
{
    public static Command Create()
    {
        var data = LedgerInstallation.DataOption();
        var municipality = LedgerInstallation.MunicipalityOption();
        var against = new Option<string[]>("--against") { Description = "データベースの外の控え（フォルダまたはファイル） / copies of checkpoints outside (folder or file)", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var bundle = new Option<string?>("--bundle") { Description = "監査用の束（フォルダまたはZIP）を検証します / verify a bundle (folder or ZIP) instead" };
        var key = new Option<string?>("--key") { Description = "検証鍵の文字列、またはそのファイル / verifier key, or a file with it (for --bundle)" };
        var command = new Command("verify", "記録簿がすべて署名どおりかを確かめます / check that the ledger is all as it was signed") { data, municipality, against, bundle, key };
        command.SetAction((parsed, cancel) => parsed.GetValue(bundle) is { } path
            ? BundleAsync(path, parsed.GetValue(key), parsed.GetValue(against)!)
            : LedgerInstallation.SayBrokenAsync(() => InstallationAsync(parsed.GetValue(data)!, parsed.GetValue(municipality), parsed.GetValue(against)!, cancel)));
        return command;
    }

    private static async Task<int> InstallationAsync(string dataFolder, string? asked, string[] against, CancellationToken cancel)
    {
        foreach (var path in against)
        {
            if (Path.Exists(path)) continue;
            await Launch.SayAsync("CLI-LEDGER-003", new($"控え {path} がありません。", $"There is no copy at {path}."), new("場所を確かめてください。", "Check the path."));
            return Launch.BadInput;
        }
        await using var installation = await LedgerInstallation.OpenAsync(dataFolder, cancel);
        if (installation is null || await installation.MunicipalitiesAsync(asked, cancel) is not { } municipalities) return Launch.BadInput;

        var holds = true;
        foreach (var municipality in municipalities)
        {
            var unread = new List<LedgerFault>();
            var copies = Copies(installation.DataFolder, municipality, against, unread);
            var trusted = installation.Signer is { } signer ? new[] { signer.VerifierFor("sekisho") } : [];
            var report = await new LedgerVerifier(installation.Database, trusted).VerifyAsync(municipality.Id, copies, cancel);
            report = report with { Faults = [.. report.Faults, .. unread] };
            Print(municipality, report);
            holds &= report.Holds;
        }
        if (municipalities.Count == 0) Console.WriteLine("記録簿はまだありません。 / There is no ledger yet.");
        return holds ? Launch.Fine : Launch.Findings;
    }

    private static List<CheckpointCopy> Copies(string dataFolder, NamedMunicipality municipality, string[] against, List<LedgerFault> unread)
    {
        var copies = new List<CheckpointCopy>();
        var own = WitnessList.OwnFolder(dataFolder);
        var folders = WitnessList.Read(dataFolder).Select(static w => w.Match<string?>(static f => f.Path, static _ => null)).OfType<string>()
            .Where(f => f != own || Directory.Exists(own));
        foreach (var path in folders.Concat(against).Distinct())
        {
            try
            {
                if (File.Exists(path)) copies.Add(new CheckpointCopy(path, File.ReadAllBytes(path)));
                else copies.AddRange(CheckpointFolder.Read(path, municipality.Id));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unread.Add(new(LedgerFaultKind.CopyInvalid, path, new($"控えの置き場を読めないため、比べていません（{e.Message}）。", $"The copies there could not be read and were not compared ({e.Message}).")));
            }
        }
        return copies;
    }

    private static void Print(NamedMunicipality municipality, LedgerReport report)
    {
        var counts = string.Create(CultureInfo.InvariantCulture,
            $"記録 {report.Entries:N0} 件、署名 {report.Checkpoints:N0} 件、外の控え {report.Copies:N0} 件 / {report.Entries:N0} entries, {report.Checkpoints:N0} signatures, {report.Copies:N0} copies outside");
        Console.WriteLine($"{(report.Holds ? "正常 / valid" : "異常 / INVALID")}  {municipality.Name} ({municipality.Slug})  {counts}");
        foreach (var fault in report.Faults)
        {
            Console.WriteLine($"  {fault.Code} {fault.Name} [{municipality.Slug}] {fault.Where}");
            Console.WriteLine($"    {fault.What.Ja}");
            Console.WriteLine($"    {fault.What.En}");
        }
    }

    private static async Task<int> BundleAsync(string path, string? key, string[] against)
    {
        if (key is not null && LedgerCommands.TryReadFile(key, 4096, out var file)) key = System.Text.Encoding.UTF8.GetString(file);
        var earlier = new Dictionary<string, byte[]>();
        foreach (var copy in against.SelectMany(static a => Directory.Exists(a) ? Directory.EnumerateFiles(a, "*.checkpoint", SearchOption.AllDirectories) : [a]))
        {
            if (LedgerCommands.TryReadFile(copy, 64 * 1024, out var bytes)) earlier[copy] = bytes;
            else
            {
                await Launch.SayAsync("CLI-LEDGER-003", new($"控え {copy} を読めません。", $"The copy {copy} can't be read."), new("場所を確かめてください。", "Check the path."));
                return Launch.BadInput;
            }
        }
        if (!Path.Exists(path))
        {
            await Launch.SayAsync("CLI-LEDGER-004", new($"監査用の束 {path} がありません。", $"There is no bundle at {path}."), new("場所を確かめてください。", "Check the path."));
            return Launch.BadInput;
        }
        var report = BundleAuditor.Audit(path, key, earlier);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(report.Holds ? "正常 / valid" : "異常 / INVALID")}  {path}  {report.Origin}  記録 {report.Size:N0} 件 / {report.Size:N0} entries"));
        if (report.Fingerprint is { } fingerprint)
        {
            Console.WriteLine($"  検証鍵 / key SHA-256 {fingerprint}");
            if (report.KeyFromBundle) Console.WriteLine("  この鍵は束に入っていたものです。別の経路で受け取った鍵と比べてください。 / This key came with the bundle: compare it with one received by another way.");
        }
        foreach (var fault in report.Faults) Console.WriteLine($"  {fault.Where}\n    {fault.Ja}\n    {fault.En}");
        return report.Holds ? Launch.Fine : Launch.Findings;
    }
}
