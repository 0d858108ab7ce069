using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;

namespace Sekisho.Records.Tests;

public sealed class PolicyImportTests
{
    private static CancellationToken Cancel => Office.Cancel;

    [Fact]
    public async Task An_imported_policy_is_a_draft_with_its_original_its_text_and_its_ties()
    {
        await using var office = await Office.OpenAsync();
        var imported = await office.ImportAsync(Texts.First, "../../方針\u202e.txt");
        Assert.Equal(VersionState.Draft, imported.Version.State);
        Assert.Equal("方針.txt", imported.Version.FileName);
        Assert.Equal(1, imported.Version.Number);
        var version = await office.Slices.Policies.VersionAsync(office.Town, imported.Version.Id, Cancel);
        Assert.NotNull(version);
        Assert.Equal(["1", "2", "3", "4"], version.Document.Provisions.Select(p => p.Number));
        Assert.Equal(version.Document.All().Select(p => p.Id), version.Document.All().Select(p => version.Keys[p.Id]));
        var ties = await office.Slices.Ties.OfVersionAsync(office.Town, imported.Version.Id, null, Cancel);
        Assert.Equal(imported.Ties, ties.Count);
        Assert.Contains(ties, t => t.Obligation.Value == "staff-duty" && t.Path == "2");
        Assert.All(ties, t => Assert.Equal(TieState.Proposed, t.State));
        var original = (await office.Slices.Policies.OriginalAsync(office.Town, imported.Version.Id, office.Officer, false, "", Cancel)).OrThrow();
        Assert.Equal(Texts.First, Encoding.UTF8.GetString(original.Bytes.Span));
        Assert.Equal(1, await office.LedgerSizeAsync());
        Assert.Null(await office.Slices.Verdicts.BoardAsync(office.Town, null, Cancel));
        Assert.NotNull(await office.Slices.Verdicts.BoardOfVersionAsync(office.Town, imported.Version.Id, Cancel));
    }

    [Fact]
    public async Task The_same_file_again_is_recognised_and_nothing_is_added()
    {
        await using var office = await Office.OpenAsync();
        var first = await office.ImportAsync(Texts.First);
        var again = Assert.IsType<ImportOutcome.AlreadyKept>(await office.TryImportAsync(Texts.First, "別の名前.txt"));
        Assert.Equal(first.Version.Id, again.Version.Id);
        Assert.Equal(1, await office.LedgerSizeAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u0001\u0002binary")]
    [InlineData("お昼の献立\nカレーライス\n")]
    public async Task What_is_no_policy_is_refused_with_its_reason_and_nothing_is_kept(string text)
    {
        await using var office = await Office.OpenAsync();
        var refused = Assert.IsType<ImportOutcome.Unreadable>(await office.TryImportAsync(text));
        Assert.StartsWith("POL-", refused.Error.Code, StringComparison.Ordinal);
        Assert.Empty(await office.Slices.Policies.VersionsAsync(office.Town, null, null, Cancel));
        Assert.Equal(0, await office.LedgerSizeAsync());
    }

    [Fact]
    public async Task Larger_than_50_MB_is_refused_before_it_is_read()
    {
        await using var office = await Office.OpenAsync();
        var outcome = await office.Slices.Policies.ImportAsync(office.Town, new PolicyUpload(new byte[50 * 1024 * 1024 + 1], "大.pdf"), office.Officer, Cancel);
        Assert.Equal("REC-POL-001", Assert.IsType<ImportOutcome.Refused>(outcome).Why.Code);
    }

    [Fact]
    public async Task A_provision_keeps_its_key_when_it_is_renumbered_and_a_decision_comes_along()
    {
        await using var office = await Office.OpenAsync();
        var first = await office.ImportAsync(Texts.First);
        var before = await office.Slices.Ties.OfVersionAsync(office.Town, first.Version.Id, null, Cancel);
        var assets = before.First(t => t.Obligation.Value == "asset-classification");
        var audit = before.First(t => t.Obligation.Value == "audit");
        var duty = before.First(t => t.Obligation.Value == "staff-duty");
        (await office.Slices.Ties.ConfirmAsync(office.Town, assets.Id, "", office.Officer, Cancel)).OrThrow();
        (await office.Slices.Ties.ConfirmAsync(office.Town, audit.Id, "", office.Officer, Cancel)).OrThrow();
        (await office.Slices.Ties.RejectAsync(office.Town, duty.Id, "趣旨だけを述べる条である。", office.Officer, Cancel)).OrThrow();
        var added = (await office.Slices.Ties.AddAsync(office.Town, first.Version.Id, assets.ProvisionId, new ObligationId("improvement"), "担当の判断による。", office.Officer, Cancel)).OrThrow();
        office.Clock.Move(TimeSpan.FromDays(1));

        var second = await office.ImportAsync(Texts.Second);
        Assert.Equal(2, second.Version.Number);
        Assert.Equal(4, second.CarriedTies);
        var after = await office.Slices.Ties.OfVersionAsync(office.Town, second.Version.Id, null, Cancel);
        var carried = after.Single(t => t.Obligation == assets.Obligation && t.ProvisionKey == assets.ProvisionKey);
        Assert.Equal("4", carried.Path);
        Assert.Equal(TieState.Confirmed, carried.State);
        Assert.False(carried.TextChanged);
        Assert.True(carried.Decided!.Carried);
        Assert.Equal(office.Officer, carried.Decided.By);
        Assert.True(after.Single(t => t.Obligation == audit.Obligation && t.ProvisionKey == audit.ProvisionKey).TextChanged);
        Assert.Equal(TieState.Rejected, after.Single(t => t.Obligation == duty.Obligation && t.ProvisionKey == duty.ProvisionKey).State);
        Assert.Equal(TieState.Confirmed, after.Single(t => t.Obligation == added.Obligation && t.ProvisionKey == added.ProvisionKey).State);
        Assert.Equal(TieState.Proposed, after.First(t => t.Obligation.Value == "legal-compliance").State);
    }

    [Fact]
    public async Task A_wrong_draft_in_between_does_not_tear_the_thread()
    {
        await using var office = await Office.OpenAsync();
        var inForce = await office.EnforceAsync(Texts.First);
        var keys = (await office.Slices.Policies.VersionAsync(office.Town, inForce.Id, Cancel))!;
        office.Clock.Move(TimeSpan.FromDays(1));
        await office.ImportAsync("みなと村個人情報保護規程\n\n第１条　この規程は、個人情報の保護について定める。\n第２条　個人情報は、目的の範囲で取り扱う。\n", "間違い.txt");
        office.Clock.Move(TimeSpan.FromDays(1));
        var third = (await office.Slices.Policies.VersionAsync(office.Town, (await office.ImportAsync(Texts.Second)).Version.Id, Cancel))!;
        var old = keys.Document.Provisions.Single(p => p.Number == "3");
        var now = third.Document.Provisions.Single(p => p.Number == "4");
        Assert.Equal(keys.Keys[old.Id], third.Keys[now.Id]);
    }

    [Fact]
    public async Task Two_imports_at_once_are_done_one_after_the_other()
    {
        await using var office = await Office.OpenAsync();
        var outcomes = await Task.WhenAll(
            office.TryImportAsync(Texts.First), office.TryImportAsync(Texts.Second), office.TryImportAsync(Texts.First), office.TryImportAsync(Texts.Second));
        Assert.Equal(2, outcomes.OfType<ImportOutcome.Imported>().Count());
        Assert.Equal(2, outcomes.OfType<ImportOutcome.AlreadyKept>().Count());
        var versions = await office.Slices.Policies.VersionsAsync(office.Town, PolicyKeys.Basic, null, Cancel);
        Assert.Equal([2, 1], versions.Select(v => v.Number));
    }

    [Fact]
    public async Task One_version_is_in_force_at_any_date_and_the_past_stays_as_it_was_known()
    {
        await using var office = await Office.OpenAsync();
        var shelf = office.Slices.Policies;
        var first = await office.EnforceAsync(Texts.First);
        var dayOne = office.Clock.Move(TimeSpan.FromDays(10));
        var second = (await office.ImportAsync(Texts.Second)).Version;
        var scheduled = (await shelf.PutInForceAsync(office.Town, second.Id, new DateOnly(2026, 5, 1), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VersionState.Scheduled, scheduled.State);
        Assert.Equal("REC-POL-004", ((Outcome<VersionSummary>.Refused)await shelf.PutInForceAsync(office.Town, second.Id, new DateOnly(2026, 5, 1), office.Officer, Cancel)).Why.Code);
        Assert.Equal(first.Id, (await shelf.InForceAsync(office.Town, PolicyKeys.Basic, JapaneseTime.StartOf(new(2026, 5, 1)).AddTicks(-10), Cancel))!.Summary.Id);
        Assert.Equal(second.Id, (await shelf.InForceAsync(office.Town, PolicyKeys.Basic, JapaneseTime.StartOf(new(2026, 5, 1)), Cancel))!.Summary.Id);
        Assert.Null(await shelf.InForceAsync(office.Town, PolicyKeys.Basic, Office.Start.AddSeconds(-1), Cancel));

        // The date is corrected to an earlier one: from now on, not for the past.
        office.Clock.Move(TimeSpan.FromDays(5));
        (await shelf.PutInForceAsync(office.Town, second.Id, new DateOnly(2026, 4, 5), office.Officer, Cancel)).OrThrow();
        Assert.Equal(second.Id, (await shelf.InForceAsync(office.Town, PolicyKeys.Basic, office.Clock.Now(), Cancel))!.Summary.Id);
        Assert.Equal(first.Id, (await shelf.InForceAsync(office.Town, PolicyKeys.Basic, dayOne, Cancel))!.Summary.Id);
        Assert.Equal(VersionState.Superseded, (await shelf.VersionsAsync(office.Town, null, null, Cancel)).Single(v => v.Number == 1).State);
    }

    [Fact]
    public async Task Two_versions_are_compared_by_content()
    {
        await using var office = await Office.OpenAsync();
        var first = (await office.ImportAsync(Texts.First)).Version;
        var second = (await office.ImportAsync(Texts.Second)).Version;
        var table = (await office.Slices.Policies.CompareAsync(office.Town, first.Id, second.Id, office.Officer, _ => Task.FromResult(false), Cancel)).OrThrow();
        Assert.NotEmpty(table.Rows);
        Assert.IsType<Outcome<Policy.Comparison.ComparisonTable>.Refused>(await office.Slices.Policies.CompareAsync(office.Town, first.Id, new PolicyVersionId(Guid.Empty), office.Officer, _ => Task.FromResult(true), Cancel));
    }

    [Fact]
    public async Task Municipalities_never_see_each_others_policies_evidence_or_files()
    {
        await using var office = await Office.OpenAsync();
        var other = await office.Test.AddMunicipalityAsync("minato", "みなと村");
        var mine = await office.EnforceAsync(Texts.First);
        var row = (await office.Slices.Evidence.RecordAsync(office.Town, EvidenceTests.Proof(office.Clock.Now(), 0), office.Officer, Cancel)).OrThrow();
        Assert.Empty(await office.Slices.Policies.VersionsAsync(other, null, null, Cancel));
        Assert.Null(await office.Slices.Policies.VersionAsync(other, mine.Id, Cancel));
        Assert.Null(await office.Slices.Verdicts.BoardAsync(other, null, Cancel));
        Assert.Null(await office.Slices.Verdicts.BoardOfVersionAsync(other, mine.Id, Cancel));
        Assert.Null(await office.Slices.Evidence.DetailAsync(other, row.Evidence.Id, Cancel));
        Assert.Empty((await office.Slices.Evidence.ListAsync(other, new(), null, 50, Cancel)).Rows);
        Assert.Equal("REC-POL-003", ((Outcome<KeptFile>.Refused)await office.Slices.Policies.OriginalAsync(other, mine.Id, office.Officer, true, "x", Cancel)).Why.Code);
        Assert.Equal("REC-POL-003", ((Outcome<VersionSummary>.Refused)await office.Slices.Policies.PutInForceAsync(other, mine.Id, new(2026, 4, 1), office.Officer, Cancel)).Why.Code);
        var theirs = await office.EnforceAsync(Texts.First, other);
        Assert.NotEqual(mine.Id, theirs.Id);
        Assert.Single(await office.Slices.Policies.VersionsAsync(other, null, null, Cancel));
    }

    public static TheoryData<string> Seeds { get; } = [.. new[] { "meguro", "itabashi", "inagi", "chiba", "uozu" }];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_real_policy_goes_from_file_to_board(string name)
    {
        var file = SharedFolder.Seed(name);
        if (file is null) Assert.Skip("../shared/seeds is not here");
        await using var office = await Office.OpenAsync();
        var outcome = await office.Slices.Policies.ImportAsync(office.Town, new PolicyUpload(await File.ReadAllBytesAsync(file, Cancel), Path.GetFileName(file)), office.Officer, Cancel);
        var version = Assert.IsType<ImportOutcome.Imported>(outcome).Version;
        (await office.Slices.Policies.PutInForceAsync(office.Town, version.Id, JapaneseTime.Day(office.Clock.Now()), office.Officer, Cancel)).OrThrow();
        var board = await office.Slices.Verdicts.BoardAsync(office.Town, null, Cancel);
        Assert.NotNull(board);
        Assert.Equal(board.Version.Document.All().Count(), board.Provisions.Count);
        Assert.True(board.Provisions.Count >= 20, $"{board.Provisions.Count} provisions");
        Assert.True(board.Obligations.Count >= 10, $"{board.Obligations.Count} obligations");
        Assert.Equal(board.Provisions.Count, board.Counts.Total + board.Counts.Silent);
        // Published nowhere yet, so that one fails; nobody has observed the rest.
        Assert.True(board.Counts.ByKind[VerdictKind.NoEvidence] > 0);
        var again = Assert.IsType<ImportOutcome.AlreadyKept>(await office.Slices.Policies.ImportAsync(office.Town, new PolicyUpload(await File.ReadAllBytesAsync(file, Cancel), "again.txt"), office.Officer, Cancel));
        Assert.Equal(version.Id, again.Version.Id);
    }
}

internal static class SharedFolder
{
    /// <summary>A real policy of ../shared beside the repository; null where it isn't.</summary>
    public static string? Seed(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        var file = folder?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "seeds", name + ".txt") : null;
        return file is not null && File.Exists(file) ? file : null;
    }
}
