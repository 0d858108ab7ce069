using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>How strongly the workers are shut in (隔離).</summary>
public enum Isolation
{
    /// <summary>bubblewrap: no network, no file system but its own folder, no privileges, a seccomp filter.</summary>
    Bubblewrap,

    /// <summary>A process of its own and nothing else. Only when a person asks for it.</summary>
    None,
}

/// <summary>The sandbox can't be had on this machine.</summary>
public sealed class NoSandboxException(Bilingual what, Bilingual next) : Exception(what.En)
{
    public Bilingual What => what;

    public Bilingual Next => next;
}

/// <summary>Starts programs shut in: each in namespaces of its own, with a fresh folder that is its alone and that is deleted with it.</summary>
internal sealed class Sandbox : IDisposable
{
    /// <summary>As the program sees its folder.</summary>
    public const string InnerFolder = "/job";

    // Nobody: owns nothing on the machine. As root only; an unprivileged host stays who it is, in a user namespace.
    private const int NobodyUser = 65534;

    // Where the machine has them, each sandbox has a user of its own out of a range that nobody uses (systemd.io/UIDS-GIDS): the kernel counts processes by user.
    private const int FirstOwnUser = 1_879_048_192, OwnUsers = 1 << 27;

    private readonly Isolation isolation;
    private readonly string top;
    private readonly string? filter;
    private readonly FileStream alive;
    private readonly BlockingCollection<Action> starts = [];
    private readonly int firstUser;
    private static int number;

    /// <exception cref="NoSandboxException">bubblewrap or libseccomp is missing, or the kernel refuses.</exception>
    public Sandbox(Isolation isolation)
    {
        this.isolation = isolation;
        top = Directory.CreateTempSubdirectory(Leftovers.Prefix).FullName;
        alive = Leftovers.Claim(top);
        // --die-with-parent looks at the thread that started the child: this one lives as long as the sandbox.
        var keeper = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable()) start();
        })
        { IsBackground = true, Name = "sandbox" };
        keeper.Start();
        if (isolation == Isolation.None) return;
        firstUser = FirstUser();
        // The top is passed through by the sandbox's user, not read.
        File.SetUnixFileMode(top, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        filter = Path.Combine(top, "filter.bpf");
        if (!SeccompFilter.TryWrite(filter))
        {
            Dispose();
            throw new NoSandboxException(new("隔離に使う libseccomp が使えません。", "libseccomp, which the isolation uses, can't be used."), new("apt-get install libseccomp2 を実行してください。", "Run apt-get install libseccomp2."));
        }
        File.SetUnixFileMode(filter, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Starts a program with piped input and output.</summary>
    /// <param name="program">Absolute path, as seen inside.</param>
    /// <param name="readOnly">Folders that are seen inside, at the same or at another place.</param>
    /// <param name="environment">All of the environment that it gets.</param>
    /// <param name="limits">Of one process of it.</param>
    public Task<SandboxProcess> StartAsync(string program, IReadOnlyList<string> arguments, IReadOnlyList<(string Outside, string Inside)> readOnly, IReadOnlyDictionary<string, string> environment, SandboxLimits limits)
    {
        var nth = Interlocked.Increment(ref number);
        var folder = Path.Combine(top, nth.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = isolation == Isolation.None ? Bare(program, arguments, readOnly, environment, folder) : Shut(program, arguments, readOnly, environment, folder, limits, nth);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var started = new TaskCompletionSource<SandboxProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        starts.Add(() =>
        {
            try
            {
                started.SetResult(new SandboxProcess(Process.Start(start)!, folder, limits, isolation != Isolation.None));
            }
            catch (Win32Exception e)
            {
                started.SetException(new NoSandboxException(new($"隔離に使うプログラムを起動できません（{e.Message}）。", $"The program that isolates can't be started ({e.Message})."), new("apt-get install bubblewrap util-linux を実行してください。", "Run apt-get install bubblewrap util-linux.")));
            }
#pragma warning disable CA1031 // Whatever it is, it is the caller's: on a bare thread it would end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>Where the folders of all its programs are.</summary>
    public string Folder => top;

    /// <summary>False once nothing more can be started.</summary>
    public bool IsOpen => !starts.IsAddingCompleted;

    /// <summary>Puts a file of ours where it can be bound into a sandbox.</summary>
    /// <returns>Its path outside, alone in a folder.</returns>
    public string Write(string name, Stream content)
    {
        var folder = Path.Combine(top, Path.GetFileNameWithoutExtension(name));
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        using (var file = File.Create(path)) content.CopyTo(file);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return path;
    }

    public void Dispose()
    {
        starts.CompleteAdding();
        alive.Dispose();
        File.Delete(alive.Name);
        if (filter is not null) File.Delete(filter);
        SandboxProcess.DeleteFolder(top);
    }

    /// <summary>The first of this host's own users: others that run here have another range. Nobody where the machine, a container mostly, has too few.</summary>
    private static int FirstUser()
    {
        var first = FirstOwnUser + (int)((uint)Environment.ProcessId * 4096 % OwnUsers);
        try
        {
            foreach (var line in File.ReadLines("/proc/self/uid_map"))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var inside, _, var count] && long.Parse(inside, CultureInfo.InvariantCulture) is var from && from <= first && from + long.Parse(count, CultureInfo.InvariantCulture) >= first + 4096) return first;
            }
        }
        catch (IOException)
        {
            // No /proc: nobody it is.
        }
        return NobodyUser;
    }

    /// <summary>True where the processes of one of its programs can be limited: by a user of its own, or in a user namespace, which Linux counts by itself since 5.14.</summary>
    internal bool LimitsProcesses => isolation == Isolation.Bubblewrap && (Environment.IsPrivilegedProcess ? firstUser != NobodyUser : Environment.OSVersion.Version >= new Version(5, 14));

    private static ProcessStartInfo Bare(string program, IReadOnlyList<string> arguments, IReadOnlyList<(string Outside, string Inside)> readOnly, IReadOnlyDictionary<string, string> environment, string folder)
    {
        // The same words, with the outside's places.
        string Outside(string text)
        {
            foreach (var (outside, inside) in readOnly)
            {
                if (text.StartsWith(inside, StringComparison.Ordinal)) return outside + text[inside.Length..];
            }
            return text.Replace(InnerFolder, folder, StringComparison.Ordinal);
        }
        var start = new ProcessStartInfo(Outside(program), arguments.Select(Outside)) { WorkingDirectory = folder };
        start.Environment.Clear();
        foreach (var (key, value) in environment) start.Environment[key] = Outside(value);
        return start;
    }

    private ProcessStartInfo Shut(string program, IReadOnlyList<string> arguments, IReadOnlyList<(string Outside, string Inside)> readOnly, IReadOnlyDictionary<string, string> environment, string folder, SandboxLimits limits, int nth)
    {
        var root = Environment.IsPrivilegedProcess;
        List<string> words = ["prlimit", "--core=0", $"--data={limits.DataBytes}", $"--fsize={limits.FileBytes}", "--nofile=512", "bwrap",
            "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sekisho", "--seccomp", "9",
            "--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--perms", "0755", "--dir", "/etc", "--perms", "1777", "--size", "67108864", "--tmpfs", "/tmp", "--bind", folder, InnerFolder, "--chdir", InnerFolder];
        // Older layouts have folders where Debian 12 has links.
        foreach (var name in (string[])["bin", "lib", "lib64", "sbin"])
        {
            var link = new DirectoryInfo("/" + name);
            if (link.LinkTarget is { } target) words.AddRange(["--symlink", target, "/" + name]);
            else if (link.Exists) words.AddRange(["--ro-bind", "/" + name, "/" + name]);
        }
        foreach (var etc in (string[])["/etc/fonts", "/etc/alternatives", "/etc/libreoffice", "/etc/ld.so.cache"]) words.AddRange(["--ro-bind-try", etc, etc]);
        foreach (var (outside, inside) in readOnly) words.AddRange(["--ro-bind", outside, inside]);
        foreach (var (key, value) in environment) words.AddRange(["--setenv", key, value]);
        // As root the namespaces are made by root, so that any folder can be bound, and the program inside is nobody, without a single capability.
        var user = firstUser == NobodyUser ? NobodyUser : firstUser + (nth % 4096);
        if (root) words.AddRange(["setpriv", $"--reuid={user}", $"--regid={NobodyUser}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]);
        else words.InsertRange(words.IndexOf("bwrap") + 1, ["--unshare-user", "--cap-drop", "ALL"]);
        if (root) OwnedBy.Nobody(folder, user);
        // Said inside: there the kernel counts this sandbox's processes alone, by its user or by its user namespace.
        if (LimitsProcesses) words.AddRange(["prlimit", $"--nproc={limits.Processes}"]);
        words.Add(program);
        words.AddRange(arguments);
        // .NET can't hand on a file descriptor: the shell opens the filter as number 9 and becomes the program.
        return new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" 9<\"$0\"", filter!, .. words]);
    }
}

/// <summary>Limits of one process in the sandbox.</summary>
/// <param name="DataBytes">Private writable memory.</param>
/// <param name="FileBytes">The longest file it may write.</param>
/// <param name="ResidentBytes">Memory in use of all processes in the sandbox together; looked at while a job runs.</param>
internal sealed record SandboxLimits(long DataBytes, long FileBytes, long ResidentBytes)
{
    /// <summary>Processes and threads in the sandbox together: some hundreds are none for the machine, and far more than a worker or LibreOffice ever needs.</summary>
    public int Processes { get; init; } = 256 + (8 * Environment.ProcessorCount);
}
