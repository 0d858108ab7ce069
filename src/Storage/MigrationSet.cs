using System.Reflection;

namespace Sekisho.Storage;

/// <summary>The schema changes of one PostgreSQL schema, in order (スキーマの変更の並び).</summary>
/// <param name="Schema">PostgreSQL schema that the set owns, e.g. <c>records</c>. Made when absent.</param>
/// <param name="Assembly">Carries the files as embedded resources <c>Migrations/&lt;Schema&gt;/NNNN_name.sql</c> (the folder's case doesn't matter).</param>
public sealed record MigrationSet(string Schema, Assembly Assembly);
