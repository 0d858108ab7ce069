namespace Sekisho.Zones.Model;

/// <summary>Reads configurations of one vendor. Bad content is a value: it never throws for what a file contains.</summary>
/// <remarks>Readers live in <c>Devices/&lt;Vendor&gt;</c>. Their door, <c>Devices/ConfigDoor</c>, decodes (UTF-8, CP932), limits the size, masks secrets, and picks the reader.</remarks>
public interface IConfigReader
{
    /// <summary>A short, fixed word: <c>iptables</c>, <c>nftables</c>, <c>fortios</c>, <c>panos</c>, <c>ios</c>, <c>asa</c>, <c>junos</c>, <c>yamaha</c>, <c>nec-ix</c>, <c>allied</c>.</summary>
    string Vendor { get; }

    /// <summary>How sure it is that a file is of its vendor: 0 (no) to 100.</summary>
    /// <param name="lines">Decoded, secrets masked; the same that <see cref="Read"/> gets.</param>
    int Recognises(IReadOnlyList<string> lines);

    /// <param name="file">The path, for <see cref="SourceRef"/>; its name without extension is the device's name where the file doesn't say one.</param>
    ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel);
}
