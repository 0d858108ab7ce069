using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Folders;

namespace Sekisho.Crossing.Tests;

/// <summary>A share with its three folders, and a server that looks into them when it is told to.</summary>
internal sealed class Share : IAsyncDisposable
{
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(150);

    private readonly Gate gate;

    private Share(Gate gate, string root) => (this.gate, Root) = (gate, root);

    public string Root { get; }

    public WatchedFolder Folder { get; private set; } = null!;

    public FolderRound Round { get; private set; } = null!;

    public static async Task<Share> OpenAsync(Gate gate, string route = "internet-to-lgwan")
    {
        var share = new Share(gate, Directory.CreateTempSubdirectory("sekisho-share-").FullName);
        foreach (var its in new[] { "in", "out", "refused" }) Directory.CreateDirectory(share.Path(its));
        share.Folder = (await gate.Slices.Folders.WatchAsync(gate.Town, new("3階の複合機", route, gate.Tax.Id, "printer/in", "printer/out", "printer/refused"), gate.Officer, Gate.Cancel)).OrThrow();
        share.Round = gate.Slices.Watch(share.Root, Settle, NullLogger.Instance);
        return share;
    }

    public string Path(string below) => System.IO.Path.Combine(Root, "isobe", "printer", below);

    public void Put(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path("in/" + name))!);
        File.WriteAllText(Path("in/" + name), content);
    }

    public async Task PutRawAsync(byte[] name, string content)
    {
        var text = string.Concat(name.Select(b => $"\\x{b:x2}"));
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"printf '%s' \"$1\" > \"$2/\"$'{text}'", "_", content, Path("in")]))!;
        await shell.WaitForExitAsync(Gate.Cancel);
        Assert.Equal(0, shell.ExitCode);
    }

    public string[] Out() => Files("out");

    public string[] Refused() => Files("refused");

    public async Task<Guid> LastAsync()
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Gate.Cancel);
        return await tx.Connection.ExecuteScalarAsync<Guid>("SELECT id FROM crossing.folder_file ORDER BY taken_at DESC LIMIT 1");
    }

    public async Task UntilAsync(Func<bool> there)
    {
        for (var i = 0; i < 400; i++)
        {
            await Round.RunAllAsync(Gate.Cancel);
            if (there() && (await gate.Slices.Folders.ListAsync(gate.Town, Gate.Cancel))[0].Pending is var pending && (pending == 0 || i > 20)) return;
            await Task.Delay(60, Gate.Cancel);
        }
        Assert.Fail($"out: {string.Join(' ', Out())}; refused: {string.Join(' ', Refused())}; {(await gate.Slices.Folders.ListAsync(gate.Town, Gate.Cancel))[0]}");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string[] Files(string folder) => [.. Directory.EnumerateFiles(Path(folder), "*", SearchOption.AllDirectories).Select(f => System.IO.Path.GetRelativePath(Path(folder), f)).Where(f => !f.Contains(".sekisho-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
