namespace Sekisho.Records;

/// <summary>Who did something (操作者), as it is kept beside the record and in the ledger.</summary>
/// <param name="Account">Stable id of the account, or of the part of the product that acted, e.g. <c>system:collector</c>.</param>
/// <param name="Name">As people know it; kept, since an account may be renamed or closed later.</param>
public sealed record Actor(string Account, string Name)
{
    /// <summary>Sekisho itself, through one of its parts.</summary>
    public static Actor System(string part) => new($"system:{part}", SystemName);

    /// <summary>Its name in records: by its Japanese name, as people are.</summary>
    public const string SystemName = "関所";
}
