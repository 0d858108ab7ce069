using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Retention;

/// <summary>Identity of an inspection.</summary>
public readonly record struct InspectionId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>An inspection of an original (原本の調査).</summary>
public sealed record Inspection(InspectionId Id, ItemId Item, string Reason, DateTimeOffset AskedAt, Actor AskedBy, DateTimeOffset? AllowedAt, Actor? AllowedBy);

/// <summary>Looking at an original: one asks with a reason, another allows it, and it is open for an hour. Every opening is recorded.</summary>
/// <remarks>The original is hostile until proved otherwise. Who may come here at all is a matter of role: see the API.</remarks>
public sealed class InspectionDesk
{
    private const int MaxText = 500;

    private const string Select = "SELECT id, item_id, reason, asked_at, asked_by, asked_by_name, allowed_at, allowed_by, allowed_by_name FROM crossing.inspection";

    /// <summary>So long it stays open once it is allowed.</summary>
    public static TimeSpan Open { get; } = TimeSpan.FromHours(1);

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RequestDesk desk;

    internal InspectionDesk(RecordKeeper keeper, FileVault vault, RequestDesk desk) => (this.keeper, this.vault, this.desk) = (keeper, vault, desk);

    public async Task<Outcome<Inspection>> AskAsync(MunicipalityId municipality, ItemId item, string reason, Actor actor, CancellationToken cancel)
    {
        if (reason.Trim().Length is 0 or > MaxText || reason.Contains('\0', StringComparison.Ordinal)) return Requests.Refusals.ReasonMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await RequestRows.ItemAsync(tx, item, lockRow: false, cancel) is not { } its || await RequestRows.ReadAsync(tx, its.Request, lockRow: true, cancel) is not { SubmittedAt: not null } request) return Requests.Refusals.Unknown;
        var at = keeper.Clock.Now();
        var id = new InspectionId(RecordKeeper.NewId(at));
        await tx.RunAsync("INSERT INTO crossing.inspection (municipality_id, id, item_id, reason, asked_at, asked_by, asked_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            cancel, municipality.Value, id.Value, item.Value, reason.Trim(), at, actor.Account, actor.Name);
        await desk.StepAsync(tx, request.Id, "crossing.inspection-asked", at, actor, reason, new { request.Number, its.Path }, cancel);
        await tx.CommitAsync(cancel);
        return new Inspection(id, item, reason.Trim(), at, actor, null, null);
    }

    /// <summary>Allows it; another account, of another person.</summary>
    public async Task<Outcome<Inspection>> AllowAsync(MunicipalityId municipality, InspectionId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await tx.FirstAsync(Select + " WHERE id = $1 FOR UPDATE", Row, cancel, id.Value) is not { } inspection) return Requests.Refusals.Unknown;
        if (inspection.AllowedAt is not null) return Requests.Refusals.WrongState;
        if (inspection.AskedBy.Account == actor.Account) return Requests.Refusals.SamePerson;
        // Both must be known as people: two accounts of one person are one person.
        if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return Requests.Refusals.NoAuthority;
        if (await AccountPeople.PersonOfAsync(tx, inspection.AskedBy.Account, cancel) is not { } asker) return Requests.Refusals.UnknownAsker;
        if (asker == person) return Requests.Refusals.SamePerson;
        var at = keeper.Clock.Now();
        await tx.RunAsync("UPDATE crossing.inspection SET allowed_at = $2, allowed_by = $3, allowed_by_name = $4 WHERE id = $1", cancel, id.Value, at, actor.Account, actor.Name);
        var its = (await RequestRows.ItemAsync(tx, inspection.Item, lockRow: false, cancel))!;
        await desk.StepAsync(tx, its.Request, "crossing.inspection-allowed", at, actor, "", new { askedBy = inspection.AskedBy.Account, its.Path }, cancel);
        await tx.CommitAsync(cancel);
        return inspection with { AllowedAt = at, AllowedBy = actor };
    }

    /// <summary>Opens the original to the one who asked, within the hour.</summary>
    public async Task<Outcome<HandedOut>> OpenAsync(MunicipalityId municipality, InspectionId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await tx.FirstAsync(Select + " WHERE id = $1", Row, cancel, id.Value) is not { } inspection) return Requests.Refusals.Unknown;
        var at = keeper.Clock.Now();
        if (inspection.AskedBy.Account != actor.Account) return Requests.Refusals.NotYours;
        if (inspection.AllowedAt is not { } allowed || at > allowed + Open) return Requests.Refusals.NotToBeHad;
        var its = (await RequestRows.ItemAsync(tx, inspection.Item, lockRow: false, cancel))!;
        Stream content;
        long bytes;
        Sha256 digest;
        try
        {
            if (await vault.FindAsync(tx, its.Original, cancel) is not { Bytes: not null, Digest: not null } blob) return Requests.Refusals.NotToBeHad;
            (bytes, digest, content) = (blob.Bytes.Value, blob.Digest.Value, vault.Read(blob));
        }
        catch (VaultException)
        {
            return Requests.Refusals.VaultBroken;
        }
        try
        {
            await desk.StepAsync(tx, its.Request, "crossing.inspected", at, actor, inspection.Reason, new { its.Path, sha256 = digest, allowedBy = inspection.AllowedBy!.Account }, cancel);
            await tx.CommitAsync(cancel);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
        return new HandedOut(its.Path[(its.Path.LastIndexOf('/') + 1)..], bytes, digest, content);
    }

    /// <summary>Whose original it is about; null when there is no such inspection.</summary>
    public async Task<ItemId?> ItemAsync(MunicipalityId municipality, InspectionId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (await tx.FirstAsync(Select + " WHERE id = $1", Row, cancel, id.Value))?.Item;
    }

    /// <summary>Those of a request's files.</summary>
    public async Task<IReadOnlyList<Inspection>> ListAsync(MunicipalityId municipality, RequestId request, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " WHERE item_id IN (SELECT id FROM crossing.item WHERE request_id = $1) ORDER BY asked_at", Row, cancel, request.Value);
    }

    private static Inspection Row(Npgsql.NpgsqlDataReader r) => new(new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetString(2), r.Moment(3), r.By(4), r.MomentOrNull(6), r.ByOrNull(7));
}
