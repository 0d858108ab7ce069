using System.CommandLine;
using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation.Directory;
using Sekisho.Records.Organisation.Transfers;

namespace Sekisho.Cli;

/// <summary><c>sekisho organisation …</c>: the staff list from LDAP or Active Directory.</summary>
internal static class OrganisationCommands
{
    public static Command Create()
    {
        var organisation = new Command("organisation", "組織と名簿 / organisation and staff");
        organisation.Subcommands.Add(Sync());
        return organisation;
    }

    private static Command Sync()
    {
        var data = LedgerInstallation.DataOption();
        var municipality = LedgerInstallation.MunicipalityOption();
        var settings = new Option<string>("--settings") { Description = "接続の設定（docs/formats/directory-yaml.md） / settings of the directory", Required = true };
        var on = new Option<string?>("--on") { Description = "発令日 2027-04-01（既定: 今日） / day of the changes (default: today)" };
        var endMissing = new Option<bool>("--end-missing") { Description = "ディレクトリにいない人（職員番号のある人）を離任とする / who isn't in it leaves" };
        var commit = new Option<bool>("--commit") { Description = "下見だけでなく実行する（できない行があれば実行しません） / carry it out, not only look" };
        var command = new Command("sync", "LDAP・Active Directory から名簿を取り込みます / import staff from LDAP or Active Directory") { data, municipality, settings, on, endMissing, commit };
        command.SetAction((parsed, cancel) => LedgerInstallation.SayBrokenAsync(() => RunAsync(
            parsed.GetValue(data)!, parsed.GetValue(municipality), parsed.GetRequiredValue(settings), parsed.GetValue(on), parsed.GetValue(endMissing), parsed.GetValue(commit), cancel)));
        return command;
    }

    private static async Task<int> RunAsync(string dataFolder, string? asked, string settingsFile, string? on, bool endMissing, bool commit, CancellationToken cancel)
    {
        var day = JapaneseTime.Day(TimeProvider.System.GetUtcNow());
        if (!File.Exists(settingsFile) || (on is not null && !DateOnly.TryParseExact(on, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day)))
        {
            await Launch.SayAsync("CLI-ORG-001", new($"設定 {settingsFile} がないか、日付 {on} を読めません。", $"The settings {settingsFile} are missing, or the day {on} can't be read."),
                new("--settings にファイルを、--on に 2027-04-01 の形で日付を指定してください。", "Name the file with --settings, and the day with --on like 2027-04-01."));
            return Launch.BadInput;
        }
        if (DirectorySettings.Parse(await File.ReadAllTextAsync(settingsFile, cancel), out var problems) is not { } directory)
        {
            foreach (var problem in problems) await Launch.SayAsync(problem.Code, problem.What, problem.Next, problem.Where);
            return Launch.BadInput;
        }
        await using var installation = await LedgerInstallation.OpenAsync(dataFolder, cancel);
        if (installation is null || await installation.MunicipalitiesAsync(asked, cancel) is not { } municipalities) return Launch.BadInput;
        if (municipalities.Count != 1 || installation.Signer is not { } signer)
        {
            await Launch.SayAsync("CLI-ORG-002", new("どの自治体の名簿かを指定してください。", "Say whose staff it is."),
                new($"--municipality に次のいずれかを指定してください: {string.Join(", ", municipalities.Select(static m => m.Slug))}", $"Add --municipality with one of: {string.Join(", ", municipalities.Select(static m => m.Slug))}"));
            return Launch.BadInput;
        }
        var slices = new RecordSlices(new RecordKeeper(installation.Database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System));
        var (town, actor) = (municipalities[0].Id, Actor.System("directory"));
        var read = DirectoryReader.Read(directory, Environment.GetEnvironmentVariable);
        if (read is not Outcome<byte[]>.Done sheet) return await RefuseAsync(((Outcome<byte[]>.Refused)read).Why);
        var kept = await slices.Transfers.UploadAsync(town, new StaffUpload(StaffImportKind.Roster, sheet.Value, $"{directory.Host}.csv", day, endMissing, StaffImportOrigin.Directory), actor, cancel);
        if (kept is not Outcome<StaffImport>.Done import) return await RefuseAsync(((Outcome<StaffImport>.Refused)kept).Why);
        var planned = await slices.Transfers.PreviewAsync(town, import.Value.Id, cancel);
        if (planned is not Outcome<StaffPlan>.Done plan) return await RefuseAsync(((Outcome<StaffPlan>.Refused)planned).Why);
        foreach (var group in plan.Value.Changes.GroupBy(static c => c.Kind)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group.Key}: {group.Count():N0}"));
        foreach (var note in plan.Value.Notes) Console.WriteLine($"{(note.Blocks ? "▲" : " ")} {note.Where} {note.Says.Ja} / {note.Says.En}");
        if (!commit)
        {
            Console.WriteLine($"下見だけです。画面の「人事異動・組織改正」で実行できます。 / Looked at only: carry it out in the console. {import.Value.Id}");
            return plan.Value.IsClean ? Launch.Fine : Launch.Findings;
        }
        var done = await slices.Transfers.CommitAsync(town, import.Value.Id, plan.Value.Digest, withoutBlocked: false, actor, cancel);
        if (done is Outcome<StaffImport>.Refused no) return await RefuseAsync(no.Why);
        Console.WriteLine("実行しました。 / Carried out.");
        return Launch.Fine;
    }

    private static async Task<int> RefuseAsync(Refusal why)
    {
        await Launch.SayAsync(why.Code, why.What, why.Next);
        return why.Code == "REC-ORG-033" ? Launch.OutsideIsDown : Launch.BadInput;
    }
}
