using FsCheck;
using FsCheck.Fluent;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Registers;

public sealed class SearchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("サーバー", "ｻｰﾊﾞ")]
    [InlineData("サーバー室", "さーばー")]
    [InlineData("ＬＧＷＡＮ接続系", "lgwan")]
    [InlineData("㈱関所商会", "(株)")]
    [InlineData("03-1234-5678", "0312345678")]
    [InlineData("情報 政策課", "情報政策課")]
    [InlineData("ヴァイオリン", "う゛ぁいおりん")]
    [InlineData("Ｗｉ－Ｆｉ", "wifi")]
    public void What_people_do_not_tell_apart_is_found(string text, string query) =>
        Assert.All(SearchFold.Words(query), w => Assert.Contains(w, SearchFold.Of(text), StringComparison.Ordinal));

    [Theory]
    [InlineData("か", "が")]
    [InlineData("ハ", "バ")]
    [InlineData("ツ", "ッ")]
    [InlineData("税務", "総務")]
    public void What_is_another_word_is_not_found(string text, string query) => Assert.DoesNotContain(SearchFold.Of(query), SearchFold.Of(text), StringComparison.Ordinal);

    [Fact]
    public void Folding_twice_changes_nothing_and_never_throws() =>
        Prop.ForAll<string>(text => SearchFold.Of(text ?? "") is var once && SearchFold.Of(once) == once).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    /// <summary>Slow and obvious: every word of the query in some text of the entry, or in the name of its unit or of whom it names.</summary>
    private static bool Slow(Library library, RegisterEntry entry, string query)
    {
        var register = Library.Catalogue[Library.Books];
        var texts = new List<string> { entry.Number };
        foreach (var (key, value) in entry.Fields.All)
        {
            var field = register.Find(key)!;
            switch (value)
            {
                case FieldValue.Choice c:
                    texts.AddRange([field.Choice(c.Key)!.Name.Ja, field.Choice(c.Key)!.Name.En]);
                    break;
                case FieldValue.Person p:
                    texts.Add(p.Id == library.Hanako.Id ? library.Hanako.Name : library.Taro.Name);
                    break;
                case FieldValue.Text t:
                    texts.Add(t.Value);
                    break;
            }
        }
        texts.Add(entry.Unit == library.Tax.Id ? library.Tax.Name : library.General.Name);
        return Plain(query).Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => texts.Exists(t => Plain(t).Replace(" ", "", StringComparison.Ordinal).Contains(word, StringComparison.Ordinal)));

        // By a table instead of by arithmetic, on the characters that the test uses.
        static string Plain(string text)
        {
            (string From, string To)[] table =
            [
                ("ｻ", "さ"), ("ﾊﾞ", "ば"), ("サ", "さ"), ("バ", "ば"), ("パ", "ぱ"), ("シ", "し"), ("ス", "す"), ("テ", "て"), ("ム", "む"),
                ("ー", ""), ("ｰ", ""), ("-", ""), ("Ａ", "a"), ("Ｂ", "b"), ("Ｃ", "c"), ("B", "b"), ("O", "o"), ("K", "k"), ("　", " "),
            ];
            return table.Aggregate(text, (t, pair) => t.Replace(pair.From, pair.To, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_search_finds_what_a_slow_one_finds()
    {
        await using var library = await Library.OpenAsync();
        var random = new Random(7);
        string[] parts = ["サーバ", "さーばー", "ｻｰﾊﾞｰ", "システム", "しすてむ", "ＡＢＣ", "abc", "税", "総務", "の", "03-12", "バス", "パス", "花子", " ", "　", "小説"];
        string Some(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => parts[random.Next(parts.Length)]));
        for (var i = 0; i < 80; i++)
        {
            await library.AddAsync("題" + Some(4), random.Next(2) == 0 ? library.Tax : library.General,
                ("note", Some(5)), ("class", random.Next(2) == 0 ? "novel" : "law"), ("keeper", random.Next(3) switch { 0 => "1001", 1 => "鈴木太郎", _ => "" }));
        }
        var all = (await library.ListAsync(new(PageSize: 1000))).Entries;
        var found = 0;
        for (var i = 0; i < 120; i++)
        {
            var query = Some(4);
            var page = await library.ListAsync(new(query, PageSize: 1000));
            var expected = all.Where(e => Slow(library, e, query)).Select(e => e.Number).ToList();
            Assert.True(expected.SequenceEqual(page.Entries.Select(e => e.Number)), $"「{query}」: {string.Join(' ', expected)} / {string.Join(' ', page.Entries.Select(e => e.Number + e.Title + e.Text("note")))}");
            found += page.Entries.Count;
        }
        Assert.InRange(found, 200, 8000);
    }

    [Fact]
    public async Task Filters_sorts_and_pages_show_each_entry_once_in_order()
    {
        await using var library = await Library.OpenAsync();
        var random = new Random(3);
        for (var i = 0; i < 47; i++)
        {
            await library.AddAsync($"本{random.Next(20)}", i % 2 == 0 ? library.Tax : library.General, ("class", new[] { "novel", "law", "other" }[i % 3]), ("pages", i % 5 == 0 ? "" : $"{random.Next(900)}"),
                ("bought_on", i % 4 == 0 ? "" : $"2026-{1 + (i % 12):00}-01"), ("lent", i % 3 == 0 ? "" : "はい"), ("tags", i % 6 == 0 ? "新刊、古書" : "大型本"));
        }
        var all = (await library.ListAsync(new(PageSize: 1000))).Entries;
        Assert.Equal(47, all.Count);

        foreach (var sort in new[] { "number", "title", "unit", "updated", "confirmed", "pages", "class", "bought_on", "name", "room", "keeper", "shelf", "nothing" })
        {
            foreach (var descending in new[] { false, true })
            {
                var numbers = new List<string>();
                for (var page = 1; page <= 5; page++) numbers.AddRange((await library.ListAsync(new(Sort: sort, Descending: descending, Page: page, PageSize: 10))).Entries.Select(e => e.Number));
                Assert.Equal(all.Select(e => e.Number).Order(), numbers.Order());
            }
        }
        var pages = (await library.ListAsync(new(Sort: "pages", PageSize: 100))).Entries.Select(e => e.Fields.Number("pages")).ToList();
        Assert.Equal(pages.OrderBy(p => p ?? decimal.MaxValue), pages);
        Assert.Equal(["novel", "law", "other"], (await library.ListAsync(new(Sort: "class", PageSize: 100))).Entries.Select(e => e.Text("class")).Distinct());

        async Task Check(RegisterFilter filter, Func<RegisterEntry, bool> expected) =>
            Assert.Equal(all.Where(expected).Select(e => e.Number), (await library.ListAsync(new(Filters: [filter], PageSize: 1000))).Entries.Select(e => e.Number));
        await Check(new("class", ["law", "other"]), e => e.Text("class") is "law" or "other");
        await Check(new("lent", ["true"]), e => e.YesNo("lent") == true);
        await Check(new("lent", [""]), e => e.YesNo("lent") is null);
        await Check(new("tags", ["old"]), e => e.Choices("tags").Contains("old"));
        await Check(new("bought_on", From: new(2026, 3, 1), Until: new(2026, 6, 1)), e => e.Day("bought_on") is { } d && d >= new DateOnly(2026, 3, 1) && d <= new DateOnly(2026, 6, 1));
        await Check(new("bought_on", [""]), e => e.Day("bought_on") is null);
        await Check(new("unit", [library.Tax.Id.ToString()]), e => e.Unit == library.Tax.Id);
        await Check(new("dropped", ["x"]), e => true);
        await Check(new("class", ["'; DROP TABLE records.register_entry; --"]), e => false);
        Assert.Equal(24, (await library.ListAsync(new(Unit: [library.Tax.Id]))).Total);
    }
}
