using System.Diagnostics;
using System.IO.Compression;
using Sekisho.Crossing.Demo;
using Sekisho.Crossing.Pictures;

namespace Sekisho.Crossing.Tests;

/// <summary>Of every kind that a route lets through, and of those that it doesn't: a picture with something on it, or a sentence that says why there is none.</summary>
public sealed class PictureKindTests
{
    // Lines, a grey field and letters, in all that browsers show and scanners write.
    private const string Draw = """
        import sys
        from PIL import Image, ImageDraw
        at = sys.argv[1]
        picture = Image.new('RGB', (900, 600), 'white')
        pen = ImageDraw.Draw(picture)
        for i in range(0, 600, 40): pen.line((0, i, 900, 600 - i), fill='black', width=3)
        pen.rectangle((300, 200, 600, 400), fill=(90, 140, 200))
        for name in ('絵.png', '写真.jpg', '絵.gif', '絵.bmp', '絵.webp', '色.tif'): picture.save(f'{at}/{name}')
        picture.convert('1').resize((2480, 3508)).save(f'{at}/ファクス.tif', compression='group4')
        picture.convert('L').save(f'{at}/灰色.tif', compression='tiff_lzw')
        picture.convert('P', palette=Image.Palette.ADAPTIVE, colors=16).save(f'{at}/表色.bmp')
        picture.convert('1').save(f'{at}/白黒.bmp')
        """;

    // A few letters at least: pixels that are dark, and most that aren't.
    private const string Ink = """
        import sys, os
        from PIL import Image
        for name in sorted(os.listdir(sys.argv[1])):
            picture = Image.open(os.path.join(sys.argv[1], name)).convert('RGB')
            inked = sum(1 for p in picture.getdata() if min(p) < 200)
            if picture.width < 200 or picture.height < 150 or not 300 <= inked <= picture.width * picture.height // 2: print(name, picture.size, inked)
        """;

    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task Of_each_kind_there_is_a_picture_with_ink_or_a_sentence_that_says_why_not()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        gate.Slices.Pictures.Pool = _ => Task.FromResult(SharedWorkers.Pool);
        var scratch = Directory.CreateTempSubdirectory("sekisho-kinds-");
        try
        {
            var drawn = scratch.CreateSubdirectory("drawn").FullName;
            await RunAsync("/usr/bin/python3", "-c", Draw, drawn);
            foreach (var (seed, kinds) in new[] { ("word.rtf", new[] { "docx", "odt" }), ("book.fods", ["xlsx", "ods"]), ("show.fodp", ["pptx", "odp"]) })
            {
                foreach (var kind in kinds) await RunAsync("soffice", $"-env:UserInstallation=file://{scratch.FullName}/profile", "--headless", "--convert-to", kind, "--outdir", drawn, Seed(seed));
            }
            File.Copy(Seed("word.rtf"), Path.Combine(drawn, "文書.rtf"));
            foreach (var old in new[] { "word.doc", "book.xls", "show.ppt" })
            {
                await using var packed = new GZipStream(File.OpenRead(Seed(old + ".gz")), CompressionMode.Decompress);
                await using var plain = File.Create(Path.Combine(drawn, old));
                await packed.CopyToAsync(plain, Cancel);
            }
            await File.WriteAllBytesAsync(Path.Combine(drawn, "様式.pdf"), DemoFiles.Pdf("Application form of the town office", true), Cancel);
            var files = Directory.GetFiles(drawn).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f))).ToList();
            Assert.Equal(21, files.Count);
            (string Name, byte[] Content, string? Why)[] none =
            [
                ("覚え書き.txt", Gate.Utf8("覚え書き\n"), "文字だけ"), ("一覧.csv", Gate.Utf8("a,b\r\n1,2\r\n"), "文字だけ"), ("空.txt", [], "空の"),
                ("通知.html", DemoFiles.Page("通知"), "HTMLは"), ("図形.svg", Gate.Utf8("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><path d=\"M0 0h9\"/></svg>"), "SVG 図形は"),
                ("連絡.eml", Gate.Utf8("From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\n\r\nhello\r\n"), "メールは"),
                ("回答.zip", DemoFiles.Zip([("a.txt", Gate.Utf8("内容"))]), "書庫は"), ("図面.jww", DemoFiles.Drawing(), "Jw_cad 図面は"), ("図面.dwg", [.. "AC1032"u8, .. new byte[400]], "AutoCAD 図面は"),
                ("道具.exe", DemoFiles.Program(), "プログラム"), ("壊れた.pdf", Gate.Utf8("%PDF-1.7\nnothing"), "壊れているか"),
            ];
            var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, [.. files, .. none.Select(static n => (n.Name, n.Content))]));
            var seen = scratch.CreateSubdirectory("seen").FullName;
            foreach (var item in through.Items)
            {
                var both = (await gate.Slices.Pictures.OfAsync(gate.Town, item.Id, null, null, gate.Staff, Cancel)).OrThrow();
                Assert.Equal(!Array.Exists(none, n => n.Name == item.Path) || item.Path == "壊れた.pdf", NoPicture.IsDrawn(item.Report!.Type));
                if (Array.Find(none, n => n.Name == item.Path) is { Why: { } why })
                {
                    Assert.True((both.Before, both.After) is (null, null), item.Path);
                    Assert.Contains(why, both.NoneBefore.Ja, StringComparison.Ordinal);
                    Assert.Contains(item.State == Requests.ItemState.Out ? why : "渡せるファイルがありません", both.NoneAfter.Ja, StringComparison.Ordinal);
                    continue;
                }
                Assert.True(item.State == Requests.ItemState.Out, $"{item.Path}: {item.Report?.Refusal}");
                foreach (var (picture, side) in new[] { (both.Before, "1"), (both.After, "2") })
                {
                    Assert.True(picture is not null, $"{item.Path} {side}");
                    await File.WriteAllBytesAsync(Path.Combine(seen, $"{item.Path}-{side}.{picture.Type["image/".Length..]}"), picture.Bytes, Cancel);
                }
            }
            Assert.Equal(2 * files.Count, Directory.GetFiles(seen).Length);
            Assert.Equal("", await RunAsync("/usr/bin/python3", "-c", Ink, seen));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static string Seed(string name)
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Sekisho.slnx"))) at = at.Parent;
        return Path.Combine(at.FullName, "tests/Sanitizer.Tests/Hostile/Seeds", name);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, $"{program}: {await error}");
        return output;
    }
}
