using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Sekisho.Crossing.Requests;

namespace Sekisho.Crossing.Tests;

/// <summary>Results leave as a ZIP that the programs of an office open: without a password, or with a new one.</summary>
public sealed class ResultZipTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_zip_without_a_password_opens_everywhere()
    {
        var bytes = await PackAsync(null, ("月報/四月.txt", "四月"), ("月報/四月.TXT", "別"), ("空.txt", ""));
        using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(["月報/四月.txt", "月報/四月 (2).TXT", "空.txt"], zip.Entries.Select(e => e.FullName));
        Assert.Equal("四月", await new StreamReader(zip.Entries[0].Open()).ReadToEndAsync(Cancel));
        Assert.Equal(0, (await RunAsync("unzip", bytes, "-t", "{}")).Code);
    }

    [Fact]
    public async Task A_zip_with_a_password_is_aes_256_and_opens_with_it_alone()
    {
        var content = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i} 行目\n"));
        var bytes = await PackAsync("Correct-Horse9", ("月報/四月.txt", content), ("空.txt", ""));
        Assert.DoesNotContain("行目", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("sekisho-zip-");
        try
        {
            var (code, said) = await RunAsync("7zz", bytes, "x", "-y", $"-o{folder.FullName}", "-pCorrect-Horse9", "{}");
            Assert.True(code == 0, said);
            Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(folder.FullName, "月報", "四月.txt"), Cancel));
            Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "空.txt"), Cancel));
            Assert.NotEqual(0, (await RunAsync("7zz", bytes, "t", "-pwrong-password", "{}")).Code);
            Assert.Contains("AES-256", (await RunAsync("7zz", bytes, "l", "-slt", "-pCorrect-Horse9", "{}")).Said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("short", false)]
    [InlineData("日本語のパスワード", false)]
    [InlineData("with blank in it", false)]
    [InlineData("Correct-Horse9", true)]
    public void A_password_is_one_that_every_program_reads_alike(string password, bool good) => Assert.Equal(good, ResultZip.IsGood(password));

    private static async Task<byte[]> PackAsync(string? password, params (string Path, string Content)[] files)
    {
        using var to = new MemoryStream();
        await ResultZip.WriteAsync(files.Select(f => (f.Path, (Func<CancellationToken, Task<HandedOut>>)(_ =>
        {
            var bytes = Encoding.UTF8.GetBytes(f.Content);
            return Task.FromResult(new HandedOut(Path.GetFileName(f.Path), bytes.Length, Sekisho.Assurance.Sha256.Of(bytes), new MemoryStream(bytes)));
        }))), new Forward(to), password, new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), Cancel);
        return to.ToArray();
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, byte[] zip, params string[] arguments)
    {
        var path = Path.Combine(Path.GetTempPath(), $"sekisho-{Guid.NewGuid():N}.zip");
        await File.WriteAllBytesAsync(path, zip, Cancel);
        try
        {
            using var run = Process.Start(new ProcessStartInfo(program, arguments.Select(a => a == "{}" ? path : a)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            run.StartInfo.Environment["LANG"] = "C.UTF-8";
            var (said, wrong) = (run.StandardOutput.ReadToEndAsync(Cancel), run.StandardError.ReadToEndAsync(Cancel));
            await run.WaitForExitAsync(Cancel);
            return (run.ExitCode, await said + await wrong);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>As an answer over the network: it only goes forward.</summary>
    private sealed class Forward(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
