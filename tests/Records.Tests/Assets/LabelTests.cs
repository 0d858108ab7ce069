using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Tests.Assets;

/// <summary>Sections say three classes, the nation five: what a section writes never loses what an officer told apart.</summary>
public sealed class LabelTests : IAsyncLifetime
{
    private AssetTown town = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IReadOnlyList<ClassLabel> Three => AssetClasses.Load().Schemes.Single(s => s.Id == "three").Labels;

    public async ValueTask InitializeAsync()
    {
        town = await AssetTown.OpenAsync();
        (await town.Slices.AssetLabels.KeepAsync(town.Town, "three", Three, town.Office.Officer, Cancel)).OrThrow();
    }

    public ValueTask DisposeAsync() => town.DisposeAsync();

    private async Task<RegisterField> FieldAsync(bool inLabels, string key = "confidentiality") =>
        (await town.Slices.Registers.DefinitionAsync(town.Town, AssetRules.Key, inLabels, Cancel))!.Find(key)!;

    [Fact]
    public async Task Sections_are_offered_three_and_officers_five()
    {
        Assert.Equal(["機密性3", "機密性2", "機密性1"], (await FieldAsync(true)).Choices.Select(c => c.Name.Ja));
        Assert.Equal(["3A", "3B", "3C", "2", "1"], (await FieldAsync(false)).Choices.Select(c => c.Key));
        Assert.Equal("機密性3", (await FieldAsync(true, "effective")).Choice("3B")!.Name.Ja);
        // Without labels of its own a municipality speaks of the national classes.
        (await town.Slices.AssetLabels.KeepAsync(town.Town, "national", [], town.Office.Officer, Cancel)).OrThrow();
        Assert.Equal(5, (await FieldAsync(true)).Choices.Count);
    }

    [Fact]
    public async Task A_label_becomes_the_suggested_class_under_it_and_keeps_the_finer_one_that_stands()
    {
        var label = LabelScheme.KeyOf(Three[0]);
        var residents = await town.AddAsync(town.Residents, "住民基本台帳", "data", ("personal", "はい"), ("persons", "21000"), ("confidentiality", "機密性3"), ("integrity", "2"), ("availability", "2"));
        Assert.Equal("3B", residents.Text("confidentiality"));
        var secret = await town.ClassifiedAsync(town.Residents, "秘密文書", "paper", "3A");
        await town.ChangeAsync(secret, ("confidentiality", label), ("place", "金庫"));
        Assert.Equal("3A", (await town.ReadAsync(secret)).Text("confidentiality"));
        // Of many at once, each keeps its own.
        var prices = await town.ClassifiedAsync(town.Residents, "予定価格調書", "paper", "3C");
        var plan = await town.ClassifiedAsync(town.Residents, "総合計画の素案", "paper", "2");
        IReadOnlyList<EntryVersion> seen = [(await town.ReadAsync(secret)).Seen, prices.Seen, plan.Seen];
        Assert.Equal(1, (await town.Slices.Registers.ChangeManyAsync(town.Town, AssetRules.Key, seen, EntryDraft.Of(("confidentiality", label)), null, town.Office.Manager, Cancel)).OrThrow());
        Assert.Equal(["3A", "3C", "3C"], [(await town.ReadAsync(secret)).Text("confidentiality")!, (await town.ReadAsync(prices)).Text("confidentiality")!, (await town.ReadAsync(plan)).Text("confidentiality")!]);
        // And another label is another class.
        await town.ChangeAsync(prices, ("confidentiality", LabelScheme.KeyOf(Three[1])), ("lower_why", "入札が終わった。"));
        Assert.Equal("2", (await town.ReadAsync(prices)).Text("confidentiality"));
    }

    [Fact]
    public async Task Within_a_label_the_class_goes_up_by_itself_when_the_asset_comes_to_hold_more()
    {
        var list = await town.ClassifiedAsync(town.Residents, "申込者名簿", "data", "3C", ("personal", "はい"), ("persons", "40"));
        await town.ChangeAsync(list, ("persons", "4000"));
        Assert.Equal("3B", (await town.ReadAsync(list)).Text("confidentiality"));
        // What somebody lowered with a reason stays lowered, and what nobody asked about isn't touched.
        var decided = await town.ClassifiedAsync(town.Residents, "統計", "data", "3C", ("personal", "はい"), ("persons", "5000"), ("lower_why", "個人は分からない。"));
        await town.ChangeAsync(decided, ("persons", "6000"));
        Assert.Equal("3C", (await town.ReadAsync(decided)).Text("confidentiality"));
        // Below the label it asks, in the municipality's words.
        var wrong = Assert.IsType<EntryOutcome.Wrong>(await town.TryChangeAsync(list, ("confidentiality", LabelScheme.KeyOf(Three[1]))));
        Assert.StartsWith("目安（機密性3）より低い機密性2にする理由", wrong.Problems.Single(p => p.Field == "lower_why").What.Ja, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_narrows_by_a_label_to_all_classes_under_it()
    {
        await town.ClassifiedAsync(town.Residents, "秘密文書", "paper", "3A");
        await town.ClassifiedAsync(town.Residents, "予定価格調書", "paper", "3C");
        await town.ClassifiedAsync(town.Residents, "総合計画の素案", "paper", "2");
        var label = LabelScheme.KeyOf(Three[0]);
        foreach (var field in new[] { "confidentiality", "effective" })
        {
            var listed = await town.Slices.Registers.ListAsync(town.Town, AssetRules.Key, new(Filters: [new(field, [label])], Sort: field), null, Cancel);
            Assert.Equal(["秘密文書", "予定価格調書"], listed.Entries.Select(e => e.Title));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sheet_with_labels_goes_out_and_in_without_losing_the_finer_class(bool csv)
    {
        RegisterEntry[] assets =
        [
            await town.ClassifiedAsync(town.Residents, "秘密文書", "paper", "3A"), await town.ClassifiedAsync(town.Residents, "住民基本台帳", "data", "3B", ("personal", "はい")),
            await town.ClassifiedAsync(town.Residents, "予定価格調書", "paper", "3C"), await town.ClassifiedAsync(town.Residents, "広報", "paper", "1", ("lower_why", "公表済み")),
        ];
        var ours = await OutAsync(csv, inLabels: true);
        var text = csv ? System.Text.Encoding.UTF8.GetString(ours) : await SheetTextAsync(ours);
        Assert.Contains("機密性3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("機密性3A", text, StringComparison.Ordinal);
        Assert.Equal((0, 0, 4), await InAsync(ours, csv));
        // Somebody else refined a class meanwhile: rows that say the same label are still the same.
        await town.ChangeAsync(assets[2], ("confidentiality", "3A"));
        Assert.Equal((0, 0, 4), await InAsync(ours, csv));
        Assert.Equal(["3A", "3B", "3A", "1"], await ClassesAsync(assets));
        // What is edited in the sheet is edited; the officer's own sheet has the five.
        if (csv)
        {
            var edited = System.Text.Encoding.UTF8.GetBytes(text.Replace("広報,", "広報の原稿,", StringComparison.Ordinal).Replace("機密性1", "機密性3", StringComparison.Ordinal));
            Assert.Equal((0, 1, 3), await InAsync(edited, csv));
            Assert.Equal(["3A", "3B", "3A", "3C"], await ClassesAsync(assets));
        }
        var national = await OutAsync(csv, inLabels: false);
        Assert.Contains("機密性3A", csv ? System.Text.Encoding.UTF8.GetString(national) : await SheetTextAsync(national), StringComparison.Ordinal);
        Assert.Equal((0, 0, 4), await InAsync(national, csv));
    }

    [Fact]
    public void A_label_does_not_borrow_the_name_of_a_national_class_for_something_else()
    {
        var national = AssetClasses.Load().Of(AssetAspect.Confidentiality).Classes;
        Assert.Null(AssetLabels.Problem(Three, national));
        ClassLabel[] astray = [new("機密性２", ["3A", "3B", "3C"], "3C"), new("中", ["2"], "2"), new("低", ["1"], "1")];
        Assert.Contains("国の区分の名前", AssetLabels.Problem(astray, national)!.Ja, StringComparison.Ordinal);
        Assert.All(AssetClasses.Load().Schemes, s => Assert.Null(AssetLabels.Problem(s.Labels, national)));
    }

    private async Task<string[]> ClassesAsync(RegisterEntry[] assets)
    {
        var classes = new List<string>();
        foreach (var asset in assets) classes.Add((await town.ReadAsync(asset)).Text("confidentiality")!);
        return [.. classes];
    }

    private async Task<byte[]> OutAsync(bool csv, bool inLabels)
    {
        await using var stream = csv ? await town.Slices.Exports.CsvAsync(town.Town, AssetRules.Key, new(), null, Cancel, inLabels) : await town.Slices.Exports.WorkbookAsync(town.Town, AssetRules.Key, new(), null, Cancel, inLabels);
        using var bytes = new MemoryStream();
        await stream!.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<(int Added, int Changed, int Same)> InAsync(byte[] file, bool csv)
    {
        IReadOnlyList<UnitId> within = [town.Residents.Id];
        var plan = (await town.Slices.Imports.UploadAsync(town.Town, AssetRules.Key, new MemoryStream(file), csv ? "資産.csv" : "資産.xlsx", town.Office.Manager, Cancel)).OrThrow();
        var tried = (await town.Slices.Imports.TryAsync(town.Town, plan.Upload, plan.Proposed, within, town.Office.Manager, Cancel)).OrThrow();
        Assert.Equal("", string.Join("\n", tried.Problems.Select(p => $"{p.Cell} {p.What.Ja}")));
        var done = (await town.Slices.Imports.CommitAsync(town.Town, plan.Upload, within, town.Office.Manager, Cancel)).OrThrow();
        Assert.True(done.IsKept);
        return (done.Added, done.Changed, done.Same);
    }

    private static async Task<string> SheetTextAsync(byte[] xlsx)
    {
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(xlsx));
        var text = "";
        foreach (var part in zip.Entries.Where(e => e.FullName.EndsWith(".xml", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(await part.OpenAsync(Cancel));
            text += await reader.ReadToEndAsync(Cancel);
        }
        return text;
    }
}
