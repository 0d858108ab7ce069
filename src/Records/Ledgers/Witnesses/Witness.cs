using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Ledgers.Verification;

namespace Sekisho.Records.Ledgers.Witnesses;

/// <summary>A place outside the database that keeps copies of checkpoints (控えの置き場): who rewrites the database can't rewrite these.</summary>
public abstract record Witness
{
    private Witness()
    {
    }

    /// <summary>As it is written in the list: a path or an address.</summary>
    public abstract string Text { get; }

    public abstract T Match<T>(Func<InFolder, T> inFolder, Func<AtUrl, T> atUrl);

    /// <summary>A folder: of this machine, or of another one that is mounted here.</summary>
    public sealed record InFolder(string Path) : Witness
    {
        public override string Text => Path;

        public override T Match<T>(Func<InFolder, T> inFolder, Func<AtUrl, T> atUrl) => inFolder(this);
    }

    /// <summary>An address that takes a checkpoint by POST (text/plain) and answers 2xx when it has kept it.</summary>
    public sealed record AtUrl(Uri Address) : Witness
    {
        public override string Text => Address.ToString();

        public override T Match<T>(Func<InFolder, T> inFolder, Func<AtUrl, T> atUrl) => atUrl(this);
    }

    /// <returns>Null when the text is neither an absolute path nor an http(s) address.</returns>
    public static Witness? Parse(string untrusted) =>
        untrusted.StartsWith('/') ? new InFolder(untrusted.TrimEnd('/'))
        : Uri.TryCreate(untrusted, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? new AtUrl(address)
        : null;
}

/// <summary>The witnesses of an installation, kept in the data folder: one a line in <c>ledger/witnesses</c>. A folder beside them is always one.</summary>
public static class WitnessList
{
    private static string FileOf(string dataFolder) => Path.Combine(LedgerKey.FolderOf(dataFolder), "witnesses");

    /// <summary>Copies within the data folder: found again even where no other witness was named, though whoever owns the machine owns them too.</summary>
    public static string OwnFolder(string dataFolder) => Path.Combine(LedgerKey.FolderOf(dataFolder), "checkpoints");

    public static IReadOnlyList<Witness> Read(string dataFolder) => [new Witness.InFolder(OwnFolder(dataFolder)), .. Named(dataFolder)];

    /// <summary>Those that somebody named.</summary>
    public static IReadOnlyList<Witness> Named(string dataFolder) =>
        File.Exists(FileOf(dataFolder)) ? [.. File.ReadAllLines(FileOf(dataFolder)).Select(static line => Witness.Parse(line.Trim())).OfType<Witness>()] : [];

    /// <returns>False when it was there already.</returns>
    public static bool Add(string dataFolder, Witness witness)
    {
        var named = Named(dataFolder);
        if (named.Contains(witness)) return false;
        Write(dataFolder, [.. named, witness]);
        return true;
    }

    /// <returns>False when it wasn't there.</returns>
    public static bool Remove(string dataFolder, Witness witness)
    {
        var named = Named(dataFolder);
        if (!named.Contains(witness)) return false;
        Write(dataFolder, [.. named.Where(w => w != witness)]);
        return true;
    }

    private static void Write(string dataFolder, IReadOnlyList<Witness> witnesses)
    {
        Directory.CreateDirectory(LedgerKey.FolderOf(dataFolder));
        File.WriteAllLines(FileOf(dataFolder) + ".unfinished", witnesses.Select(static w => w.Text));
        File.Move(FileOf(dataFolder) + ".unfinished", FileOf(dataFolder), overwrite: true);
    }
}

/// <summary>Copies of checkpoints in a folder: <c>MUNICIPALITY/SIZE-ROOT.checkpoint</c>, never overwritten. Two of one size with different roots are two files: a fork shows.</summary>
public static class CheckpointFolder
{
    /// <summary>A copy is some 300 bytes; anything much longer isn't one.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <exception cref="IOException">The folder can't be written.</exception>
    public static async Task KeepAsync(string folder, MunicipalityId municipality, LedgerHead head, CancellationToken cancel)
    {
        var place = Path.Combine(folder, municipality.ToString());
        Directory.CreateDirectory(place);
        var file = Path.Combine(place, $"{head.Size:D20}-{head.Root.ToString()[..8]}.checkpoint");
        if (File.Exists(file)) return;
        var unfinished = $"{file}.{Guid.NewGuid():N}.unfinished";
        var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write);
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(head.Note, cancel).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }
        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>All copies of a municipality's checkpoints, by size.</summary>
    /// <exception cref="IOException">The folder can't be read.</exception>
    public static IReadOnlyList<CheckpointCopy> Read(string folder, MunicipalityId municipality)
    {
        var place = Path.Combine(folder, municipality.ToString());
        if (!Directory.Exists(place))
        {
            // A folder that is there and has nothing of this municipality is empty; one that isn't there may be an unmounted disk.
            return Directory.Exists(folder) ? [] : throw new DirectoryNotFoundException($"{folder} is not there.");
        }
        return [.. Directory.EnumerateFiles(place, "*.checkpoint").Order(StringComparer.Ordinal).Select(static file => new CheckpointCopy(file, ReadFile(file)))];
    }

    /// <summary>The newest copy; null when there is none.</summary>
    public static byte[]? Newest(string folder, MunicipalityId municipality)
    {
        var place = Path.Combine(folder, municipality.ToString());
        return Directory.Exists(place) && Directory.EnumerateFiles(place, "*.checkpoint").Max(StringComparer.Ordinal) is { } file ? ReadFile(file) : null;
    }

    internal static byte[] ReadFile(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[MaxBytes];
        return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}

/// <summary>Sends copies to a witness and knows what it has.</summary>
internal static class WitnessDelivery
{
    /// <summary>What the witness last took; null when nothing.</summary>
    public static byte[]? Last(string dataFolder, Witness witness, MunicipalityId municipality) => witness.Match(
        folder => CheckpointFolder.Newest(folder.Path, municipality),
        url => CheckpointFolder.Newest(Sent(dataFolder, url), municipality));

    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="HttpRequestException">The address doesn't answer, or not with 2xx.</exception>
    public static Task SendAsync(string dataFolder, Witness witness, MunicipalityId municipality, LedgerHead head, HttpClient http, CancellationToken cancel) => witness.Match(
        folder => CheckpointFolder.KeepAsync(folder.Path, municipality, head, cancel),
        async url =>
        {
            using var content = new ReadOnlyMemoryContent(head.Note);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
            using var answer = await http.PostAsync(url.Address, content, cancel).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            await CheckpointFolder.KeepAsync(Sent(dataFolder, url), municipality, head, cancel).ConfigureAwait(false);
        });

    /// <summary>A receipt of what an address took: it can't be asked later.</summary>
    private static string Sent(string dataFolder, Witness.AtUrl url) =>
        Path.Combine(LedgerKey.FolderOf(dataFolder), "sent", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.Text)))[..16]);
}
