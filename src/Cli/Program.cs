using System.CommandLine;

// One command tree; each area of the product adds its own branch.
var root = new RootCommand("Sekisho (関所): 情報セキュリティ基本方針を動かす / makes a security policy run");
root.Subcommands.Add(Sekisho.Cli.LedgerCommands.Create());

return await root.Parse(args).InvokeAsync();
