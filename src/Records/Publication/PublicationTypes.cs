using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Records.Documents;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Publication;

/// <summary>Identity of a publication.</summary>
public readonly record struct PublicationId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Record of a publication (公表の記録): what stood where from when.</summary>
/// <param name="Digest">Of the original file.</param>
/// <param name="WithdrawnAt">When it was taken down; null while it stands.</param>
public sealed record KeptPublication(
    PublicationId Id, PolicyVersionId Version, string PolicyKey, int VersionNumber, string Title, DateOnly? EffectiveOn,
    Uri Url, Sha256 Digest, DateTimeOffset PublishedAt, Actor PublishedBy,
    DateTimeOffset? WithdrawnAt, Actor? WithdrawnBy, string? WithdrawnReason, long LedgerIndex);

/// <summary>What residents see without signing in (公表用の規程). Carries no names of staff.</summary>
public sealed record PublicPolicy(
    string Title, int VersionNumber, DateOnly? EffectiveOn, DateTimeOffset PublishedAt, Sha256 Digest,
    PolicyDocument Document, IReadOnlyList<PublicHistoryEntry> History);

/// <summary>One line of the public history, newest first.</summary>
public sealed record PublicHistoryEntry(int VersionNumber, string Title, DateOnly? EffectiveOn, DateTimeOffset PublishedAt, DateTimeOffset? WithdrawnAt, Sha256 Digest);

/// <summary>One document of the set that residents can read (公表している規程).</summary>
/// <param name="Key">Its part of the address.</param>
public sealed record PublicDocument(string Key, DocumentKind Kind, string Title, int VersionNumber, DateOnly? EffectiveOn, DateTimeOffset PublishedAt);
