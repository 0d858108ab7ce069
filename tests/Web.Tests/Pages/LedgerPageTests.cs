using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Ledger;
using Sekisho.Records.Accounts;
using Sekisho.Records.Ledgers;
using Sekisho.Storage;
using Sekisho.Web.Pages.Proof;

namespace Sekisho.Web.Tests.Pages;

public sealed partial class LedgerPageTests(FullTown town) : IClassFixture<FullTown>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Role.Officer)]
    [InlineData(Role.Auditor)]
    public async Task The_whole_ledger_is_taken_away_as_a_bundle_that_its_key_signed(Role role)
    {
        using var client = await town.Server.ClientAsync(await Person.AddAsync(town.Server, town.Municipality, $"{role}-export@hama", role), followRedirects: false);
        foreach (var address in new[] { "/ledger/export.zip", "/api/v1/ledger/bundle" })
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
            Assert.Matches(@"^sekisho-ledger-hama-\d{4}-\d\d-\d\d-\d+\.zip$", answer.Content.Headers.ContentDisposition!.FileNameStar ?? answer.Content.Headers.ContentDisposition.FileName);
            Assert.Null(answer.Content.Headers.ContentLength); // sent while it is read
            using var zip = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync(Cancel)), ZipArchiveMode.Read);
            var size = await SizeAsync();
            Assert.Equal(["README.md", "checkpoint", $"tile/0/000.p/{size}", $"tile/entries/000.p/{size}", "verify.py", "vkey"], zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
            using var reader = new StreamReader(zip.GetEntry("vkey")!.Open());
            var signer = town.Server.Services.GetRequiredService<NoteSigner>();
            Assert.Equal(signer.VerifierFor(LedgerOrigin.Of(town.Municipality)).ToString(), (await reader.ReadToEndAsync(Cancel)).Trim());
            Assert.Equal((long)size * 32, zip.GetEntry($"tile/0/000.p/{size}")!.Length);
        }
    }

    [Theory]
    [InlineData(Role.Manager)]
    [InlineData(Role.Staff)]
    public async Task Others_do_not_take_it_away(Role role)
    {
        using var client = await town.Server.ClientAsync(await Person.AddAsync(town.Server, town.Municipality, $"{role}-export@hama", role), followRedirects: false);
        using var page = await client.GetAsync("/ledger/export.zip", Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        using var api = await client.GetAsync("/api/v1/ledger/bundle", Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, api.StatusCode);
    }

    [Fact]
    public async Task Entries_are_narrowed_to_a_kind_that_is_chosen_in_words()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/ledger");
        var option = browser.Page.QuerySelectorAll("#f-kind option").Single(o => o.TextContent == "証跡の記録");
        await browser.OpenAsync($"/ledger?kind={option.GetAttribute("value")}&subject=");
        var kinds = browser.Page.QuerySelectorAll("tbody[data-rows] tr").Select(row => row.Children[2].TextContent).Distinct();
        Assert.Equal(["証跡の記録"], kinds);
        Assert.Equal("証跡の記録", browser.Page.QuerySelector("#f-kind option[selected]")!.TextContent);
        // A kind that has no word yet can still be in the address, and stays chosen.
        await browser.OpenAsync("/ledger?kind=future.kind");
        Assert.Equal("future.kind", browser.Page.QuerySelector("#f-kind option[selected]")!.TextContent);
    }

    [Fact]
    public void Every_kind_that_the_records_write_has_a_word()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        var written = new DirectoryInfo(Path.Combine(folder.FullName, "src", "Records")).EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(file => !file.FullName.Contains("/obj/", StringComparison.Ordinal) && !file.FullName.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => Appended().Matches(File.ReadAllText(file.FullName))).Select(match => match.Groups["kind"].Value).Where(kind => kind != "verify.py").Distinct().ToList();
        Assert.True(written.Count > 25, $"only {written.Count} kinds found");
        Assert.Equal("", string.Join(' ', written.Where(kind => LedgerWords.Kind(kind).Ja == kind).Order(StringComparer.Ordinal)));
    }

    private async Task<ulong> SizeAsync()
    {
        await using var tenant = await town.Server.TestDatabase.Database.EnterAsync(town.Municipality, Cancel);
        return (await LedgerReader.HeadAsync(tenant, Cancel))!.Size;
    }

    /// <summary>The kind that stands in a call that appends: <c>AppendAsync(tx, at, "tie.added", …)</c>, also chosen between two.</summary>
    [GeneratedRegex("(?:AppendAsync|WriteAsync|DecideAsync|RecordAsync)\\([^;]*?\"(?<kind>[a-z]+\\.[a-z-]+)\"")]
    private static partial Regex Appended();
}
