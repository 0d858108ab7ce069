using Sekisho.Assurance;
using Sekisho.Records.ThirdParties;
using static Sekisho.Records.Tests.ThirdParties.ThirdPartyOffice;

namespace Sekisho.Records.Tests.ThirdParties;

public sealed class ConfirmationTests
{
    [Fact]
    public async Task A_contractor_answers_is_asked_back_and_is_signed_off()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        Assert.Equal("REC-CON-009", Code(await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(30), office.Officer, Cancel)));
        await office.ContractAsync(contractor);
        Assert.Equal("REC-CON-013", Code(await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today, office.Officer, Cancel)));
        var issued = (await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(30), office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-CON-010", Code(await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(30), office.Officer, Cancel)));

        // Read over the telephone, typed with an input method on.
        var ticket = (await office.Slices.ConfirmationDoor.OpenAsync(issued.Link, issued.Code.ToLowerInvariant().Replace('-', '　').Replace('0', 'o'), Cancel)).OrThrow();
        var form = (await office.Slices.ConfirmationDoor.ReadAsync(ticket, Cancel))!;
        Assert.Equal("いそべ村", form.Municipality);
        Assert.DoesNotContain(form.Questions, q => q.Key == "handlers");                       // nothing of My Number is entrusted
        var answers = office.Answers(form).Select(a => a.Key == "malware" ? a with { Value = "no" } : a).ToList();
        var saved = (await office.Slices.ConfirmationDoor.SaveAsync(ticket, answers, [("certificate", new UploadedFile("登録証.pdf", "%PDF"u8.ToArray()))], Cancel)).OrThrow();
        Assert.False(saved.Taken);
        var sent = (await office.Slices.ConfirmationDoor.SendAsync(ticket, answers, [], " ", Cancel)).OrThrow();
        Assert.Equal(["", "malware"], sent.Problems.Keys.Order());
        answers = [.. answers.Select(a => a.Key == "malware" ? a with { Remark = "来週更新します。" } : a)];
        Assert.True((await office.Slices.ConfirmationDoor.SendAsync(ticket, answers, [], "山田 太郎", Cancel)).OrThrow().Taken);

        // Sent is sent.
        Assert.False((await office.Slices.ConfirmationDoor.ReadAsync(ticket, Cancel))!.CanAnswer);
        Assert.Equal("REC-CON-015", Code(await office.Slices.ConfirmationDoor.SaveAsync(ticket, answers, [], Cancel)));
        var detail = (await office.Slices.Confirmations.ReadAsync(office.Town, issued.Summary.Id, Cancel))!;
        Assert.Equal("malware", Assert.Single(detail.Worrying).Key);
        Assert.Equal("%PDF"u8.ToArray(), (await office.Slices.Confirmations.FileAsync(office.Town, detail.Summary.Id, Assert.Single(detail.Files).Id, Cancel))!.Value.Bytes.ToArray());

        // A "no" isn't signed off without a word.
        Assert.Equal("REC-CON-017", Code(await office.Slices.Confirmations.SignOffAsync(office.Town, detail.Summary.Id, "", office.Officer, Cancel)));
        (await office.Slices.Confirmations.ReturnAsync(office.Town, detail.Summary.Id, "更新が済んだら直してください。", office.Officer, Cancel)).OrThrow();
        Assert.True((await office.Slices.ConfirmationDoor.ReadAsync(ticket, Cancel))!.CanAnswer);
        Assert.True((await office.Slices.ConfirmationDoor.SendAsync(ticket, office.Answers(form), [], "山田 太郎", Cancel)).OrThrow().Taken);
        var signed = (await office.Slices.Confirmations.SignOffAsync(office.Town, detail.Summary.Id, "", office.Officer, Cancel)).OrThrow();
        Assert.Equal(ConfirmationState.SignedOff, signed.State);
        Assert.Null(await office.Slices.ConfirmationDoor.ReadAsync(ticket, Cancel));
        Assert.Equal("REC-CON-015", Code(await office.Slices.ConfirmationDoor.OpenAsync(issued.Link, issued.Code, Cancel)));
    }

    [Fact]
    public async Task Whoever_stands_outside_hears_one_answer_only()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        await office.ContractAsync(contractor);
        var issued = (await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(5), office.Officer, Cancel)).OrThrow();
        var door = office.Slices.ConfirmationDoor;
        var heard = new List<Refusal>
        {
            await RefusedAsync("no-such-link", issued.Code), await RefusedAsync(issued.Link, "0000-0000-0000"), await RefusedAsync(issued.Link, ""),
            await RefusedAsync(new string('x', 5000), new string('x', 5000)),
        };
        for (var i = 0; i < 4; i++) heard.Add(await RefusedAsync(issued.Link, $"0000-0000-000{i}"));
        heard.Add(await RefusedAsync(issued.Link, issued.Code));                                // right, but shut for a quarter of an hour
        office.Office.Clock.Move(TimeSpan.FromMinutes(16));
        (await door.OpenAsync(issued.Link, issued.Code, Cancel)).OrThrow();
        office.Office.Clock.Move(TimeSpan.FromDays(30));
        heard.Add(await RefusedAsync(issued.Link, issued.Code));                                // expired
        Assert.Single(heard.Distinct());

        async Task<Refusal> RefusedAsync(string link, string code) => Assert.IsType<Outcome<ConfirmationTicket>.Refused>(await door.OpenAsync(link, code, Cancel)).Why;
    }

    [Fact]
    public async Task Twenty_wrong_codes_shut_a_link_for_good_and_a_new_one_shuts_out_the_old()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        await office.ContractAsync(contractor);
        var issued = (await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(20), office.Officer, Cancel)).OrThrow();
        var door = office.Slices.ConfirmationDoor;
        var inside = (await door.OpenAsync(issued.Link, issued.Code, Cancel)).OrThrow();
        for (var i = 0; i < ConfirmationDoor.TriesAltogether; i++)
        {
            await door.OpenAsync(issued.Link, "0000-0000-0000", Cancel);
            office.Office.Clock.Move(TimeSpan.FromMinutes(16));
        }
        Assert.Equal("REC-CON-015", Code(await door.OpenAsync(issued.Link, issued.Code, Cancel)));
        Assert.NotNull(await door.ReadAsync(inside, Cancel));                                    // who is inside stays inside
        Assert.Equal(20, (await office.Slices.Confirmations.ReadAsync(office.Town, issued.Summary.Id, Cancel))!.Summary.Failed);

        var renewed = (await office.Slices.Confirmations.RenewAsync(office.Town, issued.Summary.Id, office.Today.AddDays(20), office.Officer, Cancel)).OrThrow();
        Assert.Null(await door.ReadAsync(inside, Cancel));
        Assert.Equal("REC-CON-015", Code(await door.OpenAsync(issued.Link, issued.Code, Cancel)));
        Assert.Equal("REC-CON-015", Code(await door.OpenAsync(issued.Link, renewed.Code, Cancel)));
        (await door.OpenAsync(renewed.Link, renewed.Code, Cancel)).OrThrow();
        (await office.Slices.Confirmations.WithdrawAsync(office.Town, issued.Summary.Id, "頼み先の誤り", office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-CON-015", Code(await door.OpenAsync(renewed.Link, renewed.Code, Cancel)));
    }

    [Fact]
    public async Task Neither_link_nor_code_is_kept()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        await office.ContractAsync(contractor);
        var issued = (await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(20), office.Officer, Cancel)).OrThrow();
        await using var tx = await office.Office.Test.Database.EnterAsync(office.Town, Cancel);
        var kept = await tx.ListAsync("SELECT to_jsonb(c)::text FROM records.confirmation c UNION ALL SELECT to_jsonb(l)::text || convert_from(l.data, 'UTF8') FROM ledger.entry l", r => r.GetString(0), Cancel);
        Assert.NotEmpty(kept);
        Assert.All(kept, k => Assert.False(k.Contains(issued.Link, StringComparison.Ordinal) || k.Contains(issued.Code, StringComparison.Ordinal) || k.Contains(issued.Code.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Files_from_outside_are_bounded()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        await office.ContractAsync(contractor);
        var issued = (await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(20), office.Officer, Cancel)).OrThrow();
        var door = office.Slices.ConfirmationDoor;
        var ticket = (await door.OpenAsync(issued.Link, issued.Code, Cancel)).OrThrow();
        Assert.Equal("REC-CON-008", Code(await SaveAsync("certificate", new byte[ContractBook.MostFileBytes + 1])));
        Assert.Equal("REC-CON-008", Code(await SaveAsync("no-such-question", [1])));
        for (byte round = 0; round < 4; round++)
        {
            for (byte i = 0; i < ContractBook.MostFiles; i++) (await SaveAsync("certificate", [round, i])).OrThrow();
            Assert.Equal("REC-CON-008", Code(await SaveAsync("certificate", [99])));
            foreach (var file in (await door.ReadAsync(ticket, Cancel))!.Files) Assert.True((await door.DropFileAsync(ticket, file.Id, Cancel)).OrThrow());
        }
        Assert.Equal("REC-CON-008", Code(await SaveAsync("certificate", [1])));                  // dropped ones count: their bytes stay

        Task<Outcome<SentAnswers>> SaveAsync(string question, byte[] bytes) => door.SaveAsync(ticket, [], [(question, new UploadedFile("f.bin", bytes))], Cancel);
    }

    [Fact]
    public async Task Those_who_are_late_are_overdue_and_chased()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        await office.ContractAsync(contractor);
        var issued = (await office.Slices.Confirmations.AskAsync(office.Town, contractor.Id, office.Today.AddDays(5), office.Officer, Cancel)).OrThrow();
        office.Office.Clock.Move(TimeSpan.FromDays(6));
        Assert.True((await office.Slices.Contracts.ContractorAsync(office.Town, contractor.Id, Cancel))!.Newest!.IsOverdueOn(office.Today));
        (await office.Slices.Confirmations.RemindAsync(office.Town, issued.Summary.Id, "電話で頼んだ。", office.Officer, Cancel)).OrThrow();
        Assert.Equal("電話で頼んだ。", Assert.Single((await office.Slices.Confirmations.ReadAsync(office.Town, issued.Summary.Id, Cancel))!.Reminders).Note);
        // Late is better than never: the link works for a fortnight more.
        (await office.Slices.ConfirmationDoor.OpenAsync(issued.Link, issued.Code, Cancel)).OrThrow();
        Assert.Equal("REC-CON-012", Code(await office.Slices.Confirmations.SignOffAsync(office.Town, issued.Summary.Id, "", office.Officer, Cancel)));
    }
}
