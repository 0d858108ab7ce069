using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Registers;

/// <summary>An office with a register of the tests' own, which has every kind of field.</summary>
internal sealed class Library : IAsyncDisposable
{
    public const string Books = "books", Shelves = "shelves";

    public const string BooksYaml = """
        key: books
        name: {ja: 図書台帳, en: Books}
        about: {ja: 本を並べます。, en: Books.}
        one: {ja: 本, en: book}
        code: BOK
        group: assets
        confirmed-yearly: true
        source: 試験
        date: 2026-04-01
        groups:
          more: {ja: そのほか, en: More}
        fields:
          - {key: name, label: {ja: 書名, en: Name}, kind: text, required: true, title: true, also: [本の名前, タイトル]}
          - {key: note, label: {ja: メモ, en: Note}, kind: long-text, group: more}
          - {key: pages, label: {ja: ページ数, en: Pages}, kind: number, min: 0, max: 99999}
          - {key: bought_on, label: {ja: 購入日, en: Bought on}, kind: date, filter: true, also: [買った日]}
          - {key: lent, label: {ja: 貸出可, en: May be lent}, kind: yes-no, filter: true}
          - key: class
            label: {ja: 分類, en: Class}
            kind: choice
            filter: true
            list: true
            default: novel
            choices: [{key: novel, name: {ja: 小説, en: novel}}, {key: law, name: {ja: 法律書, en: law}}, {key: other, name: {ja: その他, en: other}}]
          - {key: tags, label: {ja: 印, en: Tags}, kind: choices, choices: [{key: new, name: {ja: 新刊, en: new}}, {key: big, name: {ja: 大型本, en: big}}, {key: old, name: {ja: 古書, en: old}}]}
          - {key: room, label: {ja: 置く課, en: Room}, kind: unit}
          - {key: keeper, label: {ja: 管理者, en: Keeper}, kind: person}
          - {key: shelf, label: {ja: 本棚, en: Shelf}, kind: entry, of: shelves}
          - {key: related, label: {ja: 関連する本, en: Related}, kind: entries, of: books}
          - {key: url, label: {ja: 紹介, en: Link}, kind: link, group: more}
          - {key: isbn, label: {ja: 図書番号, en: ISBN}, kind: text, max-length: 17, unique: true}
        """;

    public const string ShelvesYaml = """
        key: shelves
        name: {ja: 本棚台帳, en: Shelves}
        about: {ja: 本棚を並べます。, en: Shelves.}
        one: {ja: 本棚, en: shelf}
        code: SHL
        group: rooms
        unit: optional
        source: 試験
        date: 2026-04-01
        fields:
          - {key: name, label: {ja: 名前, en: Name}, kind: text, required: true, title: true}
        """;

    public static RegisterCatalogue Catalogue { get; } = RegisterCatalogue.Of(new Dictionary<string, string> { ["books.yaml"] = BooksYaml, ["shelves.yaml"] = ShelvesYaml });

    private Library(Office office, RegisterBook book, Unit mayor, Unit planning, Unit general, Unit tax, Person hanako, Person taro) =>
        (Office, Book, Mayor, Planning, General, Tax, Hanako, Taro) = (office, book, mayor, planning, general, tax, hanako, taro);

    public Office Office { get; }

    public RegisterBook Book { get; }

    public Unit Mayor { get; }

    public Unit Planning { get; }

    public Unit General { get; }

    public Unit Tax { get; }

    public Person Hanako { get; }

    public Person Taro { get; }

    public MunicipalityId Town => Office.Town;

    public Actor Officer => Office.Officer;

    public Actor Manager => Office.Manager;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Library> OpenAsync(params IReadOnlyList<IRegisterRules> rules)
    {
        var office = await Office.OpenAsync();
        var keeper = new RecordKeeper(office.Test.Database, new LedgerStore(office.Signer, office.Clock), office.Clock);
        var day = JapaneseTime.Day(Office.Start);
        var organisation = office.Slices.Organisation;
        var mayor = (await organisation.AddUnitAsync(office.Town, null, UnitKind.Agency, "町長部局", day, office.Officer, Cancel)).OrThrow();
        var planning = (await organisation.AddUnitAsync(office.Town, mayor.Id, UnitKind.Department, "企画部", day, office.Officer, Cancel)).OrThrow();
        var general = (await organisation.AddUnitAsync(office.Town, planning.Id, UnitKind.Section, "総務課", day, office.Officer, Cancel)).OrThrow();
        var tax = (await organisation.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "税務課", day, office.Officer, Cancel)).OrThrow();
        var hanako = (await organisation.AddPersonAsync(office.Town, general.Id, "山田 花子", "1001", StaffKind.Staff, day, office.Officer, Cancel)).OrThrow();
        var taro = (await organisation.AddPersonAsync(office.Town, tax.Id, "鈴木 太郎", null, StaffKind.Staff, day, office.Officer, Cancel)).OrThrow();
        return new(office, new RegisterBook(keeper, Catalogue, rules), mayor, planning, general, tax, hanako, taro);
    }

    public EntryDraft Draft(string name, Unit? unit = null, params ReadOnlySpan<(string, string)> more) =>
        EntryDraft.Of([("name", name), ("unit", (unit ?? General).Id.ToString()), .. more]);

    public Task<EntryOutcome> TryAddAsync(EntryDraft draft, IReadOnlyList<UnitId>? within = null, string register = Books) => Book.AddAsync(Town, register, draft, within, Officer, Cancel);

    public async Task<RegisterEntry> AddAsync(string name, Unit? unit = null, params (string, string)[] more) => (await TryAddAsync(Draft(name, unit, more))).OrThrow();

    public Task<EntryOutcome> ChangeAsync(RegisterEntry seen, params ReadOnlySpan<(string, string)> fields) =>
        Book.ChangeAsync(Town, seen.Register, seen.Seen, EntryDraft.Of(fields), null, Manager, Cancel);

    public Task<RegisterPage> ListAsync(RegisterQuery query, IReadOnlyList<UnitId>? within = null) => Book.ListAsync(Town, Books, query, within, Cancel);

    public ValueTask DisposeAsync() => Office.DisposeAsync();
}
