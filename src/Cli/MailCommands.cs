using System.CommandLine;
using Sekisho.Assurance;
using Sekisho.Sanitizer.Mail;

namespace Sekisho.Cli;

/// <summary>`sekisho mail sanitize FILE.eml… --out DIR`: what the gateway does, from the shell. Exit codes as `sanitize`: 0 all came out, 1 some were refused, 2 usage or environment.</summary>
internal static class MailCommands
{
    public static Command Create() => new("mail", "メール / mail") { Sanitize() };

    private static Command Sanitize()
    {
        var paths = new Argument<string[]>("FILE") { Description = "無害化するメール（.eml）やフォルダ / messages or folders", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string?>("--out") { Description = "無害化したメールを置くフォルダ / folder for what comes out" };
        var report = new Option<string?>("--report") { Description = "結果を JSON で書くファイル / report as JSON, one object a message" };
        var overwrite = new Option<bool>("--overwrite") { Description = "出力先に同じ名前があれば置き換える / replace files that are there already" };
        var page = new Option<string?>("--page") { Description = "受け取りページのアドレス（本文のお知らせに書く。方針 mail.parts: link の添付は NAME.eml.files に置く） / address of the crossing page, for the notices" };
        var common = new SanitizeCommands.Common();
        var command = new Command("sanitize", "メールを無害化する（本文・添付・見出し・なりすましの注意） / make messages harmless") { paths, output, report, overwrite, page };
        common.AddToMail(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var names = parsed.GetValue(paths) ?? [];
            if (names.Length == 0 || parsed.GetValue(output) is not { Length: > 0 } folder)
            {
                await Launch.SayAsync("SAN-CLI-001", new("ファイルと、出力先のフォルダ（--out）を指定してください。", "Name the files, and the folder for what comes out (--out)."), new("例: sekisho mail sanitize 届いた.eml --out 無害化済み/", "For example: sekisho mail sanitize received.eml --out clean/"));
                return Launch.BadInput;
            }
            if (parsed.GetValue(page) is { } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && address.All(static c => c is > ' ' and <= '~')))
            {
                await Launch.SayAsync("SAN-CLI-013", new($"--page の「{address}」は受け取りページのアドレスではありません。", $"“{address}” of --page is no address of a page."), new("https://sekisho.example.lg.jp/m/1 の形で指定してください。", "Write it as https://sekisho.example.lg.jp/m/1."));
                return Launch.BadInput;
            }
            if (await common.ReadAsync(parsed) is not { } settings) return Launch.BadInput;
            var run = new SanitizeRun(settings, Path.GetFullPath(folder), parsed.GetValue(report), parsed.GetValue(overwrite), new MailOrder { Page = parsed.GetValue(page) });
            return await run.RunAsync(names, cancel);
        });
        return command;
    }
}
