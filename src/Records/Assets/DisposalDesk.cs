using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Waivers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>Disposals of assets (廃棄): one person asks, another decides, it is done with its certificate, and the assets go out of use.</summary>
public sealed class DisposalDesk
{
    /// <summary>The duty whose waiver covers a weaker way.</summary>
    private const string Duty = "asset-handling";

    private const int MaxText = 500, MaxName = 100;

    private readonly RecordKeeper keeper;
    private readonly RegisterBook registers;

    internal DisposalDesk(RecordKeeper keeper, RegisterBook registers) => (this.keeper, this.registers) = (keeper, registers);

    private RegisterDefinition Register => registers.Catalogue[AssetRules.Key];

    /// <summary>Asks to dispose of assets by one way. A way that the table doesn't have for them is refused, unless a waiver in force covers it.</summary>
    /// <param name="within">Units whose assets the person may name; null: all.</param>
    public async Task<Outcome<Disposal>> ApplyAsync(MunicipalityId municipality, DisposalRequest request, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var reason = request.UntrustedReason.Trim();
        if (reason.Length is 0 or > MaxText) return Refusals.DisposalTextMissing;
        var matrix = DisposalMatrix.Load();
        if (matrix.Medium(request.UntrustedMedium) is not { } medium || matrix.Method(request.UntrustedMethod) is not { } method || !method.Media.Contains(medium.Id)) return Refusals.UnknownMethod;
        await using var tx = await registers.EnterToWriteAsync(municipality, Register, cancel);
        var (assets, unknown) = await AssetsAsync(tx, request.Entries, within, cancel);
        if (unknown is not null) return unknown;
        if (assets.Find(a => !medium.Kinds.Contains(a.Text(AssetRules.Kind))) is { } other) return Refusals.WrongMedium.About(other.Number, other.Title);
        if (assets.Find(a => matrix.GroupOf(a) is null) is { } unclassified) return Refusals.Unclassified.About(unclassified.Number, unclassified.Title);
        var group = matrix.Groups.First(g => assets.Exists(a => matrix.GroupOf(a) == g));
        var at = keeper.Clock.Now();
        if (await WeakAsync(tx, group, medium, method, request.Waiver, at, cancel) is { } weak) return weak;
        var id = new DisposalId(RecordKeeper.NewId(at));
        var number = await NumberAsync(tx, cancel);
        var index = await keeper.AppendAsync(tx, at, "disposal.applied", actor, $"disposal/{id}",
            new { number, assets = assets.Select(a => $"{a.Id} {a.Number}"), group = group.Id, medium = medium.Id, method = method.Id, reason, request.PlannedOn, waiver = request.Waiver }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.disposal (municipality_id, id, number, kind, medium, method, group_key, waiver_id, reason, planned_on, applied_at, applied_by, applied_by_name, ledger_index)
            VALUES ($1, $2, $3, 'Disposal', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """, cancel, municipality.Value, id.Value, number, medium.Id, method.Id, group.Id, request.Waiver?.Value, reason, request.PlannedOn, at, actor.Account, actor.Name, index);
        await EntriesAsync(tx, id, assets, cancel);
        await tx.CommitAsync(cancel);
        return (await ReadAsync(municipality, id, null, cancel))!;
    }

    /// <summary>Records why assets that went out of use needed no disposal: handed over, entered by mistake.</summary>
    public async Task<Outcome<Disposal>> ExplainAsync(MunicipalityId municipality, IReadOnlyList<EntryId> entries, string untrustedReason, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        var reason = untrustedReason.Trim();
        if (reason.Length is 0 or > MaxText) return Refusals.DisposalTextMissing;
        DisposalId id;
        await using (var tx = await registers.EnterToWriteAsync(municipality, Register, cancel))
        {
            var (assets, unknown) = await AssetsAsync(tx, entries, within, cancel);
            if (unknown is not null) return unknown;
            if (assets.Find(a => a.Retired is null) is { } used) return Refusals.StillInUse.About(used.Number, used.Title);
            var at = keeper.Clock.Now();
            id = new DisposalId(RecordKeeper.NewId(at));
            var number = await NumberAsync(tx, cancel);
            var index = await keeper.AppendAsync(tx, at, "disposal.not-needed", actor, $"disposal/{id}", new { number, assets = assets.Select(a => $"{a.Id} {a.Number}"), reason }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.disposal (municipality_id, id, number, kind, reason, applied_at, applied_by, applied_by_name, ledger_index) VALUES ($1, $2, $3, 'NotNeeded', $4, $5, $6, $7, $8)
                """, cancel, municipality.Value, id.Value, number, reason, at, actor.Account, actor.Name, index);
            await EntriesAsync(tx, id, assets, cancel);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, AssetSource.Handling);
        return (await ReadAsync(municipality, id, null, cancel))!;
    }

    /// <summary>Approves, by another person than the one who asked.</summary>
    public Task<Outcome<Disposal>> ApproveAsync(MunicipalityId municipality, DisposalId id, string note, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        DecideAsync(municipality, id, approved: true, note, within, actor, cancel);

    /// <summary>Refuses with the reason, by another person than the one who asked.</summary>
    public Task<Outcome<Disposal>> RefuseAsync(MunicipalityId municipality, DisposalId id, string reason, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        reason.Trim().Length == 0 ? Task.FromResult<Outcome<Disposal>>(Refusals.DisposalTextMissing) : DecideAsync(municipality, id, approved: false, reason, within, actor, cancel);

    /// <summary>Cancels a disposal that was not carried out.</summary>
    public Task<Outcome<Disposal>> CancelAsync(MunicipalityId municipality, DisposalId id, string note, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, async (tx, disposal, at) =>
        {
            if (!disposal.IsOpen) return Refusals.NotNow;
            if (note.Trim().Length > MaxText) return Refusals.DisposalTextMissing;
            var index = await keeper.AppendAsync(tx, at, "disposal.cancelled", actor, $"disposal/{id}", new { disposal.Number, note = note.Trim() }, cancel);
            await WriteAsync(tx, id, "Cancelled", null, note, null, at, actor, index, cancel);
            return null;
        }, cancel);

    /// <summary>Records that it was carried out. The assets go out of use in the same moment.</summary>
    public Task<Outcome<Disposal>> DoneAsync(MunicipalityId municipality, DisposalId id, DisposalReport report, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(report);
        return StepAsync(municipality, id, within, async (tx, disposal, at) =>
        {
            if (disposal.State != DisposalState.Approved) return Refusals.NotNow;
            if (report.DoneOn < JapaneseTime.Day(disposal.AppliedAt) || report.DoneOn > JapaneseTime.Day(at)) return Refusals.BadDay;
            var assets = await RegisterRows.ReadAsync(tx, Register, [.. disposal.Assets.Select(a => a.Id)], null, lockRows: true, cancel);
            var (matrix, medium, asked) = (DisposalMatrix.Load(), disposal.Medium!, disposal.Method!);
            var group = matrix.Groups.First(g => g == disposal.Group || assets.Exists(a => matrix.GroupOf(a) == g));
            var method = string.IsNullOrWhiteSpace(report.UntrustedMethod) ? asked : matrix.Method(report.UntrustedMethod);
            if (method is null || !method.Media.Contains(medium.Id)) return Refusals.UnknownMethod;
            // What was approved with a waiver stays approved; another way, or assets of a higher class than then, are held against the table again.
            if ((method != asked || group != disposal.Group) && await WeakAsync(tx, group, medium, method, null, at, cancel) is { } weak) return weak;
            var (witness, note) = (report.UntrustedWitness?.Trim(), report.UntrustedNote.Trim());
            if (note.Length > MaxText) return Refusals.DisposalTextMissing;
            if (witness?.Length > MaxName || group.Witness && string.IsNullOrEmpty(witness)) return Refusals.WitnessMissing;
            if (group.Certificate && report.Certificate is null) return Refusals.CertificateMissing;
            if (report.Certificate is { Content.Length: 0 or > KeptFiles.MaxBytes }) return Refusals.TooLargeCertificate;
            (Sha256 Digest, string Name)? certificate = report.Certificate is { } file ? (Sha256.Of(file.Content.Span), KeptFiles.SafeName(file.UntrustedName)) : null;
            if (certificate is { } kept) await KeptFiles.KeepAsync(tx, kept.Digest, report.Certificate!.Content, at, cancel);
            var index = await keeper.AppendAsync(tx, at, "disposal.done", actor, $"disposal/{id}",
                new { disposal.Number, report.DoneOn, method = method.Id, witness, note, certificate = certificate?.Digest, assets = assets.Select(a => $"{a.Id} {a.Number}") }, cancel);
            await WriteAsync(tx, id, "Done", null, note, (report.DoneOn, method, string.IsNullOrEmpty(witness) ? null : witness, certificate), at, actor, index, cancel);
            var standing = assets.FindAll(a => a.Retired is null);
            if (standing.Count > 0) await registers.RetireInAsync(tx, Register, standing, $"廃棄（{disposal.Number}）", at, actor, cancel);
            return null;
        }, cancel);
    }

    /// <summary>The register of disposals, newest first: those with an asset that the person sees.</summary>
    public async Task<IReadOnlyList<Disposal>> ListAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel, int most = 500)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await DisposalRows.ListAsync(tx, null, within, most, cancel);
    }

    /// <summary>Null when there is none, or none for this person.</summary>
    public async Task<Disposal?> ReadAsync(MunicipalityId municipality, DisposalId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await DisposalRows.ReadAsync(tx, id, within, cancel);
    }

    /// <summary>The certificate; null when there is none, or none for this person.</summary>
    public async Task<(string Name, ReadOnlyMemory<byte> Content)?> CertificateAsync(MunicipalityId municipality, DisposalId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if ((await DisposalRows.ReadAsync(tx, id, within, cancel))?.Done?.Certificate is not { } certificate) return null;
        return (certificate.Name, await KeptFiles.ReadAsync(tx, certificate.Digest, cancel));
    }

    /// <summary>What was not handled by the rules, oldest first.</summary>
    public async Task<IReadOnlyList<HandlingBreach>> BreachesAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await DisposalRows.BreachesAsync(tx, within, cancel);
    }

    private Task<Outcome<Disposal>> DecideAsync(MunicipalityId municipality, DisposalId id, bool approved, string note, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, async (tx, disposal, at) =>
        {
            if (disposal.State != DisposalState.Applied) return Refusals.NotNow;
            if (disposal.AppliedBy.Account == actor.Account) return Refusals.OwnApplication;
            if (note.Trim().Length > MaxText) return Refusals.DisposalTextMissing;
            var index = await keeper.AppendAsync(tx, at, approved ? "disposal.approved" : "disposal.refused", actor, $"disposal/{id}", new { disposal.Number, appliedBy = disposal.AppliedBy.Account, note = note.Trim() }, cancel);
            await WriteAsync(tx, id, "Decided", approved, note, null, at, actor, index, cancel);
            return null;
        }, cancel);

    private async Task<Outcome<Disposal>> StepAsync(
        MunicipalityId municipality, DisposalId id, IReadOnlyList<UnitId>? within, Func<TenantTransaction, Disposal, DateTimeOffset, Task<Refusal?>> act, CancellationToken cancel)
    {
        // The lock of the register also makes two who decide at once wait for each other.
        await using (var tx = await registers.EnterToWriteAsync(municipality, Register, cancel))
        {
            if (await DisposalRows.ReadAsync(tx, id, within, cancel) is not { } disposal) return Refusals.UnknownDisposal;
            if (await act(tx, disposal, keeper.Clock.Now()) is { } refused) return refused;
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, Register.Evidence);
        return (await ReadAsync(municipality, id, null, cancel))!;
    }

    private async Task<(List<RegisterEntry> Assets, Refusal? Unknown)> AssetsAsync(TenantTransaction tx, IReadOnlyList<EntryId> ids, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        var wanted = ids.Distinct().ToList();
        if (wanted.Count is 0 or > RegisterBook.MostAtOnce) return ([], Refusals.UnknownAsset);
        var assets = await RegisterRows.ReadAsync(tx, Register, wanted, within, lockRows: true, cancel);
        if (assets.Count != wanted.Count) return ([], Refusals.UnknownAsset);
        var taken = await DisposalRows.TakenAsync(tx, wanted, cancel);
        return taken is { } other && assets.Find(a => a.Id == other) is { } asset ? ([], Refusals.InOtherDisposal.About(asset.Number, asset.Title)) : (assets, null);
    }

    /// <summary>Why a way may not be used; null when it may.</summary>
    private static async Task<Refusal?> WeakAsync(
        TenantTransaction tx, DisposalGroup group, DisposalMedium medium, DisposalMethod method, WaiverId? waiver, DateTimeOffset at, CancellationToken cancel)
    {
        var enough = (await HandlingBook.ReadAsync(tx, cancel)).Enough(group.Id, medium.Id);
        if (enough.Contains(method.Id)) return null;
        if (waiver is { } id && await WaiverDesk.IsInForceAsync(tx, id, new ObligationId(Duty), at, cancel)) return null;
        return Refusals.WeakerThan(group, method, [.. enough.Select(m => DisposalMatrix.Load().Method(m)!)]);
    }

    private static async Task<string> NumberAsync(TenantTransaction tx, CancellationToken cancel)
    {
        var number = await RegisterRows.TakeNumbersAsync(tx, "disposals", 1, cancel);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"DSP-{number:0000}");
    }

    private static Task<int> EntriesAsync(TenantTransaction tx, DisposalId id, List<RegisterEntry> assets, CancellationToken cancel) => tx.RunAsync("""
        INSERT INTO records.disposal_entry (municipality_id, disposal_id, entry_id, confidentiality, mynumber)
        SELECT $1, $2, entry_id, confidentiality, mynumber FROM unnest($3::uuid[], $4::text[], $5::boolean[]) AS row (entry_id, confidentiality, mynumber)
        """, cancel, tx.Municipality.Value, id.Value, assets.Select(a => a.Id.Value).ToArray(), assets.Select(a => a.Text(AssetAspect.Confidentiality.EffectiveKey())).ToArray(),
        assets.Select(a => a.YesNo(AssetRules.HoldsMyNumber) == true).ToArray());

    private static Task<int> WriteAsync(
        TenantTransaction tx, DisposalId id, string step, bool? approved, string note, (DateOnly On, DisposalMethod Method, string? Witness, (Sha256 Digest, string Name)? Certificate)? done,
        DateTimeOffset at, Actor actor, long index, CancellationToken cancel) => tx.RunAsync("""
        INSERT INTO records.disposal_step (municipality_id, disposal_id, step, approved, note, done_on, method, witness, certificate, certificate_name, taken_at, taken_by, taken_by_name, ledger_index)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """, cancel, tx.Municipality.Value, id.Value, step, approved, note.Trim(), done?.On, done?.Method.Id, done?.Witness, done?.Certificate?.Digest, done?.Certificate?.Name, at, actor.Account, actor.Name, index);
}
