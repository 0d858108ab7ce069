using System.Text.Json;
using System.Text.Json.Serialization;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>One job as the host orders it.</summary>
/// <param name="PolicyYaml">The policy as its file has it; empty for the default.</param>
/// <param name="Mode">Of this job; null as the policy has it.</param>
internal sealed record JobOrder(string Name, string PolicyYaml, SanitizeMode? Mode, IReadOnlyList<string> Passwords)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JobOrderJson.Default.JobOrder);

    public static JobOrder Read(byte[] json) => JsonSerializer.Deserialize(json, JobOrderJson.Default.JobOrder) ?? throw new WireException("no order");
}

[JsonSerializable(typeof(JobOrder))]
internal sealed partial class JobOrderJson : JsonSerializerContext;
