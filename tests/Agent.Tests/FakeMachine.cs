namespace Sekisho.Agent.Tests;

/// <summary>A folder made to look like a Linux machine.</summary>
internal sealed class FakeMachine : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("sekisho-agent-");
    private int processes;

    public FakeMachine() => File("/proc/self/mountinfo", "36 35 253:0 / / rw,relatime - ext4 /dev/mapper/root rw\n").File("/proc/modules", "ext4 1 0\n")
        .File("/proc/sys/kernel/osrelease", "6.1.0-1\n").File("/lib/modules/6.1.0-1/modules.builtin", "kernel/fs/ext4/ext4.ko\n");

    public IMachine Machine => new FolderMachine(root.FullName, "pc-0012", new Clock());

    public string Path(string path) => System.IO.Path.Combine(root.FullName, path.TrimStart('/'));

    public FakeMachine File(string path, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(path))!);
        System.IO.File.WriteAllText(Path(path), text);
        return this;
    }

    public FakeMachine Runs(string program) => File($"/proc/{1000 + processes++}/comm", program[..Math.Min(15, program.Length)] + "\n");

    public PostureFact Look(string key, IReadOnlyList<string>? allowed = null) => Posture.Look(Machine, PostureRules.Load(), null, allowed).Find(key)!;

    public void Dispose() => root.Delete(recursive: true);

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
