using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Web.Pages.Assets;

namespace Sekisho.Web.Pages.Registers;

/// <summary>What a slice adds to the pages of its register (台帳ごとの部品), by the register's key.</summary>
/// <param name="Form">In the form; takes <c>Texts</c> (what stands in it).</param>
/// <param name="Record">On a record; takes <c>Entry</c> and <c>MayWrite</c>.</param>
/// <param name="Home">A page about the register as a whole, with its name.</param>
public sealed record RegisterParts(Type? Form, Type? Record, (string Href, Bilingual Name)? Home)
{
    private static readonly RegisterParts None = new(null, null, null);

    private static readonly Dictionary<string, RegisterParts> All = new(StringComparer.Ordinal)
    {
        [AssetRules.Key] = new(typeof(AssetFormHint), typeof(AssetRecordPart), ("/information-assets", new("課ごとの状況", "By section"))),
    };

    public static RegisterParts Of(string register) => All.GetValueOrDefault(register) ?? None;
}
