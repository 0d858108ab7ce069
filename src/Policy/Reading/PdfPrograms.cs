namespace Sekisho.Policy.Reading;

/// <summary>The two programs that take the text out of a PDF: the extractor, and the sandbox that it runs in (ADR-0012).</summary>
/// <param name="Extractor">pdftotext, found by PATH inside the sandbox, or a path.</param>
/// <param name="Sandbox">bwrap, found by PATH unless it is a path.</param>
internal sealed record PdfPrograms(string Extractor, string Sandbox)
{
    internal static PdfPrograms Installed { get; } = new("pdftotext", "bwrap");

    /// <summary>The extractor's arguments: the document comes on standard input, its text goes to standard output.</summary>
    private static readonly string[] Extraction = ["-enc", "UTF-8", "-q", "-", "-"];

    // Programs and fonts to read, an empty /tmp, no other file, no network, no other process, no privilege.
    private static readonly string[] Walls =
    [
        "--unshare-all", "--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL", "--new-session", "--die-with-parent", "--clearenv",
        "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8",
        "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/bin", "/bin", "--ro-bind-try", "/lib", "/lib", "--ro-bind-try", "/lib64", "/lib64",
        "--ro-bind-try", "/etc/fonts", "/etc/fonts", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
        "--size", "67108864", "--tmpfs", "/tmp", "--chdir", "/tmp",
    ];

    /// <summary>What to give the sandbox so that it runs the extractor.</summary>
    internal IEnumerable<string> Arguments() =>
        [.. Walls, .. Path.IsPathRooted(Extractor) ? (string[])["--ro-bind", Extractor, Extractor] : [], "--", Extractor, .. Extraction];
}
