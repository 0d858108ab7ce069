using Sekisho.Assurance;
using Sekisho.Policy;

namespace Sekisho.Cli;

/// <summary>A policy named on the command line: the file is read with its limits, and what is wrong is said to the person.</summary>
internal static class PolicyFile
{
    /// <summary>Reads the file; a missing or oversized one is refused like bad content.</summary>
    internal static async Task<PolicyReading> ReadAsync(FileInfo file, CancellationToken cancel)
    {
        try
        {
            await using var stream = file.OpenRead();
            // A pipe or device has no length to ask for: one byte over the limit tells as well.
            using var content = new MemoryStream();
            var buffer = new byte[128 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
            {
                content.Write(buffer, 0, read);
                if (content.Length > PolicyReader.MostBytes || (stream.CanSeek && stream.Length > PolicyReader.MostBytes))
                    return new PolicyReading.Refused(TooLarge(file));
            }
            return await PolicyReader.ReadAsync(content.GetBuffer().AsMemory(0, (int)content.Length), file.Name, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new PolicyReading.Refused(new ReadError(
                "POL-READ-012", file.Name,
                new("ファイルを開けません。", "The file cannot be opened."),
                new("ファイルの名前と、読み取りの権限を確かめてください。", "Check the name of the file and your right to read it.")));
        }
    }

    /// <summary>Says on standard error what is wrong and what to do.</summary>
    /// <returns>Exit code 2: bad input.</returns>
    internal static int Say(ReadError error)
    {
        var where = error.Where.Length == 0 ? "" : $" ({error.Where})";
        Console.Error.WriteLine($"{error.Code}{where}: {error.What.Ja}{error.Next.Ja}");
        Console.Error.WriteLine($"{error.Code}{where}: {error.What.En} {error.Next.En}");
        return 2;
    }

    private static ReadError TooLarge(FileInfo file) => new(
        "POL-READ-002", file.Name,
        new("文書が大きすぎます（上限: ファイル64 MB、本文2,000万字）。", "The document is too large (limits: 64 MB a file, 20 million characters of text)."),
        new("規程の本文だけのファイルにしてください。", "Give a file that holds the text of the policy alone."));
}
