using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Benchmarks.Registers;
using Sekisho.Crossing;
using Sekisho.Records;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Zones;
using Sekisho.Storage;
using Sekisho.Web.Hosting;
using static Sekisho.Benchmarks.Registers.Figures;

namespace Sekisho.Benchmarks.Zones;

/// <summary>The zones' pages over HTTP, as an officer of a town with these configurations: from the request to the last byte.</summary>
internal static class ZonePageTimes
{
    /// <param name="args">A zone policy and a folder of configurations.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var (policy, configs) = (args[0], args[1]);
        var folder = Directory.CreateTempSubdirectory("sekisho-pages-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await using (var database = await Database.OpenAsync(new StorageOptions(folder, null), CrossingMigrations.Sets, NullLogger.Instance, default))
        {
            var app = await WebHost.BuildAsync(new WebHostOptions(new StorageOptions(folder, null), ["http://127.0.0.1:0"], TimeProvider.System)
            {
                Database = database,
                // The hourly rounds would run beside what is measured.
                Services = static services =>
                {
                    foreach (var round in new[] { typeof(EvidenceRound), typeof(ZoneRound) }) services.Remove(services.First(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType == round));
                },
            });
            await using (app)
            {
                await app.StartAsync();
                await LookAsync(app, policy, configs);
                await app.StopAsync();
            }
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task LookAsync(WebApplication app, string policy, string configs)
    {
        var by = new Actor("bench", "bench");
        var town = (await app.Services.GetRequiredService<MunicipalityRegister>().CreateAsync("bench", "測り町", by, default)).OrThrow().Id;
        var zones = app.Services.GetRequiredService<RecordSlices>().Zones;
        (await zones.WriteAsync(town, await File.ReadAllTextAsync(policy), "", 0, by, default)).OrThrow();
        var files = Directory.EnumerateFiles(configs).Select(f => new IncomingConfig(Path.GetFileName(f), File.ReadAllBytes(f))).ToList();
        var set = (await zones.TakeAsync(town, files, whole: true, by, default)).OrThrow();
        var proof = await zones.ProveAsync(town, default) ?? throw new InvalidOperationException("nothing was proved");
        var officer = await PageTimes.ClientAsync(app, town, "officer@bench", Records.Accounts.Role.Officer, null);
        Print("zones", $"{files.Count} devices, {files.Sum(static f => f.Untrusted.Length) / 1000} kB");
        foreach (var path in new[] { "/zones", "/zones/proofs", $"/zones/proofs/{proof.Id}", "/zones/configs", $"/zones/configs/{set.Id}?path={Uri.EscapeDataString(set.Configs[0].Path)}", "/zones/devices", "/zones/rules", "/zones/policy", "/zones/flows", "/zones/what-if", "/zones/compile" })
            await PageTimes.MeasureAsync(path.Replace(proof.Id.ToString(), "…", StringComparison.Ordinal).Replace(set.Id.ToString(), "…", StringComparison.Ordinal), _ => (officer, path));
    }
}
