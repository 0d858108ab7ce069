namespace Sekisho.Records.Accounts;

/// <summary>Identity of an account (アカウント).</summary>
public readonly record struct AccountId(Guid Value)
{
    public override string ToString() => Value.ToString();
}
