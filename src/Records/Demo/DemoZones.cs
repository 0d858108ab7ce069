using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Zones;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's network: its zones, the configurations of its four devices, and the two days in which a hole was left open after maintenance.</summary>
/// <param name="dayOf">The day in Japan of a day of the story.</param>
internal sealed class DemoZones(RecordSlices slices, MunicipalityId town, IReadOnlyDictionary<string, Actor> people, Func<int, DateOnly> dayOf)
{
    private const string Firewall = "FW-NAIBU.conf";

    private static readonly (string Path, string Text)[] Others =
        [("FW-KYOUKAI.conf", "shiokaze-fw-kyoukai.conf"), ("RT-LGWAN.conf", "shiokaze-rt-lgwan.conf"), ("SW-KIKAN.conf", "shiokaze-sw-kikan.conf")];

    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps()
    {
        yield return (-366, 14, WriteAsync);
        yield return (-366, 15, c => TakeAsync([With(""), .. Others.Select(o => Config(o.Path, DemoScript.Text(o.Text)))], c));
        yield return (-213, 10, c => TakeAsync([With(DemoScript.Text("shiokaze-fw-hole.txt"))], c));
        yield return (-211, 11, c => TakeAsync([With("")], c));
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        // Approved beyond today: what has ended would be a finding.
        var yaml = DemoScript.Text("shiokaze-zones.yaml").Replace("{期限}", dayOf(120).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        (await slices.Zones.WriteAsync(town, yaml, "はじめての定め", seen: 0, people["officer"], cancel)).OrThrow();
    }

    private async Task TakeAsync(IReadOnlyList<IncomingConfig> configs, CancellationToken cancel) => (await slices.Zones.TakeAsync(town, configs, whole: false, people["admin"], cancel)).OrThrow();

    private static IncomingConfig With(string hole) => Config(Firewall, DemoScript.Text("shiokaze-fw-naibu.conf").Replace("{穴}", hole, StringComparison.Ordinal));

    private static IncomingConfig Config(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));
}
