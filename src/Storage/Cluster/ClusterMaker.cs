using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sekisho.Storage.Cluster;

/// <summary>Makes the files of a private cluster (initdb), all or nothing.</summary>
internal sealed class ClusterMaker(ClusterFolder folder, PostgresPrograms programs, ILogger logger)
{
    /// <summary>Runs initdb beside the final place and renames at the end: a crash in the middle leaves nothing half made.</summary>
    /// <exception cref="StorageException">initdb failed; what it made is removed.</exception>
    public void Make(ClusterDurability durability)
    {
        if (Directory.Exists(folder.Data) && Directory.EnumerateFileSystemEntries(folder.Data).Any())
            throw folder.Explain("STO-FOLDER-003", new($"{folder.Data} に PostgreSQL のものではないファイルがあります。何も変更していません。", $"{folder.Data} holds files that are not PostgreSQL's. Nothing was changed."), "");
        var unfinished = folder.Data + ".unfinished";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        folder.MakePrivate(unfinished);
        var clock = Stopwatch.StartNew();
        // --auth=trust: the socket's folder is 0700, who can reach it owns the files anyway.
        // ICU ja-JP sorts names as people expect; C.UTF-8 below it, since Debian may have no Japanese libc locale.
        List<string> arguments =
        [
            "--pgdata", unfinished, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--locale-provider=icu", "--icu-locale=ja-JP", "--data-checksums",
        ];
        if (durability == ClusterDurability.Fleeting) arguments.Add("--no-sync");
        var outcome = folder.RunAsClusterUser(programs.InitDb, arguments);
        if (outcome.ExitCode != 0)
        {
            Directory.Delete(unfinished, recursive: true);
            throw folder.Explain("STO-START-002", new("専用のPostgreSQLを用意できませんでした。", "The private PostgreSQL could not be prepared."), outcome.Output);
        }
        if (Directory.Exists(folder.Data)) Directory.Delete(folder.Data);
        Directory.Move(unfinished, folder.Data);
        logger.LogInformation("Private PostgreSQL {Major} made in {Milliseconds} ms", programs.Major, clock.ElapsedMilliseconds);
    }
}
