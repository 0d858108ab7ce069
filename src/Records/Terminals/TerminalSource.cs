using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;

namespace Sekisho.Records.Terminals;

/// <summary>What the registers and reports say of the terminals (端末の証跡). Silent until a terminal is registered.</summary>
public sealed class TerminalSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Media = "terminals.media", Authentication = "terminals.authentication", Posture = "technical.posture";

    public IReadOnlyCollection<string> Kinds { get; } = [Media, Authentication, Posture];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var all = (await PostureReading.ReadAsync(tx, at, null, cancel)).Terminals;
        if (all.Count == 0) return [];
        var observed = new List<Observation>();
        var zone = all.Where(t => t.Zone == TerminalRegisters.MyNumberZone).ToList();
        if (zone.Count > 0)
        {
            var day = JapaneseTime.Day(at);
            var over = (await RegisterRows.InUseAsync(tx, TerminalRegisters.Media, cancel)).Where(m => m.Choices("exception_zones").Contains(TerminalRegisters.MyNumberZone) && m.Day("exception_until") < day).Select(m => m.Number)
                .Concat(await TakeoutRows.OverdueAsync(tx, day, cancel)).ToList();
            var open = zone.FindAll(t => !t.Is(PostureKeys.MediaBlocked));
            var (says, saysEn) = Of(zone.Count, open, "持ち出し不可を確かめられていません", "are not shown to block media", "で持ち出しを止めています", "block media");
            observed.Add(new(Media, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["terminals"] = zone.Count, ["blocked"] = zone.Count - open.Count, ["exceptions_open"] = over.Count },
                over.Count == 0 ? new(says, saysEn) : new($"{says}期限を過ぎた例外・持ち出しが {over.Count} 件あります（{FirstFew.Of(over).Ja}）。", $"{saysEn} {over.Count} exceptions or take-outs are overdue ({FirstFew.Of(over).En}).")));
            var weak = zone.FindAll(t => !t.Is(PostureKeys.TwoFactor));
            var (two, twoEn) = Of(zone.Count, weak, "多要素認証を確かめられていません", "are not shown to require two factors", "が多要素認証です", "require two factors");
            observed.Add(new(Authentication, "", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["accounts"] = zone.Count, ["two_factor"] = zone.Count - weak.Count }, new(two, twoEn)));
        }
        var (unpatched, unprotected) = (all.Where(t => !t.Is(PostureKeys.Patched)).ToList(), all.Where(t => !t.Is(PostureKeys.MalwareProtected)).ToList());
        var behind = unpatched.Union(unprotected).ToList();
        observed.Add(new(Posture, "", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["machines"] = all.Count, ["unpatched"] = unpatched.Count, ["unprotected"] = unprotected.Count },
            behind.Count == 0
                ? new($"端末 {all.Count} 台すべてで、更新と不正プログラム対策を確かめました。", $"Updates and malware protection are shown for all {all.Count} terminals.")
                : new($"端末 {all.Count} 台のうち、更新を確かめられないもの {unpatched.Count} 台、不正プログラム対策を確かめられないもの {unprotected.Count} 台です（{Named(behind).Ja}）。",
                    $"Of {all.Count} terminals, updates are not shown for {unpatched.Count}, malware protection not for {unprotected.Count} ({Named(behind).En}).")));
        return observed;
    }

    private static (string Ja, string En) Of(int count, List<TerminalPosture> without, string lacksJa, string lacksEn, string allJa, string allEn) => without.Count == 0
        ? ($"マイナンバー利用事務系の端末 {count} 台すべて{allJa}。", $"All {count} terminals of the My Number zone {allEn}.")
        : ($"マイナンバー利用事務系の端末 {count} 台のうち {without.Count} 台の{lacksJa}（{Named(without).Ja}）。", $"{without.Count} of {count} terminals of the My Number zone {lacksEn} ({Named(without).En}).");

    private static Bilingual Named(List<TerminalPosture> some) => FirstFew.Of(some, t => t.Terminal.Title, "台");
}

/// <summary>Whether access rights were reviewed within their periods (アクセス権の点検). Silent until a system is registered.</summary>
public sealed class AccessReviewSource(MunicipalityId municipality, RecordKeeper keeper) : IEvidenceSource
{
    public const string Access = "technical.access";

    public IReadOnlyCollection<string> Kinds { get; } = [Access];

    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var systems = await RegisterRows.InUseAsync(tx, TerminalRegisters.AccessReviews, cancel);
        if (systems.Count == 0) return [];
        var day = JapaneseTime.Day(at);
        var due = systems.FindAll(s => s.Day("next_on") is not { } next || next < day);
        var facts = new Dictionary<string, decimal> { ["reviews_overdue"] = due.Count };
        return
        [
            new(Access, "", at, null, EvidenceWeight.System, facts, due.Count == 0
                ? new($"{systems.Count} 件のシステムすべてで、アクセス権を期限内に点検しています。", $"Access rights of all {systems.Count} systems were reviewed in time.")
                : new($"{systems.Count} 件のシステムのうち {due.Count} 件で、アクセス権の点検が期限を過ぎています（{FirstFew.Of(due, s => s.Title).Ja}）。",
                    $"The access review of {due.Count} of {systems.Count} systems is overdue ({FirstFew.Of(due, s => s.Title).En}).")),
        ];
    }
}
