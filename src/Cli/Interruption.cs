using System.Runtime.InteropServices;

namespace Sekisho.Cli;

/// <summary>SIGINT stops the server however it was started.</summary>
internal static partial class Interruption
{
    /// <summary>Call before anything listens for signals.</summary>
    /// <remarks>
    /// A shell script starts a job with <c>&amp;</c> with SIGINT ignored, and .NET leaves an ignored signal ignored: Ctrl-C and <c>kill -INT</c> then did
    /// nothing, while SIGTERM worked. Servers such as PostgreSQL's take it back, too.
    /// </remarks>
    public static void Accept()
    {
        const int SigInt = 2;
        _ = signal(SigInt, 0); // SIG_DFL; the runtime's own handler follows
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint signal(int number, nint handler);
}
