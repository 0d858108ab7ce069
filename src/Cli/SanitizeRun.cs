using System.Collections.Concurrent;
using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Cli;

/// <summary>Files and folders through the sanitiser into a folder. Nothing is there under its name before it is whole; nothing that was there is lost.</summary>
/// <param name="mail">The files are messages, as a gateway brings them; null for files.</param>
internal sealed class SanitizeRun(SanitizeSettings settings, string outFolder, string? reportFile, bool overwrite, MailOrder? mail = null)
{
    private readonly ConcurrentDictionary<string, bool> taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock console = new();
    private readonly bool hasBar = !Console.IsErrorRedirected;
    private int done, refused;

    /// <summary>One file to do: where it is, and under which folder of the output its result goes.</summary>
    private sealed record Item(string Path, string Shown, string Folder);

    public async Task<int> RunAsync(IReadOnlyList<string> untrustedPaths, CancellationToken cancel)
    {
        if (await CollectAsync(untrustedPaths) is not { } items) return Launch.BadInput;
        try
        {
            Directory.CreateDirectory(outFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Launch.SayAsync("SAN-CLI-005", new($"出力先 {outFolder} に書き込めません。", $"Can't write to {outFolder}."), new("場所と権限を確かめてください。", "Check its place and its permissions."), e.Message);
            return Launch.BadInput;
        }
        await using var pool = await settings.StartAsync(items.Count, cancel);
        if (pool is null) return Launch.BadInput;
        var reports = new FileReport?[items.Count];
        try
        {
            var next = -1;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAll([.. Enumerable.Repeat(0, Math.Max(1, Math.Min(settings.Jobs, items.Count))).Select(_ => EachAsync())]);

            // Not the framework's loop: that is compiled at each start.
            async Task EachAsync()
            {
                try
                {
                    for (int i; (i = Interlocked.Increment(ref next)) < items.Count;)
                    {
                        stop.Token.ThrowIfCancellationRequested();
                        reports[i] = await OneAsync(pool, items[i], stop.Token);
                        Tell(reports[i]!, items.Count);
                    }
                }
                catch
                {
                    await stop.CancelAsync(); // one that can't go on ends the others
                    throw;
                }
            }
        }
        finally
        {
            if (reportFile is not null) await WriteReportAsync(reports.OfType<FileReport>());
        }
        if (hasBar) Console.Error.Write("\r\x1b[K");
        await Console.Error.WriteLineAsync($"{items.Count - refused} 件を無害化し、{refused} 件を遮断しました。 / {items.Count - refused} came out, {refused} refused.");
        return refused == 0 ? Launch.Fine : Launch.Findings;
    }

    /// <summary>All files, folders walked; links are not followed. Null after it said what is missing.</summary>
    private async Task<List<Item>?> CollectAsync(IReadOnlyList<string> untrustedPaths)
    {
        var items = new List<Item>();
        foreach (var path in untrustedPaths)
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            if (Directory.Exists(full))
            {
                if ((outFolder + "/").StartsWith(full + "/", StringComparison.Ordinal))
                {
                    await Launch.SayAsync("SAN-CLI-006", new($"出力先が、無害化するフォルダ {path} の中にあります。", $"The output folder lies inside {path}, which is to be sanitised."), new("別の場所を --out で指定してください。", "Name another place with --out."));
                    return null;
                }
                // A folder named alone fills the output itself; one of several keeps its name there.
                var under = untrustedPaths.Count == 1 ? "" : PathInside(Path.GetFileName(full));
                foreach (var file in Directory.EnumerateFiles(full, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false }).Order(StringComparer.Ordinal))
                {
                    var relative = Path.GetRelativePath(full, file);
                    items.Add(new(file, under.Length == 0 ? relative : Path.Combine(under, relative), Path.Combine(outFolder, under, PathInside(Path.GetDirectoryName(relative) ?? ""))));
                }
            }
            else if (File.Exists(full))
            {
                items.Add(new(full, Path.GetFileName(full), outFolder));
            }
            else
            {
                await Launch.SayAsync("SAN-CLI-007", new($"{path} が見つかりません。", $"{path} is not there."), new("名前と場所を確かめてください。", "Check the name and the place."));
                return null;
            }
        }
        return items;
    }

    private static string PathInside(string relative) => relative.Length == 0 ? "" : FileNames.CleanPath(relative);

    private async Task<FileReport> OneAsync(SanitizerPool pool, Item item, CancellationToken cancel)
    {
        FileStream input;
        try
        {
            input = new FileStream(item.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(item, "SAN-CLI-008", $"ファイルを読めません（{e.Message}）。", $"The file can't be read ({e.Message}).", "権限を確かめてください。", "Check its permissions.");
        }
        await using var closing = input;
        Directory.CreateDirectory(item.Folder);
        // Hidden and named by chance until it is whole.
        var partial = Path.Combine(item.Folder, $".sekisho-{Guid.NewGuid():N}.partial");
        var parts = partial + ".files";
        try
        {
            FileReport report;
            await using (var output = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
                report = mail is null ? await pool.SanitizeAsync(Path.GetFileName(item.Path), input, output, settings.Mode, settings.Passwords, cancel) : await MessageAsync(pool, item, input, output, parts, cancel);
            if (report.Output is null) return report with { File = item.Shown };
            var name = Free(item.Folder, report.Output);
            if (name is null)
                return Failed(item, "SAN-CLI-009", $"出力先に {report.Output} が既にあります。元のまま残しました。", $"{report.Output} is in the output folder already. It was left as it is.", "空のフォルダを指定するか、--overwrite を付けてください。", "Name an empty folder, or add --overwrite.");
            if (Directory.Exists(parts) && !PutParts(parts, Path.Combine(item.Folder, name + ".files")))
                return Failed(item, "SAN-CLI-009", $"出力先に {name}.files が既にあります。元のまま残しました。", $"{name}.files is in the output folder already. It was left as it is.", "空のフォルダを指定するか、--overwrite を付けてください。", "Name an empty folder, or add --overwrite.");
            File.Move(partial, Path.Combine(item.Folder, name), overwrite);
            return report with { File = item.Shown, Output = Path.GetRelativePath(outFolder, Path.Combine(item.Folder, name)) };
        }
        catch (IOException e)
        {
            return Failed(item, "SAN-CLI-010", $"書き出せません（{e.Message}）。", $"It can't be written ({e.Message}).", "出力先の空き容量と権限を確かめてください。", "Check the space and the permissions of the output folder.");
        }
        finally
        {
            File.Delete(partial);
            if (Directory.Exists(parts)) Directory.Delete(parts, recursive: true);
        }
    }

    /// <summary>A message; files that don't travel with it go into a folder beside it.</summary>
    private async Task<FileReport> MessageAsync(SanitizerPool pool, Item item, Stream input, Stream output, string parts, CancellationToken cancel)
    {
        var report = await pool.SanitizeMailAsync(input, output, settings.PolicyYaml, mail!, settings.Passwords, (_, part) =>
        {
            Directory.CreateDirectory(parts);
            return new FileStream(Path.Combine(parts, part.Output!), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        }, cancel);
        return report.Output is null ? report : report with { Output = FileNames.CleanPath(Path.GetFileNameWithoutExtension(item.Path)) + ".eml" };
    }

    private bool PutParts(string from, string to)
    {
        if (Directory.Exists(to))
        {
            if (!overwrite) return false;
            Directory.Delete(to, recursive: true);
        }
        Directory.Move(from, to);
        return true;
    }

    /// <summary>A name that no other file of this run has; null when the folder had it before and it may not be replaced.</summary>
    private string? Free(string folder, string name)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        for (var number = 1; ; number++)
        {
            var candidate = number == 1 ? name : $"{stem} ({number}){extension}";
            if (!taken.TryAdd(Path.Combine(folder, candidate), true)) continue;
            return overwrite || !File.Exists(Path.Combine(folder, candidate)) ? candidate : null;
        }
    }

    private static FileReport Failed(Item item, string code, string ja, string en, string nextJa, string nextEn) =>
        new(item.Shown, null, "unknown", null, Outcome.Refused, new(code, new(ja, en), new(nextJa, nextEn)), [], [], [], null, null, 0, null, 0);

    private void Tell(FileReport report, int count)
    {
        lock (console)
        {
            done++;
            if (report.Outcome == Outcome.Refused) refused++;
            if (hasBar) Console.Error.Write("\r\x1b[K");
            Console.Out.WriteLine(ReportText.Line(report));
            if (!hasBar) return;
            const int Width = 30;
            var full = done * Width / count;
            Console.Error.Write($"[{new string('#', full)}{new string('.', Width - full)}] {done}/{count}");
        }
    }

    private async Task WriteReportAsync(IEnumerable<FileReport> reports)
    {
        try
        {
            await using var file = new FileStream(reportFile!, FileMode.Create, FileAccess.Write);
            // An array with one line an object: readable by any JSON reader, and by line.
            await file.WriteAsync("["u8.ToArray());
            var first = true;
            foreach (var report in reports)
            {
                await file.WriteAsync(Encoding.ASCII.GetBytes(first ? "\n" : ",\n"));
                await file.WriteAsync(ReportJson.Write(report));
                first = false;
            }
            await file.WriteAsync("\n]\n"u8.ToArray());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Launch.SayAsync("SAN-CLI-011", new($"結果を {reportFile} に書けません。", $"The report can't be written to {reportFile}."), new("場所と権限を確かめてください。無害化したファイルは出力先にあります。", "Check its place and permissions. What came out is in the output folder."), e.Message);
        }
    }
}
