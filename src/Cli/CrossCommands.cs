using System.CommandLine;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Cli;

/// <summary>`sekisho cross send FILE… --to URL --key-file FILE --out DIR`: files through the crossing of a server, with a system's key. Exit codes: 0 all came out, 1 some did not or wait for approval, 2 usage, 3 the server can't be reached.</summary>
internal static class CrossCommands
{
    private const int MaxKey = 4096;

    public static Command Create() => new("cross", "サーバーの授受を使う / cross files by a server") { Send() };

    private static Command Send()
    {
        var files = new Argument<string[]>("FILE") { Description = "渡すファイル / files", Arity = ArgumentArity.OneOrMore };
        var to = new Option<string>("--to") { Description = "サーバーのアドレス / address of the server", Required = true };
        var key = new Option<string>("--key-file") { Description = "システムの鍵か API トークンを入れたファイル / file with a system's key or an API token", Required = true };
        var route = new Option<string>("--route") { Description = "経路 / route", DefaultValueFactory = _ => "internet-to-lgwan" };
        var purpose = new Option<string?>("--purpose") { Description = "目的（経路が求めるとき） / what for, where the route asks" };
        var passwords = new Option<string?>("--password-file") { Description = "暗号化されたファイルのパスワード（一行に一つ） / passwords of encrypted files, one a line" };
        var output = new Option<string>("--out") { Description = "結果と報告を置くフォルダ / folder for results and reports", Required = true };
        var wait = new Option<int>("--wait") { Description = "結果を待つ秒数 / seconds to wait for the result", DefaultValueFactory = _ => 600 };
        var command = new Command("send", "ファイルを渡し、無害化されたものを受け取る / hand files over, and fetch what came out") { files, to, key, route, purpose, passwords, output, wait };
        command.SetAction(async (parsed, cancel) =>
        {
            if (!Uri.TryCreate(parsed.GetRequiredValue(to), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                await Launch.SayAsync("CLI-CROSS-001", new("サーバーのアドレスを読み取れません。", "The address of the server can't be read."), new("例: --to https://sekisho.example.lg.jp", "For example: --to https://sekisho.example.lg.jp"));
                return Launch.BadInput;
            }
            if (!LedgerCommands.TryReadFile(parsed.GetRequiredValue(key), MaxKey, out var bytes) || Encoding.ASCII.GetString(bytes).Trim() is not { Length: > 0 } secret || secret.Any(char.IsControl))
            {
                await Launch.SayAsync("CLI-CROSS-002", new("鍵のファイルを読み取れません。", "The file with the key can't be read."), new("画面「授受を使うシステム」で発行した鍵を入れたファイルを --key-file で指定してください。", "Give the file with the key made on the page “Systems that cross files” by --key-file."));
                return Launch.BadInput;
            }
            var names = parsed.GetRequiredValue(files);
            if (names.FirstOrDefault(n => !File.Exists(n)) is { } missing)
            {
                await Launch.SayAsync("CLI-CROSS-003", new($"{missing} がありません。", $"There is no {missing}."), new("ファイルの場所を確かめてください。何も送っていません。", "Check where it is. Nothing was sent."));
                return Launch.BadInput;
            }
            string[] opening = [];
            if (parsed.GetValue(passwords) is { } list) opening = [.. (await File.ReadAllLinesAsync(list, cancel)).Where(l => l.Length > 0)];
            var run = new CrossRun(address, secret, Path.GetFullPath(parsed.GetRequiredValue(output)), TimeSpan.FromSeconds(parsed.GetValue(wait)));
            return await run.SendAsync(names, parsed.GetRequiredValue(route), parsed.GetValue(purpose), opening, cancel);
        });
        return command;
    }
}
