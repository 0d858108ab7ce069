using System.Diagnostics;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Tests.Documents;

public sealed class DisclosureTests
{
    private const string Ground = "いそべ村情報公開条例第7条第6号";

    private static CancellationToken Cancel => Office.Cancel;

    private static string CodeOf<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Refused>(outcome).Why.Code;

    [Fact]
    [FromEmptyToMetAndBack("disclosure-control")]
    public async Task Disclosure_goes_from_no_evidence_to_not_met_to_met_and_back()
    {
        await using var set = await PolicySet.OpenAsync();
        var policy = await set.Office.EnforceAsync(PolicySet.Policy);
        Assert.Equal(VerdictKind.NoEvidence, (await set.VerdictAsync("disclosure-control")).Kind);

        var standard = await set.InForceAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard);
        var (kind, says) = await set.VerdictAsync("disclosure-control");
        Assert.Equal(VerdictKind.NotMet, kind);
        Assert.Contains("対策基準", says, StringComparison.Ordinal);

        Assert.Equal("REC-POL-006", CodeOf(await set.Slices.Policies.WithholdAsync(set.Town, standard.Id, " ", set.Officer, Cancel)));
        (await set.Slices.Policies.WithholdAsync(set.Town, standard.Id, Ground, set.Officer, Cancel)).OrThrow();
        (await set.Slices.Publications.PublishAsync(set.Town, policy.Id, new("https://example.jp/policy"), set.Officer, Cancel)).OrThrow();
        (kind, says) = await set.VerdictAsync("disclosure-control");
        Assert.True(kind == VerdictKind.Met, says);
        Assert.Equal("REC-DOC-022", CodeOf(await set.Slices.Policies.WithholdAsync(set.Town, policy.Id, Ground, set.Officer, Cancel)));
        Assert.Equal("REC-PUB-003", CodeOf(await set.Slices.Publications.PublishAsync(set.Town, standard.Id, new("https://example.jp/standard"), set.Officer, Cancel)));

        // Its next version is withheld from its first moment; a procedure about which nobody has decided isn't.
        var next = (await set.Office.ImportAsync(PolicySet.Standard + "\n", "対策基準.txt", "standard")).Version;
        Assert.Equal(Ground, next.WithheldGround);
        await set.InForceAsync(DocumentKind.Procedure, "記録媒体の手順", PolicySet.Procedure);
        Assert.Equal(VerdictKind.NotMet, (await set.VerdictAsync("disclosure-control")).Kind);
        var procedure = (await set.Slices.Documents.ReadAsync(set.Town, "procedure", Cancel))!.InForce!;
        (await set.Slices.Policies.DiscloseAsync(set.Town, procedure.Id, set.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, (await set.VerdictAsync("disclosure-control")).Kind);
    }

    [Fact]
    public async Task A_withheld_document_opens_for_its_readers_only_and_each_opening_is_recorded()
    {
        await using var set = await PolicySet.OpenAsync();
        var standard = await set.DraftAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard, new Approver.Holder(Post.Ciso));
        async Task<Outcome<OpenedVersion>> ReadAsync(Actor actor, Role role, string purpose = "確認のため") => await set.Slices.Reading.OpenAsync(set.Town, standard.Id, actor, [role], purpose, Cancel);
        Assert.Null((await ReadAsync(set.Manager, Role.Staff, "")).OrThrow().Watermark);

        (await set.Slices.Policies.WithholdAsync(set.Town, standard.Id, Ground, set.Officer, Cancel)).OrThrow();
        var size = await set.Office.LedgerSizeAsync();
        Assert.Equal("REC-POL-007", CodeOf(await ReadAsync(set.Manager, Role.Manager)));
        Assert.Equal("REC-POL-008", CodeOf(await ReadAsync(set.Officer, Role.Officer, " ")));
        Assert.Equal("REC-POL-007", CodeOf(await set.Slices.Policies.CompareAsync(set.Town, standard.Id, standard.Id, set.Manager, _ => Task.FromResult(false), Cancel)));
        Assert.Equal(size, await set.Office.LedgerSizeAsync());

        var opened = (await ReadAsync(set.Officer, Role.Officer)).OrThrow();
        Assert.Contains("担当 花子", opened.Watermark!.Ja, StringComparison.Ordinal);
        Assert.Equal("確認のため", (await set.Slices.Policies.OpeningsAsync(set.Town, Cancel))[0].Purpose);
        // Whoever approves it may read it; and, where the document says so, managers.
        (await ReadAsync(set.Ciso, Role.Staff)).OrThrow();
        (await set.Slices.Documents.ChangeAsync(set.Town, "standard", new(DocumentKind.Standard, "対策基準", set.Section, new Approver.Holder(Post.Ciso), Readers.Managers), set.Officer, Cancel)).OrThrow();
        (await ReadAsync(set.Manager, Role.Manager)).OrThrow();
        Assert.Equal("REC-POL-007", CodeOf(await ReadAsync(set.Manager, Role.Staff)));
        (await set.Slices.Policies.CompareAsync(set.Town, standard.Id, standard.Id, set.Officer, _ => Task.FromResult(true), Cancel)).OrThrow();
        Assert.Equal(4, (await set.Slices.Policies.OpeningsAsync(set.Town, Cancel)).Count);
    }

    [Fact]
    public async Task A_withheld_pdf_goes_out_with_the_reader_on_every_page()
    {
        await using var set = await PolicySet.OpenAsync();
        var form = (await set.Slices.Documents.AddAsync(set.Town, new(DocumentKind.Form, "配線図", null, new Approver.None()), set.Officer, Cancel)).OrThrow();
        var kept = Assert.IsType<ImportOutcome.Imported>(await set.Slices.Policies.ImportAsync(set.Town, new(TwoPages(), "配線図.pdf", form.Key), set.Officer, Cancel)).Version;
        (await set.Slices.Policies.WithholdAsync(set.Town, kept.Id, Ground, set.Officer, Cancel)).OrThrow();
        var opened = (await set.Slices.Reading.OpenAsync(set.Town, kept.Id, set.Officer, [Role.Officer], "工事の打合せ", Cancel)).OrThrow();
        var index = (await set.Slices.Policies.OpeningsAsync(set.Town, Cancel))[0].LedgerIndex;
        var plain = await PlainAsync(opened.Pdf!.Bytes);
        // Each page draws the mark over its own words; the mark says who, when, and where it is recorded.
        foreach (var word in new[] { "(one) Tj", "(two) Tj" }) Assert.Contains(word, plain, StringComparison.Ordinal);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(plain, "/Fx1 Do"));
        Assert.Contains($"(2026-04-01 09:00 JST  No.{index}) Tj", plain, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes("担当 花子")), plain, StringComparison.OrdinalIgnoreCase);

        // What can be neither watermarked nor shown doesn't go out; and a broken PDF doesn't go out without its watermark.
        var sheet = Assert.IsType<ImportOutcome.Imported>(await set.Slices.Policies.ImportAsync(set.Town, new(new byte[] { 0x50, 0x4B, 3, 4 }, "表.xlsx", form.Key), set.Officer, Cancel)).Version;
        Assert.Equal("REC-DOC-019", CodeOf(await set.Slices.Reading.OpenAsync(set.Town, sheet.Id, set.Officer, [Role.Officer], "確認", Cancel)));
        var broken = Assert.IsType<ImportOutcome.Imported>(await set.Slices.Policies.ImportAsync(set.Town, new(Encoding.ASCII.GetBytes("%PDF-1.4 nothing"), "壊れ.pdf", form.Key), set.Officer, Cancel)).Version;
        var before = (await set.Slices.Policies.OpeningsAsync(set.Town, Cancel)).Count;
        Assert.Equal("REC-DOC-018", CodeOf(await set.Slices.Reading.OpenAsync(set.Town, broken.Id, set.Officer, [Role.Officer], "確認", Cancel)));
        Assert.Equal(before + 1, (await set.Slices.Policies.OpeningsAsync(set.Town, Cancel)).Count);
    }

    /// <summary>A PDF of our own: two pages, a word on each, upright and of other sizes.</summary>
    internal static byte[] TwoPages()
    {
        string Page(string word) => $"BT /F 24 Tf 72 400 Td ({word}) Tj ET";
        string[] objects =
        [
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F 7 0 R>>>>>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1191 842]/Contents 6 0 R/Resources<</Font<</F 7 0 R>>>>>>",
            $"<</Length {Page("one").Length}>>stream\n{Page("one")}\nendstream", $"<</Length {Page("two").Length}>>stream\n{Page("two")}\nendstream",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ];
        var file = new StringBuilder("%PDF-1.4\n");
        var offsets = objects.Select((o, i) => { var at = file.Length; file.Append($"{i + 1} 0 obj\n{o}\nendobj\n"); return at; }).ToList();
        var start = file.Length;
        file.Append($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n").AppendJoin("", offsets.Select(o => $"{o:0000000000} 00000 n \n"));
        return Encoding.ASCII.GetBytes(file.Append($"trailer\n<</Size {objects.Length + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").ToString());
    }

    /// <summary>The file with its streams unpacked.</summary>
    private static async Task<string> PlainAsync(ReadOnlyMemory<byte> pdf)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, pdf, Cancel);
            using var process = Process.Start(new ProcessStartInfo("qpdf", ["--qdf", "--object-streams=disable", path, "-"]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.Latin1 })!;
            return await process.StandardOutput.ReadToEndAsync(Cancel);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
