using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using Sekisho.Agent;
using Sekisho.Agent.Settings;
using Sekisho.Agent.Windows;

namespace Sekisho.Cli;

/// <summary><c>sekisho agent …</c>: looks at the machine it runs on (端末の状態), and writes the settings that keep media out. Needs no server and no privileges.</summary>
internal static class AgentCommands
{
    private const string ReportsPath = "/api/v1/agents/reports";

    /// <summary>A token is some 100 characters.</summary>
    private const int MaxToken = 4096, MaxList = 4 << 20;

    public static Command Create()
    {
        var agent = new Command("agent", "端末の状態の報告と、持ち出し不可の設定 / report a machine's posture; settings that keep media out");
        agent.Subcommands.Add(Report());
        agent.Subcommands.Add(Settings());
        return agent;
    }

    private static Command Report()
    {
        var json = new Option<bool>("--json") { Description = "JSONで表示します / show as JSON" };
        var number = new Option<string?>("--number") { Description = "この端末の資産番号・管理番号 / the machine's number in the register" };
        var allow = new Option<string?>("--allow") { Description = "許可したソフトの一覧（1行に一つ、*可） / file of allowed software, one a line, * for anything" };
        var to = new Option<string?>("--to") { Description = "報告先のSekisho（https://…） / the Sekisho to report to" };
        var token = new Option<string?>("--token-file") { Description = "報告用トークンを入れたファイル / file with the reporting token" };
        var command = new Command("report", "この端末の状態を調べて、表示・送信します / look at this machine, show and send") { json, number, allow, to, token };
        command.SetAction(async (parsed, cancel) =>
        {
            IReadOnlyList<string>? allowed = null;
            if (parsed.GetValue(allow) is { } list)
            {
                if (!LedgerCommands.TryReadFile(list, MaxList, out var bytes))
                {
                    await Launch.SayAsync("CLI-AGENT-001", new($"{list} を読めません。", $"{list} can't be read."), new("許可したソフトの一覧の場所を確かめてください。", "Check where the list of allowed software is."));
                    return Launch.BadInput;
                }
                allowed = [.. Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#')];
            }
            var report = Posture.Look(Here(), PostureRules.Load(), parsed.GetValue(number), allowed);
            if (parsed.GetValue(json)) Console.WriteLine(report.ToJson());
            else Show(report);
            return parsed.GetValue(to) is { } server ? await SendAsync(report, server, parsed.GetValue(token), cancel) : Launch.Fine;
        });
        return command;
    }

    private static Command Settings()
    {
        var target = new Option<string>("--target") { Required = true, Description = "usbguard, udev, windows-reg, windows-admx" };
        var medium = new Option<string[]>("--medium") { Description = "例外の媒体: 製造番号 または 製造番号@VVVV:PPPP / a medium to let through: SERIAL or SERIAL@VVVV:PPPP" };
        var output = new Option<string?>("--out") { Description = "書き出すファイル（なければ標準出力） / file to write, else standard output" };
        target.AcceptOnlyFromAmong([.. Enum.GetValues<SettingsTarget>().Select(t => t.Key())]);
        var command = new Command("settings", "USBメモリ等への書込みを止める設定を作ります / write the settings that keep removable media out") { target, medium, output };
        command.SetAction(async (parsed, cancel) =>
        {
            if (!EnforcedSettings.TryParse(parsed.GetRequiredValue(target), out var chosen)) return Launch.BadInput;
            var media = (parsed.GetValue(medium) ?? []).Select(m => m.Split('@') is [var serial, var id] ? new AllowedMedium(m, serial, id) : new AllowedMedium(m, m, null)).ToList();
            var file = EnforcedSettings.Write(chosen, media);
            if (file.LeftOut.Count > 0)
            {
                await Launch.SayAsync("CLI-AGENT-002", new($"例外にできない媒体があります: {string.Join("、", file.LeftOut)}", $"These media can't be let through: {string.Join(", ", file.LeftOut)}"),
                    new("製造番号は英数字と - _ . : で書きます。Windows では @VVVV:PPPP（ベンダー:製品）も要ります。", "Write the serial number with letters, digits and - _ . :; Windows needs @VVVV:PPPP (vendor:product) as well."));
                return Launch.BadInput;
            }
            try
            {
                if (parsed.GetValue(output) is { } path) await File.WriteAllBytesAsync(path, file.Content, cancel);
                else await using (var standard = Console.OpenStandardOutput()) await standard.WriteAsync(file.Content, cancel);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Launch.SayAsync("CLI-AGENT-003", new("設定ファイルを書けません。", "The file can't be written."), new("場所と権限を確かめてください。", "Check the place and its rights."), e.Message);
                return Launch.OutsideIsDown;
            }
            await Console.Error.WriteLineAsync($"{file.Place.Ja}\n{file.Check.Ja}\n{file.Place.En}\n{file.Check.En}");
            return Launch.Fine;
        });
        return command;
    }

    private static IMachine Here() =>
        OperatingSystem.IsWindows() ? new WindowsMachine(Environment.MachineName, TimeProvider.System) : new FolderMachine("/", Environment.MachineName, TimeProvider.System);

    private static void Show(PostureReport report)
    {
        Console.WriteLine($"{report.HostName}  {report.SystemName}");
        foreach (var fact in report.Facts)
        {
            var (mark, ja, en) = fact.Answer switch { Answer.Yes => ("●", "はい", "yes"), Answer.No => ("▲", "いいえ", "no"), _ => ("○", "不明", "unknown") };
            var name = PostureKeys.Name(fact.Key);
            Console.WriteLine($"{mark} {name?.Ja ?? fact.Key}: {ja} / {name?.En ?? fact.Key}: {en}\n    {fact.How.Ja}\n    {fact.How.En}\n    ← {string.Join(", ", fact.Read.Take(4))}{(fact.Read.Count > 4 ? ", …" : "")}");
        }
    }

    private static async Task<int> SendAsync(PostureReport report, string server, string? tokenFile, CancellationToken cancel)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await Launch.SayAsync("CLI-AGENT-004", new($"{server} は報告先として使えません。", $"{server} can't be reported to."), new("https:// で始まるアドレスを指定してください。", "Give an address that begins with https://."));
            return Launch.BadInput;
        }
        if (tokenFile is null || !LedgerCommands.TryReadFile(tokenFile, MaxToken, out var bytes) || Encoding.ASCII.GetString(bytes).Trim() is not { Length: > 0 } token || token.Any(char.IsControl))
        {
            await Launch.SayAsync("CLI-AGENT-005", new("報告用トークンを読めません。", "The reporting token can't be read."), new("画面「端末の状態」で発行したトークンを入れたファイルを --token-file で指定してください。", "Give the file with the token issued on the page 'Posture of terminals' by --token-file."));
            return Launch.BadInput;
        }
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await client.PostAsync(new Uri(address, ReportsPath), new StringContent(report.ToJson(), Encoding.UTF8, "application/json"), cancel);
            if (answer.IsSuccessStatusCode) return Launch.Fine;
            var said = await answer.Content.ReadAsStringAsync(cancel);
            await Launch.SayAsync("CLI-AGENT-006", new($"報告は受け付けられませんでした（{(int)answer.StatusCode}）。", $"The report was not taken ({(int)answer.StatusCode})."), new("トークンが有効か、報告先が正しいかを確かめてください。", "Check that the token is valid and the address right."), said.Length > 500 ? said[..500] : said);
            return (int)answer.StatusCode >= 500 ? Launch.OutsideIsDown : Launch.BadInput;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            await Launch.SayAsync("CLI-AGENT-007", new("報告先につながりません。", "The server can't be reached."), new("ネットワークと報告先を確かめてください。次の報告で足ります。", "Check the network and the address. The next report will do."), e.Message);
            return Launch.OutsideIsDown;
        }
    }
}
