using Sekisho.Assurance;
using Sekisho.Records.Incidents;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;
using static Sekisho.Records.Tests.ThirdParties.ThirdPartyOffice;

namespace Sekisho.Records.Tests.ThirdParties;

public sealed class ContractTests
{
    [Fact]
    [FromEmptyToMetAndBack("contractor-control")]
    public async Task Contractor_control_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var office = await OpenAsync();
        Assert.IsType<Verdict.NoEvidence>(await office.VerdictAsync("contractor-control"));

        var contractor = await office.ContractorAsync();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));       // nothing holds it to anything
        var contract = await office.ContractAsync(contractor);
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));
        await office.FillAsync(SheetKind.Selection, contract);
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));
        await office.FillAsync(SheetKind.Clauses, contract);
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("contractor-control"));

        // More is entrusted: more clauses are needed.
        contract = (await office.Slices.Registers.ChangeAsync(office.Town, "contracts", contract.Seen, EntryDraft.Of(("entrusted", "personal"), ("entrusted", "specific")), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));
        Assert.Equal(10, (await office.Slices.Contracts.ContractAsync(office.Town, contract.Id, null, Cancel))!.Clauses.Missing.Count(i => i.Key.StartsWith("mn-", StringComparison.Ordinal)));
        await office.FillAsync(SheetKind.Selection, contract);
        await office.FillAsync(SheetKind.Clauses, contract);
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("contractor-control"));

        // A year on, prolonged and not confirmed.
        contract = (await office.Slices.Registers.ChangeAsync(office.Town, "contracts", contract.Seen, EntryDraft.Of(("ends_on", "2028-03-31")), null, office.Officer, Cancel)).OrThrow();
        office.Office.Clock.Move(TimeSpan.FromDays(370));
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));
        await office.ConfirmAsync(contractor);
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("contractor-control"));

        // It ends, and nobody says what became of the information.
        office.Office.Clock.Move(TimeSpan.FromDays(365));
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));
        var deleted = new ContractEventDraft(EventKind.Deleted, office.Today, "", "");
        Assert.Equal("REC-CON-007", Code(await office.Slices.Contracts.RecordAsync(office.Town, contract.Id, deleted, null, office.Officer, Cancel)));
        (await office.Slices.Contracts.RecordAsync(office.Town, contract.Id, deleted with { Files = [new("消去証明書.pdf", "%PDF"u8.ToArray())] }, null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("contractor-control"));
    }

    [Theory]
    [InlineData("public", "none", 8, 0)]
    [InlineData("class2", "none", 12, 0)]
    [InlineData("system", "none", 10, 0)]
    [InlineData("personal", "none", 16, 0)]
    [InlineData("specific", "none", 26, 10)]
    public async Task What_is_entrusted_decides_which_clauses_are_needed(string entrusted, string subcontracting, int all, int ofMyNumber)
    {
        await using var office = await OpenAsync();
        var contract = await office.ContractAsync(await office.ContractorAsync(), entrusted, subcontracting);
        var clauses = (await office.Slices.Contracts.ContractAsync(office.Town, contract.Id, null, Cancel))!.Clauses;
        Assert.Equal((all, all), (clauses.Required, clauses.Missing.Count));
        Assert.Equal(ofMyNumber, clauses.Missing.Count(i => i.Key.StartsWith("mn-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_transitional_provision_spares_the_supply_chain_and_nothing_else()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        var old = await office.ContractAsync(contractor, "system class2", ends: "2029-03-31", transitional: "true");
        var plain = await office.ContractAsync(contractor, "system class2", ends: "2029-03-31");
        var before = await StandingAsync(plain);
        Assert.Contains(before.Later, i => i.Key == "jc-star");
        Assert.DoesNotContain(before.Missing, i => i.Key == "jc-star");

        office.Office.Clock.Move(new DateTimeOffset(2027, 7, 1, 0, 0, 0, TimeSpan.FromHours(9)) - Office.Start);
        Assert.Contains((await StandingAsync(plain)).Missing, i => i.Key == "jc-star");
        var spared = await StandingAsync(old);
        Assert.Contains(spared.Later, i => i.Key == "jc-star");
        Assert.Contains(spared.Missing, i => i.Key == "organisation");

        var late = await office.Slices.Registers.AddAsync(office.Town, "contracts", EntryDraft.Of(("name", "新しい契約"), ("unit", office.Section.Id.ToString()), ("contractor", contractor.Id.ToString()),
            ("begins_on", "2027-07-01"), ("ends_on", "2028-03-31"), ("entrusted", "system"), ("transitional", "true")), null, office.Officer, Cancel);
        Assert.Equal("transitional", Assert.Single(Assert.IsType<EntryOutcome.Wrong>(late).Problems).Field);

        async Task<SheetStanding> StandingAsync(RegisterEntry contract) => (await office.Slices.Contracts.ContractAsync(office.Town, contract.Id, null, Cancel))!.Selection;
    }

    [Fact]
    public async Task A_line_needs_its_article_or_its_reason_and_two_people_do_not_overwrite_each_other()
    {
        await using var office = await OpenAsync();
        var contract = await office.ContractAsync(await office.ContractorAsync());
        Assert.Equal("REC-CON-002", Code(await SaveAsync(SheetKind.Clauses, null, new SheetAnswer("secrecy", SheetMark.Yes, " ", ""))));
        Assert.Equal("REC-CON-002", Code(await SaveAsync(SheetKind.Clauses, null, new SheetAnswer("secrecy", SheetMark.NotApplicable, "", "不要"))));
        Assert.Equal("REC-CON-002", Code(await SaveAsync(SheetKind.Selection, null, new SheetAnswer("record", SheetMark.NotApplicable, "", ""))));
        Assert.Equal("REC-CON-001", Code(await SaveAsync(SheetKind.Selection, null, new SheetAnswer("secrecy", SheetMark.Yes, "", ""))));
        var first = (await SaveAsync(SheetKind.Clauses, null, new SheetAnswer("secrecy", SheetMark.Yes, "第5条", ""))).OrThrow();
        Assert.Equal("REC-CON-003", Code(await SaveAsync(SheetKind.Clauses, null, new SheetAnswer("audit", SheetMark.Yes, "第9条", ""))));
        var size = await office.Office.LedgerSizeAsync();
        Assert.Equal(first.Id, (await SaveAsync(SheetKind.Clauses, first.Id, new SheetAnswer("secrecy", SheetMark.Yes, "第5条", ""))).OrThrow().Id);
        Assert.Equal(size, await office.Office.LedgerSizeAsync());
        Assert.Equal("REC-REG-002", Code(await office.Slices.Contracts.SaveSheetAsync(office.Town, contract.Id, SheetKind.Clauses, first.Id, [], [office.Other.Id], office.Manager, Cancel)));

        Task<Outcome<FilledSheet>> SaveAsync(SheetKind kind, Guid? seen, params SheetAnswer[] answers) =>
            office.Slices.Contracts.SaveSheetAsync(office.Town, contract.Id, kind, seen, answers, null, office.Officer, Cancel);
    }

    [Fact]
    public async Task Re_subcontracting_is_decided_by_another_person_and_once()
    {
        await using var office = await OpenAsync();
        var contractor = await office.ContractorAsync();
        var closed = await office.ContractAsync(contractor);
        var request = new ContractEventDraft(EventKind.Subcontract, office.Today, "渚データ株式会社", "帳票の印刷");
        Assert.Equal("REC-CON-014", Code(await RecordAsync(closed, request, office.Officer)));
        var contract = await office.ContractAsync(contractor, subcontracting: "approved");
        await office.FillAsync(SheetKind.Selection, contract);
        await office.FillAsync(SheetKind.Clauses, contract);
        await office.FillAsync(SheetKind.Selection, closed);
        await office.FillAsync(SheetKind.Clauses, closed);
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("contractor-control"));
        var asked = (await RecordAsync(contract, request, office.Officer)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("contractor-control"));
        var approval = new ContractEventDraft(EventKind.SubcontractApproved, office.Today, "", "", Closes: asked.Id);
        Assert.Equal("REC-CON-006", Code(await RecordAsync(contract, approval, office.Officer)));
        (await RecordAsync(contract, approval, office.Manager)).OrThrow();
        Assert.Equal("REC-CON-005", Code(await RecordAsync(contract, approval with { Kind = EventKind.SubcontractRefused, UntrustedBody = "やはり不可" }, office.Manager)));
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("contractor-control"));

        Task<Outcome<ContractEvent>> RecordAsync(RegisterEntry of, ContractEventDraft draft, Actor by) => office.Slices.Contracts.RecordAsync(office.Town, of.Id, draft, null, by, Cancel);
    }

    [Fact]
    public async Task Files_of_a_contract_come_back_as_they_were_and_to_those_who_see_it_only()
    {
        await using var office = await OpenAsync();
        var contract = await office.ContractAsync(await office.ContractorAsync());
        var inspection = (await office.Slices.Contracts.RecordAsync(office.Town, contract.Id, new(EventKind.Inspection, office.Today, "実地の確認", "施錠を確かめた。", office.Today.AddDays(30), null, [new("../写真.jpg", "jpeg"u8.ToArray())]), [office.Section.Id], office.Manager, Cancel)).OrThrow();
        Assert.Equal("写真.jpg", Assert.Single(inspection.Files).FileName);
        Assert.Equal("jpeg"u8.ToArray(), (await office.Slices.Contracts.FileAsync(office.Town, contract.Id, inspection.Files[0].Id, [office.Section.Id], Cancel))!.Value.Bytes.ToArray());
        Assert.Null(await office.Slices.Contracts.FileAsync(office.Town, contract.Id, inspection.Files[0].Id, [office.Other.Id], Cancel));
        Assert.Null(await office.Slices.Contracts.ContractAsync(office.Town, contract.Id, [office.Other.Id], Cancel));
        Assert.Single((await office.Slices.Contracts.ContractAsync(office.Town, contract.Id, null, Cancel))!.OpenFindings);
        Assert.Equal("REC-CON-008", Code(await office.Slices.Contracts.RecordAsync(office.Town, contract.Id, new(EventKind.Inspection, office.Today, "x", "", null, null, [new("空.txt", ReadOnlyMemory<byte>.Empty)]), null, office.Manager, Cancel)));
        Assert.Equal("REC-CON-004", Code(await office.Slices.Contracts.RecordAsync(office.Town, contract.Id, new(EventKind.Incident, office.Today.AddDays(1), "未来", ""), null, office.Manager, Cancel)));
    }

    [Fact]
    public async Task An_incident_at_a_contractors_is_one_of_the_incidents_and_is_closed_in_its_contract()
    {
        await using var office = await OpenAsync();
        var contract = await office.ContractAsync(await office.ContractorAsync());
        var (contracts, desk) = (office.Slices.Contracts, office.Slices.Incidents);
        var opened = (await contracts.RecordAsync(office.Town, contract.Id, new(EventKind.Incident, office.Today, "帳票の誤送付", "二通を取り違えた。"), null, office.Manager, Cancel)).OrThrow();
        var incident = (await desk.OfAsync(office.Town, IncidentOrigin.Contract, opened.Id, null, Cancel))!;
        Assert.Equal(("INC-0001", contract.Id.Value, contract.Unit), (incident.Number, incident.Source, incident.Unit));
        Assert.Contains("帳票の誤送付", incident.Title, StringComparison.Ordinal);
        Assert.Equal("REC-INC-010", Code(await desk.CloseAsync(office.Town, incident.Id, "取違え", "突合", null, office.Officer, Cancel)));
        // It may concern many: first it is reported, or known to be small.
        var closing = new ContractEventDraft(EventKind.IncidentClosed, office.Today, "", "二通を回収した。", Closes: opened.Id);
        if (incident.IsReported)
        {
            Assert.Equal("REC-INC-008", Code(await contracts.RecordAsync(office.Town, contract.Id, closing, null, office.Manager, Cancel)));
            (await desk.CountAsync(office.Town, incident.Id, 2, false, "二通だけだった。", null, office.Manager, Cancel)).OrThrow();
        }
        (await contracts.RecordAsync(office.Town, contract.Id, closing, null, office.Manager, Cancel)).OrThrow();
        Assert.Empty((await contracts.ContractAsync(office.Town, contract.Id, null, Cancel))!.OpenIncidents);
        Assert.False((await desk.ReadAsync(office.Town, incident.Id, null, Cancel))!.Incident.IsOpen);
    }

    [Theory]
    [InlineData("7000012050002", true)]
    [InlineData("7000012050003", false)]
    [InlineData("700001205000", false)]
    [InlineData("７０００012050002", false)]
    public void A_corporate_number_is_held_against_its_check_digit(string number, bool isOne) => Assert.Equal(isOne, ContractorRules.IsCorporateNumber(number));

    [Fact]
    public void Broken_data_names_its_place()
    {
        var e = Assert.Throws<InvalidOperationException>(() => ThirdPartyData.Read(name => ThirdPartyData.File(name).Replace("when: [subcontracting]", "when: [sometimes]", StringComparison.Ordinal)));
        Assert.Contains("selection-criteria.yaml", e.Message, StringComparison.Ordinal);
        Assert.Contains("sometimes", e.Message, StringComparison.Ordinal);
    }
}
