using System.CommandLine;
using Sekisho.Ledger;

namespace Sekisho.Cli;

/// <summary><c>sekisho ledger …</c>: the ledger (記録簿), its proofs and its copies outside.</summary>
internal static class LedgerCommands
{
    public static Command Create()
    {
        var ledger = new Command("ledger", "記録簿の検証・書出し / verify and export the ledger");
        ledger.Subcommands.Add(LedgerVerifyCommand.Create());
        ledger.Subcommands.Add(LedgerExportCommand.Create());
        ledger.Subcommands.Add(Check());
        ledger.Subcommands.Add(LedgerKeyCommand.Create());
        ledger.Subcommands.Add(LedgerWitnessCommand.Create());
        return ledger;
    }

    private static Command Check()
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "証明のJSON / proofs in JSON" };
        var command = new Command("check", "証明だけを単独で検証します / judge proofs by themselves") { files };
        command.SetAction(parsed =>
        {
            var all = true;
            foreach (var file in parsed.GetRequiredValue(files))
            {
                var valid = TryReadFile(file, ProofDocument.MaxBytes, out var bytes) && ProofDocument.IsValid(bytes);
                parsed.InvocationConfiguration.Output.WriteLine($"{file} {(valid ? "valid" : "invalid")}");
                all &= valid;
            }
            return all ? Launch.Fine : Launch.Findings;
        });
        return command;
    }

    /// <summary>Reads a file that may be anything: missing, a folder, endless.</summary>
    internal static bool TryReadFile(string path, int maxBytes, out byte[] bytes)
    {
        bytes = [];
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[maxBytes + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > maxBytes) return false;
            bytes = buffer[..length];
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
