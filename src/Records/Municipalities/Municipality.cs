using System.Text.Json;
using Sekisho.Assurance;

namespace Sekisho.Records.Municipalities;

/// <summary>A municipality of this installation (自治体).</summary>
/// <param name="Slug">Its part of an address: lower-case letters, digits, single hyphens.</param>
/// <param name="Words">What it calls the product's terms; terms that it doesn't rename are absent.</param>
/// <param name="Settings">By name; what each means is the business of the slice that reads it.</param>
public sealed record Municipality(
    MunicipalityId Id, string Slug, string Name, DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, string> Words, IReadOnlyDictionary<string, JsonElement> Settings);

/// <summary>A municipality in a list (自治体の一覧).</summary>
public sealed record MunicipalityEntry(MunicipalityId Id, string Slug, string Name);

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal BadName { get; } = new("REC-MUN-001",
        new("自治体の名称を 1〜200 字で入力してください。", "A municipality's name has 1 to 200 characters."),
        new("例: 目黒区", "For example 目黒区"));

    public static Refusal BadSlug { get; } = new("REC-MUN-002",
        new("アドレス用の名前は、半角の英小文字・数字・ハイフンの 63 字までです。", "The name in addresses has lower-case letters, digits and single hyphens, 63 at most."),
        new("例: meguro", "For example meguro"));

    public static Refusal SlugTaken { get; } = new("REC-MUN-003",
        new("そのアドレス用の名前は、すでに使われています。何も変更していません。", "That name in addresses is taken. Nothing was changed."),
        new("別の名前を入力してください。", "Enter another one."));

    public static Refusal BadSetting { get; } = new("REC-MUN-004",
        new("設定の名前は半角の英小文字・数字・ハイフン・ピリオドの 80 字までです。", "A setting's name has lower-case letters, digits, hyphens and full stops, 80 at most."),
        new("設定の画面から選び直してください。", "Choose it on the settings page."));
}
