using Sekisho.Assurance;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Records.Zones;

/// <summary>The zones as written down (領域の定め), in one version.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Yaml">docs/formats/zone-policy.md.</param>
public sealed record KeptZonePolicy(int Version, string Yaml, string Note, DateTimeOffset SavedAt, Actor SavedBy, long LedgerIndex);

/// <summary>Identity of a set of configurations.</summary>
public readonly record struct ConfigSetId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Configurations that were in force together (設定の組).</summary>
/// <param name="Sequence">From 1, for people: 設定 12.</param>
public sealed record ConfigSet(ConfigSetId Id, int Sequence, DateTimeOffset TakenAt, Actor TakenBy, IReadOnlyList<KeptConfig> Configs, long LedgerIndex);

/// <summary>A configuration as kept: its secrets are masked.</summary>
/// <param name="Path">As people know it, with <c>/</c>; also tells the device apart.</param>
/// <param name="Digest">Of the masked text.</param>
/// <param name="SeenAt">When it was last seen to be what the device runs; null for a text that another has replaced.</param>
public sealed record KeptConfig(string Path, Sha256 Digest, int Bytes, DateTimeOffset? SeenAt)
{
    /// <summary>The text of the same path before, of which this is a part (<see cref="Sekisho.Zones.Devices.Shrinkage"/>); null: it isn't.</summary>
    public Sha256? Fuller { get; init; }
}

/// <summary>A configuration that comes in.</summary>
/// <param name="Untrusted">As the device gave it; what is secret in it is masked before anything is kept.</param>
/// <param name="SeenAt">When the device gave it; null: now. A moment to come counts as now.</param>
public sealed record IncomingConfig(string UntrustedPath, ReadOnlyMemory<byte> Untrusted, DateTimeOffset? SeenAt = null);

/// <summary>Identity of a proof.</summary>
public readonly record struct ProofId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What came of a proof over all pairs of zones.</summary>
public enum ProofResult
{
    /// <summary>証明済み.</summary>
    Proved,

    /// <summary>違反あり.</summary>
    Violated,

    /// <summary>判定できない: something wasn't understood, or can't be known from configurations.</summary>
    Undetermined,
}

/// <summary>A proof as kept (証明): what a set of configurations does under a version of the zones.</summary>
/// <param name="Violations">Classes of packets that get through and must not, and mistakes of the policy itself.</param>
/// <param name="Undetermined">Pairs of zones of which nothing could be proved.</param>
public sealed record KeptProof(ProofId Id, ConfigSetId Set, int SetSequence, int PolicyVersion, DateTimeOffset At, ProofResult Result, int Violations, int Undetermined, TimeSpan Took, long LedgerIndex);

/// <summary>What a proof says of one ordered pair of zones.</summary>
public sealed record ProofPair(string From, string To, ZoneKind FromKind, ZoneKind ToKind, ProofResult Result, int Violations);

/// <summary>A proof with all that it says.</summary>
/// <param name="Report">JSON of <c>sekisho zones verify --json</c>: docs/formats/zone-report.md.</param>
public sealed record ProofDetail(KeptProof Proof, IReadOnlyList<ProofPair> Pairs, string Report);

/// <summary>The network as its configurations tell it (網の姿).</summary>
/// <param name="Findings">Of the policy alone.</param>
public sealed record ZoneNetwork(ZonePolicy Policy, IReadOnlyList<ReadError> Findings, ConfigSet Set, IReadOnlyList<ConfigReading> Readings);

/// <summary>What a change of configurations would do (変更の影響).</summary>
/// <param name="Difference">What passes then and doesn't now, and the other way round, filter by filter: within zones too.</param>
/// <param name="Edited">How the changed texts read.</param>
public sealed record WhatIf(ZoneReport Now, ZoneReport Then, NetworkDifference Difference, IReadOnlyList<ConfigReading> Edited);

/// <summary>An examination of the rules (規則の点検): of which configurations, under which flows, and what was found.</summary>
public sealed record RuleExamination(ConfigSet Set, ZonePolicy Policy, RuleReport Report);

/// <summary>What reaches the devices themselves: of which configurations, and what was found.</summary>
public sealed record DeviceExamination(ConfigSet Set, DeviceReport Report);
