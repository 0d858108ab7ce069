using Sekisho.Records.Registers;

namespace Sekisho.TestSupport;

/// <summary>Registers of the tests' own beside those that ship: one with every kind of field that the sections keep, and one that it points into.</summary>
public static class TestRegisters
{
    public const string Equipment = "equipment", Rooms = "test-rooms";

    private const string EquipmentYaml = """
        key: equipment
        name: {ja: 備品台帳, en: Register of equipment}
        about: {ja: 各課が持つ機器と備品を並べます。年に一度、現物と見比べて確かめます。, en: Devices and equipment of each section. Held against the things themselves once a year.}
        one: {ja: 備品, en: piece of equipment}
        code: EQP
        group: rooms
        confirmed-yearly: true
        source: 試験
        date: 2026-04-01
        groups:
          what: {ja: もの, en: The thing}
          use: {ja: 使い方と期限, en: Use and dates}
          more: {ja: そのほか, en: More}
        fields:
          - {key: name, label: {ja: 品名, en: Name}, kind: text, required: true, title: true, group: what, example: 複合機（2階）, also: [名称, 備品名]}
          - key: kind
            label: {ja: 種別, en: Kind}
            kind: choice
            required: true
            group: what
            filter: true
            list: true
            also: [区分]
            choices:
              - {key: pc, name: {ja: パソコン, en: computer}, help: {ja: 据置き・持ち運びの両方。, en: Desktop and portable.}}
              - {key: printer, name: {ja: プリンター・複合機, en: printer}}
              - {key: media, name: {ja: 記憶媒体, en: storage medium}, highlight: true}
              - {key: other, name: {ja: その他, en: other}}
          - {key: serial, label: {ja: 製造番号, en: Serial number}, kind: text, max-length: 40, unique: true, group: what, also: [S/N, シリアル番号]}
          - {key: count, label: {ja: 台数, en: Count}, kind: number, min: 1, max: 9999, list: true, default: "1", group: what, also: [数量]}
          - {key: room, label: {ja: 置き場所, en: Room}, kind: entry, of: test-rooms, list: true, group: what, also: [設置場所, 場所]}
          - {key: keeper, label: {ja: 使用者, en: Keeper}, kind: person, list: true, group: use, also: [担当者]}
          - {key: bought_on, label: {ja: 取得日, en: Bought on}, kind: date, group: use, also: [購入日]}
          - {key: until, label: {ja: 保守期限, en: Support until}, kind: date, filter: true, list: true, highlight: past, group: use, also: [保守終了日]}
          - {key: carried, label: {ja: 持出しあり, en: Taken out}, kind: yes-no, filter: true, list: true, highlight: yes, group: use}
          - {key: marks, label: {ja: 扱い, en: Handling}, kind: choices, group: use, choices: [{key: lock, name: {ja: 施錠保管, en: locked away}}, {key: wire, name: {ja: 盗難防止ワイヤー, en: cable lock}}, {key: label, name: {ja: 管理ラベル, en: label}}]}
          - {key: related, label: {ja: 一緒に使うもの, en: Used with}, kind: entries, of: equipment, group: more}
          - {key: link, label: {ja: 取扱説明, en: Manual}, kind: link, group: more}
          - {key: note, label: {ja: 備考, en: Note}, kind: long-text, group: more}
        """;

    private const string RoomsYaml = """
        key: test-rooms
        name: {ja: 部屋台帳, en: Register of rooms}
        about: {ja: 庁舎の部屋を並べます。, en: Rooms of the offices.}
        one: {ja: 部屋, en: room}
        code: RMX
        group: rooms
        unit: optional
        source: 試験
        date: 2026-04-01
        fields:
          - {key: name, label: {ja: 部屋の名前, en: Name}, kind: text, required: true, title: true}
        """;

    public static RegisterCatalogue Catalogue { get; } = RegisterCatalogue.LoadWith(new Dictionary<string, string> { ["equipment.yaml"] = EquipmentYaml, ["test-rooms.yaml"] = RoomsYaml });
}
