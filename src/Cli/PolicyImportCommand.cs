using System.CommandLine;
using Sekisho.Records;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Policies;
using Sekisho.Storage;
using Sekisho.Web.Hosting;

namespace Sekisho.Cli;

/// <summary><c>sekisho policy import</c>: puts a document into an installation, running or not, as the console's upload does (docs/adr/0039).</summary>
internal static class PolicyImportCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "規程のファイル / the document" };
        var municipality = new Option<string>("--municipality") { Description = "自治体のアドレス用の名前 / the municipality's name in addresses", Required = true };
        var policy = new Option<string>("--policy") { Description = "どの規程か / which policy", DefaultValueFactory = _ => PolicyKeys.Basic };
        var data = new Option<string>("--data") { Description = "データフォルダ / data folder (SEKISHO_DATA)", DefaultValueFactory = _ => DataFolder.Default() };
        var command = new Command("import", "規程を関所に登録する / put a policy into Sekisho") { file, municipality, policy, data };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(file)!, parsed.GetValue(municipality)!, parsed.GetValue(policy)!, Path.GetFullPath(parsed.GetValue(data)!), cancel));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, string slug, string policy, string dataFolder, CancellationToken cancel)
    {
        if (!file.Exists)
        {
            await Launch.SayAsync("CLI-IMPORT-001", new($"{file.Name} がありません。", $"There is no {file.Name}."), new("ファイルの場所を確かめてください。", "Check where the file is."));
            return Launch.BadInput;
        }
        if (!Directory.Exists(dataFolder))
        {
            await Launch.SayAsync("CLI-IMPORT-002", new($"データフォルダ {dataFolder} がありません。", $"There is no data folder {dataFolder}."), new("sekisho up で起動したときの --data を指定してください。", "Name the folder that sekisho up was started with by --data."));
            return Launch.BadInput;
        }
        // The whole host, without listening: the same records over the same database, which a running server shares.
        await using var host = await WebHost.BuildAsync(new WebHostOptions(StorageOptions.FromEnvironment(dataFolder), ["http://127.0.0.1:0"], TimeProvider.System), cancel);
        var municipalities = (MunicipalityRegister)host.Services.GetService(typeof(MunicipalityRegister))!;
        var records = (RecordSlices)host.Services.GetService(typeof(RecordSlices))!;
        if (await municipalities.FindAsync(slug, cancel) is not { } town)
        {
            var known = string.Join(' ', (await municipalities.ListAsync(cancel)).Select(static m => m.Slug));
            await Launch.SayAsync("CLI-IMPORT-003", new($"自治体 {slug} は登録されていません。", $"There is no municipality {slug}."), new($"登録済み: {known}", $"Registered: {known}"));
            return Launch.BadInput;
        }
        var upload = new PolicyUpload(await File.ReadAllBytesAsync(file.FullName, cancel), file.Name, policy);
        var user = Environment.UserName;
        var outcome = await records.Policies.ImportAsync(town.Id, upload, new Actor($"machine:{user}@{Environment.MachineName}", $"{user}（コマンド / command line）"), cancel);
        return await outcome.Match(
            async imported =>
            {
                await Console.Out.WriteLineAsync($"{imported.Version.Title}（第{imported.Version.Number}版・案）を登録しました。結び付き {imported.Ties} 件、指摘 {imported.Findings} 件。 / Kept as version {imported.Version.Number}, a draft: {imported.Ties} ties, {imported.Findings} findings. {imported.Version.Id}");
                return Launch.Fine;
            },
            async kept =>
            {
                await Console.Out.WriteLineAsync($"同じファイルが第{kept.Version.Number}版として登録済みです。何も変わりません。 / The same file is there already as version {kept.Version.Number}; nothing changed. {kept.Version.Id}");
                return Launch.Fine;
            },
            async unreadable =>
            {
                await Launch.SayAsync(unreadable.Error.Code, unreadable.Error.What, unreadable.Error.Next, unreadable.Error.Where);
                return Launch.BadInput;
            },
            async refused =>
            {
                await Launch.SayAsync(refused.Why.Code, refused.Why.What, refused.Why.Next);
                return Launch.BadInput;
            });
    }
}
