// dotnet run -c Release --project benchmarks -- --filter '*Merkle*'     BenchmarkDotNet over the engines
// benchmarks/ledger.sh [ENTRIES] [FOLDER]                               durable appends, verification and proofs on a real cluster
using BenchmarkDotNet.Running;
using Sekisho.Benchmarks.Crossings;
using Sekisho.Benchmarks.Ledgers;
using Sekisho.Benchmarks.Registers;
using Sekisho.Benchmarks.Verdicts;
using Sekisho.Benchmarks.Zones;

if (args is ["verdicts"]) return await BoardTimes.RunAsync();
if (args is ["registers", ..]) return await RegisterTimes.RunAsync(args[1..]);
if (args is ["crossing", ..]) return await CrossingTimes.RunAsync(args[1..]);
if (args is ["traces", ..]) return await TraceTimes.RunAsync(args[1..]);
if (args is ["mail", ..]) return await MailTimes.RunAsync(args[1..]);
if (args is ["zones-pages", _, _]) return await ZonePageTimes.RunAsync(args[1..]);
if (args is ["zones", ..]) return await ZoneTimes.RunAsync(args[1..]);
if (args is ["ledger", ..]) return await DurableLedger.RunAsync(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
