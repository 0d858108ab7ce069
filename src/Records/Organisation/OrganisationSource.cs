using Sekisho.Assurance;
using Sekisho.Records.Organisation.Separation;

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
        if (chart.Units.Count > 0)
        {
            var excepted = await DutyExceptions.OnAsync(tx, day, cancel);
            observed.Add(OfPosts(chart.Posts, [.. SeparationOfDuties.Load().Conflicts(chart).Where(c => !excepted.Exists(e => e.Rule == c.Rule.Id && e.Person == c.Person.Id))], at));
        }
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

    private static Observation OfPosts(IReadOnlyList<PostToFill> posts, IReadOnlyList<DutyConflict> conflicts, DateTimeOffset at)
    {
        var vacant = posts.Where(p => p.IsVacant).ToList();
        var facts = new Dictionary<string, decimal> { ["posts"] = posts.Count, ["vacant"] = vacant.Count, ["conflicts"] = conflicts.Count };
        var (ja, en) = (new List<string>(), new List<string>());
        if (vacant.Count == 0)
        {
            ja.Add($"置くべき {posts.Count} の職がすべて任命されています");
            en.Add($"All {posts.Count} posts are filled");
        }
        else
        {
            var names = FirstFew.Of(vacant, p => (p.Unit is null ? "" : p.Unit.Name + "の") + p.Post.Name().Ja, p => p.Post.Name().En + (p.Unit is null ? "" : $" of {p.Unit.Name}"));
            ja.Add($"置くべき {posts.Count} の職のうち {vacant.Count} が空席です（{names.Ja}）");
            en.Add($"{vacant.Count} of {posts.Count} posts are vacant ({names.En})");
        }
        if (conflicts.Count > 0)
        {
            var holders = FirstFew.Of(conflicts, c => c.Person.Name, "人");
            ja.Add($"兼務できない職を {conflicts.Count} 人が兼ねています（{holders.Ja}）");
            en.Add($"{conflicts.Count} hold posts that exclude each other ({holders.En})");
        }
        return new(Appointments, "", at, null, EvidenceWeight.System, facts, new(string.Join("。", ja) + "。", string.Join(". ", en) + "."));
    }
}
