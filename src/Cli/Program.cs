using System.CommandLine;
using Sekisho.Cli;
using Sekisho.Sanitizer.Isolation;

// A worker takes as long to start as this command to read its arguments: both at once, where nothing speaks of another kind of worker.
var isAhead = args is ["sanitize", not ("policy" or "--help" or "-h" or "-?"), _, _, ..] && !args.Any(static a => a.StartsWith("--isolation", StringComparison.Ordinal) || a.StartsWith("--policy", StringComparison.Ordinal));
if (isAhead) SanitizerPool.StartAhead();

// One command tree; each area of the product adds its own branch.
var root = new RootCommand("Sekisho (関所): 情報セキュリティ基本方針を動かす / makes a security policy run");
root.Subcommands.Add(PolicyCommands.Create());
root.Subcommands.Add(UpCommand.Create());
root.Subcommands.Add(WorkerCommand.Create());
root.Subcommands.Add(SanitizeCommands.Create());
root.Subcommands.Add(CrossCommands.Create());
root.Subcommands.Add(MailCommands.Create());
root.Subcommands.Add(ZonesCommands.Create());
root.Subcommands.Add(LedgerCommands.Create());
root.Subcommands.Add(AgentCommands.Create());
root.Subcommands.Add(OrganisationCommands.Create());

if (args is ["up" or "worker", ..]) Interruption.Accept();
var code = await Launch.RunAsync(root, args);
if (isAhead) await SanitizerPool.EndAheadAsync();
return code;
