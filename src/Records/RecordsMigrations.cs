using Sekisho.Storage;

namespace Sekisho.Records;

/// <summary>The schema changes of the records, of sign-in and of the ledger, in the order in which they are applied.</summary>
public static class RecordsMigrations
{
    public static MigrationSet Records { get; } = new("records", typeof(RecordsMigrations).Assembly);

    public static MigrationSet SignIn { get; } = new("signin", typeof(RecordsMigrations).Assembly);

    public static MigrationSet Ledger { get; } = new("ledger", typeof(RecordsMigrations).Assembly);

    /// <summary>All sets of this assembly.</summary>
    public static IReadOnlyList<MigrationSet> Sets { get; } = [Records, SignIn, Ledger];
}
