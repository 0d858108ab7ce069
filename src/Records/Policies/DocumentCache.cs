using System.Collections.Concurrent;
using System.Collections.Frozen;
using Sekisho.Policy;
using Sekisho.Policy.Words;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>Documents of versions, read once: a version never changes.</summary>
/// <remarks>Asked only for versions whose row the caller has seen in its own transaction, so that row-level security decides who gets what.</remarks>
internal sealed class DocumentCache
{
    /// <summary>About 1 MB each at most; a prefecture with 60 municipalities has them all in force within this.</summary>
    private const int Most = 256;

    private readonly ConcurrentDictionary<PolicyVersionId, Entry> entries = new();

    /// <summary>A document with its keys and the reverse.</summary>
    internal sealed record Entry(PolicyDocument Document, FrozenDictionary<string, string> Keys)
    {
        /// <summary>All provisions with their depth, parents first.</summary>
        public IReadOnlyList<(Provision Provision, string Key, int Depth)> Flat { get; } = [.. Flatten(Document.Provisions, 0, Keys)];

        /// <summary>The municipality's words as this document uses them.</summary>
        public PolicyWords Words { get; } = PolicyWords.Detect(Document);

        private static IEnumerable<(Provision, string, int)> Flatten(IEnumerable<Provision> provisions, int depth, FrozenDictionary<string, string> keys)
        {
            foreach (var p in provisions)
            {
                yield return (p, keys[p.Id], depth);
                foreach (var below in Flatten(p.Children, depth + 1, keys)) yield return below;
            }
        }
    }

    public async Task<Entry> GetAsync(TenantTransaction tx, PolicyVersionId id, CancellationToken cancel)
    {
        if (entries.TryGetValue(id, out var kept)) return kept;
        var json = await tx.FirstAsync("SELECT document::text FROM records.policy_version WHERE id = $1", r => r.GetString(0), cancel, id.Value)
            ?? throw new InvalidOperationException($"version {id} was seen and is gone");
        var keys = await tx.ListAsync("SELECT provision_id, provision_key FROM records.provision WHERE version_id = $1", r => (r.GetString(0), r.GetString(1)), cancel, id.Value);
        var entry = new Entry(RecordJson.Read<PolicyDocument>(json), keys.ToFrozenDictionary(k => k.Item1, k => k.Item2));
        if (entries.Count >= Most) entries.Clear();
        entries[id] = entry;
        return entry;
    }
}
