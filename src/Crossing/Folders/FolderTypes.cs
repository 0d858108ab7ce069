using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Folders;

/// <summary>Identity of a watched folder.</summary>
public readonly record struct FolderId(Guid Value)
{
    private const string Prefix = "folder:";

    /// <summary>How it is named where a person's account would stand.</summary>
    public string Account => Prefix + Value;

    /// <summary>Null when the account isn't a folder's.</summary>
    public static FolderId? Of(string account) => account.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParse(account.AsSpan(Prefix.Length), out var id) ? new(id) : null;

    public override string ToString() => Value.ToString();
}

/// <summary>A folder to watch. Its three places are below the folder of the municipality on the server: <c>複合機/入れる</c>.</summary>
/// <param name="Route">Key of the route on which what is put in crosses; one that asks for no assets.</param>
/// <param name="Owner">The section that answers for it.</param>
/// <param name="In">Where files are put in, folders below it, too.</param>
/// <param name="Out">Where what came out is put, each with its report.</param>
/// <param name="Refused">Where it is said what was not let through, and why.</param>
public sealed record FolderDraft(string Name, string Route, UnitId Owner, string In, string Out, string Refused);

/// <summary>A watched folder (監視フォルダ).</summary>
/// <param name="MarkedAt">When a server left its mark in the three places, by which it knows them again; null: not yet.</param>
/// <param name="SeenAt">When a server last looked into it; null: none has yet.</param>
/// <param name="Trouble">Why it couldn't, or couldn't go on; empty when it could.</param>
/// <param name="Pending">Files that were taken and haven't come out yet.</param>
/// <param name="Kept">Files that will never go on its route (too large); they lie aside in the folder.</param>
public sealed record WatchedFolder(
    FolderId Id, string Name, string Route, UnitId Owner, string In, string Out, string Refused, DateTimeOffset MadeAt, Actor MadeBy, DateTimeOffset? ClosedAt, Actor? ClosedBy, DateTimeOffset? MarkedAt, DateTimeOffset? SeenAt, string Trouble, int Pending, int Kept)
{
    /// <summary>As whom it acts.</summary>
    public Actor Actor => new(Id.Account, Name);
}
