using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Registers;

public sealed class RegisterBookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Problems(EntryOutcome outcome) =>
        string.Join(" ", Assert.IsType<EntryOutcome.Wrong>(outcome).Problems.Select(p => p.Field));

    private static string Code(EntryOutcome outcome) => outcome.Match(_ => "", _ => "wrong", o => o.Why.Code, r => r.Why.Code);

    [Fact]
    public async Task Every_kind_of_field_is_kept_and_read_back_as_it_was()
    {
        await using var library = await Library.OpenAsync();
        var shelf = (await library.TryAddAsync(EntryDraft.Of(("name", "東の棚")), register: Library.Shelves)).OrThrow();
        var first = await library.AddAsync("一冊目");

        var added = await library.AddAsync("二冊目", library.Tax,
            ("note", "一行目\r\n二行目"), ("pages", "１，２３４"), ("bought_on", "令和8年4月1日"), ("lent", "はい"), ("class", "法律書"), ("tags", "古書、新刊"),
            ("room", "総務課"), ("keeper", "1001"), ("shelf", "SHL-0001"), ("related", "BOK-0001"), ("url", "https://example.jp/a"), ("isbn", "978-4"));
        var read = await library.Book.ReadAsync(library.Town, Library.Books, added.Id, null, Cancel);

        Assert.NotNull(read);
        Assert.Equal(added.Fields, read.Fields);
        Assert.Equal(("BOK-0002", library.Tax.Id, "二冊目", 1), (read.Number, read.Unit, read.Title, read.Version));
        Assert.Equal(("一行目\n二行目", 1234m, new DateOnly(2026, 4, 1), true, "law"), (read.Text("note"), read.Fields.Number("pages"), read.Day("bought_on"), read.YesNo("lent"), read.Text("class")));
        Assert.Equal(["new", "old"], read.Choices("tags"));
        Assert.Equal((library.General.Id, library.Hanako.Id, shelf.Id), (read.Fields.Unit("room"), read.Person("keeper"), read.Entry("shelf")));
        Assert.Equal([first.Id], read.Entries("related"));
        Assert.Equal("novel", first.Text("class"));
    }

    [Fact]
    public async Task Each_wrong_field_is_named_once_with_what_to_write_and_nothing_is_kept()
    {
        await using var library = await Library.OpenAsync();
        var size = await library.Office.LedgerSizeAsync();

        var outcome = await library.TryAddAsync(EntryDraft.Of(("name", " "), ("unit", "出納室"), ("pages", "たくさん"), ("bought_on", "2026-02-30"), ("lent", "たぶん"), ("class", "詩集"),
            ("tags", "新刊、上巻"), ("room", "出納室"), ("keeper", "佐藤"), ("shelf", "SHL-0009"), ("related", "BOK-0404"), ("url", "javascript:alert(1)"), ("isbn", "012345678901234567"), ("colour", "赤")));

        Assert.Equal("unit name pages bought_on lent class tags room keeper shelf related url isbn colour", Problems(outcome));
        var problems = ((EntryOutcome.Wrong)outcome).Problems.ToDictionary(p => p.Field, p => p.What.Ja);
        Assert.Contains("小説、法律書、その他", problems["class"], StringComparison.Ordinal);
        Assert.Contains("2026-04-01 か 令和8年4月1日", problems["bought_on"], StringComparison.Ordinal);
        Assert.Contains("17 字まで", problems["isbn"], StringComparison.Ordinal);
        Assert.Equal(size, await library.Office.LedgerSizeAsync());
        Assert.Equal(0, (await library.ListAsync(new())).Total);
    }

    [Fact]
    public async Task Two_people_at_once_the_second_is_told_who_and_when_and_sees_the_present_entry()
    {
        await using var library = await Library.OpenAsync();
        var seen = await library.AddAsync("本");
        library.Office.Clock.Move(TimeSpan.FromMinutes(5));
        (await library.ChangeAsync(seen, ("note", "先"))).OrThrow();

        var second = await library.Book.ChangeAsync(library.Town, Library.Books, seen.Seen, EntryDraft.Of(("note", "後")), null, library.Officer, Cancel);

        var overtaken = Assert.IsType<EntryOutcome.Overtaken>(second);
        Assert.Equal("先", overtaken.Present.Text("note"));
        Assert.Contains("課長 太郎さん", overtaken.Why.What.Ja, StringComparison.Ordinal);
        Assert.Contains("令和8年4月1日(水) 09:05", overtaken.Why.What.Ja, StringComparison.Ordinal);
        Assert.Equal("先", (await library.Book.ReadAsync(library.Town, Library.Books, seen.Id, null, Cancel))!.Text("note"));
    }

    [Fact]
    public async Task What_is_not_mentioned_stays_and_what_is_empty_is_emptied()
    {
        await using var library = await Library.OpenAsync();
        var entry = await library.AddAsync("本", null, ("note", "あり"), ("pages", "10"));

        var changed = (await library.ChangeAsync(entry, ("pages", ""))).OrThrow();
        var same = (await library.ChangeAsync(changed, ("note", "あり"))).OrThrow();

        Assert.Equal(("あり", (decimal?)null, 2), (changed.Text("note"), changed.Fields.Number("pages"), changed.Version));
        Assert.Equal(changed.Version, same.Version);
    }

    [Fact]
    public async Task History_says_who_changed_what_from_and_to_in_words()
    {
        await using var library = await Library.OpenAsync();
        var entry = await library.AddAsync("本", null, ("class", "law"));
        entry = (await library.ChangeAsync(entry, ("class", "novel"), ("keeper", library.Hanako.Id.ToString()), ("unit", library.Tax.Id.ToString()), ("tags", "新刊、古書"))).OrThrow();
        entry = (await library.Book.RetireAsync(library.Town, Library.Books, entry.Seen, "紛失", null, library.Officer, Cancel)).OrThrow();

        var history = await library.Book.HistoryAsync(library.Town, Library.Books, entry.Id, null, Cancel);

        Assert.Equal(["entry.retired", "entry.changed", "entry.added"], history.Select(h => h.Kind));
        Assert.Equal("紛失", history[0].Why);
        Assert.Equal(("課長 太郎", 2), (history[1].By.Name, history[1].Version));
        Assert.Equal(
            ["担当課: 総務課 → 税務課", "分類: 法律書 → 小説", "印:  → 新刊、古書", "管理者:  → 山田 花子（1001）"],
            history[1].Fields.Select(f => $"{f.Label.Ja}: {f.From?.Ja} → {f.To?.Ja}"));
    }

    [Fact]
    public async Task A_retired_entry_is_out_of_the_list_and_unchangeable_until_revived_under_its_number()
    {
        await using var library = await Library.OpenAsync();
        var entry = await library.AddAsync("本", null, ("isbn", "1"));

        Assert.Equal("REC-REG-007", Code(await library.Book.RetireAsync(library.Town, Library.Books, entry.Seen, " ", null, library.Officer, Cancel)));
        var retired = (await library.Book.RetireAsync(library.Town, Library.Books, entry.Seen, "廃棄した", null, library.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-REG-005", Code(await library.ChangeAsync(retired, ("note", "x"))));
        Assert.Equal(0, (await library.ListAsync(new())).Total);
        Assert.Equal(1, (await library.ListAsync(new(Standing: Standing.Retired))).Total);

        var other = await library.AddAsync("別の本", null, ("isbn", "1"));
        Assert.Equal("isbn", Problems(await library.Book.ReviveAsync(library.Town, Library.Books, retired.Seen, null, library.Officer, Cancel)));
        (await library.ChangeAsync(other, ("isbn", "2"))).OrThrow();
        var revived = (await library.Book.ReviveAsync(library.Town, Library.Books, retired.Seen, null, library.Officer, Cancel)).OrThrow();
        Assert.Equal(("BOK-0001", null), (revived.Number, revived.Retired));
        Assert.Equal("REC-REG-006", Code(await library.Book.ReviveAsync(library.Town, Library.Books, revived.Seen, null, library.Officer, Cancel)));
    }

    [Fact]
    public async Task A_manager_reads_and_writes_the_own_units_entries_only()
    {
        await using var library = await Library.OpenAsync();
        var (own, foreign) = (await library.AddAsync("自分の本"), await library.AddAsync("よその本", library.Tax));
        var without = (await library.TryAddAsync(EntryDraft.Of(("name", "棚")), register: Library.Shelves)).OrThrow();
        var within = new[] { library.General.Id };
        var book = library.Book;

        Assert.Equal([own.Id], (await library.ListAsync(new(), within)).Entries.Select(e => e.Id));
        Assert.Equal(0, (await library.ListAsync(new(), [])).Total);
        Assert.Null(await book.ReadAsync(library.Town, Library.Books, foreign.Id, within, Cancel));
        Assert.Null(await book.ReadAsync(library.Town, Library.Shelves, without.Id, within, Cancel));
        Assert.Empty(await book.HistoryAsync(library.Town, Library.Books, foreign.Id, within, Cancel));
        Assert.Equal("REC-REG-002", Code(await book.ChangeAsync(library.Town, Library.Books, foreign.Seen, EntryDraft.Of(("note", "x")), within, library.Manager, Cancel)));
        Assert.Equal("REC-REG-002", Code(await book.RetireAsync(library.Town, Library.Books, foreign.Seen, "不要", within, library.Manager, Cancel)));
        Assert.Equal("unit", Problems(await library.TryAddAsync(library.Draft("本", library.Tax), within)));
        Assert.Equal("unit", Problems(await book.ChangeAsync(library.Town, Library.Books, own.Seen, EntryDraft.Of(("unit", "税務課")), within, library.Manager, Cancel)));
        Assert.Equal("REC-REG-002", (await book.ConfirmAsync(library.Town, Library.Books, [own.Seen, foreign.Seen], within, library.Manager, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-REG-002", (await book.ChangeManyAsync(library.Town, Library.Books, [own.Seen, foreign.Seen], EntryDraft.Of(("note", "x")), within, library.Manager, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task Another_municipality_sees_none_of_it()
    {
        await using var library = await Library.OpenAsync();
        var entry = await library.AddAsync("本");
        var other = await library.Office.Test.AddMunicipalityAsync("hama", "はま町");

        Assert.Equal(0, (await library.Book.ListAsync(other, Library.Books, new(), null, Cancel)).Total);
        Assert.Null(await library.Book.ReadAsync(other, Library.Books, entry.Id, null, Cancel));
        Assert.Equal("REC-REG-002", Code(await library.Book.ChangeAsync(other, Library.Books, entry.Seen, EntryDraft.Of(("note", "x")), null, library.Officer, Cancel)));
    }

    [Fact]
    public async Task Confirming_leaves_out_what_changed_after_it_was_seen()
    {
        await using var library = await Library.OpenAsync();
        var (a, b) = (await library.AddAsync("一"), await library.AddAsync("二"));
        (await library.ChangeAsync(b, ("note", "x"))).OrThrow();

        var confirmed = (await library.Book.ConfirmAsync(library.Town, Library.Books, [a.Seen, b.Seen], null, library.Manager, Cancel)).OrThrow();

        Assert.Equal(1, confirmed.Confirmed);
        Assert.Equal(b.Id, Assert.Single(confirmed.Overtaken).Id);
        var unconfirmed = await library.ListAsync(new(NotConfirmedSince: Office.Start));
        Assert.Equal([b.Id], unconfirmed.Entries.Select(e => e.Id));
        Assert.False((await library.Book.ReadAsync(library.Town, Library.Books, a.Id, null, Cancel))!.IsNewSinceConfirmation);
        Assert.Equal("entry.confirmed", (await library.Book.HistoryAsync(library.Town, Library.Books, a.Id, null, Cancel))[0].Kind);
    }

    [Fact]
    public async Task Bulk_edit_is_all_or_nothing()
    {
        await using var library = await Library.OpenAsync();
        var (a, b) = (await library.AddAsync("一"), await library.AddAsync("二", null, ("class", "law")));

        Assert.Equal(1, (await library.Book.ChangeManyAsync(library.Town, Library.Books, [a.Seen, b.Seen], EntryDraft.Of(("class", "law")), null, library.Manager, Cancel)).OrThrow());
        var refused = (await library.Book.ChangeManyAsync(library.Town, Library.Books, [a.Seen, b.Seen], EntryDraft.Of(("class", "other")), null, library.Manager, Cancel)).Match(_ => null!, r => r);
        Assert.Equal("REC-REG-004", refused.Code);
        Assert.Contains("BOK-0001「一」", refused.What.Ja, StringComparison.Ordinal);
        Assert.Equal("law", (await library.Book.ReadAsync(library.Town, Library.Books, b.Id, null, Cancel))!.Text("class"));
        Assert.Equal("REC-REG-003", (await library.Book.ChangeManyAsync(library.Town, Library.Books, [b.Seen], EntryDraft.Of(("class", "詩集")), null, library.Manager, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-REG-010", (await library.Book.ChangeManyAsync(library.Town, Library.Books, [b.Seen], EntryDraft.Of(), null, library.Manager, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-REG-009", (await library.Book.ChangeManyAsync(library.Town, Library.Books, [], EntryDraft.Of(("class", "law")), null, library.Manager, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task What_points_to_an_entry_is_found_from_it()
    {
        await using var library = await Library.OpenAsync();
        var shelf = (await library.TryAddAsync(EntryDraft.Of(("name", "東の棚")), register: Library.Shelves)).OrThrow();
        var book = await library.AddAsync("本", null, ("shelf", "東の棚"));
        Assert.Equal((book.Id, "shelf"), (await library.Book.ReferencesAsync(library.Town, shelf.Id, Cancel)).Select(r => (r.Id, r.Field)).Single());

        (await library.ChangeAsync(book, ("shelf", ""))).OrThrow();
        Assert.Empty(await library.Book.ReferencesAsync(library.Town, shelf.Id, Cancel));
    }

    [Fact]
    public async Task Numbers_have_no_gaps_however_many_add_at_once()
    {
        await using var library = await Library.OpenAsync();
        const int Writers = 8, Each = 6;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await library.AddAsync($"本 {w}-{i}");
                await library.TryAddAsync(library.Draft(" "));    // refused ones take no number
            }
        }, Cancel)));

        var numbers = (await library.ListAsync(new(PageSize: 1000))).Entries.Select(e => e.Number);
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(n => $"BOK-{n:0000}"), numbers);
    }

    [Fact]
    public async Task Of_many_who_change_one_version_at_once_one_succeeds()
    {
        await using var library = await Library.OpenAsync();
        var entry = await library.AddAsync("本");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => library.ChangeAsync(entry, ("note", $"{i}")), Cancel)));

        Assert.Single(outcomes, o => o is EntryOutcome.Kept);
        Assert.Equal(7, outcomes.Count(o => o is EntryOutcome.Overtaken));
    }

    [Fact]
    public async Task The_same_unique_text_at_once_is_entered_once()
    {
        await using var library = await Library.OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => library.TryAddAsync(library.Draft($"本{i}", null, ("isbn", "978"))), Cancel)));

        Assert.Single(outcomes, o => o is EntryOutcome.Kept);
        Assert.All(outcomes.OfType<EntryOutcome.Wrong>(), w => Assert.Contains("BOK-0001", w.Problems.Single().What.Ja, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_entry_as_large_as_allowed_changes_and_its_ledger_holds_old_and_new()
    {
        await using var library = await Library.OpenAsync();
        var entry = await library.AddAsync("大", null, ("note", new string('字', 4000)));
        var changed = (await library.ChangeAsync(entry, ("note", new string('文', 4000)))).OrThrow();
        Assert.Equal(2, (await library.Book.HistoryAsync(library.Town, Library.Books, changed.Id, null, Cancel)).Count);
        Assert.Equal("note", Problems(await library.ChangeAsync(changed, ("note", new string('字', 4001)))));
    }
    [Fact]
    public async Task Several_are_retired_for_one_reason_without_those_that_changed_meanwhile()
    {
        await using var library = await Library.OpenAsync();
        var (sea, hill, town) = (await library.AddAsync("海"), await library.AddAsync("山"), await library.AddAsync("町"));
        await library.ChangeAsync(hill, ("note", "書き足した"));
        var done = (await library.Book.RetireManyAsync(library.Town, Library.Books, [sea.Seen, hill.Seen, town.Seen], "古いため", null, library.Officer, Cancel)).OrThrow();
        Assert.Equal(2, done.Retired);
        Assert.Equal("山", Assert.Single(done.Overtaken).Title);
        Assert.Equal(["山"], (await library.ListAsync(new())).Entries.Select(e => e.Title));
        foreach (var entry in (await library.ListAsync(new(Standing: Standing.Retired))).Entries)
        {
            Assert.Equal((2, "古いため"), (entry.Version, entry.Retired!.Why));
            Assert.Equal(EntryHistory.Retired, (await library.Book.HistoryAsync(library.Town, Library.Books, entry.Id, null, Cancel))[0].Kind);
        }
        // Not of others' units, and not without a reason.
        Assert.IsType<Outcome<RetiredEntries>.Refused>(await library.Book.RetireManyAsync(library.Town, Library.Books, [hill.Seen], "古いため", [library.Tax.Id], library.Officer, Cancel));
        Assert.IsType<Outcome<RetiredEntries>.Refused>(await library.Book.RetireManyAsync(library.Town, Library.Books, [hill.Seen], " ", null, library.Officer, Cancel));
    }

    [Fact]
    public async Task Several_are_added_all_or_none_and_their_numbers_follow_each_other()
    {
        await using var library = await Library.OpenAsync();
        Assert.Equal(3, (await library.Book.AddManyAsync(library.Town, Library.Books, [library.Draft("海"), library.Draft("山"), library.Draft("町")], null, library.Officer, Cancel)).OrThrow().Count);
        Assert.Equal(["BOK-0001", "BOK-0002", "BOK-0003"], (await library.ListAsync(new())).Entries.Select(e => e.Number));
        Assert.IsType<Outcome<IReadOnlyList<RegisterEntry>>.Refused>(await library.Book.AddManyAsync(library.Town, Library.Books, [library.Draft("川"), library.Draft("")], null, library.Officer, Cancel));
        Assert.Equal(3, (await library.ListAsync(new())).Total);
    }

    /// <summary>What the refusal promises: about 5,900 Japanese characters in all fields together.</summary>
    [Fact]
    public async Task As_many_characters_as_the_refusal_says_are_kept_and_more_are_refused()
    {
        const string Minutes = """
            key: minutes
            name: {ja: 議事録台帳, en: Minutes}
            about: {ja: 議事録を並べます。, en: Minutes.}
            one: {ja: 議事録, en: record}
            code: MIN
            group: assets
            unit: optional
            source: 試験
            date: 2026-04-01
            fields:
              - {key: name, label: {ja: 名称, en: Name}, kind: text, required: true, title: true}
              - {key: first, label: {ja: 前半, en: First}, kind: long-text}
              - {key: second, label: {ja: 後半, en: Second}, kind: long-text}
            """;
        await using var library = await Library.OpenAsync();
        var book = new RegisterBook(library.Book.Keeper, RegisterCatalogue.Of(new Dictionary<string, string> { ["minutes.yaml"] = Minutes }));

        Task<EntryOutcome> AddAsync(int second) => book.AddAsync(library.Town, "minutes", EntryDraft.Of(("name", "会議"), ("first", new string('字', 4000)), ("second", new string('字', second))), null, library.Officer, Cancel);

        Assert.IsType<EntryOutcome.Kept>(await AddAsync(1900));
        var refused = Assert.Single(Assert.IsType<EntryOutcome.Wrong>(await AddAsync(2000)).Problems);
        Assert.Contains("約 5,900 字", refused.What.Ja, StringComparison.Ordinal);
    }
}
