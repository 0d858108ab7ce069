using System.CommandLine;
using System.Text;
using Sekisho.Policy;

namespace Sekisho.Cli;

/// <summary>`sekisho policy read FILE [--json [--full]|--xml|--text]`.</summary>
internal static class PolicyReadCommand
{
    internal static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "規程の文書（テキスト、Markdown、.docx、.pdf、HTML） / the policy document" };
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON (docs/formats/policy-json.md)" };
        var full = new Option<bool>("--full") { Description = "--json に、行番号・表・目次・別表なども加える / with --json: also lines, tables, contents, appendices" };
        var xml = new Option<bool>("--xml") { Description = "法令標準XMLで出力 / as 法令標準XML" };
        var text = new Option<bool>("--text") { Description = "整えた本文で出力（既定） / as plain text (default)" };
        var command = new Command("read", "規程を読み取り、条・項・号に分ける / read a policy into its provisions") { file, json, full, xml, text };
        command.Validators.Add(result =>
        {
            if (new[] { json, xml, text }.Count(result.GetValue) > 1)
                result.AddError("--json、--xml、--text は、どれか一つだけ指定してください。 / Give only one of --json, --xml, --text.");
            if (result.GetValue(full) && !result.GetValue(json))
                result.AddError("--full は --json と一緒に指定してください。 / Give --full together with --json.");
        });
        command.SetAction((parsed, cancel) => ReadAsync(
            parsed.GetRequiredValue(file),
            parsed.GetValue(full) ? Form.FullJson : parsed.GetValue(json) ? Form.Json : parsed.GetValue(xml) ? Form.Xml : Form.Text, cancel));
        return command;
    }

    private static async Task<int> ReadAsync(FileInfo file, Form form, CancellationToken cancel)
    {
        var reading = await PolicyFile.ReadAsync(file, cancel);
        return reading.Match(
            read =>
            {
                using var output = Console.OpenStandardOutput();
                switch (form)
                {
                    case Form.Json:
                        FixedPolicyJson.Write(read.Document, output);
                        output.WriteByte((byte)'\n');
                        break;
                    case Form.FullJson:
                        PolicyJson.Write(read.Document, output);
                        output.WriteByte((byte)'\n');
                        break;
                    case Form.Xml:
                        PolicyXml.Write(read.Document, output);
                        output.WriteByte((byte)'\n');
                        break;
                    default:
                        using (var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true))
                            PolicyPlainText.Write(read.Document, writer);
                        break;
                }
                return 0;
            },
            refused => PolicyFile.Say(refused.Error));
    }

    private enum Form
    {
        Text,
        Json,
        FullJson,
        Xml,
    }
}
