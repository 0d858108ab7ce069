using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Folders;

/// <summary>Carries files of watched folders: from where they were put aside into the vault, and what came of them into the folder for results.</summary>
/// <remarks>Each step can be broken off and done again: a lease says which server is at it, the row says what is done, and names are decided before they are used.</remarks>
internal sealed class FolderCarrier(RecordKeeper keeper, RequestDesk desk, ILogger logger)
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30), Renew = TimeSpan.FromSeconds(8), Later = TimeSpan.FromSeconds(30), Abandoned = TimeSpan.FromHours(1);

    private const string StillWritten = "まだ書き込まれています / is still being written";

    private sealed record Row(Guid Id, string Path, string State, RequestId? Request, string Placed);

    /// <summary>A file to be put out: under this name, into this folder; until then under its own passing name.</summary>
    private sealed record Placing(string Passing, string Name);

    /// <summary>What is put out: where, and the files: a name that they share, and what each has after it.</summary>
    private sealed record Result(string Root, string Below, string Name, IReadOnlyList<(string Ending, Func<Stream, Task> Write)> Files);

    /// <summary>Seals what lies aside, hands it in, and takes it off the folder.</summary>
    /// <returns>Why some of it can't go on now; empty when all did.</returns>
    public async Task<string> BringInAsync(MunicipalityId town, WatchedFolder folder, DirectoryHandle into, CancellationToken cancel)
    {
        var trouble = "";
        if (into.Look(RawName.Of(FolderRound.Aside)) is not { IsDirectory: true }) return trouble;
        using var aside = into.Enter(RawName.Of(FolderRound.Aside));
        foreach (var place in aside.List().OrderBy(p => p.ToString(), StringComparer.Ordinal))
        {
            if (!Guid.TryParseExact(place.ToString(), "D", out var id) || aside.Look(place) is not { IsDirectory: true } facts) continue;
            if (Find(aside, place) is not { } path)
            {
                // Its maker died before the file came, or is just about to bring it.
                if (keeper.Clock.GetUtcNow().ToUnixTimeSeconds() - facts.Changed.Seconds > Abandoned.TotalSeconds) RemoveEmpty(aside, place, []);
                continue;
            }
            if (await ClaimAsync(town, folder, id, string.Join('/', path), cancel) is not var (row, lease)) continue;
            await using (Holding(town, id, lease))
            {
                Held? refused;
                try
                {
                    refused = row.State == "Taken" ? await SealAsync(town, folder, row, aside, place, path, cancel) : null;
                }
                catch (IOException e)
                {
                    // What can't be read keeps nobody else waiting.
                    refused = new NotNow(e.Message);
                }
                if (row.State == "Kept" || refused is Kept)
                {
                    await StateAsync(town, id, lease, "Kept", cancel);
                    continue;
                }
                if (refused is { Why: { } why })
                {
                    trouble = why;
                    await PutOffAsync(town, id, lease, cancel);
                    continue;
                }
                // Sealed and handed in: from here on the vault has it.
                await StateAsync(town, id, lease, row.State == "Taken" ? "Sent" : row.State, cancel);
                using (var at = aside.Descend([place, .. path.SkipLast(1)], make: false)) at.Remove(path[^1]);
                RemoveEmpty(aside, place, path.SkipLast(1).ToList());
            }
        }
        return trouble;
    }

    /// <summary>Puts out what is decided: results with their reports, or why there is none.</summary>
    /// <returns>Why some of it can't go on now; empty when all did.</returns>
    public async Task<string> PutOutAsync(MunicipalityId town, WatchedFolder folder, DirectoryHandle own, CancellationToken cancel)
    {
        var trouble = "";
        List<Guid> open;
        await using (var tx = await keeper.EnterAsync(town, cancel))
            open = await tx.ListAsync("SELECT id FROM crossing.folder_file WHERE folder_id = $1 AND state IN ('Sent', 'Placing') AND lease_until < clock_timestamp() ORDER BY id LIMIT 200", r => r.GetGuid(0), cancel, folder.Id.Value);
        foreach (var id in open)
        {
            // Another server may have put it out between the list and the claim.
            if (await ClaimAsync(town, folder, id, null, cancel) is not var (row, lease) || row.State is not ("Sent" or "Placing")) continue;
            await using (Holding(town, id, lease))
            {
                if (row.Request is not { } request || await desk.ReadAsync(town, request, null, folder.Actor, cancel) is not { } detail || ResultOf(town, folder, detail, cancel) is not { } result)
                {
                    await PutOffAsync(town, id, lease, cancel, TimeSpan.FromSeconds(row.Request is null ? 30 : 1));
                    continue;
                }
                try
                {
                    await PlaceAsync(town, row, lease, own, result, cancel);
                    await StateAsync(town, id, lease, "Done", cancel);
                }
                catch (IOException e)
                {
                    trouble = e.Message;
                    await PutOffAsync(town, id, lease, cancel);
                }
            }
        }
        return trouble;
    }

    /// <summary>Takes off directories that are empty now, the inner ones first.</summary>
    public static void RemoveEmpty(DirectoryHandle aside, RawName place, IReadOnlyList<RawName> above)
    {
        for (var depth = above.Count; depth > 0; depth--)
        {
            using var at = aside.Descend([place, .. above.Take(depth - 1)], make: false);
            at.RemoveEmpty(above[depth - 1]);
        }
        aside.RemoveEmpty(place);
    }

    private abstract record Held(string Why);

    private sealed record NotNow(string Why) : Held(Why);

    private sealed record Kept(string Why) : Held(Why);

    /// <returns>Null when it is handed in.</returns>
    private async Task<Held?> SealAsync(MunicipalityId town, WatchedFolder folder, Row row, DirectoryHandle aside, RawName place, List<RawName> path, CancellationToken cancel)
    {
        var actor = folder.Actor;
        if (row.Request is { } already && await desk.ReadAsync(town, already, null, actor, cancel) is { } known)
        {
            if (known.Request.SubmittedAt is not null) return null; // handed in, and died before it was noted
            if (known.Request.State == RequestState.Draft)
            {
                // What a server that died had sent of it is thrown away: nobody knows whether it was this content.
                foreach (var item in known.Items) await desk.RemoveFileAsync(town, item.Id, actor, cancel);
            }
            else
            {
                row = row with { Request = null }; // given up meanwhile
            }
        }
        if (row.Request is not { } request)
        {
            var opened = await desk.OpenAsync(town, new(folder.Route, folder.Owner, $"監視フォルダ「{folder.Name}」"), [folder.Owner], actor, cancel);
            if (opened is Outcome<CrossingRequest>.Refused closed) return new NotNow(closed.Why.What.Ja);
            request = opened.OrThrow().Id;
            await using var tx = await keeper.EnterAsync(town, cancel);
            await tx.RunAsync("UPDATE crossing.folder_file SET request_id = $2 WHERE id = $1", cancel, row.Id, request.Value);
            await tx.CommitAsync(cancel);
        }
        using var at = aside.Descend([place, .. path.SkipLast(1)], make: false);
        if (at.Look(path[^1]) is not { IsFile: true } before) return new NotNow($"{path[^1]}: not a file");
        if (at.IsBeingWritten(path[^1])) return new NotNow($"{path[^1]}: {StillWritten}");
        var added = await desk.AddFileAsync(town, request, string.Join('/', path), before.Length, actor, cancel);
        if (added is Outcome<CrossingItem>.Refused refused) return await RefusedAsync(town, folder, row, request, refused.Why, cancel);
        var sent = added.OrThrow();
        await using (var content = at.Read(path[^1]))
        {
            if ((await desk.AppendAsync(town, sent.Id, 0, content, actor, cancel)) is Outcome<CrossingItem>.Refused broken) return await ThrowAwayAsync(broken.Why.What.Ja);
        }
        // Somebody may have had it open when it was put aside: what is sealed must be what it is now.
        if (at.Look(path[^1]) is not { } after || after != before || at.IsBeingWritten(path[^1])) return await ThrowAwayAsync($"{path[^1]}: {StillWritten}");
        return (await desk.SubmitAsync(town, request, [], actor, cancel)) is Outcome<CrossingRequest>.Refused no ? await ThrowAwayAsync(no.Why.What.Ja) : null;

        async Task<Held> ThrowAwayAsync(string why)
        {
            await desk.RemoveFileAsync(town, sent.Id, actor, CancellationToken.None);
            return new NotNow(why);
        }
    }

    /// <summary>What will never go on this route stays aside, where nobody has lost anything; what may go later waits.</summary>
    private async Task<Held> RefusedAsync(MunicipalityId town, WatchedFolder folder, Row row, RequestId request, Refusal why, CancellationToken cancel)
    {
        if (why.Code is not ("XNG-REQ-013" or "XNG-REQ-014")) return new NotNow(why.What.Ja);
        await desk.WithdrawAsync(town, request, folder.Actor, cancel);
        logger.LogWarning("監視フォルダ {Folder} の {Path} は送れません（{Code}）。{Aside}/{Id} に残しています。 / A file can't be sent and stays aside.", folder.Name, row.Path, why.Code, FolderRound.Aside, row.Id);
        return new Kept(why.What.Ja);
    }

    /// <summary>Null while it isn't decided.</summary>
    private Result? ResultOf(MunicipalityId town, WatchedFolder folder, RequestDetail detail, CancellationToken cancel)
    {
        if (detail.Request.State is RequestState.Draft or RequestState.Working or RequestState.Waiting || detail.Items.Count == 0) return null;
        var item = detail.Items[0];
        var below = item.Path.Contains('/', StringComparison.Ordinal) ? item.Path[..item.Path.LastIndexOf('/')] : "";
        var report = item.Report is null ? "{}"u8.ToArray() : ReportJson.Write(item.Report);
        if (detail.Request.State == RequestState.Delivered && item is { State: ItemState.Out or ItemState.Admitted, OutputPath: { } output })
            return new(folder.Out, below, output[(output.LastIndexOf('/') + 1)..],
            [
                // The report first: whoever finds the file finds its report.
                (".report.json", to => to.WriteAsync(report, cancel).AsTask()),
                ("", async to =>
                {
                    var handed = (await desk.HandOutAsync(town, item.Id, folder.Actor, cancel)).Match(done => done, why => throw new IOException($"{item.Path}: {why}"));
                    await using var content = handed.Content;
                    await content.CopyToAsync(to, cancel);
                }),
            ]);
        var note = Encoding.UTF8.GetBytes("\ufeff" + Why(detail, item).ReplaceLineEndings("\r\n"));
        return new(folder.Refused, below, item.Path[(item.Path.LastIndexOf('/') + 1)..], [(".report.json", to => to.WriteAsync(report, cancel).AsTask()), (".理由.txt", to => to.WriteAsync(note, cancel).AsTask())]);
    }

    private static string Why(RequestDetail detail, CrossingItem item)
    {
        var decided = detail.Steps.LastOrDefault(s => s.Kind == "crossing.refused");
        var (what, next) = decided is not null
            ? (new Bilingual($"承認されませんでした（{decided.By.Name}）：{decided.Note}", $"It was not approved ({decided.By.Name}): {decided.Note}"), new Bilingual("理由を確かめ、必要なら入れ直してください。", "Look at the reason; put it in again if need be."))
            : item.Report?.Refusal is { } refusal ? (refusal.What, refusal.Next)
            : (new Bilingual("期限が過ぎたか、取り下げられました。", "It expired or was withdrawn."), new Bilingual("必要なら入れ直してください。", "Put it in again if need be."));
        return $"""
            {item.Path} は渡せませんでした。
            理由：{what.Ja}
            次にすること：{next.Ja}
            申請番号：{detail.Request.Number}

            {item.Path} was not let through.
            Why: {what.En}
            Next: {next.En}

            """;
    }

    /// <summary>Writes under passing names, decides the final ones, renames: what stands there under its name is whole, and stands there once.</summary>
    private async Task PlaceAsync(MunicipalityId town, Row row, Guid lease, DirectoryHandle own, Result result, CancellationToken cancel)
    {
        using var to = own.Descend(FolderRound.Names(result.Root).Concat(FolderRound.Names(result.Below)), make: true);
        var placing = row.State == "Placing" ? RecordJson.Read<List<Placing>>(row.Placed) : [];
        if (placing.Count == 0)
        {
            for (var i = 0; i < result.Files.Count; i++)
            {
                var passing = RawName.Of(string.Create(CultureInfo.InvariantCulture, $".sekisho-{row.Id:N}-{i}"));
                to.Remove(passing);
                await using (var file = to.Create(passing))
                {
                    await result.Files[i].Write(file);
                    file.Flush(flushToDisk: true);
                }
                placing.Add(new(passing.ToString(), ""));
            }
            to.Flush();
        }
        while (placing.Exists(p => p.Name.Length == 0 || to.Look(RawName.Of(p.Passing)) is not null))
        {
            if (placing.Exists(p => p.Name.Length == 0)) placing = Named(to, result, placing);
            await using (var tx = await keeper.EnterAsync(town, cancel))
            {
                if (await tx.RunAsync("UPDATE crossing.folder_file SET state = 'Placing', placed = $3 WHERE id = $1 AND lease = $2", cancel, row.Id, lease, RecordJson.Write(placing)) == 0) return;
                await tx.CommitAsync(cancel);
            }
            for (var i = 0; i < placing.Count; i++)
            {
                var (passing, name) = (RawName.Of(placing[i].Passing), RawName.Of(placing[i].Name));
                if (!to.TryMove(passing, to, name) && to.Look(passing) is not null) placing[i] = placing[i] with { Name = "" }; // somebody was faster with this name
            }
            to.Flush();
        }
    }

    /// <summary>Free names for a file and its report together: <c>回覧 (2).docx</c> when the one before hasn't been fetched yet.</summary>
    private static List<Placing> Named(DirectoryHandle to, Result result, List<Placing> placing)
    {
        for (var number = 1; ; number++)
        {
            var names = result.Files.Select(f => Numbered(result.Name, f.Ending, number)).ToList();
            if (names.Exists(n => to.Look(RawName.Of(n)) is not null)) continue;
            return [.. placing.Select((p, i) => to.Look(RawName.Of(p.Passing)) is null ? p : p with { Name = names[i] })];
        }
    }

    /// <summary>At most 240 bytes, the endings kept: a name of a file has 255.</summary>
    private static string Numbered(string name, string ending, int number)
    {
        var (stem, kind) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        if (stem.Length == 0 || Encoding.UTF8.GetByteCount(kind) > 40) (stem, kind) = (name, "");
        var tail = number == 1 ? kind + ending : string.Create(CultureInfo.InvariantCulture, $" ({number}){kind}{ending}");
        while (Encoding.UTF8.GetByteCount(stem) + Encoding.UTF8.GetByteCount(tail) > 240 && stem.Length > 1) stem = stem[..(char.IsLowSurrogate(stem[^1]) && stem.Length > 2 ? ^2 : ^1)];
        return stem + tail;
    }

    /// <summary>The one file that lies in a place, with the folders above it; null when there is none.</summary>
    private static List<RawName>? Find(DirectoryHandle aside, RawName place)
    {
        var path = new List<RawName>();
        while (path.Count < 64)
        {
            using var at = aside.Descend([place, .. path], make: false);
            if (at.List() is not [var only]) return null;
            path.Add(only);
            if (at.Look(only) is not { IsDirectory: true } facts) return at.Look(only) is { IsFile: true } ? path : null;
        }
        return null;
    }

    /// <summary>Null when another server is at it, or it waits to be tried again.</summary>
    private async Task<(Row Row, Guid Lease)?> ClaimAsync(MunicipalityId town, WatchedFolder folder, Guid id, string? path, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        var (at, lease) = (keeper.Clock.Now(), Guid.NewGuid());
        if (path is not null)
            await tx.RunAsync("INSERT INTO crossing.folder_file (municipality_id, id, folder_id, path, state, lease_until, taken_at) VALUES ($1, $2, $3, $4, 'Taken', '-infinity', $5) ON CONFLICT DO NOTHING",
                cancel, town.Value, id, folder.Id.Value, (path.Length <= 1000 ? path : path[..1000]).Replace('\0', '_'), at);
        // By the database's clock: those of several hosts differ.
        var row = await tx.FirstAsync("UPDATE crossing.folder_file SET lease = $2, lease_until = clock_timestamp() + $3 WHERE id = $1 AND folder_id = $4 AND lease_until < clock_timestamp() RETURNING id, path, state, request_id, placed",
            r => new Row(r.GetGuid(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : new RequestId(r.GetGuid(3)), r.GetString(4)), cancel, id, lease, Hold, folder.Id.Value);
        await tx.CommitAsync(cancel);
        return row is null ? null : (row, lease);
    }

    private async Task StateAsync(MunicipalityId town, Guid id, Guid lease, string state, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        await tx.RunAsync("""
            UPDATE crossing.folder_file SET state = $3, done_at = CASE WHEN $3 IN ('Done', 'Kept') THEN $4 ELSE done_at END, lease_until = CASE WHEN $3 = 'Kept' THEN 'infinity'::timestamptz ELSE clock_timestamp() END WHERE id = $1 AND lease = $2
            """, cancel, id, lease, state, keeper.Clock.Now());
        await tx.CommitAsync(cancel);
    }

    private async Task PutOffAsync(MunicipalityId town, Guid id, Guid lease, CancellationToken cancel, TimeSpan? until = null)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        await tx.RunAsync("UPDATE crossing.folder_file SET lease = NULL, lease_until = clock_timestamp() + $3 WHERE id = $1 AND lease = $2", cancel, id, lease, until ?? Later);
        await tx.CommitAsync(cancel);
    }

    /// <summary>Says again and again that this server is at it, until it is disposed.</summary>
    private Keeping Holding(MunicipalityId town, Guid id, Guid lease) => new(async stop =>
    {
        using var timer = new PeriodicTimer(Renew);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                await using var tx = await keeper.EnterAsync(town, stop);
                await tx.RunAsync("UPDATE crossing.folder_file SET lease_until = clock_timestamp() + $3 WHERE id = $1 AND lease = $2", stop, id, lease, Hold);
                await tx.CommitAsync(stop);
            }
            catch (Exception e) when (StorageException.Explain(e) is not null)
            {
                // The database is away; the lease lasts a while longer.
            }
        }
    });

    private sealed class Keeping : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task running;

        public Keeping(Func<CancellationToken, Task> hold) => running = Task.Run(() => hold(stop.Token));

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            try
            {
                await running;
            }
            catch (OperationCanceledException)
            {
                // That is how it ends.
            }
            stop.Dispose();
        }
    }
}
