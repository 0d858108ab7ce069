using System.Collections.Immutable;
using Sekisho.Assurance;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Reports;

/// <summary>One station of a packet: which line let it pass (通過した行).</summary>
/// <param name="Rule">The rule as people call it, or what stands for it: a default, a route, a translation.</param>
/// <param name="Filtered">False where the device has no filter there: it passed because nothing looked at it.</param>
public sealed record PathStep(string Device, SourceRef Source, string Rule, string Inbound, string Outbound, bool Filtered = true);

/// <summary>A class of packets that gets where it must not, with one packet to try (違反).</summary>
/// <param name="Unknowns">Conditions that must hold for it; empty for a certain one.</param>
public sealed record Violation(ExamplePacket Packet, IReadOnlyList<PathStep> Path, Traffic Flows, IReadOnlyList<Unknown> Unknowns)
{
    /// <summary>Rules on the way that would have stopped some of it, if they weren't switched off (無効にされた規則).</summary>
    public IReadOnlyList<PathStep> SwitchedOff { get; init; } = [];
}

/// <summary>What is said of one ordered pair of zones. Four results, never rounded up.</summary>
public abstract record CheckVerdict
{
    private CheckVerdict() { }

    public abstract T Match<T>(Func<Proved, T> proved, Func<Violated, T> violated, Func<ViolatedIf, T> violatedIf, Func<NotAssessed, T> notAssessed);

    /// <summary>到達不能（証明済み）: no packet gets through but the allowed flows.</summary>
    public sealed record Proved : CheckVerdict
    {
        public override T Match<T>(Func<Proved, T> proved, Func<Violated, T> violated, Func<ViolatedIf, T> violatedIf, Func<NotAssessed, T> notAssessed) => proved(this);
    }

    /// <summary>違反: these get through.</summary>
    public sealed record Violated(IReadOnlyList<Violation> Violations) : CheckVerdict
    {
        public override T Match<T>(Func<Proved, T> proved, Func<Violated, T> violated, Func<ViolatedIf, T> violatedIf, Func<NotAssessed, T> notAssessed) => violated(this);
    }

    /// <summary>条件により違反: these get through if a named unknown (host name, application, schedule) is so.</summary>
    public sealed record ViolatedIf(IReadOnlyList<Violation> Violations) : CheckVerdict
    {
        public override T Match<T>(Func<Proved, T> proved, Func<Violated, T> violated, Func<ViolatedIf, T> violatedIf, Func<NotAssessed, T> notAssessed) => violatedIf(this);
    }

    /// <summary>判定できない: lines that aren't understood may let something through, or what is needed is missing.</summary>
    public sealed record NotAssessed(IReadOnlyList<Violation> Possible, IReadOnlyList<Bilingual> Reasons) : CheckVerdict
    {
        public override T Match<T>(Func<Proved, T> proved, Func<Violated, T> violated, Func<ViolatedIf, T> violatedIf, Func<NotAssessed, T> notAssessed) => notAssessed(this);
    }
}

/// <summary>The check of one ordered pair of zones.</summary>
/// <param name="Stray">Packets that begin no connection but get through a filter without state ("established"): a class of its own.</param>
/// <param name="NotUnderstood">Lines on the way that aren't understood.</param>
public sealed record ZoneCheck(Zone From, Zone To, CheckVerdict Verdict, IReadOnlyList<Violation> Stray, IReadOnlyList<NotUnderstood> NotUnderstood)
{
    public ZoneResult Result => Verdict.Match(static _ => ZoneResult.Proved, static _ => ZoneResult.Violated, static _ => ZoneResult.Undetermined, static _ => ZoneResult.Undetermined);

    public IReadOnlyList<Violation> Violations => Verdict.Match(static _ => [], static v => v.Violations, static v => v.Violations, static v => v.Possible);
}

/// <summary>Three words of the JSON and the exit code: two of the four results are undetermined there.</summary>
public enum ZoneResult
{
    Proved,
    Violated,
    Undetermined,
}

/// <summary>Whether an allowed flow really works.</summary>
public enum FlowWorks
{
    Yes,
    Perhaps,
    No,
}

/// <summary>An allowed flow and the configurations.</summary>
public sealed record FlowState(AllowedFlow Flow, FlowWorks Works);

/// <summary>The proof of a zone policy against configurations (検証結果).</summary>
/// <param name="Findings">Of the policy and the network as a whole: any in a flow, expired flows, shared VLANs, flows that don't work.</param>
public sealed record ZoneReport(ZonePolicy Policy, DateOnly On, IReadOnlyList<ZoneCheck> Checks, IReadOnlyList<ReadError> Findings, IReadOnlyList<FlowState> Flows)
{
    /// <summary>Violated when one check is; else undetermined when one check is; without checks undetermined.</summary>
    public ZoneResult Result =>
        Checks.Any(static c => c.Result == ZoneResult.Violated) ? ZoneResult.Violated
        : Checks.Count == 0 || Checks.Any(static c => c.Result == ZoneResult.Undetermined) ? ZoneResult.Undetermined
        : ZoneResult.Proved;
}
