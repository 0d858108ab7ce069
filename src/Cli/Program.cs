using System.CommandLine;
using Sekisho.Cli;
using Sekisho.Sanitizer.Isolation;

// A worker takes as long to start as this command to read its arguments: both at once, where nothing speaks of another kind of worker.
var isAhead = args is ["sanitize", not ("policy" or "--help" or "-h" or "-?"), _, _, ..] && !args.Any(static a => a.StartsWith("--isolation", StringComparison.Ordinal) || a.StartsWith("--policy", StringComparison.Ordinal));
if (isAhead) SanitizerPool.StartAhead();

// One command tree; each area of the product adds its own branch. One that costs a file its start is made alone when it is named.
var root = new RootCommand("Sekisho (関所): 情報セキュリティ基本方針を動かす / makes a security policy run");
if (args is ["sanitize", ..]) root.Subcommands.Add(SanitizeCommands.Create());
else Branches.AddAll(root);

if (args is ["up" or "worker", ..]) Interruption.Accept();
var code = await Launch.RunAsync(root, args);
if (isAhead) await SanitizerPool.EndAheadAsync();
return code;
