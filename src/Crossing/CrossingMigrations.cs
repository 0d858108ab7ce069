using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing;

/// <summary>The schema changes of the crossing, after those of the records that it stands on.</summary>
public static class CrossingMigrations
{
    public static MigrationSet Crossing { get; } = new("crossing", typeof(CrossingMigrations).Assembly);

    /// <summary>Everything that an installation with a crossing needs.</summary>
    public static IReadOnlyList<MigrationSet> Sets { get; } = [.. RecordsMigrations.Sets, Crossing];
}
