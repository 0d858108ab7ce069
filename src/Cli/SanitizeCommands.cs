using System.CommandLine;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Scanning;
using SanitizeRulesFile = Sekisho.Sanitizer.Rules.PolicyFile;

namespace Sekisho.Cli;

/// <summary>`sekisho sanitize FILE|FOLDER… --out DIR`, `sanitize explain FILE…`, `sanitize policy`. Exit codes: 0 all came out, 1 some were refused, 2 usage or environment.</summary>
internal static class SanitizeCommands
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("FILE") { Description = "無害化するファイルやフォルダ / files or folders", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string?>("--out") { Description = "無害化したファイルを置くフォルダ / folder for what comes out" };
        var report = new Option<string?>("--report") { Description = "結果を JSON で書くファイル / report as JSON, one object a file" };
        var overwrite = new Option<bool>("--overwrite") { Description = "出力先に同じ名前があれば置き換える / replace files that are there already" };
        var common = new Common();
        var command = new Command("sanitize", "ファイルを無害化する / make files harmless") { paths, output, report, overwrite };
        common.AddTo(command);
        command.Subcommands.Add(Explain());
        command.Subcommands.Add(Policy());
        command.SetAction(async (parsed, cancel) =>
        {
            var names = parsed.GetValue(paths) ?? [];
            if (names.Length == 0 || parsed.GetValue(output) is not { Length: > 0 } folder)
            {
                await Launch.SayAsync("SAN-CLI-001", new("ファイルと、出力先のフォルダ（--out）を指定してください。", "Name the files, and the folder for what comes out (--out)."), new("例: sekisho sanitize 受信/ --out 無害化済み/", "For example: sekisho sanitize inbox/ --out clean/"));
                return Launch.BadInput;
            }
            if (await common.ReadAsync(parsed) is not { } settings) return Launch.BadInput;
            var run = new SanitizeRun(settings, Path.GetFullPath(folder), parsed.GetValue(report), parsed.GetValue(overwrite));
            return await run.RunAsync(names, cancel);
        });
        return command;
    }

    private static Command Explain()
    {
        var paths = new Argument<string[]>("FILE") { Description = "調べるファイル / files to look into", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON" };
        var common = new Common();
        var command = new Command("explain", "中に何があり、無害化するとどうなるかを示す（書き出さない） / show what is inside and what would happen; nothing is written") { paths, json };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) => await common.ReadAsync(parsed) is { } settings ? await SanitizeExplain.RunAsync(settings, parsed.GetRequiredValue(paths), parsed.GetValue(json), cancel) : Launch.BadInput);
        return command;
    }

    private static Command Policy()
    {
        var command = new Command("policy", "既定の方針をすべて書き出す / write out the whole default policy");
        command.SetAction(async (_, _) =>
        {
            using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
            await writer.WriteAsync(SanitizeRulesFile.DefaultText);
            return Launch.Fine;
        });
        return command;
    }

    /// <summary>Options of both ways to run it.</summary>
    internal sealed class Common
    {
        private readonly Option<string?> policy = new("--policy") { Description = "方針のファイル（YAML） / policy file (YAML)" };
        private readonly Option<string?> mode = new("--mode") { Description = "rebuild・pixels・text" };
        private readonly Option<string[]> passwords = new("--password") { Description = "暗号化されたファイルのパスワード（複数可） / password of encrypted files; may be given several times" };
        private readonly Option<int> jobs = new("--jobs") { Description = "同時に処理する数 / files at the same time", DefaultValueFactory = _ => Math.Clamp(Environment.ProcessorCount, 1, 64) };
        private readonly Option<string> isolation = new("--isolation") { Description = "bwrap（既定）・none（隔離なし） / bwrap (default), none", DefaultValueFactory = _ => "bwrap" };

        private readonly Option<string?> clamd = new("--clamd") { Description = "ウイルス検査をする clamd（unix:/run/clamav/clamd.ctl・tcp:127.0.0.1:3310） / the clamd that scans before and after" };

        public void AddTo(Command command) => Add(command, policy, mode, passwords, jobs, isolation, clamd);

        /// <summary>Mail has its own modes, in the policy.</summary>
        public void AddToMail(Command command) => Add(command, policy, passwords, jobs, isolation, clamd);

        private static void Add(Command command, params ReadOnlySpan<Option> options)
        {
            foreach (var option in options) command.Options.Add(option);
        }

        /// <summary>Null after it said what is wrong.</summary>
        public async Task<SanitizeSettings?> ReadAsync(ParseResult parsed)
        {
            var yaml = "";
            if (parsed.GetValue(policy) is { } file)
            {
                try
                {
                    yaml = await File.ReadAllTextAsync(file, new UTF8Encoding(false, true));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
                {
                    await Launch.SayAsync("SAN-CLI-002", new($"方針のファイル {file} を読めません。", $"The policy {file} can't be read."), new("場所と権限、文字コード（UTF-8）を確かめてください。", "Check its place, its permissions and its encoding (UTF-8)."), e.Message);
                    return null;
                }
            }
            var (rules, error) = SanitizeRulesFile.Read(yaml);
            if (rules is null)
            {
                await Launch.SayAsync(error!.Code, new Bilingual($"{error.Where}: {error.What.Ja}", $"{error.Where}: {error.What.En}"), error.Next);
                return null;
            }
            SanitizeMode? chosen = null;
            if (parsed.CommandResult.Command.Options.Contains(mode) && parsed.GetValue(mode) is { } word)
            {
                if (!Enum.TryParse<SanitizeMode>(word, ignoreCase: true, out var named) || word.Any(char.IsDigit))
                {
                    await Launch.SayAsync("SAN-CLI-003", new($"方式「{word}」はありません。", $"There is no mode “{word}”."), new("rebuild・pixels・text のどれかを指定してください。", "Name rebuild, pixels or text."));
                    return null;
                }
                chosen = named;
            }
            Isolation? shut = parsed.GetRequiredValue(isolation) switch { "bwrap" => Isolation.Bubblewrap, "none" => Isolation.None, _ => null };
            if (shut is null || parsed.GetValue(jobs) is < 1 or > 256)
            {
                await Launch.SayAsync("SAN-CLI-004", new("--isolation は bwrap か none、--jobs は 1 から 256 です。", "--isolation is bwrap or none; --jobs is 1 to 256."), new("指定を直してください。", "Correct the option."));
                return null;
            }
            ScannerAddress? scanner = null;
            if (parsed.GetValue(clamd) is { } place && (scanner = ScannerAddress.Read(place)) is null)
            {
                await Launch.SayAsync("SAN-CLI-012", new($"--clamd の「{place}」は接続先ではありません。", $"“{place}” of --clamd is no address."), new("unix:/run/clamav/clamd.ctl か tcp:127.0.0.1:3310 の形で指定してください。", "Write it as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310."));
                return null;
            }
            return new(yaml, rules, chosen, parsed.GetValue(passwords) ?? [], parsed.GetValue(jobs), shut.Value, scanner);
        }
    }
}

/// <summary>How a run was asked for.</summary>
internal sealed record SanitizeSettings(string PolicyYaml, SanitizePolicy Policy, SanitizeMode? Mode, IReadOnlyList<string> Passwords, int Jobs, Isolation Isolation, ScannerAddress? Scanner)
{
    /// <summary>Null after it said why not.</summary>
    public async Task<SanitizerPool?> StartAsync(int mostWorkers, CancellationToken cancel)
    {
        if (Isolation == Isolation.None)
            await Console.Error.WriteLineAsync("注意: 隔離なしで動かしています。危険なファイルがこの利用者の権限で解釈されます。 / Warning: without isolation, hostile files are parsed with your own rights.");
        try
        {
            var pool = await SanitizerPool.StartAsync(new() { Isolation = Isolation, Workers = Math.Max(1, Math.Min(Jobs, mostWorkers)), PolicyYaml = PolicyYaml, Scanner = Scanner }, TimeProvider.System, cancel);
            try
            {
                await pool.PingScannerAsync(cancel);
                return pool;
            }
            catch (ScannerException e)
            {
                // Each file would be refused for it: said once, before any is read.
                await Launch.SayAsync("SAN-SCAN-002", new($"ウイルス検査（clamd、{pool.Scanner}）につながりません。", $"The virus scan (clamd, {pool.Scanner}) can't be reached."), new("clamd が動いているか確かめてください。検査を設定している間は、検査できないファイルを出しません。", "Check that clamd runs. While a scan is configured, nothing comes out without it."), e.Message);
                await pool.DisposeAsync();
                return null;
            }
        }
        catch (NoSandboxException e)
        {
            await Launch.SayAsync("SAN-ENV-001", e.What, e.Next);
            return null;
        }
    }
}
