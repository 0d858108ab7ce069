using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>Which domain is whose. A municipality of the settings that isn't there yet is looked for again: on the first start it is made later than the gateway.</summary>
internal sealed class MailTowns(MailSettings settings, RecordKeeper keeper, TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    private Dictionary<string, MunicipalityId> byDomain = [];
    private long looked = long.MinValue;

    /// <summary>Short names in the settings that no municipality has.</summary>
    public IReadOnlyList<string> Missing => [.. settings.Domains.Where(d => !byDomain.ContainsKey(d.Key)).Select(static d => d.Value).Distinct()];

    /// <summary>Null when it is nobody's.</summary>
    public async ValueTask<MunicipalityId?> OfAsync(string domain, CancellationToken cancel)
    {
        if (!settings.Domains.ContainsKey(domain)) return null;
        if (!byDomain.ContainsKey(domain)) await LookAsync(cancel).ConfigureAwait(false);
        return byDomain.TryGetValue(domain, out var town) ? town : null;
    }

    /// <summary>The only one; null when there are several.</summary>
    public MunicipalityId? Only => byDomain.Values.Distinct().Take(2).ToList() is [var only] ? only : null;

    public async Task LookAsync(CancellationToken cancel)
    {
        if (looked != long.MinValue && time.GetElapsedTime(looked) < Again) return;
        await using var owner = await keeper.Database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        var bySlug = (await owner.ListAsync("SELECT slug, id FROM records.municipality", r => (Slug: r.GetString(0), Id: new MunicipalityId(r.GetGuid(1))), cancel).ConfigureAwait(false)).ToDictionary(static t => t.Slug, static t => t.Id);
        byDomain = settings.Domains.Where(d => bySlug.ContainsKey(d.Value)).ToDictionary(static d => d.Key, d => bySlug[d.Value]);
        looked = time.GetTimestamp();
    }
}
