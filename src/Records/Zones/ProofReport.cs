using System.Text.Json;

namespace Sekisho.Records.Zones;

/// <summary>The report of a proof as pages and sheets show it. Source: docs/formats/zone-report.md.</summary>
public sealed record ProofReport(IReadOnlyList<CheckReport> Checks, IReadOnlyList<FindingReport> Findings, IReadOnlyList<FlowReport> Flows)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>What gets through, by the lines to correct: the one that opens most ways first.</summary>
    public IReadOnlyList<CauseReport> Causes { get; } =
    [
        .. Checks.SelectMany(static c => (c.Result == ProofResult.Violated ? c.Violations : []).Select(v => (Check: c, Violation: v, IsStray: false)).Concat(c.Stray.Select(v => (Check: c, Violation: v, IsStray: true))))
            .GroupBy(static f => (f.Violation.Cause, f.IsStray))
            .Select(static g => new CauseReport(
                [.. g.SelectMany(static f => f.Violation.Deciding).DistinctBy(static s => (s.Device, s.File, s.Line))], [.. g.Select(static f => f.Check).Distinct()], [.. g.Select(static f => f.Violation)], g.Key.IsStray))
            .OrderBy(static c => c.IsStray).ThenByDescending(static c => c.Between.Count),
    ];

    /// <exception cref="JsonException">What was kept is no report: it was changed from outside.</exception>
    public static ProofReport Read(string json) => JsonSerializer.Deserialize<ProofReport>(json, Options) ?? throw new JsonException("null where a report was kept");
}

/// <summary>One ordered pair of zones.</summary>
/// <param name="Verdict">proved, violated, violatedIf, notAssessed.</param>
public sealed record CheckReport(string From, string To, string Verdict, IReadOnlyList<ViolationReport> Violations, IReadOnlyList<ViolationReport> Stray, IReadOnlyList<LineReport> NotUnderstood, IReadOnlyList<string> Reasons)
{
    /// <summary>Its place on the page.</summary>
    public string Anchor => $"pair-{From}-{To}";

    public ProofResult Result => Verdict switch { "proved" => ProofResult.Proved, "violated" => ProofResult.Violated, _ => ProofResult.Undetermined };

    public int Count => (Result == ProofResult.Violated ? Violations.Count : 0) + Stray.Count;
}

/// <summary>A class of packets that gets through.</summary>
/// <param name="SwitchedOff">Rules that would have stopped it and are switched off.</param>
public sealed record ViolationReport(PacketReport Packet, IReadOnlyList<StepReport> Path, string Flows, IReadOnlyList<UnknownReport> Unknowns, IReadOnlyList<StepReport>? SwitchedOff = null)
{
    /// <summary>The rules on the way, each of which would stop it if it were otherwise; where no device looks, the places without a filter.</summary>
    public IEnumerable<StepReport> Deciding => Path.Any(static s => s.Filtered) ? Path.Where(static s => s.Filtered) : Path;

    /// <summary>The same for all that the same lines let through.</summary>
    public string Cause => string.Join('>', Path.Any(static s => s.Filtered) ? Deciding.Select(static s => $"{s.Device}|{s.File}|{s.Line}").Distinct() : Path.Select(static s => $"{s.Device}|{s.Rule}").Distinct());
}

/// <summary>Lines that let something through, and all that they let through (原因の行): one mistake to correct.</summary>
/// <param name="Between">The pairs of zones.</param>
/// <param name="IsStray">Only packets that begin no connection get through.</param>
public sealed record CauseReport(IReadOnlyList<StepReport> Lines, IReadOnlyList<CheckReport> Between, IReadOnlyList<ViolationReport> Violations, bool IsStray);

/// <summary>An example packet.</summary>
public sealed record PacketReport(string Src, string Dst, string Protocol, int SrcPort, int DstPort);

/// <summary>A line that let it pass.</summary>
/// <param name="Filtered">False where the device has no filter there.</param>
public sealed record StepReport(string Device, string File, int Line, int LastLine, string Rule, string In, string Out, bool Filtered = true);

/// <summary>A condition that can't be known from configurations.</summary>
public sealed record UnknownReport(string Kind, string Name);

/// <summary>A line that wasn't understood.</summary>
public sealed record LineReport(string File, int Line, string Text);

/// <summary>What is wrong with the policy or the network as a whole.</summary>
public sealed record FindingReport(string Code, string Where, string Ja, string En);

/// <summary>Whether an allowed flow works: yes, perhaps, no.</summary>
public sealed record FlowReport(string Id, string Works);
