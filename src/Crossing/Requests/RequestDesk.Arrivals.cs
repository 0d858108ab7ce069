using System.Security.Cryptography;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>A whole request at once, from a program: a message of the mail gateway, files dropped into a watched folder (一括の申請).</summary>
/// <param name="Route">Key of the route.</param>
/// <param name="Unit">The section for which it is.</param>
public sealed record Arrival(string Route, UnitId? Unit, Actor By, IReadOnlyList<ArrivedFile> Files)
{
    /// <summary>Chosen by the caller, so that one whose answer was lost can be sent again: it is taken in once.</summary>
    public RequestId? Id { get; init; }

    public string Purpose { get; init; } = "";

    public string Recipient { get; init; } = "";

    public IReadOnlyList<string> Passwords { get; init; } = [];

    /// <summary>Whose turn it takes in the queue; null: the applicant's. A gateway names the sender, so that a flood of one holds up no other.</summary>
    public string? Turn { get; init; }

    /// <summary>How soon it is wished to go through; the route bounds it. Null: as the route has it.</summary>
    public Urgency? Wish { get; init; }
}

/// <summary>A file of an arrival.</summary>
/// <param name="Untrusted">Read to its end.</param>
public sealed record ArrivedFile(string UntrustedPath, Stream Untrusted);

/// <summary>Whole requests at once: written to the vault each for itself, and recorded by the group, in one transaction with one signature of the ledger (docs/adr/0110).</summary>
public sealed partial class RequestDesk
{
    private const int MostArrivals = 64;

    private TownLanes<Arrived, Outcome<CrossingRequest>> Arrivals => field ??= new(MostArrivals, RecordArrivalsAsync);

    /// <summary>Takes a whole request in and hands it in. When it returns, everything of it is safe on the disk, and workers take it.</summary>
    /// <returns>The request; the one of before when one of this id was taken in already.</returns>
    /// <remarks>Many callers at once share transactions: a hundred small ones a second need a handful of callers at a time.</remarks>
    public async Task<Outcome<CrossingRequest>> TakeInAsync(MunicipalityId municipality, Arrival arrival, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(arrival);
        if (arrival.Purpose.Length > MaxText || arrival.Recipient.Length > MaxRecipient || HasNul(arrival.Purpose) || HasNul(arrival.Recipient)) return Refusals.TextMissing;
        if (arrival.Passwords.Count > 20 || arrival.Passwords.Any(p => p is null || p.Length is 0 or > 200)) return Refusals.BadPassword;
        if (arrival.Files.Count == 0) return Refusals.NoFiles;
        if (arrival.Files.Count > MostFiles) return Refusals.TooManyFiles;
        var paths = arrival.Files.Select(f => f.UntrustedPath.Length is 0 or > MaxPath || HasNul(f.UntrustedPath) ? "" : FileNames.CleanPath(f.UntrustedPath)).ToList();
        if (paths.Exists(p => p.Length is 0 or > MaxPath)) return Refusals.BadName;
        var at = keeper.Clock.Now();
        var files = new List<ArrivedBlob>();
        Arrived? arrived = null;
        try
        {
            if (vault.FreeBytes < vault.Reserve) return Refusals.Full;
            for (var i = 0; i < paths.Count; i++)
            {
                var blob = FileVault.New(municipality, at);
                files.Add(new(paths[i], new ItemId(RecordKeeper.NewId(at)), blob, 0, default));
                var (bytes, digest) = await KeepAsync(blob, arrival.Files[i].Untrusted, cancel).ConfigureAwait(false);
                files[^1] = files[^1] with { Bytes = bytes, Digest = digest };
            }
            arrived = new(arrival, arrival.Id ?? new RequestId(RecordKeeper.NewId(at)), files);
            var outcome = await Arrivals.RunAsync(municipality, arrived).ConfigureAwait(false);
            if (outcome is Outcome<CrossingRequest>.Done && !arrived.IsKnown)
            {
                files = []; // they are the vault's now
                queue.Wake();
            }
            return outcome;
        }
        catch (IOException) when (vault.FreeBytes < vault.Reserve / 2)
        {
            return Refusals.Full;
        }
        catch (StorageException) when (arrived is not null)
        {
            files = []; // whether it was committed is not known: the sweep takes what wasn't
            throw;
        }
        finally
        {
            foreach (var file in files) vault.Remove(municipality, file.Blob.Id);
        }
    }

    /// <summary>Writes a file and reads it back from the disk: what is promised to be safe was seen to be there.</summary>
    private async Task<(long Bytes, Sha256 Digest)> KeepAsync(Blob blob, Stream untrusted, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes;
        using (var writer = vault.Write(blob))
        {
            var buffer = new byte[1 << 16];
            int read;
            while ((read = await untrusted.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                await writer.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
            }
            bytes = writer.Received;
            await writer.EndAsync(cancel).ConfigureAwait(false);
            await Task.Run(writer.Sync, CancellationToken.None).ConfigureAwait(false);
        }
        var digest = new Sha256(hash.GetHashAndReset());
        return await vault.DigestAsync(blob, bytes, cancel).ConfigureAwait(false) == digest ? (bytes, digest) : throw new VaultException(blob.Id, "isn't what was written");
    }

    private async Task<IReadOnlyList<Outcome<CrossingRequest>>> RecordArrivalsAsync(MunicipalityId municipality, IReadOnlyList<Arrived> all)
    {
        var cancel = CancellationToken.None;
        var byKey = (await routes.ListAsync(municipality, cancel).ConfigureAwait(false)).ToDictionary(r => r.Definition.Key, StringComparer.Ordinal);
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in all.Select(a => a.Arrival.Route).Distinct())
            if (byKey.TryGetValue(key, out var route) && route.IsOpen && await routes.IsExceptedAsync(municipality, route.Definition, cancel).ConfigureAwait(false)) open.Add(key);
        var hasOthers = await HasOthersAsync(cancel).ConfigureAwait(false);
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        var at = keeper.Clock.Now();
        var known = (await tx.ListAsync("SELECT id FROM crossing.request WHERE id = ANY ($1)", r => r.GetGuid(0), cancel, [all.Select(a => a.Id.Value).ToArray()]).ConfigureAwait(false)).ToHashSet();
        var outcomes = new Outcome<CrossingRequest>?[all.Count];
        var taken = new List<(int Place, Arrived Arrived, Route Route)>();
        // The town's and everybody's share is looked at once for the group; a person's only where the town's wait is long enough for it to matter.
        var town = await WaitingRoom.LookAsync(tx, "", cancel).ConfigureAwait(false);
        for (var i = 0; i < all.Count; i++)
        {
            var (arrived, id) = (all[i], all[i].Id.Value);
            arrived.IsKnown = known.Contains(id) || taken.Exists(t => t.Arrived.Id == arrived.Id);
            if (arrived.IsKnown) continue;
            if (!open.Contains(arrived.Arrival.Route)) outcomes[i] = Refusals.RouteClosed;
            else if (await WrongAsync(tx, arrived, byKey[arrived.Arrival.Route], town, hasOthers, at, cancel).ConfigureAwait(false) is { } refusal) outcomes[i] = refusal;
            else
            {
                taken.Add((i, arrived, byKey[arrived.Arrival.Route]));
                town = town with { Town = town.Town + arrived.Files.Count, Everybody = town.Everybody + arrived.Files.Count };
            }
        }
        if (taken.Count > 0) await WriteArrivalsAsync(tx, taken.ConvertAll(t => (t.Arrived, t.Route)), at, cancel).ConfigureAwait(false);
        var requests = (await tx.ListAsync(RequestRows.Select + " WHERE q.id = ANY ($1)", RequestRows.Request, cancel, [all.Select(a => a.Id.Value).ToArray()]).ConfigureAwait(false)).ToDictionary(r => r.Id);
        for (var i = 0; i < all.Count; i++)
        {
            // An id that somebody else has used is no key to their request.
            if (outcomes[i] is null) outcomes[i] = requests.TryGetValue(all[i].Id, out var request) && request.AskedBy.Account == all[i].Arrival.By.Account ? request : Refusals.Unknown;
        }
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return outcomes!;
    }

    private async Task<Refusal?> WrongAsync(TenantTransaction tx, Arrived arrived, Route route, WaitingNow town, bool hasOthers, DateTimeOffset at, CancellationToken cancel)
    {
        var (arrival, definition) = (arrived.Arrival, route.Definition);
        if ((definition.AsksPurpose && arrival.Purpose.Trim().Length == 0) || definition.AsksAssets) return Refusals.TextMissing;
        if (definition.Quota.BytesAFile is { } most && arrived.Files.Any(f => f.Bytes > most)) return Refusals.TooLarge(most);
        if (arrival.Unit is { } unit && await OrganisationRows.UnitAsync(tx, unit, JapaneseTime.Day(at), cancel).ConfigureAwait(false) is null) return Refusals.UnknownUnit;
        if ((definition.Needs != Approval.None || definition.Rules.Any(r => r.Needs != Approval.None)) && await AccountPeople.PersonOfAsync(tx, arrival.By.Account, cancel).ConfigureAwait(false) is null) return Refusals.UnknownAsker;
        if (await BoundAsync(tx, route, HolderOf(arrival, route), arrived.Files.Count, arrived.Files.Sum(f => f.Bytes), hasOthers, at, cancel).ConfigureAwait(false) is { } bound) return bound;
        var mine = room.IsFar(town) ? 0 : (await WaitingRoom.LookAsync(tx, arrived.Turn, cancel).ConfigureAwait(false)).Mine;
        return room.Judge(town with { Mine = mine }, arrived.Files.Count, at);
    }

    private async Task WriteArrivalsAsync(TenantTransaction tx, List<(Arrived Arrived, Route Route)> taken, DateTimeOffset at, CancellationToken cancel)
    {
        var number = await RegisterRows.TakeNumbersAsync(tx, "crossings", taken.Count, cancel).ConfigureAwait(false);
        var passwords = new byte[]?[taken.Count];
        for (var i = 0; i < taken.Count; i++)
            if (taken[i].Arrived.Arrival.Passwords is { Count: > 0 } some) passwords[i] = await vault.SealAsync(tx, Encoding.UTF8.GetBytes(RecordJson.Write(some)), taken[i].Arrived.Id.Value, at, cancel).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.request (municipality_id, id, sequence, route_id, route_version, unit_id, state, opened_at, asked_by, asked_by_name, submitted_at, expires_at, purpose, recipient, passwords, urgency)
            SELECT $1, q.id, $2 + q.nth::int - 1, q.route, q.version, q.unit, 'Working', $3, q.by, q.name, $3, $3 + make_interval(days => q.days), q.purpose, q.recipient, q.passwords, q.urgency
            FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) WITH ORDINALITY AS q (id, route, version, unit, by, name, days, purpose, recipient, passwords, urgency, nth)
            """, cancel, tx.Municipality.Value, number, at, taken.Select(t => t.Arrived.Id.Value).ToArray(), taken.Select(t => t.Route.Id.Value).ToArray(), taken.Select(t => t.Route.Version).ToArray(),
            taken.Select(t => t.Arrived.Arrival.Unit?.Value).ToArray(), taken.Select(t => t.Arrived.Arrival.By.Account).ToArray(), taken.Select(t => t.Arrived.Arrival.By.Name).ToArray(),
            taken.Select(t => t.Route.Definition.ExpiryDays).ToArray(), taken.Select(t => t.Arrived.Arrival.Purpose.Trim()).ToArray(), taken.Select(t => t.Arrived.Arrival.Recipient.Trim()).ToArray(), passwords, taken.Select(t => (short)UrgencyOf(t)).ToArray()).ConfigureAwait(false);
        var files = taken.SelectMany(t => t.Arrived.Files.Select((f, i) => (t.Arrived, File: f, Position: i, Urgency: UrgencyOf(t), Holder: HolderOf(t.Arrived.Arrival, t.Route)))).ToList();
        await vault.RecordAsync(tx, BlobPurpose.Original, files.ConvertAll(f => (f.File.Blob, f.File.Bytes, f.File.Digest)), at, cancel, files.ConvertAll(f => f.Holder)).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.item (municipality_id, id, request_id, position, path, bytes, received, state, original_id, queued_at)
            SELECT $1, i.id, i.request, i.position, i.path, i.bytes, i.bytes, 'Queued', i.original, $2 FROM unnest($3, $4, $5, $6, $7, $8) AS i (id, request, position, path, bytes, original)
            """, cancel, tx.Municipality.Value, at, files.Select(f => f.File.Item.Value).ToArray(), files.Select(f => f.Arrived.Id.Value).ToArray(), files.Select(f => f.Position).ToArray(),
            files.Select(f => f.File.Path).ToArray(), files.Select(f => f.File.Bytes).ToArray(), files.Select(f => f.File.Blob.Id.Value).ToArray()).ConfigureAwait(false);
        await WorkQueue.AddAsync(tx, files.ConvertAll(f => (f.File.Item, f.Arrived.Turn, f.Urgency)), at, cancel).ConfigureAwait(false);
        await SentAsync(tx, [.. files.GroupBy(f => f.Holder).Select(static h => (h.Key, h.LongCount(), h.Sum(static f => f.File.Bytes)))], at, cancel).ConfigureAwait(false);
        var steps = taken.Select((t, i) => new NewStep(t.Arrived.Id, t.Arrived.Arrival.By, "", new
        {
            number = RequestRows.Number(number + i), route = t.Route.Definition.Key, purpose = t.Arrived.Arrival.Purpose.Trim(), recipient = t.Arrived.Arrival.Recipient.Trim(), @class = (string?)null,
            files = t.Arrived.Files.Count, bytes = t.Arrived.Files.Sum(f => f.Bytes),
        })).ToList();
        var first = await keeper.AppendAsync(tx, steps.ConvertAll(s => s.Entry("crossing.asked", at)), cancel).ConfigureAwait(false);
        await RequestRows.AddStepsAsync(tx, "crossing.asked", at, steps, first, cancel).ConfigureAwait(false);
    }

    private static Holder HolderOf(Arrival arrival, Route route) => new(arrival.By.Account, route.Id.Value, arrival.Unit?.Value);

    private static Urgency UrgencyOf((Arrived Arrived, Route Route) taken) => taken.Route.Definition.UrgencyFor(taken.Arrived.Arrival.Wish);

    private sealed record ArrivedBlob(string Path, ItemId Item, Blob Blob, long Bytes, Sha256 Digest);

    private sealed record Arrived(Arrival Arrival, RequestId Id, IReadOnlyList<ArrivedBlob> Files)
    {
        /// <summary>One of this id is there already; what was written again is not needed.</summary>
        public bool IsKnown { get; set; }

        public string Turn => Arrival.Turn ?? Arrival.By.Account;
    }
}
