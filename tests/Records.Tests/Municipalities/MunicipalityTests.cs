using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Records.Ledgers;

namespace Sekisho.Records.Tests.Municipalities;

public sealed class MunicipalityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_municipality_begins_with_an_entry_in_its_own_ledger()
    {
        await using var office = await Office.OpenAsync();
        var made = (await office.Slices.Municipalities.CreateAsync("uozu", "魚津市", office.Officer, Cancel)).OrThrow();

        var listed = await office.Slices.Municipalities.ListAsync(Cancel);
        Assert.Equal([office.Town, made.Id], listed.Select(m => m.Id).Order(Comparer<MunicipalityId>.Create((a, b) => (a == made.Id).CompareTo(b == made.Id))));
        Assert.Contains(listed, m => m.Name == "魚津市");
        Assert.Equal(made.Id, (await office.Slices.Municipalities.FindAsync("uozu", Cancel))!.Id);
        await using var tenant = await office.Test.Database.EnterAsync(made.Id, Cancel);
        var first = await LedgerReader.ReadAsync(tenant, 0, Cancel);
        Assert.Equal("municipality.created", first!.Entry!.Kind);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_leaves_nothing()
    {
        await using var office = await Office.OpenAsync();
        var register = office.Slices.Municipalities;
        Assert.Equal("REC-MUN-003", (await register.CreateAsync((await register.ReadAsync(office.Town, Cancel))!.Slug, "三崎町", office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-MUN-002", (await register.CreateAsync("みさき", "三崎町", office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-MUN-001", (await register.CreateAsync("misaki2", " ", office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Single(await register.ListAsync(Cancel));
    }

    [Fact]
    public async Task Name_and_settings_change_for_one_municipality_only()
    {
        await using var office = await Office.OpenAsync();
        var other = (await office.Slices.Municipalities.CreateAsync("uozu", "魚津市", office.Officer, Cancel)).OrThrow();

        (await office.Slices.Municipalities.RenameAsync(office.Town, "みさき市", office.Officer, Cancel)).OrThrow();
        var set = (await office.Slices.Municipalities.SetAsync(office.Town, "public-page", JsonSerializer.SerializeToElement(true), office.Officer, Cancel)).OrThrow();

        Assert.Equal("みさき市", set.Name);
        Assert.True(set.Settings["public-page"].GetBoolean());
        Assert.Equal(("魚津市", 0), ((await office.Slices.Municipalities.ReadAsync(other.Id, Cancel))!.Name, (await office.Slices.Municipalities.ReadAsync(other.Id, Cancel))!.Settings.Count));
        var removed = (await office.Slices.Municipalities.SetAsync(office.Town, "public-page", default, office.Officer, Cancel)).OrThrow();
        Assert.Empty(removed.Settings);
    }
}
