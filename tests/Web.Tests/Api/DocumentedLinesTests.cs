using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Web.Tests.Api;

/// <summary>The lines that docs/operations tells people to type do what it says, as they stand there.</summary>
public sealed partial class DocumentedLinesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_system_crosses_a_file_by_the_lines_of_the_document()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Root(), "docs/operations/crossing.md"), Cancel);
        var lines = ShellBlock().Matches(document).Select(static m => m.Groups["lines"].Value).Single(static b => b.Contains("$AT/crossings", StringComparison.Ordinal));
        Assert.Equal(6, Regex.Count(lines, "curl -sf"));

        await using var server = await ConsoleServer.StartAsync();
        var (records, by, day, town) = (server.Services.GetRequiredService<RecordSlices>(), new Actor("1", "担当 花子"), new DateOnly(2026, 4, 1), server.Officer.Municipality);
        var agency = (await records.Organisation.AddUnitAsync(town, null, UnitKind.Agency, "町長部局", day, by, Cancel)).OrThrow();
        var section = (await records.Organisation.AddUnitAsync(town, agency.Id, UnitKind.Section, "総務課", day, by, Cancel)).OrThrow();
        var made = (await server.Services.GetRequiredService<CrossingSlices>().Systems.RegisterAsync(town, new("3階の複合機", ["internet-to-lgwan"], section.Id, ["127.0.0.0/8"], TimeSpan.FromDays(30)), by, Cancel)).OrThrow();

        var folder = Directory.CreateTempSubdirectory("sekisho-lines-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "system.key"), made.Secret + "\n", Cancel);
            await WriteDocxAsync(Path.Combine(folder, "回覧.docx"), "回覧いたします");
            var script = "set -euo pipefail\n" + lines.Replace("https://sekisho.example.lg.jp", server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal);
            var (code, said, complaint) = await RunAsync(folder, script);
            Assert.True(code == 0, $"{code}\n{said}\n{complaint}");
            Assert.StartsWith("delivered\nrebuilt\n", said[said.IndexOf("delivered", StringComparison.Ordinal)..], StringComparison.Ordinal);
            Assert.Matches("\"bytes\":[0-9]+", said[said.IndexOf("rebuilt", StringComparison.Ordinal)..]);
            using var harmless = ZipFile.OpenRead(Path.Combine(folder, "無害化した回覧.docx"));
            using var text = new StreamReader(harmless.GetEntry("word/document.xml")!.Open());
            Assert.Contains("回覧いたします", await text.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Said, string Complaint)> RunAsync(string folder, string script)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LANG"] = start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var proxy in (string[])["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) start.Environment.Remove(proxy);
        using var process = Process.Start(start)!;
        var (said, complaint) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(120), Cancel);
        return (process.ExitCode, await said, await complaint);
    }

    private static async Task WriteDocxAsync(string path, string text)
    {
        await using var file = File.Create(path);
        using var zip = new ZipArchive(file, ZipArchiveMode.Create);
        foreach (var (name, content) in new[]
        {
            ("[Content_Types].xml", """<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""),
            ("_rels/.rels", """<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"""),
            ("word/document.xml", $"""<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"""),
        })
        {
            await using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            await writer.WriteAsync(content);
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sekisho.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository is not above the tests.");
        return folder;
    }

    [GeneratedRegex(@"^```sh\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
