using System.CommandLine;
using Sekisho.Cli;

// One command tree; each area of the product adds its own branch.
var root = new RootCommand("Sekisho (関所): 情報セキュリティ基本方針を動かす / makes a security policy run");
root.Subcommands.Add(PolicyCommands.Create());
root.Subcommands.Add(UpCommand.Create());
root.Subcommands.Add(SanitizeCommands.Create());
root.Subcommands.Add(CrossCommands.Create());
root.Subcommands.Add(LedgerCommands.Create());
root.Subcommands.Add(AgentCommands.Create());
root.Subcommands.Add(OrganisationCommands.Create());

if (args is ["up", ..]) Interruption.Accept();
return await Launch.RunAsync(root, args);
