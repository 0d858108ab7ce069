using Sekisho.Assurance;
using Sekisho.Records.Zones;
using Sekisho.Zones.Policies;

namespace Sekisho.Web.Pages.Zones;

/// <summary>A page about the separation of the zones.</summary>
public abstract class ZonePageBase : MunicipalPage
{
    protected ZoneDesk Zones => Records.Zones;

    /// <summary>The configurations in which the lines to correct stand, by file, in lines.</summary>
    protected async Task<Dictionary<string, string[]>> TextsOfAsync(ProofReport report, ConfigSetId set)
    {
        ArgumentNullException.ThrowIfNull(report);
        var texts = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var file in report.Causes.SelectMany(c => c.Lines).Where(l => l.Line > 0).Select(l => l.File).Distinct(StringComparer.Ordinal))
            if (await Zones.TextAsync(Municipality, set, file, Cancel) is { } text) texts[file] = text.Split('\n');
        return texts;
    }

    /// <summary>The verdict whose shape and colour a result has.</summary>
    public static VerdictKind Mark(ProofResult result) => result switch { ProofResult.Proved => VerdictKind.Met, ProofResult.Violated => VerdictKind.NotMet, _ => VerdictKind.NoEvidence };

    /// <summary>A result in a word.</summary>
    public static Bilingual Word(ProofResult result) => result switch
    {
        ProofResult.Proved => new("証明済み", "Proved"),
        ProofResult.Violated => new("違反あり", "Violated"),
        _ => new("判定できない", "Undetermined"),
    };

    /// <summary>The place of a line in a configuration.</summary>
    public static string LineAddress(ConfigSetId set, string file, int line, int last) =>
        $"/zones/configs/{set}?path={Uri.EscapeDataString(file)}&line={line}&last={last}#L{Math.Max(1, line - 3)}";

    /// <summary>What a device is, as people call it, for the name that its reader has.</summary>
    public static string Product(string vendor) => vendor switch
    {
        "allied" => "AlliedWare Plus",
        "asa" => "Cisco ASA",
        "fortios" => "FortiGate",
        "ios" => "Cisco IOS",
        "junos" => "Juniper Junos",
        "nec-ix" => "NEC IX",
        "panos" => "PAN-OS",
        "yamaha" => "YAMAHA RTX",
        _ => vendor,
    };

    /// <summary>The kind of a zone in a word.</summary>
    public static Bilingual Word(ZoneKind kind) => kind switch
    {
        ZoneKind.MyNumber => new("マイナンバー利用事務系", "My Number"),
        ZoneKind.Lgwan => new("LGWAN接続系", "LGWAN"),
        ZoneKind.Internet => new("インターネット接続系", "Internet"),
        ZoneKind.Outside => new("庁外（インターネット）", "Outside (Internet)"),
        ZoneKind.Cloud => new("クラウド", "Cloud"),
        ZoneKind.Dmz => new("公開セグメント（DMZ）", "DMZ"),
        ZoneKind.Management => new("管理用", "Management"),
        _ => new("その他", "Other"),
    };
}
