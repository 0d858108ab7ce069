using System.Text.Json;
using Sekisho.Records.Zones;

namespace Sekisho.Web.Pages.Zones;

/// <summary>The report of a proof as pages show it. Source: docs/formats/zone-report.md.</summary>
public sealed record ProofReport(IReadOnlyList<CheckReport> Checks, IReadOnlyList<FindingReport> Findings, IReadOnlyList<FlowReport> Flows)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

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
public sealed record ViolationReport(PacketReport Packet, IReadOnlyList<StepReport> Path, string Flows, IReadOnlyList<UnknownReport> Unknowns);

/// <summary>An example packet.</summary>
public sealed record PacketReport(string Src, string Dst, string Protocol, int SrcPort, int DstPort);

/// <summary>A line that let it pass.</summary>
public sealed record StepReport(string Device, string File, int Line, int LastLine, string Rule, string In, string Out);

/// <summary>A condition that can't be known from configurations.</summary>
public sealed record UnknownReport(string Kind, string Name);

/// <summary>A line that wasn't understood.</summary>
public sealed record LineReport(string File, int Line, string Text);

/// <summary>What is wrong with the policy or the network as a whole.</summary>
public sealed record FindingReport(string Code, string Where, string Ja, string En);

/// <summary>Whether an allowed flow works: yes, perhaps, no.</summary>
public sealed record FlowReport(string Id, string Works);
