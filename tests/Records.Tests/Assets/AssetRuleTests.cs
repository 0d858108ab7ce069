using Sekisho.Records.Assets;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Assets;

public sealed class AssetRuleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static FieldProblem Problem(EntryOutcome outcome) => Assert.Single(Assert.IsType<EntryOutcome.Wrong>(outcome).Problems);

    [Fact]
    public async Task A_class_lower_than_suggested_asks_for_the_reason_and_names_it()
    {
        await using var town = await AssetTown.OpenAsync();
        (string, string)[] asset = [("personal", "はい"), ("persons", "4800"), ("confidentiality", "2"), ("integrity", "2"), ("availability", "1")];
        var problem = Problem(await town.TryAddAsync(town.Residents, "被保険者台帳", "data", asset));
        Assert.Equal("lower_why", problem.Field);
        Assert.Contains("機密性3B", problem.What.Ja, StringComparison.Ordinal);
        Assert.Contains("100 人を超える", problem.What.Ja, StringComparison.Ordinal);

        var kept = await town.AddAsync(town.Residents, "被保険者台帳", "data", [.. asset, ("lower_why", "個人の分からない統計表だけにした。")]);
        // What was decided stands while nobody touches it.
        await town.ChangeAsync(kept, ("place", "書庫A"));
        Assert.Equal("lower_why", Problem(await town.TryChangeAsync(kept, ("lower_why", ""))).Field);
    }

    [Fact]
    public async Task My_Number_information_is_personal_information()
    {
        await using var town = await AssetTown.OpenAsync();
        Assert.True((await town.AddAsync(town.Residents, "個人番号カード交付簿", "paper", ("mynumber", "はい"))).YesNo("personal"));
        Assert.Equal("personal", Problem(await town.TryAddAsync(town.Residents, "交付簿", "paper", ("mynumber", "はい"), ("personal", "いいえ"))).Field);
    }

    [Fact]
    public async Task A_container_takes_the_highest_class_of_what_lies_in_it_through_every_step()
    {
        await using var town = await AssetTown.OpenAsync();
        var room = await town.ClassifiedAsync(town.Residents, "サーバ室", "facility", "1");
        var system = await town.ClassifiedAsync(town.Residents, "住民情報システム", "system", "2", ("containers", room.Number));
        var data = await town.ClassifiedAsync(town.Residents, "住民基本台帳", "data", "3B", ("containers", system.Number), ("mynumber", "はい"), ("persons", "21000"));

        foreach (var container in new[] { room, system })
        {
            var now = await town.ReadAsync(container);
            Assert.Equal("3B", now.Text("effective"));
            Assert.True(now.YesNo("holds_mynumber"));
            Assert.Equal(container.Version, now.Version);
            Assert.Equal(container.Text("confidentiality"), now.Text("confidentiality"));
        }

        // Raised, moved out, put back, retired: the containers follow each time.
        await town.ChangeAsync(data, ("confidentiality", "3A"));
        Assert.Equal("3A", (await town.ReadAsync(room)).Text("effective"));
        await town.ChangeAsync(data, ("containers", ""));
        Assert.Equal("2", (await town.ReadAsync(room)).Text("effective"));
        Assert.False((await town.ReadAsync(system)).YesNo("holds_mynumber"));
        await town.ChangeAsync(data, ("containers", system.Number));
        Assert.Equal("3A", (await town.ReadAsync(room)).Text("effective"));
        await town.RetireAsync(data);
        Assert.Equal("2", (await town.ReadAsync(room)).Text("effective"));
    }

    [Fact]
    public async Task The_list_filters_by_the_class_with_contents()
    {
        await using var town = await AssetTown.OpenAsync();
        var system = await town.ClassifiedAsync(town.Residents, "住民情報システム", "system", "2");
        await town.ClassifiedAsync(town.Residents, "住民基本台帳", "data", "3B", ("containers", system.Number), ("personal", "はい"));
        var listed = await town.Slices.Registers.ListAsync(town.Town, AssetRules.Key, new(Filters: [new("effective", ["3B"])]), null, Cancel);
        Assert.Equal(["AST-0001", "AST-0002"], listed.Entries.Select(e => e.Number));
    }

    [Fact]
    public async Task Nothing_lies_in_itself_however_long_the_way()
    {
        await using var town = await AssetTown.OpenAsync();
        var room = await town.ClassifiedAsync(town.Residents, "書庫", "facility", "1");
        var cabinet = await town.ClassifiedAsync(town.Residents, "保管庫", "facility", "1", ("containers", room.Number));
        var box = await town.ClassifiedAsync(town.Residents, "箱", "facility", "1", ("containers", cabinet.Number));
        Assert.Equal("containers", Problem(await town.TryChangeAsync(room, ("containers", box.Number))).Field);
        Assert.Equal("containers", Problem(await town.TryChangeAsync(room, ("containers", room.Number))).Field);
        Assert.Empty((await town.ReadAsync(room)).Entries("containers"));
        var many = await town.Slices.Registers.ChangeManyAsync(town.Town, AssetRules.Key, [room.Seen], EntryDraft.Of(("containers", box.Number)), null, town.Office.Officer, Cancel);
        Assert.Equal("REC-REG-003", Assert.IsType<Outcome<int>.Refused>(many).Why.Code);
    }

    [Fact]
    public async Task Paper_holds_nothing()
    {
        await using var town = await AssetTown.OpenAsync();
        var paper = await town.ClassifiedAsync(town.Residents, "申請書つづり", "paper", "2");
        Assert.Equal("containers", Problem(await town.TryAddAsync(town.Residents, "名簿", "data", ("containers", paper.Number))).Field);
    }

    [Fact]
    public async Task An_exclusion_has_its_reason_and_its_ground()
    {
        await using var town = await AssetTown.OpenAsync();
        var wrong = Assert.IsType<EntryOutcome.Wrong>(await town.TryAddAsync(town.Residents, "議員の私物端末", "medium", ("scope", "excluded")));
        Assert.Equal(["excluded_why", "excluded_ground"], wrong.Problems.Select(p => p.Field));
        await town.AddAsync(town.Residents, "議員の私物端末", "medium", ("scope", "対象外"), ("excluded_why", "議員が私費で購入した端末のため。"), ("excluded_ground", "基本方針 4(2) ただし書"));
    }

    [Fact]
    public async Task Two_who_put_things_into_one_container_at_once_both_count()
    {
        await using var town = await AssetTown.OpenAsync();
        var system = await town.ClassifiedAsync(town.Residents, "ファイルサーバ", "system", "2");
        var (a, b) = (await town.ClassifiedAsync(town.Residents, "名簿", "data", "3C"), await town.ClassifiedAsync(town.Residents, "台帳", "data", "3B"));
        await Task.WhenAll(town.ChangeAsync(a, ("containers", system.Number)), town.ChangeAsync(b, ("containers", system.Number)));
        Assert.Equal("3B", (await town.ReadAsync(system)).Text("effective"));
    }

    [Fact]
    public async Task What_is_derived_is_never_typed()
    {
        await using var town = await AssetTown.OpenAsync();
        var paper = await town.ClassifiedAsync(town.Residents, "申請書つづり", "paper", "2", ("effective", "3A"));
        Assert.Equal("2", paper.Text("effective"));
        await town.ChangeAsync(paper, ("effective", "3A"));
        Assert.Equal("2", (await town.ReadAsync(paper)).Text("effective"));
    }
}
