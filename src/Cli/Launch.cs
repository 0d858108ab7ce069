using System.CommandLine;
using Sekisho.Assurance;
using Sekisho.Records.Ledgers;
using Sekisho.Storage;

namespace Sekisho.Cli;

/// <summary>Runs the command tree, and turns what stops it into words and an exit code: never a stack trace for a person.</summary>
internal static class Launch
{
    /// <summary>Fine.</summary>
    public const int Fine = 0;

    /// <summary>Findings, or something is invalid.</summary>
    public const int Findings = 1;

    /// <summary>Bad input or usage.</summary>
    public const int BadInput = 2;

    /// <summary>The outside is down: database, disk, network; and errors of our own.</summary>
    public const int OutsideIsDown = 3;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors) await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"使い方 / usage: {string.Join(' ', Path(result))} --help");
            return BadInput;
        }
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // Time to finish what is under way and to stop the database in order, after Ctrl-C or SIGTERM.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
            });
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception e) when (StorageException.Explain(e) is { } storage)
        {
            await SayAsync(storage.Code, storage.What, storage.Next, storage.Detail);
            return OutsideIsDown;
        }
        catch (LedgerBrokenException e)
        {
            await SayAsync(e.Code, e.What, e.Next);
            return OutsideIsDown;
        }
#pragma warning disable CA1031 // The last resort: a person gets a sentence, the trace goes to who asks for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await SayAsync("CLI-BUG-001",
                new("Sekisho の誤りで止まりました。", "Sekisho stopped by an error of its own."),
                new("SEKISHO_TRACE=1 を付けて再実行し、表示を開発元へお知らせください。", "Run again with SEKISHO_TRACE=1 and report what it shows."),
                Environment.GetEnvironmentVariable("SEKISHO_TRACE") is { Length: > 0 } ? e.ToString() : e.Message);
            return OutsideIsDown;
        }
    }

    /// <summary>Says on the error stream what happened and what to do, in both languages.</summary>
    public static async Task SayAsync(string code, Bilingual what, Bilingual next, string detail = "")
    {
        await Console.Error.WriteLineAsync($"{code}: {what.Ja}\n  → {next.Ja}\n{code}: {what.En}\n  → {next.En}");
        if (detail.Trim().Length > 0) await Console.Error.WriteLineAsync("  | " + detail.Trim().ReplaceLineEndings("\n  | "));
    }

    private static Stack<string> Path(ParseResult result)
    {
        var names = new Stack<string>();
        for (var at = result.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult) names.Push(at.Command.Name);
        return names;
    }
}
