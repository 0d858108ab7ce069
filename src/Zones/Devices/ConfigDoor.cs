using System.Collections.Immutable;
using Sekisho.Assurance;
using Sekisho.Zones.Devices.Allied;
using Sekisho.Zones.Devices.Cisco;
using Sekisho.Zones.Devices.Fortinet;
using Sekisho.Zones.Devices.Juniper;
using Sekisho.Zones.Devices.Nec;
using Sekisho.Zones.Devices.Netfilter;
using Sekisho.Zones.Devices.PaloAlto;
using Sekisho.Zones.Devices.Yamaha;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>The door that configurations come in by (設定の入口): size, encoding, secrets, vendor, then the vendor's reader.</summary>
/// <remarks>Nothing behind it sees a password or key: messages, findings and records can only show what is masked already.</remarks>
public static class ConfigDoor
{
    /// <summary>Below this nobody can say of what vendor a file is.</summary>
    private const int SureEnough = 20;

    /// <summary>Every reader there is.</summary>
    public static ImmutableArray<IConfigReader> Readers { get; } = Everyone();

    /// <summary>Reads one configuration.</summary>
    /// <param name="file">Path as people know it, relative to the folder that was given; never opened.</param>
    /// <param name="untrusted">The file's bytes.</param>
    /// <param name="vendor">The vendor where a person said it (<see cref="IConfigReader.Vendor"/>); null: told from the content.</param>
    /// <returns>Devices, the account of all lines, and what is wrong. Content never makes it throw.</returns>
    public static ConfigReading Read(string file, ReadOnlySpan<byte> untrusted, CancellationToken cancel, string? vendor = null)
    {
        var text = ConfigText.Read(untrusted, file, out var refusal);
        if (text is null) return Refused(file, refusal);
        var reader = vendor is null ? Choose(text) : Readers.FirstOrDefault(one => one.Vendor == vendor);
        if (reader is null) return Unread(text, file, VendorUnknown(file, vendor));
        if (reader is IptablesReader or NftablesReader && Recipe.Is(text)) return Unread(text, file, MakesRules(file));
        if (reader is PanReader && PanTree.HoldsSeveral(text)) return Unread(text, file, Several(file));
        try
        {
            var reading = reader.Read(file, text, cancel);
            // Comments alone say nothing of a device; without this it would be one that lets nothing through.
            if (reading.Lines.Count(LineStatus.Understood) + reading.Lines.Count(LineStatus.NotUnderstood) == 0) return Unread(text, file, Refused(file, ConfigRefusal.Empty).Errors[0]);
            reading = reading with { EndIsMarked = Ending.IsMarked(text, reader.Vendor) };
            return vendor is not null && reader.Recognises(text) == 0 && Choose(text) is { } other
                ? reading with { Errors = reading.Errors.Add(WrongVendor(file, vendor, other.Vendor)) }
                : reading;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            // A fault of ours, met by content nobody foresaw. The text of the exception may hold the content: only its kind goes out.
            return Unread(text, file, new ReadError(
                "ZON-READ-009",
                file,
                new($"読取りの途中で製品の側の誤り（{failure.GetType().Name}）が起きました。この設定からは何も証明されません。", $"Reading failed by a fault of ours ({failure.GetType().Name}). Nothing is proved from this configuration."),
                new("このコードと機器の種類を添えて、製品の窓口に知らせてください。", "Tell those who keep the product, with this code and the kind of device.")));
        }
    }

    /// <summary>What stands for a file that nobody could open: a device may be in it, so nothing is proved without it.</summary>
    public static ConfigReading Unopened(string file) => new(file, [], new LineAccount(file, 0), [new(
        "ZON-READ-014",
        file,
        new("開けません（読む権限がないか、行き先のないリンク、またはフォルダへのリンクです）。", "It can't be opened: no right to read it, a link to nowhere, or a link to a folder."),
        new("読めるようにするか、設定のフォルダから除いてください。", "Make it readable, or take it out of the folder of configurations."))]);

    /// <summary>The file as people may see it: decoded, secrets covered, in lines. Null where it is no text.</summary>
    public static IReadOnlyList<string>? Masked(string file, ReadOnlySpan<byte> untrusted) => ConfigText.Read(untrusted, file, out _);

    /// <summary>The vendor a file's content tells; null where it tells none.</summary>
    public static string? VendorOf(string file, ReadOnlySpan<byte> untrusted) => ConfigText.Read(untrusted, file, out _) is { } text ? Choose(text)?.Vendor : null;

    internal static FileWork WorkOf(string file, IReadOnlyList<string> lines, CancellationToken cancel) => new(file, lines as ConfigText ?? ConfigText.Of(file, lines), cancel);

    private static IConfigReader? Choose(ConfigText text)
    {
        IConfigReader? best = null;
        var most = SureEnough - 1;
        foreach (var reader in Readers)
        {
            var sure = reader.Recognises(text);
            if (sure > most) (best, most) = (reader, sure);
        }

        return best;
    }

    private static ConfigReading Refused(string file, ConfigRefusal refusal)
    {
        ReadError error = refusal switch
        {
            ConfigRefusal.Empty => new(
                "ZON-READ-001",
                file,
                new("設定の中身がありません。", "The configuration is empty."),
                new("機器から設定を取り直してください。", "Fetch the configuration again.")),
            ConfigRefusal.TooLarge => new(
                "ZON-READ-002",
                file,
                new($"設定が大きすぎます（上限 {ConfigText.LimitBytes >> 20} MiB）。", $"The configuration is too large (limit {ConfigText.LimitBytes >> 20} MiB)."),
                new("設定だけのファイルか確かめ、ログや装置の診断情報を除いてください。", "See that the file holds the configuration alone, without logs or diagnostics.")),
            _ => new(
                "ZON-READ-003",
                file,
                new("文字の設定ではありません（バイナリか、圧縮・暗号化されたファイルです）。", "This is not a configuration in text: it is binary, compressed or encrypted."),
                new("機器の「表示」または平文の控えを渡してください。", "Give the configuration as the device shows it, or a backup in plain text.")),
        };
        return new ConfigReading(file, [], new LineAccount(file, 0), [error]);
    }

    private static ConfigReading Unread(ConfigText text, string file, ReadError error)
    {
        var account = new LineAccount(file, text.LineCount);
        account.Keep(new NotUnderstood(new SourceRef(file, 1, text.LineCount), "", new Touch.WholeDevice()));
        return new ConfigReading(file, [], account, [error]);
    }

    private static ReadError VendorUnknown(string file, string? vendor) => new(
        "ZON-READ-006",
        file,
        vendor is null
            ? new("どの機器の設定か分かりません。", "The content doesn't tell of what device this configuration is.")
            : new("指定された機器の種類がありません。", "There is no such kind of device."),
        new($"機器の種類を指定してください：{string.Join("、", Readers.Select(static one => one.Vendor))}", $"Say the kind of device: {string.Join(", ", Readers.Select(static one => one.Vendor))}"));

    private static ReadError MakesRules(string file) => new(
        "ZON-READ-010",
        file,
        new("設定そのものではなく、設定を作るスクリプトかひな形です。何が設定されるかは、動かすまで分かりません。", "This is a script or a template that makes rules, not the rules: what it sets shows only when it runs."),
        new("機器で「nft list ruleset」か「iptables-save」を動かし、その結果を渡してください。", "Run \"nft list ruleset\" or \"iptables-save\" on the host, and give what it says."));

    private static ReadError Several(string file) => new(
        "ZON-READ-011",
        file,
        new("一つのファイルに設定が二つ以上入っています。どれが機器のものか分かりません。", "The file holds more than one configuration: which of them the device has can't be told."),
        new("設定ごとにファイルを分けて渡してください。", "Give each configuration in a file of its own."));

    private static ReadError WrongVendor(string file, string said, string told) => new(
        "ZON-READ-007",
        file,
        new($"「{said}」の設定として読みましたが、中身は「{told}」のようです。", $"It was read as \"{said}\" as you said, but the content looks like \"{told}\"."),
        new("機器の種類を確かめてください。", "See which kind of device it is."));

    private static ImmutableArray<IConfigReader> Everyone() => [new IptablesReader(), new NftablesReader(), new FortiReader(), new YamahaReader(), new IosReader(), new AsaReader(), new PanReader(), new JunosReader(), new NecReader(), new AlliedReader()];
}
