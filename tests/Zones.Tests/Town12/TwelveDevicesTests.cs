using Sekisho.Zones.Analysis;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Town12;

/// <summary>The town of samples/zones-town: twelve devices of nine vendors, once as planned and once as an auditor found them, with eight mistakes.</summary>
public sealed class TwelveDevicesTests
{
    private static readonly DateOnly Day = new(2026, 11, 21);

    /// <summary>Each mistake: the files that hold it, and everything that is said of it.</summary>
    private static readonly (string Name, string[] Files, string[] Said)[] Mistakes =
    [
        ("any to any, left from a day of works", ["fw-core.set"], ["lgwan>mynumber: fw-core.set:25-26"]),
        ("a VLAN that two zones share", ["sw-mynumber.conf"], ["ZON-VLAN-001 sw-mynumber.conf:33, sw-lgwan.conf:48"]),
        ("a maintenance VPN into LGWAN", ["fw-maint.conf"], ["maintenance>lgwan: fw-maint.conf:32, fw-maint.conf:7"]),
        ("IPv6 forgotten in a filter", ["sw-inet.conf"], ["internet>management, management>internet: sw-inet.conf:53"]),
        ("established without state", ["rt-shisho1.cfg"], ["lgwan>mynumber stray: rt-shisho1.cfg:19"]),
        ("a denial that is switched off", ["fw-border.conf"], ["internet>dmz: fw-border.conf:116-125, off fw-border.conf:104-114"]),
        ("a wildcard mask with a slip of the pen", ["sw-lgwan.conf"], ["lgwan>management: sw-lgwan.conf:81"]),
        ("a flow whose approval ended", ["fw-lgwan.conf", "zones.yaml"], ["asp>lgwan: fw-lgwan.conf:65-73", "ZON-FLOW-002 zones.yaml:137"]),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Mistakes.Length)];

    [Fact]
    public void As_planned_every_pair_of_zones_is_proved_and_nothing_is_flagged()
    {
        var report = Verify(static _ => "as-planned", certified: true);
        Assert.Equal(72, report.Checks.Count);
        Assert.All(report.Checks, static c => Assert.IsType<CheckVerdict.Proved>(c.Verdict));
        Assert.Empty(Said(report));
        Assert.All(report.Checks, static c => Assert.Empty(c.NotUnderstood));
        Assert.All(report.Flows, static f => Assert.Equal(FlowWorks.Yes, f.Works));
        Assert.Equal(16, report.Flows.Count);
    }

    [Fact]
    public void As_found_the_eight_mistakes_are_named_by_their_lines_and_nothing_else_is()
    {
        var report = Verify(static _ => "as-found");
        Assert.Equal(ZoneResult.Violated, report.Result);
        Assert.Equal(Mistakes.SelectMany(static m => m.Said).Order(StringComparer.Ordinal), Said(report));
        Assert.All(report.Flows, static f => Assert.Equal(FlowWorks.Yes, f.Works));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Each_mistake_alone_is_found_alone(int number)
    {
        var (_, files, said) = Mistakes[number];
        Assert.Equal(said.Order(StringComparer.Ordinal), Said(Verify(file => files.Contains(file) ? "as-found" : "as-planned")));
    }

    [Fact]
    public void As_planned_nothing_is_said_of_rules_but_one_that_is_wider_than_it_must_be()
    {
        var report = RuleAnalysis.Analyse(Policy(static _ => "as-planned"), Readings(static _ => "as-planned"), Day, TestContext.Current.CancellationToken);
        Assert.Empty(report.BrokenFlows);
        var wide = Assert.IsType<RuleFault.OverWide>(Assert.Single(report.Faults));
        Assert.Equal(("rt-shisho2.cfg", 29), (wide.Rule.Source.File, wide.Rule.Source.FirstLine));
        Assert.Equal(["10.40.0.0/25 → 10.30.70.0/24 tcp from 443 established", "10.30.0.0-10.30.69.255, 10.30.71.0-10.30.255.255 → 10.30.70.0/24 any"], wide.Narrower.Select(static n => n.ToString()));
    }

    [Fact]
    public void As_planned_only_the_zones_beside_a_device_get_as_far_as_it()
    {
        var report = ZoneVerification.VerifyDevices(Policy(static _ => "as-planned"), Readings(static _ => "as-planned"), Day);
        Assert.Equal(12 * 9, report.Checks.Count);
        Assert.All(report.Checks, static c => Assert.IsNotType<CheckVerdict.NotAssessed>(c.Verdict));
        // What surely gets in, from where: consoles, for the administrators' terminals, and the two Linux gateways' own pages.
        Assert.Equal(
            [
                "fw-border<internet 10.30.10.8/29 tcp/443; tcp/22", "fw-maint<management 10.90.40.10 tcp/22", "gw-sanitise<dmz any tcp/443", "gw-sanitise<lgwan any tcp/22, 443", "gw-screen<lgwan 10.20.40.0/28 tcp/22",
                "rt-shisho1<lgwan 10.20.40.1-10.20.40.14 tcp/22", "rt-shisho2<lgwan 10.20.40.1-10.20.40.14 tcp/22",
                "sw-inet<internet 10.30.10.8/29 tcp/22", "sw-lgwan<lgwan 10.20.40.0/28 tcp/22", "sw-mynumber<mynumber 10.10.10.8/29 tcp/22",
            ],
            report.Checks.Where(static c => c.Result == ZoneResult.Violated).Select(static c => $"{c.Device}<{c.From.Id} {Sources(c)} {string.Join("; ", c.Reaches.Select(static r => r.Flows.Services.ToString()).Distinct())}").Order(StringComparer.Ordinal));
        // What no line speaks of stays possible, and nothing else: not the consoles.
        var open = report.Checks.Where(static c => c.Result == ZoneResult.Undetermined).ToArray();
        Assert.Equal(["fw-border<dmz", "fw-border<outside", "fw-maint<lgwan", "fw-maint<maintenance", "rt-gcloud<gcloud", "rt-shisho1<mynumber", "rt-shisho2<internet"], open.Select(static c => $"{c.Device}<{c.From.Id}").Order(StringComparer.Ordinal));
        Assert.All(open.Where(static c => c.From.Id is not "gcloud"), static c => Assert.All(c.Reaches, static r => Assert.Contains(DeviceCheck.OtherFeatures, r.Unknowns)));
        Assert.All(report.Checks.Where(static c => c.Device == "sw-mynumber" && c.From.Id != "mynumber"), static c => Assert.Equal(ZoneResult.Proved, c.Result));
    }

    private static string Sources(DeviceCheck check)
    {
        var all = AddressSet.UnionOf(check.Reaches.Select(static r => r.Flows.Source));
        return all.Covers(check.From.Addresses) ? "any" : all.ToString();
    }

    [Fact]
    public void Every_line_of_every_device_is_understood()
    {
        foreach (var which in new[] { "as-planned", "as-found" })
        {
            var readings = Readings(_ => which);
            Assert.Equal(12, readings.Sum(static r => r.Devices.Length));
            Assert.Equal(9, readings.SelectMany(static r => r.Devices).Select(static d => d.Vendor).Distinct().Count());
            Assert.All(readings, static r => Assert.Empty(r.Lines.NotUnderstood));
        }
    }

    /// <summary>What the report says, one line for each thing to correct.</summary>
    private static IEnumerable<string> Said(ZoneReport report) =>
        Cause.Of(report).Select(static c =>
            $"{string.Join(", ", c.Between.Select(static b => $"{b.From.Id}>{b.To.Id}").Order(StringComparer.Ordinal))}{(c.Stray ? " stray" : "")}: {string.Join(", ", c.Lines.Select(static l => l.Source))}{string.Concat(c.SwitchedOff.Select(static l => $", off {l.Source}"))}")
        .Concat(report.Findings.Select(static f => $"{f.Code} {f.Where}")).Order(StringComparer.Ordinal);

    private static ZoneReport Verify(Func<string, string> which, bool certified = false) => ZoneVerification.Verify(Policy(which), Readings(which), Day, new(certified));

    private static ZonePolicyReading Policy(Func<string, string> which)
    {
        var policy = ZonePolicyReader.Read(File.ReadAllText(Path.Combine(Folder, which("zones.yaml"), "zones.yaml")), "zones.yaml");
        Assert.Empty(policy.Mistakes);
        return policy;
    }

    private static IReadOnlyList<ConfigReading> Readings(Func<string, string> which) =>
    [
        .. Directory.GetFiles(Path.Combine(Folder, "as-planned", "devices")).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
            .Select(f => ConfigDoor.Read(f, File.ReadAllBytes(Path.Combine(Folder, which(f), "devices", f)), TestContext.Current.CancellationToken)),
    ];

    private static string Folder
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(at.FullName, "Sekisho.slnx"))) at = at.Parent ?? throw new InvalidOperationException("no repository above the tests");
            return Path.Combine(at.FullName, "samples", "zones-town");
        }
    }
}
