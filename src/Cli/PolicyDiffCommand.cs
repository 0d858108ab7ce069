using System.CommandLine;
using System.Text;
using Sekisho.Policy;
using Sekisho.Policy.Comparison;

namespace Sekisho.Cli;

/// <summary>`sekisho policy diff OLD NEW [--html|--docx] [--output FILE]`: 新旧対照表.</summary>
internal static class PolicyDiffCommand
{
    internal static Command Create()
    {
        var old = new Argument<FileInfo>("OLD") { Description = "改正前の規程 / the version before" };
        var @new = new Argument<FileInfo>("NEW") { Description = "改正後の規程 / the version after" };
        var html = new Option<bool>("--html") { Description = "HTML（A4印刷用）で出力 / as HTML for A4" };
        var docx = new Option<bool>("--docx") { Description = "Word（.docx）で出力 / as a Word document" };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "出力先のファイル（既定は標準出力） / file to write (default: standard output)" };
        var command = new Command("diff", "新旧対照表を作る / compare two versions side by side") { old, @new, html, docx, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(html) && result.GetValue(docx))
                result.AddError("--html と --docx は、どちらか一つだけ指定してください。 / Give only one of --html and --docx.");
            if (result.GetValue(docx) && result.GetValue(output) is null && !Console.IsOutputRedirected)
                result.AddError("--docx は画面に出せません。--output で書き出す先を指定してください。 / A Word document can't be shown here: give --output FILE.");
        });
        command.SetAction((parsed, cancel) => CompareAsync(
            parsed.GetRequiredValue(old), parsed.GetRequiredValue(@new), parsed.GetValue(html), parsed.GetValue(docx), parsed.GetValue(output), cancel));
        return command;
    }

    private static async Task<int> CompareAsync(FileInfo old, FileInfo @new, bool html, bool docx, FileInfo? output, CancellationToken cancel)
    {
        var documents = new List<PolicyDocument>();
        foreach (var file in new[] { old, @new })
        {
            var code = (await PolicyFile.ReadAsync(file, cancel)).Match(
                read => { documents.Add(read.Document); return 0; },
                static refused => PolicyFile.Say(refused.Error));
            if (code != 0) return code;
        }
        var table = PolicyDiff.Compare(documents[0], documents[1]);
        try
        {
            using var to = output is null ? Console.OpenStandardOutput() : output.Create();
            if (docx)
            {
                // A ZIP archive needs a stream that tells its position; standard output doesn't.
                using var buffer = new MemoryStream();
                ComparisonDocx.Write(table, buffer);
                buffer.Position = 0;
                await buffer.CopyToAsync(to, cancel);
                return 0;
            }
            using var writer = new StreamWriter(to, new UTF8Encoding(false)) { NewLine = "\n" };
            if (html) ComparisonHtml.Write(table, writer);
            else ComparisonText.Write(table, writer);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && output is not null)
        {
            return PolicyFile.Say(new("POL-DIFF-001", output!.Name,
                new("ファイルに書き出せません。", "The file cannot be written."),
                new("書き出す先のフォルダと、書き込みの権限を確かめてください。", "Check the folder and your right to write there.")));
        }
    }
}
