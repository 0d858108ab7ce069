using Sekisho.Assurance;
using Sekisho.Zones.Model;

namespace Sekisho.Records.Zones;

/// <summary>Readings of kept configurations (読み取りの控え): a text is the same for its digest, and so is what was read of it. A page doesn't parse what another has.</summary>
/// <remarks>Those used longest ago go first. A municipality finds only what was read for itself.</remarks>
internal sealed class KeptReadings(long mostBytes = KeptReadings.DefaultMostBytes)
{
    /// <summary>Of the texts; a reading takes up to twenty-five times as much (100,000 rules: 6.8 MB of text, 170 MB).</summary>
    public const long DefaultMostBytes = 4 << 20;

    private readonly Lock gate = new();
    private readonly Dictionary<(MunicipalityId, string, Sha256), LinkedListNode<Kept>> known = [];
    private readonly LinkedList<Kept> byUse = new();
    private long bytes;

    public int Count
    {
        get
        {
            lock (gate) return known.Count;
        }
    }

    /// <returns>Null when it has to be read.</returns>
    public ConfigReading? Find(MunicipalityId municipality, KeptConfig config)
    {
        lock (gate)
        {
            if (!known.TryGetValue((municipality, config.Path, config.Digest), out var node)) return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Reading;
        }
    }

    public void Keep(MunicipalityId municipality, KeptConfig config, ConfigReading reading)
    {
        var key = (municipality, config.Path, config.Digest);
        lock (gate)
        {
            if (config.Bytes > mostBytes || known.ContainsKey(key)) return;
            known.Add(key, byUse.AddFirst(new Kept(key, reading, config.Bytes)));
            bytes += config.Bytes;
            while (bytes > mostBytes)
            {
                var oldest = byUse.Last!.Value;
                byUse.RemoveLast();
                known.Remove(oldest.Key);
                bytes -= oldest.Bytes;
            }
        }
    }

    private sealed record Kept((MunicipalityId, string, Sha256) Key, ConfigReading Reading, int Bytes);
}
