using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Sekisho.Assurance;

namespace Sekisho.Agent;

/// <summary>What a look at the machine gave (答え). Unknown is never taken for yes.</summary>
public enum Answer
{
    Yes,
    No,

    /// <summary>It couldn't be read, or what was read doesn't decide it.</summary>
    Unknown,
}

/// <summary>One thing that was looked at (状態の一項目).</summary>
/// <param name="Key">One of <see cref="PostureKeys"/>.</param>
/// <param name="How">What was found, and by what: for the officer who has to believe it.</param>
/// <param name="Read">Files or registry values that decided it.</param>
/// <param name="Exceptions">Devices that are let through all the same, by serial number.</param>
public sealed record PostureFact(string Key, Answer Answer, Bilingual How, IReadOnlyList<string> Read, IReadOnlyList<string> Exceptions)
{
    internal static PostureFact Of(string key, Answer answer, Bilingual how, params IReadOnlyList<string> read) => new(key, answer, how, read, []);
}

/// <summary>What an agent looks at.</summary>
public static class PostureKeys
{
    /// <summary>USBメモリ等への書込みができない.</summary>
    public const string MediaBlocked = "media-blocked";

    /// <summary>サインインに二つの要素が要る.</summary>
    public const string TwoFactor = "two-factor";

    /// <summary>ディスクが暗号化されている.</summary>
    public const string DiskEncrypted = "disk-encrypted";

    /// <summary>更新が行き届いている.</summary>
    public const string Patched = "patched";

    /// <summary>不正プログラム対策が動いている.</summary>
    public const string MalwareProtected = "malware-protected";

    /// <summary>許可した一覧にないソフトがない.</summary>
    public const string SoftwareAllowed = "software-allowed";

    public static IReadOnlyList<string> All { get; } = [MediaBlocked, TwoFactor, DiskEncrypted, Patched, MalwareProtected, SoftwareAllowed];

    /// <summary>As people say it; null for a key that this version doesn't know.</summary>
    public static Bilingual? Name(string key) => key switch
    {
        MediaBlocked => new("USBメモリ等に書き込めない", "Removable media can't be written"),
        TwoFactor => new("サインインに二つの要素が要る", "Signing in takes two factors"),
        DiskEncrypted => new("ディスクが暗号化されている", "The disk is encrypted"),
        Patched => new("更新が行き届いている", "Updates are installed"),
        MalwareProtected => new("不正プログラム対策が動いている", "Malware protection is running"),
        SoftwareAllowed => new("許可していないソフトがない", "No software off the list"),
        _ => null,
    };
}

/// <summary>The state of one machine at a moment (端末の状態の報告), as it is sent. Format: docs/operations/agent.md.</summary>
/// <param name="Number">Asset number or number of the register, when the agent was told one; else matched by <paramref name="HostName"/>.</param>
/// <param name="System"><c>linux</c> or <c>windows</c>.</param>
/// <param name="SystemName">Debian GNU/Linux 12 (bookworm).</param>
public sealed record PostureReport(string Format, DateTimeOffset At, string HostName, string? Number, string System, string SystemName, IReadOnlyList<PostureFact> Facts)
{
    public const string PresentFormat = "sekisho-agent-report/1";

    /// <summary>A report with a long list of software is some 20 kB.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxFacts = 50, MaxItems = 500, MaxText = 4000, MaxName = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, // a newer agent may say more
        WriteIndented = true,
    };

    public PostureFact? Find(string key) => Facts.FirstOrDefault(f => f.Key == key);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Null when it is no report of this format, or larger than any machine's.</summary>
    public static PostureReport? Parse(ReadOnlySpan<byte> untrusted)
    {
        if (untrusted.Length > MaxBytes) return null;
        PostureReport? report;
        try
        {
            report = JsonSerializer.Deserialize<PostureReport>(untrusted, Json);
        }
        catch (JsonException)
        {
            return null;
        }
        return report is { Format: PresentFormat } && report.IsInBounds() ? report : null;
    }

    private bool IsInBounds() =>
        Named(HostName) && (Number is null || Named(Number)) && Named(System) && SystemName.Length <= MaxName && Facts.Count <= MaxFacts
        && Facts.DistinctBy(f => f?.Key).Count() == Facts.Count
        && Facts.All(f => f is not null && Named(f.Key) && f.How is not null && f.How.Ja is { Length: <= MaxText } && f.How.En is { Length: <= MaxText } && Listed(f.Read) && Listed(f.Exceptions));

    private static bool Named(string text) => text.Length is > 0 and <= MaxName && !text.Any(char.IsControl);

    private static bool Listed(IReadOnlyList<string> items) => items.Count <= MaxItems && items.All(i => i is { Length: <= MaxText });
}
