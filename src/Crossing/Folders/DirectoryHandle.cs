using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sekisho.Crossing.Folders;

/// <summary>A name as the file system has it: bytes, which are not always text. Printers and old servers write CP932.</summary>
internal readonly record struct RawName(byte[] Bytes)
{
    public static RawName Of(string name) => new(Encoding.UTF8.GetBytes(name));

    /// <summary>For people and records. UTF-8, or else CP932; what is neither keeps its ASCII. In one form (NFC): a Mac writes が as two characters, and nobody who looks for it does.</summary>
    public override string ToString()
    {
        try
        {
            return StrictUtf8.GetString(Bytes).Normalize(NormalizationForm.FormC);
        }
        catch (DecoderFallbackException)
        {
            try
            {
                return StrictCp932.GetString(Bytes);
            }
            catch (DecoderFallbackException)
            {
                return Encoding.ASCII.GetString(Bytes).Replace('?', '_');
            }
        }
    }

    private static readonly Encoding StrictUtf8 = new UTF8Encoding(false, true);

    private static readonly Encoding StrictCp932 = CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
}

/// <summary>What is known of a thing in a directory, without following links.</summary>
/// <param name="Identity">Device and number: the same thing under any name.</param>
internal readonly record struct FileFacts(bool IsFile, bool IsDirectory, long Length, (long Seconds, uint Nanoseconds) Changed, (uint, uint, ulong) Identity, uint Links);

/// <summary>An open directory. All below it is reached through it, by one name at a time, and never through a link: nobody who can write into it leads us elsewhere.</summary>
internal sealed partial class DirectoryHandle : IDisposable
{
    private const int OReadOnly = 0, OWriteOnly = 1, OCreate = 0x40, OExclusive = 0x80, ONonBlock = 0x800, OCloseOnExec = 0x80000, NoReplace = 1, RemoveDirectory = 0x200, NoFollowAt = 0x100;
    private const int SetSignal = 10, SetLease = 1024, LeaseToRead = 0, NoLease = 2, IgnoredSignal = 23; // SIGURG: the one of a broken lease would end the process
    private const int NotThere = 2, Again = 11, There = 17;

    // Of the processor, not of Linux: arm64 has them exchanged.
    private static readonly int ODirectory = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 0x4000 : 0x10000;
    private static readonly int ONoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 0x8000 : 0x20000;

    private readonly SafeFileHandle handle;

    private DirectoryHandle(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Opens a directory that the administrator named; links in its own path are the administrator's.</summary>
    public static DirectoryHandle Open(string path) => new(Checked(openat(-100, Encoding.UTF8.GetBytes(path + "\0"), OReadOnly | ODirectory | OCloseOnExec, 0), path));

    /// <summary>A directory below. Throws where it isn't one, or is a link.</summary>
    public DirectoryHandle Enter(RawName name) => new(Checked(Call(fd => openat(fd, Z(name), OReadOnly | ODirectory | ONoFollow | OCloseOnExec, 0)), name));

    /// <summary>A directory below, made where there is none.</summary>
    public DirectoryHandle EnterOrMake(RawName name)
    {
        if (Call(fd => mkdirat(fd, Z(name), 0x1F8)) != 0 && Marshal.GetLastPInvokeError() is not There and var error) throw Failure(name, error); // 0770
        return Enter(name);
    }

    /// <summary>A directory below by several names.</summary>
    public DirectoryHandle Descend(IEnumerable<RawName> names, bool make)
    {
        var at = new DirectoryHandle(Checked(Call(fd => openat(fd, Z(RawName.Of(".")), OReadOnly | ODirectory | OCloseOnExec, 0)), RawName.Of(".")));
        foreach (var name in names)
        {
            using var before = at;
            at = make ? before.EnterOrMake(name) : before.Enter(name);
        }
        return at;
    }

    /// <summary>What is in it, in no order.</summary>
    public List<RawName> List()
    {
        var names = new List<RawName>();
        var buffer = new byte[1 << 15];
        using var own = Checked(Call(fd => openat(fd, Z(RawName.Of(".")), OReadOnly | ODirectory | OCloseOnExec, 0)), RawName.Of("."));
        while (true)
        {
            var read = (int)syscall(RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 61 : 217, own.DangerousGetHandle(), buffer, buffer.Length); // getdents64
            if (read < 0) throw Failure(RawName.Of("."), Marshal.GetLastPInvokeError());
            if (read == 0) return names;
            for (var at = 0; at < read; at += BitConverter.ToUInt16(buffer, at + 16))
            {
                var name = buffer.AsSpan(at + 19, Array.IndexOf(buffer, (byte)0, at + 19) - at - 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add(new(name.ToArray()));
            }
        }
    }

    /// <summary>Null when it isn't there (any more).</summary>
    public FileFacts? Look(RawName name)
    {
        var b = new byte[256];
        if (Call(fd => statx(fd, Z(name), NoFollowAt, 0x7FF, b)) != 0) return Marshal.GetLastPInvokeError() == NotThere ? null : throw Failure(name, Marshal.GetLastPInvokeError());
        var kind = BitConverter.ToUInt16(b, 28) & 0xF000;
        return new(kind == 0x8000, kind == 0x4000, BitConverter.ToInt64(b, 40), (BitConverter.ToInt64(b, 112), BitConverter.ToUInt32(b, 120)), (BitConverter.ToUInt32(b, 136), BitConverter.ToUInt32(b, 140), BitConverter.ToUInt64(b, 32)), BitConverter.ToUInt32(b, 16));
    }

    /// <summary>Opens a file to read it.</summary>
    public FileStream Read(RawName name) => new(Checked(Call(fd => openat(fd, Z(name), OReadOnly | ONoFollow | ONonBlock | OCloseOnExec, 0)), name), FileAccess.Read, 1 << 16);

    /// <summary>True when somebody on this machine has the file open to write into it: a printer's session in smbd, a program that isn't done.</summary>
    /// <remarks>The kernel gives a lease for reading only where nobody can write. False also where it can't be told: another machine's writers (NFS, CIFS), files of others without CAP_LEASE.</remarks>
    public bool IsBeingWritten(RawName name)
    {
        using var file = Checked(Call(fd => openat(fd, Z(name), OReadOnly | ONoFollow | ONonBlock | OCloseOnExec, 0)), name);
        var fd = (int)file.DangerousGetHandle();
        if (fcntl(fd, SetSignal, IgnoredSignal) != 0) return false;
        if (fcntl(fd, SetLease, LeaseToRead) != 0) return Marshal.GetLastPInvokeError() == Again;
        fcntl(fd, SetLease, NoLease);
        return false;
    }

    /// <summary>Makes a file that wasn't there.</summary>
    public FileStream Create(RawName name) => new(Checked(Call(fd => openat(fd, Z(name), OWriteOnly | OCreate | OExclusive | ONoFollow | OCloseOnExec, 0x1B0)), name), FileAccess.Write, 1 << 16); // 0660

    /// <summary>Moves within the file system, in one step, over nothing.</summary>
    /// <returns>False when it isn't there any more, or something is there already.</returns>
    public bool TryMove(RawName name, DirectoryHandle to, RawName toName)
    {
        var moved = Call(fd => to.Call(other => renameat2(fd, Z(name), other, Z(toName), NoReplace)));
        if (moved == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        if (error is 22 or 38 or 95)
        {
            // A share without this kind of renaming (CIFS, old NFS): a plain one, after a look.
            if (to.Look(toName) is not null) return false;
            if (Call(fd => to.Call(other => renameat(fd, Z(name), other, Z(toName)))) == 0) return true;
            error = Marshal.GetLastPInvokeError();
        }
        return error is NotThere or There ? false : throw Failure(name, error);
    }

    /// <summary>Takes a file off; that it is gone already is fine.</summary>
    public void Remove(RawName name)
    {
        if (Call(fd => unlinkat(fd, Z(name), 0)) != 0 && Marshal.GetLastPInvokeError() is not NotThere and var error) throw Failure(name, error);
    }

    /// <summary>Takes an empty directory off; one that isn't empty, or is gone, stays as it is.</summary>
    public void RemoveEmpty(RawName name) => Call(fd => unlinkat(fd, Z(name), RemoveDirectory));

    /// <summary>Makes what was renamed in it durable.</summary>
    public void Flush() => Call(fsync);

    public void Dispose() => handle.Dispose();

    private int Call(Func<int, int> act)
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            return act((int)handle.DangerousGetHandle());
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    private static byte[] Z(RawName name) => [.. name.Bytes, 0];

    private static SafeFileHandle Checked(int fd, object name) => fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failure(name, Marshal.GetLastPInvokeError());

    /// <summary>For the person who looks at the page of the folders: what it is, and what to do.</summary>
    private static IOException Failure(object name, int error) => new($"{name}: " + error switch
    {
        NotThere or 20 => "見つかりません。フォルダがあるか、共有がつながっているかを確かめてください。 / Not there: look whether the folder exists and its share is mounted.",
        1 or 13 => "関所の利用者に、読む・名前を変える権限がありません。権限と、書込み禁止の印（chattr）を確かめてください。 / The server may not read or rename it: look at its permissions, and at chattr.",
        30 => "読むだけの置き場所です。書けるようにつなぎ直してください。 / It is mounted read-only: mount it for writing.",
        28 or 122 => "空きがありません。空けると続けます。 / No space is left: make room, and it goes on.",
        5 or 110 or 111 or 112 or 113 or 116 => "共有につながりません。つながると続けます。 / The share doesn't answer; when it does, it goes on.",
        _ => Marshal.GetPInvokeErrorMessage(error),
    }, error);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, byte[] name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdirat(int directory, byte[] name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat2(int directory, byte[] name, int to, byte[] toName, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat(int directory, byte[] name, int to, byte[] toName);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int directory, byte[] name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int directory, byte[] name, int flags, uint mask, byte[] facts);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int file);

    // Variadic in C: on the processors that we run on an int goes the same way.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int file, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint file, byte[] buffer, nint length);
}
