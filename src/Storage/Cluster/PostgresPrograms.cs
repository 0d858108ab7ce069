using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Storage.Cluster;

/// <summary>The PostgreSQL programs of this machine (initdb, postgres).</summary>
internal sealed record PostgresPrograms(string Folder, int Major)
{
    /// <summary>Older than 15 lacks UNIQUE NULLS NOT DISTINCT, security_invoker views and ICU as a cluster's default.</summary>
    public const int Oldest = 15;

    public string InitDb => Path.Combine(Folder, "initdb");

    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>The version that made the cluster, or the newest where there is none yet.</summary>
    /// <param name="clusterMajor">Major version in PG_VERSION of the cluster; null before initdb.</param>
    /// <exception cref="StorageException">None here, or not that version.</exception>
    public static PostgresPrograms Find(int? clusterMajor)
    {
        var found = Candidates().Where(p => p.Major >= Oldest && File.Exists(p.InitDb) && File.Exists(p.Postgres)).OrderByDescending(p => p.Major).ToList();
        if (clusterMajor is { } major)
        {
            return found.FirstOrDefault(p => p.Major == major) ?? throw new StorageException(
                "STO-POSTGRES-002",
                new($"このデータは PostgreSQL {major} で作られていますが、この機械にその版がありません。データには触れていません。", $"This data was made by PostgreSQL {major}, which is not on this machine. The data was not touched."),
                new($"apt-get install postgresql-{major} を実行するか、pg_upgrade で新しい版に移してください（docs/operations/database.md）。", $"Run apt-get install postgresql-{major}, or move the data by pg_upgrade (docs/operations/database.md)."));
        }
        return found.FirstOrDefault() ?? throw new StorageException(
            "STO-POSTGRES-001",
            new($"PostgreSQL（{Oldest} 以降）がこの機械にありません。", $"PostgreSQL ({Oldest} or newer) is not on this machine."),
            new("apt-get install postgresql-15 を実行するか、SEKISHO_DATABASE で既存のサーバーを指定してください。", "Run apt-get install postgresql-15, or name a server in SEKISHO_DATABASE."));
    }

    private static IEnumerable<PostgresPrograms> Candidates()
    {
        // For PostgreSQL outside of Debian's place; the folder's name says nothing of the version there.
        if (Environment.GetEnvironmentVariable("SEKISHO_POSTGRES_BIN") is { Length: > 0 } given)
            return [new(given, MajorOf(given))];
        const string Debian = "/usr/lib/postgresql";
        return Directory.Exists(Debian)
            ? Directory.EnumerateDirectories(Debian)
                .Where(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _))
                .Select(d => new PostgresPrograms(Path.Combine(d, "bin"), int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)))
            : [];
    }

    private static int MajorOf(string folder)
    {
        var outcome = ChildProcess.Run(Path.Combine(folder, "postgres"), ["--version"]);   // "postgres (PostgreSQL) 15.20 (Debian …)"
        var word = outcome.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => !char.IsAsciiDigit(w[0])).FirstOrDefault() ?? "";
        return int.TryParse(word.TakeWhile(char.IsAsciiDigit).ToArray(), CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}
