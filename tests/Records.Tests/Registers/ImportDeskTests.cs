using System.Text;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Storage;

namespace Sekisho.Records.Tests.Registers;

/// <summary>Imports that the server does by itself.</summary>
public sealed class ImportDeskTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A desk at work until it is disposed.</summary>
    private sealed class Working : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly Task work;

        public Working(ImportDesk desk) => work = desk.RunAllAsync(stopping.Token);

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
            stopping.Dispose();
        }
    }

    private sealed class Faulty : IRegisterRules
    {
        public bool IsFaulty { get; set; } = true;

        public string Register => Library.Books;

        public IEnumerable<FieldProblem> Check(EntryCandidate candidate) => IsFaulty ? throw new InvalidOperationException("a bug of ours") : [];
    }

    private static ImportDesk Desk(Library library) => new(library.Book, new RegisterImport(library.Book));

    private static async Task<UploadId> UploadAsync(Library library, int rows = 3) => (await new RegisterImport(library.Book).UploadAsync(library.Town, Library.Books,
        new MemoryStream(Encoding.UTF8.GetBytes("書名,担当課\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"本 その{i},総務課\n")))), "本.csv", library.Officer, Cancel)).OrThrow().Upload;

    private static async Task<ImportJob> BeginAsync(ImportDesk desk, Library library, UploadId upload, ImportMapping? mapping, TimeSpan patience) =>
        (await desk.BeginAsync(library.Town, upload, mapping, null, library.Officer, patience, Cancel)).OrThrow();

    private static async Task<long> BooksAsync(Library library) => (await library.ListAsync(new())).Total;

    /// <summary>Whoever adds books waits until this is disposed.</summary>
    private static async Task<TenantTransaction> HoldAsync(Library library)
    {
        var tx = await library.Book.Keeper.EnterAsync(library.Town, Cancel);
        await RegisterRows.TakeNumbersAsync(tx, Library.Books, 0, Cancel);
        return tx;
    }

    [Fact]
    public async Task A_sheet_is_tried_and_comes_in_and_the_job_says_what_came_of_it()
    {
        await using var library = await Library.OpenAsync();
        var desk = Desk(library);
        await using var working = new Working(desk);
        var upload = await UploadAsync(library, 2500);

        var tried = await BeginAsync(desk, library, upload, new(), Enough);
        Assert.Equal((2500, 0, false), (tried.Report!.Added, tried.Report.Wrong, tried.Report.IsKept));
        Assert.Equal(0, await BooksAsync(library));

        var taken = await BeginAsync(desk, library, upload, null, Enough);
        Assert.True(taken.Report!.IsKept);
        Assert.Equal(2500, await BooksAsync(library));
        var later = await desk.ReadAsync(library.Town, taken.Id, library.Officer, Cancel);
        Assert.Equal((true, 2500), (later!.Report!.IsKept, later.Report.Added));
        // What was tried has served; others see nothing of it; and the file is gone.
        Assert.Null(await desk.ReadAsync(library.Town, tried.Id, library.Officer, Cancel));
        Assert.Null(await desk.ReadAsync(library.Town, taken.Id, library.Manager, Cancel));
        Assert.Equal("REC-REG-115", (await desk.BeginAsync(library.Town, upload, null, null, library.Officer, Enough, Cancel)).Match(_ => "", no => no.Code));
    }

    [Fact]
    public async Task Wrong_cells_and_old_values_come_back_as_they_were_found()
    {
        await using var library = await Library.OpenAsync();
        var desk = Desk(library);
        await using var working = new Working(desk);
        var book = await library.AddAsync("海の本", null, ("note", "古いメモ"));
        var csv = $"管理番号,書名,メモ,ページ数\n{book.Number},海の本,新しいメモ,\n,山の本,,たくさん\n";
        var upload = (await new RegisterImport(library.Book).UploadAsync(library.Town, Library.Books, new MemoryStream(Encoding.UTF8.GetBytes(csv)), "本.csv", library.Officer, Cancel)).OrThrow().Upload;
        var direct = (await new RegisterImport(library.Book).TryAsync(library.Town, upload, new(Unit: library.General.Id), null, library.Officer, Cancel)).OrThrow();
        var kept = (await BeginAsync(desk, library, upload, new(Unit: library.General.Id), Enough)).Report!;
        Assert.Equal("D3", Assert.Single(kept.Problems).Cell);
        Assert.Equal(direct.Problems, kept.Problems);
        Assert.Equal(direct.Changes.SelectMany(c => c.Fields), kept.Changes.SelectMany(c => c.Fields));
        Assert.NotEmpty(kept.Changes);
    }

    [Fact]
    public async Task While_it_is_being_done_the_page_finds_it_and_pressing_twice_begins_it_once()
    {
        await using var library = await Library.OpenAsync();
        var desk = Desk(library);
        await using var working = new Working(desk);
        var upload = await UploadAsync(library);
        ImportJob begun;
        await using (await HoldAsync(library))
        {
            begun = await BeginAsync(desk, library, upload, null, TimeSpan.Zero);
            Assert.True(begun.IsRunning);
            Assert.Equal(begun.Id, (await BeginAsync(desk, library, upload, null, TimeSpan.Zero)).Id);
            // Another server shows it as well.
            Assert.True((await Desk(library).ReadAsync(library.Town, begun.Id, library.Officer, Cancel))!.IsRunning);
        }
        var ended = begun;
        while (ended!.IsRunning)
        {
            await Task.Delay(20, Cancel);
            ended = await desk.ReadAsync(library.Town, begun.Id, library.Officer, Cancel);
        }
        Assert.True(ended.Report!.IsKept);
        Assert.Equal(3, await BooksAsync(library));
    }

    [Fact]
    public async Task A_silent_job_is_closed_and_what_it_still_does_is_undone()
    {
        await using var library = await Library.OpenAsync();
        var desk = Desk(library);
        await using var working = new Working(desk);
        var upload = await UploadAsync(library);
        ImportJob? job;
        await using (await HoldAsync(library))
        {
            job = await BeginAsync(desk, library, upload, null, TimeSpan.Zero);
            do
            {
                await using (var tx = await library.Book.Keeper.EnterAsync(library.Town, Cancel))
                {
                    await tx.RunAsync("UPDATE records.register_job SET beat_at = beat_at - interval '1 minute'", Cancel);
                    await tx.CommitAsync(Cancel);
                }
                job = await Desk(library).ReadAsync(library.Town, job!.Id, library.Officer, Cancel);
            }
            while (job!.IsRunning);
        }
        Assert.Equal("REC-REG-122", job.Why!.Code);
        // Done again, it is there once: the first one undid itself.
        Assert.True((await BeginAsync(desk, library, upload, null, Enough)).Report!.IsKept);
        
        Assert.Equal(3, await BooksAsync(library));
        await using var ledger = await library.Book.Keeper.EnterAsync(library.Town, Cancel);
        Assert.Equal(1L, (await ledger.ListAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'register.imported'", r => r.GetInt64(0), Cancel))[0]);
    }

    [Fact]
    public async Task A_job_that_nobody_does_is_found_broken_off()
    {
        await using var library = await Library.OpenAsync();
        var desk = Desk(library);
        var job = await BeginAsync(desk, library, await UploadAsync(library), null, TimeSpan.Zero);
        library.Office.Clock.Move(ImportDesk.Silence + TimeSpan.FromSeconds(1));
        Assert.Equal("REC-REG-122", (await desk.ReadAsync(library.Town, job.Id, library.Officer, Cancel))!.Why!.Code);
    }

    [Fact]
    public async Task A_server_that_stops_says_so_and_leaves_nothing_half_done()
    {
        await using var library = await Library.OpenAsync();
        var desk = Desk(library);
        ImportJob job;
        await using (await HoldAsync(library))
        await using (new Working(desk))
        {
            job = await BeginAsync(desk, library, await UploadAsync(library), null, TimeSpan.Zero);
        }
        Assert.Equal("REC-REG-122", (await desk.ReadAsync(library.Town, job.Id, library.Officer, Cancel))!.Why!.Code);
        Assert.Equal(0, await BooksAsync(library));
    }

    [Fact]
    public async Task A_fault_of_our_own_is_told_and_the_next_job_goes_on()
    {
        var rules = new Faulty();
        await using var library = await Library.OpenAsync(rules);
        var told = new List<Exception>();
        var desk = Desk(library);
        desk.Failed = (_, e) => told.Add(e);
        await using var working = new Working(desk);
        var upload = await UploadAsync(library);
        Assert.Equal("REC-REG-123", (await BeginAsync(desk, library, upload, null, Enough)).Why!.Code);
        Assert.Equal("a bug of ours", Assert.Single(told).Message);
        Assert.Equal(0, await BooksAsync(library));
        rules.IsFaulty = false;
        Assert.True((await BeginAsync(desk, library, upload, null, Enough)).Report!.IsKept);
    }
}
