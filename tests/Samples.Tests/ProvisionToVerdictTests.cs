using System.Diagnostics;

namespace Sekisho.Samples.Tests;

public class ProvisionToVerdictTests
{
    [Fact]
    public async Task The_walk_from_a_provision_to_its_verdict_prints_what_its_folder_shows()
    {
        var shown = Path.Combine(Root(), "samples", "provision-to-verdict", "output.txt");

        var printed = await RunAsync(Path.Combine(AppContext.BaseDirectory, "Sekisho.provision-to-verdict.dll"));

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(shown, printed, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(shown, TestContext.Current.CancellationToken), printed);
    }

    private static async Task<string> RunAsync(string program)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, error);
        return output;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}
