using Sekisho.Agent;
using Sekisho.Agent.Settings;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Tests.Terminals;

public sealed class TerminalTests
{
    private static CancellationToken Cancel => Workplace.Cancel;

    private static async Task<(string Secret, Enrolment Enrolment)> EnrolAsync(Workplace place) =>
        (await place.Slices.Terminals.EnrolAsync(place.Town, "窓口の端末", TimeSpan.FromDays(365), place.Office.Officer, Cancel)).OrThrow();

    [Fact]
    [FromEmptyToMetAndBack("takeout-block", "strong-authentication")]
    public async Task Take_out_and_sign_in_go_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var place = await Workplace.OpenAsync();
        foreach (var obligation in new[] { "takeout-block", "strong-authentication" }) Assert.IsType<Verdict.NoEvidence>(await place.VerdictAsync(obligation));

        var terminal = await place.TerminalAsync("PC-0001");
        await place.TerminalAsync("PC-0002", "lgwan"); // no concern of these duties
        foreach (var obligation in new[] { "takeout-block", "strong-authentication" }) Assert.IsType<Verdict.NotMet>(await place.VerdictAsync(obligation));

        var (_, enrolment) = await EnrolAsync(place);
        Assert.Equal(terminal.Id, (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("pc-0001.isobe.local"), Cancel)).OrThrow()!.Id);
        foreach (var obligation in new[] { "takeout-block", "strong-authentication" }) Assert.IsType<Verdict.Met>(await place.VerdictAsync(obligation));

        // Silent for longer than its period: not known, so not blocked.
        place.Office.Clock.Move(TimeSpan.FromHours(25));
        foreach (var obligation in new[] { "takeout-block", "strong-authentication" }) Assert.IsType<Verdict.NotMet>(await place.VerdictAsync(obligation));

        foreach (var (answer, met) in new[] { (Answer.Unknown, false), (Answer.No, false), (Answer.Yes, true) })
        {
            (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0001", null, null, (PostureKeys.MediaBlocked, answer), (PostureKeys.TwoFactor, answer)), Cancel)).OrThrow();
            foreach (var obligation in new[] { "takeout-block", "strong-authentication" }) Assert.Equal(met, await place.VerdictAsync(obligation) is Verdict.Met);
        }
    }

    [Fact]
    public async Task A_medium_that_a_terminal_lets_through_must_be_allowed_by_the_register()
    {
        await using var place = await Workplace.OpenAsync();
        await place.TerminalAsync("PC-0001");
        var medium = await place.MediumAsync("税務課 USB 1", serial: "E0D55EA573F0");
        var (_, enrolment) = await EnrolAsync(place);
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0001", null, ["E0D55EA573F0"]), Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("takeout-block"));

        var by = (await place.Slices.AccountPeople.PersonAsync(place.Town, place.Head.Account, Cancel))!;
        medium = await place.ChangeAsync(medium, ("exception_zones", "mynumber"), ("exception_why", "税務署へ出すため"), ("exception_by", by.Id.ToString()), ("exception_until", "2026-04-10"), ("device_id", "0951:1666"));
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("takeout-block"));
        var file = (await place.Slices.Terminals.SettingsAsync(place.Town, "mynumber", SettingsTarget.Udev, Cancel))!;
        Assert.Contains("E0D55EA573F0", System.Text.Encoding.ASCII.GetString(file.Content), StringComparison.Ordinal);
        Assert.DoesNotContain("E0D55EA573F0", System.Text.Encoding.ASCII.GetString((await place.Slices.Terminals.SettingsAsync(place.Town, "lgwan", SettingsTarget.Udev, Cancel))!.Content), StringComparison.Ordinal);

        // Over its day it is an open exception, and what lets it through blocks no more.
        place.Office.Clock.Move(TimeSpan.FromDays(11));
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0001"), Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("takeout-block"));
        await place.ChangeAsync(medium, ("exception_zones", ""));
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("takeout-block"));
    }

    [Fact]
    [FromEmptyToMetAndBack("technical")]
    public async Task Technical_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var place = await Workplace.OpenAsync();
        Assert.IsType<Verdict.NoEvidence>(await place.VerdictAsync("technical"));
        await place.TerminalAsync("PC-0003", "lgwan");
        var (_, enrolment) = await EnrolAsync(place);
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0003"), Cancel)).OrThrow();
        Assert.IsNotType<Verdict.Met>(await place.VerdictAsync("technical")); // access rights were not reviewed yet
        var review = await place.EnterAsync(TerminalRegisters.AccessReviews, ("name", "住民記録システム"), ("review_months", "6"));
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("technical"));
        review = await place.ChangeAsync(review, ("reviewed_on", "2026-04-01"));
        Assert.Equal(new DateOnly(2026, 10, 1), review.Day("next_on"));
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("technical"));
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0003", null, null, (PostureKeys.Patched, Answer.No)), Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("technical"));
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0003"), Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("technical"));
        place.Office.Clock.Move(TimeSpan.FromDays(184));
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0003"), Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("technical"));
    }

    [Fact]
    public async Task What_an_asset_tool_exported_counts_while_it_is_the_newest_word()
    {
        await using var place = await Workplace.OpenAsync();
        var terminal = await place.EnterAsync(TerminalRegisters.Terminals, ("name", "PC-0004"), ("zone", "mynumber"), ("kind", "laptop"), ("report_hours", "48"), ("seen_on", "2026-04-01"), ("media_blocked", "はい"), ("two_factor", "いいえ"));
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("takeout-block"));
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("strong-authentication"));
        var (_, enrolment) = await EnrolAsync(place);
        (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("anything", terminal.Number, null, (PostureKeys.MediaBlocked, Answer.No)), Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("takeout-block"));
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("strong-authentication"));
    }

    [Fact]
    public async Task A_machine_that_is_in_no_register_waits_to_be_adopted()
    {
        await using var place = await Workplace.OpenAsync();
        var terminal = await place.TerminalAsync("窓口3番");
        var (_, enrolment) = await EnrolAsync(place);
        Assert.Null((await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("DESKTOP-8QK2"), Cancel)).OrThrow());
        var unmatched = Assert.Single((await place.Slices.Terminals.ReadAsync(place.Town, null, Cancel)).Unmatched);
        Assert.Empty((await place.Slices.Terminals.ReadAsync(place.Town, [place.Tax.Id], Cancel)).Unmatched);
        (await place.Slices.Terminals.AdoptAsync(place.Town, unmatched.Id, terminal.Id, place.Office.Officer, Cancel)).OrThrow();
        Assert.True(Assert.Single((await place.Slices.Terminals.ReadAsync(place.Town, [place.Tax.Id], Cancel)).Terminals).Is(PostureKeys.MediaBlocked));
        Assert.Empty((await place.Slices.Terminals.ReadAsync(place.Town, [place.Welfare.Id], Cancel)).Terminals);
        Assert.Equal(terminal.Id, (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("desktop-8qk2"), Cancel)).OrThrow()!.Id);
        // Two that bear one name are matched to nothing.
        await place.TerminalAsync("twin");
        await place.TerminalAsync("TWIN");
        Assert.Null((await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("twin"), Cancel)).OrThrow());
    }

    [Fact]
    public async Task A_token_reports_for_its_municipality_until_it_is_stopped_or_over()
    {
        await using var place = await Workplace.OpenAsync();
        var (secret, enrolment) = await EnrolAsync(place);
        Assert.Equal((place.Town, enrolment.Id), await place.Slices.Terminals.FindAsync(secret, Cancel));
        var other = await place.Office.Test.AddMunicipalityAsync("oki", "沖町");
        foreach (var forged in new[] { "", "sekisho_agent_", secret[..^1], secret + "x", secret.Replace(place.Town.Value.ToString("N"), other.Value.ToString("N"), StringComparison.Ordinal), secret.Replace("agent", "other", StringComparison.Ordinal) })
            Assert.Null(await place.Slices.Terminals.FindAsync(forged, Cancel));
        Assert.Equal("REC-TRM-004", Workplace.CodeOf(await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, "{}"u8.ToArray(), Cancel)));
        Assert.Equal("REC-TRM-004", Workplace.CodeOf(await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("pc", "a\0b"), Cancel)));
        place.Office.Clock.Move(TimeSpan.FromDays(366));
        Assert.Null(await place.Slices.Terminals.FindAsync(secret, Cancel));
        (secret, enrolment) = await EnrolAsync(place);
        (await place.Slices.Terminals.RevokeAsync(place.Town, enrolment.Id, place.Office.Officer, Cancel)).OrThrow();
        Assert.Null(await place.Slices.Terminals.FindAsync(secret, Cancel));
        Assert.Equal("REC-TRM-003", Workplace.CodeOf(await place.Slices.Terminals.RevokeAsync(place.Town, enrolment.Id, place.Office.Officer, Cancel)));
        Assert.Equal("REC-TRM-001", Workplace.CodeOf(await place.Slices.Terminals.EnrolAsync(place.Town, " ", TimeSpan.FromDays(1), place.Office.Officer, Cancel)));
        Assert.Equal("REC-TRM-002", Workplace.CodeOf(await place.Slices.Terminals.EnrolAsync(place.Town, "a", TimeSpan.FromDays(4000), place.Office.Officer, Cancel)));
    }

    [Fact]
    public async Task A_medium_is_allowed_at_terminals_only_when_encrypted_numbered_and_for_a_time()
    {
        await using var place = await Workplace.OpenAsync();
        async Task<string[]> ProblemsAsync(params (string, string)[] fields) =>
            [.. Assert.IsType<EntryOutcome.Wrong>(await place.Slices.Registers.AddAsync(place.Town, TerminalRegisters.Media, EntryDraft.Of([("unit", place.Tax.Id.ToString()), ("name", "USB"), ("kind", "usb"), .. fields]), null, place.Office.Officer, Cancel)).Problems.Select(p => p.Field)];
        Assert.Equal(["exception_zones", "serial", "exception_why", "exception_by", "exception_until"], (await ProblemsAsync(("encrypted", "いいえ"), ("exception_zones", "mynumber"))).OrderBy(f => Array.IndexOf(["exception_zones", "serial", "exception_why", "exception_by", "exception_until"], f)));
        Assert.Equal(["serial"], await ProblemsAsync(("encrypted", "はい"), ("serial", "A\" B")));
        Assert.Equal(["device_id"], await ProblemsAsync(("encrypted", "はい"), ("device_id", "0951-1666")));
    }
}
