namespace Sekisho.Assurance;

/// <summary>A municipality that Sekisho serves (自治体). Every row of its data carries this, and the database keeps rows of others out of sight.</summary>
public readonly record struct MunicipalityId(Guid Value)
{
    public override string ToString() => Value.ToString();
}
