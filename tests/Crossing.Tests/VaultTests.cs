using FsCheck;
using FsCheck.Fluent;
using Sekisho.Assurance;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Tests;

public sealed class VaultTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Whatever_the_length_and_wherever_it_pauses_what_comes_back_is_what_went_in()
    {
        using var folder = new Folder();
        var lengths = Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(65_530, 65_545), Gen.Choose(131_060, 131_080), Gen.Choose(0, 400_000));
        var pieces = from length in lengths from cuts in Gen.ArrayOf(Gen.Choose(0, Math.Max(0, length))) select (Length: length, Cuts: cuts.Take(6).Append(length).Order().ToArray());
        Prop.ForAll(pieces.ToArbitrary(), p =>
        {
            var path = Path.Combine(folder.Path, Guid.NewGuid().ToString("N"));
            var content = new byte[p.Length];
            new Random(p.Length).NextBytes(content);
            var at = 0;
            foreach (var cut in p.Cuts)
            {
                using var writer = Resume(path, at);
                writer.Write(content, at, cut - at);
                at = cut;
                if (at == p.Length) writer.CompleteAsync(default).GetAwaiter().GetResult();
                else writer.PauseAsync(default).GetAwaiter().GetResult();
                // What is written after a pause and never confirmed is forgotten.
                if (at == p.Length) break;
                using (var lost = SealedWriterAfter(writer, path, at)) lost.Write(new byte[70_000]);
            }
            SealedWriter.ForgetTails(path);
            using var reader = SealedReader.Open(default, path, Key, p.Length);
            using var back = new MemoryStream();
            reader.CopyTo(back, 1 + (p.Length % 10_000));
            return back.ToArray().AsSpan().SequenceEqual(content) && Directory.GetFiles(folder.Path, Path.GetFileName(path) + ".at-*").Length == 0;
        }).QuickCheckThrowOnFailure();

        static SealedWriter SealedWriterAfter(SealedWriter paused, string path, long at)
        {
            paused.Dispose();
            return Resume(path, at);
        }

        static SealedWriter Resume(string path, long at) => SealedWriter.ResumeAsync(path, Key, at, () => Task.FromResult(true)).GetAwaiter().GetResult()!;
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("longer")]
    [InlineData("flipped")]
    [InlineData("swapped")]
    [InlineData("other key")]
    [InlineData("gone")]
    public async Task What_was_tampered_with_does_not_open(string how)
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, "x");
        var content = new byte[200_000];
        using (var writer = SealedWriter.Create(path, Key))
        {
            await writer.WriteAsync(content, Gate.Cancel);
            await writer.CompleteAsync(Gate.Cancel);
        }
        var bytes = await File.ReadAllBytesAsync(path, Gate.Cancel);
        const int Chunk = SealedFile.SealedChunkBytes;
        await File.WriteAllBytesAsync(path, how switch
        {
            "cut" => bytes[..^1],
            "longer" => [.. bytes, 0],
            "flipped" => [.. bytes[..100_000], (byte)(bytes[100_000] ^ 1), .. bytes[100_001..]],
            "swapped" => [.. bytes[Chunk..(2 * Chunk)], .. bytes[..Chunk], .. bytes[(2 * Chunk)..]],
            _ => bytes,
        }, Gate.Cancel);
        if (how == "gone") File.Delete(path);
        await Assert.ThrowsAsync<VaultException>(async () =>
        {
            using var reader = SealedReader.Open(default, path, how == "other key" ? new byte[32] : Key, content.Length);
            await reader.CopyToAsync(Stream.Null, Gate.Cancel);
        });
    }

    [Fact]
    public async Task A_copy_of_the_folder_and_the_database_opens_nothing_without_the_key_file()
    {
        await using var gate = await Gate.OpenAsync();
        await gate.SendAsync(await gate.OpenRequestAsync(gate.Staff), gate.Staff, "秘密.txt", Gate.Utf8("とても秘密の内容"));
        var file = Assert.Single(Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories));
        Assert.True(new ReadOnlySpan<byte>(await File.ReadAllBytesAsync(file, Gate.Cancel)).IndexOf("秘密"u8) < 0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        var key = Path.Combine(gate.Folder, "vault.key");
        File.Move(key, key + ".elsewhere");
        Assert.Equal("XNG-KEY-001", (await Assert.ThrowsAsync<StorageException>(() => FileVault.OpenAsync(gate.Folder, null, null, gate.Keeper, Gate.Cancel))).Code);
        await FileVault.OpenAsync(gate.Folder, null, key + ".elsewhere", gate.Keeper, Gate.Cancel);
        File.SetUnixFileMode(key + ".elsewhere", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Equal("XNG-KEY-002", (await Assert.ThrowsAsync<StorageException>(() => FileVault.OpenAsync(gate.Folder, null, key + ".elsewhere", gate.Keeper, Gate.Cancel))).Code);
    }

    [Fact]
    public async Task A_key_that_is_lost_for_good_closes_what_lies_there_and_nothing_else()
    {
        await using var gate = await Gate.OpenAsync();
        Requests.RequestDetail through;
        await using (await gate.WorkerAsync()) through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容"))));
        File.Delete(Path.Combine(gate.Folder, "vault.key"));
        var vault = await FileVault.OpenAsync(gate.Folder, null, null, gate.Keeper, Gate.Cancel, isKeyLost: true);
        using var slices = new CrossingSlices(gate.Keeper, gate.Records, vault);
        Assert.Equal("XNG-VAULT-001", Gate.CodeOf(await slices.Requests.HandOutAsync(gate.Town, through.Items[0].Id, gate.Staff, Gate.Cancel)));
        var request = (await slices.Requests.OpenAsync(gate.Town, new("internet-to-lgwan", gate.Tax.Id), null, gate.Staff, Gate.Cancel)).OrThrow();
        var item = (await slices.Requests.AddFileAsync(gate.Town, request.Id, "b.txt", 3, gate.Staff, Gate.Cancel)).OrThrow();
        Assert.Equal(Requests.ItemState.Received, (await slices.Requests.AppendAsync(gate.Town, item.Id, 0, new MemoryStream("abc"u8.ToArray()), gate.Staff, Gate.Cancel)).OrThrow().State);
        // Started again, without the word: the new key is there and needed.
        await FileVault.OpenAsync(gate.Folder, null, null, gate.Keeper, Gate.Cancel);
    }

    [Fact]
    public async Task A_sweep_takes_only_what_no_record_knows()
    {
        await using var gate = await Gate.OpenAsync();
        await gate.SendAsync(await gate.OpenRequestAsync(gate.Staff), gate.Staff, "a.txt", Gate.Utf8("内容"));
        var known = Assert.Single(Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories));
        var stray = Path.Combine(Path.GetDirectoryName(known)!, Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(stray, "rest", Gate.Cancel);
        Assert.Equal(0, await gate.Vault.SweepAsync(gate.Town, DateTimeOffset.UtcNow.AddHours(-1), Gate.Cancel));
        Assert.Equal(1, await gate.Vault.SweepAsync(gate.Town, DateTimeOffset.UtcNow.AddHours(1), Gate.Cancel));
        Assert.True(File.Exists(known));
        Assert.False(File.Exists(stray));
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("sekisho-vault-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
