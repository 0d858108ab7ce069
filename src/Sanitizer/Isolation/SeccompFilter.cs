using System.Runtime.InteropServices;
using System.Text;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>The system calls that no worker needs, denied by the kernel (seccomp): new namespaces and mounts, tracing, modules, keys, other sockets than local ones.</summary>
/// <remarks>Written once by libseccomp (LGPL-2.1) as a BPF program and given to bubblewrap. A list of what is denied, as .NET, LibreOffice and poppler need most of the rest; the namespaces hold without it.</remarks>
internal static partial class SeccompFilter
{
    private const uint Allow = 0x7fff0000, Errno = 0x00050000, NotPermitted = 1, NotImplemented = 38;
    private const int AddressFamilyUnix = 1, NotEqual = 1, MaskedEqual = 7;
    private const ulong NewUser = 0x10000000;

    private static readonly string[] Denied =
    [
        "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "create_module", "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick",
        "get_kernel_syms", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount", "mount_setattr",
        "move_mount", "name_to_handle_at", "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "personality", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace", "query_module", "quotactl",
        "quotactl_fd", "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "syslog", "umount2", "unshare", "uselib", "userfaultfd", "ustat", "vm86", "vm86old",
    ];

    /// <summary>Writes the program.</summary>
    /// <returns>False when libseccomp is not on this machine or refuses.</returns>
    public static bool TryWrite(string path)
    {
        try
        {
            var context = seccomp_init(Allow);
            if (context == 0) return false;
            try
            {
                foreach (var name in Denied)
                {
                    var number = seccomp_syscall_resolve_name(Encoding.ASCII.GetBytes(name + "\0"));
                    if (number >= 0 && seccomp_rule_add_array(context, Errno | NotPermitted, number, 0, 0) != 0) return false;
                }
                // The network is gone with its namespace; what is left of sockets are exotic families with a history of holes.
                if (!Deny(context, "socket", NotPermitted, new() { Operator = NotEqual, First = AddressFamilyUnix })) return false;
                // No user namespaces by clone either. The flags of clone3 lie behind a pointer: "not implemented" makes the C library take clone.
                if (!Deny(context, "clone", NotPermitted, new() { Operator = MaskedEqual, First = NewUser, Second = NewUser })) return false;
                var clone3 = seccomp_syscall_resolve_name("clone3\0"u8.ToArray());
                if (clone3 >= 0 && seccomp_rule_add_array(context, Errno | NotImplemented, clone3, 0, 0) != 0) return false;
                using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
                return seccomp_export_bpf(context, (int)file.DangerousGetHandle()) == 0;
            }
            finally
            {
                seccomp_release(context);
            }
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    private static unsafe bool Deny(nint context, string name, uint errno, Comparison firstArgument)
    {
        var number = seccomp_syscall_resolve_name(Encoding.ASCII.GetBytes(name + "\0"));
        return seccomp_rule_add_array(context, Errno | errno, number, 1, (nint)(&firstArgument)) == 0;
    }

    /// <summary>struct scmp_arg_cmp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Operator;
        public ulong First, Second;
    }

    [LibraryImport("libseccomp.so.2")]
    private static partial nint seccomp_init(uint action);

    [LibraryImport("libseccomp.so.2")]
    private static partial void seccomp_release(nint context);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_syscall_resolve_name(byte[] name);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_rule_add_array(nint context, uint action, int syscall, uint count, nint comparisons);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_export_bpf(nint context, int file);
}
