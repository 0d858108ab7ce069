using System.CommandLine;
using System.Text;
using Sekisho.Policy;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;

namespace Sekisho.Cli;

/// <summary>`sekisho policy obligations FILE [--json] [--catalogue FILE]`.</summary>
internal static class PolicyObligationsCommand
{
    internal static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "規程の文書 / the policy document" };
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON (docs/formats/obligations-json.md)" };
        var own = new Option<FileInfo?>("--catalogue") { Description = "自治体で加えた義務のファイル / obligations of your own (docs/formats/obligations-yaml.md)" };
        var command = new Command("obligations", "規程の各条項が生む義務を挙げる / list the obligations that provisions create") { file, json, own };
        command.SetAction((parsed, cancel) => ListAsync(parsed.GetRequiredValue(file), parsed.GetValue(own), parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> ListAsync(FileInfo file, FileInfo? own, bool json, CancellationToken cancel)
    {
        var catalogue = ObligationCatalogue.Load();
        if (own is not null)
        {
            if (!own.Exists)
                return PolicyFile.Say(new("POL-READ-012", own.Name, new("ファイルを開けません。", "The file cannot be opened."), new("ファイルの名前を確かめてください。", "Check the name of the file.")));
            var extended = catalogue.Extend(await File.ReadAllTextAsync(own.FullName, cancel)).Match(
                static read => read.Catalogue,
                static refused =>
                {
                    foreach (var error in refused.Errors) PolicyFile.Say(error);
                    return null!;
                });
            if (extended is null) return 2;
            catalogue = extended;
        }
        return (await PolicyFile.ReadAsync(file, cancel)).Match(
            read =>
            {
                var ties = PolicyTies.Propose(read.Document, catalogue);
                using var output = Console.OpenStandardOutput();
                if (json)
                {
                    ObligationsJson.Write(ties, output);
                    output.WriteByte((byte)'\n');
                }
                else
                {
                    using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
                    Write(read.Document, ties, catalogue, writer);
                }
                return 0;
            },
            static refused => PolicyFile.Say(refused.Error));
    }

    private static void Write(PolicyDocument document, IReadOnlyList<PolicyTie> ties, ObligationCatalogue catalogue, TextWriter to)
    {
        var words = PolicyWords.Detect(document, catalogue.Vocabulary);
        var provisions = document.All().ToDictionary(static p => p.Id);
        foreach (var group in ties.GroupBy(static t => t.ProvisionId))
        {
            var provision = provisions[group.Key];
            to.WriteLine($"{provision.Path}\t{provision.Label}\t{provision.Caption}".TrimEnd());
            foreach (var tie in group)
                to.WriteLine($"\t{tie.Obligation}\t{words.Speak(catalogue.Find(tie.Obligation)!.Name.Ja)}\t{tie.Confidence:0.00}\t{tie.Reason.Ja}");
        }
        var missing = catalogue.Obligations.Where(o => ties.All(t => t.Obligation != o.Id)).Select(o => words.Speak(o.Name.Ja)).ToList();
        if (missing.Count > 0) to.WriteLine($"この規程に見当たらない義務 / not found in this policy: {string.Join('、', missing)}");
    }
}
