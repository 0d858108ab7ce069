using System.Text;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Policies;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests;

/// <summary>An installation with one municipality, an officer and a manager.</summary>
internal sealed class Office : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private Office(TestDatabase test, ManualClock clock, NoteSigner signer, RecordSlices slices, MunicipalityId town) =>
        (Test, Clock, Signer, Slices, Town) = (test, clock, signer, slices, town);

    public TestDatabase Test { get; }

    public ManualClock Clock { get; }

    public NoteSigner Signer { get; }

    public RecordSlices Slices { get; }

    public MunicipalityId Town { get; }

    public Actor Officer { get; } = new("account-1", "担当 花子");

    public Actor Manager { get; } = new("account-2", "課長 太郎");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Office> OpenAsync()
    {
        var test = await TestDatabase.CreateAsync();
        var clock = new ManualClock(Start);
        var signer = NoteSigner.Create();
        var slices = new RecordSlices(new RecordKeeper(test.Database, new LedgerStore(signer, clock), clock));
        await slices.Obligations.EnsureEditionAsync(Cancel);
        return new Office(test, clock, signer, slices, await test.AddMunicipalityAsync("isobe", "いそべ村"));
    }

    public Task<ImportOutcome> TryImportAsync(string text, string name = "方針.txt", string key = PolicyKeys.Basic, MunicipalityId? town = null) =>
        Slices.Policies.ImportAsync(town ?? Town, new PolicyUpload(Encoding.UTF8.GetBytes(text), name, key), Officer, Cancel);

    public async Task<ImportOutcome.Imported> ImportAsync(string text, string name = "方針.txt", string key = PolicyKeys.Basic, MunicipalityId? town = null) =>
        Assert.IsType<ImportOutcome.Imported>(await TryImportAsync(text, name, key, town));

    /// <summary>Imports and puts in force from the day of the clock on.</summary>
    public async Task<VersionSummary> EnforceAsync(string text, MunicipalityId? town = null)
    {
        var imported = await ImportAsync(text, town: town);
        return (await Slices.Policies.PutInForceAsync(town ?? Town, imported.Version.Id, JapaneseTime.Day(Clock.Now()), Officer, Cancel)).OrThrow();
    }

    public async Task<long> LedgerSizeAsync(MunicipalityId? town = null)
    {
        await using var tx = await Test.Database.EnterAsync(town ?? Town, Cancel);
        return (long)((await LedgerReader.HeadAsync(tx, Cancel))?.Size ?? 0);
    }

    /// <summary>Every sentence that a source spoke in this test is English in English, whatever the test was about.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (TestContext.Current.TestState?.Result != TestResult.Failed) await CheckSentencesAsync();
        }
        finally
        {
            Signer.Dispose();
            await Test.DisposeAsync();
        }
    }

    private async Task CheckSentencesAsync()
    {
        await using var tx = await Test.Database.EnterAsync(Town, CancellationToken.None);
        // What a person wrote stands in both languages as it was written.
        foreach (var sentence in await tx.ListAsync("SELECT sentence_en FROM records.evidence WHERE weight = 'System'", r => r.GetString(0), CancellationToken.None))
            Assert.True(EvidenceSentenceTests.Check(sentence) is null, $"“{EvidenceSentenceTests.Check(sentence)}” in English: {sentence}");
    }
}

/// <summary>Small policies of the tests' own.</summary>
internal static class Texts
{
    public const string First = """
        いそべ村情報セキュリティ基本方針

        （目的）
        第１条　この方針は、村の情報資産を守るため、基本となる事項を定めることを目的とする。

        （職員等の遵守義務）
        第２条　職員等は、情報セキュリティの重要性について共通の認識を持ち、この方針を遵守しなければならない。

        （情報資産の分類と管理）
        第３条　村は、情報資産を機密性、完全性及び可用性に応じて分類し、管理する。

        （監査及び自己点検）
        第４条　遵守状況を検証するため、定期的に、又は必要に応じて、監査及び自己点検を行う。

        附　則
        この方針は、令和６年４月１日から施行する。
        """;

    /// <summary>An article put in before the third, and one word changed in the last.</summary>
    public const string Second = """
        いそべ村情報セキュリティ基本方針

        （目的）
        第１条　この方針は、村の情報資産を守るため、基本となる事項を定めることを目的とする。

        （職員等の遵守義務）
        第２条　職員等は、情報セキュリティの重要性について共通の認識を持ち、この方針を遵守しなければならない。

        （法令の遵守）
        第３条　職員等は、職務の遂行において、関連する法令を遵守し、これに従わなければならない。

        （情報資産の分類と管理）
        第４条　村は、情報資産を機密性、完全性及び可用性に応じて分類し、管理する。

        （監査及び自己点検）
        第５条　遵守状況を検証するため、毎年度、又は必要に応じて、監査及び自己点検を行う。

        附　則
        この方針は、令和６年４月１日から施行する。
        附　則
        この方針は、令和８年１０月１日から施行する。
        """;
}
