using Sekisho.Assurance;
using Sekisho.Crossing.Evidence;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Scanning;
using Sekisho.Storage;

namespace Sekisho.Crossing.Exceptions;

/// <summary>What the scanner has said of a file that was let through as it came.</summary>
/// <param name="Signatures">The scanner's own word for its program and what it knows.</param>
/// <param name="Found">The name of what was found; null: nothing so far.</param>
public sealed record ExceptionScan(DateTimeOffset FirstAt, DateTimeOffset LastAt, int Times, string Signatures, string? Found);

/// <summary>What one round over the exceptions did.</summary>
/// <param name="Scanned">Files that were looked at.</param>
/// <param name="Found">Of them, those that were taken back.</param>
/// <param name="Failed">Files that couldn't be scanned; the next round tries again.</param>
public sealed record RescanReport(int Scanned, int Found, int Failed);

/// <summary>Has files that come through as they are scanned by clamd (特例のウイルス検査): before they are let through, and again while they are kept. docs/adr/0156.</summary>
/// <remarks>Where the route's policy names no clamd, nothing is scanned, and every page says so.</remarks>
public sealed class ExceptionScans
{
    /// <summary>Signatures of one's own don't show in what clamd calls itself: after this it is asked again anyway.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(20);

    private static readonly Actor Itself = Actor.System("exception-scan");

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RequestDesk desk;

    internal ExceptionScans(RecordKeeper keeper, FileVault vault, RequestDesk desk) => (this.keeper, this.vault, this.desk) = (keeper, vault, desk);

    /// <summary>One round over every municipality.</summary>
    public async Task<RescanReport> RunAllAsync(CancellationToken cancel)
    {
        var all = new RescanReport(0, 0, 0);
        await keeper.EachMunicipalityAsync(async town =>
        {
            var one = await RunAsync(town, cancel);
            all = new(all.Scanned + one.Scanned, all.Found + one.Found, all.Failed + one.Failed);
        }, cancel);
        return all;
    }

    /// <summary>Scans what was let through and is still kept, where the scanner knows more than last time. May be broken off and run again.</summary>
    public async Task<RescanReport> RunAsync(MunicipalityId town, CancellationToken cancel)
    {
        // Several servers go round: one scans, the others leave it to that one.
        await using var turn = await keeper.EnterAsync(town, cancel);
        if (!(await turn.FirstAsync("SELECT pg_try_advisory_xact_lock(hashtextextended('crossing.exception-scan/' || $1::text, 0))", r => Tuple.Create(r.GetBoolean(0)), cancel, town.Value))!.Item1) return new(0, 0, 0);
        var kept = await turn.ListAsync("""
            SELECT i.id, i.original_id, r.key, s.signatures, s.last_at FROM crossing.item i
            JOIN crossing.request q ON q.municipality_id = i.municipality_id AND q.id = i.request_id
            JOIN crossing.route r ON r.municipality_id = q.municipality_id AND r.id = q.route_id
            JOIN crossing.blob b ON b.municipality_id = i.municipality_id AND b.id = i.original_id AND b.sealed_key IS NOT NULL AND b.bytes IS NOT NULL
            LEFT JOIN crossing.exception_scan s ON s.municipality_id = i.municipality_id AND s.item_id = i.id
            WHERE i.exception_at IS NOT NULL AND i.state = 'Admitted' ORDER BY i.id
            """, r => (Item: new ItemId(r.GetGuid(0)), Original: new BlobId(r.GetGuid(1)), Route: r.GetString(2), Signatures: r.TextOrNull(3), At: r.MomentOrNull(4)), cancel);
        var (scanned, found, failed, knows) = (0, 0, 0, new Dictionary<ScannerAddress, string>());
        foreach (var file in kept)
        {
            if (await ScannerAsync(turn, file.Route, cancel) is not { } scanner) continue;
            try
            {
                if (!knows.TryGetValue(scanner.Address, out var signatures)) knows[scanner.Address] = signatures = await FileScan.SignaturesAsync(scanner.Address, scanner.Time, cancel);
                if (file.Signatures == signatures && file.At is { } last && keeper.Clock.Now() - last < Again) continue;
                if (await vault.FindAsync(turn, file.Original, cancel) is not { Bytes: not null } blob) continue;
                await using var content = vault.Read(blob);
                var name = await FileScan.RunAsync(scanner.Address, content, scanner.Time, cancel);
                await RecordAsync(town, file.Item, signatures, name, cancel);
                scanned++;
                if (name is not null) found++;
            }
            catch (Exception e) when (e is ScannerException or VaultException)
            {
                // As it stood: when it was last seen to be clean is on its line, and grows old.
                failed++;
            }
        }
        if (scanned > 0)
        {
            var at = keeper.Clock.Now();
            await keeper.AppendAsync(turn, at, "crossing.exceptions-scanned", Itself, "crossing/exceptions", new { scanned, found, failed, signatures = knows.Values }, cancel);
            await turn.CommitAsync(cancel);
        }
        return new(scanned, found, failed);
    }

    /// <summary>Looks at a file that somebody is about to let through.</summary>
    /// <returns>Null when nothing stands against it: it is clean, or nobody scans on this route.</returns>
    internal async Task<Outcome<ScannedNow?>> LookAsync(MunicipalityId town, ItemId item, CancellationToken cancel)
    {
        Scanner? scanner;
        Blob? blob;
        await using (var tx = await keeper.EnterAsync(town, cancel))
        {
            if (await RequestRows.ItemAsync(tx, item, lockRow: false, cancel) is not { } its || await RequestRows.ReadAsync(tx, its.Request, lockRow: false, cancel) is not { } request) return Requests.Refusals.Unknown;
            scanner = await ScannerAsync(tx, request.Definition.Key, cancel);
            if (scanner is null) return new Outcome<ScannedNow?>.Done(null);
            blob = await vault.FindAsync(tx, its.Original, cancel);
        }
        if (blob is not { Bytes: not null }) return Requests.Refusals.NotToBeHad;
        try
        {
            var signatures = await FileScan.SignaturesAsync(scanner.Address, scanner.Time, cancel);
            await using var content = vault.Read(blob);
            return new ScannedNow(signatures, await FileScan.RunAsync(scanner.Address, content, scanner.Time, cancel));
        }
        catch (ScannerException e)
        {
            return Refusals.NotScanned(e.Message);
        }
        catch (VaultException)
        {
            return Requests.Refusals.VaultBroken;
        }
    }

    /// <summary>Writes down what the scanner said, in the caller's transaction.</summary>
    internal static Task NoteAsync(TenantTransaction tx, ItemId item, string signatures, string? found, DateTimeOffset at, CancellationToken cancel) => tx.RunAsync("""
        INSERT INTO crossing.exception_scan (municipality_id, item_id, first_at, last_at, times, signatures, found) VALUES ($1, $2, $3, $3, 1, $4, $5)
        ON CONFLICT (municipality_id, item_id) DO UPDATE SET last_at = $3, times = exception_scan.times + 1, signatures = $4, found = $5
        """, cancel, tx.Municipality.Value, item.Value, at, signatures, found);

    /// <summary>Writes it down; what was found is taken back, with a step, and the evidence is looked at again at once.</summary>
    internal Task RecordAsync(MunicipalityId town, ItemId item, string signatures, string? found, CancellationToken cancel) =>
        keeper.ActAsync<bool>(town, found is null ? [] : [CrossingSource.Control], async (tx, at) =>
        {
            if (await RequestRows.ItemAsync(tx, item, lockRow: false, cancel) is not { } seen || await RequestRows.ReadAsync(tx, seen.Request, lockRow: true, cancel) is not { } request) return Requests.Refusals.Unknown;
            // Destroyed meanwhile, or decided otherwise: there is nothing to take back.
            if (await RequestRows.ItemAsync(tx, item, lockRow: true, cancel) is not { State: ItemState.Admitted or ItemState.ExceptionAsked } its) return false;
            await NoteAsync(tx, item, signatures, found, at, cancel);
            if (found is not null)
            {
                await tx.RunAsync("UPDATE crossing.item SET state = 'Refused', refusal_code = $2 WHERE id = $1", cancel, item.Value, Refusals.TakenBack.Code);
                await desk.StepAsync(tx, request.Id, "crossing.exception-infected", at, Itself, found, new { request.Number, its.Path, was = its.State, found, signatures, sha256 = its.Report?.InputSha256 }, cancel);
            }
            return true;
        }, cancel);

    private static async Task<Scanner?> ScannerAsync(TenantTransaction tx, string routeKey, CancellationToken cancel)
    {
        // As the route has it today: who sets a scanner up later has what is kept looked at, too.
        var yaml = await RouteBook.ReadAsync(tx, routeKey, cancel) is { } route ? await RouteBook.PolicyYamlAsync(tx, route.Definition.SanitisePolicy, cancel) : null;
        return PolicyFile.Read(yaml ?? "").Policy is { Scanner: { } address } policy ? new(address, policy.Limits.Time) : null;
    }

    private sealed record Scanner(ScannerAddress Address, TimeSpan Time);
}

/// <summary>What the scanner said of a file just now.</summary>
/// <param name="Found">The name of what was found; null: nothing.</param>
internal sealed record ScannedNow(string Signatures, string? Found);
