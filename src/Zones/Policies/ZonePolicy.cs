using System.Collections.Immutable;
using Sekisho.Assurance;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Policies;

/// <summary>What a zone is for (領域の種類).</summary>
public enum ZoneKind
{
    /// <summary>マイナンバー利用事務系.</summary>
    MyNumber,

    /// <summary>LGWAN接続系.</summary>
    Lgwan,

    /// <summary>インターネット接続系: the office's own network that may use the Internet.</summary>
    Internet,

    /// <summary>The Internet itself, outside of the office.</summary>
    Outside,

    /// <summary>Cloud services that the model lets a zone use.</summary>
    Cloud,
    Dmz,
    Management,
    Other,
}

/// <summary>Models of separation (α, α′, β, β′モデル).</summary>
public enum SeparationModel
{
    Alpha,
    AlphaPrime,
    Beta,
    BetaPrime,
}

/// <summary>One zone (領域).</summary>
/// <param name="Addresses">Its own addresses: where prefixes of zones lie inside each other, the longer one has them.</param>
/// <param name="At">Interfaces that it hangs on, as <c>device/interface</c>; empty: told by the devices' own addresses and routes.</param>
public sealed record Zone(string Id, ZoneKind Kind, string Name, AddressSet Addresses, ImmutableArray<string> At, int Line)
{
    /// <summary>VLANs of the zone, where the policy names them.</summary>
    public ImmutableArray<int> Vlans { get; init; } = [];
}

/// <summary>A flow that is allowed between zones (特定通信): who, to whom, by what, why, by whose leave, until when.</summary>
public sealed record AllowedFlow(string Id, string From, string To, AddressSet Source, AddressSet Destination, ServiceSet Services, int Line)
{
    public string Purpose { get; init; } = "";

    public string Approver { get; init; } = "";

    /// <summary>The last day on which it is allowed; null: not said.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Host that files or screens cross by (無害化・画面転送), not an ordinary flow.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Follows from the model, not from an approval.</summary>
    public bool IsOfModel { get; init; }

    public bool HoldsOn(DateOnly day) => Until is not { } until || day <= until;
}

/// <summary>The zone policy (領域の定め): zones and the few flows between them.</summary>
/// <param name="SecurityCloud">Interfaces (<c>device/interface</c>) or addresses through which alone the Internet zone may leave; null: not said.</param>
public sealed record ZonePolicy(SeparationModel Model, ImmutableArray<Zone> Zones, ImmutableArray<AllowedFlow> Flows, SecurityCloud? SecurityCloud)
{
    /// <summary>The name of the file that it was read from.</summary>
    public string File { get; init; } = "zones.yaml";

    public Zone? Find(string id) => Zones.FirstOrDefault(z => z.Id == id);

    /// <summary>Flows of one ordered pair that hold on a day, those of the model too.</summary>
    public IEnumerable<AllowedFlow> FlowsOn(Zone from, Zone to, DateOnly day)
    {
        foreach (var flow in Flows)
            if (flow.From == from.Id && flow.To == to.Id && flow.HoldsOn(day)) yield return flow;
        if (OfModel(from.Kind, to.Kind) is { } services)
            yield return new AllowedFlow($"model:{from.Id}>{to.Id}", from.Id, to.Id, from.Addresses, to.Addresses, services, 0) { IsOfModel = true };
        if (SecurityCloud is { } cloud && from.Kind == ZoneKind.Internet && to.Kind == ZoneKind.Outside && !cloud.Addresses.IsEmpty)
            yield return new AllowedFlow("security-cloud", from.Id, to.Id, from.Addresses, cloud.Addresses, ServiceSet.Any, cloud.Line) { IsOfModel = true };
    }

    /// <summary>What a model opens without asking. Source: 総務省ガイドライン 第3編第2章 (α′: LGWAN接続系 to named clouds; β, β′: work stands in the Internet zone).</summary>
    private ServiceSet? OfModel(ZoneKind from, ZoneKind to) => (Model, from, to) switch
    {
        (SeparationModel.AlphaPrime, ZoneKind.Lgwan, ZoneKind.Cloud) => Https,
        (_, ZoneKind.Internet, ZoneKind.Cloud) => Https,
        _ => null,
    };

    private static readonly ServiceSet Https = ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Of(443)));
}

/// <summary>The prefecture's security cloud (自治体情報セキュリティクラウド), the Internet zone's only way out.</summary>
public sealed record SecurityCloud(AddressSet Addresses, ImmutableArray<string> Via, int Line);

/// <summary>What is said of a policy: mistakes stop it, findings don't.</summary>
/// <param name="Policy">Null with mistakes.</param>
public sealed record ZonePolicyReading(ZonePolicy? Policy, IReadOnlyList<ReadError> Mistakes, IReadOnlyList<ReadError> Findings);
