using System.Diagnostics;
using System.Text;
using Sekisho.TestSupport;

namespace Sekisho.EndToEnd.Tests.Zones;

/// <summary>`sekisho zones …` in a process of its own, given what isn't what it should be: an exit code that says so, a sentence in both languages, never "proved", never a stack trace.</summary>
public sealed class ZoneCommandTests : IDisposable
{
    private const string Policy = "format: 1\nmodel: α\nzones:\n  - { id: mynumber, kind: mynumber, prefixes: 10.1.0.0/16 }\n  - { id: lgwan, kind: lgwan, prefixes: 10.2.0.0/16 }\n";

    private const string Closed = "# ip address: eth1 UP 10.1.0.1/16\n# ip address: eth2 UP 10.2.0.1/16\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";

    private readonly DirectoryInfo folder = TestFolder.Create("sekisho-zc-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>A good configuration, and beside it whatever is bad.</summary>
    private string Set(string bad)
    {
        var set = folder.CreateSubdirectory(bad);
        string At(string name) => Path.Combine(set.FullName, name);
        if (bad != "hidden") File.WriteAllText(At("fw.rules"), Closed);
        switch (bad)
        {
            case "truncated": File.WriteAllText(At("b.rules"), Closed[..^8]); break;
            case "prose": File.WriteAllText(At("memo.txt"), "これは設定ではありません。\n"); break;
            case "binary": File.WriteAllBytes(At("b.conf"), [0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 1, 2, 3, 0, 0]); break;
            case "large":
                using (var file = File.Create(At("large.conf"))) file.SetLength(100 << 20);
                break;
            case "line": File.WriteAllText(At("line.conf"), "set rulebase security rules a from " + new string('x', 20_000_000)); break;
            case "group": File.WriteAllText(At("round.conf"), "config firewall addrgrp\n    edit \"a\"\n        set member \"a\"\n    next\nend\nconfig firewall policy\n    edit 1\n        set srcintf \"p1\"\n        set dstintf \"p2\"\n        set srcaddr \"a\"\n        set dstaddr \"a\"\n        set action deny\n        set service \"ALL\"\n    next\nend\n"); break;
            case "loop": Directory.CreateSymbolicLink(At("round"), "."); break;
            case "nowhere": File.CreateSymbolicLink(At("gone.conf"), "/nonexistent/gone.conf"); break;
            case "empty": File.WriteAllText(At("empty.conf"), ""); break;
            case "hidden": File.WriteAllText(At(".fw.rules"), Closed); break;
            case "pipe":
                using (var make = Process.Start("mkfifo", At("pipe.conf"))!) make.WaitForExit();
                break;
        }
        return set.FullName;
    }

    [Fact]
    public async Task A_good_set_is_proved_in_words_as_JSON_and_as_CSV()
    {
        var (policy, good) = (await PolicyAsync(), Set("good"));
        Assert.Equal(0, (await RunAsync("verify", "--policy", policy, "--config", good)).Exit);
        Assert.Equal(0, (await RunAsync("diff", "--before", good, "--after", good)).Exit);
        Assert.Equal(0, (await RunAsync("explain", "--policy", policy, "--config", good, "--from", "10.2.0.5", "--to", "10.1.0.5", "--service", "tcp/80")).Exit);
        var (exit, csv, _) = await RunAsync("verify", "--policy", policy, "--config", good, "--csv");
        Assert.Equal(0, exit);
        Assert.StartsWith("\uFEFF番号,結果,", csv, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("verify", "--policy", policy, "--config", good, "--csv", "--json")).Exit);
    }

    [Fact]
    public async Task Whatever_is_bad_beside_a_good_file_keeps_every_command_from_saying_that_nothing_passes()
    {
        var policy = await PolicyAsync();
        var good = Set("good");
        foreach (var bad in new[] { "truncated", "prose", "binary", "large", "line", "group", "loop", "nowhere", "empty", "pipe" })
        {
            var set = Set(bad);
            var (exit, said, _) = await RunAsync("verify", "--policy", policy, "--config", set);
            Assert.True(exit == 3, $"{bad}: {exit}\n{said}");
            Assert.Contains("undetermined", said, StringComparison.Ordinal);
            // Each says why: a code, lines that are not understood, or the line that may let it through.
            Assert.Matches("ZON-READ-0\\d\\d|理解できない行|line\\.conf:1 ", said);
            if (bad is not ("truncated" or "binary" or "loop" or "group")) continue;
            foreach (var args in new[]
            {
                new[] { "explain", "--policy", policy, "--config", set, "--from", "10.2.0.5", "--to", "10.1.0.5", "--service", "tcp/80" },
                ["diff", "--before", good, "--after", set], ["devices", "--policy", policy, "--config", set], ["analyse", "--policy", policy, "--config", set],
            })
            {
                var answer = await RunAsync(args);
                // The rule of the file that could be read may be examined: that is a finding.
                Assert.True(answer.Exit == 3 || (args[0] == "analyse" && answer.Exit == 1), $"{bad}, {args[0]}: {answer.Exit}\n{answer.Said}{answer.Error}");
            }
        }
    }

    [Fact]
    public async Task A_policy_or_a_folder_that_is_none_is_bad_input()
    {
        var (policy, good) = (await PolicyAsync(), Set("good"));
        var nonsense = Path.Combine(folder.FullName, "bad.yaml");
        await File.WriteAllTextAsync(nonsense, "zones: [", Cancel);
        var binary = Path.Combine(folder.FullName, "binary.yaml");
        await File.WriteAllBytesAsync(binary, [0, 1, 2, 255], Cancel);
        var large = Path.Combine(folder.FullName, "large.yaml");
        using (var file = File.Create(large)) file.SetLength(100 << 20);
        foreach (var args in new[]
        {
            new[] { "verify", "--policy", policy, "--config", Set("hidden") }, ["verify", "--policy", policy, "--config", "/nonexistent"], ["verify", "--policy", nonsense, "--config", good], ["verify", "--policy", binary, "--config", good],
            ["verify", "--policy", large, "--config", good], ["verify", "--policy", folder.FullName, "--config", good], ["verify", "--policy", policy, "--config", good, "--date", "明日"], ["compile", "--policy", nonsense, "--target", "nftables"],
            ["compile", "--policy", policy, "--target", "ciscoo"], ["compile", "--policy", policy, "--target", "ios"], ["diff", "--before", good, "--after", "/nonexistent"], ["explain", "--policy", policy, "--config", good, "--from", "10.2.0.5", "--to", "fd00::1", "--service", "tcp/80"],
        })
        {
            var (exit, said, error) = await RunAsync(args);
            Assert.True(exit == 2, $"{string.Join(' ', args)}: {exit}\n{said}{error}");
            Assert.Equal("", said);
            Assert.NotEqual("", error);
        }
    }

    private async Task<string> PolicyAsync()
    {
        var path = Path.Combine(folder.FullName, "zones.yaml");
        await File.WriteAllTextAsync(path, Policy, Cancel);
        return path;
    }

    private static async Task<(int Exit, string Said, string Error)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", [Path.Combine(AppContext.BaseDirectory, "sekisho.dll"), "zones", .. args])
        { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = new UTF8Encoding(false) };
        using var process = Process.Start(start)!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(Cancel);
            // A reader takes the mark of UTF-8 away; here it counts.
            using var bytes = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(bytes, Cancel);
            await process.WaitForExitAsync(Cancel);
            var (said, why) = (Encoding.UTF8.GetString(bytes.ToArray()), await error);
            Assert.DoesNotContain("CLI-BUG", why, StringComparison.Ordinal);
            Assert.DoesNotContain("   at Sekisho", said + why, StringComparison.Ordinal);
            return (process.ExitCode, said, why);
        }
        finally
        {
            if (!process.HasExited) process.Kill(true);
        }
    }
}
