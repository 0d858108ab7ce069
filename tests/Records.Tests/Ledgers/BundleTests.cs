using System.Diagnostics;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Sekisho.Assurance;
using Sekisho.Auditor;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Bundles;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Ledgers;

/// <summary>A bundle, written by the server, judged by two that share nothing with it: the auditor, and a Python script with openssl.</summary>
public sealed class BundleTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("sekisho-bundle-").FullName;
    private readonly NoteSigner signer = NoteSigner.Create();
    private static readonly Dictionary<string, byte[]> None = [];
    private TestDatabase test = null!;
    private MunicipalityId town;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Bundle => Path.Combine(folder, "bundle");

    public async ValueTask InitializeAsync()
    {
        test = await TestDatabase.CreateAsync();
        town = await test.AddMunicipalityAsync("meguro", "目黒区");
        await LedgerStoreTests.AppendAsync(test, new LedgerStore(signer, TimeProvider.System), town, 100, 500, 3);
    }

    public async ValueTask DisposeAsync()
    {
        signer.Dispose();
        await test.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<LedgerHead?> ExportAsync(string path)
    {
        await using var target = BundleTarget.At(path);
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        return await LedgerBundle.ExportAsync(tenant, signer, target, Cancel);
    }

    private string Key => signer.VerifierFor(LedgerOrigin.Of(town)).ToString();

    [Theory]
    [InlineData("bundle")]
    [InlineData("bundle.zip")]
    public async Task A_bundle_holds_as_folder_and_as_zip(string name)
    {
        var head = (await ExportAsync(Path.Combine(folder, name)))!;
        var report = BundleAuditor.Audit(Path.Combine(folder, name), Key, None);
        Assert.Empty(report.Faults);
        Assert.Equal((603UL, LedgerOrigin.Of(town), false), (report.Size, report.Origin, report.KeyFromBundle));
        Assert.Equal(head.Size, report.Size);
        var own = BundleAuditor.Audit(Path.Combine(folder, name), null, None);
        Assert.True(own is { Holds: true, KeyFromBundle: true });
        Assert.Equal(signer.VerifierFor("x").Fingerprint, own.Fingerprint);
    }

    [Fact]
    public async Task A_bundle_that_is_sent_while_it_is_written_is_the_same_and_one_that_breaks_off_is_none()
    {
        var path = Path.Combine(folder, "sent.zip");
        await using (var file = new AsynchronousOnly(File.Create(path)))
        {
            await using var target = BundleTarget.Into(file);
            await using var tenant = await test.Database.EnterAsync(town, Cancel);
            await LedgerBundle.ExportAsync(tenant, signer, target, Cancel);
        }
        Assert.Empty(BundleAuditor.Audit(path, Key, None).Faults);
        await ExportAsync(Path.Combine(folder, "kept.zip"));
        Assert.Equal(Contents(Path.Combine(folder, "kept.zip")), Contents(path));

        var broken = Path.Combine(folder, "broken.zip");
        await using (var file = new AsynchronousOnly(File.Create(broken)))
        {
            await using var target = BundleTarget.Into(file);
            await target.WriteAsync("checkpoint", new byte[100], Cancel);
        }
        Assert.Throws<InvalidDataException>(() => ZipFile.OpenRead(broken));

        static string Contents(string zip)
        {
            using var archive = ZipFile.OpenRead(zip);
            return string.Join('\n', archive.Entries.Select(e => $"{e.FullName} {e.Length} {e.Crc32}").Order(StringComparer.Ordinal));
        }
    }

    /// <summary>As the body of a web server's answer: no seeking, no synchronous writes.</summary>
    private sealed class AsynchronousOnly(Stream under) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => under.WriteAsync(buffer, cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await under.DisposeAsync();
            await base.DisposeAsync();
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("a synchronous write");

        public override void Flush() => throw new InvalidOperationException("a synchronous flush");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    [Fact]
    public async Task The_readme_says_in_both_languages_what_it_is_and_how_to_verify()
    {
        await ExportAsync(Bundle);
        var readme = await File.ReadAllTextAsync(Path.Combine(Bundle, "README.md"), Cancel);
        Assert.Contains("目黒区", readme, StringComparison.Ordinal);
        Assert.Contains("603", readme, StringComparison.Ordinal);
        Assert.Contains(signer.VerifierFor("x").Fingerprint, readme, StringComparison.Ordinal);
        Assert.DoesNotContain("{", readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Python_and_openssl_alone_verify_it_and_refuse_a_changed_one()
    {
        await ExportAsync(Bundle);
        var (code, output) = await PythonAsync();
        Assert.True(code == 0, output);
        Assert.Contains("603 entries, valid", output, StringComparison.Ordinal);
        var entries = Path.Combine(Bundle, "tile/entries/001");
        var bytes = await File.ReadAllBytesAsync(entries, Cancel);
        bytes[900] ^= 1;
        await File.WriteAllBytesAsync(entries, bytes, Cancel);
        Assert.NotEqual(0, (await PythonAsync()).Code);
    }

    private async Task<(int Code, string Output)> PythonAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("python3", [Path.Combine(Bundle, "verify.py")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output + await errors);
    }

    [Fact]
    public async Task Any_file_changed_missing_or_cut_short_is_found()
    {
        await ExportAsync(Bundle);
        var files = Directory.EnumerateFiles(Bundle, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("README.md" or "verify.py" or "vkey")).ToList();
        Assert.Equal(1 + 3 + 3 + 1, files.Count);
        foreach (var file in files)
        {
            var original = await File.ReadAllBytesAsync(file, Cancel);
            File.Delete(file);
            Assert.False(BundleAuditor.Audit(Bundle, Key, None).Holds, $"{file} deleted");
            foreach (var cut in new[] { 0, 1, original.Length / 2, original.Length - 1 })
            {
                await File.WriteAllBytesAsync(file, original[..cut], Cancel);
                Assert.False(BundleAuditor.Audit(Bundle, Key, None).Holds, $"{file} cut to {cut}");
            }
            Prop.ForAll(Gen.Choose(0, original.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), damage =>
            {
                var bytes = original.ToArray();
                bytes[damage.Item1] ^= (byte)damage.Item2;
                File.WriteAllBytes(file, bytes);
                return !BundleAuditor.Audit(Bundle, Key, None).Holds;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
            await File.WriteAllBytesAsync(file, [.. original, 0], Cancel);
            Assert.False(BundleAuditor.Audit(Bundle, Key, None).Holds, $"{file} with a byte more");
            await File.WriteAllBytesAsync(file, original, Cancel);
        }
        Assert.True(BundleAuditor.Audit(Bundle, Key, None).Holds);
    }

    [Fact]
    public async Task The_changed_entry_is_named()
    {
        await ExportAsync(Bundle);
        var file = Path.Combine(Bundle, "tile/entries/001");
        Assert.True(EntryBundle.TryRead(await File.ReadAllBytesAsync(file, Cancel), 256, out var entries));
        var changed = entries.ToList();
        changed[44] = LedgerStoreTests.Entries(1)[0].ToBytes();
        await File.WriteAllBytesAsync(file, EntryBundle.Write(changed), Cancel);
        Assert.Contains(BundleAuditor.Audit(Bundle, Key, None).Faults, f => f.Where == "tile/entries/001 entry 300");
    }

    [Fact]
    public async Task Another_key_or_none_is_not_enough()
    {
        await ExportAsync(Bundle);
        using var another = NoteSigner.Create();
        Assert.False(BundleAuditor.Audit(Bundle, another.VerifierFor(LedgerOrigin.Of(town)).ToString(), None).Holds);
        Assert.False(BundleAuditor.Audit(Bundle, signer.VerifierFor("another/log").ToString(), None).Holds);
        Assert.False(BundleAuditor.Audit(Bundle, "junk", None).Holds);
        File.Delete(Path.Combine(Bundle, "vkey"));
        Assert.False(BundleAuditor.Audit(Bundle, null, None).Holds);
    }

    [Fact]
    public async Task A_bundle_must_continue_the_checkpoints_that_the_auditor_kept()
    {
        await ExportAsync(Bundle);
        await using var tenant = await test.Database.EnterAsync(town, Cancel);
        var then = (await LedgerReader.ProveConsistencyAsync(tenant, 100, null, Cancel))!.Root1;
        byte[] Note(ulong size, Sha256 root) => new Checkpoint(LedgerOrigin.Of(town), size, root).Sign(signer);
        Assert.True(BundleAuditor.Audit(Bundle, Key, new Dictionary<string, byte[]> { ["then"] = Note(100, then) }).Holds);
        Assert.Contains("rewritten", Assert.Single(BundleAuditor.Audit(Bundle, Key, new Dictionary<string, byte[]> { ["then"] = Note(101, then) }).Faults).En, StringComparison.Ordinal);
        Assert.Contains("truncated", Assert.Single(BundleAuditor.Audit(Bundle, Key, new Dictionary<string, byte[]> { ["later"] = Note(700, then) }).Faults).En, StringComparison.Ordinal);
        Assert.Single(BundleAuditor.Audit(Bundle, Key, new Dictionary<string, byte[]> { ["junk"] = [1, 2, 3] }).Faults);
    }

    [Fact]
    public async Task What_is_no_bundle_at_all_is_a_fault_and_never_an_exception()
    {
        foreach (var (name, content) in new Dictionary<string, byte[]> { ["empty"] = [], ["junk.zip"] = [80, 75, 3, 4, 1, 2, 3], ["text"] = "hello"u8.ToArray() })
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name), content, Cancel);
            Assert.False(BundleAuditor.Audit(Path.Combine(folder, name), null, None).Holds);
        }
        Assert.False(BundleAuditor.Audit(Path.Combine(folder, "nowhere"), null, None).Holds);
        Directory.CreateDirectory(Path.Combine(folder, "hollow"));
        Assert.False(BundleAuditor.Audit(Path.Combine(folder, "hollow"), null, None).Holds);
        await ExportAsync(Path.Combine(folder, "b.zip"));
        var zip = await File.ReadAllBytesAsync(Path.Combine(folder, "b.zip"), Cancel);
        Prop.ForAll(Gen.Choose(0, zip.Length - 1).Zip(Gen.Choose(0, 255)).ToArbitrary(), damage =>
        {
            var bytes = zip.ToArray();
            bytes[damage.Item1] = (byte)damage.Item2;
            File.WriteAllBytes(Path.Combine(folder, "c.zip"), bytes);
            BundleAuditor.Audit(Path.Combine(folder, "c.zip"), Key, None);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public async Task A_name_that_a_zip_holds_twice_is_as_good_as_missing()
    {
        var path = Path.Combine(folder, "twice.zip");
        await ExportAsync(path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            await using var stream = archive.CreateEntry("tile/0/000").Open();
            stream.WriteByte(1);
        }
        Assert.False(BundleAuditor.Audit(path, Key, None).Holds);
    }

    [Fact]
    public async Task An_empty_ledger_has_nothing_to_export_and_a_full_folder_is_left_alone()
    {
        var empty = await test.AddMunicipalityAsync("uozu");
        await using (var target = BundleTarget.At(Path.Combine(folder, "e.zip")))
        await using (var tenant = await test.Database.EnterAsync(empty, Cancel))
            Assert.Null(await LedgerBundle.ExportAsync(tenant, signer, target, Cancel));
        Assert.Empty(Directory.EnumerateFiles(folder, "e.zip*"));
        await ExportAsync(Bundle);
        Assert.Throws<IOException>(() => BundleTarget.At(Bundle));
    }
}
