using Sekisho.Assurance;

namespace Sekisho.Records.Organisation;

/// <summary>What the register of the organisation says of itself (組織の証跡).</summary>
public sealed class OrganisationSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Appointments = "organisation.appointments", Committee = "organisation.committee";

    public IReadOnlyCollection<string> Kinds { get; } = [Appointments, Committee];

    /// <summary>Silent on appointments until a unit is registered: an empty register says nothing about the organisation.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var day = JapaneseTime.Day(at);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var observed = new List<Observation>();
        if (chart.Units.Count > 0) observed.Add(OfPosts(chart.Posts, at));
        var last = await tx.ListAsync("SELECT max(held_on) FROM records.committee_meeting WHERE held_on <= $1", r => r.DayOrNull(0), cancel, day);
        if (last[0] is { } heldOn)
        {
            var date = JapaneseTime.Date(heldOn);
            // It was so on the day of the meeting: the validity of the criterion counts from there.
            observed.Add(new(Committee, "", JapaneseTime.StartOf(heldOn), null, EvidenceWeight.System, new Dictionary<string, decimal> { ["held"] = 1 },
                new($"情報セキュリティ委員会を{date.Ja}に開催しました。", $"The security committee met on {date.En}.")));
        }
        return observed;
    }

    private static Observation OfPosts(IReadOnlyList<PostToFill> posts, DateTimeOffset at)
    {
        const int Named = 3;
        var vacant = posts.Where(p => p.IsVacant).ToList();
        var facts = new Dictionary<string, decimal> { ["posts"] = posts.Count, ["vacant"] = vacant.Count };
        if (vacant.Count == 0)
        {
            return new(Appointments, "", at, null, EvidenceWeight.System, facts,
                new($"置くべき {posts.Count} の職がすべて任命されています。", $"All {posts.Count} posts are filled."));
        }
        var ja = string.Join("、", vacant.Take(Named).Select(p => (p.Unit is null ? "" : p.Unit.Name + "の") + p.Post.Name().Ja));
        var en = string.Join(", ", vacant.Take(Named).Select(p => p.Post.Name().En + (p.Unit is null ? "" : $" of {p.Unit.Name}")));
        var (moreJa, moreEn) = vacant.Count > Named ? ($" ほか {vacant.Count - Named} 件", $" and {vacant.Count - Named} more") : ("", "");
        return new(Appointments, "", at, null, EvidenceWeight.System, facts,
            new($"置くべき {posts.Count} の職のうち {vacant.Count} が空席です（{ja}{moreJa}）。", $"{vacant.Count} of {posts.Count} posts are vacant ({en}{moreEn})."));
    }
}
