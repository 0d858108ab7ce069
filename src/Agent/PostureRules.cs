using System.Text.Json;

namespace Sekisho.Agent;

/// <summary>What the agent goes by (判断のもと): names of programs and modules, and how old is too old. Data: data/agent/posture.json.</summary>
public sealed record PostureRules(
    string Source, string Date, PostureDays Days, IReadOnlyList<string> SignInServices, IReadOnlyList<PamFactor> PamFactors, IReadOnlyList<string> PamSettled,
    IReadOnlyList<ProtectionProduct> Protection, IReadOnlyList<ProtectionProduct> WindowsProtection)
{
    private static readonly Lazy<PostureRules> Shipped = new(static () =>
    {
        using var stream = typeof(PostureRules).Assembly.GetManifestResourceStream("posture.json") ?? throw new InvalidOperationException("posture.json is missing from the build.");
        return JsonSerializer.Deserialize<PostureRules>(stream, JsonSerializerOptions.Web) ?? throw new InvalidOperationException("posture.json is empty.");
    });

    public static PostureRules Load() => Shipped.Value;
}

/// <summary>Days after which something no longer counts.</summary>
/// <param name="ListOfUpdates">Since the list of available updates was fetched.</param>
/// <param name="Signatures">Since the definitions of malware were made.</param>
/// <param name="WindowsUpdate">Since the last cumulative update of Windows was installed.</param>
public sealed record PostureDays(int ListOfUpdates, int Signatures, int WindowsUpdate);

/// <summary>What a PAM module asks of a person.</summary>
/// <param name="Kinds">knowledge (知識), possession (所持), inherence (存在).</param>
/// <param name="OnlyWith">Holds only where one of these options stands.</param>
/// <param name="UnlessWith">With one of these options it may succeed without asking anything.</param>
public sealed record PamFactor(string Module, IReadOnlyList<string> Kinds, IReadOnlyList<string>? OnlyWith = null, IReadOnlyList<string>? UnlessWith = null);

/// <summary>A product against malware.</summary>
/// <param name="Signatures">Files of definitions; empty where the product keeps itself up to date over its own service.</param>
public sealed record ProtectionProduct(string Name, IReadOnlyList<string> Processes, IReadOnlyList<string>? Signatures = null);
