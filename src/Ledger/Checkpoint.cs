using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>What a log commits to at a size (チェックポイント): the text that its key signs.</summary>
/// <param name="Origin">Which log: see <see cref="LedgerOrigin"/>.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">RFC 6962 root over them.</param>
/// <remarks>Source: C2SP tlog-checkpoint. Extension lines are read over, never written.</remarks>
public sealed record Checkpoint(string Origin, ulong Size, Sha256 Root)
{
    /// <summary>The note's text: three lines.</summary>
    public string ToText() => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(Root.ToArray())}\n";

    /// <summary>The signed note. The key's name is the origin.</summary>
    public byte[] Sign(NoteSigner signer) => signer.Sign(Origin, ToText());

    /// <returns>False when the text isn't a checkpoint; the content never makes it throw.</returns>
    public static bool TryParse(string untrustedText, out Checkpoint checkpoint)
    {
        checkpoint = null!;
        if (!untrustedText.EndsWith('\n')) return false;
        var lines = untrustedText[..^1].Split('\n');
        if (lines.Length < 3 || lines.Any(static line => line.Length == 0)) return false;
        if (!ulong.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)) return false;
        if (size.ToString(CultureInfo.InvariantCulture) != lines[1]) return false;
        if (!StrictBase64.TryDigest(lines[2], out var root)) return false;
        if (size == 0 && root != Rfc6962.EmptyRoot) return false;
        checkpoint = new Checkpoint(lines[0], size, root);
        return true;
    }
}

/// <summary>The name of a municipality's log (記録簿の名前): first line of its checkpoints, and the name of its key.</summary>
public static class LedgerOrigin
{
    /// <summary>From the identity, not the name: a municipality may be renamed or merged, its ledger goes on.</summary>
    public static string Of(MunicipalityId municipality) => $"sekisho/ledger/{municipality.Value:D}";
}
