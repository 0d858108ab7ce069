using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sekisho.Policy.Reading;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>PDF through poppler's pdftotext.</summary>
public sealed class PdfTests
{
    [Fact]
    public async Task A_missing_program_is_named_with_the_command_that_brings_it()
    {
        var reading = await PolicyReader.ReadAsync("%PDF-1.4\n"u8.ToArray(), "x.pdf", new PdfPrograms("/nowhere/pdftotext", "bwrap"), TestContext.Current.CancellationToken);
        var error = reading.Match(static _ => null!, static refused => refused.Error);
        Assert.Equal("POL-READ-008", error.Code);
        Assert.Contains("apt-get install -y poppler-utils", error.Next.Ja, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_sandbox_nothing_is_read()
    {
        using var folder = new Scratch();
        var extractor = folder.Program("extractor", "echo '第1条　目的を定める。'; echo '第2条　終わる。'");
        Assert.Equal("POL-READ-013", await RefusalAsync(new PdfPrograms(extractor, "/nowhere/bwrap")));
        var shut = folder.Program("bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1");
        Assert.Equal("POL-READ-014", await RefusalAsync(new PdfPrograms(extractor, shut)));
    }

    [Fact]
    public async Task An_extractor_that_is_not_installed_is_told_from_a_broken_pdf()
    {
        SkipWithout("/usr/bin/bwrap");
        Assert.Equal("POL-READ-008", await RefusalAsync(new PdfPrograms("pdftotext-that-nobody-has", "bwrap")));
    }

    [Fact]
    public async Task A_program_that_ends_at_once_harms_neither_the_reading_nor_the_reader()
    {
        var codes = await Task.WhenAll(Enumerable.Range(0, 200).Select(static i => RefusalAsync(new PdfPrograms("pdftotext", i % 2 == 0 ? "/bin/true" : "/bin/false"))));
        Assert.All(codes, static (code, i) => Assert.Equal(i % 2 == 0 ? "POL-READ-010" : "POL-READ-009", code));
    }

    // The same program that gets at everything in the open gets at nothing where PDF is read.
    [Fact]
    public async Task The_extractor_sees_no_file_no_network_and_no_process_of_the_machine()
    {
        SkipWithout("/usr/bin/bwrap");
        SkipWithout("/usr/bin/python3");
        using var folder = new Scratch();
        var secret = Path.Combine(folder.Path, "secret.txt");
        await File.WriteAllTextAsync(secret, "鍵", TestContext.Current.CancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var script = Path.Combine(folder.Path, "spy.py");
        await File.WriteAllTextAsync(script, $$"""
            import os, socket, sys
            def can(what):
                try:
                    what()
                    return "できた"
                except OSError:
                    return "できない"
            fed = len(sys.stdin.buffer.read())
            print("第1条　ファイルの読取りは" + can(lambda: open("{{secret}}").read()) + "。")
            print("第2条　機械への接続は" + can(lambda: socket.create_connection(("127.0.0.1", {{((IPEndPoint)listener.LocalEndpoint).Port}}), 2)) + "。")
            print("第3条　書込みは" + can(lambda: open("{{folder.Path}}/left.txt", "w")) + "。")
            print("第4条　ほかの処理の停止は" + can(lambda: os.kill({{Environment.ProcessId}}, 0)) + "。")
            print("第5条　利用者は" + ("秘密" if "SEKISHO_PDF_TEST" in os.environ else "無し") + "、渡された量は" + str(fed) + "。")
            """, TestContext.Current.CancellationToken);
        var spy = folder.Program("spy", $"exec /usr/bin/python3 -c \"$(cat <<'EOF'\n{await File.ReadAllTextAsync(script, TestContext.Current.CancellationToken)}\nEOF\n)\"");

        using var open = Process.Start(new ProcessStartInfo(spy) { RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["SEKISHO_PDF_TEST"] = "1", ["PYTHONIOENCODING"] = "utf-8" } })!;
        open.StandardInput.Close();
        var outside = Files.Read(await open.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["ファイルの読取りはできた。", "機械への接続はできた。", "書込みはできた。", "ほかの処理の停止はできた。", "利用者は秘密、渡された量は0。"], outside.Provisions.Select(static p => p.Text));
        File.Delete(Path.Combine(folder.Path, "left.txt"));

        var reading = await PolicyReader.ReadAsync("%PDF-1.4\n"u8.ToArray(), "x.pdf", new PdfPrograms(spy, "bwrap"), TestContext.Current.CancellationToken);
        var inside = reading.Match(static read => read.Document, static refused => throw new Xunit.Sdk.XunitException(refused.Error.ToString()));
        // What it writes goes to a /tmp of its own, which ends with it.
        Assert.Equal(["ファイルの読取りはできない。", "機械への接続はできない。", "書込みはできた。", "ほかの処理の停止はできない。", "利用者は無し、渡された量は9。"], inside.Provisions.Select(static p => p.Text));
        Assert.False(File.Exists(Path.Combine(folder.Path, "left.txt")));
    }

    [Fact]
    public async Task A_broken_pdf_and_one_without_text_are_refused()
    {
        SkipWithout("/usr/bin/pdftotext");
        SkipWithout("/usr/bin/bwrap");
        Assert.Equal("POL-READ-009", await Files.RefusalAsync("%PDF-1.4\nnothing"u8.ToArray()));
        Assert.Equal("POL-READ-010", await Files.RefusalAsync(Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n")));
    }

    [Fact]
    public async Task A_printed_policy_reads_as_the_text_it_was_printed_from()
    {
        SkipWithout("/usr/bin/pdftotext");
        SkipWithout("/usr/bin/bwrap");
        SkipWithout("/usr/bin/chromium");
        var folder = Directory.CreateTempSubdirectory("sekisho-pdf-");
        try
        {
            var text = ShapeTests.Standard(30);
            var html = Path.Combine(folder.FullName, "policy.html");
            var pdf = Path.Combine(folder.FullName, "policy.pdf");
            await File.WriteAllTextAsync(html, "<meta charset=utf-8><body style='font-family:Noto Sans CJK JP'>" + string.Concat(text.Split('\n').Select(static l => $"<p>{l}</p>")), TestContext.Current.CancellationToken);
            using var chromium = Process.Start(new ProcessStartInfo("/usr/bin/chromium", ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={folder.FullName}/profile", $"--print-to-pdf={pdf}", "--no-pdf-header-footer", "file://" + html])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            await Task.WhenAll(chromium.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), chromium.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), chromium.WaitForExitAsync(TestContext.Current.CancellationToken));
            var printed = await Files.ReadAsync(await File.ReadAllBytesAsync(pdf, TestContext.Current.CancellationToken), "policy.pdf");
            var plain = Files.Read(text);
            Assert.Equal(plain.Title, printed.Title);
            Assert.Equal(plain.All().Select(static p => (p.Id, p.Caption, p.Text)), printed.All().Select(static p => (p.Id, p.Caption, p.Text)));
            Assert.Equal(plain.Supplementary.Select(static s => s.Effective), printed.Supplementary.Select(static s => s.Effective));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void SkipWithout(string program)
    {
        if (!File.Exists(program))
            Assert.Skip($"{program} is not on this machine.");
    }

    private static async Task<string> RefusalAsync(PdfPrograms programs)
    {
        var reading = await PolicyReader.ReadAsync("%PDF-1.4\n"u8.ToArray(), "x.pdf", programs, TestContext.Current.CancellationToken);
        return reading.Match(static read => "read: " + read.Document.Title, static refused => refused.Error.Code);
    }

    /// <summary>A folder with programs written for one test.</summary>
    private sealed class Scratch : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sekisho-pdf-");

        public string Path => _folder.FullName;

        public string Program(string name, string script)
        {
            var path = System.IO.Path.Combine(Path, name);
            File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            return path;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
