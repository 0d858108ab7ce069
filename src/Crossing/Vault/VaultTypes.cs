using Sekisho.Assurance;

namespace Sekisho.Crossing.Vault;

/// <summary>Identity of a file in the vault.</summary>
public readonly record struct BlobId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What a file of the vault is.</summary>
internal enum BlobPurpose
{
    /// <summary>原本: as it came, hostile until proved otherwise.</summary>
    Original,

    /// <summary>What may be handed out.</summary>
    Result,

    /// <summary>A picture of a first page, rebuilt.</summary>
    Picture,
}

/// <summary>For whom an original lies in the vault, and is counted (保管庫の分け方): who asked, on which route, for which section.</summary>
/// <param name="Name">The account; of all mail of a municipality <see cref="Mail"/>: those who send it are strangers.</param>
internal sealed record Holder(string Name, Guid Route, Guid? Unit)
{
    public const string Mail = "mail";
}

/// <summary>A file of the vault that can still be read.</summary>
/// <param name="Key">Its own key, 256 bits.</param>
/// <param name="Bytes">Length of the content; null while it is being written.</param>
/// <param name="Digest">Of the content, as it was when it was complete.</param>
internal sealed record Blob(MunicipalityId Town, BlobId Id, byte[] Key, long? Bytes, Sha256? Digest);

/// <summary>A file of the vault isn't what was put there (保管庫の異常): changed, cut short or gone. Nothing of it was handed out as whole.</summary>
public sealed class VaultException(BlobId blob, string why, Exception? inner = null) : IOException($"vault file {blob}: {why}", inner)
{
    public BlobId Blob { get; } = blob;
}
